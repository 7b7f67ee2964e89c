-- The SQL function of the library. The tutor runs this as the superuser after each build, in the exercise's database;
-- the server finds the library by its name.
CREATE OR REPLACE FUNCTION public.rust_worker_launch(database text) RETURNS int
LANGUAGE c STRICT
AS 'rust_worker', 'rust_worker_launch_wrapper';

-- A worker that was built anew finds all jobs undone, also those that an earlier one has done or spoiled.
DO $$
BEGIN
    UPDATE public.rust_jobs SET done = false, result = NULL, pid = NULL;
EXCEPTION WHEN undefined_table OR undefined_column THEN
    NULL;
END
$$;
