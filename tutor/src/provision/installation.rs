//! The private installation: a copy of the server's programs, with links for everything else.
//!
//! PostgreSQL finds its modules and shared files relative to its own executable, by the path between the directories it
//! was configured with. So the copy repeats those directories from their common beginning on: on Debian
//! `install/lib/postgresql/15/{bin,lib}` and `install/share/postgresql/15`. Only what must differ is a real file there.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::extension::PACKAGE;
use super::postgres::{Installed, library_suffix};
use super::{ProvisionError, at};
use crate::home::make_dir;

/// The programs that have to be real files, because the server looks at where its own file is.
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// Where the copy's parts are, relative to the realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// What the system's directories have in common; it is cut off.
    prefix: PathBuf,
    bindir: PathBuf,
    pkglibdir: PathBuf,
    sharedir: PathBuf,
    /// `bindir/../lib`, where some builds keep libraries that their programs find relative to themselves.
    beside: Option<PathBuf>,
}

impl Layout {
    pub(crate) fn new(installed: &Installed) -> Layout {
        let beside = installed.bindir.parent().map(|above| above.join("lib"));
        Layout {
            prefix: common_prefix(&[&installed.bindir, &installed.pkglibdir, &installed.sharedir]),
            bindir: installed.bindir.clone(),
            pkglibdir: installed.pkglibdir.clone(),
            sharedir: installed.sharedir.clone(),
            // `/usr/lib` is the system's own: the loader looks there anyway.
            beside: beside.filter(|lib| lib.is_dir() && lib != Path::new("/usr/lib")),
        }
    }

    /// The directory of programs below `install`.
    pub(crate) fn bin(&self) -> PathBuf {
        self.mirrored(&self.bindir)
    }

    fn mirrored(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.prefix).unwrap_or(path).to_owned()
    }
}

/// Makes the copy in `install`, with the built library added.
pub(crate) fn make(
    install: &Path,
    installed: &Installed,
    extension: &Path,
    library: &Path,
) -> Result<(), ProvisionError> {
    let layout = Layout::new(installed);
    let place = |path: &Path| install.join(layout.mirrored(path));
    let extensions = layout.sharedir.join("extension");
    let opened: BTreeSet<PathBuf> = [&layout.pkglibdir, &layout.sharedir, &extensions]
        .into_iter()
        .chain(&layout.beside)
        .flat_map(|path| path.ancestors().take_while(|part| part.starts_with(&layout.prefix)).map(Path::to_owned))
        .collect();
    for directory in [Some(&layout.pkglibdir), Some(&layout.sharedir), layout.beside.as_ref()].into_iter().flatten() {
        mirror(directory, &place(directory), &opened)?;
    }
    copy_programs(&layout, &place(&layout.bindir))?;
    add_extension(extension, library, installed.major, &place(&layout.pkglibdir), &place(&extensions))?;
    trust_dblink(&extensions, &place(&extensions))
}

/// Repeats a directory: `opened` ones as directories, everything else as links. Doing it twice changes nothing.
fn mirror(from: &Path, to: &Path, opened: &BTreeSet<PathBuf>) -> Result<(), ProvisionError> {
    make_dir(to, 0o755).map_err(at(to))?;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let (source, link) = (entry.path(), to.join(entry.file_name()));
        if opened.contains(&source) {
            mirror(&source, &link, opened)?;
        } else if !is_ours(&entry.file_name().to_string_lossy()) && fs::symlink_metadata(&link).is_err() {
            symlink(&source, &link).map_err(at(&link))?;
        }
    }
    Ok(())
}

/// Another `pg_background` on this system stays outside.
fn is_ours(name: &str) -> bool {
    name.strip_prefix(PACKAGE).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("--"))
}

fn copy_programs(layout: &Layout, bin: &Path) -> Result<(), ProvisionError> {
    make_dir(bin, 0o755).map_err(at(bin))?;
    for name in PROGRAMS {
        let source = layout.bindir.join(name);
        copy_file(&source, &bin.join(name), 0o755)?;
    }
    Ok(())
}

fn add_extension(
    sources: &Path,
    library: &Path,
    major: u16,
    lib: &Path,
    extensions: &Path,
) -> Result<(), ProvisionError> {
    copy_file(library, &lib.join(format!("{PACKAGE}.{}", library_suffix(major))), 0o755)?;
    let control = format!("{PACKAGE}.control");
    copy_file(&sources.join(&control), &extensions.join(&control), 0o644)?;
    let scripts = sources.join("sql");
    for entry in fs::read_dir(&scripts).map_err(at(&scripts))? {
        let entry = entry.map_err(at(&scripts))?;
        if entry.path().extension().is_some_and(|suffix| suffix == "sql") {
            copy_file(&entry.path(), &extensions.join(entry.file_name()), 0o644)?;
        }
    }
    Ok(())
}

/// A student without superuser rights creates dblink in a database of their own only if its control file allows it.
fn trust_dblink(system: &Path, ours: &Path) -> Result<(), ProvisionError> {
    let (source, copy) = (system.join("dblink.control"), ours.join("dblink.control"));
    let text = fs::read_to_string(&source).map_err(at(&source))?;
    fs::remove_file(&copy).map_err(at(&copy))?;
    fs::write(&copy, trusted(&text)).map_err(at(&copy))?;
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o644)).map_err(at(&copy))
}

fn trusted(control: &str) -> String {
    let others = control.lines().filter(|line| line.split('=').next().map(str::trim) != Some("trusted"));
    let kept: Vec<&str> = others.collect();
    format!("{}\ntrusted = true\n", kept.join("\n"))
}

fn copy_file(from: &Path, to: &Path, mode: u32) -> Result<(), ProvisionError> {
    let copied = fs::copy(from, to).and_then(|_| fs::set_permissions(to, fs::Permissions::from_mode(mode)));
    // The source is the likelier one to be at fault when it is not there at all.
    copied.map_err(|cause: io::Error| if from.exists() { at(to)(cause) } else { at(from)(cause) })
}

/// The longest beginning, in whole directories, that all paths share.
fn common_prefix(paths: &[&Path]) -> PathBuf {
    let Some((first, rest)) = paths.split_first() else {
        return PathBuf::new();
    };
    let shared = |part: &&Path| rest.iter().all(|other| other.starts_with(part));
    first.ancestors().find(shared).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(bindir: &str, pkglibdir: &str, sharedir: &str) -> Layout {
        Layout::new(&Installed {
            pg_config: PathBuf::from(bindir).join("pg_config"),
            version: String::new(),
            major: 15,
            bindir: bindir.into(),
            pkglibdir: pkglibdir.into(),
            sharedir: sharedir.into(),
            include_server: PathBuf::new(),
        })
    }

    #[test]
    fn debians_directories_are_repeated_below_usr() {
        let found = layout("/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/15/lib", "/usr/share/postgresql/15");
        assert_eq!(found.prefix, Path::new("/usr"));
        assert_eq!(found.bin(), Path::new("lib/postgresql/15/bin"));
        assert_eq!(found.mirrored(&found.sharedir), Path::new("share/postgresql/15"));
    }

    #[test]
    fn a_prefix_of_its_own_is_cut_off() {
        let found = layout("/usr/local/pgsql/bin", "/usr/local/pgsql/lib", "/usr/local/pgsql/share");
        assert_eq!((found.prefix.as_path(), found.bin().as_path()), (Path::new("/usr/local/pgsql"), Path::new("bin")));
    }

    #[test]
    fn names_are_compared_whole() {
        assert_eq!(
            common_prefix(&[Path::new("/nix/store/a-pg"), Path::new("/nix/store/a-pg-lib")]),
            Path::new("/nix/store")
        );
        assert_eq!(common_prefix(&[Path::new("/opt/pg"), Path::new("/usr/share")]), Path::new("/"));
    }

    #[test]
    fn dblink_becomes_trusted_once() {
        let text = "comment = 'x'\ntrusted = false\nrelocatable = true\n";
        assert_eq!(trusted(text), "comment = 'x'\nrelocatable = true\ntrusted = true\n");
        assert_eq!(trusted(&trusted(text)), trusted(text));
    }

    #[test]
    fn another_build_of_the_extension_stays_outside() {
        assert!(is_ours("pg_background.so") && is_ours("pg_background--1.8.sql") && is_ours("pg_background.control"));
        assert!(!is_ours("pg_background_extra.so") && !is_ours("dblink.so"));
    }
}
