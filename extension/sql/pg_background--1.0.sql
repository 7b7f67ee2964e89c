\echo Use "CREATE EXTENSION pg_background" to load this file. \quit

-- A block of comments right before CREATE FUNCTION or COMMENT ON FUNCTION describes that function: the book's reference
-- of the extension is made from these blocks, from the signatures and from the comments in the database. First comes
-- text, then what is listed: arguments, columns and errors. The errors of a block that stands alone are those of all
-- functions.
--
-- Errors:
--   42501  insufficient_privilege: the role has no EXECUTE on the function
--   0A000  feature_not_supported: called in a parallel worker, or on a standby server during recovery

-- Every function has to see NULL itself (it answers 22004), so none is STRICT; and each speaks to a worker that
-- belongs to this very session, so none may run in a parallel worker.

CREATE FUNCTION pg_background_launch(sql text, queue_size int4 DEFAULT 65536) RETURNS int4
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_launch';
COMMENT ON FUNCTION pg_background_launch(text, int4) IS
    'start a background worker for an SQL command and return its process id';

-- The call needs a column list, because the rows may have any columns: `AS (name type, ...)`. Number and types have to
-- be those of the result; names are free. A length or precision in the list has to be the same in the result. A command
-- without rows returns one row with one column of type `text`, its command tag.
--
-- Notices of the command are raised while they are read, and an error of the command is raised as the call's own, with
-- its SQLSTATE, message, detail and hint. Either way the result has been read then, and is gone. If the call itself is
-- refused or cancelled, the result is still there.
--
-- Arguments:
--   pid  the number that the launch has returned
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   42704  undefined_object: this session has no such worker, or its result has been read or given up
--   42501  insufficient_privilege: another role has launched the worker
--   0A000  feature_not_supported: the call does not stand in FROM
--   42601  syntax_error: there is no column list; the server finds this out
--   42804  datatype_mismatch: the column list does not match the result
--   55000  object_not_in_prerequisite_state: a persistent worker has no command, or rows were lost in a failed call
--   57014  query_canceled: the command was cancelled
--   57P01  admin_shutdown: the worker was terminated
--   08006  connection_failure: the worker has gone without saying how its command ended
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

-- It is the launch with all other arguments at their defaults.
--
-- Arguments:
--   sql  what to run
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   53000  insufficient_resources: no slot of `max_worker_processes` is free, or the process could not be started
--   53400  configuration_limit_exceeded: the session runs `pg_background.max_workers` commands already
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
