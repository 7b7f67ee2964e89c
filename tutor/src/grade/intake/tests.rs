use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::limits::*;
use super::*;

/// Files to be read, in a folder of their own.
struct Case {
    dir: TempDir,
    rules: IntakeRules,
}

impl Case {
    fn new() -> Case {
        let ids = ["exactly-one-worker", "read-once", "parallel-count", "background-processes"].map(str::to_owned);
        let rules = IntakeRules { ids: ids.to_vec(), numbers: (1..=12).collect(), ..IntakeRules::default() };
        Case { dir: tempfile::tempdir().expect("a folder"), rules }
    }

    fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Case {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        fs::write(path, bytes).expect("the file is written");
        self
    }

    fn pattern(mut self, pattern: &str) -> Case {
        self.rules.pattern = NamePattern::parse(pattern).expect("a pattern");
        self
    }

    fn roster(mut self, text: &str) -> Case {
        self.rules.roster = Some(Roster::parse("class.csv", text.as_bytes()).expect("a roster"));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn collect(&self, names: &[&str]) -> Intake {
        let paths: Vec<PathBuf> = names.iter().map(|name| self.path(name)).collect();
        collect(&paths, &self.rules).expect("an intake")
    }

    /// The names of the submissions, with their texts.
    fn texts(&self, names: &[&str]) -> Vec<(String, String)> {
        self.collect(names).submissions.iter().map(|one| (one.name.clone(), text(one))).collect()
    }
}

fn text(submission: &Submission) -> String {
    submission.files.iter().map(|file| file.text.as_str()).collect::<Vec<_>>().join("|")
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("a zip").into_inner()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mtime(1_000_000_000);
        // Set as bytes: the builder refuses names that climb.
        if name.len() < 100 {
            header.as_gnu_mut().expect("a GNU header").name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *bytes).expect("a member");
        } else {
            builder.append_data(&mut header, name, *bytes).expect("a member");
        }
    }
    builder.into_inner().expect("a tar")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("bytes");
    encoder.finish().expect("a gzip")
}

fn class() -> Vec<(&'static str, &'static [u8])> {
    vec![("class/bob.sql", b"2"), ("class/ada/b.sql", b"b"), ("class/ada/a.sql", b"a")]
}

#[test]
fn files_and_folders_are_submissions() {
    let case = Case::new().file("c/bob.sql", "2").file("c/ada/b.sql", "b").file("c/ada/a.sql", "a");
    let expected = pairs(&[("ada", "a|b"), ("bob", "2")]);
    assert_eq!(case.texts(&["c"]), expected);
    assert_eq!(case.texts(&["c/bob.sql", "c/ada"])[1..], expected[1..]);
    let sources: Vec<_> = case.collect(&["c"]).submissions.iter().map(|one| one.source.clone()).collect();
    assert!(sources[0].ends_with("/c/ada") && sources[1].ends_with("/c/bob.sql"), "{sources:?}");
}

#[test]
fn archives_are_read_like_folders() {
    let case = Case::new()
        .file("hw.zip", zip(&class()))
        .file("hw.tar", tar(&class()))
        .file("hw.tgz", gzip(&tar(&class())))
        .file("hw.tar.gz", gzip(&tar(&class())));
    for name in ["hw.zip", "hw.tar", "hw.tgz", "hw.tar.gz"] {
        assert_eq!(case.texts(&[name]), pairs(&[("ada", "a|b"), ("bob", "2")]), "{name}");
        assert_eq!(case.collect(&[name]).notes, [""; 0]);
    }
    let source = &case.collect(&["hw.zip"]).submissions[0].source;
    assert!(source.ends_with("/hw.zip/class/ada"), "{source}");
}

#[test]
fn names_that_say_nothing_leave_it_to_the_folder() {
    for (name, expected) in [
        ("ada/answer.sql", "ada"),
        ("ada/exactly-one-worker.sql", "ada"),
        ("ada/lab12/answers.sql", "ada"),
        ("ada/lab 12 - final answers.sql", "ada"),
        ("class/ada.sql", "ada"),
    ] {
        let case = Case::new().file(name, "1");
        let folder = name.split('/').next().expect("a folder");
        assert_eq!(case.texts(&[folder]), pairs(&[(expected, "1")]), "{name}");
        assert_eq!(case.texts(&[name])[0].1, "1");
    }
    let case = Case::new().file("ada/answer.sql", "1").file("bob/answer.sql", "2");
    assert_eq!(case.texts(&["ada/answer.sql", "bob/answer.sql"]), pairs(&[("ada", "1"), ("bob", "2")]));
    let case = Case::new().file("ada.zip", zip(&[("lab12/q1.sql", b"1"), ("lab12/q2.sql", b"2")]));
    assert_eq!(case.texts(&["ada.zip"]), pairs(&[("ada", "1|2")]));
}

/// A folder `c` with those files, and an archive of it.
fn folder_and_archive(names: &[&str]) -> Case {
    let members: Vec<String> = names.iter().map(|name| format!("c/{name}")).collect();
    let zipped: Vec<(&str, &[u8])> = members.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let archive = zip(&zipped);
    members.iter().fold(Case::new().file("c.zip", archive), |case, name| case.file(name, "x"))
}

#[test]
fn files_of_a_folder_are_a_class_unless_they_are_parts_of_the_lab() {
    for (files, submissions, note) in [
        (&["ada.sql", "bob.sql"][..], 2, None),
        (
            &["s1.sql", "s2.sql", "s3.sql"],
            3,
            Some("each file is taken as a submission, because of names such as \"s1.sql\""),
        ),
        (&["77.sql", "78.sql"], 2, Some("each file is taken as a submission")),
        (&["s1/answer.sql", "s2/answer.sql"], 2, None),
        (&["exactly-one-worker.sql", "read-once.sql"], 1, None),
        (
            &["1.sql", "2.sql"],
            1,
            Some("all of it is taken as one submission, because of names such as \"1.sql\", \"2.sql\""),
        ),
        (&["q1.sql", "q2.sql"], 1, Some("all of it is taken as one submission")),
        (&["exactly-one-worker.sql", "a.sql"], 1, Some("because of names such as \"a.sql\"")),
        (&["answers.sql"], 1, None),
        (&["s1.sql"], 1, None),
        (&["ada.sql", "read-once.sql"], 2, Some("\"read-once.sql\" too is taken as a submission")),
    ] {
        let case = folder_and_archive(files);
        for path in ["c", "c.zip"] {
            let intake = case.collect(&[path]);
            assert_eq!(intake.submissions.len(), submissions, "{path}: {files:?}");
            let notes = intake.notes.join("\n");
            assert_eq!(intake.notes.len(), usize::from(note.is_some()), "{path}: {notes}");
            assert!(notes.contains(note.unwrap_or_default()), "{path}: {notes}");
        }
    }
    let named = folder_and_archive(&["s1.sql", "s2.sql"]).texts(&["c/s1.sql", "c/s2.sql"]);
    assert_eq!(named, pairs(&[("s1", "x"), ("s2", "x")]));
}

#[test]
fn a_name_that_fits_the_pattern_is_somebody_s() {
    let case = folder_and_archive(&["1.sql", "2.sql"]).pattern(r"^(?<id>\d+)$");
    assert_eq!(case.texts(&["c"]), pairs(&[("1", "x"), ("2", "x")]));
}

#[test]
fn archives_of_students_are_in_the_class_s() {
    let (ada, bob) = (zip(&[("lab12/a.sql", b"a"), ("__MACOSX/._a.sql", b"x")]), gzip(&tar(&[("./b.sql", b"b")])));
    let members: Vec<(&str, &[u8])> = vec![("ada.zip", &ada), ("bob/work.tar.gz", &bob), (".DS_Store", b"x")];
    let case = Case::new().file("c.zip", zip(&members)).file("d/ada.zip", &ada).file("d/bob/work.tgz", &bob);
    for name in ["c.zip", "d"] {
        assert_eq!(case.texts(&[name]), pairs(&[("ada", "a"), ("bob", "b")]), "{name}");
    }
    let deeper = zip(&[("x.zip", &zip(&[("ada.zip", &ada)]))]);
    let submission = &Case::new().file("c.zip", deeper).collect(&["c.zip"]).submissions[0];
    assert!(
        submission.files.is_empty() && submission.problems[0].contains("archive within an archive"),
        "{submission:?}"
    );
}

#[test]
fn moodle_s_downloads_are_read() {
    let case = Case::new()
        .file(
            "folders.zip",
            zip(&[
                ("Ada Lovelace_11_assignsubmission_file_/answer.sql", b"1"),
                ("Bob Jones_12_assignsubmission_file_/q1.sql", b"2"),
                ("Bob Jones_12_assignsubmission_file_/q2.sql", b"3"),
            ]),
        )
        .file(
            "flat.zip",
            zip(&[
                ("Ada Lovelace_11_assignsubmission_file_answer.sql", b"1"),
                ("Bob Jones_12_assignsubmission_file_q1.sql", b"2"),
                ("Bob Jones_12_assignsubmission_file_q2.sql", b"3"),
                ("Cy_13_assignsubmission_file_report.pdf", b"x"),
            ]),
        );
    assert_eq!(case.texts(&["folders.zip"]), pairs(&[("Ada Lovelace", "1"), ("Bob Jones", "2|3")]));
    let flat = case.collect(&["flat.zip"]);
    assert_eq!(flat.submissions.iter().map(text).collect::<Vec<_>>(), ["1", "2|3", ""]);
    assert_eq!(flat.submissions[0].id.as_deref(), Some("11"));
    assert_eq!(flat.submissions[2].problems, ["there is no file in it that ends in .sql"]);
}

#[test]
fn canvas_s_downloads_are_read() {
    let members: Vec<(&str, &[u8])> = vec![
        ("lovelaceada_LATE_11_901_answer.sql", b"1"),
        ("jonesbob_12_902_q1.sql", b"2"),
        ("jonesbob_12_903_q2.sql", b"3"),
    ];
    let case = Case::new().file("s.zip", zip(&members)).pattern("canvas");
    let roster = "Student,ID,SIS User ID\n\"Lovelace, Ada\",11,s1\n\"Jones, Bob\",12,s2\n";
    assert_eq!(case.texts(&["s.zip"]), pairs(&[("jonesbob", "2|3"), ("lovelaceada", "1")]));
    let known = case.roster(roster).collect(&["s.zip"]);
    assert_eq!(known.submissions[0].name, "Jones, Bob");
    assert_eq!(known.submissions[1].id.as_deref(), Some("s1"));
    assert!(known.submissions[1].problems[0].contains("late"));
}

#[test]
fn gradescope_s_export_is_read() {
    let list = "---\nsubmission_1:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: s1\n    :email: ada@x.org\n";
    let members: Vec<(&str, &[u8])> = vec![
        ("assignment_9_export/submission_metadata.yml", list.as_bytes()),
        ("assignment_9_export/submission_1/answer.sql", b"1"),
        ("assignment_9_export/submission_2/answer.sql", b"2"),
    ];
    let intake = Case::new().file("e.zip", zip(&members)).collect(&["e.zip"]);
    assert_eq!(intake.submissions[0].name, "Ada Lovelace");
    assert_eq!(intake.submissions[0].email.as_deref(), Some("ada@x.org"));
    assert_eq!(intake.submissions[1].name, "submission_2");
}

#[test]
fn a_roster_says_who_is_who() {
    let case = Case::new()
        .file("r/lab-12-countess/answers.sql", "1")
        .file("r/lab-12-bob/answers.sql", "2")
        .file("r/stranger.sql", "3")
        .roster("name,id,github\nAda Lovelace,s1,countess\nBob,s2,bob\nCy,s3,cy\n");
    let intake = case.collect(&["r"]);
    let names: Vec<_> = intake.submissions.iter().map(|one| (one.name.as_str(), text(one))).collect();
    let expected = [("Ada Lovelace", "1"), ("Bob", "2"), ("Cy", ""), ("stranger", "3")];
    assert_eq!(names, expected.map(|(name, text)| (name, text.to_owned())));
    assert_eq!(intake.submissions[2].problems, ["nothing was handed in"]);
    assert!(intake.notes[0].contains("matches nobody"), "{:?}", intake.notes);
}

#[test]
fn the_newest_of_several_counts() {
    let case = Case::new()
        .file("ada-2026-11-02.sql", "2")
        .file("ada-2026-11-10.sql", "10")
        .file("ada-2026-11-09.sql", "9")
        .roster("name,login\nAda Lovelace,ada\n");
    let intake = case.collect(&["ada-2026-11-10.sql", "ada-2026-11-02.sql", "ada-2026-11-09.sql"]);
    assert_eq!(text(&intake.submissions[0]), "10");
    assert_eq!(intake.submissions[0].problems.len(), 2, "{intake:?}");
    let same = Case::new().file("a/ada.sql", "1").file("b/ada.sql", "2");
    let names: Vec<String> = same.texts(&["a", "b"]).into_iter().map(|(name, _)| name).collect();
    assert!(names[0].starts_with("ada (") && names[0] != names[1], "{names:?}");
}

#[test]
fn odd_text_is_read_as_well_as_it_can_be() {
    let case = Case::new()
        .file("c/ada.sql", b"\xEF\xBB\xBFSELECT 1;\r\n")
        .file("c/bob.sql", b"\xFF\xFES\0;\0")
        .file("c/cy.sql", b"\xE4")
        .file("c/di.sql", b"")
        .file("c/ed.sql", b"a\0b");
    let intake = case.collect(&["c"]);
    assert_eq!(intake.submissions.iter().map(text).collect::<Vec<_>>(), ["SELECT 1;\n", "S;", "\u{fffd}", "", "a\0b"]);
    let odd = intake.submissions.iter().filter(|one| !one.problems.is_empty());
    assert_eq!(odd.map(|one| one.name.as_str()).collect::<Vec<_>>(), ["cy"]);
    assert_eq!(intake.submissions[0].digest.len(), 64);
}

#[test]
fn what_is_too_large_is_refused_alone() {
    let large = vec![b'x'; SUBMISSION_BYTES + 1];
    let half = vec![b'x'; SUBMISSION_BYTES / 2 + 1];
    let case = Case::new()
        .file("c/ada.sql", &large)
        .file("c/bob.sql", "2")
        .file("c/cy/a.sql", &half)
        .file("c/cy/b.sql", &half);
    let intake = case.collect(&["c"]);
    assert_eq!(intake.submissions.iter().map(text).collect::<Vec<_>>(), ["", "2", ""]);
    for refused in [&intake.submissions[0], &intake.submissions[2]] {
        assert!(refused.problems.iter().any(|problem| problem.contains("larger than 1 MB")), "{refused:?}");
    }
}

#[test]
fn links_are_not_followed_out_of_the_folder() {
    let case = Case::new().file("c/ada.sql", "1").file("c/bob.sql", "2").file("secret.sql", "s").file("out/x.sql", "s");
    std::os::unix::fs::symlink(case.path("secret.sql"), case.path("c/eve.sql")).expect("a link");
    std::os::unix::fs::symlink(case.path("out"), case.path("c/outside")).expect("a link");
    std::os::unix::fs::symlink(Path::new(".."), case.path("c/around")).expect("a link");
    std::os::unix::fs::symlink(case.path("c/ada.sql"), case.path("c/inside.sql")).expect("a link");
    fs::create_dir(case.path("c/thief")).expect("a folder");
    std::os::unix::fs::symlink("../ada.sql", case.path("c/thief/answer.sql")).expect("a link");
    let intake = case.collect(&["c"]);
    let texts: Vec<_> = intake.submissions.iter().map(|one| (one.name.as_str(), text(one))).collect();
    let expected = [("ada", "1"), ("bob", "2"), ("eve", ""), ("inside", "1"), ("thief", "")];
    assert_eq!(texts, expected.map(|(name, text)| (name, text.to_owned())));
    assert_eq!(intake.notes.len(), 4, "{:?}", intake.notes);
}

#[test]
fn what_is_no_file_is_left_out() {
    let case = Case::new().file("c/ada.sql", "1").file("c/report.pdf", "x").file("c/bob/report.pdf", "x");
    nix::unistd::mkfifo(&case.path("c/pipe.sql"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let intake = case.collect(&["c"]);
    assert_eq!(intake.submissions.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["ada", "bob"]);
    assert_eq!(intake.notes.len(), 2, "{:?}", intake.notes);
}

#[test]
fn paths_that_are_none_are_errors() {
    let case = Case::new().file("empty/notes.md", "");
    let error = |name: &str| collect(&[case.path(name)], &case.rules).expect_err("an error");
    assert!(matches!(error("nothing"), IntakeError::Missing(_)));
    assert!(matches!(error("empty"), IntakeError::Nothing(_)));
    assert!(matches!(collect(&[PathBuf::from("/dev/zero")], &case.rules), Err(IntakeError::Unreadable { .. })));
}

#[test]
fn names_in_archives_cannot_climb() {
    let members: Vec<(&str, &[u8])> =
        vec![("../../ada.sql", b"1"), ("/etc/bob.sql", b"2"), ("C:\\x\\cy.sql", b"3"), ("..", b"4"), ("ok.sql", b"5")];
    let case = Case::new().file("c.zip", zip(&members)).file("c.tar", tar(&members));
    for name in ["c.zip", "c.tar"] {
        let intake = case.collect(&[name]);
        let mut texts: Vec<_> = intake.submissions.iter().map(text).collect();
        texts.sort();
        assert_eq!(texts, ["1", "2", "3", "5"], "{name}: {intake:#?}");
        assert_eq!(intake.notes.len(), 4, "{:?}", intake.notes);
    }
}

#[test]
fn links_and_devices_in_archives_are_not_followed() {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in
        [("ada.sql", tar::EntryType::Symlink), ("bob.sql", tar::EntryType::Link), ("cy.sql", tar::EntryType::Char)]
    {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, name, "/etc/passwd").expect("a link");
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("eve.sql", "/etc/passwd", SimpleFileOptions::default()).expect("a link");
    let linked = writer.finish().expect("a zip").into_inner();
    let case = Case::new().file("c.tar", builder.into_inner().expect("a tar")).file("d.zip", linked);
    for submission in case.collect(&["c.tar", "d.zip"]).submissions {
        assert!(submission.files.is_empty(), "{submission:?}");
        assert!(["link", "device"].iter().any(|word| submission.problems[0].contains(word)), "{submission:?}");
    }
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![b' '; 50 * 1024 * 1024];
    let bomb = zip(&[("ada.sql", &zeros), ("bob.sql", b"2")]);
    let nested = zip(&[("ada.zip", &zip(&[("a.sql", &zeros)])), ("bob.sql", b"2")]);
    let stream = gzip(&tar(&[("ada.sql", &zeros), ("bob.sql", b"2")]));
    let case = Case::new().file("a.zip", bomb).file("b.zip", nested).file("c.tgz", stream);
    for name in ["a.zip", "b.zip", "c.tgz"] {
        let intake = case.collect(&[name]);
        assert_eq!(intake.submissions.iter().map(text).collect::<Vec<_>>(), ["", "2"], "{name}");
        assert!(intake.submissions[0].problems[0].contains("is not read"), "{:?}", intake.submissions[0]);
    }
    // A student's archive that unpacks to too much, in the middle of a class's.
    let endless = gzip(&tar(&[("x.pdf", &zeros), ("z.sql", b"z")]));
    let case = Case::new().file("d.zip", zip(&[("ada.tgz", &endless), ("bob.sql", b"2")]));
    assert_eq!(case.texts(&["d.zip"]).last(), pairs(&[("bob", "2")]).last());
}

#[test]
fn many_large_members_are_bounded() {
    let megabyte = vec![b'x'; SUBMISSION_BYTES];
    let names: Vec<String> = (0..50).map(|n| format!("ada/{n}.sql")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &megabyte[..])).collect();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        writer.start_file(name, stored).expect("a member");
        writer.write_all(bytes).expect("its bytes");
    }
    let intake = Case::new().file("c.zip", writer.finish().expect("a zip").into_inner()).collect(&["c.zip"]);
    assert!(intake.submissions[0].files.is_empty() && !intake.submissions[0].problems.is_empty());
}

#[test]
fn members_beyond_counting_are_refused() {
    let names: Vec<String> = (0..100_000).map(|n| format!("{n}.sql")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let case = Case::new().file("a.tgz", gzip(&tar(&members))).file("b.zip", zip(&members));
    for name in ["a.tgz", "b.zip"] {
        let intake = case.collect(&[name]);
        assert_eq!(intake.submissions.len(), 1);
        assert!(intake.submissions[0].problems[0].contains("more than 20000 members"), "{intake:?}");
    }
}

#[test]
fn overlapping_members_are_refused() {
    // Both entries of the directory name the same member: with thousands, that is how small bombs are built.
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("ada.sql", SimpleFileOptions::default()).expect("a member");
    writer.write_all(b"SELECT 1;").expect("its bytes");
    writer.shallow_copy_file("ada.sql", "bob.sql").expect("a copy");
    let case = Case::new().file("c.zip", writer.finish().expect("a zip").into_inner());
    let intake = case.collect(&["c.zip"]);
    assert!(intake.submissions[0].problems[0].contains("overlap"), "{intake:?}");
}

#[test]
fn sizes_that_lie_do_no_harm() {
    // The uncompressed size stands at offset 24 of an entry of the directory and at 22 of the member's header.
    let honest = zip(&[("ada.sql", &vec![b'x'; 100_000]), ("bob.sql", b"2")]);
    let directory = honest.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("a directory");
    for size in [1_u32, 0xFFFF_FFF0] {
        let mut lying = honest.clone();
        lying[directory + 24..directory + 28].copy_from_slice(&size.to_le_bytes());
        lying[22..26].copy_from_slice(&size.to_le_bytes());
        let intake = Case::new().file("c.zip", lying).collect(&["c.zip"]);
        assert!(intake.submissions.len() <= 2, "{size}");
    }
    // A tar whose member says that it is longer than the archive.
    let mut header = tar::Header::new_gnu();
    header.set_path("ada.sql").expect("a name");
    header.set_size(1 << 40);
    header.set_cksum();
    let mut lying = tar(&[("bob.sql", b"2")]);
    lying.truncate(1024);
    lying.extend_from_slice(header.as_bytes());
    lying.extend_from_slice(b"SELECT 1;");
    let intake = Case::new().file("c.tar", lying).collect(&["c.tar"]);
    assert!(intake.submissions.iter().any(|one| text(one) == "2"), "{intake:?}");
}

#[test]
fn broken_and_encrypted_archives_are_their_student_s_problem() {
    let whole = zip(&[("a.sql", &vec![b'x'; 10_000])]);
    let mut encrypted = zip(&[("eve.sql", b"1"), ("bob.sql", b"2")]);
    let directory = encrypted.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("a directory");
    encrypted[directory + 8] |= 1;
    encrypted[6] |= 1;
    let members: Vec<(&str, &[u8])> =
        vec![("ada.zip", &whole[..whole.len() / 2]), ("cy.tgz", b"\x1F\x8B"), ("di.zip", b"")];
    let case = Case::new().file("c.zip", zip(&members)).file("e.zip", encrypted);
    let intake = case.collect(&["c.zip"]);
    let names: Vec<_> = intake.submissions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["ada", "cy", "di"], "{intake:#?}");
    assert!(intake.submissions.iter().all(|one| one.files.is_empty() && !one.problems.is_empty()), "{intake:#?}");
    let intake = case.collect(&["e.zip"]);
    assert_eq!(intake.submissions.iter().map(text).collect::<Vec<_>>(), ["2", ""]);
    assert!(intake.submissions[1].problems[0].contains("encrypted"), "{intake:?}");
}

#[test]
fn long_names_are_read_within_bounds() {
    let long = format!("ada/{}.sql", "x".repeat(150));
    let huge = format!("bob/{}.sql", "y/".repeat(40));
    let case = Case::new().file("c.tar", tar(&[(&long, b"1"), (&huge, b"2"), ("cy.sql", b"3")]));
    let intake = case.collect(&["c.tar"]);
    assert_eq!(intake.submissions.iter().map(text).collect::<Vec<_>>(), ["1", "3"], "{intake:#?}");
    assert!(intake.notes.iter().any(|note| note.contains("left out") && note.len() < 400));
}

#[test]
fn the_order_on_disk_does_not_matter() {
    let one = Case::new().file("c/ada/2.sql", "2").file("c/ada/1.sql", "1").file("c/bob.sql", "b");
    let other = Case::new().file("c/bob.sql", "b").file("c/ada/1.sql", "1").file("c/ada/2.sql", "2");
    let strip = |case: &Case| -> Vec<_> {
        case.collect(&["c"]).submissions.into_iter().map(|one| (one.name, one.digest, one.files)).collect()
    };
    assert_eq!(strip(&one), strip(&other));
}
