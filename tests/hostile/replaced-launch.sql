-- exercise: 2-2-in-the-background
DROP EXTENSION IF EXISTS pg_background CASCADE;
CREATE FUNCTION pg_background_launch(text) RETURNS int LANGUAGE sql AS 'SELECT 42';
CREATE FUNCTION pg_background_result(int) RETURNS SETOF record LANGUAGE sql AS 'SELECT 4';
SELECT * FROM pg_background_result(pg_background_launch('SELECT 2+2')) AS (result integer);
