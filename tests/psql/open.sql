SELECT 1;
\if true
SELECT 2
