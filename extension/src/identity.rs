//! Who a job runs as, and where: taken down in the leader, put on in the worker.

use crate::ffi;
use core::ffi::c_int;
use pgrx::pg_sys;
use pgrx::pg_sys::Oid;

/// The roles, the database and the transaction mode of the session that launches a job.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Identity {
    database: Oid,
    /// The role that logged in. The worker connects as this one, as parallel workers do: the current user may be
    /// unable to log in, say as the owner of a SECURITY DEFINER function.
    authenticated_user: Oid,
    session_user: Role,
    /// What `SET ROLE` has chosen; no role at all after `SET ROLE NONE`.
    chosen_role: Role,
    current_user: Oid,
    security_context: c_int,
    read_only: bool,
    /// Where the session keeps the columns of anonymous row types. A row value names them by number.
    row_types: Option<pg_sys::dsm_handle>,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct Role {
    oid: Oid,
    is_superuser: bool,
}

impl Role {
    fn new(oid: Oid) -> Self {
        // SAFETY: this looks the role up; one that does not exist is no superuser.
        Role { oid, is_superuser: unsafe { pg_sys::superuser_arg(oid) } }
    }
}

impl Identity {
    /// This session, as it is now.
    pub(crate) fn of_this_session() -> Self {
        let mut current_user = Oid::INVALID;
        let mut security_context = 0;
        // SAFETY: both pointers are to locals.
        unsafe { pg_sys::GetUserIdAndSecContext(&mut current_user, &mut security_context) };
        Identity {
            // SAFETY: set when the session connected, read on its only thread.
            database: unsafe { pg_sys::MyDatabaseId },
            // SAFETY: this reads a variable.
            authenticated_user: unsafe { pg_sys::GetAuthenticatedUserId() },
            // SAFETY: this reads a variable.
            session_user: Role::new(unsafe { pg_sys::GetSessionUserId() }),
            // SAFETY: this reads a variable.
            chosen_role: Role::new(unsafe { pg_sys::GetCurrentRoleId() }),
            current_user,
            security_context,
            read_only: transaction_is_read_only(),
            row_types: ffi::session_segment(),
        }
    }

    /// The role whose rights the job has.
    pub(crate) fn current_user(&self) -> Oid {
        self.current_user
    }

    /// Whether the job must not write.
    pub(crate) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Worker: connect to the leader's database.
    pub(crate) fn connect(&self) {
        // SAFETY: called once, by a worker that was registered for a database connection.
        unsafe { pg_sys::BackgroundWorkerInitializeConnectionByOid(self.database, self.authenticated_user, 0) };
    }

    /// Worker: know the leader's anonymous row types, and let it know this process's. To be called as long as the leader
    /// waits: afterwards it may have gone, and its row types with it.
    pub(crate) fn share_row_types(&self) {
        if let Some(segment) = self.row_types {
            ffi::attach_session(segment);
        }
    }

    /// Whether the leader can read values of anonymous row types.
    pub(crate) fn shares_row_types(&self) -> bool {
        self.row_types.is_some()
    }

    /// Worker, in a transaction: run `restore`, which restores the leader's settings, `session_authorization` and
    /// `role` among them.
    ///
    /// The leader has these roles already, so they are put on first, and the settings' own checks are left out, as in
    /// a parallel worker: the catalogs may not allow them any more, after a REVOKE, or not know them yet, if the
    /// leader's open transaction has created them.
    pub(crate) fn with_roles_of_leader(&self, restore: impl FnOnce()) {
        // SAFETY: in a transaction; this sets variables and the setting `is_superuser`.
        unsafe { pg_sys::SetSessionAuthorization(self.session_user.oid, self.session_user.is_superuser) };
        self.choose_role();
        let _unchecked = RolesUnchecked::new();
        restore();
        // Restored after `role`, `session_authorization` takes it off again.
        self.choose_role();
    }

    fn choose_role(&self) {
        // SAFETY: in a transaction; this sets variables and the setting `is_superuser`.
        unsafe { pg_sys::SetCurrentRoleId(self.chosen_role.oid, self.chosen_role.is_superuser) }
    }

    /// Worker, outside of any transaction: take the launching user's rights from here on, also after a rollback.
    ///
    /// A server that is built with assertions wants every transaction to begin without a security context, and stops
    /// at a job that a SECURITY DEFINER function has launched. Other servers have no need for that.
    pub(crate) fn assume(&self) {
        // SAFETY: this sets two variables, and no transaction remembers other values.
        unsafe { pg_sys::SetUserIdAndSecContext(self.current_user, self.security_context) };
        // What the leader's transaction is counts for the job, not what its next one would be.
        let (name, value) = (c"default_transaction_read_only", if self.read_only { c"on" } else { c"off" });
        let (context, source) = (pg_sys::GucContext::PGC_USERSET, pg_sys::GucSource::PGC_S_SESSION);
        // SAFETY: both strings end in NUL.
        unsafe { pg_sys::SetConfigOption(name.as_ptr(), value.as_ptr(), context, source) };
    }
}

/// While it lives, the server takes restored roles as they are.
struct RolesUnchecked;

impl RolesUnchecked {
    fn new() -> Self {
        // SAFETY: written on the process's only thread.
        unsafe { pg_sys::InitializingParallelWorker = true };
        RolesUnchecked
    }
}

impl Drop for RolesUnchecked {
    fn drop(&mut self) {
        // SAFETY: written on the process's only thread.
        unsafe { pg_sys::InitializingParallelWorker = false };
    }
}

/// Whether the current transaction is read-only.
pub(crate) fn transaction_is_read_only() -> bool {
    // SAFETY: read on the session's only thread.
    unsafe { pg_sys::XactReadOnly }
}

/// The role that this session acts as at the moment.
pub(crate) fn current_user() -> Oid {
    // SAFETY: this reads a variable.
    unsafe { pg_sys::GetUserId() }
}
