//! Reading submissions: files, folders and archives become text with a name, in memory.
//!
//! ```text
//! PATH ─┬─ file ────────────────┐
//!       ├─ folder ──disk────────┼──> Member { path, bytes } ──divide──> Draft ──decode──> Submission
//!       └─ archive ──archive────┘                          names, gradescope      roster: identity, the newest
//! ```
//!
//! [`collect`] is the way in; [`super::script::parts`] divides what each submission holds. Nothing is written, nothing is followed out of a folder, and every reading ends at a
//! limit. What goes wrong with one submission is its own problem, told in it; the others go on.

mod archive;
mod decode;
mod disk;
mod divide;
mod gradescope;
pub mod limits;
mod meaning;
mod member;
mod names;
mod roster;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use names::NamePattern;
pub use roster::Roster;

use super::script::SubmittedFile;
use crate::course::Lab;
use divide::{Draft, Root, divide};
use limits::SUBMISSION_BYTES;
use meaning::{Names, label_of_file};
use member::{Content, Kind, Tray, kind, stem, too_large};
use names::{Identity, identify};

/// How submissions are read.
#[derive(Debug, Default)]
pub struct IntakeRules {
    /// What the names of files and folders say.
    pub pattern: NamePattern,
    /// Who the students are, if there is a list.
    pub roster: Option<Roster>,
    /// Ids of exercises, lessons and the lab: a file that is called like one says nothing of whose it is.
    pub ids: Vec<String>,
    /// The numbers of the lessons: the same holds for them.
    pub numbers: Vec<u32>,
}

impl IntakeRules {
    /// The rules for a lab.
    pub fn of(lab: &Lab, pattern: NamePattern, roster: Option<Roster>) -> IntakeRules {
        let exercises = lab.exercises().flat_map(|(_, exercise)| exercise.check.former.iter().chain([&exercise.id]));
        let ids = exercises.chain(lab.lessons.iter().map(|lesson| &lesson.id)).chain([&lab.id]);
        let numbers = lab.lessons.iter().map(|lesson| lesson.number).collect();
        IntakeRules { pattern, roster, ids: ids.cloned().collect(), numbers }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// One for each student, sorted by name. With a roster, students who handed in nothing are among them.
    pub submissions: Vec<Submission>,
    /// What the instructor should know besides, in sentences: what was left out, what matches nobody.
    pub notes: Vec<String>,
}

/// What one student handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Submission {
    /// Whose it is: from the roster, else from the file's name.
    pub name: String,
    /// The student's id in the roster, else in the file's name.
    pub id: Option<String>,
    /// The student's address, from the roster or from Gradescope's list.
    pub email: Option<String>,
    /// Where it came from, such as `archive.zip/path`; empty if nothing was handed in.
    pub source: String,
    /// SHA-256 of what was handed in, in hexadecimal digits.
    pub digest: String,
    /// Its files, in the order of their names; none if it was refused.
    pub files: Vec<SubmittedFile>,
    /// What was odd about it, in sentences.
    pub problems: Vec<String>,
}

/// Why submissions cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// There is nothing at a path.
    #[error("there is no {}: name files, folders or archives of submissions", .0.display())]
    Missing(PathBuf),
    /// There is something at a path that cannot be read as submissions.
    #[error("cannot read {}: {why}", .path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// There are no submissions at all.
    #[error("there are no submissions in {0}: they are files that end in .sql, folders or archives of them")]
    Nothing(String),
    /// The pattern for names is neither a preset nor a regular expression that helps.
    #[error(
        "cannot use the name pattern {asked:?}: {why}\n  take moodle, canvas, or a regular expression with (?<name>...) or (?<id>...)"
    )]
    Pattern {
        /// What was asked for.
        asked: String,
        /// Why it does not do.
        why: String,
    },
    /// The roster is none.
    #[error("cannot use the roster {file}: {why}")]
    Roster {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
}

/// Reads everything below the paths. The same files bring the same intake, whatever their order on disk; of paths that
/// are named, a later one counts as newer where times do not decide.
///
/// # Errors
/// A path that is not there, or that is neither file nor folder; paths without any submission.
pub fn collect(paths: &[PathBuf], rules: &IntakeRules) -> Result<Intake, IntakeError> {
    let mut tray = Tray::default();
    let names = Names { pattern: &rules.pattern, ids: &rules.ids, numbers: &rules.numbers };
    let mut handed_in = Vec::new();
    let mut seen = HashSet::new();
    // One that is named twice is read once.
    for path in paths.iter().filter(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()))) {
        tray.begin_path();
        handed_in.extend(drafts(path, &names, &mut tray)?.into_iter().map(HandedIn::of));
    }
    if handed_in.is_empty() && rules.roster.is_none() {
        let named: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(IntakeError::Nothing(named.join(", ")));
    }
    let mut submissions = match &rules.roster {
        Some(roster) => by_roster(handed_in, roster, &mut tray),
        None => by_id(handed_in),
    };
    tell_apart(&mut submissions);
    submissions.sort_by(|one, other| (&one.name, &one.id, &one.source).cmp(&(&other.name, &other.id, &other.source)));
    Ok(Intake { submissions, notes: tray.into_notes() })
}

/// What lies at one path.
fn drafts(path: &Path, names: &Names<'_>, tray: &mut Tray) -> Result<Vec<Draft>, IntakeError> {
    let about = fs::metadata(path).map_err(|_| IntakeError::Missing(path.to_owned()))?;
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (name, source) = (disk::file_name(&whole), path.display().to_string());
    let mut notes = Vec::new();
    let drafts = match () {
        () if about.is_dir() => {
            let root = Root { label: name, source: source.trim_end_matches('/').to_owned() };
            divide(&root, disk::walk(path, tray), names, &mut notes)
        }
        () if !about.is_file() => {
            let why = "it is neither a file nor a folder".to_owned();
            return Err(IntakeError::Unreadable { path: path.to_owned(), why });
        }
        () if kind(std::slice::from_ref(&name)) == Kind::Archive => {
            let root = Root { label: stem(&name).to_owned(), source };
            match disk::named_archive(path, tray) {
                Ok(members) => divide(&root, members, names, &mut notes),
                Err(why) => vec![refused(&root, why, names)],
            }
        }
        () => {
            let folder = whole.parent().map(disk::file_name);
            let identity = identify(&label_of_file(&name, folder.as_deref(), names), names.pattern);
            vec![Draft { identity, source, members: vec![disk::named_file(path, tray)] }]
        }
    };
    notes.into_iter().for_each(|note| tray.note(note));
    Ok(drafts)
}

/// An archive that cannot be read is one student's, whom its name names.
fn refused(root: &Root, why: String, names: &Names<'_>) -> Draft {
    let member = member::Member { path: vec![root.label.clone()], content: Content::Refused(why), changed: 0 };
    Draft { identity: identify(&root.label, names.pattern), source: root.source.clone(), members: vec![member] }
}

/// A submission, and when it was handed in.
struct HandedIn {
    identity: Identity,
    submission: Submission,
    time: i64,
}

impl HandedIn {
    fn of(draft: Draft) -> HandedIn {
        let Draft { identity, source, members } = draft;
        let changed = members.iter().map(|member| member.changed).max().unwrap_or(0);
        let mut submission = Submission { source, ..read(members) };
        submission.name.clone_from(&identity.name);
        submission.id.clone_from(&identity.id);
        submission.email.clone_from(&identity.email);
        if identity.is_late {
            submission.problems.push("it was handed in late, says its name".to_owned());
        }
        HandedIn { time: identity.time.unwrap_or(changed), identity, submission }
    }
}

/// The text of a submission's files, or why it has none.
fn read(members: Vec<member::Member>) -> Submission {
    let mut submission = Submission::default();
    let mut digest = Sha256::new();
    let mut bytes_in_all = 0;
    for member in members {
        let name = member.path.join("/");
        digest.update(name.as_bytes());
        match member.content {
            Content::Bytes(bytes) => {
                bytes_in_all += bytes.len();
                digest.update(&bytes);
                let (text, problem) = decode::decode(&bytes);
                submission.problems.extend(problem.map(|problem| format!("{name:?} {problem}")));
                let name = member.path.into_iter().next_back().unwrap_or_default();
                submission.files.push(SubmittedFile { name, text });
            }
            Content::Refused(why) => {
                submission.problems.push(format!("{:?} is not read: {why}", archive::shortened(&name)))
            }
            Content::Other => {}
        }
    }
    if bytes_in_all > SUBMISSION_BYTES {
        submission.files.clear();
        submission.problems.push(format!("nothing of it is graded: {}", too_large()));
    } else if submission.files.is_empty() && submission.problems.is_empty() {
        submission.problems.push("there is no file in it that ends in .sql".to_owned());
    }
    submission.problems.truncate(limits::NOTES);
    submission.digest = hexadecimal(&digest.finalize());
    submission
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One submission for each student of the roster, and those that match nobody.
fn by_roster(handed_in: Vec<HandedIn>, roster: &Roster, tray: &mut Tray) -> Vec<Submission> {
    let mut by_student: BTreeMap<usize, Vec<HandedIn>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for one in handed_in {
        match roster.find(&one.identity) {
            [student] => by_student.entry(*student).or_default().push(one),
            found => {
                let why = if found.is_empty() { "matches nobody in the roster" } else { "may be of several students" };
                tray.note(format!("{:?} {why}: it is graded as {:?}", one.submission.source, one.identity.name));
                unknown.push(one);
            }
        }
    }
    let mut submissions = by_id(unknown);
    for (index, student) in roster.students.iter().enumerate() {
        let newest = by_student.remove(&index).map(newest);
        let submission = newest.unwrap_or_else(|| Submission {
            digest: hexadecimal(&Sha256::digest([])),
            problems: vec!["nothing was handed in".to_owned()],
            ..Submission::default()
        });
        submissions.push(Submission {
            name: student.name.clone(),
            id: student.id.clone().or(submission.id),
            email: student.email.clone().or(submission.email),
            ..submission
        });
    }
    submissions
}

/// One submission for each id; those without one are all different.
fn by_id(handed_in: Vec<HandedIn>) -> Vec<Submission> {
    let mut by_id: BTreeMap<String, Vec<HandedIn>> = BTreeMap::new();
    let mut submissions = Vec::new();
    for one in handed_in {
        match &one.submission.id {
            Some(id) => by_id.entry(id.clone()).or_default().push(one),
            None => submissions.push(one.submission),
        }
    }
    submissions.extend(by_id.into_values().map(newest));
    submissions
}

/// The newest of several submissions of one student, which there are; the others are named in it.
fn newest(mut several: Vec<HandedIn>) -> Submission {
    several.sort_by_key(|one| one.time);
    let mut last = several.pop().map(|one| one.submission).unwrap_or_default();
    last.problems.extend(several.iter().map(|one| format!("{:?} is older, and does not count", one.submission.source)));
    last
}

/// Names that several submissions have get their sources.
fn tell_apart(submissions: &mut [Submission]) {
    let mut uses: HashMap<String, usize> = HashMap::new();
    submissions.iter().for_each(|one| *uses.entry(one.name.clone()).or_default() += 1);
    for one in submissions.iter_mut().filter(|one| uses[&one.name] > 1) {
        let apart = one.id.clone().unwrap_or_else(|| one.source.clone());
        one.name = format!("{} ({apart})", one.name);
    }
}

#[cfg(test)]
mod tests;
