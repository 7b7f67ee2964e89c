//! `\copy`: COPY with a file of the client's.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::output::complaint_of_file;
use super::{Call, CommandError, CommandResult};
use crate::psql::copy_data::CopyFile;
use crate::psql::execution::Take;
use crate::psql::shell::{Shell, Streams};
use crate::psql::words::WordKind;

/// What `\copy` asks for.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// Table and columns, or a query.
    subject: String,
    is_from: bool,
    /// `None` stands for the session's own input or output.
    file: Option<String>,
    options: String,
}

impl Shell {
    pub(super) fn copy(&mut self, call: &mut Call<'_>, io: &mut Streams<'_>, watch: &mut dyn FnMut()) -> CommandResult {
        let word = call.words.next_word(WordKind::WholeLine, false, &self.variables)?;
        let Some(arguments) = word.map(|word| word.text) else {
            return Err(CommandError::Complaint("\\copy: arguments required".to_owned()));
        };
        let plan = parse(&arguments).map_err(|token| {
            CommandError::Complaint(match token {
                Some(token) if token.eq_ignore_ascii_case("program") => {
                    "\\copy: programs do not run here; copy to or from a file".to_owned()
                }
                Some(token) => format!("\\copy: parse error at \"{token}\""),
                None => "\\copy: parse error at end of line".to_owned(),
            })
        })?;
        self.refuse_outside_if(plan.file.is_some(), "copy")?;
        self.copy_file = plan.file.as_deref().map(|name| open(name, plan.is_from)).transpose()?;
        let direction = if plan.is_from { " FROM STDIN " } else { " TO STDOUT " };
        let sql = format!("COPY {}{direction}{}", plan.subject, plan.options);
        let settings = self.settings.clone();
        let copies_in = usize::from(plan.is_from && plan.file.is_none());
        let performed = self.send(&sql, Take::Print, &settings, copies_in, io, watch);
        self.copy_file = None;
        Ok(performed?)
    }
}

fn open(name: &str, is_from: bool) -> Result<CopyFile, CommandError> {
    if is_from && Path::new(name).is_dir() {
        return Err(CommandError::Complaint(format!("{name}: cannot copy from/to a directory")));
    }
    let opened = if is_from {
        File::open(name).map(|file| CopyFile::Read(BufReader::new(file)))
    } else {
        File::create(name).map(CopyFile::Write)
    };
    opened.map_err(|error| complaint_of_file(name, &error))
}

/// Words, quoted text and single delimiters, as psql takes them one after another.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    /// The next token: one of `delimiters`, text in `quotes`, or what stands up to space, delimiter or quote.
    fn next(&mut self, delimiters: &str, quotes: &str) -> Option<&'a str> {
        let text = self.rest.trim_start();
        let first = text.chars().next()?;
        let length = if delimiters.contains(first) {
            first.len_utf8()
        } else if quotes.contains(first) {
            quoted_length(text, first)
        } else {
            let ends = |c: char| c.is_ascii_whitespace() || delimiters.contains(c) || quotes.contains(c);
            text.find(ends).unwrap_or(text.len())
        };
        let (token, rest) = text.split_at(length);
        self.rest = rest;
        Some(token)
    }
}

/// Length of quoted text, doubled quotes included; without an end, all of it.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(end) = text[at..].find(quote) {
        at += end + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// Reads the arguments; the error is the token that does not fit, or nothing at the end.
fn parse(arguments: &str) -> Result<Plan, Option<String>> {
    let mut tokens = Tokens { rest: arguments };
    let mut subject = String::new();
    let mut token = tokens.next(".,()", "\"").ok_or(None)?;
    if token.eq_ignore_ascii_case("binary") {
        subject.push_str(token);
        token = tokens.next(".,()", "\"").ok_or(None)?;
    }
    if token == "(" {
        let mut depth = 1_usize;
        while depth > 0 {
            subject.push(' ');
            subject.push_str(token);
            token = tokens.next("()", "\"'").ok_or(None)?;
            match token {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
        }
    }
    subject.push(' ');
    subject.push_str(token);
    token = tokens.next(".,()", "\"").ok_or(None)?;
    if token == "." {
        subject.push_str(token);
        subject.push_str(tokens.next(".,()", "\"").ok_or(None)?);
        token = tokens.next(".,()", "\"").ok_or(None)?;
    }
    if token == "(" {
        while token != ")" {
            subject.push(' ');
            subject.push_str(token);
            token = tokens.next("()", "\"").ok_or(None)?;
        }
        subject.push_str(" )");
        token = tokens.next(".,()", "\"").ok_or(None)?;
    }
    let is_from = if token.eq_ignore_ascii_case("from") {
        true
    } else if token.eq_ignore_ascii_case("to") {
        false
    } else {
        return Err(Some(token.to_owned()));
    };
    let name = tokens.next(";", "'").ok_or(None)?;
    let is_own = ["stdin", "stdout", "pstdin", "pstdout"].iter().any(|own| own.eq_ignore_ascii_case(name));
    if name.eq_ignore_ascii_case("program") {
        return Err(tokens.next(";", "'").map(|_| name.to_owned()));
    }
    let file = match name.strip_prefix('\'') {
        _ if is_own => None,
        Some(inner) => Some(inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'")),
        None => Some(name.to_owned()),
    };
    Ok(Plan { subject, is_from, file, options: tokens.rest.trim_start().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let plan = parse("s.t (a, \"b c\") from 'x y' with csv").unwrap_or_else(|_| panic!("must parse"));
        assert_eq!(plan.subject, " s.t ( a, \"b c\" )");
        assert_eq!((plan.is_from, plan.file.as_deref(), plan.options.as_str()), (true, Some("x y"), "with csv"));
        let plan = parse("(select count(*) from t) to stdout").unwrap_or_else(|_| panic!("must parse"));
        assert_eq!((plan.is_from, plan.file), (false, None));
        assert_eq!(parse("t"), Err(None));
        assert_eq!(parse("t into x"), Err(Some("into".to_owned())));
    }
}
