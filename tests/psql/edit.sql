-- \e with an editor that changes some words (editor.sh), and \s.
SELECT 'a draft' AS word
\e
;
SELECT 'the latest draft' AS word;
\e
;
SELECT 'nothing to change' AS word;
\e
;
\p
SELECT 'begun, nothing to change' AS word
\e
;
SELECT 'one draft' AS word END SELECT 'two' AS word END
\e
SELECT 'on the same line, a draft' AS word END \e
SELECT 'next line';
SELECT 'three
lines
with a draft' AS word
\e
\p
;
SELECT 'with a command and a draft' AS word END
-- \echo in a comment
\e
SELECT 'at LINE' AS word
\e 2
;
SELECT 'at LINE' AS word
\e 0
;
\r
SELECT 'kept' AS word
\e /nosuch/dir/file
;
\echo after no file
\r
\o file.sql
\qecho 'SELECT ''of a file, a draft'' AS word'
\o
\e file.sql
;
\e file.sql
;
\i file.sql
;
\o file2.sql
\qecho 'SELECT ''of a file, a draft'' AS word END'
\o
SELECT 'begun' AS lost
\e file2.sql
\o file3.sql
\qecho 'SELECT ''at LINE'' AS word END'
\o
\e file3.sql 3
\o file3.sql
\qecho 'SELECT ''at LINE'' AS word END'
\o
\e file3.sql three
\r
\e file3.sql 1 extra
\r
\e nosuch.sql
SELECT 'after that';
\warn before a failing editor
SELECT 'FAIL, no change' AS word
\e
\r
\warn after a failing editor
SELECT nosuch, 'draft' END
\e
\if false
SELECT 'a draft'
\e
\e file.sql \else
\endif
\set QUIET off
SELECT 'a loud draft' AS word END
\e
SELECT 'a loud same' AS word
\e
;
\set QUIET on
\set ECHO all
SELECT 'a shown draft' AS word END
\e
\set ECHO none
COPY (SELECT 'a draft' AS word) TO STDOUT END
\edit
\s
\echo after s
\s history.txt
\echo after s with a file
\i history.txt
\s /nosuch/dir/file
\if true
\s
\echo still in the if
\e
\else
\echo not here
\endif
\s one two \echo behind it
\set QUIET off
\s
\s history.txt
\set QUIET on
\o edits.sql
\qecho 'SELECT ''draft in a file'' AS word END'
\qecho '\\e'
\qecho '\\s'
\qecho 'SELECT ''after'' AS word;'
\o
\warn before an included file
\i edits.sql
\warn after an included file
\set ON_ERROR_STOP on
\echo before a failure
\s
\echo not reached
