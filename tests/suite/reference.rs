//! The book's reference, held against a real server and the sources that it does not read.

use std::collections::BTreeSet;
use std::path::Path;

use postgres::Client;
use tutor::book::reference::Reference;
use tutor::server::Role;

use crate::support::{self, course};

/// The functions that belong to the extension, as `\dx+` lists them.
const FUNCTIONS: &str = "SELECT p.proname, obj_description(p.oid, 'pg_proc'), pg_get_function_arguments(p.oid)
    FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND e.extname = 'pg_background'";

fn reference(reference: Reference) -> String {
    reference.markdown(course().root()).unwrap_or_else(|error| panic!("{reference:?}: {error}"))
}

#[test]
fn every_part_is_made() {
    for each in Reference::ALL {
        let text = reference(each);
        assert!(text.contains("\n|---|"), "{each:?}: {text}");
    }
}

#[test]
fn every_function_of_the_extension_is_in_the_reference() {
    let text = reference(Reference::Extension);
    let server = support::server();
    let functions = server.connect().query(FUNCTIONS, &[]).expect("the functions");
    assert!(!functions.is_empty());
    for function in &functions {
        let (name, comment, arguments): (String, String, String) = (function.get(0), function.get(1), function.get(2));
        let section = section(&text, &name);
        assert!(section.contains(&comment[1..]), "{name} is described in other words: {comment}\n{section}");
        for argument in arguments.split(", ").filter(|argument| !argument.is_empty()) {
            let argument = argument.trim_start_matches("OUT ").split(' ').next().unwrap_or_default();
            assert!(section.contains(&format!("| `{argument}` |")), "{name} has no {argument}:\n{section}");
        }
    }
    let headings = text.lines().filter(|line| line.starts_with("### `") && !line.contains('.')).count();
    assert_eq!(headings, functions.len(), "the reference has functions that the server has not");
}

#[test]
fn the_extension_has_nothing_but_functions() {
    let server = support::server();
    let others = "SELECT count(*) FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
        WHERE d.deptype = 'e' AND e.extname = 'pg_background' AND d.classid <> 'pg_proc'::regclass";
    assert_eq!(server.connect().query_one(others, &[]).expect("a count").get::<_, i64>(0), 0);
}

#[test]
fn every_setting_of_the_extension_is_in_the_reference() {
    let text = reference(Reference::Extension);
    let server = support::server();
    let mut client = server.connect();
    client.batch_execute("SELECT pg_background_list()").expect("the library is loaded");
    let settings = client
        .query(
            "SELECT name, short_desc, extra_desc, boot_val, context FROM pg_settings WHERE name LIKE 'pg\\_background.%'",
            &[],
        )
        .expect("the settings");
    assert!(!settings.is_empty());
    for setting in settings {
        let [name, short, long, default, context] = [0, 1, 2, 3, 4].map(|column| setting.get::<_, String>(column));
        let section = section(&text, &name);
        assert!(section.contains(&format!("{short} {long} Default: `{default}`.")), "{section}");
        assert_eq!(section.contains("superuser"), context == "superuser", "{section}");
    }
}

/// The section of a function or a setting.
fn section<'a>(text: &'a str, name: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("### `{name}` ")).unwrap_or_else(|| panic!("{name} is missing"));
    rest.find("\n##").map_or(rest, |end| &rest[..end])
}

#[test]
fn conditions_have_their_names_in_the_server() {
    let server = support::server();
    let mut client = server.server().connect(Role::Admin, "postgres").expect("the admin");
    let errors = errors();
    assert!(errors.len() > 10, "{errors:?}");
    for (sqlstate, condition) in errors {
        assert_eq!(sqlstate_of(&mut client, &condition), sqlstate, "{condition}");
    }
}

/// SQLSTATEs with their conditions, from the table at the end of the reference.
fn errors() -> BTreeSet<(String, String)> {
    let text = reference(Reference::Extension);
    let (_, table) = text.split_once("## Errors").expect("a section on errors");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|line| line.split_once("` | `"));
    let pairs = rows.filter_map(|(sqlstate, rest)| Some((sqlstate.to_owned(), rest.split('`').next()?.to_owned())));
    pairs.collect()
}

fn sqlstate_of(client: &mut Client, condition: &str) -> String {
    let raise = format!("DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '{condition}'; END$$");
    let error = client.batch_execute(&raise).expect_err("an error");
    error.code().expect("an error of the server").code().to_owned()
}

#[test]
fn every_error_of_the_extension_is_in_the_reference() {
    let source = read("extension/src/error.rs");
    let conditions: BTreeSet<String> = errors().into_iter().map(|(_, condition)| condition).collect();
    let raised: BTreeSet<String> = words(&source, "ERRCODE_").iter().map(|code| code.to_lowercase()).collect();
    assert!(!raised.is_empty());
    assert!(raised.is_subset(&conditions), "{:?} are missing", raised.difference(&conditions));
}

#[test]
fn every_variable_of_the_tutor_is_in_the_reference() {
    let text = reference(Reference::Options);
    let mut sources = String::new();
    collect(&course().root().join("tutor/src"), &mut sources);
    for name in words(&sources, "TUTOR_") {
        // A switch of a test, not of the tutor.
        let is_known = name == "RECORD_SCHEMA" || text.contains(&format!("`TUTOR_{name}`"));
        assert!(is_known, "TUTOR_{name} is missing");
    }
}

/// The words in capitals that follow `prefix` somewhere.
fn words(text: &str, prefix: &str) -> BTreeSet<String> {
    let rests = text.split(prefix).skip(1);
    let word = |rest: &str| rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>();
    rests.map(word).filter(|word| !word.is_empty()).collect()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(course().root().join(file)).expect("a source")
}

fn collect(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push_str(&std::fs::read_to_string(&path).expect("a source"));
        }
    }
}
