//! What was typed for the open exercise, and how much of it counts.

/// What was typed for the open exercise.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) text: String,
    /// The length of the part that was performed; the rest may still be thrown away with Ctrl-C.
    pub(super) performed: usize,
    /// The length of the part that was judged wrong.
    pub(super) judged: usize,
    /// What was typed last was judged wrong.
    pub(super) is_judged: bool,
}

impl Answer {
    pub(super) fn push_line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn drop_pending(&mut self) {
        self.text.truncate(self.performed);
    }

    /// All of it was performed.
    pub(super) fn settle(&mut self) {
        self.performed = self.text.len();
        if std::mem::take(&mut self.is_judged) {
            self.judged = self.performed;
        }
    }
}
