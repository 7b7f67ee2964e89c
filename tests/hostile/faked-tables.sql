-- exercise: 118708-x-3
CREATE TABLE pg_stat_activity (pid int);
CREATE TABLE public.pg_settings (name text, setting text);
CREATE VIEW public.pg_locks AS SELECT 1 AS pid;
CREATE TEMP TABLE pg_class (relname text);
SET search_path = pg_temp, public, pg_catalog;
SELECT count(*) FROM mail_messages;
