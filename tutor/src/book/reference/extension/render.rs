//! The reference as Markdown.

use super::description::ErrorEntry;
use super::script::{Described, Function, Parameter, Signature};
use super::settings::Setting;
use crate::book::reference::markdown::{code, section, table};

/// Functions, settings, errors.
pub(super) fn markdown(described: &Described, settings: &[Setting]) -> String {
    let Described { functions, common_errors } = described;
    let each: String = functions.iter().map(function).collect();
    let settings: String = settings.iter().map(setting).collect();
    [
        section("Functions", "functions"),
        contents(functions),
        each,
        section("Settings", "settings"),
        settings,
        section("Errors", "errors"),
        errors(functions, common_errors),
    ]
    .concat()
}

fn contents(functions: &[Function]) -> String {
    let rows = functions.iter().map(|function| {
        let name = &function.signature.name;
        [format!("[{}](#{name})", code(name)), function.comment.clone()]
    });
    table(["function", "what it does"], &rows.collect::<Vec<_>>())
}

fn function(function: &Function) -> String {
    let Function { signature, comment, description } = function;
    let arguments: Vec<[String; 3]> = signature
        .arguments
        .iter()
        .zip(&description.arguments)
        .map(|(argument, entry)| [code(&argument.name), declared(argument), entry.meaning.clone()])
        .collect();
    let columns: Vec<[String; 3]> = signature
        .columns
        .iter()
        .zip(&description.columns)
        .map(|(column, entry)| [code(&column.name), declared(column), entry.meaning.clone()])
        .collect();
    let errors =
        description.errors.iter().map(|error| [code(&error.sqlstate), code(&error.condition), error.when.clone()]);
    let name = &signature.name;
    format!(
        "### `{name}` {{#{name}}}\n\n```text\n{}\n```\n\n{}.\n\n{}\n\n{}{}{}",
        call(signature),
        capitalised(comment),
        description.text,
        table(["argument", "type", "meaning"], &arguments),
        table(["column", "type", "meaning"], &columns),
        table(["SQLSTATE", "condition", "when"], &errors.collect::<Vec<_>>()),
    )
}

/// The signature, on a line for each argument if it is long.
fn call(signature: &Signature) -> String {
    let arguments: Vec<String> =
        signature.arguments.iter().map(|argument| format!("{} {}", argument.name, with_default(argument))).collect();
    let one_line = format!("{}({})", signature.name, arguments.join(", "));
    let call = if one_line.len() <= 60 {
        one_line
    } else {
        format!("{}(\n    {})", signature.name, arguments.join(",\n    "))
    };
    format!("{call} RETURNS {}", signature.returns)
}

fn with_default(parameter: &Parameter) -> String {
    match &parameter.default {
        Some(default) => format!("{} DEFAULT {default}", parameter.type_name),
        None => parameter.type_name.clone(),
    }
}

fn declared(parameter: &Parameter) -> String {
    match &parameter.default {
        Some(default) => format!("{}, default {}", code(&parameter.type_name), code(default)),
        None => code(&parameter.type_name),
    }
}

/// A comment as a sentence; a name that it begins with stays as it is.
fn capitalised(text: &str) -> String {
    let begins_with_name = text.split(' ').next().is_some_and(|word| word.contains('_'));
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !begins_with_name => first.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

fn setting(setting: &Setting) -> String {
    let Setting { name, short, long, default, who } = setting;
    format!("### `{name}` {{#{name}}}\n\n{short} {long} Default: `{default}`. {who}\n\n")
}

/// Every error once, with the functions that raise it for that reason.
fn errors(functions: &[Function], common: &[ErrorEntry]) -> String {
    let mut rows: Vec<[String; 4]> = common.iter().map(|error| row(error, "every function".to_owned())).collect();
    for function in functions {
        for error in &function.description.errors {
            let name = format!("[{}](#{})", code(&function.signature.name), function.signature.name);
            let new = row(error, name.clone());
            match rows.iter_mut().find(|row| row[..3] == new[..3]) {
                Some(row) => row[3] = format!("{}, {name}", row[3]),
                None => rows.push(new),
            }
        }
    }
    rows.sort_by(|a, b| a[0].cmp(&b[0]));
    table(["SQLSTATE", "condition", "when", "out of"], &rows)
}

fn row(error: &ErrorEntry, functions: String) -> [String; 4] {
    [code(&error.sqlstate), code(&error.condition), error.when.clone(), functions]
}
