//! Install scripts, as far as they make, drop and describe functions.

use std::path::{Path, PathBuf};

use super::description::{self, Description, ErrorEntry};
use crate::course::SourceError;

/// What the scripts that have run so far leave.
#[derive(Debug, Default)]
pub(super) struct Functions {
    functions: Vec<Made>,
    /// The errors that every function may raise.
    common_errors: Vec<ErrorEntry>,
}

/// A function with all that there is to say of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) signature: Signature,
    /// The comment in the database: what it does, in one sentence.
    pub(super) comment: String,
    pub(super) description: Description,
}

/// All functions, in the order in which the scripts first make one of the name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) functions: Vec<Function>,
    pub(super) common_errors: Vec<ErrorEntry>,
}

/// How a function is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) arguments: Vec<Parameter>,
    /// The columns of a row that it returns, if they are declared.
    pub(super) columns: Vec<Parameter>,
    pub(super) returns: String,
}

/// An argument or a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) default: Option<String>,
}

/// A function that is still to be held against its description.
#[derive(Debug)]
struct Made {
    place: Place,
    signature: Signature,
    comment: Option<String>,
    description: Option<Description>,
}

#[derive(Debug, Clone)]
struct Place {
    file: PathBuf,
    line: usize,
}

impl Place {
    fn error(&self, message: String) -> SourceError {
        SourceError { file: self.file.clone(), line: self.line, message }
    }
}

/// A statement, with the block of comments right before it.
#[derive(Debug, Default)]
struct Statement {
    line: usize,
    text: String,
    comments: Vec<String>,
}

impl Functions {
    /// Does what a script does.
    pub(super) fn run(&mut self, file: &Path, script: &str) -> Result<(), SourceError> {
        for statement in statements(script) {
            let place = Place { file: file.to_owned(), line: statement.line };
            let comments = description::parse(&statement.comments).map_err(|message| place.error(message))?;
            self.run_statement(&place, &statement.text, comments).map_err(|message| place.error(message))?;
        }
        Ok(())
    }

    /// The functions, each with its description.
    pub(super) fn described(self) -> Result<Described, SourceError> {
        let functions = self.functions.into_iter().map(|made| {
            let place = made.place.clone();
            made.described().map_err(|message| place.error(message))
        });
        Ok(Described { functions: functions.collect::<Result<_, _>>()?, common_errors: self.common_errors })
    }

    fn run_statement(&mut self, place: &Place, text: &str, description: Description) -> Result<(), String> {
        if let Some(rest) = text.strip_prefix("CREATE FUNCTION ") {
            let signature = signature(rest).ok_or("this is no declaration that the reference can read")?;
            let description = Some(description).filter(|found| !found.text.is_empty());
            let position = self.place_of(&signature.name);
            self.functions.insert(position, Made { place: place.clone(), signature, comment: None, description });
        } else if let Some(rest) = text.strip_prefix("COMMENT ON FUNCTION ") {
            let (function, comment) = rest.split_once(" IS ").ok_or("a comment says nothing")?;
            let position = self.position(function)?;
            let made = &mut self.functions[position];
            made.comment = Some(comment.trim_matches('\'').replace("''", "'"));
            if !description.text.is_empty() {
                made.description = Some(description);
            }
        } else if let Some(function) = text.strip_prefix("DROP FUNCTION ") {
            let position = self.position(function)?;
            self.functions.remove(position);
        } else if text.is_empty() {
            self.common_errors.extend(description.errors);
        } else if !["DO ", "GRANT ", "REVOKE ", "ALTER EXTENSION "].iter().any(|known| text.starts_with(known)) {
            return Err("the reference of the extension does not know what this makes".to_owned());
        }
        Ok(())
    }

    /// Where a new function stands: with an older one of its name, which it is going to replace, or at the end.
    fn place_of(&self, name: &str) -> usize {
        self.functions.iter().position(|made| made.signature.name == name).unwrap_or(self.functions.len())
    }

    /// Where the function is that is called `name(type, ...)`.
    fn position(&self, called: &str) -> Result<usize, String> {
        let same = |made: &Made| made.signature.identity() == called.trim();
        self.functions.iter().position(same).ok_or(format!("there is no function {called} to this point"))
    }
}

impl Made {
    fn described(self) -> Result<Function, String> {
        let Made { signature, comment, description, .. } = self;
        let name = &signature.name;
        let comment = comment.ok_or(format!("{name} has no COMMENT ON FUNCTION"))?;
        let description = description.ok_or(format!("{name} has no description in the comments before it"))?;
        for (what, declared, described) in [
            ("arguments", &signature.arguments, &description.arguments),
            ("columns", &signature.columns, &description.columns),
        ] {
            if !declared.iter().map(|each| &each.name).eq(described.iter().map(|each| &each.name)) {
                return Err(format!("{name}: the {what} that are described are not those that are declared"));
            }
        }
        Ok(Function { signature, comment, description })
    }
}

impl Signature {
    /// What `DROP FUNCTION` calls it.
    pub(super) fn identity(&self) -> String {
        let types: Vec<&str> = self.arguments.iter().map(|argument| argument.type_name.as_str()).collect();
        format!("{}({})", self.name, types.join(", "))
    }
}

/// The statements of a script without their semicolons, on one line each. A block of comments that stands alone comes as
/// a statement without text.
fn statements(script: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut current = Statement::default();
    for (number, line) in (1..).zip(script.lines()) {
        let begins = current.text.is_empty();
        match line.strip_prefix("--") {
            Some(comment) if begins => current.comments.push(comment.strip_prefix(' ').unwrap_or(comment).to_owned()),
            _ if begins && line.starts_with('\\') => {}
            _ if begins && line.is_empty() => statements.push(std::mem::take(&mut current)),
            _ => {
                if begins {
                    current.line = number;
                }
                current.text = format!("{} {}", current.text, line.trim()).trim_start().to_owned();
                let in_dollars = current.text.matches("$$").count() % 2 == 1;
                if let Some(whole) = current.text.strip_suffix(';').filter(|_| !in_dollars) {
                    statements.push(Statement { text: whole.to_owned(), ..std::mem::take(&mut current) });
                }
            }
        }
    }
    statements.push(current);
    statements
}

/// Reads `name(arguments) RETURNS type LANGUAGE ...`.
fn signature(declaration: &str) -> Option<Signature> {
    let (name, rest) = declaration.split_once('(')?;
    let (parameters, rest) = rest.split_once(") RETURNS ")?;
    let (returns, _) = rest.split_once(" LANGUAGE ")?;
    let mut signature = Signature { name: name.to_owned(), returns: returns.trim().to_owned(), ..Signature::default() };
    for each in parameters.split(',').map(str::trim).filter(|each| !each.is_empty()) {
        match each.strip_prefix("OUT ") {
            Some(column) => signature.columns.push(parameter(column)?),
            None => signature.arguments.push(parameter(each)?),
        }
    }
    Some(signature)
}

fn parameter(text: &str) -> Option<Parameter> {
    let (name, rest) = text.split_once(' ')?;
    let (type_name, default) = match rest.split_once(" DEFAULT ") {
        Some((type_name, default)) => (type_name, Some(default.to_owned())),
        None => (rest, None),
    };
    Some(Parameter { name: name.to_owned(), type_name: type_name.to_owned(), default })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "\\echo no \\quit

-- Errors:
--   0A000  feature_not_supported: always

-- About the file; nothing to list.

-- It does.
--
-- Arguments:
--   a  first
--   b  second
CREATE FUNCTION f(a text, b int4 DEFAULT 1)
    RETURNS int4
    LANGUAGE c
    AS 'MODULE_PATHNAME', 'f';
COMMENT ON FUNCTION f(text, int4) IS
    'does what it''s told';
GRANT EXECUTE ON FUNCTION f(text, int4) TO PUBLIC;
DO $$
BEGIN
    PERFORM 1;
END
$$;
";

    fn run(scripts: &[&str]) -> Result<Described, SourceError> {
        let mut functions = Functions::default();
        scripts.iter().try_for_each(|script| functions.run(Path::new("x.sql"), script))?;
        functions.described()
    }

    #[test]
    fn a_function_is_read_with_its_description() {
        let found = run(&[SCRIPT]).expect("a script");
        let function = &found.functions[0];
        assert_eq!(function.signature.identity(), "f(text, int4)");
        assert_eq!(function.signature.arguments[1].default.as_deref(), Some("1"));
        assert_eq!(
            (function.comment.as_str(), function.description.text.as_str()),
            ("does what it's told", "It does.")
        );
        assert_eq!(found.common_errors.len(), 1);
    }

    #[test]
    fn an_update_drops_and_describes_anew() {
        let update = "-- It does more.\n--\n-- Arguments:\n--   a  one\n--   b  two\nCOMMENT ON FUNCTION f(text, int4) IS 'more';";
        let found = run(&[SCRIPT, update]).expect("scripts");
        assert_eq!(
            (found.functions[0].comment.as_str(), found.functions[0].description.text.as_str()),
            ("more", "It does more.")
        );
        assert_eq!(run(&[SCRIPT, "DROP FUNCTION f(text, int4);"]).expect("scripts").functions, []);
    }

    #[test]
    fn what_is_not_described_is_an_error() {
        for (script, reason) in [
            (SCRIPT.replace("-- It does.\n", ""), "no description"),
            (SCRIPT.replace("--   b  second\n", ""), "the arguments that are described"),
            (SCRIPT.replace("COMMENT ON", "GRANT"), "no COMMENT ON FUNCTION"),
            (SCRIPT.replace("GRANT", "CREATE VIEW"), "does not know what this makes"),
            (format!("{SCRIPT}DROP FUNCTION g();"), "no function g()"),
        ] {
            let error = run(&[&script]).expect_err(reason).to_string();
            assert!(error.starts_with("x.sql:") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn columns_are_described_too() {
        let declared = "CREATE FUNCTION l(OUT a int4, OUT b text) RETURNS SETOF record LANGUAGE c AS 'x';
COMMENT ON FUNCTION l() IS 'lists';";
        let described = "-- Lists.\n--\n-- Columns:\n--   a  one\n--   b  two\n";
        assert!(run(&[&format!("{described}{declared}")]).is_ok());
        assert!(run(&[&format!("-- Lists.\n{declared}")]).is_err());
    }
}
