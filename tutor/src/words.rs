//! Small functions of words: what was probably meant, how many of what.

/// The candidate that is most like `asked`, if one is like it enough to be meant.
pub(crate) fn nearest<'a>(asked: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if asked.is_empty() {
        return None;
    }
    // A letter or two are part of too much to mean anything.
    let is_part = |part: &str, whole: &str| part.len() > 2 && whole.contains(part);
    let distance = |candidate: &str| {
        if is_part(asked, candidate) || is_part(candidate, asked) { 1 } else { edits(asked, candidate) }
    };
    candidates
        .map(|candidate| (distance(candidate), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= asked.len().max(3) / 2)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean "read-once"?`, to follow a message about a name that there is not; empty if nothing was meant.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!("; did you mean {nearest:?}?")).unwrap_or_default()
}

/// `1 hint`, `2 hints`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// How many characters have to be put in, taken out or changed (Levenshtein's distance).
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let change = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_takes_what_was_probably_meant() {
        let ids = ["exactly-one-worker", "four-workers", "read-once"];
        assert_eq!(nearest("exactly-one-wroker", ids.into_iter()), Some("exactly-one-worker"));
        assert_eq!(nearest("once", ids.into_iter()), Some("read-once"));
        assert_eq!(nearest("xyzzy", ids.into_iter()), None);
    }
}
