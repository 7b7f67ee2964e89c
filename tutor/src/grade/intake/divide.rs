//! What lies below a path becomes submissions: which files belong to whom.

use std::collections::{BTreeMap, HashMap};

use super::gradescope::{Submitter, submitters};
use super::meaning::{Names, Says};
use super::member::{Content, Kind, METADATA, Member, kind, stem};
use super::names::{Identity, identify};

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

/// How many names a note quotes.
const QUOTED_NAMES: usize = 3;

/// Divides what is below a path. Folders around everything are passed through. Then every file at the top is one
/// student's, and every folder with all that is below it; unless all names there are those of parts of the lab: then all
/// of it is one student's, whom the path names. `notes` takes what is left out, and what was taken as what where that is
/// a guess.
pub(super) fn divide(root: &Root, mut members: Vec<Member>, names: &Names<'_>, notes: &mut Vec<String>) -> Vec<Draft> {
    members.sort_by(|one, other| one.path.cmp(&other.path));
    // Of two members with one path, the later one counts, as when an archive is unpacked.
    members.reverse();
    members.dedup_by(|one, other| one.path == other.path);
    members.reverse();
    let known = take_metadata(&mut members);
    let around = pass_through(root, &mut members, names, &known);
    let source = |path: &[String]| [std::slice::from_ref(&root.source), &around[..], path].concat().join("/");
    if known.is_empty() {
        let look = Look::at(&members, names);
        notes.extend(look.note(&source(&[])));
        if look.is_one_student_s() {
            let identity = identify(&root.label, names.pattern);
            return vec![Draft { identity, source: root.source.clone(), members }];
        }
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
            _ if !has_answer && !is_folder && !identity.fits => {
                notes.push(format!("{source:?} is left out: it does not end in .sql"));
            }
            // A platform lists the files of one submission next to each other.
            Some(draft) => draft.members.extend(members),
            None => drafts.push(Draft { identity, source, members }),
        }
    }
    drafts
}

/// What the names at the top of a path say.
struct Look<'a> {
    /// In the order of names.
    tops: Vec<Top<'a>>,
    /// How many answers there are.
    answers: usize,
}

struct Top<'a> {
    name: &'a str,
    says: Says,
    is_file: bool,
}

impl<'a> Look<'a> {
    fn at(members: &'a [Member], names: &Names<'_>) -> Look<'a> {
        let mut tops: Vec<Top<'a>> = Vec::new();
        let answers = members.iter().filter(|member| is_answer(member));
        for member in answers.clone() {
            let (name, is_file) = (member.path[0].as_str(), member.path.len() == 1);
            if tops.last().is_none_or(|last| last.name != name) {
                let says = if is_file { names.says(name) } else { names.folder_says(name) };
                tops.push(Top { name, says, is_file });
            }
        }
        Look { tops, answers: answers.count() }
    }

    fn any(&self, says: Says) -> bool {
        self.tops.iter().any(|top| top.says == says)
    }

    /// Whether all of it is one student's: nothing is somebody's, and what may be is alone or beside parts of the lab.
    fn is_one_student_s(&self) -> bool {
        let is_doubtful = self.any(Says::Perhaps) && !self.any(Says::Part) && self.answers > 1;
        !self.tops.is_empty() && !self.any(Says::Who) && !is_doubtful
    }

    /// What was taken as what, where that is a guess.
    fn note(&self, source: &str) -> Option<String> {
        let is_part = |top: &&Top<'_>| top.says < Says::Perhaps;
        match () {
            () if self.answers < 2 => None,
            () if self.is_one_student_s() => {
                let names = quoted(self.tops.iter().filter(|top| top.says != Says::Part))?;
                Some(format!(
                    "{source:?}: all of it is taken as one submission, because of names such as {names}; \
                     if they are students, name the files instead of the folder"
                ))
            }
            () if !self.any(Says::Who) => {
                let names = quoted(self.tops.iter().filter(|top| top.says == Says::Perhaps))?;
                Some(format!(
                    "{source:?}: each file is taken as a submission, because of names such as {names}; \
                     what is one student's belongs into a folder of that student"
                ))
            }
            () => {
                let names = quoted(self.tops.iter().filter(|top| top.is_file).filter(is_part))?;
                Some(format!("{source:?}: {names} too is taken as a submission, because there are students beside it"))
            }
        }
    }
}

/// The first of the names, if there are any.
fn quoted<'n, 'a: 'n>(tops: impl Iterator<Item = &'n Top<'a>>) -> Option<String> {
    let names: Vec<String> = tops.map(|top| format!("{:?}", top.name)).collect();
    let more = if names.len() > QUOTED_NAMES { ", ..." } else { "" };
    (!names.is_empty()).then(|| names[..names.len().min(QUOTED_NAMES)].join(", ") + more)
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
fn pass_through(root: &Root, members: &mut [Member], names: &Names<'_>, known: &Submitters) -> Vec<String> {
    let mut around = Vec::new();
    let is_list_s = |members: &[Member]| members.iter().any(|member| known.contains_key(&member.path[1]));
    while let Some(top) = only_folder(members).filter(|top| is_list_s(members) || names.is_around(top, root, members)) {
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
    fn is_around(&self, top: &str, root: &Root, members: &[Member]) -> bool {
        if kind(&[top.to_owned()]) == Kind::Archive || identify(top, self.pattern).fits {
            return false;
        }
        let (below, here): (Vec<&Member>, Vec<&Member>) =
            members.iter().filter(|member| is_answer(member)).partition(|member| member.path.len() > 2);
        let mut folders: Vec<&str> = below.iter().map(|member| member.path[1].as_str()).collect();
        folders.dedup();
        folders.retain(|folder| self.folder_says(folder) == Says::Who);
        let students = folders.len() + here.iter().filter(|member| self.says(&member.path[1]) == Says::Who).count();
        // An archive often has everything in a folder that is called like itself.
        self.folder_says(top) < Says::Who || top == root.label || students > 1 || folders.len() == 1 && here.is_empty()
    }
}
