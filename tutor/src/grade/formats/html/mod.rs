//! Pages for a browser: one for the class, one for each student.
//!
//! ```text
//! index.html                the class: scores, exercises, mistakes, who reached what
//! students/07-name.html     a student: each exercise, what they wrote, what was expected; it names nobody else
//! ```
//!
//! Each page holds its style and its script and asks for nothing else, so it works from a file and without network.
//! `maud` escapes every piece of text; should something slip through all the same, the page's content security policy
//! lets nothing run but that very script.

mod chart;
mod class;
mod code;
mod markdown;
mod page;
mod student;

use super::{TakeFile, WriteError, file_stems, plain};
use crate::grade::{Report, Statistics};

/// The folder of the students' pages.
const STUDENTS: &str = "students";

/// Writes all pages.
pub(super) fn write(report: &Report, take: &mut TakeFile<'_>) -> Result<(), WriteError> {
    let pages: Vec<String> =
        file_stems(&report.submissions).iter().map(|stem| format!("{STUDENTS}/{stem}.html")).collect();
    let class = class::page(report, &Statistics::of(report), &pages);
    take("index.html", class.into_string().as_bytes())?;
    for (graded, path) in report.submissions.iter().zip(&pages) {
        take(path, student::page(report, graded).into_string().as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::formats::class;

    fn pages() -> Vec<(String, String)> {
        let mut pages = Vec::new();
        let mut take = |path: &str, bytes: &[u8]| {
            pages.push((path.to_owned(), String::from_utf8(bytes.to_vec()).expect("UTF-8")));
            Ok(())
        };
        write(&class(), &mut take).expect("pages");
        pages
    }

    #[test]
    fn what_students_wrote_is_text() {
        for (path, page) in pages() {
            assert_eq!(page.matches("<script").count(), 1, "{path}");
            for hostile in ["<img", "<svg/", "<b>bold", "javascript:", "x.png\""] {
                assert!(!page.contains(hostile), "{path} has {hostile}");
            }
        }
    }

    #[test]
    fn every_student_has_a_page_that_the_class_page_links() {
        let pages = pages();
        assert_eq!(pages.len(), 1 + class().submissions.len());
        let index = &pages[0].1;
        for (path, _) in &pages[1..] {
            assert!(index.contains(&format!("href=\"{path}\"")), "{path}");
        }
    }

    #[test]
    fn a_page_asks_for_nothing_and_names_nobody_else() {
        for (path, page) in pages() {
            for asking in ["<link", "<iframe", "@import", "url("] {
                assert!(!page.contains(asking), "{path} has {asking}");
            }
            let names_anna = page.contains("Anna Schmidt");
            assert_eq!(names_anna, path == "index.html" || path.contains("anna"), "{path}");
        }
    }
}
