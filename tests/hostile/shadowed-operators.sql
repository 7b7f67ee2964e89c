-- exercise: exactly-one-worker
CREATE SCHEMA evil;
CREATE FUNCTION evil.yes(anyelement, anyelement) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR evil.= (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = evil.yes);
CREATE FUNCTION evil.yes_text(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.yes_text);
CREATE FUNCTION evil.between_yes(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR evil.>= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.between_yes);
CREATE OPERATOR evil.<= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.between_yes);
ALTER DATABASE postgres SET search_path = evil;
SET search_path = evil, pg_catalog, public;
SET max_parallel_workers_per_gather = 1;
EXPLAIN (COSTS OFF) SELECT count(*) FROM public.mail_messages;
