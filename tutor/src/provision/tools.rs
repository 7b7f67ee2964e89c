//! What the extension's build needs besides a server: libclang and a C compiler; and where such things are looked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::postgres::Missing;

/// Directories where libclang may lie; pgrx reads the server's headers with it.
const LIBCLANG_PLACES: [&str; 12] = [
    "/usr/lib/llvm-*/lib",
    "/usr/lib/*-linux-gnu",
    "/usr/lib64",
    "/usr/lib64/llvm*/lib",
    "/usr/lib",
    "/usr/lib/llvm*/lib",
    "/usr/local/lib",
    "/usr/local/llvm*/lib",
    "/opt/homebrew/opt/llvm*/lib",
    "/usr/local/opt/llvm*/lib",
    "/Library/Developer/CommandLineTools/usr/lib",
    "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib",
];

/// What is missing of the tools that do not belong to a server.
pub fn missing() -> Vec<Missing> {
    let mut parts = Vec::new();
    if libclang().is_none() {
        parts.push(Missing::Libclang);
    }
    if !["cc", "gcc", "clang"].iter().any(|name| on_path(name).is_some()) {
        parts.push(Missing::Compiler);
    }
    parts
}

/// The first program of that name on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|program| is_program(program))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Existing directories that match a pattern whose `*` does not reach over a slash.
pub(super) fn expand(pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("/")];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = match part.split_once('*') {
            None => found.into_iter().map(|path| path.join(part)).filter(|path| path.is_dir()).collect(),
            Some((before, after)) => found.iter().flat_map(|path| matching(path, before, after)).collect(),
        };
    }
    found
}

fn matching(directory: &Path, before: &str, after: &str) -> Vec<PathBuf> {
    let mut names: Vec<String> = names_in(directory);
    names.retain(|name| name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after));
    names.sort();
    names.into_iter().map(|name| directory.join(name)).filter(|path| path.is_dir()).collect()
}

fn names_in(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Where libclang is. `LIBCLANG_PATH` may name the file or its directory.
pub fn libclang() -> Option<PathBuf> {
    let named = std::env::var_os("LIBCLANG_PATH").map(PathBuf::from);
    if let Some(file) = named.as_ref().filter(|path| path.is_file()) {
        return Some(file.clone());
    }
    let usual = LIBCLANG_PLACES.iter().flat_map(|pattern| expand(pattern));
    named.into_iter().chain(usual).find_map(|place| {
        let name = names_in(&place).into_iter().find(|name| is_libclang(name))?;
        Some(place.join(name))
    })
}

/// `libclang.so`, `libclang.so.14`, `libclang-14.so.1` and `libclang.dylib`, but not `libclang-cpp.so.14`.
fn is_libclang(name: &str) -> bool {
    if name == "libclang.so" || name == "libclang.dylib" || name.starts_with("libclang.so.") {
        return true;
    }
    let rest = name.strip_prefix("libclang-").unwrap_or_default();
    rest.starts_with(|first: char| first.is_ascii_digit()) && rest.contains(".so")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libclang_is_told_from_its_neighbours() {
        for name in ["libclang.so", "libclang-14.so.1", "libclang.so.18.1", "libclang.dylib", "libclang-14.so.14.0.6"] {
            assert!(is_libclang(name), "{name}");
        }
        for name in ["libclang-cpp.so.14", "libclangAST.a", "libclang_rt.so", "libclang-common"] {
            assert!(!is_libclang(name), "{name}");
        }
    }

    #[test]
    fn a_star_does_not_reach_over_a_slash() -> std::io::Result<()> {
        let top = tempfile::tempdir()?;
        for name in ["pg-15/bin", "pg-16/bin", "other/bin", "pg-17"] {
            fs::create_dir_all(top.path().join(name))?;
        }
        let found = expand(&format!("{}/pg-*/bin", top.path().display()));
        assert_eq!(found, [top.path().join("pg-15/bin"), top.path().join("pg-16/bin")]);
        Ok(())
    }
}
