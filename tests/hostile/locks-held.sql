-- exercise: take-a-batch
BEGIN;
LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE;
SELECT pg_advisory_lock(g) FROM generate_series(1, 100000) g;
LOCK TABLE books IN ACCESS EXCLUSIVE MODE;
\session b
LOCK TABLE books IN ACCESS EXCLUSIVE MODE \bg
\session main
SELECT 1;
