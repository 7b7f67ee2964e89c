//! The extension's settings, from the calls that define them.

use std::path::Path;

use crate::course::SourceError;

/// The call that defines a setting of whole numbers; the extension has no others.
const CALL: &str = "GucRegistry::define_int_guc(";

/// A setting.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) short: String,
    pub(super) long: String,
    pub(super) default: String,
    pub(super) who: &'static str,
}

/// The settings that the source defines.
pub(super) fn parse(file: &Path, source: &str) -> Result<Vec<Setting>, SourceError> {
    let error = |at: usize, message: &str| {
        let line = source[..at].lines().count().max(1);
        SourceError { file: file.to_owned(), line, message: message.to_owned() }
    };
    let calls = source.match_indices("GucRegistry::define_");
    let settings = calls.map(|(at, _)| {
        let arguments = source[at..].strip_prefix(CALL).and_then(|rest| rest.split_once(");"));
        let (arguments, _) =
            arguments.ok_or_else(|| error(at, "a setting of a kind that the reference does not know"))?;
        let arguments: Vec<&str> = arguments.lines().map(|line| line.trim().trim_end_matches(',')).collect();
        setting(source, &arguments).ok_or_else(|| error(at, "the reference cannot read this setting"))
    });
    settings.collect()
}

fn setting(source: &str, arguments: &[&str]) -> Option<Setting> {
    let ["", name, short, long, variable, _min, _max, context, _flags, ""] = arguments else { return None };
    let (_, declared) = source.split_once(&format!("{}: ", variable.strip_prefix('&')?))?;
    let (_, default) = declared.split_once("::new(")?;
    let (default, _) = default.split_once(')')?;
    Some(Setting {
        name: text(name)?,
        short: text(short)?,
        long: text(long)?,
        default: default.to_owned(),
        who: who(context.strip_prefix("GucContext::")?)?,
    })
}

/// The text of a literal like `c"text"`.
fn text(literal: &str) -> Option<String> {
    Some(literal.strip_prefix("c\"")?.strip_suffix('"')?.to_owned()).filter(|text| !text.is_empty())
}

/// Who may change a setting of that context.
fn who(context: &str) -> Option<&'static str> {
    Some(match context {
        "Suset" => "A superuser may change it, and a role that has been granted `SET` on it.",
        "Userset" => "Everybody may change it.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"static CAP: GucSetting<i32> = GucSetting::<i32>::new(7);
fn define() {
    GucRegistry::define_int_guc(
        c"x.cap",
        c"Sets the cap.",
        c"0 means none.",
        &CAP,
        0,
        9,
        GucContext::Suset,
        GucFlags::default(),
    );
}"#;

    #[test]
    fn a_setting_is_read_from_its_call() {
        let found = parse(Path::new("settings.rs"), SOURCE).expect("a setting");
        let names: Vec<(&str, &str)> = found.iter().map(|each| (each.name.as_str(), each.default.as_str())).collect();
        assert_eq!(names, [("x.cap", "7")]);
        assert_eq!((found[0].short.as_str(), found[0].long.as_str()), ("Sets the cap.", "0 means none."));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for source in [SOURCE.replace("int_guc", "bool_guc"), SOURCE.replace("c\"Sets the cap.\"", "c\"\"")] {
            let error = parse(Path::new("settings.rs"), &source).expect_err("an error").to_string();
            assert!(error.starts_with("settings.rs:3: ") || error.starts_with("settings.rs:2: "), "{error}");
        }
    }
}
