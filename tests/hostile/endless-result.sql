-- exercise: 118708-x-3
SELECT repeat('x', 100000), generate_series(1, 100000000);
