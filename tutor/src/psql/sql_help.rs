//! `\h`: the syntax of SQL statements, in psql 15's texts (`sql_help.txt`).

/// The texts, one entry after another, below a few lines about where they come from.
const TEXTS: &str = include_str!("sql_help.txt");
/// What an entry begins with; the statement's name follows.
const HEAD: &str = "Command:     ";
/// Width of an output that is no terminal.
const USUAL_WIDTH: usize = 80;
/// How many words of a topic that has no entry are tried instead.
const FEWER_WORDS: [usize; 2] = [2, 1];

/// Help on one statement.
struct Entry {
    name: &'static str,
    /// As it is printed, name included.
    text: &'static str,
}

fn entries() -> Vec<Entry> {
    let starts: Vec<usize> = TEXTS.match_indices(&format!("\n{HEAD}")).map(|(at, _)| at + 1).collect();
    let ends = starts.iter().skip(1).copied().chain([TEXTS.len()]);
    let entry = |(start, end): (usize, usize)| {
        let text = &TEXTS[start..end];
        Entry { name: text[HEAD.len()..].lines().next().unwrap_or_default(), text }
    };
    starts.iter().copied().zip(ends).map(entry).collect()
}

/// The names of all statements that there is help on.
pub fn help_topics() -> impl Iterator<Item = &'static str> {
    entries().into_iter().map(|entry| entry.name)
}

/// What `\h` prints: the list of statements, or help on those that `topic` begins.
pub(super) fn sql_help(topic: &str, width: Option<usize>) -> String {
    let entries = entries();
    if topic.is_empty() {
        return list(&entries, width.unwrap_or(USUAL_WIDTH));
    }
    let shorter = FEWER_WORDS.iter().map(|&count| first_words(topic, count));
    let mut found = std::iter::once(topic).chain(shorter).map(|beginning| matching(&entries, topic, beginning));
    found.find(|text| !text.is_empty()).unwrap_or_else(|| {
        format!("No help available for \"{topic}\".\nTry \\h with no arguments to see available help.\n")
    })
}

/// The entries whose names begin like that, up to the one that is exactly the topic.
fn matching(entries: &[Entry], topic: &str, beginning: &str) -> String {
    let mut text = String::new();
    let begins = |name: &str| name.get(..beginning.len()).is_some_and(|head| head.eq_ignore_ascii_case(beginning));
    for entry in entries.iter().filter(|entry| topic == "*" || begins(entry.name)) {
        text.push_str(entry.text);
        if entry.name.eq_ignore_ascii_case(topic) {
            break;
        }
    }
    text
}

/// The first words of a text, without the space after them.
fn first_words(text: &str, count: usize) -> &str {
    let end = text.match_indices(' ').nth(count - 1).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn list(entries: &[Entry], width: usize) -> String {
    let column = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0) + 1;
    let columns = (width.saturating_sub(3) / column).max(1);
    let rows = entries.len().div_ceil(columns);
    let mut out = "Available help:\n".to_owned();
    for row in 0..rows {
        out.push_str("  ");
        let names = entries.iter().skip(row).step_by(rows).map(|entry| entry.name);
        let cells: Vec<String> = names
            .enumerate()
            .map(|(at, name)| if at + 1 < columns { format!("{name:<column$}") } else { name.to_owned() })
            .collect();
        out.push_str(&cells.concat());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_found_by_their_beginning() {
        assert!(
            sql_help("abort", None).starts_with("Command:     ABORT\nDescription: abort the current transaction\n")
        );
        assert_eq!(sql_help("select", None).matches(HEAD).count(), 1);
        assert_eq!(sql_help("alter t", None).matches(HEAD).count(), 8);
        assert_eq!(sql_help("drop table nosuch", None).matches(HEAD).count(), 2);
        assert!(sql_help("nosuch", None).starts_with("No help available for \"nosuch\".\n"));
        assert_eq!(sql_help("*", None).len() + TEXTS.find(HEAD).unwrap_or(0), TEXTS.len());
    }

    #[test]
    fn the_list_fits_the_width() {
        assert!(sql_help("", None).lines().all(|line| line.len() <= USUAL_WIDTH));
        assert_eq!(sql_help("", Some(20)).lines().count(), 1 + help_topics().count());
    }
}
