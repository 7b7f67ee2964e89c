\if true
\echo yes
\else
\echo no
\endif
\if false
SELECT 'never';
\elif 1
SELECT 'elif';
\elif true
SELECT 'not this';
\else
SELECT 'nor this';
\endif
\if off
\if true
\echo inner
\else
\echo inner else
\endif
\else
\echo outer else
\endif
\if maybe
\echo no
\else
\echo not boolean
\endif
\if
\echo no
\endif
\if true false
\echo no
\endif
\if :{?nosuch}
\echo set
\else
\echo not set
\endif
\set v t
\if :v
\echo :v
\endif
SELECT 1 AS n,
\if true
2 AS m
\else
3 AS m
\endif
;
SELECT (
\if false
1
\else
2
\endif
) AS x;
\else
\elif true
\endif
\if true
\else
\else
\elif true
\endif
\if false
\nosuch
\echo x \\ SELECT 1;
\set x 1
SELECT 1/0; \g
\gset
\i nosuch
\copy nosuch from nosuch
\q
\endif
\if 0 \echo no \else \echo yes \endif
\if yes
\if no
\elif yes
\if on
\echo deep
\endif
\endif
\endif
\if tru \echo a \endif
\if TRUE
\echo upper
\endif
\if 'true'
\echo quoted
\endif
\if true extra
\echo extra
\endif
\if true
\endif extra
\if false
SELECT 'unfinished
\endif
string';
\else
\echo after string
\endif
\if false
SELECT (((
\endif
SELECT 'parens are reset';
SELECT 1 AS y \if true \g
\endif
\if false
\elif :v
\echo v
\endif
\if false
\elif wrong
\echo w
\else
\echo e
\endif
\if 1
\echo one
\endif
\if 2
\echo two
\endif
\if true
SELECT 'open at the end';
