-- The formats for documents.
CREATE TABLE t (id int, "a name" text, value numeric);
INSERT INTO t VALUES (1, 'one', 1.5), (2, E'two\nlines', NULL), (3, 'quoted "text", <b>&</b>', -3), (4, 'pipe|semi;under_score$%{}~^\#', 1000000.25), (5, NULL, 0), (6, E'tab\there', 7), (7, 'жёлтый 中文', 12), (8, '', 12), (9, '  leading', 13), (10, '<less|more>', 1);
\pset format html
SELECT * FROM t ORDER BY id;
\x
SELECT * FROM t ORDER BY id LIMIT 3;
\x
\pset title 'A <title>'
\pset tableattr 'class="x"'
SELECT * FROM t ORDER BY id LIMIT 3;
\pset border 2
SELECT * FROM t ORDER BY id LIMIT 1;
\t
SELECT * FROM t ORDER BY id LIMIT 1;
\x
SELECT * FROM t ORDER BY id LIMIT 2;
\t
SELECT * FROM t ORDER BY id LIMIT 2;
\x
\pset border 0
SELECT 1 AS a WHERE false;
\pset border 1
\pset tableattr
\pset format asciidoc
SELECT * FROM t ORDER BY id;
\x
SELECT * FROM t ORDER BY id LIMIT 3;
\x
\pset border 2
SELECT * FROM t ORDER BY id LIMIT 3;
\pset border 0
\t
SELECT * FROM t ORDER BY id LIMIT 3;
\t
\pset border 1
\pset format latex
SELECT * FROM t ORDER BY id;
\x
SELECT * FROM t ORDER BY id LIMIT 3;
\x
\pset border 3
SELECT * FROM t ORDER BY id LIMIT 3;
\pset border 0
SELECT * FROM t ORDER BY id LIMIT 3;
\pset border 1
\pset format latex-longtable
SELECT * FROM t ORDER BY id LIMIT 4;
\pset tableattr '0.2 0.3'
SELECT * FROM t ORDER BY id LIMIT 4;
\pset tableattr
\pset border 2
SELECT * FROM t ORDER BY id LIMIT 2;
\pset border 1
\pset format troff-ms
SELECT * FROM t ORDER BY id;
\x
SELECT * FROM t ORDER BY id LIMIT 3;
\x
\pset border 2
SELECT * FROM t ORDER BY id LIMIT 2;
\pset border 1
\pset title
\pset format wrapped
SELECT * FROM t ORDER BY id;
\pset columns 30
SELECT * FROM t ORDER BY id;
\pset border 2
SELECT * FROM t ORDER BY id;
\pset border 1
\x
SELECT id, repeat('word ', 20) AS w FROM t ORDER BY id LIMIT 2;
\x
SELECT id, repeat('word ', 20) AS w FROM t ORDER BY id LIMIT 2;
\pset columns 10
SELECT id, repeat('word ', 20) AS w FROM t ORDER BY id LIMIT 2;
\pset format l
\pset format t
\H
SELECT 1 AS a;
\H
SELECT 1 AS a;
SELECT 1 AS a, 2 AS b \g (format=html)
SELECT 1 AS a, 2 AS b \g (format=latex title=T)
