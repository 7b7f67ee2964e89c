-- exercise: 118708-x-3
\session s0
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s1
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s2
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s3
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s4
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s5
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s6
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s7
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s8
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s9
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s10
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s11
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s12
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s13
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s14
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s15
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s16
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s17
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s18
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s19
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s20
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s21
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s22
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s23
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s24
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s25
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s26
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s27
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s28
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
\session s29
SELECT repeat('x', 7000000) FROM generate_series(1, 100) \bg
