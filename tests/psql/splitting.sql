-- Where statements end.
SELECT 1;
SELECT 1; SELECT 2;
SELECT 1 \; SELECT 2;
SELECT 'a;b', "x;y" FROM (SELECT 1 AS "x;y") t;
SELECT $$a;b$$, $q$a;$$;b$q$;
SELECT $1$ AS a_parameter_and_a_dollar;
SELECT $a1$;$a1$, $€$;$€$, $1 $a$;$1$a$;
SELECT 1 AS a$b$; SELECT 2 AS a$b$;
SELECT 1 /*/ a; */ AS one; SELECT 2 /**/ AS two;
SELECT 'it''s; fine', E'it\'s; fine', U&'\0041;';
SELECT /* a ; /* nested ; */ still ; */ 1;
SELECT 1 -- comment ; with semicolon
  + 1;
-- a comment before
/* another one */ SELECT 3;
SELECT (1;
2);
SELECT 4;
SELECT ARRAY[1,2,3][1:2];
SELECT 'a'::text;
SELECT B'101', X'1F', b'1', x'a';
SELECT 'two'
'lines';
SELECT "select" FROM (SELECT 5 AS "select") s;
SELECT $1;
SELECT 'unfinished
string over
lines' AS s;
SELECT 1 AS "quoted
name";
SELECT $body$
dollar;
$notbody$
$body$;
;
;;
SELECT 1;;SELECT 2;
SELECT 1 AS a \g
SELECT 1 AS a \g SELECT 2 AS b \g
SELECT
1
AS
a
;

SELECT 1 -- a comment at the end
;
select 1 /* comment
over lines */ as "with comment";
CREATE FUNCTION atomic(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a; SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; END;
SELECT atomic(3);
CREATE OR REPLACE PROCEDURE proc() LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 'after';
CALL proc();
BEGIN; SELECT 'in'; END;
SELECT CASE WHEN true THEN 'begin' END;
CREATE TABLE "T;1" (a int, b text DEFAULT ';');
INSERT INTO "T;1" VALUES (1, 'x;y') RETURNING *;
CREATE RULE r AS ON UPDATE TO "T;1" DO ALSO (SELECT 1; SELECT 2);
UPDATE "T;1" SET a = 2;
DROP TABLE "T;1";
DO $$ BEGIN PERFORM 1; END $$;
DO 'BEGIN PERFORM 1; END';
SELECT e'\\', 'a\', 'b';
SET standard_conforming_strings = off;
SELECT 'a\'b;c';
SET standard_conforming_strings = on;
SELECT 1 + 
	2	AS	tabs;
SELECT 1 \;
SELECT 2 \; SELECT 3;
SELECT 1::int:=2;
SELECT 10 AS a, 20 AS b\gx
SELECT 5 \\ SELECT 6;
SELECT 7 \echo in the middle
;
SELECT '\echo no';
SELECT 1 \p
+ 1 \p
;
\p
SELECT 8 \r
SELECT 9;
SELECT 1a;
SELECT 1.5e3, .5, 1e, 0x1F;
SELECT U&"d\0061t" FROM (SELECT 1 AS dat) x;
SELECT $a$ $b$ $a$;
SELECT a$b FROM (SELECT 1 AS a$b) x;
SELECT 'é' AS "été", 'ж' AS ж;
SELECT :: ;
SELECT 1 :: int;
SELECT (SELECT (1));
SELECT );
SELECT 11;
EXPLAIN (COSTS OFF) SELECT 1;
VALUES (1, 'a'), (2, 'b');
TABLE pg_catalog.pg_tablespace_nothing;
PREPARE p AS SELECT $1::int; EXECUTE p(1); DEALLOCATE p;
SELECT 12
