-- exercise: 118708-x-3
SELECT repeat('row ', 20), g FROM generate_series(1, 100000000) g;
