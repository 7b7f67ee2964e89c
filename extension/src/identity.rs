//! Who a job runs as, and where: taken down in the leader, put on in the worker.

use core::ffi::c_int;
use pgrx::pg_sys;
use pgrx::pg_sys::Oid;

/// The roles, the database and the transaction mode of the session that launches a job.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Identity {
    database: Oid,
    /// The role that logged in. The worker connects as this one, as parallel workers do: the current user may be
    /// unable to log in, say as the owner of a SECURITY DEFINER function. `session_authorization` follows with the
    /// other settings.
    authenticated_user: Oid,
    current_user: Oid,
    security_context: c_int,
    read_only: bool,
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
            current_user,
            security_context,
            // SAFETY: read on the session's only thread.
            read_only: unsafe { pg_sys::XactReadOnly },
        }
    }

    /// The role whose rights the job has.
    pub(crate) fn current_user(&self) -> Oid {
        self.current_user
    }

    /// Worker: connect to the leader's database.
    pub(crate) fn connect(&self) {
        // SAFETY: called once, by a worker that was registered for a database connection.
        unsafe { pg_sys::BackgroundWorkerInitializeConnectionByOid(self.database, self.authenticated_user, 0) }
    }

    /// Worker, outside of any transaction: take the launching user's rights from here on, also after a rollback.
    pub(crate) fn assume(&self) {
        // SAFETY: this sets two variables, and no transaction remembers other values.
        unsafe { pg_sys::SetUserIdAndSecContext(self.current_user, self.security_context) };
        if self.read_only {
            let (name, value) = (c"default_transaction_read_only", c"on");
            let (context, source) = (pg_sys::GucContext::PGC_USERSET, pg_sys::GucSource::PGC_S_SESSION);
            // SAFETY: both strings end in NUL.
            unsafe { pg_sys::SetConfigOption(name.as_ptr(), value.as_ptr(), context, source) };
        }
    }
}

/// The role that this session acts as at the moment.
pub(crate) fn current_user() -> Oid {
    // SAFETY: this reads a variable.
    unsafe { pg_sys::GetUserId() }
}
