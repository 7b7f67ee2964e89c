-- \timing: which statements are timed, and where the line stands. The figures are left out of the comparison.
\timing on
SELECT 1;
SELECT nosuch;
SELECT 1 \; SELECT 2;
SELECT 1 \; SELECT 1/0 \; SELECT 2;
;
-- a comment alone
CREATE TABLE t (n int, word text);
INSERT INTO t VALUES (1, 'one');
DO $$ BEGIN RAISE NOTICE 'noticed'; END $$;
SELECT * FROM t \gx
SELECT n AS number FROM t \gset
\echo :number
SELECT n FROM t WHERE false \gset
SELECT n, word FROM t \gdesc
SELECT nosuch \gdesc
SELECT 'SELECT ' || n, 'SELECT nosuch' FROM generate_series(1, 2) n \gexec
SELECT 2 AS two \g two.txt
\d t
\dt nosuch
\sf nosuch
COPY t FROM STDIN;
2	two
\.
COPY t FROM STDIN;
x	not a number
\.
COPY t TO STDOUT;
COPY (SELECT 3) TO STDOUT \; SELECT 4;
\copy t to 't.txt'
\copy t from 't.txt'
\copy nosuch to 'x.txt'
\o out.txt
SELECT 5;
\d t
\o
\i out.txt
\r
\o timed.sql
\qecho SELECT 6;
\qecho SELECT nosuch;
\o
\i timed.sql
\set ECHO all
SELECT 7;
\set ECHO errors
SELECT nosuch;
\set ECHO queries
SELECT 8;
\set ECHO none
\set FETCH_COUNT 2
SELECT n FROM generate_series(1, 5) n;
\echo before a failing fetch
SELECT n / (3 - n) FROM generate_series(1, 5) n;
\echo after a failing fetch
\unset FETCH_COUNT
\set AUTOCOMMIT off
SELECT 9;
COMMIT;
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT 1/0;
SELECT 10;
COMMIT;
\set ON_ERROR_ROLLBACK off
\set SHOW_ALL_RESULTS off
SELECT 1 \; SELECT 2;
\set SHOW_ALL_RESULTS on
\t on
SELECT 11;
\t off
\pset format csv
SELECT 12;
\pset format aligned
LISTEN here;
NOTIFY here;
SELECT pg_sleep(1.001);
\set QUIET off
\timing
\timing
SELECT 13;
CREATE TABLE u ();
\timing off
SELECT 14;
\timing on
\timing 0
\timing yes
\timing maybe
\set QUIET on
SELECT 15;
\c
SELECT 16;
SELECT 17
