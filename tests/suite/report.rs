//! Reports of a class: the published schema describes them, and their pages work in a browser.
//!
//! The class is one whose names and answers are as bad as they come.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tutor::grade::Report;
use tutor::grade::formats::{Format, Target};

use crate::support::find_browser;

fn class() -> Report {
    serde_json::from_str(include_str!("../../tutor/src/grade/formats/class.json")).expect("a report")
}

#[test]
fn a_report_is_as_the_published_schema_says() {
    let mut written = Vec::new();
    Format::Json.write(&class(), Target::Stream(&mut written)).expect("JSON");
    let report: serde_json::Value = serde_json::from_slice(&written).expect("JSON");
    assert_eq!(broken_rule(&report), None);
    let mut wrong = report;
    wrong["submissions"][0]["exercises"][0]["status"] = "perfect".into();
    assert!(broken_rule(&wrong).is_some(), "the schema takes anything");
}

/// What of the published schema does not hold.
fn broken_rule(report: &serde_json::Value) -> Option<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src/report.schema.json");
    let mut schemas = boon::Schemas::new();
    let schema = boon::Compiler::new().compile(file, &mut schemas).expect("a schema");
    schemas.validate(report, schema).err().map(|error| error.to_string())
}

#[test]
fn the_page_of_the_class_sorts() {
    let Some(browser) = Browser::find() else { return };
    let page = browser.open("index.html#sort=score&order=descending");
    let order: Vec<u32> = page.rows.iter().map(|row| row.number).collect();
    // Equal scores stay in the order of names.
    assert_eq!(order, [4, 6, 5, 8, 2, 3, 1, 7, 9], "{page:#?}");
    assert!(page.dom.contains("data-key=\"score\" aria-sort=\"descending\"><button"), "the head does not say so");
    let page = browser.open("index.html#sort=name&order=descending");
    assert!([7, 9].contains(&page.rows[0].number), "{page:#?}");
}

#[test]
fn the_page_of_the_class_filters() {
    let Some(browser) = Browser::find() else { return };
    let page = browser.open("index.html#filter=ANNA");
    assert_eq!(page.shown(), [4], "{page:#?}");
    assert!(page.dom.contains(">1 of 9</output>"), "the number is not told");
    assert_eq!(browser.open("index.html#show=odd").shown(), [1, 3, 7, 9]);
    assert_eq!(browser.open("index.html#show=full").shown(), [4, 6]);
}

#[test]
fn nothing_that_a_student_wrote_runs_in_their_page() {
    let Some(browser) = Browser::find() else { return };
    for number in [2, 3] {
        let page = browser.open(&browser.page_of(number));
        assert_eq!(page.dom.matches("<script").count(), 1, "{}", page.dom);
        assert!(page.dom.contains("What was expected") || !page.dom.contains("class=\"difference\""), "{}", page.dom);
    }
}

/// A browser and the class's pages.
struct Browser {
    program: PathBuf,
    pages: TempDir,
}

/// A page after its script ran.
#[derive(Debug)]
struct Page {
    dom: String,
    /// The rows of the students' table as they stand.
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    /// The number of the submission, from 1.
    number: u32,
    is_shown: bool,
}

impl Page {
    fn shown(&self) -> Vec<u32> {
        self.rows.iter().filter(|row| row.is_shown).map(|row| row.number).collect()
    }
}

impl Browser {
    /// The browser of this machine; without one, a line that says what was not tested.
    fn find() -> Option<Browser> {
        let program = find_browser("the HTML report")?;
        let pages = tempfile::tempdir().expect("a folder");
        Format::Html.write(&class(), Target::Folder(pages.path())).expect("pages");
        Some(Browser { program, pages })
    }

    /// The path of a student's page.
    fn page_of(&self, number: usize) -> String {
        let pages = std::fs::read_dir(self.pages.path().join("students")).expect("a folder");
        let names = pages.map(|page| page.expect("a page").file_name().to_string_lossy().into_owned());
        let name = names.into_iter().find(|name| name.starts_with(&format!("{number}-"))).expect("a page");
        format!("students/{name}")
    }

    /// Opens a page, lets its script run, and proves that it complained of nothing and asked for nothing.
    #[track_caller]
    fn open(&self, page: &str) -> Page {
        let profile = tempfile::tempdir().expect("a folder");
        let network_log = profile.path().join("network.json");
        let ran = Command::new(&self.program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"])
            .args(["--disable-background-networking", "--disable-component-update", "--no-first-run"])
            .args(["--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND"])
            .arg(format!("--log-net-log={}", network_log.display()))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("file://{}/{page}", self.pages.path().display()))
            .output()
            .expect("the browser runs");
        let [dom, said] = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(ran.status.success() && dom.contains("</html>"), "{said}");
        assert!(!said.contains("CONSOLE"), "{page} complains: {said}");
        assert_asks_for_nothing(&network_log);
        Page { rows: rows(&dom), dom }
    }
}

/// Whatever the browser does on its own account, nobody asked for what students named.
#[track_caller]
fn assert_asks_for_nothing(network_log: &Path) {
    let log = std::fs::read_to_string(network_log).expect("the network log");
    assert!(!log.contains("evil.example"), "something was asked for");
}

/// The rows of the students' table.
fn rows(dom: &str) -> Vec<Row> {
    let table = dom.split("sortable filtered").nth(1).unwrap_or_default();
    let body = table.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next()).unwrap_or_default();
    body.split("<tr").skip(1).map(row).collect()
}

fn row(row: &str) -> Row {
    let number = row.split("href=\"students/").nth(1).and_then(|rest| rest.split('-').next());
    Row { number: number.and_then(|text| text.parse().ok()).expect("a number"), is_shown: !row.starts_with(" hidden") }
}
