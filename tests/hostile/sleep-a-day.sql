-- exercise: 118708-x-3
SET statement_timeout = 0;
SELECT pg_sleep(86400);
