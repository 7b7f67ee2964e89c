//! What is offered where.

use super::catalogue::{Extension, Named, Relation, Setting};
use super::*;

fn catalogue() -> Catalogue {
    let relation = |schema: &str, name: &str, kind: char, columns: &str| Relation {
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind,
        columns: columns.split_whitespace().map(str::to_owned).collect(),
    };
    let function = |name: &str, kind| Named { schema: "public".to_owned(), name: name.to_owned(), kind };
    let setting = |name: &str, values: &str| Setting {
        name: name.to_owned(),
        values: values.split_whitespace().map(str::to_owned).collect(),
    };
    let extension = |name: &str, is_installed: bool| Extension { name: name.to_owned(), is_installed };
    Catalogue {
        relations: vec![
            relation("public", "authors", 'r', "id name"),
            relation("public", "books", 'r', "id title author_id"),
            relation("public", "books_pkey", 'i', ""),
            relation("public", "Big Table", 'r', "Key order"),
            relation("public", "recent", 'v', "id"),
            relation("shop", "orders", 'r', "number total"),
            relation("pg_catalog", "pg_class", 'r', "oid relname"),
        ],
        functions: vec![
            function("pg_background_launch", 'f'),
            function("pg_background_result", 's'),
            function("borrow", 'f'),
            function("bookmarks", 's'),
        ],
        types: vec![Named { schema: "public".to_owned(), name: "mood".to_owned(), kind: 't' }],
        settings: vec![
            setting("enable_seqscan", "on off"),
            setting("log_statement", "none ddl mod all"),
            setting("pg_background.max_workers", ""),
            setting("work_mem", ""),
        ],
        extensions: vec![extension("dblink", false), extension("pg_background", true)],
        schemas: ["pg_catalog", "public", "shop"].map(str::to_owned).to_vec(),
        roles: ["admin", "student"].map(str::to_owned).to_vec(),
        databases: ["play", "postgres"].map(str::to_owned).to_vec(),
        publications: vec!["news".to_owned()],
        ..Catalogue::default()
    }
}

fn surroundings() -> Surroundings {
    Surroundings {
        variables: ["name", "VERBOSITY"].map(str::to_owned).to_vec(),
        sessions: vec!["main".to_owned(), "other".to_owned()],
        places: vec!["parallel-count".to_owned(), "four-workers".to_owned()],
        channels: vec!["tidings".to_owned()],
        ..Surroundings::default()
    }
}

/// The candidates at the `|` in `line`, after `earlier` lines.
fn at(earlier: &str, line: &str) -> Vec<String> {
    let (before, after) = line.split_once('|').unwrap_or((line, ""));
    let surroundings = Surroundings { earlier: earlier.to_owned(), ..surroundings() };
    let whole = format!("{before}{after}");
    let files = |start: &str| match start {
        "scr" => vec!["script.sql".to_owned(), "scratch/".to_owned()],
        _ => Vec::new(),
    };
    let input = Input {
        line: &whole,
        position: before.len(),
        catalogue: &catalogue(),
        surroundings: &surroundings,
        files: &files,
    };
    let found = complete(input);
    assert!(before.is_char_boundary(found.start));
    found.candidates.into_iter().map(|candidate| candidate.trim_end().to_owned()).collect()
}

#[track_caller]
fn only(line: &str, expected: &[&str]) {
    assert_eq!(at("", line), expected, "{line}");
}

#[track_caller]
fn among(line: &str, expected: &[&str]) {
    let found = at("", line);
    expected.iter().for_each(|one| assert!(found.iter().any(|other| other == one), "{line}: {one} not in {found:?}"));
}

#[test]
fn statements_begin() {
    only("SEL", &["SELECT"]);
    only("sel", &["select"]);
    among("SELECT 1; ins", &["insert into"]);
    only("cr", &["create"]);
}

#[test]
fn tables_stand_after_from() {
    only("SELECT * FROM boo", &["books", "bookmarks("]);
    among("SELECT * FROM ", &["authors", "books", "\"Big Table\"", "recent", "shop."]);
    only("SELECT * FROM shop.", &["orders"]);
    only("SELECT * FROM books b JOIN aut", &["authors"]);
    only("SELECT * FROM authors, bo", &["books", "bookmarks("]);
    only("UPDATE boo", &["books"]);
    only("DELETE FROM boo", &["books"]);
    only("INSERT INTO boo", &["books"]);
    only("TABLE boo", &["books"]);
    only("SELECT * FROM \"Bi", &["\"Big Table\""]);
    only("SELECT * FROM pg_cla", &["pg_class"]);
    assert!(!at("", "SELECT * FROM ").contains(&"pg_class".to_owned()));
}

#[test]
fn columns_stand_where_the_statement_has_tables() {
    only("SELECT b.| FROM books b", &["id", "title", "author_id"]);
    only("SELECT tit| FROM books", &["title"]);
    only("SELECT * FROM books WHERE auth", &["author_id"]);
    only("SELECT * FROM books b JOIN authors a ON a.", &["id", "name"]);
    only("SELECT * FROM books b JOIN authors a ON a.id = b.auth", &["author_id"]);
    only("UPDATE books SET tit", &["title"]);
    only("UPDATE books SET title = 'x' WHERE auth", &["author_id"]);
    only("INSERT INTO books (ti", &["title"]);
    only("SELECT * FROM books ORDER BY tit", &["title"]);
    only("SELECT * FROM shop.orders WHERE tot", &["total"]);
    only("SELECT shop.orders.| FROM shop.orders", &["number", "total"]);
    only("SELECT o| FROM \"Big Table\"", &["\"order\""]);
    assert_eq!(at("SELECT *\nFROM books b\n", "WHERE b.ti"), ["title"]);
}

#[test]
fn functions_have_a_parenthesis() {
    only("SELECT pg_background_", &["pg_background_launch(", "pg_background_result("]);
    only("SELECT * FROM pg_background_r", &["pg_background_result("]);
}

#[test]
fn settings_and_their_values() {
    only("SET enab", &["enable_seqscan"]);
    only("SHOW wo", &["work_mem"]);
    only("SET enable_seqscan = o", &["on", "off"]);
    only("SET log_statement TO ", &["none", "ddl", "mod", "all", "DEFAULT"]);
    only("SET log_statement = 'd", &["'ddl'"]);
    only("SET LOCAL log_statement = m", &["mod"]);
    only("SET pg_background.", &["max_workers"]);
    only("SELECT current_setting('wor", &["'work_mem'"]);
    only("ALTER ROLE student SET wor", &["work_mem"]);
}

#[test]
fn key_words_by_what_stands_before() {
    only("SELECT title FR", &["FROM"]);
    among("SELECT * FROM books ", &["WHERE", "JOIN", "ORDER BY"]);
    among("SELECT * FROM books b WHERE id = 1 ", &["AND", "GROUP BY", "LIMIT"]);
    only("CREATE TEMPORARY T", &["TABLE"]);
    among("create ", &["TABLE", "EXTENSION", "OR REPLACE"]);
    only("DROP TABLE boo", &["books"]);
    only("DROP EXTENSION ", &["pg_background", "IF EXISTS"]);
    only("CREATE EXTENSION d", &["dblink"]);
    among("ALTER TABLE books ", &["ADD COLUMN", "RENAME TO"]);
    only("ALTER TABLE books DROP COLUMN tit", &["title"]);
    only("EXPLAIN (ANALYZE, BUF", &["BUFFERS"]);
    only("EXPLAIN (COSTS O", &["ON", "OFF"]);
    only("EXPLAIN (FORMAT ", &["TEXT", "XML", "JSON", "YAML", "CSV", "BINARY"]);
    only("EXPLAIN (COSTS OFF) SEL", &["SELECT"]);
    only("LISTEN ti", &["tidings"]);
    only("NOTIFY ", &["tidings"]);
    only("GRANT SELECT ON boo", &["books"]);
    only("GRANT SELECT ON books TO stu", &["student"]);
    only("BEGIN ISO", &["ISOLATION LEVEL"]);
    only("WITH few AS (SELECT 1) SELECT * FROM fe", &["few"]);
}

#[test]
fn sql_for_another_process_is_completed_too() {
    only("SELECT pg_background_launch('SELECT tit| FROM books", &[] as &[&str]);
    only("SELECT pg_background_launch('SELECT * FROM books", &["books"]);
    only("SELECT * FROM dblink('dbname=x', $$SELECT * FROM books", &["books"]);
}

#[test]
fn nothing_in_strings_and_comments() {
    only("SELECT 'boo", &[]);
    only("-- boo", &[]);
    only("/* boo", &[]);
    only("SELECT \"Zzz", &[]);
}

#[test]
fn commands_and_their_arguments() {
    only("\\gse", &["\\gset"]);
    among("\\d", &["\\d", "\\dt", "\\df"]);
    only("\\d boo", &["books", "books_pkey"]);
    only("\\dt+ boo", &["books"]);
    only("\\d shop.", &["orders"]);
    only("\\df borr", &["borrow"]);
    only("\\dx ", &["pg_background"]);
    only("\\c pl", &["play"]);
    only("\\goto four", &["four-workers"]);
    only("\\session o", &["other"]);
    only("\\pset form", &["format"]);
    only("\\pset format un", &["unaligned"]);
    only("\\x ", &["on", "off", "auto"]);
    only("\\i scr", &["script.sql", "scratch/"]);
    only("\\set VERB", &["VERBOSITY"]);
    only("\\set VERBOSITY t", &["terse"]);
    only("\\h CREATE", &["CREATE"]);
    only("\\copy boo", &["books"]);
    only("SELECT 1 \\gx \\\\ SELECT * FROM books", &["books"]);
}

#[test]
fn variables_in_all_forms() {
    only("SELECT :na", &[":name"]);
    only("SELECT :'na", &[":'name'"]);
    only("SELECT :\"na", &[":\"name\""]);
}

#[test]
fn any_text_is_answered() {
    let pieces =
        ["SELECT", " ", "é", "'", "\"", "$$", "(", ")", ".", ",", ":", "\\", "\n", "FROM", "/*", "b", ";", "x.y"];
    let mut line = String::new();
    // Every piece after every other, in an order that repeats only late.
    for step in 0..600 {
        line.push_str(pieces[(step * 7 + step / 5) % pieces.len()]);
        let input = Input {
            line: &line,
            position: line.len(),
            catalogue: &catalogue(),
            surroundings: &surroundings(),
            files: &|_| Vec::new(),
        };
        assert!(complete(input).start <= line.len());
    }
}

#[test]
fn a_long_statement_is_seen_in_part() {
    let line = format!("SELECT * FROM books WHERE id IN ({}) AND tit", "1,".repeat(1 << 20));
    let input = Input {
        line: &line,
        position: line.len(),
        catalogue: &catalogue(),
        surroundings: &surroundings(),
        files: &|_| Vec::new(),
    };
    assert!(complete(input).start <= line.len());
}
