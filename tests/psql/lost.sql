SELECT 'before';
SELECT pg_terminate_backend(pg_backend_pid());
SELECT 'never';
