//! `\if`, `\elif`, `\else`, `\endif`.

/// How a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a branch that holds.
    True,
    /// No branch has held yet.
    False,
    /// A branch has held before, or the block lies in an inactive branch.
    Ignored,
    ElseTrue,
    ElseFalse,
}

/// What the statement begun looked like at the start of a branch, to go back to when the branch is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) length: usize,
    pub(super) parentheses: usize,
}

#[derive(Debug)]
struct Block {
    state: State,
    mark: Mark,
}

/// The open blocks, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    blocks: Vec<Block>,
}

/// What becomes of the statement begun at a branching command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    Kept,
    /// The skipped branch's text is taken back.
    BackTo(Mark),
}

/// Whether a command belongs to `\if` blocks.
pub(super) fn is_branching(name: &str) -> bool {
    matches!(name, "if" | "elif" | "else" | "endif")
}

impl Conditions {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.blocks.clear();
    }

    /// Whether statements and commands are performed now.
    pub(super) fn is_active(&self) -> bool {
        self.blocks.last().is_none_or(|block| matches!(block.state, State::True | State::ElseTrue))
    }

    /// Whether the expression of a `\if` or `\elif` decides anything here.
    pub(super) fn needs_expression(&self, name: &str) -> bool {
        match name {
            "if" => self.is_active(),
            "elif" => self.blocks.last().is_some_and(|block| block.state == State::False),
            _ => false,
        }
    }

    /// Performs a branching command; `holds` is the value of its expression. The error is psql's complaint.
    pub(super) fn branch(&mut self, name: &str, holds: bool, now: Mark) -> Result<Text, String> {
        if name == "if" {
            let state = match (self.is_active(), holds) {
                (true, true) => State::True,
                (true, false) => State::False,
                (false, _) => State::Ignored,
            };
            self.blocks.push(Block { state, mark: now });
            return Ok(Text::Kept);
        }
        let Some(block) = self.blocks.last_mut() else {
            return Err(format!("\\{name}: no matching \\if"));
        };
        let was_active = matches!(block.state, State::True | State::ElseTrue);
        let is_else = matches!(block.state, State::ElseTrue | State::ElseFalse);
        if name != "endif" && is_else {
            return Err(format!("\\{name}: cannot occur after \\else"));
        }
        let text = if was_active { Text::Kept } else { Text::BackTo(block.mark) };
        if was_active {
            block.mark = now;
        }
        match (name, block.state) {
            ("elif", State::False) => block.state = if holds { State::True } else { State::False },
            ("elif", _) => block.state = State::Ignored,
            ("else", State::False) => block.state = State::ElseTrue,
            ("else", _) => block.state = State::ElseFalse,
            _ => drop(self.blocks.pop()),
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: Mark = Mark { length: 0, parentheses: 0 };

    #[test]
    fn one_branch_is_active() {
        let mut conditions = Conditions::default();
        let mut seen = Vec::new();
        for (name, holds) in [("if", false), ("elif", true), ("elif", true), ("else", false), ("endif", false)] {
            assert!(conditions.branch(name, holds, MARK).is_ok());
            seen.push(conditions.is_active());
        }
        assert_eq!(seen, [false, true, false, false, true]);
    }

    #[test]
    fn mistakes_are_named() {
        let mut conditions = Conditions::default();
        assert_eq!(conditions.branch("else", false, MARK), Err("\\else: no matching \\if".to_owned()));
        assert_eq!(conditions.branch("if", true, MARK), Ok(Text::Kept));
        assert_eq!(conditions.branch("else", false, MARK), Ok(Text::Kept));
        assert_eq!(conditions.branch("elif", true, MARK), Err("\\elif: cannot occur after \\else".to_owned()));
    }
}
