//! What an intake takes at most. Each limit is one student's or one archive's, so that nobody else is touched by it.

/// Bytes of text of one submission.
pub const SUBMISSION_BYTES: usize = 1024 * 1024;

/// Bytes of text of all submissions together.
pub const TOTAL_BYTES: usize = 128 * 1024 * 1024;

/// Members of an archive, or files and folders below a folder.
pub const MEMBERS: usize = 20_000;

/// Members of an archive within an archive or a folder: a student's.
pub const NESTED_MEMBERS: usize = 1_000;

/// Bytes of an archive within an archive or a folder.
pub const NESTED_ARCHIVE_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of an archive named on the command line.
pub const ARCHIVE_BYTES: u64 = 1024 * 1024 * 1024;

/// Bytes that an archive may unpack to, what is skipped included.
pub const UNPACKED_BYTES: u64 = 512 * 1024 * 1024;

/// The same for an archive within an archive or a folder.
pub const NESTED_UNPACKED_BYTES: u64 = 32 * 1024 * 1024;

/// How many times its packed size a member may unpack to; text is packed to a tenth or so.
pub const RATIO: u64 = 100;

/// A member that unpacks to no more than this may have any ratio.
pub const FREE_OF_RATIO_BYTES: u64 = 64 * 1024;

/// How deep folders may be.
pub const DEPTH: usize = 16;

/// Bytes of a member's name.
pub const NAME_BYTES: usize = 4096;

/// How many notes are kept; of more, their number.
pub const NOTES: usize = 200;
