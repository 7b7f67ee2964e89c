//! Prompts, in psql's signs.

use super::text::RUNNING_PROMPT;
use crate::psql::{PromptState, Shell};
use crate::wire::TransactionStatus;

/// The prompt for data of `COPY ... FROM STDIN`.
pub(super) const COPY_PROMPT: &str = ">> ";

/// How a prompt ends, in psql's signs: what the next line continues, the state of the transaction,
/// and `#` for a superuser. Without a shell
/// a statement runs.
pub(super) fn prompt_end(shell: Option<&Shell>) -> String {
    let Some(shell) = shell else { return RUNNING_PROMPT.to_owned() };
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
