//! Libraries that this server alone loads: what a student has compiled.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Server, ServerError};
use crate::home::make_dir;

/// The folder of a server's own libraries, in its directory.
const FOLDER: &str = "lib";

/// The setting with which a server finds its own libraries by name (PostgreSQL's manual, chapter 20.11).
pub(super) fn search_path(directory: &Path) -> (&'static str, String) {
    ("dynamic_library_path", format!("{}:$libdir", directory.join(FOLDER).display()))
}

impl Server {
    /// Lets new processes of this server load the library under that name. Processes that run keep what they have
    /// loaded.
    pub fn add_library(&self, name: &str, built: &Path) -> Result<(), ServerError> {
        let folder = self.directory().join(FOLDER);
        let fault = |path: &Path| {
            let path = path.to_owned();
            move |cause| ServerError::File { path, cause }
        };
        make_dir(&folder, 0o755).map_err(fault(&folder))?;
        let library = folder.join(format!("{name}.{}", self.realm().library_suffix()));
        let new = hidden(&library);
        fs::copy(built, &new).map_err(fault(&new))?;
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).map_err(fault(&new))?;
        // Renamed, not overwritten: who has the old one loaded has its pages mapped.
        fs::rename(&new, &library).map_err(fault(&library))
    }
}

fn hidden(library: &Path) -> PathBuf {
    library.with_extension("new")
}
