-- \watch that succeeds for a while: each statement fails when its sequence says so, which ends it.
CREATE SEQUENCE runs;
CREATE TABLE t (n int);
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
SELECT currval('runs');
\echo :ERROR :SQLSTATE :ROW_COUNT
ALTER SEQUENCE runs RESTART;
SELECT 12 / (3 - nextval('runs')) AS quotient, 'жёлтый' AS word, E'two\nlines' AS lines
  \watch 0.01
\p
\g
ALTER SEQUENCE runs RESTART;
\x
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\x
ALTER SEQUENCE runs RESTART;
\t
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\t
ALTER SEQUENCE runs RESTART;
\pset title 'A title'
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\pset title
ALTER SEQUENCE runs RESTART;
\pset format unaligned
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\pset format csv
ALTER SEQUENCE runs RESTART;
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\pset format aligned
\pset null nothing
ALTER SEQUENCE runs RESTART;
SELECT NULL WHERE 12 / (3 - nextval('runs')) > 0 \watch 0.01
\pset null ''
ALTER SEQUENCE runs RESTART;
SELECT 'none' WHERE 12 / (3 - nextval('runs')) < 0 \watch 0.01
ALTER SEQUENCE runs RESTART;
INSERT INTO t VALUES (12 / (3 - nextval('runs'))) \watch 0.01
SELECT count(*) FROM t;
ALTER SEQUENCE runs RESTART;
INSERT INTO t VALUES (12 / (3 - nextval('runs'))) RETURNING n \watch 0.01
ALTER SEQUENCE runs RESTART;
DO $$ BEGIN RAISE NOTICE 'run %', 12 / (3 - nextval('runs')); END $$ \watch 0.01
ALTER SEQUENCE runs RESTART;
SELECT 'first' AS one \; SELECT 12 / (3 - nextval('runs')) AS quotient \; SELECT 'last' AS three \watch 0.01
ALTER SEQUENCE runs RESTART;
\set QUIET off
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
ALTER SEQUENCE runs RESTART;
INSERT INTO t VALUES (12 / (3 - nextval('runs'))) \watch 0.01
\set QUIET on
ALTER SEQUENCE runs RESTART;
\timing on
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\timing off
ALTER SEQUENCE runs RESTART;
\set ECHO all
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\set ECHO queries
ALTER SEQUENCE runs RESTART;
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\set ECHO errors
ALTER SEQUENCE runs RESTART;
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\set ECHO none
ALTER SEQUENCE runs RESTART;
\set FETCH_COUNT 1
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\unset FETCH_COUNT
ALTER SEQUENCE runs RESTART;
\set AUTOCOMMIT off
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
COMMIT;
\set AUTOCOMMIT on
ALTER SEQUENCE runs RESTART;
BEGIN;
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
SELECT 'refused';
ROLLBACK;
ALTER SEQUENCE runs RESTART;
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
SELECT 'after';
ROLLBACK;
\set ON_ERROR_ROLLBACK off
ALTER SEQUENCE runs RESTART;
\o out.txt
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
\o
CREATE TABLE lines (n serial, line text);
\copy lines (line) from out.txt with (delimiter E'\x01')
SELECT line FROM lines ORDER BY n;
ALTER SEQUENCE runs RESTART;
SELECT 12 / (2 - nextval('runs')) AS quotient \watch 0.25 extra \echo behind it
ALTER SEQUENCE runs RESTART;
SELECT 12 / (2 - nextval('runs')) AS quotient \watch 1e-2
ALTER SEQUENCE runs RESTART;
SELECT 12 / (2 - nextval('runs')) AS quotient \watch -3
ALTER SEQUENCE runs RESTART;
SELECT 12 / (2 - nextval('runs')) AS quotient \watch word
ALTER SEQUENCE runs RESTART;
SELECT 12 / (2 - nextval('runs')) AS quotient \watch
ALTER SEQUENCE runs RESTART;
SELECT 12 / (3 - nextval('runs')) AS quotient;
\watch 0.01
ALTER SEQUENCE runs RESTART;
LISTEN here;
SELECT 12 / (3 - nextval('runs')) AS quotient, pg_notify('here', 'again') \watch 0.01
ALTER SEQUENCE runs RESTART;
COPY (SELECT 12 / (3 - nextval('runs'))) TO STDOUT \watch 0.01
SELECT 'next' AS word;
ALTER SEQUENCE runs RESTART;
\set seconds 0.01
SELECT 12 / (3 - nextval('runs')) AS quotient \watch :seconds
\o watched.sql
\qecho ALTER SEQUENCE runs RESTART;
\qecho 'SELECT 12 / (3 - nextval(''runs'')) AS quotient \\watch 0.01'
\qecho SELECT ''after'';
\o
\i watched.sql
ALTER SEQUENCE runs RESTART;
\set ON_ERROR_STOP on
SELECT 12 / (3 - nextval('runs')) AS quotient \watch 0.01
SELECT 'not reached with ON_ERROR_STOP';
