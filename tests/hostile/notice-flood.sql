-- exercise: 118708-x-3
DO $$ BEGIN FOR i IN 1..1000000 LOOP RAISE NOTICE 'expected: 356124'; END LOOP; END $$;
DO $$ BEGIN FOR i IN 1..1000000 LOOP RAISE WARNING 'into the log %', repeat('x', 1000); END LOOP; END $$;
