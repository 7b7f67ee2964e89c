//! What is written in a drawing, kept apart from what is drawn: to svgbob, the `o` of `worker` may be a circle, and the
//! line of `max_wal_size` a line.

/// Signs that belong to a word at one of their sides.
const AT_WORDS: &str = "_().,:;!?'\"`#%&";

/// Signs that belong to words at both of their sides.
const BETWEEN_WORDS: &str = "-/=*<>~\\";

/// Letters that svgbob takes for the head of an arrow, or a circle.
const HEADS: &str = "vVoO";

/// Something that is written in a drawing, without gaps of more than one blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    /// Its line, from 0.
    pub(super) line: usize,
    /// The column of its first character, from 0.
    pub(super) column: usize,
    pub(super) text: String,
}

/// Takes a drawing apart: what is drawn, with blanks in the place of what is written, and the labels in reading order.
pub(super) fn apart(drawing: &str) -> (String, Vec<Label>) {
    let mut drawn = Vec::new();
    let mut labels = Vec::new();
    for (number, line) in drawing.lines().enumerate() {
        let line: Vec<char> = line.chars().collect();
        let is_writing = writing(&line);
        let blank = |(c, is_writing): (&char, &bool)| if *is_writing { ' ' } else { *c };
        drawn.push(line.iter().zip(&is_writing).map(blank).collect::<String>());
        labels.extend(labels_of(number, &line, &is_writing));
    }
    (drawn.join("\n"), labels)
}

/// Which characters of a line are writing.
fn writing(line: &[char]) -> Vec<bool> {
    let mut is_writing: Vec<bool> = (0..line.len()).map(|at| is_word(line, at)).collect();
    // A sign beside a sign that belongs to a word belongs to it too.
    while let Some(at) = (0..line.len()).find(|at| !is_writing[*at] && belongs(line, &is_writing, *at)) {
        is_writing[at] = true;
    }
    is_writing
}

fn labels_of(number: usize, line: &[char], is_writing: &[bool]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for (column, c) in line.iter().enumerate().filter(|(column, _)| is_writing[*column]) {
        match labels.last_mut().map(|label| (column - label.column - label.text.chars().count(), label)) {
            Some((0, label)) => label.text.push(*c),
            Some((1, label)) if line[column - 1] == ' ' => label.text.extend([' ', *c]),
            _ => labels.push(Label { line: number, column, text: c.to_string() }),
        }
    }
    labels
}

/// Whether a letter or digit stands there, with another beside it: alone, it may be the head of an arrow.
fn is_word(line: &[char], at: usize) -> bool {
    let is_letter = |at: usize| line.get(at).is_some_and(|c| c.is_alphanumeric());
    let before = at.checked_sub(1);
    let is_enclosed = before.is_some_and(|before| line[before] == '(') && line.get(at + 1) == Some(&')');
    is_letter(at) && (is_enclosed || is_letter(at + 1) || before.is_some_and(is_letter))
}

/// Whether the sign there belongs to the writing beside it.
fn belongs(line: &[char], is_writing: &[bool], at: usize) -> bool {
    let before = at.checked_sub(1).is_some_and(|before| is_writing[before]);
    let after = is_writing.get(at + 1).copied().unwrap_or_default();
    let ends = line.get(at + 1).is_some_and(|next| AT_WORDS.contains(*next));
    let sign = line[at];
    if sign.is_alphanumeric() {
        let is_after = at.checked_sub(2).is_some_and(|word| is_writing[word] && line[word + 1] == ' ');
        let is_before = line.get(at + 1) == Some(&' ') && is_writing.get(at + 2).copied().unwrap_or_default();
        return !HEADS.contains(sign) && (is_after || is_before);
    }
    AT_WORDS.contains(sign) && (before || after) || BETWEEN_WORDS.contains(sign) && before && (after || ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_arrows_stay() {
        let drawn = |drawing: &str| apart(drawing).0.replace(' ', "");
        assert_eq!(drawn("+--o leader -->| v |<--worker"), "+--o-->|v|<--");
        assert_eq!(drawn("count(*), max_wal_size = no client-backend (or none) (2)"), "=");
    }

    #[test]
    fn labels_stand_where_they_were_written() {
        let label = |line, column, text: &str| Label { line, column, text: text.to_owned() };
        let labels = apart("| a worker v |  (or none)\n--> of mail_messages").1;
        assert_eq!(labels, [label(0, 2, "a worker"), label(0, 16, "(or none)"), label(1, 4, "of mail_messages")]);
    }
}
