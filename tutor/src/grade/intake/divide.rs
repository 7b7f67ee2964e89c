//! What lies below a path becomes submissions: which files belong to whom.

use std::collections::{BTreeMap, HashMap};

use super::gradescope::{Submitter, submitters};
use super::member::{Content, Kind, METADATA, Member, kind, stem};
use super::names::{Identity, NamePattern, identify};

/// Words that say nothing of whose a file is.
const WORDS_OF_NOBODY: [&str; 32] = [
    "answer",
    "answers",
    "solution",
    "solutions",
    "submission",
    "submissions",
    "submitted",
    "submit",
    "lab",
    "labs",
    "main",
    "query",
    "queries",
    "script",
    "scripts",
    "sql",
    "exercise",
    "exercises",
    "ex",
    "task",
    "tasks",
    "homework",
    "hw",
    "assignment",
    "part",
    "lesson",
    "lessons",
    "q",
    "final",
    "my",
    "file",
    "files",
];

/// A path, as it was named.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// What its name says: a file's without its suffix.
    pub(super) label: String,
    /// As it was written.
    pub(super) source: String,
}

/// What belongs to one student, before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) identity: Identity,
    pub(super) source: String,
    /// In the order of their paths.
    pub(super) members: Vec<Member>,
}

/// Gradescope's list: who submitted a folder.
type Submitters = HashMap<String, Submitter>;

/// What names mean.
pub(super) struct Names<'a> {
    pub(super) pattern: &'a NamePattern,
    /// Ids of exercises, lessons and the lab: a file that is called like one says nothing of whose it is.
    pub(super) ids: &'a [String],
}

/// Divides what is below a path. Folders around everything are passed through. Then every file at the top is one
/// student's, and every folder with all that is below it; unless no name there says whose it is: then all of it is one
/// student's, whom the path names. `left_out` takes the sources of files that are nobody's answer.
pub(super) fn divide(
    root: &Root,
    mut members: Vec<Member>,
    names: &Names<'_>,
    left_out: &mut Vec<String>,
) -> Vec<Draft> {
    members.sort_by(|one, other| one.path.cmp(&other.path));
    // Of two members with one path, the later one counts, as when an archive is unpacked.
    members.reverse();
    members.dedup_by(|one, other| one.path == other.path);
    members.reverse();
    let known = take_metadata(&mut members);
    let around = pass_through(&mut members, names, &known);
    let source = |path: &[String]| [std::slice::from_ref(&root.source), &around[..], path].concat().join("/");
    let mut answers = members.iter().filter(|member| is_answer(member)).peekable();
    if known.is_empty() && answers.peek().is_some() && answers.all(|answer| names.nobody_s(&answer.path[0])) {
        let identity = identify(&root.label, names.pattern);
        return vec![Draft { identity, source: root.source.clone(), members }];
    }
    let mut tops: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    members.into_iter().for_each(|member| tops.entry(member.path[0].clone()).or_default().push(member));
    let mut drafts: Vec<Draft> = Vec::new();
    for (top, members) in tops {
        let is_folder =
            members.iter().any(|member| member.path.len() > 1) && kind(std::slice::from_ref(&top)) != Kind::Archive;
        let mut identity = identify(if is_folder { &top } else { stem(&top) }, names.pattern);
        if let Some(submitter) = known.get(&top) {
            take_submitter(&mut identity, submitter);
        }
        let source = source(&[top]);
        let has_answer = members.iter().any(is_answer);
        match drafts.iter_mut().find(|draft| identity.fits && is_same(&draft.identity, &identity)) {
            _ if !has_answer && !is_folder && !identity.fits => left_out.push(source),
            // A platform lists the files of one submission next to each other.
            Some(draft) => draft.members.extend(members),
            None => drafts.push(Draft { identity, source, members }),
        }
    }
    drafts
}

fn is_answer(member: &Member) -> bool {
    member.content != Content::Other
}

fn is_same(one: &Identity, other: &Identity) -> bool {
    one.fits && one.name == other.name && one.id == other.id
}

fn take_submitter(identity: &mut Identity, submitter: &Submitter) {
    identity.name.clone_from(&submitter.name);
    identity.id.clone_from(&submitter.id);
    identity.email.clone_from(&submitter.email);
    identity.fits = true;
}

/// Takes Gradescope's list out, if it is there.
fn take_metadata(members: &mut Vec<Member>) -> Submitters {
    let is_list = |member: &Member| member.path.last().is_some_and(|name| name == METADATA) && member.path.len() <= 2;
    let list = members.iter().find(|member| is_list(member)).and_then(|member| match &member.content {
        Content::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    });
    members.retain(|member| member.path.last().is_none_or(|name| name != METADATA));
    list.map(|text| submitters(&text)).unwrap_or_default()
}

/// Takes folders off that are around everything and are no student's; returns their names.
fn pass_through(members: &mut [Member], names: &Names<'_>, known: &Submitters) -> Vec<String> {
    let mut around = Vec::new();
    let is_list_s = |members: &[Member]| members.iter().any(|member| known.contains_key(&member.path[1]));
    while let Some(top) = only_folder(members).filter(|top| is_list_s(members) || names.is_around(top, members)) {
        members.iter_mut().for_each(|member| drop(member.path.remove(0)));
        around.push(top);
    }
    around
}

/// The folder that everything is in.
fn only_folder(members: &[Member]) -> Option<String> {
    let top = members.first()?.path.first()?;
    members.iter().all(|member| member.path.len() > 1 && &member.path[0] == top).then(|| top.clone())
}

impl Names<'_> {
    /// Whether a folder that everything is in is a class's, not a student's.
    fn is_around(&self, top: &str, members: &[Member]) -> bool {
        if kind(&[top.to_owned()]) == Kind::Archive || identify(top, self.pattern).fits {
            return false;
        }
        let says_who = |member: &&&Member| !self.nobody_s(&member.path[1]);
        let (below, here): (Vec<&Member>, Vec<&Member>) =
            members.iter().filter(|member| is_answer(member)).partition(|member| member.path.len() > 2);
        let mut folders: Vec<&str> = below.iter().filter(says_who).map(|member| member.path[1].as_str()).collect();
        folders.dedup();
        let students = folders.len() + here.iter().filter(says_who).count();
        self.nobody_s(top) || students > 1 || folders.len() == 1 && here.is_empty()
    }

    /// Whether a name says nothing of whose it is.
    fn nobody_s(&self, name: &str) -> bool {
        let stem = stem(name).to_lowercase();
        let id = stem.replace(['_', ' '], "-");
        let is_word_of_nobody = |word: &str| {
            let word = word.trim_matches(|c: char| c.is_ascii_digit());
            word.chars().nth(1).is_none() || WORDS_OF_NOBODY.contains(&word)
        };
        let counted = id.trim_matches(|c: char| c.is_ascii_digit() || c == '-');
        self.ids.iter().any(|known| *known == id || known == counted)
            || stem.split(|c: char| !c.is_alphanumeric()).all(is_word_of_nobody)
                // A long number is somebody's.
                && (stem.len() <= 3 || stem.chars().any(char::is_alphabetic))
    }
}

/// The label of a file that was named itself: its folder's name where its own says nothing.
pub(super) fn label_of_file(name: &str, folder: Option<&str>, names: &Names<'_>) -> String {
    match folder.filter(|folder| names.nobody_s(name) && !names.nobody_s(folder)) {
        Some(folder) => folder.to_owned(),
        None => stem(name).to_owned(),
    }
}
