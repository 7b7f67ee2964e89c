//! A class list: who the students are.

use std::collections::HashMap;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::IntakeError;
use super::decode::decode;
use super::names::Identity;

/// The students of a class.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    pub(super) students: Vec<Student>,
    by_key: HashMap<Key, Vec<usize>>,
}

/// One student of a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Student {
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) email: Option<String>,
    others: Vec<String>,
}

/// What students are found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// An id, login or address, in small letters.
    Id(String),
    /// The letters of a name, its words sorted.
    Name(String),
    /// The letters of a name, first or last name first.
    Letters(String),
}

/// Columns of ids; the first of them that a list has is the one that reports show.
const ID_COLUMNS: [&str; 12] = [
    "studentid",
    "sisuserid",
    "sisid",
    "sid",
    "idnumber",
    "studentnumber",
    "matriculationnumber",
    "id",
    "userid",
    "identifier",
    "participant",
    "number",
];
const EMAIL_COLUMNS: [&str; 4] = ["email", "emailaddress", "mail", "emailadress"];
const LOGIN_COLUMNS: [&str; 12] = [
    "login",
    "loginid",
    "sisloginid",
    "username",
    "user",
    "netid",
    "github",
    "githubusername",
    "githublogin",
    "file",
    "filename",
    "folder",
];
const NAME_COLUMNS: [&str; 6] = ["name", "fullname", "student", "studentname", "displayname", "rostername"];
const FIRST_NAME_COLUMNS: [&str; 4] = ["firstname", "givenname", "first", "forename"];
const LAST_NAME_COLUMNS: [&str; 5] = ["lastname", "surname", "familyname", "last", "familynames"];

/// Which column of a list means what, by its header.
struct Columns {
    ids: Vec<usize>,
    logins: Vec<usize>,
    email: Option<usize>,
    name: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Columns {
        let cells: Vec<String> = header.iter().map(|cell| letters(cell, char::is_alphanumeric)).collect();
        let find = |names: &[&str]| names.iter().find_map(|name| cells.iter().position(|cell| cell == name));
        let all = |names: &[&str]| -> Vec<usize> {
            names.iter().filter_map(|name| cells.iter().position(|cell| cell == name)).collect()
        };
        Columns {
            ids: all(&ID_COLUMNS),
            logins: all(&LOGIN_COLUMNS),
            email: find(&EMAIL_COLUMNS),
            name: find(&NAME_COLUMNS),
            first: find(&FIRST_NAME_COLUMNS),
            last: find(&LAST_NAME_COLUMNS),
        }
    }

    fn are_enough(&self) -> bool {
        self.name.is_some()
            || self.last.is_some()
            || !self.ids.is_empty()
            || !self.logins.is_empty()
            || self.email.is_some()
    }

    fn student(&self, row: &csv::StringRecord) -> Option<Student> {
        let cell = |index: usize| row.get(index).map(plain).filter(|cell| !cell.is_empty());
        let ids: Vec<String> = self.ids.iter().filter_map(|index| cell(*index)).collect();
        let logins: Vec<String> = self.logins.iter().filter_map(|index| cell(*index)).collect();
        let email = self.email.and_then(cell);
        let parts: Vec<String> = [self.first, self.last].into_iter().flatten().filter_map(cell).collect();
        let name = self.name.and_then(cell).or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
        let name = name.or_else(|| logins.first().or(email.as_ref()).or(ids.first()).cloned())?;
        // Rows of Canvas's gradebook that are nobody.
        if ["pointspossible", "studenttest", "teststudent"].contains(&letters(&name, char::is_alphanumeric).as_str()) {
            return None;
        }
        Some(Student { name, id: ids.first().cloned(), email, others: [&ids[..], &logins].concat() })
    }
}

impl Roster {
    /// The roster in that file.
    pub fn read(file: &Path) -> Result<Roster, IntakeError> {
        let name = file.display().to_string();
        match std::fs::read(file) {
            Ok(bytes) => Roster::parse(&name, &bytes),
            Err(error) => Err(IntakeError::Roster { file: name, why: error.to_string() }),
        }
    }

    /// The roster in a CSV file with a header, its columns divided by commas, semicolons or tabs. Gradebooks that
    /// Moodle and Canvas export are rosters.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Roster, IntakeError> {
        let broken = |why: String| IntakeError::Roster { file: file.to_owned(), why };
        let (text, _) = decode(bytes);
        let header = text.lines().next().unwrap_or_default();
        let delimiter = [b';', b'\t'].into_iter().find(|d| header.contains(char::from(*d))).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let columns = Columns::of(reader.headers().map_err(|error| broken(error.to_string()))?);
        if !columns.are_enough() {
            return Err(broken("its header names no column such as name, id, email or login".to_owned()));
        }
        let mut students = Vec::new();
        for row in reader.records() {
            students.extend(columns.student(&row.map_err(|error| broken(error.to_string()))?));
        }
        Ok(Roster::of(students))
    }

    fn of(students: Vec<Student>) -> Roster {
        let mut by_key: HashMap<Key, Vec<usize>> = HashMap::new();
        for (index, student) in students.iter().enumerate() {
            for key in student.keys() {
                let found = by_key.entry(key).or_default();
                if !found.contains(&index) {
                    found.push(index);
                }
            }
        }
        Roster { students, by_key }
    }

    /// The students that a submission may be of: one, if it is known whose it is.
    pub(super) fn find(&self, identity: &Identity) -> &[usize] {
        keys_of(identity).iter().find_map(|key| self.by_key.get(key)).map_or(&[], Vec::as_slice)
    }
}

impl Student {
    fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.others.iter().chain(&self.email).map(|id| Key::Id(id.to_lowercase())).collect();
        // Moodle writes `Participant 123` into its list and `123` into names of files.
        keys.extend(
            self.others.iter().filter_map(|id| id.strip_prefix("Participant ")).map(|id| Key::Id(id.to_owned())),
        );
        keys.extend(
            self.email.iter().filter_map(|email| email.split('@').next()).map(|user| Key::Id(user.to_lowercase())),
        );
        let words = words(&self.name);
        if !words.is_empty() {
            keys.push(Key::Name(sorted(&words)));
            keys.push(Key::Letters(words.concat()));
            // `Lovelace, Ada` and `Ada Lovelace`: Canvas writes `lovelaceada`.
            let turned = words.len() - 1;
            keys.push(Key::Letters([&words[turned..], &words[..turned]].concat().concat()));
        }
        keys
    }
}

/// What to look for, the surest first.
fn keys_of(identity: &Identity) -> Vec<Key> {
    let label = identity.name.to_lowercase();
    let mut keys: Vec<Key> = identity.id.iter().chain(&identity.email).map(|id| Key::Id(id.to_lowercase())).collect();
    keys.push(Key::Id(label.clone()));
    let words = words(&identity.name);
    if !words.is_empty() {
        keys.push(Key::Name(sorted(&words)));
        keys.push(Key::Letters(words.concat()));
    }
    // What a platform has written is no guess.
    if identity.fits {
        return keys;
    }
    // GitHub Classroom puts the assignment before the login: every end of the name that follows a hyphen.
    let repository = label.trim_end_matches("-main").trim_end_matches("-master");
    let cuts = || repository.match_indices(['-', '_', ' ']).map(|(at, _)| at);
    let ends = cuts().map(|at| &repository[at + 1..]);
    // And the time or a counter may follow it: every beginning, the longest first.
    let starts: Vec<&str> = cuts().map(|at| &repository[..at]).collect();
    let says_who = |part: &&str| part.len() >= 5 || part.contains(char::is_alphabetic);
    keys.extend(ends.chain(starts.into_iter().rev()).filter(says_who).map(|part| Key::Id(part.to_owned())));
    keys
}

/// The words of a name without accents, in small letters.
fn words(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c));
    words.map(|word| letters(word, char::is_alphabetic)).filter(|word| !word.is_empty()).collect()
}

fn sorted(words: &[String]) -> String {
    let mut words = words.to_vec();
    words.sort();
    words.join(" ")
}

/// The characters of a text that are wanted, in small letters and without accents.
fn letters(text: &str, wanted: fn(char) -> bool) -> String {
    text.nfkd().filter(|c| wanted(*c)).flat_map(char::to_lowercase).collect()
}

/// A cell without what keeps spreadsheets from reading it as a number: `="0012"`.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    cell.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(text: &str) -> Roster {
        Roster::parse("class.csv", text.as_bytes()).expect("a roster")
    }

    fn found<'a>(roster: &'a Roster, name: &str, id: Option<&str>) -> Vec<&'a str> {
        let identity = Identity { name: name.to_owned(), id: id.map(str::to_owned), ..Identity::default() };
        roster.find(&identity).iter().map(|index| roster.students[*index].name.as_str()).collect()
    }

    #[test]
    fn students_are_found_by_what_names_say() {
        let class = roster(
            "Name,Student ID,E-Mail,GitHub username\nAda Lovelace,0012,ada@x.org,countess\nJosé Núñez,0013,jn@x.org,\n",
        );
        for (name, id) in [
            ("Ada Lovelace", None),
            ("lovelace, ada", None),
            ("lovelaceada", None),
            ("somebody", Some("0012")),
            ("0012", None),
            ("ada@x.org", None),
            ("ada", None),
            ("lab-12-countess", None),
            ("lab-12-countess-main", None),
            ("ada_2026-11-27", None),
        ] {
            assert_eq!(found(&class, name, id), ["Ada Lovelace"], "{name}");
        }
        assert_eq!(found(&class, "jose nunez", None), ["José Núñez"]);
        assert_eq!(found(&class, "bob", None), [""; 0]);
        assert_eq!(class.students[0].id.as_deref(), Some("0012"));
    }

    #[test]
    fn moodle_s_and_canvas_s_gradebooks_are_rosters() {
        let grades = roster("\u{feff}First name;Surname;ID number;Email address\nAda;Lovelace;=\"0012\";ada@x.org\n");
        assert_eq!(found(&grades, "Ada Lovelace", Some("777")), ["Ada Lovelace"]);
        assert_eq!(grades.students[0].id.as_deref(), Some("0012"));
        let worksheet = roster("Identifier,Full name,Email address\nParticipant 777,Ada Lovelace,ada@x.org\n");
        assert_eq!(found(&worksheet, "nobody", Some("777")), ["Ada Lovelace"]);
        let canvas = roster(
            "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n\
             \"Lovelace, Ada\",55,0012,countess,A\n\"Student, Test\",66,,,A\n",
        );
        assert_eq!(found(&canvas, "lovelaceada", Some("55")), ["Lovelace, Ada"]);
        assert_eq!(canvas.students.len(), 1);
        assert_eq!(canvas.students[0].id.as_deref(), Some("0012"));
    }

    #[test]
    fn names_that_two_have_are_nobody_s() {
        let class = roster("name\tid\nAda L\t1\nAda L\t2\n");
        assert_eq!(found(&class, "Ada L", None).len(), 2);
        assert_eq!(found(&class, "Ada L", Some("2")).len(), 1);
    }

    #[test]
    fn what_is_no_roster_is_told() {
        for text in ["", "a,b\n1,2\n"] {
            assert!(Roster::parse("class.csv", text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
