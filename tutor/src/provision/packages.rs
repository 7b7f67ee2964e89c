//! What to install when a part is missing, and whether the tutor may.
//!
//! Only apt is used by the tutor itself. For the other systems it names the packages and the command.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use thiserror::Error;

use super::postgres::{MAJORS, Missing};
use super::progress::{Failure, Progress, run};
use super::tools::on_path;

/// `0` in this variable forbids installing packages.
pub const INSTALL_VARIABLE: &str = "TUTOR_INSTALL";

/// The option with which apt waits for another apt, perhaps one that a killed tutor left.
const WAIT_FOR_LOCK: &str = "DPkg::Lock::Timeout=300";

/// What apt asks for after an interrupted installation; it is also the command for it.
const FINISH_FIRST: &str = "dpkg --configure -a";

/// Who decides about installing packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// One question on the terminal.
    Ask,
    /// `--yes` was given.
    Given,
    /// Root without a terminal, as in containers: install, and say what.
    Announced,
    /// Nobody can agree, or `TUTOR_INSTALL=0`.
    Withheld,
}

impl Consent {
    /// The rule, from the environment and `--yes`.
    pub fn from_environment(yes: bool) -> Consent {
        let forbidden = std::env::var_os(INSTALL_VARIABLE).is_some_and(|value| value == "0");
        let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        Consent::rule(forbidden, yes, terminal, nix::unistd::geteuid().is_root())
    }

    fn rule(forbidden: bool, yes: bool, terminal: bool, root: bool) -> Consent {
        match () {
            () if forbidden => Consent::Withheld,
            () if yes => Consent::Given,
            () if terminal => Consent::Ask,
            () if root => Consent::Announced,
            () => Consent::Withheld,
        }
    }
}

/// Why a part is still missing.
#[derive(Debug, Error)]
pub enum PackagesError {
    /// Nothing was installed, because nobody agreed or this system is not one that the tutor installs on.
    #[error(
        "{missing} not found\nthe lab's private server is built from it: {packages}\nrun\n  {command}\nand start again"
    )]
    NotInstalled {
        /// The missing parts.
        missing: String,
        /// The packages.
        packages: String,
        /// The command to type.
        command: String,
    },
    /// No package manager that we know.
    #[error(
        "{missing} not found\nthis system has none of apt-get, dnf, apk, pacman, brew\ninstall PostgreSQL 15 to 18 with its headers and dblink, libclang and a C compiler; TUTOR_PG_CONFIG may name the pg_config to use"
    )]
    UnknownSystem {
        /// The missing parts.
        missing: String,
    },
    /// The distribution has none of the versions.
    #[error(
        "this distribution offers no PostgreSQL 15 to 18\napt-get knows no such package\nadd the repository described at https://wiki.postgresql.org/wiki/Apt and start again"
    )]
    NotOffered,
    /// The package manager failed.
    #[error("{command} failed\n{tail}\nmend that, or install the packages by hand, and start again")]
    Failed {
        /// The command.
        command: String,
        /// The end of its output.
        tail: String,
    },
    /// Everything was installed, and something is still not where we look.
    #[error(
        "{missing} still not found after installing {packages}\nit lies in none of the usual places\nset TUTOR_PG_CONFIG to the server's pg_config, or LIBCLANG_PATH to the directory of libclang.so"
    )]
    StillMissing {
        /// The missing parts.
        missing: String,
        /// What was installed.
        packages: String,
    },
}

/// The systems that we know packages for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Apk,
    Pacman,
    Brew,
}

impl Manager {
    fn of_this_system() -> Option<Manager> {
        let known = [
            ("apt-get", Manager::Apt),
            ("dnf", Manager::Dnf),
            ("apk", Manager::Apk),
            ("pacman", Manager::Pacman),
            ("brew", Manager::Brew),
        ];
        known.into_iter().find(|(program, _)| on_path(program).is_some()).map(|(_, manager)| manager)
    }

    /// The words before the packages.
    fn install(self) -> &'static [&'static str] {
        match self {
            Manager::Apt => &["apt-get", "install", "--yes", "--no-install-recommends"],
            Manager::Dnf => &["dnf", "install"],
            Manager::Apk => &["apk", "add"],
            Manager::Pacman => &["pacman", "-S", "--needed"],
            Manager::Brew => &["brew", "install"],
        }
    }

    /// The packages that hold the missing parts. Without a major, those that bring the distribution's own version.
    fn packages(self, missing: &[Missing], major: Option<u16>) -> Vec<String> {
        let number = major.map(|major| major.to_string());
        let mut names: Vec<String> = missing.iter().flat_map(|part| self.package(*part, number.as_deref())).collect();
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    fn package(self, part: Missing, major: Option<&str>) -> Vec<String> {
        let with = |before: &str, after: &str| vec![format!("{before}{}{after}", major.unwrap_or_default())];
        let plain = |name: &str| vec![name.to_owned()];
        match (self, part) {
            (Manager::Apt, Missing::Server | Missing::Dblink) => match major {
                Some(number) => vec![format!("postgresql-{number}")],
                None => plain("postgresql"),
            },
            (Manager::Apt, Missing::Headers) => match major {
                Some(number) => vec![format!("postgresql-server-dev-{number}")],
                None => plain("postgresql-server-dev-all"),
            },
            (Manager::Apt, Missing::Libclang) => plain("libclang-dev"),
            (Manager::Dnf, Missing::Server) => plain("postgresql-server"),
            (Manager::Dnf, Missing::Headers) => plain("postgresql-server-devel"),
            (Manager::Dnf, Missing::Dblink) => plain("postgresql-contrib"),
            (Manager::Dnf, Missing::Libclang) => plain("clang-devel"),
            (Manager::Apk, Missing::Server) => with("postgresql", ""),
            (Manager::Apk, Missing::Headers) => with("postgresql", "-dev"),
            (Manager::Apk, Missing::Dblink) => with("postgresql", "-contrib"),
            (Manager::Apk, Missing::Libclang) => plain("clang-dev"),
            (Manager::Pacman, Missing::Server | Missing::Dblink) => plain("postgresql"),
            (Manager::Pacman, Missing::Headers) => plain("postgresql-libs"),
            (Manager::Pacman, Missing::Libclang) => plain("clang"),
            (Manager::Brew, Missing::Server | Missing::Headers | Missing::Dblink) => {
                vec![format!("postgresql@{}", major.unwrap_or("17"))]
            }
            (Manager::Brew, Missing::Libclang) => plain("llvm"),
            (_, Missing::Compiler) => plain("gcc"),
        }
    }
}

/// Installs what is missing, if that is agreed; `major` is the version that part of is there already.
pub(crate) fn install(
    missing: &[Missing],
    major: Option<u16>,
    consent: Consent,
    progress: &mut dyn Progress,
) -> Result<String, PackagesError> {
    let names = parts(missing);
    let manager = Manager::of_this_system().ok_or(PackagesError::UnknownSystem { missing: names.clone() })?;
    let major = major.or_else(|| if manager == Manager::Apt { highest_offered() } else { None });
    let packages = manager.packages(missing, major);
    let as_root = nix::unistd::geteuid().is_root();
    let sudo = on_path("sudo").is_some();
    let able = manager == Manager::Apt && (as_root || sudo);
    if !able || !agreed(consent, &names, &packages, progress) {
        let command = command_line(manager, &packages, as_root);
        return Err(PackagesError::NotInstalled { missing: names, packages: packages.join(", "), command });
    }
    apt(missing, major, as_root, progress)
}

/// `the server's headers and libclang`.
pub(crate) fn parts(missing: &[Missing]) -> String {
    let names: Vec<&str> = missing.iter().map(|part| part.name()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn command_line(manager: Manager, packages: &[String], as_root: bool) -> String {
    let sudo = if as_root || manager == Manager::Brew { "" } else { "sudo " };
    format!("{sudo}{} {}", manager.install().join(" "), packages.join(" "))
}

fn agreed(consent: Consent, missing: &str, packages: &[String], progress: &mut dyn Progress) -> bool {
    let packages = packages.join(" ");
    match consent {
        Consent::Withheld => false,
        Consent::Given | Consent::Announced => {
            progress.say(&format!("{missing} not found: installing {packages} (TUTOR_INSTALL=0 forbids it)"));
            true
        }
        Consent::Ask => ask(&format!("{missing} not found. Install {packages} with apt-get? [Y/n] ")),
    }
}

fn ask(question: &str) -> bool {
    let mut answer = String::new();
    let mut err = io::stderr();
    let asked = write!(err, "{question}").and_then(|()| err.flush()).and_then(|()| io::stdin().read_line(&mut answer));
    matches!(asked, Ok(count) if count > 0) && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

fn apt(
    missing: &[Missing],
    major: Option<u16>,
    root: bool,
    progress: &mut dyn Progress,
) -> Result<String, PackagesError> {
    if !root {
        // sudo asks for the password here, before a spinner hides the question.
        Command::new("sudo").arg("-v").status().map(drop).unwrap_or_default();
    }
    progress.begin("reading the list of packages");
    run(&mut as_root(&["apt-get", "update"], root), None, progress).map_err(failed)?;
    let major = major.or_else(highest_offered);
    if major.is_none() && missing.contains(&Missing::Server) {
        return Err(PackagesError::NotOffered);
    }
    let packages = Manager::Apt.packages(missing, major);
    let mut words: Vec<&str> = Manager::Apt.install().to_vec();
    words.extend(packages.iter().map(String::as_str));
    progress.begin(&format!("installing {}", packages.join(" ")));
    words.extend(["-o", WAIT_FOR_LOCK]);
    let installed = match run(&mut as_root(&words, root), None, progress) {
        // Somebody, perhaps a killed tutor, left an installation half-done. dpkg wants it finished first.
        Err(failure) if failure.tail.contains(FINISH_FIRST) => {
            let finish: Vec<&str> = FINISH_FIRST.split(' ').collect();
            run(&mut as_root(&finish, root), None, progress).map_err(failed)?;
            run(&mut as_root(&words, root), None, progress)
        }
        done => done,
    };
    installed.map_err(failed)?;
    progress.end();
    Ok(packages.join(" "))
}

fn as_root(words: &[&str], root: bool) -> Command {
    let mut command = Command::new(if root { "env" } else { "sudo" });
    if !root {
        command.args(["-n", "env"]);
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"]).args(words);
    command
}

fn failed(failure: Failure) -> PackagesError {
    PackagesError::Failed { command: failure.command, tail: failure.tail }
}

/// The highest supported version that apt knows of, which before `apt-get update` may be none.
fn highest_offered() -> Option<u16> {
    let mut search = Command::new("apt-cache");
    let asked = search.args(["search", "--names-only", "^postgresql-[0-9]+$"]).stderr(Stdio::null()).output().ok()?;
    highest(&String::from_utf8_lossy(&asked.stdout))
}

fn highest(listing: &str) -> Option<u16> {
    let names = listing.lines().filter_map(|line| line.split_whitespace().next());
    let majors = names.filter_map(|name| name.strip_prefix("postgresql-")?.parse().ok());
    majors.filter(|major| MAJORS.contains(major)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides() {
        assert_eq!(Consent::rule(true, true, true, true), Consent::Withheld);
        assert_eq!(Consent::rule(false, true, false, false), Consent::Given);
        assert_eq!(Consent::rule(false, false, true, true), Consent::Ask);
        assert_eq!(Consent::rule(false, false, false, true), Consent::Announced);
        assert_eq!(Consent::rule(false, false, false, false), Consent::Withheld);
    }

    #[test]
    fn packages_on_debian() {
        let all = [Missing::Server, Missing::Headers, Missing::Dblink, Missing::Libclang, Missing::Compiler];
        let names = Manager::Apt.packages(&all, Some(15));
        assert_eq!(names, ["postgresql-15", "postgresql-server-dev-15", "libclang-dev", "gcc"]);
        assert_eq!(Manager::Apt.packages(&all[..2], None), ["postgresql", "postgresql-server-dev-all"]);
    }

    #[test]
    fn the_command_can_be_typed() {
        let line = command_line(Manager::Apt, &["libclang-dev".to_owned()], false);
        assert_eq!(line, "sudo apt-get install --yes --no-install-recommends libclang-dev");
        assert_eq!(command_line(Manager::Brew, &["llvm".to_owned()], false), "brew install llvm");
    }

    #[test]
    fn the_highest_supported_version_is_taken() {
        assert_eq!(highest("postgresql-13 - x\npostgresql-15 - x\npostgresql-99 - x\n"), Some(15));
        assert_eq!(highest("postgresql-14 - x\npostgresql-15-cron - y\n"), None);
    }

    #[test]
    fn parts_are_listed_as_in_a_sentence() {
        assert_eq!(parts(&[Missing::Headers]), "the server's headers");
        let three = [Missing::Server, Missing::Headers, Missing::Libclang];
        assert_eq!(parts(&three), "the PostgreSQL server, the server's headers and libclang");
    }
}
