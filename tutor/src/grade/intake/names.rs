//! Whose a submission is, by the name of its file or folder.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use regex::Regex;

use super::IntakeError;

/// How names of files and folders are read.
#[derive(Debug, Clone, Default)]
pub enum NamePattern {
    /// The name is the student's. Moodle's names are known all the same, because nothing else looks like them.
    #[default]
    Plain,
    /// As in Moodle's downloads: `First Last_123456_assignsubmission_file_`, with or without more.
    Moodle,
    /// As in Canvas's downloads: `lastfirst_LATE_123_456_answer`.
    Canvas,
    /// A regular expression of the instructor's, with groups called `name`, `id` and `time`.
    Own(Regex),
}

static MOODLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?<name>.+?)_(?<id>\d+)_assignsubmission_(file|onlinetext)(_.*)?$"));

static CANVAS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?<name>[^_]+)(?<late>_LATE)?_(?<id>\d+)_\d+_.+$"));

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|\D)(20\d\d)-?(\d\d)-?(\d\d)(?:[T_ -]*(?:at[ _])?(\d\d)[-:._h]?(\d\d)(?:[-:._m]?(\d\d))?)?(?:\D|$)")
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns are valid")
}

impl NamePattern {
    /// The pattern that `--name-pattern` asks for: `moodle`, `canvas`, or a regular expression with a group `name` or
    /// `id`.
    pub fn parse(asked: &str) -> Result<NamePattern, IntakeError> {
        match asked {
            "moodle" => return Ok(NamePattern::Moodle),
            "canvas" => return Ok(NamePattern::Canvas),
            _ => {}
        }
        let broken = |why: String| IntakeError::Pattern { asked: asked.to_owned(), why };
        let own = Regex::new(asked).map_err(|error| broken(error.to_string()))?;
        let has_group = own.capture_names().flatten().any(|group| matches!(group, "name" | "id"));
        match has_group {
            true => Ok(NamePattern::Own(own)),
            false => Err(broken("it has no group called `name` or `id`, such as (?<name>[a-z]+)".to_owned())),
        }
    }

    fn regex(&self) -> &Regex {
        match self {
            NamePattern::Plain | NamePattern::Moodle => &MOODLE,
            NamePattern::Canvas => &CANVAS,
            NamePattern::Own(own) => own,
        }
    }
}

/// What a name says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) email: Option<String>,
    /// When it was handed in, in seconds since 1970, as far as the name says so.
    pub(super) time: Option<i64>,
    pub(super) is_late: bool,
    /// Whether the name has the form that was asked for.
    pub(super) fits: bool,
}

/// What the name of a file, without its suffix, or of a folder says.
pub(super) fn identify(label: &str, pattern: &NamePattern) -> Identity {
    let Some(found) = pattern.regex().captures(label) else {
        return Identity { name: label.to_owned(), time: time_in(label), ..Identity::default() };
    };
    let group = |name: &str| found.name(name).map(|group| group.as_str().trim()).filter(|text| !text.is_empty());
    let id = group("id").map(str::to_owned);
    Identity {
        name: group("name").or(id.as_deref()).unwrap_or(label).to_owned(),
        time: time_in(group("time").unwrap_or(label)),
        is_late: group("late").is_some(),
        fits: true,
        id,
        email: None,
    }
}

/// A date, with or without a time, as platforms and people write it into names.
fn time_in(text: &str) -> Option<i64> {
    let found = TIME.captures(text)?;
    let number = |group: usize| found.get(group).map_or(Some(0), |digits| digits.as_str().parse::<i8>().ok());
    let year = found.get(1)?.as_str().parse().ok()?;
    let (month, day) = (number(2)?, number(3)?);
    DateTime::new(year, month, day, number(4)?, number(5)?, number(6)?, 0).ok().map(seconds)
}

/// Seconds since 1970, the time taken for UTC.
pub(super) fn seconds(time: DateTime) -> i64 {
    jiff::tz::TimeZone::UTC.to_timestamp(time).map_or(0, |time| time.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moodle_s_names_are_known_without_asking() {
        for label in [
            "Ada Lovelace_123456_assignsubmission_file_",
            "Ada Lovelace_123456_assignsubmission_file",
            "Ada Lovelace_123456_assignsubmission_file_answer",
        ] {
            let known = identify(label, &NamePattern::Plain);
            assert_eq!((known.name.as_str(), known.id.as_deref(), known.fits), ("Ada Lovelace", Some("123456"), true));
        }
    }

    #[test]
    fn canvas_s_names_are_read() {
        let late = identify("lovelaceada_LATE_123_456_answer-1", &NamePattern::Canvas);
        assert_eq!((late.name.as_str(), late.id.as_deref(), late.is_late), ("lovelaceada", Some("123"), true));
        assert!(!identify("lovelaceada_123_456_answer", &NamePattern::Canvas).is_late);
        assert!(!identify("ada", &NamePattern::Canvas).fits);
    }

    #[test]
    fn patterns_of_one_s_own_are_read() {
        let own = NamePattern::parse(r"^(?<id>s\d+)-(?<time>\d{8})$").expect("a pattern");
        let known = identify("s123-20261127", &own);
        assert_eq!((known.name.as_str(), known.id.as_deref()), ("s123", Some("s123")));
        assert_eq!(known.time, Some(1_795_737_600));
        for broken in ["(", "abc", "(?<nom>a)"] {
            assert!(NamePattern::parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn times_in_names_are_ordered() {
        let time = |label: &str| identify(label, &NamePattern::Plain).time;
        let day = time("ada-2026-11-27");
        assert!(day.is_some() && time("ada_20261127") == day);
        assert!(time("ada 2026-11-27 10:15") < time("ada_2026-11-27T10-15-30") && day < time("ada 2026-11-27 10:15"));
        for none in ["ada", "ada-2026-13-45", "ada_123456_99999999", "120261127"] {
            assert_eq!(time(none), None, "{none}");
        }
    }
}
