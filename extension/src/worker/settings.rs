//! Take the leader's settings over.
//!
//! A worker begins with the settings of the server's configuration, its database and its role, as every session does, and
//! most of its leader's are the same. The server's `RestoreGUCState`, made for parallel workers, resets them all and sets
//! them all again; some look things up in the catalogs, and that takes a tenth of a short job's time. So only those are
//! set that differ. Where it is not that simple, the server's function does it.

use crate::bytes::{Malformed, Reader};
use crate::identity::Identity;
use core::ffi::{CStr, c_char, c_int};
use pgrx::pg_sys;
use std::collections::BTreeMap;

/// Make this process's settings those in `leaders`, as `SerializeGUCState` wrote them there.
///
/// # Safety
///
/// `leaders` is such a state.
pub(crate) unsafe fn take_over(leaders: *mut c_char, identity: &Identity) {
    // SAFETY: connected, and in no transaction; looking settings up needs one.
    unsafe { pg_sys::StartTransactionCommand() };
    // SAFETY: connected, and before anything else, as in a session. These libraries may have settings.
    unsafe { pg_sys::process_session_preload_libraries() };
    identity.with_roles_of_leader(|| {
        // SAFETY: the caller vouches for the state.
        let bytes = unsafe { bytes_of_state(leaders) };
        match parse(bytes).and_then(|leaders| different(&leaders, &own_state())) {
            Ok(Some(settings)) => settings.iter().for_each(Setting::apply),
            // SAFETY: the caller vouches for the state.
            _ => unsafe { pg_sys::RestoreGUCState(leaders.cast()) },
        }
    });
    // SAFETY: started above.
    unsafe { pg_sys::CommitTransactionCommand() };
}

/// A setting that has not its built-in default, as in the server's `serialize_variable`.
#[derive(PartialEq, Eq)]
struct Setting<'a> {
    name: &'a CStr,
    value: &'a CStr,
    source: u32,
    context: u32,
    role: u32,
}

impl Setting<'_> {
    fn apply(&self) {
        let (name, value) = (self.name.as_ptr(), self.value.as_ptr());
        let (action, level) = (pg_sys::GucAction::GUC_ACTION_SET, pg_sys::PGERROR as c_int);
        let (change, reload) = (true, true);
        // SAFETY: the texts end in NUL, and the numbers come from the leader's own setting. The call is the one that
        // `RestoreGUCState` makes.
        unsafe {
            pg_sys::set_config_option_ext(
                name,
                value,
                self.context,
                self.source,
                self.role.into(),
                action,
                change,
                level,
                reload,
            )
        };
    }
}

/// Those of the leader's settings that this process has to set; `None` if setting them is not enough: one that the
/// leader has at its default would have to be reset, or one that came later would win over the leader's.
fn different<'a>(leaders: &[Setting<'a>], own: &[u8]) -> Result<Option<Vec<Setting<'a>>>, Malformed> {
    let own: BTreeMap<&CStr, Setting<'_>> = parse(own)?.into_iter().map(|setting| (setting.name, setting)).collect();
    let mut known = 0;
    let mut different = Vec::new();
    for setting in leaders {
        match own.get(setting.name) {
            Some(mine) if mine.source > setting.source => return Ok(None),
            Some(mine) => {
                known += 1;
                if mine != setting {
                    different.push(Setting { ..*setting });
                }
            }
            None => different.push(Setting { ..*setting }),
        }
    }
    Ok((known == own.len()).then_some(different))
}

fn own_state() -> Vec<u8> {
    // SAFETY: this only adds up the sizes of the current settings.
    let size = unsafe { pg_sys::EstimateGUCStateSpace() };
    // Of words, because the server writes a number at the beginning.
    let mut state = vec![0u64; size.div_ceil(size_of::<u64>())];
    let start: *mut c_char = state.as_mut_ptr().cast();
    // SAFETY: there is this much room.
    unsafe { pg_sys::SerializeGUCState(size, start) };
    // SAFETY: just written.
    unsafe { bytes_of_state(start) }.to_vec()
}

/// What follows the length at the beginning of a state.
///
/// # Safety
///
/// `SerializeGUCState` has written a state there, and it stays as long as the result is used.
unsafe fn bytes_of_state<'a>(state: *const c_char) -> &'a [u8] {
    // SAFETY: a state begins with its length.
    let len = unsafe { state.cast::<pg_sys::Size>().read_unaligned() };
    // SAFETY: the state follows its length.
    let start = unsafe { state.add(size_of::<pg_sys::Size>()) };
    // SAFETY: the caller vouches for the state.
    unsafe { core::slice::from_raw_parts(start.cast(), len) }
}

fn parse(state: &[u8]) -> Result<Vec<Setting<'_>>, Malformed> {
    let mut input = Reader::new(state);
    let mut settings = Vec::new();
    while !input.is_empty() {
        let (name, value) = (input.text()?, input.text()?);
        let file = input.text()?;
        if !file.is_empty() {
            let _line = input.i32()?;
        }
        settings.push(Setting { name, value, source: input.u32()?, context: input.u32()?, role: input.u32()? });
    }
    Ok(settings)
}
