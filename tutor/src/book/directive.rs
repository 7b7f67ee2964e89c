//! Directives: `{{#tutor NAME}}`, alone in a paragraph, stands for text that has its source elsewhere.

use std::path::Path;

use anyhow::anyhow;

use super::reference::Reference;
use super::text;

/// The name in a paragraph that is a directive.
pub(super) fn name(paragraph: &str) -> Option<&str> {
    Some(paragraph.strip_prefix("{{#tutor ")?.strip_suffix("}}")?.trim())
}

/// The text of the directive of that name, as Markdown. `course` is the folder in which its sources are.
///
/// # Errors
/// There is none, or its source cannot be read.
pub(super) fn text(name: &str, course: &Path) -> anyhow::Result<String> {
    let reference = Reference::named(name).ok_or_else(|| anyhow!(text::unknown_directive(name)))?;
    Ok(reference.markdown(course)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_stands_alone() {
        assert_eq!(name("{{#tutor commands}}"), Some("commands"));
        assert_eq!(name("See {{#tutor commands}}"), None);
        assert!(text("nonsense", Path::new(".")).unwrap_err().to_string().contains("nonsense"));
    }
}
