-- AUTOCOMMIT, ON_ERROR_ROLLBACK, ECHO, FETCH_COUNT, SINGLELINE, SHOW_ALL_RESULTS.
CREATE TABLE t (a int);
\set AUTOCOMMIT off
INSERT INTO t VALUES (1);
ROLLBACK;
SELECT count(*) FROM t;
COMMIT;
INSERT INTO t VALUES (2);
COMMIT;
SELECT 1/0;
SELECT 1;
ROLLBACK;
VACUUM t;
BEGIN;
SELECT 'in';
END;
\echo :AUTOCOMMIT
SELECT count(*) FROM t \; SELECT 2;
ROLLBACK;
-- a comment
/* and another */ COMMIT;
ABORT;
CREATE DATABASE nosuch_x TEMPLATE nosuch;
SELECT 1 AS one \gdesc
COMMIT;
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO t VALUES (3);
SELECT 1/0;
INSERT INTO t VALUES (4);
SAVEPOINT s;
INSERT INTO t VALUES (5);
SELECT nosuch;
ROLLBACK TO s;
RELEASE s;
SELECT count(*) FROM t;
COMMIT;
\set ON_ERROR_ROLLBACK interactive
BEGIN;
SELECT 1/0;
SELECT 1;
COMMIT;
\set ON_ERROR_ROLLBACK off
\set SINGLELINE on
SELECT 1
SELECT 2 +
3
SELECT 4; SELECT 5
\echo single
\set SINGLELINE off
SELECT
6;
\set SHOW_ALL_RESULTS off
SELECT 1 \; SELECT 2;
INSERT INTO t VALUES (7) \; SELECT count(*) FROM t;
SELECT 1 \; SELECT 1/0;
\set SHOW_ALL_RESULTS on
SELECT 1 \; SELECT 2;
\set FETCH_COUNT 2
SELECT n FROM generate_series(1, 5) n;
SELECT 1 WHERE false;
SELECT 1 AS v \gset
INSERT INTO t VALUES (8);
\unset FETCH_COUNT
\set ECHO all
SELECT 1;
-- a comment
SELECT 2
  + 3;

\echo text
\set ECHO none
\set ECHO queries
SELECT 1; SELECT 2;
SELECT 3 \; SELECT 4;
\set ECHO none
\timing on
\timing off
SELECT 1 AS first \; SELECT 2 AS second \gx
SELECT 1/0 \watch 0.01
SELECT nosuch \watch

SELECT 'lost' AS word;
\p
\g
\g
\gx
\gdesc
\gset
\echo :word
SELECT 1 AS a, 'x' AS b, NULL::numeric(10,2) AS c, ARRAY[1] AS d, now() AS e \gdesc
SELECT \gdesc
CREATE TABLE gd () \gdesc
SELECT 1 \; SELECT 2 \gdesc
SELECT $1::int \gdesc
SELECT 'SELECT ' || n || ' AS n' FROM generate_series(1, 3) n \gexec
SELECT 'SELECT 1/0', 'SELECT 2', NULL, '', 'nosuch' \gexec
SELECT 'SELECT 1; SELECT 2' \gexec
SELECT 1 WHERE false \gexec
\r
\set SENTINEL x
\set ON_ERROR_STOP on
\echo before
SELECT nosuch; SELECT 'same line';
\echo not reached
