-- Every class of types, aligned and expanded.
SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET timezone = 'UTC';
SELECT 1::int2 AS int2, 2::int4 AS int4, 3::int8 AS int8, 4.50::numeric AS numeric, 1.5::float4 AS float4, 2.5::float8 AS float8, 5::oid AS oid;
SELECT 'NaN'::float8, 'Infinity'::float8, '-Infinity'::float4, 'NaN'::numeric, 1e300::float8, 1e-10::float8, 12345678901234567890.123::numeric;
SELECT 1.5::money AS money, true AS bool, false AS no, 'x'::char AS "char", 'ab'::char(5) AS bpchar, 'v'::varchar AS varchar, 't'::text AS text, 'n'::name AS name;
SELECT '\xdeadbeef'::bytea AS bytea, B'101'::bit(3) AS bit, B'1011'::varbit AS varbit;
SELECT date '2024-02-29' AS date, time '12:34:56.789' AS time, timetz '12:34:56+02' AS timetz, timestamp '2024-02-29 12:34:56' AS timestamp, timestamptz '2024-02-29 12:34:56.123456+00' AS timestamptz, interval '1 year 2 mons 3 days 04:05:06' AS interval;
SELECT 'infinity'::date, '-infinity'::timestamp, '0044-03-15 BC'::date;
SELECT point '(1,2)' AS point, line '{1,2,3}' AS line, lseg '[(0,0),(1,1)]' AS lseg, box '(1,1),(0,0)' AS box, path '((0,0),(1,1))' AS path, polygon '((0,0),(1,1),(1,0))' AS polygon, circle '<(0,0),1>' AS circle;
SELECT inet '192.168.0.1/24' AS inet, cidr '10.0.0.0/8' AS cidr, macaddr '08:00:2b:01:02:03' AS macaddr, macaddr8 '08:00:2b:01:02:03:04:05' AS macaddr8;
SELECT json '{"a": 1}' AS json, jsonb '{"b":[1,2,null]}' AS jsonb, jsonpath '$.a[*]' AS jsonpath, xml '<a>b</a>' AS xml;
SELECT uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS uuid, tsvector 'a fat cat' AS tsvector, tsquery 'fat & rat' AS tsquery, pg_lsn '16/B374D848' AS pg_lsn, '10:20:10,14,15'::pg_snapshot AS pg_snapshot, '5'::xid AS xid, '6'::cid AS cid, '(0,1)'::tid AS tid, '7'::xid8 AS xid8;
SELECT ARRAY[1,2,3] AS ints, ARRAY['a','b c',NULL,'"q"'] AS texts, ARRAY[[1,2],[3,4]] AS matrix, '{}'::int[] AS empty, ARRAY[1.5,2.5] AS numerics;
SELECT int4range(1,5) AS int4range, numrange(1.5,2.5,'[]') AS numrange, daterange('2024-01-01','2024-02-01') AS daterange, tsrange(NULL,NULL) AS tsrange, 'empty'::int8range AS int8range, int4multirange(int4range(1,2),int4range(3,4)) AS int4multirange;
SELECT ROW(1,'two',NULL) AS record, ROW(1,ROW(2,3)) AS nested;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
SELECT 'ok'::mood AS enum, (1,'x')::pair AS composite, 5::positive AS domain, ARRAY['sad','ok']::mood[] AS enums;
SELECT 'pg_class'::regclass AS regclass, 'int4'::regtype AS regtype, 'now'::regproc AS regproc, 'pg_catalog'::regnamespace AS regnamespace, 'sum(int4)'::regprocedure AS regprocedure, '+(int4,int4)'::regoperator AS regoperator, 'english'::regconfig AS regconfig, 'simple'::regdictionary AS regdictionary, '"C"'::regcollation AS regcollation;
SELECT NULL AS "null", NULL::int AS "int null", NULL::text[] AS "array null", ''::text AS "empty string";
SELECT '1 2'::int2vector AS int2vector, '1 2'::oidvector AS oidvector, 'a'::"char" AS qchar, '{1,2}'::aclitem[] ;
SELECT 'admin=r/admin'::aclitem AS aclitem, 'void'::void AS void, now() IS NOT NULL AS now;
SELECT refcursor 'c' AS refcursor, txid_current_snapshot() IS NOT NULL AS s;
SELECT 123456789 AS "a very long column name that is wider than its value", 'a value that is wider than its column name' AS n;
SELECT 'left' AS l, 1 AS r, 'left' AS l2, 2.5 AS r2 UNION ALL SELECT 'longer left', 12345, 'l', 100.25;
SELECT;
SELECT FROM generate_series(1,3);
SELECT 1 AS a WHERE false;
SELECT 1 AS a, 'b' AS b, NULL AS c WHERE false;
SELECT * FROM (VALUES (1,'a'),(2,NULL),(NULL,'c')) v(n, t);
\pset null '(null)'
SELECT * FROM (VALUES (1,'a'),(2,NULL),(NULL,'c')) v(n, t);
SELECT NULL;
\pset null 'ø'
SELECT * FROM (VALUES (1,'a'),(2,NULL),(NULL,'c')) v(n, t);
\x
SELECT * FROM (VALUES (1,'a'),(2,NULL),(NULL,'c')) v(n, t);
\pset null ''
SELECT 1::int2 AS int2, 2::int4 AS int4, 3::int8 AS int8, 4.50::numeric AS numeric, 1.5::float4 AS float4, 2.5::float8 AS float8, 5::oid AS oid;
SELECT 1.5::money AS money, true AS bool, 'x'::char AS "char", 'ab'::char(5) AS bpchar, 'v'::varchar AS varchar, 't'::text AS text, 'n'::name AS name;
SELECT '\xdeadbeef'::bytea AS bytea, B'101'::bit(3) AS bit, json '{"a": 1}' AS json, jsonb '{"b":[1,2,null]}' AS jsonb, ARRAY[1,2,3] AS ints, ROW(1,'two',NULL) AS record;
SELECT date '2024-02-29' AS date, time '12:34:56.789' AS time, timestamptz '2024-02-29 12:34:56.123456+00' AS timestamptz, interval '1 year 2 mons 3 days 04:05:06' AS interval;
SELECT 1 AS a, 'b' AS b;
SELECT * FROM (VALUES (1,'a'),(2,'b'),(3,'c')) v(number, "a longer name");
SELECT 1 AS a WHERE false;
SELECT;
SELECT FROM generate_series(1,2);
SELECT n FROM generate_series(1,12) n;
SELECT NULL AS "null", '' AS empty;
SELECT 1 AS x \g
SELECT 1 AS x \gx
\x off
SELECT 1 AS x \gx
SELECT * FROM (VALUES (1,'a'),(2,'b')) v(number, "a longer name") \gx
SELECT 1 AS x WHERE false \gx
\x auto
SELECT 1 AS x, 2 AS y;
SELECT repeat('wide ', 40) AS w, 1 AS n;
\pset columns 60
SELECT repeat('wide ', 40) AS w, 1 AS n;
SELECT repeat('w', 100) AS w;
SELECT 1 AS narrow, 2 AS table;
SELECT 'exactly' AS a, repeat('x', 48) AS b;
SELECT 'exactly' AS a, repeat('x', 51) AS b;
\pset columns 0
\x off
\t
SELECT 1 AS a, 'b' AS b;
SELECT 1 AS a WHERE false;
\x
SELECT 1 AS a, 'b' AS b;
SELECT 1 AS a WHERE false;
SELECT * FROM (VALUES (1,'a'),(2,'b')) v(n, t);
\x
\t
SELECT 1 AS "Upper", 2 AS "with space", 3 AS "ünï", 4 AS "?column?";
EXPLAIN (COSTS OFF) SELECT * FROM pg_class ORDER BY relname;
SHOW work_mem;
SHOW datestyle;
FETCH 1 FROM nosuch;
