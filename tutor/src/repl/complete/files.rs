//! Names of files, for commands that take one.

use std::path::Path;

/// How many names of a folder are looked at.
const MOST: usize = 1_000;

/// The files and folders that begin with `start`, a path; folders with a slash at their end. What cannot be read is
/// empty.
pub(in crate::repl) fn files(start: &str) -> Vec<String> {
    let (folder, beginning) = start.rfind('/').map_or(("", start), |slash| start.split_at(slash + 1));
    let place = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
    let Ok(entries) = std::fs::read_dir(place) else { return Vec::new() };
    let named = entries.flatten().take(MOST).filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let is_meant = name.starts_with(beginning) && (!name.starts_with('.') || beginning.starts_with('.'));
        let slash = if entry.path().is_dir() { "/" } else { "" };
        is_meant.then(|| format!("{folder}{name}{slash}"))
    });
    let mut paths: Vec<String> = named.collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    #[test]
    fn folders_have_a_slash() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().to_str().expect("a name");
        std::fs::create_dir(folder.path().join("scripts")).expect("a folder");
        std::fs::write(folder.path().join("script.sql"), "").expect("a file");
        assert_eq!(super::files(&format!("{root}/scr")), [format!("{root}/script.sql"), format!("{root}/scripts/")]);
        assert!(super::files("/nowhere/at/all").is_empty());
    }
}
