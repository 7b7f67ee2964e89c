//! Prompts, in psql's signs.

use crate::psql::{PromptState, Shell};
use crate::wire::TransactionStatus;

/// The prompt for data of `COPY ... FROM STDIN`.
pub(super) const COPY_PROMPT: &str = ">> ";

/// How a prompt ends, in psql's signs: what the next line continues, and the state of the transaction.
pub(super) fn prompt_end(shell: &Shell) -> String {
    let continues = match shell.prompt_state() {
        PromptState::Ready => "=",
        PromptState::Continue => "-",
        PromptState::Comment => "*",
        PromptState::SingleQuote => "'",
        PromptState::DoubleQuote => "\"",
        PromptState::DollarQuote => "$",
        PromptState::Parenthesis => "(",
    };
    let transaction = match shell.transaction() {
        TransactionStatus::Idle => "",
        TransactionStatus::InTransaction => "*",
        TransactionStatus::Failed => "!",
    };
    format!("{continues}{transaction}>")
}
