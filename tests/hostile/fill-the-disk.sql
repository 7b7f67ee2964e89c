-- exercise: 118708-x-3
CREATE TABLE big AS SELECT repeat(md5(g::text), 100) AS x FROM generate_series(1, 1000) g;
DO $$ BEGIN LOOP INSERT INTO big SELECT x FROM big LIMIT 100000; COMMIT; END LOOP; END $$;
