-- exercise: 118708-x-3
\set x0 ''
\set x1 ':x0:x0:x0:x0:x0:x0:x0:x0:x0:x0'
\set x2 ':x1:x1:x1:x1:x1:x1:x1:x1:x1:x1'
\set x3 ':x2:x2:x2:x2:x2:x2:x2:x2:x2:x2'
\set x4 ':x3:x3:x3:x3:x3:x3:x3:x3:x3:x3'
\set x5 ':x4:x4:x4:x4:x4:x4:x4:x4:x4:x4'
\set x6 ':x5:x5:x5:x5:x5:x5:x5:x5:x5:x5'
\set x7 ':x6:x6:x6:x6:x6:x6:x6:x6:x6:x6'
\set x8 ':x7:x7:x7:x7:x7:x7:x7:x7:x7:x7'
\set x9 ':x8:x8:x8:x8:x8:x8:x8:x8:x8:x8'
\set y xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
\set y :y:y:y:y:y:y:y:y:y:y:y:y:y:y:y:y
\set y :y:y:y:y:y:y:y:y:y:y:y:y:y:y:y:y
\set y :y:y:y:y:y:y:y:y:y:y:y:y:y:y:y:y
\set y :y:y:y:y:y:y:y:y:y:y:y:y:y:y:y:y
\set y :y:y:y:y:y:y:y:y:y:y:y:y:y:y:y:y
\set y :y:y:y:y:y:y:y:y:y:y:y:y:y:y:y:y
SELECT repeat('x', 3000000) AS z \gset
SELECT ':x9';
SELECT 1 AS :x9;
