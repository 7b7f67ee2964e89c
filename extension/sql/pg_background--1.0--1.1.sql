\echo Use "ALTER EXTENSION pg_background UPDATE TO '1.1'" to load this file. \quit

-- The worker connects to the database of the session and runs the command as the current user, with the settings that
-- the session has at the launch. The call returns as soon as the worker has connected and has its command; it does not
-- wait for the command. From then on the command runs to its end whatever becomes of the session, unless somebody
-- cancels or terminates it.
--
-- The command is one at the top level, in a transaction of its own: `VACUUM`, `CREATE INDEX CONCURRENTLY` and a
-- procedure that commits all work. Several statements, divided by semicolons, are one transaction, and the last one
-- gives the result. `BEGIN`, `COMMIT` and their like, and `COPY` with the client's input or output, are refused when
-- they run: 0A000 out of `pg_background_result`.
--
-- Arguments:
--   sql         what to run
--   queue_size  how many bytes of output can wait to be read, from 1024 to 1073741823; when they are full, the worker
--               waits until somebody reads (in `IPC` / `MessageQueuePutMessage`)
--   persistent  whether the worker stays after its command, for `pg_background_run`; it keeps its slot until it is
--               detached or the session ends
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   22023  invalid_parameter_value: `queue_size` is out of range
--   53000  insufficient_resources: no slot of `max_worker_processes` is free, or the process could not be started
--   53400  configuration_limit_exceeded: the session runs `pg_background.max_workers` commands already
CREATE FUNCTION pg_background_launch(sql text, queue_size int4 DEFAULT 65536, persistent bool DEFAULT false)
    RETURNS int4
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_launch';
COMMENT ON FUNCTION pg_background_launch(text, int4, bool) IS
    'start a background worker for an SQL command and return its process id; queue_size bytes of its output can wait to be read; a persistent worker stays for more commands, see pg_background_run';

-- The worker runs each command in a transaction of its own, as the user and with the settings of its launch. What the
-- commands before have left in its session is still there: temporary tables, prepared statements, `SET`. A command that
-- fails does not end the worker.
--
-- Arguments:
--   pid  the number that the launch has returned
--   sql  what to run next
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   42704  undefined_object: this session has no such worker, or its result has been read or given up
--   42501  insufficient_privilege: another role has launched the worker
--   55000  object_not_in_prerequisite_state: the worker was launched for one command only
--   55006  object_in_use: the worker still runs a command, or the result of the last one has not been read
--   08006  connection_failure: the worker has gone
CREATE FUNCTION pg_background_run(pid int4, sql text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_run';
COMMENT ON FUNCTION pg_background_run(int4, text) IS
    'hand the next SQL command to a persistent background worker, once the result of the last one has been read; settings and temporary tables of earlier commands are still there';

-- It reaches the command and never another process that has got the same number since. The transaction of a cancelled
-- command is rolled back, and `pg_background_result` raises 57014, or 57P01 if the worker had to be terminated. A
-- persistent worker survives a cancel and takes the next command.
--
-- Arguments:
--   pid       the number that the launch has returned
--   grace_ms  how many milliseconds to wait for the end of the command before the worker is terminated; 0: do not wait,
--             and do not terminate
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   22023  invalid_parameter_value: a time is negative
--   42704  undefined_object: this session has no such worker, or its result has been read or given up
--   42501  insufficient_privilege: another role has launched the worker
CREATE FUNCTION pg_background_cancel(pid int4, grace_ms int4 DEFAULT 0) RETURNS bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_cancel';
COMMENT ON FUNCTION pg_background_cancel(int4, int4) IS
    'cancel a background command; true if it was still running; with grace_ms, terminate its worker if the command has not ended by then';

-- While it waits it takes the output out of the queue, so that the worker never waits for room, and keeps it for
-- `pg_background_result`: in memory up to `work_mem`, then in a temporary file. For a command that has ended, and for
-- an idle persistent worker, it returns true at once.
--
-- Arguments:
--   pid         the number that the launch has returned
--   timeout_ms  how many milliseconds to wait at most; NULL: without limit
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   22023  invalid_parameter_value: a time is negative
--   42704  undefined_object: this session has no such worker, or its result has been read or given up
--   42501  insufficient_privilege: another role has launched the worker
CREATE FUNCTION pg_background_wait(pid int4, timeout_ms int4 DEFAULT NULL) RETURNS bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_wait';
COMMENT ON FUNCTION pg_background_wait(int4, int4) IS
    'wait until a background command has ended, however large its output is, and leave the result to be read; false after timeout_ms';

-- It makes room in the queues of all of them meanwhile, as `pg_background_wait` does. For an empty array it returns
-- NULL at once.
--
-- Arguments:
--   pids        the numbers that the launches have returned
--   timeout_ms  how many milliseconds to wait at most; NULL: without limit
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   22023  invalid_parameter_value: a time is negative
--   42704  undefined_object: this session has no such worker, or its result has been read or given up
--   42501  insufficient_privilege: another role has launched the worker
CREATE FUNCTION pg_background_wait_any(pids int4[], timeout_ms int4 DEFAULT NULL) RETURNS int4
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_wait_any';
COMMENT ON FUNCTION pg_background_wait_any(int4[], int4) IS
    'wait until one of several background commands has ended and return its process id, of several the one that ended first; NULL after timeout_ms';

-- It shows the workers of this session that the current user may use, in the order in which they got their commands:
-- those that run, those whose result has not been read, idle ones, and detached ones until they end.
--
-- Columns:
--   pid               the number that the launch has returned
--   state             `running`, `completed`, `failed`, `idle`, `detached` or `lost`
--   persistent        whether the worker stays for more commands
--   sql               the command; NULL for an idle worker
--   queue_size        the size of its queue in bytes
--   launched_at       when the command was handed over
--   finished_at       when the command ended; NULL while it runs, and for a detached one
--   command_tag       the command tag of a command that has completed
--   rows              the rows that it has returned or changed, so far or in all
--   sqlstate          `00000` for a command that has completed, else the SQLSTATE of its error
--   message           the message of its error
--   progress          the percentage that it has reported last
--   progress_message  the words that it has reported last
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

-- No lock and no transaction stands between: the launching session sees it at once, before anything is committed. The
-- next command of a persistent worker begins without a report.
--
-- Arguments:
--   percent  how much is done, from 0 to 100
--   message  a few words; what is longer than 255 bytes is cut off at a whole character
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   22023  invalid_parameter_value: `percent` is not between 0 and 100
--   55000  object_not_in_prerequisite_state: called outside of a background command
CREATE FUNCTION pg_background_progress(percent int4, message text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'pg_background_progress';
COMMENT ON FUNCTION pg_background_progress(int4, text) IS
    'in a background command: say how far it is, for pg_background_list in the session that launched it';

-- The command goes on and commits; what it returns is thrown away. It does not have to wait for room in its queue any
-- more. Should it fail, the server's log tells. A persistent worker ends after the command that it runs, or at once if
-- it is idle: this is how it is stopped in the ordinary way.
--
-- Arguments:
--   pid  the number that the launch has returned
-- Errors:
--   22004  null_value_not_allowed: an argument is NULL that must not be
--   42704  undefined_object: this session has no such worker, or its result has been read or given up
--   42501  insufficient_privilege: another role has launched the worker
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
