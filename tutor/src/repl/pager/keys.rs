//! What the bytes from the terminal mean.

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Enter,
    Backspace,
    Escape,
    Interrupt,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    /// One that means nothing here.
    Other,
}

/// Takes the first key off `bytes`; `None` when they do not hold a whole one. `is_all` says that no more bytes come
/// soon, so that an escape character alone is the key Escape.
pub(super) fn take_key(bytes: &mut Vec<u8>, is_all: bool) -> Option<Key> {
    let (key, length) = match bytes.as_slice() {
        [] => return None,
        [0x1b] if is_all => (Key::Escape, 1),
        [0x1b] => return None,
        [0x1b, b'[' | b'O', rest @ ..] => {
            let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte));
            match end {
                Some(end) => (sequence(&rest[..=end]), end + 3),
                None if is_all => (Key::Other, bytes.len()),
                None => return None,
            }
        }
        [0x1b, ..] => (Key::Escape, 1),
        [byte, ..] if byte.is_ascii() => (ascii(*byte), 1),
        text => wide(text, is_all)?,
    };
    bytes.drain(..length);
    Some(key)
}

fn ascii(byte: u8) -> Key {
    match byte {
        b'\r' | b'\n' => Key::Enter,
        0x7f | 0x08 => Key::Backspace,
        0x03 => Key::Interrupt,
        0x0e => Key::Down,
        0x10 => Key::Up,
        0x06 => Key::PageDown,
        0x02 => Key::PageUp,
        0x20..0x7f => Key::Char(byte.into()),
        _ => Key::Other,
    }
}

/// What stands behind `ESC [` or `ESC O`, its last letter included.
fn sequence(bytes: &[u8]) -> Key {
    match bytes {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"C" => Key::Right,
        b"D" => Key::Left,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"F" | b"4~" | b"8~" => Key::End,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        _ => Key::Other,
    }
}

fn wide(bytes: &[u8], is_all: bool) -> Option<(Key, usize)> {
    let chunk = bytes.utf8_chunks().next()?;
    match chunk.valid().chars().next() {
        Some(c) => Some((Key::Char(c), c.len_utf8())),
        None if is_all || bytes.len() >= 4 => Some((Key::Other, chunk.invalid().len().max(1))),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &[u8]) -> Vec<Key> {
        let mut bytes = text.to_vec();
        std::iter::from_fn(|| take_key(&mut bytes, true)).collect()
    }

    #[test]
    fn keys_are_told_apart() {
        assert_eq!(
            keys(b" q\r\x1b[A\x1bOB\x1b[5~"),
            [Key::Char(' '), Key::Char('q'), Key::Enter, Key::Up, Key::Down, Key::PageUp]
        );
        assert_eq!(keys("/п\x1b".as_bytes()), [Key::Char('/'), Key::Char('п'), Key::Escape]);
        assert_eq!(keys(b"\x1b[200~\xff\x03"), [Key::Other, Key::Other, Key::Interrupt]);
    }

    #[test]
    fn half_a_key_waits_for_the_rest() {
        let mut bytes = b"\x1b[".to_vec();
        assert_eq!(take_key(&mut bytes, false), None);
        bytes.push(b'C');
        assert_eq!(take_key(&mut bytes, false), Some(Key::Right));
        assert!(bytes.is_empty());
    }
}
