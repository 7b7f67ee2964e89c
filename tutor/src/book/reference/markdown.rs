//! Pieces of Markdown.

/// A heading of the second level, with an id.
pub(super) fn section(title: &str, id: &str) -> String {
    format!("## {title} {{#{id}}}\n\n")
}

/// A table, followed by an empty line; nothing for no rows.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let dashes = ["---"; N].join("|");
    let rows: String = rows.iter().map(|row| line(row.each_ref().map(|cell| escaped(cell)))).collect();
    format!("{}|{dashes}|\n{rows}\n", line(headings.map(str::to_owned)))
}

fn line<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Within a cell a bar would end it, even in code.
fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|").replace('\n', " ")
}

/// Text as code.
pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// What a heading is called in links: its words, in small letters, up to a parenthesis.
pub(super) fn id(title: &str) -> String {
    let title = title.split('(').next().unwrap_or_default().to_lowercase();
    title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_cells() {
        let rows = [["`a|b`".to_owned(), "two\nlines".to_owned()]];
        assert_eq!(table(["x", "y"], &rows), "| x | y |\n|---|---|\n| `a\\|b` | two lines |\n\n");
        assert_eq!(table(["x"], &[]), "");
    }

    #[test]
    fn ids_are_words() {
        assert_eq!(id("What there is (S: with system objects)"), "what-there-is");
        assert_eq!(id("tutor server start"), "tutor-server-start");
    }
}
