//! Builds the extension, for one server.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::cargo::{self, Compiler, writable};
use super::postgres::Installed;
use super::progress::{CANNOT_RUN, Progress};
use crate::home::Home;

/// The package's and the library's name.
pub(crate) const PACKAGE: &str = "pg_background";

/// Why there is no library.
#[derive(Debug, Error)]
pub enum ExtensionError {
    /// The kit's directory lacks a file.
    #[error(
        "{path} is missing\nthe extension is built from the kit's directory, and neither {root} nor the working directory is in it\nclone the kit again, or start from its directory"
    )]
    NoSources {
        /// The file.
        path: PathBuf,
        /// The directory.
        root: PathBuf,
    },
    /// cargo failed.
    #[error("the extension did not compile\n{tail}\nall of it is in {log}; {advice}. The command was\n  {command}")]
    Build {
        /// The command.
        command: String,
        /// The end of its output.
        tail: String,
        /// The file with all of it.
        log: PathBuf,
        /// What helps.
        advice: &'static str,
    },
}

/// Builds the library and says where it is.
pub(crate) fn build(
    kit_root: &Path,
    home: &Home,
    installed: &Installed,
    progress: &mut dyn Progress,
) -> Result<PathBuf, ExtensionError> {
    for needed in ["extension/Cargo.toml", "extension/pg_background.control"] {
        let path = kit_root.join(needed);
        if !path.is_file() {
            return Err(ExtensionError::NoSources { path, root: kit_root.to_owned() });
        }
    }
    let compiler = compiler(kit_root, home, installed);
    progress.begin("building the extension");
    let log = home.build_log();
    cargo::build(kit_root, PACKAGE, &compiler, Some(&log), progress).map_err(|failure| {
        let advice = advice(&failure.tail);
        ExtensionError::Build { command: failure.command, tail: failure.tail, log, advice }
    })
}

/// What compiles the extension for that server.
pub(crate) fn compiler(kit_root: &Path, home: &Home, installed: &Installed) -> Compiler {
    let target = target_dir(kit_root, home, installed.major);
    Compiler { major: installed.major, pg_config: installed.pg_config.clone(), target }
}

/// In the clone, where the extension's author builds it too; in the home if the clone cannot be written.
fn target_dir(kit_root: &Path, home: &Home, major: u16) -> PathBuf {
    let target = kit_root.join("target");
    let ours = target.join(format!("pg{major}"));
    let nearest = [&ours, &target].into_iter().find(|path| path.exists());
    match writable(nearest.map_or(kit_root, PathBuf::as_path)) {
        true => ours,
        false => home.target_dir(major),
    }
}

fn advice(tail: &str) -> &'static str {
    let says = |text: &str| tail.contains(text);
    match () {
        () if says(CANNOT_RUN) => "put cargo on PATH, or name it in the variable CARGO",
        () if says("No space left") => "free some space and start again",
        () if says("libclang") || says("stddef.h") => {
            "install libclang with its headers (on Debian and Ubuntu: apt-get install libclang-dev) and start again"
        }
        () if says("failed to download")
            || says("Could not resolve")
            || says("Couldn't resolve")
            || says("offline") =>
        {
            "connect this machine to the network and start again"
        }
        () if says("--locked") => "its Cargo.lock is out of date and the clone cannot be written: make it writable",
        () if says("linker") => "install a C compiler and start again",
        () => "if you changed its source, mend that; if not, run `cargo tutor doctor`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_causes_have_advice() {
        assert!(advice("fatal error: 'stddef.h' file not found").contains("libclang"));
        assert!(advice("error: failed to download `pgrx`").contains("network"));
    }
}
