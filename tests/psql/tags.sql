-- Command tags with QUIET off, and announcements of commands.
\set QUIET off
CREATE TABLE t (a int, b text);
INSERT INTO t VALUES (1, 'a');
INSERT INTO t SELECT n, 'x' FROM generate_series(2, 5) n;
INSERT INTO t VALUES (6, 'r') RETURNING a, b;
INSERT INTO t SELECT 1 WHERE false;
UPDATE t SET b = 'u' WHERE a > 3;
UPDATE t SET b = 'u' WHERE a = 1 RETURNING *;
DELETE FROM t WHERE a = 2;
DELETE FROM t WHERE a = 99 RETURNING *;
MERGE INTO t USING (VALUES (1), (7)) AS s(a) ON t.a = s.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.a, 'm');
SELECT 1;
VALUES (1);
CREATE TABLE u AS SELECT * FROM t;
SELECT * INTO w FROM t;
CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
REFRESH MATERIALIZED VIEW m;
BEGIN; SAVEPOINT s; ROLLBACK TO s; RELEASE s; COMMIT;
BEGIN; SELECT 1/0; COMMIT;
START TRANSACTION; END;
BEGIN; ABORT;
BEGIN; PREPARE TRANSACTION 'x';
ROLLBACK;
DECLARE c CURSOR FOR SELECT 1;
BEGIN; DECLARE c CURSOR FOR SELECT n FROM generate_series(1, 5) n; FETCH 2 FROM c; MOVE 1 FROM c; FETCH ALL FROM c; FETCH c; CLOSE c; COMMIT;
COPY t TO STDOUT;
COPY t FROM STDIN;
100	copied
101	\N
\.
COPY (SELECT 1) TO STDOUT;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p(INOUT x int) LANGUAGE plpgsql AS 'BEGIN x := x + 1; END';
CALL p(1);
DO $$ BEGIN END $$;
EXPLAIN (COSTS OFF) SELECT 1;
PREPARE q AS SELECT 1; EXECUTE q; DEALLOCATE q; DEALLOCATE ALL;
SET work_mem = '1MB'; RESET work_mem; SHOW work_mem;
LISTEN x; NOTIFY x; UNLISTEN x;
LOCK TABLE t;
BEGIN; LOCK TABLE t; END;
VACUUM t; ANALYZE t; CLUSTER; CHECKPOINT; DISCARD ALL;
CREATE INDEX i ON t (a); REINDEX INDEX i; DROP INDEX i;
CREATE VIEW v AS SELECT 1 AS x; ALTER VIEW v RENAME TO v2; DROP VIEW v2;
CREATE SCHEMA s CREATE TABLE st (a int); DROP SCHEMA s CASCADE;
COMMENT ON TABLE t IS 'a table';
GRANT SELECT ON t TO student; REVOKE SELECT ON t FROM student;
TRUNCATE u;
CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'; DROP TYPE e;
SELECT 1 \; INSERT INTO u VALUES (1) \; UPDATE u SET a = 2 \; SELECT 2;
INSERT INTO u VALUES (1) \; SELECT 1/0;
;
/* only a comment */;
SELECT 1 AS x \gset
SELECT 1 AS x \gdesc
CREATE TABLE gd (a int) \gdesc
SELECT 'CREATE TABLE g1 (a int)', 'DROP TABLE g1' \gexec
SELECT NULL, 'SELECT 1' \gexec
CREATE TABLE ge (a int) \gexec
\x
\x
\x auto
\x off
\x maybe
\a
\a
\t
\t
\t on
\t off
\t maybe
\timing
\timing off
\timing maybe
\pset border 2
\pset border
\pset border x
\pset null NULL
\pset null
\pset format unaligned
\pset format
\pset format nosuch
\pset format a
\pset fieldsep ;
\pset fieldsep
\pset fieldsep_zero
\pset fieldsep '|'
\pset recordsep ,
\pset recordsep_zero
\pset recordsep '\n'
\pset footer off
\pset footer
\pset footer maybe
\pset linestyle u
\pset linestyle nosuch
\pset linestyle
\pset linestyle ascii
\pset title 'a title'
\pset title
\C again
\C
\pset tuples_only
\pset tuples_only off
\pset expanded auto
\pset expanded
\pset expanded off
\pset pager off
\pset pager always
\pset pager maybe
\pset pager
\pset pager_min_lines 3
\pset pager_min_lines 1
\pset columns 80
\pset columns
\pset columns 0
\pset csv_fieldsep ;
\pset csv_fieldsep ab
\pset csv_fieldsep
\pset csv_fieldsep ','
\pset numericlocale
\pset numericlocale off
\pset tableattr border=1
\pset tableattr
\T x
\T
\f ;
\f
\pset unicode_header_linestyle wrong
\pset unicode_border_linestyle single
\pset unicode_column_linestyle single
\pset unicode_header_linestyle
\pset nosuch
\pset nosuch x
\pset border 1
\pset fieldsep '|'
\pset null ''
\pset footer on
\pset
\p
SELECT 1
\p
\r
\p
\r
\g
\encoding
\encoding UTF8
\encoding nosuch
\set x 1
\unset x
\echo x
\errverbose
\conninfo_no
\q
SELECT 'not reached';
