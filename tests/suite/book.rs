//! The book: it builds with and without answers, its links lead somewhere, its outputs are those of a real server, and a
//! student's build gives no answer away.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;
use tutor::book::{Answers, Wanted, build, chapters, replay};
use tutor::course::{Exercise, Lesson, without_answers};
use tutor::server::{Lifetime, Server};

use crate::support::{Tutor, course, realm};

/// The largest page, without its drawings.
const LARGEST_PAGE: usize = 300_000;

/// Shorter texts are found by chance. Counted in letters, digits and blanks.
const SHORTEST_SECRET: usize = 28;

/// The pages of a build, by their paths below its folder.
pub(crate) struct Pages {
    pub(crate) folder: TempDir,
    pages: BTreeMap<PathBuf, String>,
}

impl Pages {
    /// The book with or without answers, built once.
    pub(crate) fn with(answers: Answers) -> &'static Pages {
        static FOLDED: OnceLock<Pages> = OnceLock::new();
        static HIDDEN: OnceLock<Pages> = OnceLock::new();
        let built = match answers {
            Answers::Fold => &FOLDED,
            Answers::Hide => &HIDDEN,
        };
        built.get_or_init(|| Pages::build(answers))
    }

    fn build(answers: Answers) -> Pages {
        let folder = tempfile::tempdir().expect("a folder");
        let wanted = Wanted { out: Some(folder.path().to_owned()), answers: Some(answers) };
        if let Err(error) = build(&book(), &wanted) {
            panic!("{error:#}");
        }
        let files = files_below(folder.path());
        let pages = files.into_iter().filter(|file| file.extension().is_some_and(|suffix| suffix == "html"));
        let page = |file: PathBuf| {
            let text = fs::read_to_string(&file).expect("a page");
            (file.strip_prefix(folder.path()).expect("below the folder").to_owned(), text)
        };
        let pages = pages.map(page).collect();
        Pages { folder, pages }
    }

    /// The path of the page of a lesson.
    fn lesson(&self, lesson: &Lesson) -> PathBuf {
        lesson.file.strip_prefix(course().root()).expect("a lesson of the course").with_extension("html")
    }
}

fn book() -> PathBuf {
    course().root().join("book")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.file_type().expect("a kind of file").is_dir() {
            true => files.extend(files_below(&entry.path())),
            false => files.push(entry.path()),
        }
    }
    files
}

fn both() -> [&'static Pages; 2] {
    [Pages::with(Answers::Hide), Pages::with(Answers::Fold)]
}

fn lessons() -> Vec<Lesson> {
    course().labs().expect("the labs").into_iter().flat_map(|lab| lab.lessons).collect()
}

#[test]
fn every_link_leads_somewhere() {
    for pages in both() {
        let anchors: BTreeMap<&Path, BTreeSet<&str>> =
            pages.pages.iter().map(|(path, page)| (path.as_path(), attributes(page, "id"))).collect();
        let mut lost = Vec::new();
        for (path, page) in &pages.pages {
            for target in attributes(page, "href").union(&attributes(page, "src")) {
                if !leads_somewhere(pages, &anchors, path, target) {
                    lost.push(format!("{}: {target}", path.display()));
                }
            }
        }
        assert!(lost.is_empty(), "links that lead nowhere:\n{}", lost.join("\n"));
    }
}

fn leads_somewhere(pages: &Pages, anchors: &BTreeMap<&Path, BTreeSet<&str>>, path: &Path, target: &str) -> bool {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return true;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let file = if file.is_empty() { path.to_owned() } else { joined(path, file) };
    match anchor {
        _ if !pages.folder.path().join(&file).is_file() => false,
        None | Some("") => true,
        Some(anchor) => anchors.get(file.as_path()).is_some_and(|ids| ids.contains(anchor)),
    }
}

/// The path that a link in the page at `path` means.
fn joined(path: &Path, link: &str) -> PathBuf {
    let mut file = path.parent().unwrap_or(Path::new("")).to_owned();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                file.pop();
            }
            name => file.push(name),
        }
    }
    file
}

fn attributes<'p>(page: &'p str, name: &str) -> BTreeSet<&'p str> {
    let begin = format!(" {name}=\"");
    let values = page.split(begin.as_str()).skip(1);
    values.filter_map(|rest| Some(rest.split_once('"')?.0)).filter(|value| !value.is_empty()).collect()
}

#[test]
fn nothing_is_asked_of_other_sites() {
    let loads = ["script", "link", "img", "iframe", "source", "object", "embed"];
    for pages in both() {
        for (path, page) in &pages.pages {
            for tag in page.split('<').filter(|tag| loads.iter().any(|name| tag.starts_with(name))) {
                let tag = tag.split('>').next().unwrap_or_default();
                assert!(!tag.contains("=\"http") && !tag.contains("=\"//"), "{}: <{tag}>", path.display());
            }
            // mdBook's script asks the Rust playground for them.
            assert!(!page.contains("class=\"playground\""), "{} has a playground", path.display());
        }
        for file in files_below(pages.folder.path()).iter().filter(|file| file.extension().is_some_and(|s| s == "css"))
        {
            let style = fs::read_to_string(file).expect("a style sheet");
            let asks =
                ["url(http", "url('http", "url(\"http", "url(//", "@import"].iter().any(|ask| style.contains(ask));
            assert!(!asks, "{} asks another site", file.display());
        }
    }
}

#[test]
fn every_lesson_and_exercise_is_there_once() {
    for pages in both() {
        let contents = &pages.pages[Path::new("toc.html")];
        for lesson in lessons() {
            let path = pages.lesson(&lesson);
            assert!(pages.pages.contains_key(&path), "{} has no page", lesson.id);
            let link = format!("href=\"{}\"", path.display());
            assert_eq!(contents.matches(&link).count(), 1, "{} in the table of contents", lesson.id);
            for exercise in lesson.exercises() {
                let heading = format!("<section class=\"exercise\" aria-labelledby=\"{}\"", exercise.id);
                let has_it = |(path, page): (&PathBuf, &String)| page.contains(&heading).then(|| path.clone());
                let found: Vec<PathBuf> = pages.pages.iter().filter_map(has_it).collect();
                assert_eq!(found, std::slice::from_ref(&path), "exercise {}", exercise.id);
                assert_eq!(pages.pages[&path].matches(&heading).count(), 1, "exercise {}", exercise.id);
            }
        }
    }
}

#[test]
fn no_page_is_too_large() {
    for pages in both() {
        for (path, page) in &pages.pages {
            let drawings = page.split("<svg ").skip(1).filter_map(|rest| Some(rest.split_once("</svg>")?.0.len()));
            let size = page.len() - drawings.sum::<usize>();
            assert!(size < LARGEST_PAGE, "{} has {size} bytes", path.display());
        }
    }
}

#[test]
fn answers_are_there_when_they_are_folded() {
    let pages = Pages::with(Answers::Fold);
    for lesson in lessons() {
        let page = words(&without_tags(&pages.pages[&pages.lesson(&lesson)]));
        for exercise in lesson.exercises() {
            for secret in secrets(exercise) {
                assert!(page.contains(&words(&secret)), "exercise {}: {secret} is missing", exercise.id);
            }
        }
    }
}

#[test]
fn no_answer_is_in_a_student_s_build() {
    let pages = Pages::with(Answers::Hide);
    let read = |file: &PathBuf| String::from_utf8_lossy(&fs::read(file).expect("a file")).into_owned();
    let is_text = |file: &PathBuf| {
        file.extension().is_some_and(|suffix| ["html", "js", "json", "css"].iter().any(|text| suffix == *text))
    };
    // As it stands, and without what stands between the words of a page or of the search index.
    let texts = files_below(pages.folder.path()).into_iter().filter(is_text).flat_map(|file| {
        let text = read(&file);
        [(file.clone(), words(&without_tags(&text.replace("\\n", " ")))), (file, words(&text))]
    });
    let texts: Vec<(PathBuf, String)> = texts.collect();
    let told = told();
    // A text is there only if its beginning is.
    let beginnings: HashSet<&[u8]> = texts.iter().flat_map(|(_, text)| beginnings(text)).collect();
    let mut checked = 0;
    for lesson in lessons() {
        for exercise in lesson.exercises() {
            let hidden = secrets(exercise).into_iter().map(|secret| words(&secret));
            for secret in hidden.filter(|secret| secret.len() >= SHORTEST_SECRET && !told.contains(secret.as_str())) {
                checked += 1;
                if !beginnings.contains(&secret.as_bytes()[..SHORTEST_SECRET]) {
                    continue;
                }
                let leaks = texts.iter().filter(|(_, text)| text.contains(&secret)).map(|(file, _)| file);
                assert_eq!(leaks.collect::<Vec<_>>(), [""; 0], "exercise {}: {secret}", exercise.id);
            }
        }
    }
    assert!(checked > 1000, "only {checked} texts were looked for");
}

/// What stands at the beginning of each word of a text, as long as the shortest secret.
fn beginnings(text: &str) -> impl Iterator<Item = &[u8]> {
    let bytes = text.as_bytes();
    let blanks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(at, _)| at);
    blanks.filter_map(move |at| bytes.get(at..at + SHORTEST_SECRET))
}

/// What students may read: lessons without their answers, and the book's own chapters.
fn told() -> String {
    let sources =
        files_below(&book().join("src")).into_iter().filter(|file| file.extension().is_some_and(|s| s == "md"));
    let chapters = sources.map(|file| fs::read_to_string(file).expect("a chapter"));
    let lessons =
        lessons().into_iter().map(|lesson| without_answers(&fs::read_to_string(lesson.file).expect("a lesson")));
    chapters.chain(lessons).map(|text| words(&text)).collect::<Vec<_>>().join("\n")
}

/// The texts of an exercise that students are not to read: answers and wrong answers, whole and by statements, and what
/// is said about mistakes.
fn secrets(exercise: &Exercise) -> Vec<String> {
    let scripts = exercise.answers.iter().chain(exercise.wrongs.iter().map(|wrong| &wrong.sql));
    let statements = scripts.flat_map(|script| script.split(";\n").chain([script.as_str()]).map(str::to_owned));
    let secrets = statements.chain(exercise.wrongs.iter().map(|wrong| wrong.feedback.clone()));
    secrets.filter(|secret| secret.contains(char::is_alphanumeric)).collect()
}

fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for (index, part) in html.split('<').enumerate() {
        let is_tag = index > 0 && part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        text.push(' ');
        text.push_str(if is_tag { part.split_once('>').map_or("", |(_, after)| after) } else { part });
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The words of a text, a blank around each: whatever markup and line breaks do to it, they stay.
fn words(text: &str) -> String {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    format!(" {} ", words.join(" "))
}

#[test]
fn chapters_show_what_a_server_shows() {
    let chapters = chapters(&book()).expect("the chapters");
    if chapters.is_empty() {
        return;
    }
    let server = Server::acquire(realm(), Lifetime::Session).expect("a server");
    for chapter in &chapters {
        let proof = match replay(&server, &book(), chapter) {
            Ok(proof) => proof,
            Err(error) => panic!("{}: {error}", chapter.id),
        };
        assert!(proof.faults.is_empty(), "{}: {}", chapter.id, proof.faults.join("\n"));
        assert_eq!(
            proof.recorded().unwrap_or_default().trim_end(),
            proof.shown.trim_end(),
            "`cargo tutor book --record {}` records this chapter",
            chapter.id
        );
    }
}

#[test]
fn the_command_builds_the_book() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("pages");
    let ran = Tutor::new(&["book", "--answers", "hide", "--out", &out.display().to_string()]).expect(0);
    assert_eq!(ran.out.trim_end(), out.join("index.html").canonicalize().expect("a page").display().to_string());
    let ran = Tutor::new(&["book", "--record", "no-such-chapter"]).expect(2);
    assert!(ran.err.contains("no chapter"), "{ran:?}");
}
