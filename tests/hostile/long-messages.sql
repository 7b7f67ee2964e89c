-- exercise: 118708-x-3
DO $$ BEGIN RAISE NOTICE '%', repeat('x', 100000000); END $$;
SELECT repeat('x', 200000000);
DO $$ BEGIN FOR i IN 1..100 LOOP RAISE NOTICE '%', repeat('x', 1000000); END LOOP; END $$;
