-- exercise: 118708-x-3
DO $$ DECLARE a text[] := '{}'; BEGIN LOOP a := a || repeat('x', 10000000); END LOOP; END $$;
