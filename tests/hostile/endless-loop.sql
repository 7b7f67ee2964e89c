-- exercise: 118708-x-3
DO $$ BEGIN LOOP NULL; END LOOP; END $$;
