use super::*;

const LAUNCH: &str = "SELECT pg_background_launch('SELECT 1');";

fn row(statement: &str, cells: &[(&str, Option<&str>)]) -> Showed {
    let cells = cells.iter().map(|(name, pid)| ((*name).to_owned(), pid.map(str::to_owned)));
    Showed { statement: statement.to_owned(), pids: ShownPids::Row(cells.collect()) }
}

fn launched(pid: &str) -> Showed {
    row(LAUNCH, &[("pg_background_launch", Some(pid))])
}

fn text(answer: &str, showed: &[Showed]) -> String {
    let portable = portable(answer, showed, &[]);
    assert_eq!(portable.notes, [""; 0], "{answer}");
    portable.text
}

#[test]
fn a_number_becomes_the_variable_it_came_from() {
    let answer = format!("{LAUNCH}\nSELECT * FROM pg_background_result(4711) AS (x int);\n");
    assert_eq!(
        text(&answer, &[launched("4711")]),
        "SELECT pg_background_launch('SELECT 1') \\gset pid1_\n\
         SELECT * FROM pg_background_result(:pid1_pg_background_launch) AS (x int);\n"
    );
}

#[test]
fn nothing_changes_without_need() {
    let unused = format!("{LAUNCH}\nSELECT 4712;\n");
    for answer in [LAUNCH, &unused, ""] {
        assert_eq!(text(answer, &[launched("4711")]), answer);
    }
}

#[test]
fn numbers_that_came_first_are_something_else() {
    let answer = format!("SELECT generate_series(1, 4711);\n{LAUNCH}\nSELECT 4711;\n");
    let showed = [row("SELECT generate_series(1, 4711);", &[]), launched("4711")];
    assert_eq!(text(&answer, &showed), answer);
}

#[test]
fn what_follows_on_the_line_stays_a_statement() {
    let answer = format!("{LAUNCH} SELECT pg_background_detach(4711); -- 4711\n");
    assert_eq!(
        text(&answer, &[launched("4711")]),
        "SELECT pg_background_launch('SELECT 1') \\gset pid1_\n \
         SELECT pg_background_detach(:pid1_pg_background_launch); -- 4711\n"
    );
}

#[test]
fn each_launch_has_its_own_prefix_and_none_is_taken() {
    let answer = format!("\\set pid1_x 1\n{LAUNCH}\n{LAUNCH}\nSELECT pg_terminate_backend(12), f(11), 12;\n");
    let ran = text(&answer, &[launched("11"), launched("12")]);
    assert!(ran.ends_with(
        "\\gset pid3_\nSELECT pg_background_launch('SELECT 1') \\gset pid2_\n\
         SELECT pg_terminate_backend(:pid2_pg_background_launch), f(:pid3_pg_background_launch), \
         :pid2_pg_background_launch;\n"
    ));
}

#[test]
fn a_launch_that_failed_is_not_taken_for_the_one_that_did_not() {
    let answer = format!("{LAUNCH}\n{LAUNCH}\nSELECT pg_background_detach(4711);\n");
    let failed = Showed { statement: LAUNCH.to_owned(), pids: ShownPids::Scattered(Vec::new()) };
    let ran = text(&answer, &[failed, launched("4711")]);
    assert!(ran.starts_with(&format!("{LAUNCH}\nSELECT pg_background_launch('SELECT 1') \\gset pid1_\n")), "{ran}");
}

#[test]
fn expanded_output_and_comments_are_no_obstacle() {
    let answer = "\\x\n/* a job */ SELECT pg_background_launch(\n\n  'SELECT 1') -- here\n\\gx\nSELECT pg_background_detach(4711);\n";
    let showed = row("/* a job */ SELECT pg_background_launch(\n  'SELECT 1') -- here", &[("p", Some("4711"))]);
    assert_eq!(
        text(answer, &[showed]),
        "\\x\n/* a job */ SELECT pg_background_launch(\n\n  'SELECT 1') -- here\n\\gset pid1_\nSELECT pg_background_detach(:pid1_p);\n"
    );
}

#[test]
fn a_command_s_arguments_are_no_statement() {
    let answer = format!("SELECT 1 AS a \\gset b\n{LAUNCH}\nSELECT pg_background_detach(4711);\n");
    let hidden = Showed { statement: "SELECT 1 AS a".to_owned(), pids: ShownPids::Scattered(Vec::new()) };
    assert!(text(&answer, &[hidden, launched("4711")]).contains("'SELECT 1') \\gset pid1_\n"));
}

#[test]
fn what_has_to_stay_is_noted() {
    let detach = "SELECT pg_background_detach(4711);";
    let in_string = format!("{LAUNCH}\nSELECT f('kill 4711'), $$4711$$;\n");
    let scattered = |statement: &str| Showed {
        statement: statement.to_owned(),
        pids: ShownPids::Scattered(vec!["4711".to_owned()]),
    };
    let nameless = "SELECT pg_background_launch('SELECT 1'), 1;";
    for (answer, showed, words) in [
        (in_string.clone(), launched("4711"), "inside quotes"),
        (format!("SELECT pid FROM pids;\n{detach}"), scattered("SELECT pid FROM pids;"), "one of several rows"),
        (
            format!("{nameless}\n{detach}"),
            row(nameless, &[("pg_background_launch", Some("4711")), ("?column?", None)]),
            "columns have no names of their own",
        ),
        (format!("\\i mine.sql\n{detach}"), scattered(""), "\\i"),
        (detach.to_owned(), launched("4711"), "not shown by a statement of this answer"),
    ] {
        let portable = portable(&answer, &[showed], &[]);
        assert_eq!(portable.text, answer);
        assert!(portable.notes.iter().any(|note| note.contains(words)), "{words}: {portable:?}");
    }
}

#[test]
fn a_row_is_taken_where_there_is_one() {
    let list = "SELECT pid FROM pg_background_list();";
    let answer = format!("{list}\n{LAUNCH}\nSELECT pg_background_detach(4711);\n");
    let scattered = Showed { statement: list.to_owned(), pids: ShownPids::Scattered(vec!["4711".to_owned()]) };
    assert!(text(&answer, &[scattered, launched("4711")]).contains(":pid1_pg_background_launch"));
}

fn volatile() -> Vec<Volatile> {
    let rule = |text: &str, stands_for: &str| Volatile { text: text.into(), stands_for: stands_for.into() };
    vec![
        rule("s3cret", "<password>"),
        rule("lab_1", "<database>"),
        rule("host=127.0.0.1 port=5499 dbname=lab_1 user=student password=s3cret", "<conn>"),
        rule("port=5499", "port=<port>"),
    ]
}

#[test]
fn connection_strings_become_variables() {
    let conn = "host=127.0.0.1 port=5499 dbname=lab_1 user=student password=s3cret";
    for (typed, instead) in [
        (format!("dblink_connect('{conn}')"), "dblink_connect(:'conn')"),
        (format!("f('{conn} options=-cx=1')"), "f((:'conn' || ' options=-cx=1'))"),
        ("f('dbname=lab_1')".to_owned(), "f(('dbname=' || :'DBNAME'))"),
        ("f('lab_12')".to_owned(), "f('lab_12')"),
    ] {
        let portable = portable(&typed, &[], &volatile());
        assert_eq!((portable.text.as_str(), portable.notes.len()), (instead, 0), "{typed}");
    }
}

#[test]
fn a_name_may_stand_in_a_string_a_hundred_thousand_times() {
    let typed = format!("f('{}')", "lab_1 ".repeat(100_000));
    let portable = portable(&typed, &[], &volatile());
    assert_eq!(portable.text.matches(":'DBNAME'").count(), 100_000);
}

#[test]
fn what_psql_has_not_is_noted() {
    let portable = portable("\\session b\nSELECT 1 \\bg\n", &[], &[]);
    assert_eq!(portable.notes.len(), 2, "{portable:?}");
}

#[test]
fn what_no_variable_has_is_noted() {
    let typed = "f('port=5499 password=s3cret'), $$ dbname=lab_1 $$";
    let portable = portable(typed, &[], &volatile());
    assert_eq!(portable.text, typed);
    assert_eq!(portable.notes.len(), 3, "{portable:?}");
}

#[test]
fn odd_text_is_taken_as_it_is() {
    for odd in ["'", "E'\\", "\"", "$$", "$x$ $x", "/* /*", "\\", "$", "Ю$Ю$", "4712", ";;;", "((;", "\\g", "e'Ю\\Ю"]
    {
        assert_eq!(text(odd, &[launched("4711")]), odd);
    }
}
