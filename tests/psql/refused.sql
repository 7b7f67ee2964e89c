-- What is refused here: the wanted differences of tests/suite/psql/differences.rs.
\warn before html
\pset format html
\warn after html
\pset format aligned
\warn before wrapped
\pset format wrapped
\warn after wrapped
\pset format aligned
\warn before double
\pset unicode_border_linestyle double
\warn after double
\pset unicode_border_linestyle single
\warn before shell
\! true
\warn after shell
\warn before cd
\cd .
\warn after cd
\warn before program
SELECT 1 \g |cat >/dev/null
\warn after program
\warn before list
\dFp nosuch
\warn after list
SELECT E'\x1b[31m', 1/0;
DO $$ BEGIN RAISE NOTICE E'red: \x1b[31m, bell: \x07, c1: \u0085'; END $$;
SELECT 'last';
