//! Tests of the scanner.

use super::scan::*;
use super::variables::Variables;

/// The statements of some lines and what stays open.
fn split(text: &str, variables: &[(&str, &str)]) -> (Vec<String>, PromptState) {
    let mut known = Variables::default();
    for (name, value) in variables {
        known.set_unchecked(name, value);
    }
    let (mut scanner, mut buffer, mut found) = (Scanner::new(), String::new(), Vec::new());
    for line in text.split('\n') {
        if !buffer.is_empty() {
            buffer.push('\n');
        }
        scanner.set_line(line.to_owned());
        loop {
            match scanner.scan(&known, true, &mut buffer, &mut Vec::new()) {
                Stop::Semicolon => found.push(std::mem::take(&mut buffer)),
                Stop::Backslash => found.push(format!("\\{}", scanner.take_rest())),
                Stop::EndOfLine => break,
            }
        }
    }
    let prompt = scanner.prompt(buffer.is_empty());
    (found, prompt)
}

fn statements(text: &str) -> Vec<String> {
    split(text, &[]).0
}

#[test]
fn semicolons_end_statements() {
    assert_eq!(statements("select 1; select 2;"), ["select 1;", "select 2;"]);
    assert_eq!(statements("select ';', \";\", $$;$$, $a$;$$;$a$, /*;/*;*/;*/ 1 -- ;\n;").len(), 1);
    assert_eq!(statements("select E'\\';' ; select '\\';").len(), 2);
    assert_eq!(statements("select (1; select 2);"), ["select (1; select 2);"]);
    assert_eq!(statements("select 1\\; select 2;"), ["select 1; select 2;"]);
}

#[test]
fn leading_line_comments_are_dropped() {
    assert_eq!(statements("-- a\n  -- b\nselect 1; -- c\n/* d */ select 2;"), ["select 1;", "/* d */ select 2;"]);
}

#[test]
fn function_bodies_stay_together() {
    let body = "create or replace function f() returns int begin atomic select case when true then 1 end; end;";
    assert_eq!(statements(body), [body]);
    assert_eq!(statements("begin; select 1; end;").len(), 3);
}

#[test]
fn variables_are_replaced_outside_quotes() {
    let known = [("v", "a'b"), ("n", "1"), ("s", "select 5;")];
    let one = |text: &str| split(text, &known).0.remove(0);
    assert_eq!(
        one("select :'v', :\"v\", :n, ':n', $$:n$$, x::n, :{?n}, :{?m};"),
        "select 'a''b', \"a'b\", 1, ':n', $$:n$$, x::n, TRUE, FALSE;"
    );
    assert_eq!(
        one("select a[1:n], :nosuch, :'nosuch';"),
        "select a[1:n], :nosuch, :'nosuch';".replacen(":n]", "1]", 1)
    );
    assert_eq!(split(":s select 6;", &known).0, ["select 5;", "select 6;"]);
}

#[test]
fn open_ends_are_known() {
    let open = |text: &str| split(text, &[]).1;
    assert_eq!(open("select"), PromptState::Continue);
    assert_eq!(open("select '"), PromptState::SingleQuote);
    assert_eq!(open("select \""), PromptState::DoubleQuote);
    assert_eq!(open("select $x$ $$"), PromptState::DollarQuote);
    assert_eq!(open("/* /* */"), PromptState::Comment);
    assert_eq!(open("select ("), PromptState::Parenthesis);
    assert_eq!(open("select 1;"), PromptState::Ready);
}

#[test]
fn backslash_commands_interrupt() {
    assert_eq!(statements("select 1 \\gset x"), ["\\gset x"]);
}

#[test]
fn copy_announces_data() {
    let announces = |text: &str| {
        let mut scanner = Scanner::new();
        scanner.set_line(text.to_owned());
        scanner.scan(&Variables::default(), true, &mut String::new(), &mut Vec::new());
        scanner.take_copies_in() > 0
    };
    assert!(announces("copy t (a, b) from stdin with csv;"));
    assert!(announces("select 1 \\; COPY t FROM /* x */ STDIN;"));
    assert!(!announces("copy t from 'stdin';"));
    assert!(!announces("copy t to stdout;"));
    assert!(!announces("select copy from stdin;"));
}

#[test]
fn deep_nesting_is_linear() {
    let deep = "/*".repeat(500_000);
    assert_eq!(split(&deep, &[]).1, PromptState::Comment);
}
