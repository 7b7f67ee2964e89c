-- Notices in the order they come, between results.
DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; RAISE INFO 'an info'; RAISE LOG 'a log'; RAISE DEBUG 'a debug'; END $$;
SET client_min_messages = debug1;
DO $$ BEGIN RAISE DEBUG 'a debug'; RAISE LOG 'a log'; RAISE NOTICE 'a notice'; END $$;
SET client_min_messages = warning;
DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; RAISE INFO 'an info'; END $$;
RESET client_min_messages;
CREATE FUNCTION says(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'row %', n;
  RETURN n;
END $$;
SELECT says(n) FROM generate_series(1, 3) n;
SELECT says(1) \; SELECT says(2) \; SELECT says(3);
SELECT says(1), 1/0;
SELECT says(n), 10 / (3 - n) FROM generate_series(1, 4) n;
SELECT says(1) \; SELECT 1/0 \; SELECT says(3);
DO $$ BEGIN RAISE NOTICE 'with detail' USING DETAIL = 'the detail', HINT = 'the hint'; END $$;
DO $$ BEGIN RAISE NOTICE E'two\nlines'; RAISE NOTICE ''; RAISE NOTICE 'percent %%'; RAISE NOTICE 'кириллица 中文'; END $$;
\set VERBOSITY verbose
DO $$ BEGIN RAISE NOTICE 'verbose' USING DETAIL = 'the detail', HINT = 'the hint', ERRCODE = '01234', TABLE = 't'; END $$;
\set VERBOSITY terse
DO $$ BEGIN RAISE NOTICE 'terse' USING DETAIL = 'the detail', HINT = 'the hint'; END $$;
\set VERBOSITY sqlstate
DO $$ BEGIN RAISE NOTICE 'sqlstate' USING DETAIL = 'the detail', HINT = 'the hint'; END $$;
\set VERBOSITY default
\set SHOW_CONTEXT always
SELECT says(1);
\set SHOW_CONTEXT errors
DROP TABLE IF EXISTS nosuch;
CREATE TABLE a (id int);
CREATE TABLE IF NOT EXISTS a (id int);
CREATE TABLE "a very long name for a table that is much longer than a name may be, so it is cut" (id int);
CREATE VIEW v AS SELECT * FROM a;
DROP TABLE a;
DROP TABLE a CASCADE;
COMMIT;
BEGIN;
BEGIN;
ROLLBACK;
VACUUM;
SELECT 1 \; VACUUM;
LISTEN c;
NOTIFY c;
NOTIFY c, 'payload';
SELECT pg_notify('c', 'from a function');
BEGIN; NOTIFY c, 'in a transaction'; SELECT 'before'; COMMIT;
SELECT says(5) \; NOTIFY c, 'x' \; SELECT 6;
UNLISTEN c;
NOTIFY c;
SELECT says(1) AS v \gset
\echo :v
SELECT says(2) \gdesc
SELECT says(3) \gx
SELECT 'SELECT says(' || n || ')' FROM generate_series(1, 2) n \gexec
SET client_min_messages = notice;
ANALYZE nosuch;
TRUNCATE pg_class;
CREATE TABLE s (id serial PRIMARY KEY, u int UNIQUE);
SELECT setseed(0) IS NOT NULL;
SELECT lo_unlink(0);
DO $$ BEGIN RAISE NOTICE 'last'; RAISE EXCEPTION 'and fails'; END $$;
\echo out
\warn err
\echo out
SELECT says(9);
\qecho end
