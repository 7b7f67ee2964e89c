-- \pset in all formats.
CREATE TABLE t (id int, "a name" text, value numeric);
INSERT INTO t VALUES (1, 'one', 1.5), (2, E'two\nlines', NULL), (3, 'quoted "text", <b>&</b>', -3), (4, 'pipe|semi;under_score$%{}~^\#', 1000000.25), (5, NULL, 0), (6, E'tab\there', 7), (7, 'жёлтый 中文', 1234567.891), (8, '', 12), (9, '  leading', 13);
\pset format aligned
SELECT * FROM t ORDER BY id;
\pset border 0
SELECT * FROM t ORDER BY id;
\pset border 2
SELECT * FROM t ORDER BY id;
\pset border 1
\pset format unaligned
SELECT * FROM t ORDER BY id;
\pset fieldsep ', '
SELECT * FROM t ORDER BY id;
\pset recordsep ' / '
SELECT * FROM t ORDER BY id LIMIT 2;
\x
SELECT * FROM t ORDER BY id LIMIT 2;
\x
\pset recordsep '\n'
\pset fieldsep_zero
SELECT * FROM t ORDER BY id LIMIT 2;
\pset recordsep_zero
SELECT * FROM t ORDER BY id LIMIT 2;
\pset fieldsep '|'
\pset recordsep '\n'
\pset null '-'
\t
SELECT * FROM t ORDER BY id;
SELECT 1 WHERE false;
\x
SELECT * FROM t ORDER BY id LIMIT 2;
SELECT 1 AS a WHERE false;
\t
SELECT * FROM t ORDER BY id LIMIT 3;
SELECT 1 AS a WHERE false;
\x
SELECT 1 AS a WHERE false;
\pset title 'A title'
SELECT * FROM t ORDER BY id LIMIT 2;
\pset footer off
SELECT * FROM t ORDER BY id LIMIT 2;
\x
SELECT * FROM t ORDER BY id LIMIT 2;
\x
\pset footer on
\pset format csv
SELECT * FROM t ORDER BY id;
\pset csv_fieldsep ';'
SELECT * FROM t ORDER BY id;
\pset csv_fieldsep '\t'
SELECT * FROM t ORDER BY id;
\pset csv_fieldsep ','
\t
SELECT * FROM t ORDER BY id LIMIT 2;
\t
\x
SELECT * FROM t ORDER BY id;
\x
SELECT 1 AS a WHERE false;
SELECT '\.' AS "\.", 'a,b' AS "a,b";
\pset format aligned
SELECT * FROM t ORDER BY id LIMIT 2;
\pset title 'A longer title than the table is wide, so that it stands to the left'
SELECT 1 AS a;
\x
SELECT * FROM t ORDER BY id LIMIT 2;
\x
\pset title
\pset footer off
SELECT * FROM t ORDER BY id LIMIT 2;
SELECT 1 AS a WHERE false;
\pset footer on
\pset linestyle unicode
SELECT * FROM t ORDER BY id;
\pset border 2
SELECT * FROM t ORDER BY id;
SELECT * FROM t ORDER BY id LIMIT 2;
\pset border 1
SELECT * FROM t ORDER BY id LIMIT 2;
\pset border 0
SELECT * FROM t ORDER BY id LIMIT 2;
\pset border 1
\pset linestyle ascii
\pset numericlocale on
\pset numericlocale off
SELECT * FROM t ORDER BY id LIMIT 2 \g (format=csv)
SELECT * FROM t ORDER BY id LIMIT 2 \g (format=unaligned fieldsep=: tuples_only=on)
SELECT * FROM t ORDER BY id LIMIT 2 \gx (title='expanded here' border=2)
SELECT 1 \g (nosuch=1)
SELECT 1 \g (format=nosuch)
SELECT 1 \g (border=2
SELECT 1 \g (border=0)
SELECT 2 \g
\pset
\pset border 0 extra
\pset border 1
\a
\t on
\x on
\pset
\a
\t off
\x off
