//! Prompts, in psql's signs.

use crate::psql::{PromptState, Shell};
use crate::wire::TransactionStatus;

/// The prompt for data of `COPY ... FROM STDIN`.
pub const COPY_PROMPT: &str = ">>";

/// What stands in place of psql's signs while a statement of the session runs.
const RUNNING: &str = " (running)>";

/// How a prompt ends, in psql's signs: what the next line continues, the state of the transaction, and `#` for a
/// superuser. Without a shell a statement runs.
pub fn prompt_end(shell: Option<&Shell>) -> String {
    let Some(shell) = shell else { return RUNNING.to_owned() };
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
    let role = if shell.is_superuser() { "#" } else { ">" };
    format!("{continues}{transaction}{role}")
}
