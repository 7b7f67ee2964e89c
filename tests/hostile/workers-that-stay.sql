-- exercise: 2-2-in-the-background
CREATE EXTENSION IF NOT EXISTS pg_background;
SELECT pg_background_launch('SELECT pg_sleep(86400)') FROM generate_series(1, 64);
SELECT pg_background_detach(pid) FROM pg_stat_activity WHERE backend_type = 'pg_background';
\q
