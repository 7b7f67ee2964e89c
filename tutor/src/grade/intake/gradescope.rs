//! Gradescope's list of who has submitted what, `submission_metadata.yml`.

use std::collections::HashMap;

/// Who has submitted what is in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Submitter {
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) email: Option<String>,
}

/// The submitters by the folder that they submitted, such as `submission_123`. A group's names are joined. Only what is
/// looked for is read, line by line; everything else in it is passed over.
pub(super) fn submitters(text: &str) -> HashMap<String, Submitter> {
    let mut found: HashMap<String, Submitter> = HashMap::new();
    let mut folder: Option<String> = None;
    let mut in_submitters = false;
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        let Some((key, value)) = line.trim().trim_start_matches("- ").trim_start_matches(':').split_once(':') else {
            continue;
        };
        let value = unquoted(value.trim());
        if depth == 0 && !line.starts_with('-') {
            folder = value.is_empty().then(|| key.to_owned());
            in_submitters = false;
        } else if key == "submitters" {
            in_submitters = true;
        } else if depth <= 2 && !line.trim().starts_with('-') && !matches!(key, "name" | "sid" | "email") {
            in_submitters = false;
        }
        let Some(folder) = folder.as_ref().filter(|_| in_submitters && !value.is_empty()) else { continue };
        let submitter = found.entry(folder.clone()).or_default();
        match key {
            "name" if submitter.name.is_empty() => submitter.name = value,
            "name" => submitter.name = format!("{}, {value}", submitter.name),
            "sid" => drop(submitter.id.get_or_insert(value)),
            "email" => drop(submitter.email.get_or_insert(value)),
            _ => {}
        }
    }
    found.retain(|_, submitter| !submitter.name.is_empty());
    found
}

fn unquoted(value: &str) -> String {
    let inner = ['\'', '"'].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    inner.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_are_read() {
        let text = "---\nsubmission_12:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: '0012'\n    :email: ada@x.org\n  \
                    :created_at: 2026-11-27 10:00:00\n  :score: 1.0\n  :history:\n  - :name: no\n\
                    submission_13:\n  :submitters:\n  - :name: Bo\n    :sid: \n  - :name: Cy\n";
        let found = submitters(text);
        let ada = Submitter { name: "Ada Lovelace".into(), id: Some("0012".into()), email: Some("ada@x.org".into()) };
        assert_eq!(found["submission_12"], ada);
        assert_eq!(found["submission_13"], Submitter { name: "Bo, Cy".into(), id: None, email: None });
        assert!(submitters("{]: \n - ::\n:").is_empty());
    }
}
