//! The extension's settings.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting};

/// `pg_background.max_workers`: how many commands a session may run at a time; 0 means as many as there are slots.
pub(crate) static MAX_WORKERS: GucSetting<i32> = GucSetting::<i32>::new(0);

/// The largest number that the server accepts for `max_worker_processes`.
const MAX_BACKENDS: i32 = 0x3_ffff;

pub(crate) fn define() {
    GucRegistry::define_int_guc(
        c"pg_background.max_workers",
        c"Sets the number of background commands that a session may run at a time.",
        c"Finished commands do not count. 0 means no limit but max_worker_processes.",
        &MAX_WORKERS,
        0,
        MAX_BACKENDS,
        GucContext::Suset,
        GucFlags::default(),
    );
}
