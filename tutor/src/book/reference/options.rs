//! The commands and options of `tutor`, as clap knows them.

use clap::{Arg, Command, CommandFactory};

use super::markdown::{code, id, section, table};
use crate::cli::Cli;
use crate::cli::environment::{EXIT_STATUSES, VARIABLES};

/// A section for each command, then the environment and the exit statuses.
pub(super) fn markdown() -> String {
    let mut tutor = Cli::command();
    tutor.build();
    command(&tutor, "tutor") + &environment() + &exit_statuses()
}

/// The section of a command and those of the commands below it.
fn command(command: &Command, path: &str) -> String {
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    let below: Vec<(&Command, String)> = below.map(|each| (each, format!("{path} {}", each.get_name()))).collect();
    let about = command.get_about().map(|about| sentence(&about.to_string())).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let is_top = !path.contains(' ');
    let arguments = command.get_arguments().filter(|argument| is_top || !is_common(argument));
    let arguments: Vec<[String; 2]> = arguments.map(|argument| [call(argument), meaning(argument)]).collect();
    let own = format!(
        "{}{about}\n\n```text\n{usage}\n```\n\n{}",
        section(path, &id(path)),
        table(["argument", "meaning"], &arguments)
    );
    own + &contents(&below) + &below.iter().map(|(each, path)| self::command(each, path)).collect::<String>()
}

/// Which commands there are below.
fn contents(below: &[(&Command, String)]) -> String {
    let rows = below.iter().map(|(command, path)| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        [format!("[{}](#{})", code(path), id(path)), about]
    });
    table(["command", "what it does"], &rows.collect::<Vec<_>>())
}

/// What every command takes: described once, with `tutor` itself.
fn is_common(argument: &Arg) -> bool {
    argument.is_global_set() || ["help", "version"].contains(&argument.get_id().as_str())
}

/// How it is typed, as in `-o, --output <FILE>`.
fn call(argument: &Arg) -> String {
    let typed = argument.to_string();
    match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(_)) => format!("{}, {}", code(&format!("-{short}")), code(&typed)),
        _ => code(&typed),
    }
}

/// What it means, with the values it takes and the one it has if it is left out.
fn meaning(argument: &Arg) -> String {
    let help = argument.get_help().map(|help| sentence(&help.to_string())).unwrap_or_default();
    if !argument.get_action().takes_values() {
        return help;
    }
    let values: Vec<String> = argument.get_possible_values().iter().map(value_of).collect();
    let values = if values.is_empty() { String::new() } else { format!(" Values: {}.", values.join(", ")) };
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| code(&value.to_string_lossy())).collect();
    let default = if defaults.is_empty() { String::new() } else { format!(" Default: {}.", defaults.join(", ")) };
    help + &values + &default
}

fn value_of(value: &clap::builder::PossibleValue) -> String {
    let name = code(value.get_name());
    match value.get_help() {
        Some(help) => format!("{name} ({})", help.to_string().trim_end_matches('.')),
        None => name,
    }
}

/// clap takes the full stop off the end of a line of help.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn environment() -> String {
    let rows = VARIABLES.iter().map(|variable| {
        let names: Vec<String> = variable.names.iter().map(|name| code(name)).collect();
        [names.join(", "), variable.about.to_owned()]
    });
    section("Environment", "environment") + &table(["variable", "what it decides"], &rows.collect::<Vec<_>>())
}

fn exit_statuses() -> String {
    let rows = EXIT_STATUSES.iter().map(|exit| [code(&exit.status.to_string()), exit.about.to_owned()]);
    section("Exit status", "exit-status") + &table(["status", "meaning"], &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command below `command`, itself included, with the words that call it.
    fn all(command: &Command, path: String) -> Vec<(Command, String)> {
        let below = command.get_subcommands().filter(|below| below.get_name() != "help");
        let below = below.flat_map(|below| all(below, format!("{path} {}", below.get_name())));
        let below: Vec<(Command, String)> = below.collect();
        [vec![(command.clone(), path)], below].concat()
    }

    /// The text of a section.
    fn section_of<'a>(text: &'a str, title: &str) -> &'a str {
        let from = text.find(&format!("## {title} {{#")).unwrap_or_else(|| panic!("{title} is missing"));
        let rest = &text[from + 3..];
        rest.find("\n## ").map_or(rest, |end| &rest[..end])
    }

    #[test]
    fn every_command_has_every_option_of_its_own() {
        let text = markdown();
        for (command, path) in all(&Cli::command(), "tutor".to_owned()) {
            let section = section_of(&text, &path);
            assert!(section.contains(&command.get_about().expect("a description").to_string()), "{section}");
            for argument in command.get_arguments() {
                let name =
                    argument.get_long().map_or_else(|| argument.get_id().to_string(), |long| format!("--{long}"));
                let name = if argument.is_positional() { name.to_uppercase() } else { name };
                let is_named = section.contains(&name) || section.contains(&format!("<{}", name.trim_end_matches('S')));
                assert!(is_named, "{path}: {name} is missing:\n{section}");
                let help = argument.get_help().unwrap_or_else(|| panic!("{path} {name} says nothing")).to_string();
                assert!(section.contains(&help.replace('|', "\\|")), "{help}\n{section}");
            }
        }
    }

    #[test]
    fn values_and_defaults_are_told() {
        let text = markdown();
        let play = section_of(&text, "tutor play");
        assert!(play.contains("`admin` (The superuser of the private server)") && play.contains("Default: `student`."));
        let grade = section_of(&text, "tutor grade");
        assert!(grade.contains("`-o`, `--output <OUT>`") && grade.contains("`gradescope`"), "{grade}");
    }

    #[test]
    fn what_surrounds_the_command_line_is_told() {
        let text = markdown();
        VARIABLES.iter().for_each(|each| assert!(text.contains(each.about), "{each:?}"));
        EXIT_STATUSES.iter().for_each(|each| assert!(text.contains(each.about), "{each:?}"));
    }
}
