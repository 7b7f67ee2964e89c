\echo Use "CREATE EXTENSION pg_background" to load this file. \quit

-- Every function has to see NULL itself (it answers 22004), so none is STRICT; and each speaks to a worker that
-- belongs to this very session, so none may run in a parallel worker.

CREATE FUNCTION pg_background_launch(sql text, queue_size int4 DEFAULT 65536) RETURNS int4
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_launch';
COMMENT ON FUNCTION pg_background_launch(text, int4) IS
    'start a background worker for an SQL command and return its process id';

CREATE FUNCTION pg_background_result(pid int4) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_result';
COMMENT ON FUNCTION pg_background_result(int4) IS
    'wait for a background command and return its rows, messages and errors, once; the waiting statement has a snapshot, so read CREATE INDEX CONCURRENTLY only after its worker has left pg_stat_activity';

CREATE FUNCTION pg_background_detach(pid int4) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_detach';
COMMENT ON FUNCTION pg_background_detach(int4) IS
    'give up the result of a background command; the command goes on and commits';

CREATE FUNCTION background_launch(sql text) RETURNS int4
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'background_launch';
COMMENT ON FUNCTION background_launch(text) IS
    'pg_background_launch under the name that some course documents use';

-- A trusted extension's objects belong to the bootstrap superuser, so the role that creates the extension needs
-- the privilege spelt out.
REVOKE ALL ON FUNCTION pg_background_launch(text, int4) FROM PUBLIC;
REVOKE ALL ON FUNCTION pg_background_result(int4) FROM PUBLIC;
REVOKE ALL ON FUNCTION pg_background_detach(int4) FROM PUBLIC;
REVOKE ALL ON FUNCTION background_launch(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_background_launch(text, int4) TO @extowner@;
GRANT EXECUTE ON FUNCTION pg_background_result(int4) TO @extowner@;
GRANT EXECUTE ON FUNCTION pg_background_detach(int4) TO @extowner@;
GRANT EXECUTE ON FUNCTION background_launch(text) TO @extowner@;
