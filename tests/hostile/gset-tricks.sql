-- exercise: 118708-x-3
SELECT 'on' AS "ON_ERROR_STOP", 'x' AS "VERBOSITY" \gset
SELECT repeat('x', 10000000) AS big \gset
SELECT length(:'big');
SELECT ':a' AS a, ':b:b' AS b \gset
\set a :b
\set b :a
SELECT :a;
\echo `id`
