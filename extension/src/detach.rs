//! `pg_background_detach`: give a result up. The worker goes on, and finds that nobody reads any more.

use crate::error::Error;
use crate::jobs;

pub(crate) fn detach(pid: i32) -> Result<(), Error> {
    let job = jobs::borrow(pid)?;
    job.give_up();
    job.finish();
    Ok(())
}
