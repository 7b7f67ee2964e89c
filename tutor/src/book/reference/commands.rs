//! The commands of the prompt, from the table that `\?` shows.

use super::markdown::{code, id, section, table};
use crate::repl::{COMMANDS, CommandEntry, Group, MISSING, MISSING_LISTS};

/// A section for each group, and one for what psql has and the prompt has not.
pub(super) fn markdown() -> String {
    let groups: String = Group::ALL.into_iter().map(group).collect();
    groups + &missing()
}

fn group(group: Group) -> String {
    let origin = if group.is_own() { "The tutor's own." } else { "As in psql." };
    let entries = COMMANDS.iter().filter(|entry| entry.group == group);
    let rows: Vec<[String; 2]> = entries.map(|entry| [call(entry), entry.about.to_owned()]).collect();
    format!("{}{origin}\n\n{}", section(group.title(), &id(group.title())), table(["command", "what it does"], &rows))
}

/// How it is typed, under each of its names.
fn call(entry: &CommandEntry) -> String {
    let calls = entry.names.iter().map(|name| code(format!("\\{name} {}", entry.arguments).trim_end()));
    calls.collect::<Vec<_>>().join(", ")
}

fn missing() -> String {
    let rows: Vec<[String; 2]> = MISSING.iter().map(|(name, nearest)| [command(name), command(nearest)]).collect();
    let lists: Vec<String> = MISSING_LISTS.iter().map(|name| command(name)).collect();
    format!(
        "{}These commands of psql are left out on purpose. The prompt names the command that comes nearest.\n\n{}\
         psql's other lists are not here either: {}. What they show is asked for with `SELECT`.\n\n",
        section("What psql has and this prompt has not", "missing"),
        table(["psql's", "nearest"], &rows),
        lists.join(", "),
    )
}

fn command(name: &str) -> String {
    code(&format!("\\{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_occurs_with_all_its_names() {
        let text = markdown();
        for entry in COMMANDS {
            let about = entry.about.replace('|', "\\|");
            assert!(text.contains(&about), "{about}");
            for name in entry.names {
                assert!(text.contains(&format!("`\\{name}`")) || text.contains(&format!("`\\{name} ")), "{name}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let text = markdown();
        MISSING.iter().for_each(|(name, _)| assert!(text.contains(&format!("| `\\{name}` |")), "{name}"));
        MISSING_LISTS.iter().for_each(|name| assert!(text.contains(&format!("`\\{name}`")), "{name}"));
        assert!(text.contains("| `\\!` | `\\q` |"), "{text}");
    }

    #[test]
    fn groups_have_headings_to_link_to() {
        let text = markdown();
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings.len(), Group::ALL.len() + 1, "{headings:#?}");
        assert!(headings.contains(&"## Sessions and processes {#sessions-and-processes}"), "{headings:#?}");
    }
}
