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
\warn before LATIN1
\encoding LATIN1
\warn after LATIN1
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
\warn before setenv
\setenv NEWVAR value
\warn after setenv
\echo end
\c nosuch_database \\ SELECT 1;
SELECT 2;
