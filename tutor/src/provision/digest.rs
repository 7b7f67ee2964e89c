//! The digest that names a realm: whatever changes what is installed or loaded changes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ingredients::Ingredients;
use super::postgres::Installed;
use crate::course::DataSet;

/// Changed whenever this crate lays a realm out differently, so that an older one is not used.
const LAYOUT: u32 = 3;

/// How many hexadecimal digits name a realm.
const DIGITS: usize = 12;

/// The state of the sources, before it is known which server they are for.
#[derive(Clone)]
pub(crate) struct Sources(Sha256);

impl Sources {
    /// Reads all source files that a realm is made from.
    pub(crate) fn read(ingredients: &Ingredients) -> Result<Sources, (PathBuf, io::Error)> {
        let mut state = Sha256::new();
        for (root, folder) in
            [(&ingredients.kit, ingredients.extension()), (&ingredients.course, ingredients.fixtures())]
        {
            for file in files_below(&folder)? {
                let content = fs::read(&file).map_err(|cause| (file.clone(), cause))?;
                let path = file.strip_prefix(root).unwrap_or(&file);
                feed(&mut state, path.to_string_lossy().as_bytes());
                feed(&mut state, &content);
            }
        }
        if ingredients.data == DataSet::Second {
            feed(&mut state, b"second data set");
        }
        Ok(Sources(state))
    }

    /// The realm's name for one server.
    pub(crate) fn digest(&self, installed: &Installed) -> String {
        let mut state = self.0.clone();
        feed(&mut state, &LAYOUT.to_be_bytes());
        feed(&mut state, installed.version.as_bytes());
        feed(&mut state, installed.bindir.to_string_lossy().as_bytes());
        let bytes = state.finalize();
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        digits[..DIGITS].to_owned()
    }
}

/// The length comes first, so that no two lists of parts give the same bytes.
pub(crate) fn feed(state: &mut Sha256, part: &[u8]) {
    state.update((part.len() as u64).to_be_bytes());
    state.update(part);
}

/// Regular files in order of their path, without build output and hidden ones (editors leave those).
pub(crate) fn files_below(directory: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let fault = |cause| (directory.to_owned(), cause);
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(fault)? {
        entries.push(entry.map_err(fault)?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.file_name();
        let path = entry.path();
        match () {
            () if name == "target" || name.to_string_lossy().starts_with('.') => {}
            () if path.is_dir() => files.extend(files_below(&path)?),
            () => files.push(path),
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(version: &str) -> Installed {
        Installed {
            pg_config: "/b/pg_config".into(),
            version: version.into(),
            major: 15,
            bindir: "/b".into(),
            pkglibdir: "/l".into(),
            sharedir: "/s".into(),
            include_server: "/i".into(),
        }
    }

    #[test]
    fn content_and_version_count_and_build_output_does_not() -> Result<(), Box<dyn std::error::Error>> {
        let course = tempfile::tempdir()?;
        for name in ["extension/src", "extension/target", "fixtures"] {
            fs::create_dir_all(course.path().join(name))?;
        }
        let root = || course.path().to_owned();
        let ingredients = Ingredients { course: root(), kit: root(), data: DataSet::First };
        let read = || Sources::read(&ingredients).map_err(|(_, cause)| cause);
        fs::write(course.path().join("extension/src/lib.rs"), "a")?;
        let first = read()?.digest(&installed("15.1"));
        assert_eq!(first.len(), DIGITS);
        fs::write(course.path().join("extension/target/x"), "x")?;
        assert_eq!(read()?.digest(&installed("15.1")), first);
        assert_ne!(read()?.digest(&installed("15.2")), first);
        let second = Ingredients { data: DataSet::Second, ..ingredients.clone() };
        assert_ne!(Sources::read(&second).map_err(|(_, cause)| cause)?.digest(&installed("15.1")), first);
        fs::write(course.path().join("extension/src/lib.rs"), "b")?;
        assert_ne!(read()?.digest(&installed("15.1")), first);
        Ok(())
    }
}
