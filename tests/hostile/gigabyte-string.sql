-- exercise: 118708-x-3
SET work_mem = '1000GB';
SET work_mem = '2000GB';
SELECT length(repeat('x', 1000000000));
SELECT length(string_agg(repeat('x', 100000000), '')) FROM generate_series(1, 9);
SELECT array_agg(repeat('x', 1000) || g) FROM generate_series(1, 10000000) g;
SET work_mem = '20GB';
SELECT count(DISTINCT repeat(g::text, 100)) FROM generate_series(1, 30000000) g;
