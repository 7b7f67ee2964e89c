-- exercise: 118708-x-3
LISTEN x;
SELECT pg_notify('x', g || repeat('y', 7000)) FROM generate_series(1, 200000) g;
