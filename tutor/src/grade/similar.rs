//! Which answers are equal but for how they are laid out.

use std::collections::{BTreeMap, BTreeSet};

use super::{Graded, Similar};
use crate::check::{Part, parts};
use crate::course::Lab;

/// Answers of fewer words and signs than this are often equal by chance.
const SHORT: usize = 20;

/// What more than this share wrote is simply how one says it, where at least [`LARGE_CLASS`] answered.
const COMMON_SHARE: f64 = 0.5;

/// In a smaller class a common answer says as much as a rare one.
const LARGE_CLASS: usize = 10;

/// Answers that the course itself foresaw, normalised: that somebody wrote one says nothing.
#[derive(Debug, Clone, Default)]
pub struct Foreseen {
    by_exercise: BTreeMap<String, BTreeSet<String>>,
}

impl Foreseen {
    /// The right answers of a lab's exercises, and the recorded mistakes.
    pub fn of(lab: &Lab) -> Foreseen {
        let mut foreseen = Foreseen::default();
        for exercise in lab.lessons.iter().flat_map(|lesson| lesson.exercises()) {
            exercise.answers.iter().for_each(|answer| foreseen.add(&exercise.id, answer));
            exercise.wrongs.iter().for_each(|wrong| foreseen.add(&exercise.id, &wrong.sql));
        }
        foreseen
    }

    /// One more answer to the exercise of that id.
    pub fn add(&mut self, exercise: &str, answer: &str) {
        self.by_exercise.entry(exercise.to_owned()).or_default().insert(Normal::of(answer).text);
    }

    fn has(&self, exercise: &str, answer: &str) -> bool {
        self.by_exercise.get(exercise).is_some_and(|answers| answers.contains(answer))
    }
}

/// Groups of two or more submissions whose answers to an exercise are equal after normalising: comments, white space and
/// the case of what is not quoted do not matter, literals do. Left out is what says nothing: answers that are short,
/// foreseen, or common in a class that is not small. Sorted by exercise in the lab's order, then by names.
pub fn similar(submissions: &[Graded], foreseen: &Foreseen) -> Vec<Similar> {
    let mut groups: Vec<Similar> = Vec::new();
    for exercise in exercise_ids(submissions) {
        let answers = answers_to(exercise, submissions);
        let mut found = groups_of(exercise, &answers, foreseen);
        found.sort_by(|left, right| left.names.cmp(&right.names));
        groups.extend(found);
    }
    groups
}

/// The ids in the order in which they first appear.
fn exercise_ids(submissions: &[Graded]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let all = submissions.iter().flat_map(|graded| &graded.exercises).map(|exercise| exercise.id.as_str());
    all.filter(|id| seen.insert(*id)).collect()
}

/// Who answered what.
fn answers_to<'a>(exercise: &str, submissions: &'a [Graded]) -> Vec<(&'a str, &'a str)> {
    let result = |graded: &'a Graded| graded.exercises.iter().find(|result| result.id == exercise);
    let named = submissions.iter().filter_map(|graded| Some((graded.name.as_str(), result(graded)?.answer.as_str())));
    named.filter(|(_, answer)| !answer.trim().is_empty()).collect()
}

fn groups_of(exercise: &str, answers: &[(&str, &str)], foreseen: &Foreseen) -> Vec<Similar> {
    let mut groups: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, answer) in answers {
        let normal = Normal::of(answer);
        if normal.tokens >= SHORT && !foreseen.has(exercise, &normal.text) {
            groups.entry(normal.text).or_default().push((name, answer));
        }
    }
    let is_common = |size: usize| answers.len() >= LARGE_CLASS && size as f64 > answers.len() as f64 * COMMON_SHARE;
    let telling = groups.into_values().filter(|group| group.len() > 1 && !is_common(group.len()));
    telling.map(|group| group_of(exercise, &group)).collect()
}

fn group_of(exercise: &str, group: &[(&str, &str)]) -> Similar {
    let mut names: Vec<String> = group.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.sort();
    Similar { exercise: exercise.to_owned(), names, answer: group[0].1.to_owned() }
}

/// SQL text without what only its layout decides.
#[derive(Debug, Default)]
struct Normal {
    text: String,
    /// How many words, signs and quoted texts it has.
    tokens: usize,
}

impl Normal {
    fn of(sql: &str) -> Normal {
        let mut normal = Normal::default();
        normal.push_all(sql, true);
        let kept = normal.text.trim_end_matches([' ', ';']).len();
        normal.text.truncate(kept);
        normal
    }

    /// Dollar quotes hold code, whose own dollar quotes are taken as they are: the text is read twice at most.
    fn push_all(&mut self, sql: &str, looks_into_quotes: bool) {
        for (part, text) in parts(sql) {
            match part {
                Part::Comment => {}
                Part::Code => self.push_code(text),
                Part::DollarQuote if looks_into_quotes => {
                    self.push("$$");
                    self.push_all(dollar_quoted(text), false);
                    self.push("$$");
                }
                _ => self.push(text),
            }
        }
    }

    fn push_code(&mut self, code: &str) {
        let code = code.to_lowercase();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        for piece in code.split_whitespace() {
            let mut rest = piece;
            while let Some(first) = rest.chars().next() {
                let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let (token, after) = rest.split_at(word.max(if word == 0 { first.len_utf8() } else { 0 }));
                self.push(token);
                rest = after;
            }
        }
    }

    fn push(&mut self, token: &str) {
        self.text.push_str(token);
        self.text.push(' ');
        self.tokens += 1;
    }
}

/// What stands between the tags of a dollar quote, which may have no end.
fn dollar_quoted(text: &str) -> &str {
    let tag = text[1..].find('$').map_or("", |end| &text[..end + 2]);
    let body = text.strip_prefix(tag).unwrap_or(text);
    body.strip_suffix(tag).unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    const ANSWER: &str = "SELECT a.id, count(*) FROM answers AS a JOIN tries t ON t.id = a.id GROUP BY a.id;";
    const SAME: &str =
        "select  A.id,count( * ) -- mine\nfrom Answers as A join tries T /* t */ on t.id=a.id group by a.id";

    fn answered(answers: &[&str]) -> Vec<Graded> {
        let model = class().submissions[0].clone();
        let graded = |(index, answer): (usize, &&str)| {
            let mut graded = Graded { name: format!("student {index}"), ..model.clone() };
            graded.exercises.truncate(1);
            graded.exercises[0].answer = (*answer).to_owned();
            graded
        };
        answers.iter().enumerate().map(graded).collect()
    }

    fn names(groups: &[Similar]) -> Vec<Vec<&str>> {
        groups.iter().map(|group| group.names.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn layout_comments_and_case_do_not_matter() {
        let found = similar(&answered(&[ANSWER, "SELECT 1", SAME]), &Foreseen::default());
        assert_eq!(names(&found), [["student 0", "student 2"]]);
        assert_eq!(found[0].answer, ANSWER);
    }

    #[test]
    fn literals_and_quoted_names_matter() {
        for (left, right) in [("'Paris'", "'paris'"), ("\"Id\"", "\"id\""), ("17", "18")] {
            let [left, right] = [left, right].map(|literal| format!("{ANSWER} SELECT {literal}"));
            assert!(similar(&answered(&[&left, &right]), &Foreseen::default()).is_empty(), "{left} {right}");
        }
    }

    #[test]
    fn code_in_dollar_quotes_is_code() {
        let [left, right] = [("$$", "BEGIN  PERFORM 1; -- x\nEND"), ("$body$", "begin perform 1; end")]
            .map(|(tag, body)| format!("{ANSWER} DO {tag}{body}{tag};"));
        assert_eq!(Normal::of(&left).text, Normal::of(&right).text);
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        let mut foreseen = Foreseen::default();
        assert!(similar(&answered(&["SELECT 1", "SELECT 1", " ", " "]), &foreseen).is_empty());
        let most = [[ANSWER; 6].as_slice(), &["SELECT 1"; 4]].concat();
        assert!(similar(&answered(&most), &foreseen).is_empty());
        let half = [[ANSWER; 5].as_slice(), &["SELECT 1"; 5]].concat();
        assert_eq!(similar(&answered(&half), &foreseen)[0].names.len(), 5);
        foreseen.add(&class().submissions[0].exercises[0].id, SAME);
        assert!(similar(&answered(&half), &foreseen).is_empty());
    }

    #[test]
    fn any_text_is_taken() {
        for text in ["$", "$a$", "$$x", "'", "/* /*", "é$é$é", "\u{202e}", "$$$$", "$a$$b$$a$"] {
            Normal::of(text);
        }
    }
}
