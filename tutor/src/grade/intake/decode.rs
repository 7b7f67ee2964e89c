//! The bytes of a file become text.

/// The text of a file, with `\n` at the ends of lines and no byte order mark, and what was odd about it.
pub(super) fn decode(bytes: &[u8]) -> (String, Option<&'static str>) {
    let (text, problem) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    };
    (text.replace("\r\n", "\n").replace('\r', "\n"), problem)
}

fn utf8(bytes: &[u8]) -> (String, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => {
            let problem = "is not UTF-8: what cannot be read is shown as \u{fffd}, and graded so";
            (String::from_utf8_lossy(bytes).into_owned(), Some(problem))
        }
    }
}

/// As editors on Windows may write it.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, Option<&'static str>) {
    let pairs = bytes.chunks_exact(2);
    let is_odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut is_broken = is_odd;
    let text = char::decode_utf16(units)
        .map(|decoded| {
            is_broken |= decoded.is_err();
            decoded.unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect();
    (text, is_broken.then_some("is broken UTF-16: what cannot be read is shown as \u{fffd}, and graded so"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_line_ends_go() {
        for bytes in [
            &b"\xEF\xBB\xBFa\r\nb\n"[..],
            b"a\nb\n",
            b"a\rb\r",
            b"\xFF\xFEa\0\r\0\n\0b\0\n\0",
            b"\xFE\xFF\0a\0\r\0\n\0b\0\n",
        ] {
            assert_eq!(decode(bytes), ("a\nb\n".to_owned(), None), "{bytes:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        assert_eq!(decode(b"SELECT '\xE4';").0, "SELECT '\u{fffd}';");
        assert!(decode(b"\xE4").1.is_some_and(|problem| problem.contains("UTF-8")));
        assert!(decode(b"\xFF\xFEa").1.is_some_and(|problem| problem.contains("UTF-16")));
        assert!(decode(b"\xFF\xFE\x00\xD8").1.is_some());
        assert_eq!(decode(b""), (String::new(), None));
    }
}
