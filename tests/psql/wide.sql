-- Multi-line values, wide characters, control characters.
SELECT E'one\ntwo' AS "two lines", 'x' AS x;
SELECT 'x' AS x, E'one\ntwo\nthree' AS lines, E'a\nb' AS other;
SELECT E'one\n' AS "ends with a newline", E'\nsecond' AS "begins with one", E'\n' AS only;
SELECT E'a\n\nb' AS "empty line within";
SELECT 1 AS "header
in two lines", 'x' AS "other";
SELECT 1 AS "three
lines of
header", E'and\nlines' AS y;
SELECT E'r\nn' AS a, 100 AS n UNION ALL SELECT 'longer line', 5;
SELECT 'Привет, мир' AS "кириллица", 'ёжик' AS "ё";
SELECT '中文字符' AS "中文", '日本語テキスト' AS "日本語", '한국어' AS "한";
SELECT 'e' || chr(769) || 'a' AS combining, chr(8203) AS "zero width", chr(173) AS "soft hyphen";
SELECT '😀' AS emoji, '👨‍👩‍👧' AS family, '🇷🇺' AS flag, '❤️' AS heart, '1️⃣' AS keycap;
SELECT '－ｆｕｌｌ' AS fullwidth, 'ｱｲｳ' AS halfwidth, '①②' AS circled, '─│┌' AS lines, '…' AS dots, '“”' AS quotes;
SELECT 'مرحبا' AS arabic, 'שלום' AS hebrew, 'สวัสดี' AS thai, 'नमस्ते' AS hindi;
SELECT '𝒳' AS math, '𠀀' AS "ext b", '\u00e9' AS escape, 'ﬁ' AS ligature;
SELECT E'a\tb' AS tab, E'\t' AS "only tab", E'1234567\tx' AS seven, E'12345678\tx' AS eight;
SELECT E'a\rb' AS cr, E'a\x08b' AS bs, E'\x1b[31mred\x1b[0m' AS esc, E'\x7f' AS del, E'\x01\x02' AS ctl, chr(133) AS nel, chr(155) AS csi;
SELECT E'tab\there\nand\tthere' AS both, 'x' AS x;
SELECT 1 AS "tab	name", 2 AS "中
文";
SELECT E'中\n文字' AS wide, 'abc' AS n, E'é\ne' || chr(769) AS comb;
SELECT * FROM (VALUES ('中文', 1), ('abc', 22), ('é', 333), (E'a\nb', 4444)) v(t, n);
\x
SELECT E'one\ntwo' AS "two lines", 'x' AS x;
SELECT 1 AS "header
in two lines", E'and\nthree\nlines' AS "other";
SELECT 1 AS "header
in three
lines", E'a' AS "other", E'two\nlines' AS "中
文";
SELECT 'Привет' AS "кириллица", '中文字符' AS "中文", '😀' AS emoji, 'e' || chr(769) AS comb;
SELECT E'a\tb' AS tab, E'a\rb' AS cr, E'\x1b[31mred' AS esc;
SELECT * FROM (VALUES ('中文', 1), ('abc', 22), (E'a\nb', 4444)) v(t, n);
SELECT E'\n' AS only, E'x\n' AS ending;
\pset border 0
SELECT E'one\ntwo' AS "two lines", 'x' AS x;
SELECT 1 AS "header
in two lines", E'and\nthree\nlines' AS "other";
\pset border 2
SELECT E'one\ntwo' AS "two lines", 'x' AS x;
SELECT 1 AS "header
in two lines", E'and\nthree\nlines' AS "other";
\x
SELECT E'one\ntwo' AS "two lines", 'x' AS x;
SELECT 'x' AS x, E'one\ntwo\nthree' AS lines, E'中\nb' AS other;
SELECT 1 AS "header
in two lines", E'and\nthree\nlines' AS "other";
\pset border 0
SELECT E'one\ntwo' AS "two lines", 'x' AS x;
SELECT 'x' AS x, E'one\ntwo\nthree' AS lines, E'中\nb' AS other;
SELECT 1 AS "header
in two lines", E'and\nthree\nlines' AS "other";
\pset border 3
SELECT 1 AS a, E'x\ny' AS b;
\pset border 1
\pset linestyle unicode
SELECT E'one\ntwo' AS "two lines", 'x' AS x;
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other";
\x
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other";
\pset border 2
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other";
\x
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other";
\pset linestyle old-ascii
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other";
\pset border 1
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other", E'z\nz' AS last;
\pset border 0
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other", E'z\nz' AS last;
\x
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other";
\pset border 1
SELECT 1 AS "header
in two lines", E'中\nthree\nlines' AS "other";
\pset linestyle ascii
\x
SELECT repeat('ж', 30) AS "ж", repeat('中', 30) AS w;
SELECT chr(57344) AS "private use", chr(65533) AS replacement, chr(65279) AS bom, chr(8232) AS "line separator";
\a
SELECT E'one\ntwo' AS "two lines", E'a\tb' AS tab, '中' AS w, E'\x1b' AS esc;
\a
