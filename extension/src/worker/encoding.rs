//! The encoding of a worker's client.
//!
//! That client is its leader, which wants texts as they are, as a parallel worker's does: a report with a character that
//! the leader's client cannot show must not fail in the worker. But COPY takes a file to be in the client's encoding, unless
//! it is told another, and there the leader's setting counts.

use core::ffi::{CStr, c_int};
use pgrx::pg_sys;

/// Have texts as they are, without a conversion.
pub(crate) fn keep_texts_as_they_are() {
    // SAFETY: this reads a variable.
    let encoding = unsafe { pg_sys::GetDatabaseEncoding() };
    // SAFETY: no conversion is needed for the database's own encoding, so this cannot fail.
    unsafe { pg_sys::SetClientEncoding(encoding) };
}

/// While it lives, the client's encoding is the one of the setting `client_encoding`.
pub(crate) struct EncodingOfSetting;

impl EncodingOfSetting {
    /// In a transaction, to look the conversion up.
    pub(crate) fn new() -> Self {
        let encoding = setting();
        // SAFETY: in a transaction.
        let prepared = unsafe { pg_sys::PrepareClientEncoding(encoding) };
        if prepared >= 0 {
            // SAFETY: prepared just now.
            unsafe { pg_sys::SetClientEncoding(encoding) };
        }
        EncodingOfSetting
    }
}

impl Drop for EncodingOfSetting {
    fn drop(&mut self) {
        keep_texts_as_they_are();
    }
}

fn setting() -> c_int {
    let (missing_ok, restrict_privileged) = (false, false);
    // SAFETY: the setting exists, and its name ends in NUL.
    let name = unsafe { pg_sys::GetConfigOption(c"client_encoding".as_ptr(), missing_ok, restrict_privileged) };
    // SAFETY: the value ends in NUL and lives until the next such call.
    let name = unsafe { CStr::from_ptr(name) };
    // SAFETY: the name ends in NUL.
    unsafe { pg_sys::pg_valid_client_encoding(name.as_ptr()) }
}
