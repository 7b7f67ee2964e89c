\echo Use "ALTER EXTENSION pg_background UPDATE TO '1.1'" to load this file. \quit

CREATE FUNCTION pg_background_launch(sql text, queue_size int4 DEFAULT 65536, persistent bool DEFAULT false)
    RETURNS int4
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_launch';
COMMENT ON FUNCTION pg_background_launch(text, int4, bool) IS
    'start a background worker for an SQL command and return its process id; queue_size bytes of its output can wait to be read; a persistent worker stays for more commands, see pg_background_run';

CREATE FUNCTION pg_background_run(pid int4, sql text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_run';
COMMENT ON FUNCTION pg_background_run(int4, text) IS
    'hand the next SQL command to a persistent background worker, once the result of the last one has been read; settings and temporary tables of earlier commands are still there';

CREATE FUNCTION pg_background_cancel(pid int4, grace_ms int4 DEFAULT 0) RETURNS bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_cancel';
COMMENT ON FUNCTION pg_background_cancel(int4, int4) IS
    'cancel a background command; true if it was still running; with grace_ms, terminate its worker if the command has not ended by then';

CREATE FUNCTION pg_background_wait(pid int4, timeout_ms int4 DEFAULT NULL) RETURNS bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_wait';
COMMENT ON FUNCTION pg_background_wait(int4, int4) IS
    'wait until a background command has ended, however large its output is, and leave the result to be read; false after timeout_ms';

CREATE FUNCTION pg_background_wait_any(pids int4[], timeout_ms int4 DEFAULT NULL) RETURNS int4
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_wait_any';
COMMENT ON FUNCTION pg_background_wait_any(int4[], int4) IS
    'wait until one of several background commands has ended and return its process id, of several the one that ended first; NULL after timeout_ms';

CREATE FUNCTION pg_background_list(
    OUT pid int4,
    OUT state text,
    OUT persistent bool,
    OUT sql text,
    OUT queue_size int4,
    OUT launched_at timestamptz,
    OUT finished_at timestamptz,
    OUT command_tag text,
    OUT rows int8,
    OUT sqlstate text,
    OUT message text,
    OUT progress int4,
    OUT progress_message text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10
    AS 'MODULE_PATHNAME', 'pg_background_list';
COMMENT ON FUNCTION pg_background_list() IS
    'the background workers of this session; state is running, completed or failed (the result waits to be read), idle (a persistent worker without a command), detached, or lost (the process has gone without a word)';

CREATE FUNCTION pg_background_progress(percent int4, message text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_progress';
COMMENT ON FUNCTION pg_background_progress(int4, text) IS
    'in a background command: say how far it is, for pg_background_list in the session that launched it';

COMMENT ON FUNCTION pg_background_detach(int4) IS
    'give up the result of a background command, which goes on and commits; a persistent worker ends then';

-- Nobody can call the new functions but the extension's owner, who may be another than the role that runs this script;
-- who could call the old launch can call the new one.
DO $$
DECLARE
    owner regrole := (SELECT extowner FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'pg_background');
    function regprocedure;
    privilege record;
BEGIN
    FOREACH function IN ARRAY ARRAY[
        'pg_background_launch(text, int4, bool)',
        'pg_background_run(int4, text)',
        'pg_background_cancel(int4, int4)',
        'pg_background_wait(int4, int4)',
        'pg_background_wait_any(int4[], int4)',
        'pg_background_list()',
        'pg_background_progress(int4, text)']::regprocedure[]
    LOOP
        EXECUTE pg_catalog.concat('REVOKE ALL ON FUNCTION ', function, ' FROM PUBLIC');
        EXECUTE pg_catalog.concat('GRANT EXECUTE ON FUNCTION ', function, ' TO ', owner);
    END LOOP;
    FOR privilege IN
        SELECT grantee, is_grantable
        FROM pg_catalog.pg_proc, pg_catalog.aclexplode(proacl)
        WHERE oid OPERATOR(pg_catalog.=) 'pg_background_launch(text, int4)'::regprocedure
    LOOP
        EXECUTE pg_catalog.concat(
            'GRANT EXECUTE ON FUNCTION pg_background_launch(text, int4, bool) TO ',
            CASE privilege.grantee WHEN 0::oid THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END,
            CASE WHEN privilege.is_grantable THEN ' WITH GRANT OPTION' END);
    END LOOP;
END
$$;

-- Next to the new launch, a call of the old one with one argument would be ambiguous.
ALTER EXTENSION pg_background DROP FUNCTION pg_background_launch(text, int4);
DROP FUNCTION pg_background_launch(text, int4);
