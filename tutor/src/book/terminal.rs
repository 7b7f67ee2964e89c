//! Statements at a prompt, and what they showed.

use maud::{Markup, html};

use crate::repl::{Kind, Lexer, Open, Token};

/// The prompts in psql's signs. The database's name would take the room of the statement.
const READY: &str = "=> ";
const CONTINUE: &str = "-> ";

/// A terminal with `sql` typed in it, and below it what was shown.
pub(super) fn terminal(sql: &str, shown: &str) -> Markup {
    html! {
        div.terminal {
            pre.typed { code.nohighlight { (typed(sql)) } }
            @if !shown.is_empty() {
                pre.shown { samp { (shown) } }
            }
        }
    }
}

/// A terminal with one command of the shell.
pub(super) fn command(line: &str) -> Markup {
    html! { div.terminal { pre.typed { code.nohighlight { span data-prompt="$ " {} (line) } } } }
}

/// The lines of a script, each behind its prompt. The prompt is no text: nobody wants to copy or to find it.
fn typed(sql: &str) -> Markup {
    let mut open = Open::Nothing;
    let mut prompt = READY;
    html! {
        @for (index, line) in sql.trim_end().lines().enumerate() {
            @let tokens = tokens(line, &mut open);
            @if index > 0 { "\n" }
            span data-prompt=(prompt) {}
            @for token in &tokens { (painted(token)) }
            @let () = prompt = prompt_after(&tokens, &open).unwrap_or(prompt);
        }
    }
}

/// The tokens of a line that begins within `open`, and what is open after it.
fn tokens<'l>(line: &'l str, open: &mut Open) -> Vec<Token<'l>> {
    let mut lexer = Lexer::new(line, open.clone());
    let tokens = lexer.by_ref().collect();
    *open = lexer.open().clone();
    tokens
}

/// The prompt of the line after this one; `None` if a blank line or a comment changes nothing.
fn prompt_after(tokens: &[Token<'_>], open: &Open) -> Option<&'static str> {
    let last = tokens.iter().rfind(|token| !matches!(token.kind, Kind::Space | Kind::Comment))?;
    let is_command = tokens.iter().any(|token| token.kind == Kind::Command);
    let ends = *open == Open::Nothing && (is_command || last.text == ";");
    Some(if ends { READY } else { CONTINUE })
}

fn painted(token: &Token<'_>) -> Markup {
    let class = class(token.kind);
    html! { @if class.is_empty() { (token.text) } @else { span class=(class) { (token.text) } } }
}

/// The class that mdBook's themes have a colour for.
fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Keyword => "hljs-keyword",
        Kind::Text => "hljs-string",
        Kind::Comment => "hljs-comment",
        Kind::Command => "hljs-meta",
        Kind::Number | Kind::Variable => "hljs-number",
        Kind::Space | Kind::Name | Kind::QuotedName | Kind::Sign => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompts(sql: &str) -> Vec<String> {
        let html = typed(sql).0;
        html.split("data-prompt=\"").skip(1).map(|rest| rest.chars().take(1).collect()).collect()
    }

    #[test]
    fn a_statement_goes_on_until_its_end() {
        assert_eq!(
            prompts("SELECT 1\n  AS x;\nSELECT 2 \\gset\n\\session b\n-- note\nSELECT ';\n';\n"),
            ["=", "-", "=", "=", "=", "=", "-"]
        );
    }

    #[test]
    fn what_is_typed_is_escaped() {
        let html = terminal("SELECT '<b>';", "<&>").0;
        assert!(html.contains("'&lt;b&gt;'") && html.contains("&lt;&amp;&gt;"), "{html}");
    }
}
