-- COPY and \copy.
CREATE TABLE t (a int, b text);
COPY t FROM STDIN;
1	one
2	\N
3	tab\tand\\backslash
\.
TABLE t;
COPY t TO STDOUT;
COPY t TO STDOUT WITH (FORMAT csv, HEADER);
COPY (SELECT a, b FROM t WHERE a > 1) TO STDOUT (DELIMITER '|', NULL '-');
COPY t (a) FROM STDIN CSV;
4
5
\.
COPY t FROM STDIN;
x	not a number
6	never read
\.
SELECT 'after the error';
COPY nosuch FROM STDIN;
7	skipped
\.
COPY t FROM STDIN WITH (nosuch);
8	skipped
\.
COPY t FROM STDIN (
9	not skipped, but part of the statement
\.
);
COPY t FROM stdin; SELECT 'same line';
10	ten
\.
COPY t FROM STDIN \; COPY t FROM STDIN \; SELECT count(*) FROM t;
11	eleven
\.
12	twelve
\.
BEGIN; COPY t FROM STDIN; ROLLBACK;
13	never stays
\.
SELECT count(*) FROM t;
COPY t TO STDOUT \; SELECT 1 \; COPY (SELECT 2) TO STDOUT;
\copy t to 't.txt'
\copy t (a) to 'a.csv' with csv header
\copy (select a, b from t order by a limit 2) to stdout
\copy (select a, b from t order by a limit 2) to pstdout csv
\copy t from 't.txt'
SELECT count(*) FROM t;
\copy t(a) from 'a.csv' csv header
SELECT count(*) FROM t;
\copy t from stdin
20	twenty
\.
\copy t from pstdin
21	twentyone
\.
\copy t from nosuch.txt
\copy nosuch to 'x.txt'
\copy nosuch from 't.txt'
\copy t to /nosuch/dir/x
\copy t from .
\copy t to .
\copy
\copy t
\copy t from
\copy t into 'x'
\copy t (a from 'x'
\copy t from 't.txt' with (nosuch)
\copy t from program
\copy t to 'x' \\ SELECT 1;
SELECT 'next';
\copy "t" ("a") to stdout where a = 1
\copy public.t to stdout (format csv, quote '''')
\copy t from stdin \\ SELECT 1;
22	x
\.
COPY t TO '/tmp/nosuch/x';
\set QUIET off
\copy t to 't.txt'
\copy t from 't.txt'
COPY t TO STDOUT;
COPY t FROM STDIN;
30	thirty
\.
\set QUIET on
\o out.txt
COPY (SELECT 1) TO STDOUT;
\copy (select 2) to stdout
\o
\copy t from out.txt with (format text, null 'x')
COPY (SELECT 'жёлтый' AS "ж", '中') TO STDOUT (FORMAT csv, HEADER);
COPY (SELECT E'a\nb\\.') TO STDOUT;
COPY (SELECT 1 WHERE false) TO STDOUT;
SELECT 1 AS x \g copied.txt
COPY (SELECT 3) TO STDOUT \g copied2.txt
\copy (select 1) to 'p.txt' csv header
\copy t(a) from 'p.txt' csv header
COPY t FROM STDIN;
40	forty
