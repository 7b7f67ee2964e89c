//! Crates that students complete: a copy of the skeleton to work in, compiled and loaded into the private server.
//!
//! ```text
//! labs/12-.../rust-worker/   Cargo.toml  Cargo.lock  src/lib.rs (with gaps)  install.sql   (and answers: answer.rs)
//!            │ copied once
//!            v
//! <progress>/rust-worker/    the student's ──cargo──> library ──> the server's own folder ──install.sql──> SQL functions
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::provision::Progress;
use crate::server::{Server, ServerError};

/// The file that makes the library's SQL functions.
const INSTALL: &str = "install.sql";

/// The file that a student completes.
pub const CRATE_SOURCE: &str = "src/lib.rs";

/// What the compiler said last.
const LOG: &str = "build.log";

/// How many lines of the compiler's errors are shown.
const SHOWN_LINES: usize = 40;

/// A crate that students complete, and the copy that is worked in.
#[derive(Debug, Clone)]
pub struct Workshop {
    skeleton: PathBuf,
    copy: PathBuf,
}

/// Why a crate is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// The compiler refuses the source: the student's to mend.
    #[error("it does not compile:\n{errors}\nall of it is in {}", .log.display())]
    Source {
        /// The compiler's errors.
        errors: String,
        /// The file with all it said.
        log: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot use {}: {cause}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The skeleton is not what it should be.
    #[error("{}: {why}", .file.display())]
    Skeleton {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The server does not take the library.
    #[error(transparent)]
    Server(#[from] ServerError),
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

impl Workshop {
    /// The crate in `skeleton`, worked on below `place`.
    pub fn new(skeleton: &Path, place: &Path) -> Workshop {
        Workshop { skeleton: skeleton.to_owned(), copy: place.join(skeleton.file_name().unwrap_or_default()) }
    }

    /// The file that the student completes.
    pub fn source(&self) -> PathBuf {
        self.copy.join(CRATE_SOURCE)
    }

    /// Makes the copy. What is there already stays as it is: it may be the student's work.
    pub fn open(&self) -> Result<(), WorkshopError> {
        for name in ["Cargo.toml", "Cargo.lock", INSTALL, CRATE_SOURCE] {
            let copy = self.copy.join(name);
            if copy.exists() {
                continue;
            }
            let folder = copy.parent().unwrap_or(&self.copy);
            fs::create_dir_all(folder).map_err(at(folder))?;
            fs::copy(self.skeleton.join(name), &copy).map_err(at(&copy))?;
        }
        Ok(())
    }

    /// Puts another source, a file beside the skeleton, in the place of the student's.
    pub fn take_source(&self, name: &str) -> Result<(), WorkshopError> {
        let file = self.skeleton.join(name);
        let text = fs::read(&file).map_err(at(&file))?;
        // A file that is as it was is not compiled again.
        if fs::read(self.source()).is_ok_and(|present| present == text) {
            return Ok(());
        }
        fs::write(self.source(), text).map_err(at(&self.source()))
    }

    /// Compiles the copy and lets the server load it. Returns the SQL that makes its functions.
    pub fn build(&self, server: &Server, progress: &mut dyn Progress) -> Result<String, WorkshopError> {
        let package = self.package()?;
        let log = self.copy.join(LOG);
        progress.begin(&format!("building {package}"));
        let built = server.realm().compile(&self.copy, &package, &log, progress);
        let library = built.map_err(|failure| {
            progress.fail();
            let said = fs::read_to_string(&log).unwrap_or(failure.tail);
            WorkshopError::Source { errors: errors_of(&said), log: log.clone() }
        })?;
        progress.end();
        server.add_library(&package, &library)?;
        let install = self.skeleton.join(INSTALL);
        fs::read_to_string(&install).map_err(at(&install))
    }

    fn package(&self) -> Result<String, WorkshopError> {
        let file = self.copy.join("Cargo.toml");
        let text = fs::read_to_string(&file).map_err(at(&file))?;
        let manifest = toml::from_str::<Manifest>(&text);
        Ok(manifest.map_err(|error| WorkshopError::Skeleton { file, why: error.message().to_owned() })?.package.name)
    }
}

fn at(file: &Path) -> impl FnOnce(io::Error) -> WorkshopError {
    let file = file.to_owned();
    move |cause| WorkshopError::File { file, cause }
}

/// What the compiler says from its first error on, or all of it if it speaks of none.
fn errors_of(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    let first = lines.iter().position(|line| line.starts_with("error")).unwrap_or(0);
    lines[first..].iter().take(SHOWN_LINES).map(|line| format!("  {line}\n")).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_shown() {
        let said = "   Compiling x\nwarning: unused\n\nerror[E0425]: no\n --> src/lib.rs:3\n";
        assert_eq!(errors_of(said), "  error[E0425]: no\n   --> src/lib.rs:3");
        assert_eq!(errors_of("could not run"), "  could not run");
    }
}
