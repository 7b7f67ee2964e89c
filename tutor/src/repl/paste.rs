//! What is pasted. The editor takes short texts into the line; a long one is laid aside, and a mark stands for it: every
//! key redraws the whole line, and nobody edits megabytes in a terminal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, KeyCode, KeyEvent, Modifiers, RepeatCount};

use super::text;

/// How long a line may be, in bytes, that is edited as it is.
pub(super) const EDITED_BYTES: usize = 16 * 1024;

/// What is being pasted, and what was laid aside.
#[derive(Debug, Clone, Default)]
pub(super) struct Pasted {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What has come of a paste that has not ended.
    arriving: Option<String>,
    /// Whether the last character that came was a carriage return.
    after_return: bool,
    aside: Vec<String>,
}

impl Pasted {
    /// Lays a text aside; the mark that stands for it.
    pub(super) fn lay_aside(&self, text: String) -> String {
        let mut state = self.lock();
        state.aside.push(text);
        mark(&state.aside)
    }

    /// The line with the texts that its marks stand for. They are forgotten.
    pub(super) fn put_back(&self, line: String) -> String {
        let aside = std::mem::take(&mut self.lock().aside);
        let marks = (1..=aside.len()).map(|count| (mark(&aside[..count]), &aside[count - 1]));
        // Looked for in the line as it was typed: what is put back may have such marks too.
        let mut places: Vec<(usize, usize, &String)> =
            marks.filter_map(|(mark, text)| Some((line.find(&mark)?, mark.len(), text))).collect();
        places.sort_by_key(|place| place.0);
        let mut whole = String::with_capacity(line.len() + aside.iter().map(String::len).sum::<usize>());
        let mut taken = 0;
        for (at, length, text) in places {
            whole.push_str(&line[taken..at]);
            whole.push_str(text);
            taken = at + length;
        }
        whole + &line[taken..]
    }

    /// Forgets a paste whose end does not come.
    pub(super) fn give_up(&self) {
        self.lock().arriving = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands in the line for the last text laid aside.
fn mark(aside: &[String]) -> String {
    let bytes = aside.last().map_or(0, String::len);
    text::pasted(aside.len(), bytes)
}

impl ConditionalEventHandler for Pasted {
    /// Takes the keys of a paste; `None` leaves a key to the editor.
    fn handle(&self, event: &Event, _n: RepeatCount, _positive: bool, context: &EventContext) -> Option<Cmd> {
        let key = event.get(0)?;
        let mut state = self.lock();
        if key.0 == KeyCode::BracketedPasteStart {
            state.arriving = Some(String::new());
            return Some(Cmd::Noop);
        }
        let arriving = state.arriving.as_mut()?;
        match key.0 {
            KeyCode::BracketedPasteEnd => {
                let text = std::mem::take(arriving);
                state.arriving = None;
                drop(state);
                let is_short = text.len() + context.line().len() <= EDITED_BYTES;
                return Some(Cmd::Insert(1, if is_short { text } else { self.lay_aside(text) }));
            }
            KeyCode::Char('C') if key.1 == Modifiers::CTRL => {
                state.arriving = None;
                return Some(Cmd::Interrupt);
            }
            _ => {}
        }
        let after_return = key.0 == KeyCode::Enter;
        if let Some(character) = character(key)
            && !(character == '\n' && !after_return && state.after_return)
        {
            state.arriving.iter_mut().for_each(|arriving| arriving.push(character));
        }
        state.after_return = after_return;
        Some(Cmd::Noop)
    }
}

/// The character that a key of a paste stands for; control characters are left out.
fn character(key: &KeyEvent) -> Option<char> {
    match (key.0, key.1) {
        (KeyCode::Char(character), Modifiers::NONE) => Some(character),
        (KeyCode::Enter, _) | (KeyCode::Char('J'), Modifiers::CTRL) => Some('\n'),
        (KeyCode::Tab, _) => Some('\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_texts_again() {
        let pasted = Pasted::default();
        let first = pasted.lay_aside("a".repeat(20));
        let second = pasted.lay_aside(format!("{first}!"));
        assert_eq!(
            pasted.put_back(format!("SELECT {first}, {second};")),
            format!("SELECT {}, {first}!;", "a".repeat(20))
        );
        assert_eq!(pasted.put_back(first.clone()), first);
    }
}
