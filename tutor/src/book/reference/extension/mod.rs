//! The reference of the extension, from its install scripts and the source of its settings.
//!
//! ```text
//! pg_background.control ──> version ──> scripts, in order ──script──> Functions ──┐
//!                             comments before the functions ──description──┘      ├─render──> Markdown
//! src/settings.rs ──────────────────────────────────────────settings──> Settings ─┘
//! ```
//!
//! Reading is strict: what it does not know, and what is not described, is an error with its file and line.

mod description;
mod render;
mod script;
mod settings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::course::{CourseError, SourceError, read};
use script::Functions;

/// The folder of the extension in the course.
const FOLDER: &str = "extension";

/// The file that names the version that `CREATE EXTENSION` installs.
const CONTROL: &str = "pg_background.control";

/// Functions, settings and errors of the extension.
pub(super) fn markdown(root: &Path) -> Result<String, CourseError> {
    let folder = root.join(FOLDER);
    let mut functions = Functions::default();
    for file in scripts(&folder)? {
        functions.run(&file, &read(&file)?).map_err(broken)?;
    }
    let functions = functions.described().map_err(broken)?;
    let file = folder.join("src/settings.rs");
    let settings = settings::parse(&file, &read(&file)?).map_err(broken)?;
    Ok(render::markdown(&functions, &settings))
}

fn broken(error: SourceError) -> CourseError {
    CourseError::Broken(vec![error])
}

/// The scripts that `CREATE EXTENSION` runs one after another: the whole one, then updates up to the control file's
/// version.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>, CourseError> {
    let control = folder.join(CONTROL);
    let text = read(&control)?;
    let wanted = text.lines().find_map(|line| line.strip_prefix("default_version = '")?.strip_suffix('\''));
    let error = |message: &str| broken(SourceError { file: control.clone(), line: 1, message: message.to_owned() });
    let wanted = wanted.ok_or_else(|| error("it names no default_version"))?;
    chain(&versions(&folder.join("sql"))?, wanted).ok_or_else(|| error("no scripts lead to the default_version"))
}

/// The scripts of a folder, each under what its name says after the extension's: `[1.0]` or `[1.0, 1.1]`.
fn versions(folder: &Path) -> Result<BTreeMap<Vec<String>, PathBuf>, CourseError> {
    let entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| CourseError::Unreadable { file: folder.to_owned(), cause })?;
    let files = entries.into_iter().map(|entry| entry.path());
    let named = files.filter_map(|file| {
        let name = file.file_name()?.to_str()?.strip_suffix(".sql")?.split("--").map(str::to_owned);
        Some((name.skip(1).collect(), file))
    });
    Ok(named.collect())
}

/// The scripts from the one that begins, each time the only update, until `wanted` is reached.
fn chain(scripts: &BTreeMap<Vec<String>, PathBuf>, wanted: &str) -> Option<Vec<PathBuf>> {
    let (first, file) = scripts.iter().find(|(versions, _)| versions.len() == 1)?;
    let mut version = first.first()?;
    let mut files = vec![file.clone()];
    while version != wanted && files.len() <= scripts.len() {
        let (update, file) = scripts.iter().find(|(versions, _)| versions.len() == 2 && &versions[0] == version)?;
        version = update.last()?;
        files.push(file.clone());
    }
    (version == wanted).then_some(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&[&str]]) -> BTreeMap<Vec<String>, PathBuf> {
        let named =
            names.iter().map(|versions| versions.iter().map(|version| (*version).to_owned()).collect::<Vec<_>>());
        named.map(|versions| (versions.clone(), PathBuf::from(versions.join("-")))).collect()
    }

    #[test]
    fn scripts_lead_to_the_version() {
        let scripts = named(&[&["1.0"], &["1.0", "1.1"], &["1.1", "1.2"]]);
        assert_eq!(chain(&scripts, "1.1"), Some(vec!["1.0".into(), "1.0-1.1".into()]));
        assert_eq!(chain(&scripts, "1.0"), Some(vec!["1.0".into()]));
        assert_eq!(chain(&scripts, "2.0"), None);
        assert_eq!(chain(&named(&[&["1.0"], &["1.0", "1.0"]]), "2.0"), None);
    }
}
