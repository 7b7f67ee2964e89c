-- \d and its family over a catalogue with every kind of object.
CREATE ROLE compare_reader NOLOGIN;
CREATE ROLE compare_writer NOLOGIN CREATEDB CONNECTION LIMIT 3 VALID UNTIL '2030-01-01' IN ROLE compare_reader;
COMMENT ON ROLE compare_reader IS 'reads only';
CREATE SCHEMA shop AUTHORIZATION compare_writer;
COMMENT ON SCHEMA shop IS 'where goods are';
GRANT USAGE ON SCHEMA shop TO compare_reader;
CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE shop.pair AS (a int, b text COLLATE "C");
CREATE TYPE shop.floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN shop.positive AS int DEFAULT 1 NOT NULL CHECK (VALUE > 0);
COMMENT ON TYPE shop.mood IS 'how it is';
CREATE TABLE shop.goods (id serial PRIMARY KEY, name text NOT NULL UNIQUE COLLATE "C", price numeric(10,2) DEFAULT 0 CHECK (price >= 0), made timestamptz DEFAULT now(), m shop.mood, tags text[], doubled numeric GENERATED ALWAYS AS (price * 2) STORED, EXCLUDE USING gist (int4range(id, id + 1) WITH &&));
COMMENT ON TABLE shop.goods IS 'all goods';
COMMENT ON COLUMN shop.goods.name IS E'its name\nin two lines';
CREATE TABLE shop.sales (id int GENERATED ALWAYS AS IDENTITY, good int REFERENCES shop.goods ON DELETE CASCADE, at date NOT NULL, CONSTRAINT later FOREIGN KEY (good) REFERENCES shop.goods (id) DEFERRABLE INITIALLY DEFERRED) PARTITION BY RANGE (at);
CREATE TABLE shop.sales_2024 PARTITION OF shop.sales FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE shop.sales_rest PARTITION OF shop.sales DEFAULT;
CREATE TABLE shop.sub PARTITION OF shop.sales FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (good);
CREATE INDEX sales_at ON shop.sales (at DESC NULLS LAST) INCLUDE (good) WHERE good > 0;
CREATE INDEX goods_lower ON shop.goods (lower(name), (price + 1)) WITH (fillfactor = 70);
CREATE UNIQUE INDEX goods_u ON shop.goods (name) NULLS NOT DISTINCT;
ALTER TABLE shop.goods CLUSTER ON goods_lower;
ALTER TABLE shop.goods REPLICA IDENTITY USING INDEX goods_name_key;
CREATE STATISTICS shop.both (ndistinct, dependencies) ON name, price FROM shop.goods;
CREATE TABLE parent (a int) WITH (fillfactor = 80);
CREATE TABLE kid (b int) INHERITS (parent);
CREATE UNLOGGED TABLE fast (a int, b jsonb);
CREATE TEMP TABLE temporary (a int);
CREATE TABLE likes (LIKE shop.goods INCLUDING ALL);
CREATE TABLE typed OF shop.pair (PRIMARY KEY (a));
CREATE TABLE "Weird ""name""" ("Col ""x""" int, "two
lines" text);
CREATE TABLE "таблица" ("столбец" int, "列" text);
CREATE TABLE empty ();
CREATE VIEW shop.cheap AS SELECT id, name, price FROM shop.goods WHERE price < 10 WITH LOCAL CHECK OPTION;
COMMENT ON VIEW shop.cheap IS 'the cheap ones';
CREATE VIEW secure WITH (security_barrier) AS SELECT 1 AS one;
CREATE RECURSIVE VIEW counts (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counts WHERE n < 5;
CREATE MATERIALIZED VIEW shop.summary AS SELECT count(*) AS n FROM shop.goods;
CREATE UNIQUE INDEX summary_n ON shop.summary (n);
CREATE SEQUENCE shop.numbers AS smallint INCREMENT BY 5 MINVALUE 10 MAXVALUE 100 START 20 CACHE 3 CYCLE;
CREATE FUNCTION shop.double(x int, OUT y int, OUT z text) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT x * 2, 'z' $$;
CREATE FUNCTION shop.double(x numeric DEFAULT 1, VARIADIC rest text[] DEFAULT '{}') RETURNS SETOF numeric LANGUAGE plpgsql STABLE SECURITY DEFINER SET work_mem = '1MB' ROWS 10 COST 5 AS $$
BEGIN
  RETURN NEXT x * 2;
END
$$;
COMMENT ON FUNCTION shop.double(int) IS 'doubles';
CREATE FUNCTION shop.atomic(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END;
CREATE PROCEDURE shop.act(INOUT x int) LANGUAGE plpgsql AS $$ BEGIN x := 1; END $$;
CREATE AGGREGATE shop.total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE FUNCTION shop.trig() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER before_goods BEFORE INSERT OR UPDATE OF name ON shop.goods FOR EACH ROW WHEN (NEW.price > 1) EXECUTE FUNCTION shop.trig('arg');
CREATE CONSTRAINT TRIGGER check_goods AFTER INSERT ON shop.goods DEFERRABLE FOR EACH ROW EXECUTE FUNCTION shop.trig();
CREATE TRIGGER part AFTER INSERT ON shop.sales FOR EACH ROW EXECUTE FUNCTION shop.trig();
ALTER TABLE shop.goods DISABLE TRIGGER check_goods;
CREATE RULE log_kid AS ON INSERT TO kid DO ALSO SELECT 1;
CREATE RULE nothing AS ON DELETE TO kid DO INSTEAD NOTHING;
ALTER TABLE kid DISABLE RULE nothing;
ALTER TABLE shop.goods ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON shop.goods FOR SELECT TO compare_reader USING (price > 0);
CREATE POLICY restr ON shop.goods AS RESTRICTIVE USING (true) WITH CHECK (id > 0);
GRANT SELECT, INSERT ON shop.goods TO compare_reader WITH GRANT OPTION;
GRANT UPDATE (name) ON shop.goods TO compare_writer;
GRANT EXECUTE ON FUNCTION shop.atomic(int) TO compare_reader;
REVOKE EXECUTE ON FUNCTION shop.atomic(int) FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO compare_reader;
CREATE PUBLICATION pub FOR TABLE shop.goods (id, name) WHERE (id > 5), kid WITH (publish = 'insert');
CREATE PUBLICATION allpub FOR ALL TABLES;
CREATE PUBLICATION schemapub FOR TABLES IN SCHEMA shop;
CREATE FOREIGN DATA WRAPPER nothing_fdw OPTIONS (a 'b');
CREATE SERVER far TYPE 't' VERSION '1' FOREIGN DATA WRAPPER nothing_fdw OPTIONS (host 'h');
CREATE USER MAPPING FOR compare_reader SERVER far OPTIONS (user 'u');
CREATE FOREIGN TABLE faraway (a int OPTIONS (x 'y') NOT NULL, b text) SERVER far OPTIONS (z 'q');
CREATE COLLATION shop.german (provider = libc, locale = 'C');
CREATE CONVERSION shop.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE CAST (shop.pair AS text) WITH INOUT AS ASSIGNMENT;
CREATE OPERATOR shop.+++ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
CREATE OPERATOR CLASS shop.ops FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
CREATE TEXT SEARCH CONFIGURATION shop.conf (COPY = english);
CREATE TEXT SEARCH DICTIONARY shop.dict (TEMPLATE = simple, STOPWORDS = english);
CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION shop.evt();
CREATE FUNCTION shop.evt() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER et ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION shop.evt();
ALTER ROLE compare_reader SET work_mem = '2MB';
ALTER ROLE compare_reader IN DATABASE compare SET statement_timeout = '1s';
SELECT lo_create(4242);
COMMENT ON LARGE OBJECT 4242 IS 'a large object';
SET search_path = shop, public;
\d
\dt
\dt+
\d goods
\d+ goods
\d sales
\d+ sales
\d sales_2024
\d+ sales_2024
\d sub
\d sales_rest
\d parent
\d+ parent
\d kid
\d+ kid
\d fast
\d temporary
\d likes
\d typed
\d+ typed
\d "Weird ""name"""
\d таблица
\d empty
\d+ empty
\d cheap
\d+ cheap
\d+ secure
\d counts
\d summary
\d+ summary
\d numbers
\d+ numbers
\d goods_id_seq
\d goods_pkey
\d+ goods_lower
\d sales_at
\d goods_int4range_excl
\d pair
\d+ pair
\d faraway
\d+ faraway
\d nosuch
\d shop.*
\d goods sales
\di
\di+
\dv
\dv+
\dm
\dm+
\ds
\ds+
\dE
\dE+
\dtv
\dti+
\dts
\dtvmsE
\dt shop.*
\dt s*
\dt *.goods
\dt shop.g?ods
\dt "Weird*"
\dt "таб*"
\dt nosuch
\dt nosuch.*
\dt a.b.c
\dt a.b.c.d
\dt compare.shop.goods
\dt other.shop.goods
\dt (goods|sales)
\dt goods|sales
\dt $x
\dtS pg_class
\dtS+ pg_am
\dS+ pg_am
\diS pg_class*
\dS pg_am
\d pg_am
\d+ pg_catalog.pg_am
\dn
\dn+
\dn s*
\dnS
\dn nosuch
\dn shop
\df
\df+
\df double
\df shop.dou*
\dfa
\dfp
\dft
\dfn
\dfw
\dfnp
\df double int
\df double numeric text
\df * int
\df nosuch
\dfS pg_backend_pid
\df+ shop.atomic
\dfx
\du
\du+
\du compare*
\dg compare_*
\du nosuch
\dx
\dx+
\dx plpgsql
\dx+ plpgsql
\dx nosuch
\l
\l compare
\l+ nosuch
\list compare
\sf atomic
\sf+ shop.double(numeric, text[])
\sf double
\sf nosuch
\sf shop.double(int)
\sf total
\sf
\sv cheap
\sv+ shop.cheap
\sv goods
\sv nosuch
\sv
\sf act
\dm nosuch
\x
\d goods
\dt
\dn+
\df double
\x
\t
\dt
\d fast
\t
\pset format unaligned
\dt
\d kid
\pset format aligned
\set QUIET off
\d nosuch
\dt nosuch
\dt+ nosuch
\df nosuch
\dn nosuch
\du nosuch
\dx nosuch
\di nosuch
\dv nosuch
\d
\set HIDE_TABLEAM on
\dt+
\d+ kid
\set HIDE_TOAST_COMPRESSION on
\d+ kid
\set QUIET on
BEGIN;
SELECT 1/0;
\d goods
\dt
ROLLBACK;
DROP OWNED BY compare_reader, compare_writer CASCADE;
DROP ROLE compare_writer;
DROP ROLE compare_reader;
