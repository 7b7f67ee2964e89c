\set a 1
SELECT :a;
\set b 'two words'
SELECT :'b', :"b" FROM (SELECT 1 AS "two words") t;
\echo :a :b :'b' :"b" :nosuch :'nosuch' :"nosuch"
\set c one two 'three four'
\echo :c
\set d :a:b
\echo :d
\set e '''quoted'''
\echo :e
SELECT :'e';
\set q 'it''s'
SELECT :'q';
\set bs 'back\\slash'
SELECT :'bs';
\echo :'bs'
\set nl 'line\nbreak\ttab'
SELECT :'nl';
\echo :nl
\set oct '\101\x42\103'
\echo :oct
SELECT :nosuch;
SELECT :'nosuch';
SELECT :"nosuch";
SELECT ':a', ":a" FROM (SELECT 1 AS ":a") t;
SELECT $$:a$$, /* :a */ 1;
SELECT 1::int, '1'::text;
SELECT ARRAY[1,2,3][:a:2];
\set stmt 'SELECT 1; SELECT 2;'
:stmt
\set part 'SELECT 3'
:part;
:part + 4;
\set name ж
SELECT :'name';
\set ж 5
SELECT :ж;
\echo :{?a} :{?nosuch}
SELECT :{?a}, :{?nosuch};
\set empty ''
\echo [:empty] :{?empty}
\set unset
\echo [:unset]
\unset a
\echo :a :{?a}
\unset
\unset nosuch
\unset a-b
\set a-b 1
\set 1 one
\set "quoted" x
\echo :"quoted"
\set rec :rec
\echo :rec
\set r1 ':r2'
\set r2 ':r1'
SELECT :r1;
SELECT 1 AS x, 'two' AS y, NULL AS z \gset
\echo :x :y :z :{?z}
SELECT 1 AS x, 'two' AS y \gset p_
\echo :p_x :p_y
SELECT 1 AS x WHERE false \gset
SELECT generate_series(1,2) AS x \gset
SELECT 1 AS "a b" \gset
SELECT 1 AS "AUTOCOMMIT", 2 AS "VERBOSITY" \gset
SELECT 1 AS "PROMPT1" \gset
SELECT 1/0 AS x \gset
SELECT 1 AS x, 2 AS x \gset
\echo :x
CREATE TABLE t (a int) \gset
SELECT 'a' || chr(10) || 'b' AS multi \gset
\echo :multi
SELECT :'multi';
SELECT 1 \; SELECT 2 AS last \gset
\echo :last
\echo :ERROR :SQLSTATE :ROW_COUNT :LAST_ERROR_SQLSTATE
SELECT generate_series(1,3);
\echo :ERROR :SQLSTATE :ROW_COUNT
INSERT INTO t SELECT generate_series(1,4);
\echo :ROW_COUNT
UPDATE t SET a = a WHERE a < 3;
\echo :ROW_COUNT
SELECT 1/0;
\echo :ERROR :SQLSTATE :ROW_COUNT :LAST_ERROR_SQLSTATE :'LAST_ERROR_MESSAGE'
SELECT 1;
\echo :ERROR :SQLSTATE :ROW_COUNT :LAST_ERROR_SQLSTATE :'LAST_ERROR_MESSAGE'
\set AUTOCOMMIT maybe
\set VERBOSITY loud
\set ECHO everything
\set ON_ERROR_ROLLBACK sometimes
\set FETCH_COUNT many
\set SHOW_CONTEXT now and then
\set QUIET perhaps
\set HISTSIZE x
\set IGNOREEOF
\echo :IGNOREEOF
\set COMP_KEYWORD_CASE title
\set HISTCONTROL all
\set ECHO_HIDDEN x
\set SINGLELINE x
\set ON_ERROR_STOP
\echo :ON_ERROR_STOP
\unset ON_ERROR_STOP
\echo :ON_ERROR_STOP
\unset VERBOSITY
\echo :VERBOSITY
\unset AUTOCOMMIT
\echo :AUTOCOMMIT
\set AUTOCOMMIT on
\set FETCH_COUNT 0x10
\echo :FETCH_COUNT
\unset FETCH_COUNT
\echo :DBNAME :USER :ENCODING
SELECT :'DBNAME' = current_database();
\echo :SERVER_VERSION_NUM
\echo 'single quoted' "double quoted" un'quo'ted
\echo -n no newline
\echo
\echo "-n" x
\echo -n
\echo a    b
\echo 'a
\echo "a
\echo after
\qecho to the output :x
\warn to the error :x
\warn -n no newline
\warn
\echo a\\b
\echo a \\ \echo b
\echo ':x' :':x'
\echo :x:x :x.y x:x
\echo ::x :::x
SELECT 1 AS ":x";
