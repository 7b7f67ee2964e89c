//! Compiles a crate into a library that a server loads: the extension, or a student's own worker.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{AccessFlags, access};

use super::postgres::library_suffix;
use super::progress::{Failure, Progress, run};

/// Variables that `cargo run` and `cargo test` set for the tutor, and that would tell the nested cargo and its build
/// scripts about the wrong package.
const FOREIGN_PREFIXES: [&str; 7] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PRIMARY_"];

/// Variables of the same kind, by their full name.
const FOREIGN: [&str; 4] = ["OUT_DIR", "CARGO_TARGET_DIR", "CARGO_TARGET_TMPDIR", "CARGO_BUILD_TARGET"];

/// What compiles libraries for one server. Whatever was compiled with it before is used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compiler {
    /// The server's major version, which names the crate's feature.
    pub(crate) major: u16,
    /// Where the server's headers are found.
    pub(crate) pg_config: PathBuf,
    /// Where cargo keeps what it has compiled.
    pub(crate) target: PathBuf,
}

/// Compiles the package in `dir` and says where its library is.
pub(crate) fn build(
    dir: &Path,
    package: &str,
    compiler: &Compiler,
    log: Option<&Path>,
    progress: &mut dyn Progress,
) -> Result<PathBuf, Failure> {
    run(&mut command(dir, package, compiler), log, progress)?;
    Ok(compiler.target.join("debug").join(library_name(package, compiler.major)))
}

/// The package itself is optimised, and what it runs for each row in pgrx is too; all else is compiled fast, because
/// a student waits for this build once, before the first prompt. It takes as long as the plain profile does (about 65 s
/// on two cores), where `--release` takes half as long again.
fn profile(package: &str) -> [String; 2] {
    [format!("profile.dev.package.{package}.opt-level=2"), "profile.dev.package.pgrx.opt-level=1".to_owned()]
}

/// Cargo: the one that runs the tutor, or else the one on the path.
pub(crate) fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

fn command(dir: &Path, package: &str, compiler: &Compiler) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command.current_dir(dir).env("PGRX_PG_CONFIG_PATH", &compiler.pg_config);
    command.args(["build", "--package", package, "--features", &format!("pg{}", compiler.major)]);
    command.args(profile(package).iter().flat_map(|setting| ["--config", setting]));
    command.arg("--target-dir").arg(&compiler.target);
    // A lock file that cannot be written must not be rewritten.
    if !writable(dir) {
        command.arg("--locked");
    }
    command
}

fn is_foreign(variable: &str) -> bool {
    FOREIGN.contains(&variable) || FOREIGN_PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
}

fn library_name(package: &str, major: u16) -> String {
    // The name that cargo gives, whatever the server's own suffix is.
    let suffix = if cfg!(target_os = "macos") { "dylib" } else { library_suffix(major) };
    format!("lib{package}.{suffix}")
}

pub(super) fn writable(path: &Path) -> bool {
    access(path, AccessFlags::W_OK).is_ok()
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
}
