-- Files: \o, \g FILE, \w, \i, \ir, \qecho.
\o one.txt
SELECT 1 AS one;
\qecho to the file
\echo to the output
SELECT nosuch;
\d nosuch
\o
\copy (select 1) to stdout
CREATE TABLE lines (n serial, line text);
\copy lines (line) from one.txt with (delimiter E'\x01')
SELECT line FROM lines ORDER BY n;
TRUNCATE lines;
SELECT 2 AS two \g two.txt
SELECT 3 AS three \g (format=unaligned) three.txt
SELECT 4 AS four \gx four.txt
SELECT nosuch \g five.txt
SELECT 1 \; SELECT 2 \g six.txt
SELECT 'back';
\copy lines (line) from two.txt with (delimiter E'\x01')
\copy lines (line) from three.txt with (delimiter E'\x01')
\copy lines (line) from four.txt with (delimiter E'\x01')
\copy lines (line) from five.txt with (delimiter E'\x01')
\copy lines (line) from six.txt with (delimiter E'\x01')
SELECT line FROM lines ORDER BY n;
SELECT 1 \g /nosuch/dir/file
SELECT 1 \g .
\o /nosuch/dir/file
\o .
SELECT 'still here';
SELECT 5 \g 'two words.txt'
SELECT 6 AS six
\w query.sql
;
\w last.sql
\i query.sql
;
\i last.sql
\w
\w /nosuch/dir/file
\i
\i nosuch.sql
\ir nosuch.sql
\i /nosuch/dir/file
\i .
\o script.sql
\qecho SELECT ''from the script'';
\qecho '\\echo' line two
\qecho SELECT nosuch;
\qecho '\\nosuch'
\qecho SELECT 1/0;
\qecho "\\set from_script yes"
\qecho SELECT ''unterminated at the end''
\o
\i script.sql
\echo :from_script
\ir script.sql
\o quits.sql
\qecho SELECT ''before'';
\qecho '\\q'
\qecho SELECT ''never'';
\o
\i quits.sql
\echo and after
\o opens.sql
\qecho '\\if true'
\qecho SELECT ''in the if'';
\o
\i opens.sql
\o stops.sql
\qecho SELECT nosuch;
\qecho SELECT ''not reached with ON_ERROR_STOP'';
\o
\i stops.sql
\i script.sql \\ SELECT 'after the script';
\i script.sql extra
SELECT 7 AS s \i script.sql
;
\o inner.sql
\qecho SELECT ''inner'';
\o
\o outer.sql
\qecho '\\ir inner.sql'
\qecho '\\i inner.sql'
\qecho '\\i missing.sql'
\o
\include outer.sql
\include_relative outer.sql
\set ECHO all
SELECT 'echoed';
\i inner.sql
\set ECHO queries
SELECT 1,
  2;
SELECT 1 AS x \gset
\i inner.sql
\d lines
\set ECHO errors
SELECT nosuch,
  1;
\i stops.sql
\set ECHO none
\set ECHO_HIDDEN on
\dn
\sv nosuch
\set ECHO_HIDDEN noexec
\dn
\set ECHO_HIDDEN off
\qecho -n x
\qecho
\o all.txt
\x
\t
\timing off
SELECT 1 AS expanded;
\pset
\l nosuch
\conninfo_no
\set
\errverbose
\p
\?x
\o
\x off
\t off
\s history.txt
\i history.txt
\o a.txt b.txt
\o
