//! Whether `/dev/shm` is large enough for parallel queries and message queues.

use std::path::Path;

use nix::sys::statvfs::statvfs;

/// Where POSIX shared memory lies on Linux.
const PLACE: &str = "/dev/shm";

/// The least size, in MiB, with which parallel queries do not fail. Containers have 64 unless told otherwise.
pub(crate) const ENOUGH_MB: u64 = 256;

/// The size of `/dev/shm` in MiB, if there is one.
pub(crate) fn size_mb() -> Option<u64> {
    if !Path::new(PLACE).is_dir() {
        return None;
    }
    let found = statvfs(PLACE).ok()?;
    Some(mebibytes(found.blocks() as f64 * found.fragment_size() as f64))
}

/// Bytes in MiB. The counts that they come from have another type on each system, so they are multiplied as floats.
pub(crate) fn mebibytes(bytes: f64) -> u64 {
    (bytes / (1024.0 * 1024.0)) as u64
}

/// The setting that moves dynamic shared memory into files of the data directory, where that is needed.
pub(crate) fn shared_memory_type() -> Option<(&'static str, String)> {
    let needed = cfg!(target_os = "linux") && size_mb().is_none_or(|size| size < ENOUGH_MB);
    needed.then(|| ("dynamic_shared_memory_type", "mmap".to_owned()))
}
