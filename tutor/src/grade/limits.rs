//! What a submission may use. Every limit is a constant here; where each is kept, its comment says.

use std::time::Duration;

/// How long one exercise may take, judging included, unless the instructor says otherwise. Kept by the watchdog.
pub const EXERCISE_TIME: Duration = Duration::from_secs(60);

/// How many times as long as one exercise a whole submission may take. Kept by the watchdog.
pub const SUBMISSION_EXERCISES: u32 = 10;

/// How long a statement has for ending after a cancel, before every process of the student's is terminated.
pub const TIME_TO_CANCEL: Duration = Duration::from_secs(4);

/// How long processes have for ending after that, before the whole server is stopped at once.
pub const TIME_TO_TERMINATE: Duration = Duration::from_secs(4);

/// How much the server's directory may grow, write-ahead log, temporary files and its log file included. Kept by the
/// watchdog, which looks twice a second.
pub const DISK_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// What one backend may write to temporary files. Kept by the server (`temp_file_limit`).
pub const TEMPORARY_FILES: &str = "1GB";

/// The address space of each server process. Kept by the system (`RLIMIT_AS`), because `work_mem` is the student's.
pub const ADDRESS_SPACE_BYTES: u64 = 3 * 1024 * 1024 * 1024;

/// How many sessions the student's role may have at a time, those of dblink included. Kept by the server
/// (`CONNECTION LIMIT`), so that the tutor's own always find room.
pub const STUDENT_SESSIONS: u16 = 50;

/// How many sessions a submission may open with `\session` for one exercise. Kept by the player; what each may take of the
/// tutor's memory and disk is kept by its shell (`psql/confined.rs`).
pub const NAMED_SESSIONS: usize = 8;

/// How much of a difference is kept for the report: lines on each side, and characters of each. Kept when it is told.
pub const DIFFERENCE_LINES: usize = 200;
/// See [`DIFFERENCE_LINES`].
pub const DIFFERENCE_LINE_CHARACTERS: usize = 2_000;

/// How much of what an exercise prints is kept for the report. Kept while it arrives.
pub const OUTPUT_BYTES: usize = 32 * 1024;
