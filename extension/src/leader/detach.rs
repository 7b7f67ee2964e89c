//! `pg_background_detach`: have nothing more to do with a worker. Its command goes on, and finds that nobody reads any more.

use crate::error::Error;
use crate::leader::jobs;

pub(crate) fn detach(pid: i32) -> Result<(), Error> {
    let job = jobs::borrow(pid)?;
    job.give_up();
    job.forget();
    Ok(())
}
