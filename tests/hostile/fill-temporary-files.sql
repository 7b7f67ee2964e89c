-- exercise: 118708-x-3
SET work_mem = '64kB';
SELECT count(*) FROM (SELECT repeat(g::text, 50) AS x FROM generate_series(1, 100000000) g ORDER BY x) AS s;
