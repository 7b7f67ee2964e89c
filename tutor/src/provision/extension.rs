//! Builds the extension with cargo, for one server.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{AccessFlags, access};
use thiserror::Error;

use super::postgres::{Installed, library_suffix};
use super::progress::{CANNOT_RUN, Progress, run};
use crate::home::Home;

/// The package's and the library's name.
pub(crate) const PACKAGE: &str = "pg_background";

/// The extension itself is optimised, and what it runs for each row in pgrx is too; all else is compiled fast, because
/// a student waits for this build once, before the first prompt. It takes as long as the plain profile does (about 65 s
/// on two cores), where `--release` takes half as long again.
const PROFILE: [&str; 2] = ["profile.dev.package.pg_background.opt-level=2", "profile.dev.package.pgrx.opt-level=1"];

/// Variables that `cargo run` and `cargo test` set for the tutor, and that would tell the nested cargo and its build
/// scripts about the wrong package.
const FOREIGN_PREFIXES: [&str; 7] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PRIMARY_"];

/// Variables of the same kind, by their full name.
const FOREIGN: [&str; 4] = ["OUT_DIR", "CARGO_TARGET_DIR", "CARGO_TARGET_TMPDIR", "CARGO_BUILD_TARGET"];

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
    let target = target_dir(kit_root, home, installed.major);
    let mut command = command(kit_root, &target, installed);
    progress.begin("building the extension");
    let log = home.build_log();
    match run(&mut command, Some(&log), progress) {
        Ok(_) => Ok(target.join("debug").join(library_name(installed.major))),
        Err(failure) => {
            let advice = advice(&failure.tail);
            Err(ExtensionError::Build { command: failure.command, tail: failure.tail, log, advice })
        }
    }
}

fn command(kit_root: &Path, target: &Path, installed: &Installed) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command.current_dir(kit_root).env("PGRX_PG_CONFIG_PATH", &installed.pg_config);
    command.args(["build", "--package", PACKAGE, "--features", &format!("pg{}", installed.major)]);
    command.args(PROFILE.iter().flat_map(|setting| ["--config", setting])).arg("--target-dir").arg(target);
    // A lock file that cannot be written must not be rewritten.
    if !writable(kit_root) {
        command.arg("--locked");
    }
    command
}

fn is_foreign(variable: &str) -> bool {
    FOREIGN.contains(&variable) || FOREIGN_PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
}

fn library_name(major: u16) -> String {
    // The name that cargo gives, whatever the server's own suffix is.
    let suffix = if cfg!(target_os = "macos") { "dylib" } else { library_suffix(major) };
    format!("lib{PACKAGE}.{suffix}")
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

fn writable(path: &Path) -> bool {
    access(path, AccessFlags::W_OK).is_ok()
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
    fn the_nested_build_does_not_see_our_package() {
        for foreign in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "OUT_DIR", "CARGO_BIN_EXE_tutor"] {
            assert!(is_foreign(foreign), "{foreign}");
        }
        for kept in ["RUSTFLAGS", "CARGO_HOME", "CARGO", "CARGO_NET_OFFLINE", "RUSTUP_TOOLCHAIN", "LIBCLANG_PATH"] {
            assert!(!is_foreign(kept), "{kept}");
        }
    }

    #[test]
    fn the_commonest_causes_have_advice() {
        assert!(advice("fatal error: 'stddef.h' file not found").contains("libclang"));
        assert!(advice("error: failed to download `pgrx`").contains("network"));
    }
}
