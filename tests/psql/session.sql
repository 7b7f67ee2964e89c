-- The session: \c, \conninfo, \set lists, \errverbose.
\conninfo
\c
\c -
\c compare
\c compare - 
\c - - - -
\c - - - - - extra
SELECT current_database(), current_user;
\set QUIET off
\c
\c postgres
\c compare
\set QUIET on
\c "dbname=compare"
\conninfo
\errverbose
SELECT 1/0;
\errverbose
\c compare student
SELECT current_user;
\conninfo
SET ROLE student;
CREATE TEMP TABLE gone (a int);
\c -
SELECT * FROM gone;
\echo :DBNAME :USER :PORT :HOST
\encoding
\encoding LATIN1
\encoding UTF8
\set
\nosuch
\nosuch with arguments \\ SELECT 1;
SELECT 'next';
\
\\
\1
\dnosuch
\dt\dn
\echo a\echo b
\echo a \echo b
\x\t
\x off \t off
\t off
\echo 'unterminated
\echo "unterminated
\set x 'unterminated
\copyright
\getenv home HOME
\echo :home
\getenv nosuch NOSUCH_VARIABLE
\echo :nosuch
\getenv
\getenv x
\getenv 1-2 HOME
\setenv NEWVAR value
\getenv newvar NEWVAR
\echo :newvar
\setenv NEWVAR
\getenv newer NEWVAR
\echo :newer
\setenv
\setenv A=B x
\prompt
\prompt p
the answer
\echo :p
\prompt 'a text ' q
another answer
\echo :q
\prompt -x r
\echo end
\q extra
