-- exercise: 118708-x-3
SELECT 'SELECT repeat(''x'', 7000000)' FROM generate_series(1, 100000) \gexec
