-- Every form of error.
SELECT nosuch;
SELECT 1 +;
SELEC 1;
SELECT * FROM nosuch;
SELECT 1,
       2,
       nosuch,
       4;

SELECT
nosuch
FROM pg_class;
SELECT 'таблица', '中文', nosuch;
SELECT '中文中文中文中文中文中文中文中文中文中文中文中文中文中文中文', nosuch, '中文中文中文中文中文中文中文中文中文中文中文';
SELECT 'кириллица кириллица кириллица кириллица кириллица кириллица', nosuch, 'кириллица кириллица';
SELECT 'a very long line that goes on and on before the error comes at last', 'and on and on and on', nosuch;
SELECT nosuch, 'a very long line that goes on and on after the error has come', 'and on and on and on';
SELECT 'a very long line that goes on and on before the error comes at last', nosuch, 'a very long line that goes on and on after the error has come';
SELECT	'tab',	nosuch;
	SELECT	1,
	nosuch	;
SELECT 'e' || 'é' || 'é', nosuch;
SELECT '😀', nosuch;
SELECT '
multi-line string', nosuch;
/* comment
   before */ SELECT nosuch;
-- not sent
SELECT nosuch;
SELECT 1/0;
SELECT 'abc'::int;
SELECT '2024-13-45'::date;
SELECT '{'::json;
SELECT json '{"a": 
nosuch}';
SELECT nosuch(1);
SELECT length(1, 2);
SELECT 1 + 'a'::text;
SELECT pg_clas.relname FROM pg_class;
SELECT relnam FROM pg_class;
SELECT count(*), relname FROM pg_class;
SELECT * FROM pg_class WHERE relname = 1;
CREATE TABLE parent (id int PRIMARY KEY, name text NOT NULL UNIQUE, n int CHECK (n > 0), CONSTRAINT "sum of both" CHECK (id + n < 100));
CREATE TABLE child (id int REFERENCES parent);
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
INSERT INTO parent VALUES (1, 'a', 1);
INSERT INTO parent VALUES (1, 'b', 1);
INSERT INTO parent VALUES (2, 'a', 1);
INSERT INTO parent VALUES (3, NULL, 1);
INSERT INTO parent VALUES (4, 'd', -1);
INSERT INTO parent VALUES (50, 'd', 60);
INSERT INTO child VALUES (9);
INSERT INTO parent VALUES (1);
INSERT INTO parent (nosuch) VALUES (1);
DELETE FROM parent; INSERT INTO parent VALUES (1, 'a', 1); INSERT INTO child VALUES (1); DELETE FROM parent;
SELECT (-5)::posint;
DROP TABLE parent;
DROP TABLE nosuch;
DROP TABLE IF EXISTS nosuch;
CREATE TABLE parent (a int);
CREATE TABLE IF NOT EXISTS parent (a int);
ALTER TABLE parent ADD COLUMN id int;
CREATE FUNCTION fails(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  IF n = 0 THEN RETURN 1 / n; END IF;
  IF n = 1 THEN EXECUTE 'SELECT nosuch'; END IF;
  IF n = 2 THEN RAISE EXCEPTION 'raised %', n USING DETAIL = 'a detail', HINT = 'a hint', ERRCODE = 'P0099', COLUMN = 'c', CONSTRAINT = 'k', DATATYPE = 'dt', TABLE = 't', SCHEMA = 's'; END IF;
  IF n = 3 THEN PERFORM fails(2); END IF;
  IF n = 4 THEN RAISE EXCEPTION E'two\nlines' USING DETAIL = E'detail\nof two', HINT = E'hint\nof two'; END IF;
  IF n = 5 THEN RAISE EXCEPTION ''; END IF;
  IF n = 6 THEN RAISE division_by_zero; END IF;
  IF n = 7 THEN ASSERT false, 'not so'; END IF;
  IF n = 8 THEN EXECUTE E'SELECT 1,\n  2,\n  nosuch'; END IF;
  RETURN n;
END $$;
SELECT fails(0);
SELECT fails(1);
SELECT fails(2);
SELECT fails(3);
SELECT fails(4);
SELECT fails(5);
SELECT fails(6);
SELECT fails(7);
SELECT fails(8);
SELECT fails(9);
CREATE FUNCTION bad() RETURNS int LANGUAGE plpgsql AS $$ BEGIN nosuch; END $$;
CREATE FUNCTION bad() RETURNS int LANGUAGE sql AS $$ SELECT nosuch $$;
CREATE FUNCTION bad() RETURNS int LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE FUNCTION sqlfails() RETURNS int LANGUAGE sql AS $$ SELECT fails(0) $$;
SELECT sqlfails();
DO $$ BEGIN PERFORM nosuch; END $$;
\set VERBOSITY verbose
INSERT INTO child VALUES (9);
SELECT fails(2);
SELECT nosuch;
SELECT (-5)::posint;
INSERT INTO child VALUES ('x');
SELECT fails(8);
\set VERBOSITY terse
SELECT nosuch;
SELECT fails(2);
SELECT fails(8);
INSERT INTO child VALUES (9);
\set VERBOSITY sqlstate
SELECT nosuch;
SELECT fails(2);
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT fails(2);
SELECT fails(0);
\set SHOW_CONTEXT always
SELECT fails(0);
SELECT fails(9);
DO $$ BEGIN RAISE NOTICE 'with context'; END $$;
\set SHOW_CONTEXT errors
\errverbose
SELECT 1;
\errverbose
SELECT 'syntax error at end
\errverbose
';
SELECT 1; SELECT nosuch; SELECT 2;
SELECT 1 \; SELECT nosuch \; SELECT 2;
SELECT 1 \; SELECT 1/0 \; SELECT 2;
INSERT INTO child VALUES (NULL) \; SELECT 1/0 \; SELECT 3;
SELECT count(*) FROM child;
BEGIN;
SELECT 1/0;
SELECT 1;
COMMIT;
BEGIN; SAVEPOINT s; SELECT 1/0; ROLLBACK TO s; SELECT 'saved'; COMMIT;
SELECT pg_catalog.set_config('nosuch', 'x', false);
SET nosuch.x = 1;
SET work_mem = 'many';
SET TRANSACTION ISOLATION LEVEL nosuch;
SET statement_timeout = 30;
SELECT pg_sleep(10);
RESET statement_timeout;
SELECT repeat('x', 1100000000);
CREATE TABLE x (a nosuchtype);
CREATE INDEX ON nosuch (a);
GRANT SELECT ON nosuch TO student;
SET ROLE nosuch;
SELECT * FROM generate_series(1, 2) AS g(a, b, c);
SELECT ROW(1,2) = ROW(1,2,3);
SELECT E'\xff';
SELECT '\xzz'::bytea;
SELECT U&'\00';
SELECT 'a' 'b';
SELECT "";
SELECT @;
SELECT 1 LIMIT -1;
COPY nosuch FROM STDIN;
skipped
\.
PREPARE p AS SELECT $1::int;
EXECUTE p('x');
EXECUTE p;
EXECUTE nosuch;
\gdesc
SELECT nosuch \gdesc
SELECT 1 + \gdesc
SELECT nosuch \gset
SELECT nosuch \gexec
SELECT 1/0 \gx
\set ECHO errors
SELECT nosuch;
SELECT 1,
  nosuch;
\set ECHO none
WITH w AS (SELECT 1) SELECT * FROM w w2, w3;
SELECT '0' AS a UNION SELECT 1, 2;
SELECT  1   /   0;
ROLLBACK;
COMMIT;
END;
BEGIN;
BEGIN;
ABORT;
