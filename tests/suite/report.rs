//! Reports of a class: the published schema describes them, and their pages work in a browser.
//!
//! The class is one whose names and answers are as bad as they come.

use tempfile::TempDir;
use tutor::grade::Report;
use tutor::grade::formats::{Format, Target};

use crate::support::{Axe, Browser};

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
    let Some(mut class) = ClassPages::open() else { return };
    let page = class.show("index.html#sort=score&order=descending");
    let order: Vec<u32> = page.rows.iter().map(|row| row.number).collect();
    // Equal scores stay in the order of names.
    assert_eq!(order, [4, 6, 5, 8, 2, 3, 1, 7, 9], "{page:#?}");
    assert!(page.dom.contains("data-key=\"score\" aria-sort=\"descending\"><button"), "the head does not say so");
    let page = class.show("index.html#sort=name&order=descending");
    assert!([7, 9].contains(&page.rows[0].number), "{page:#?}");
}

#[test]
fn the_page_of_the_class_filters() {
    let Some(mut class) = ClassPages::open() else { return };
    let page = class.show("index.html#filter=ANNA");
    assert_eq!(page.shown(), [4], "{page:#?}");
    assert!(page.dom.contains(">1 of 9</output>"), "the number is not told");
    assert_eq!(class.show("index.html#show=odd").shown(), [1, 3, 7, 9]);
    assert_eq!(class.show("index.html#show=full").shown(), [4, 6]);
}

#[test]
fn nothing_that_a_student_wrote_runs_in_their_page() {
    let Some(mut class) = ClassPages::open() else { return };
    for number in [2, 3] {
        let page = class.page_of(number);
        let page = class.show(&page);
        assert_eq!(page.dom.matches("<script").count(), 1, "{}", page.dom);
        assert!(page.dom.contains("What was expected") || !page.dom.contains("class=\"difference\""), "{}", page.dom);
    }
}

#[test]
fn pages_of_reports_have_no_barriers() {
    let (Some(axe), Some(mut class)) = (Axe::find("the HTML report"), ClassPages::open()) else { return };
    for page in ["index.html".to_owned(), class.page_of(2), class.page_of(3)] {
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (390, "light")] {
            class.show_on(&page, width, scheme);
            assert_eq!(class.browser.barriers(&axe), [""; 0], "{page}, {width} pixels, {scheme}");
        }
    }
}

/// The class's pages, and a browser to look at them.
struct ClassPages {
    browser: Browser,
    folder: TempDir,
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

impl ClassPages {
    /// Without a browser, a line says what was not tested.
    fn open() -> Option<ClassPages> {
        let browser = Browser::start("the HTML report")?;
        let folder = tempfile::tempdir().expect("a folder");
        Format::Html.write(&class(), Target::Folder(folder.path())).expect("pages");
        Some(ClassPages { browser, folder })
    }

    /// The path of a student's page.
    fn page_of(&self, number: usize) -> String {
        let pages = std::fs::read_dir(self.folder.path().join("students")).expect("a folder");
        let names = pages.map(|page| page.expect("a page").file_name().to_string_lossy().into_owned());
        let name = names.into_iter().find(|name| name.starts_with(&format!("{number}-"))).expect("a page");
        format!("students/{name}")
    }

    /// Opens a page, lets its script run, and proves that it complained of nothing and asked for nothing else.
    #[track_caller]
    fn show(&mut self, page: &str) -> Page {
        self.show_on(page, 1280, "light")
    }

    #[track_caller]
    fn show_on(&mut self, page: &str, width: u32, scheme: &str) -> Page {
        let url = format!("file://{}/{page}", self.folder.path().display());
        // Another fragment alone would leave the page as it is.
        self.browser.open("about:blank", width, scheme);
        self.browser.open(&url, width, scheme);
        assert_eq!(self.browser.complaints(), [""; 0], "{page}");
        let file = url.split('#').next().unwrap_or_default();
        assert_eq!(self.browser.asked_beyond(file), [""; 0], "{page}");
        let dom = self.browser.value("document.documentElement.outerHTML").as_str().expect("a text").to_owned();
        Page { rows: rows(&dom), dom }
    }
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
