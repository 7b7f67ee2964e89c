//! Statements at a prompt, and what they showed.

use maud::{Markup, html};

use crate::lab::Shown;
use crate::repl::{Kind, Lexer, Open, Token};

/// The prompts in psql's signs. The database's name would take the room of the statement.
const READY: &str = "=> ";
const CONTINUE: &str = "-> ";

/// A terminal with `sql` typed in it, and what was shown where it was shown.
pub(super) fn terminal(sql: &str, shown: &[Shown]) -> Markup {
    let lines = typed(sql);
    let (mut blocks, mut from) = (Vec::new(), 0);
    for Shown { after_line, text } in shown.iter().filter(|shown| !shown.text.is_empty()) {
        let to = (*after_line).clamp(from, lines.len());
        blocks.push(typed_block(&lines[from..to]));
        blocks.push(html! { pre.shown { samp { (text) } } });
        from = to;
    }
    blocks.push(typed_block(&lines[from..]));
    html! {
        div.terminal { @for block in blocks { (block) } }
    }
}

fn typed_block(lines: &[Markup]) -> Markup {
    html! {
        @if !lines.is_empty() {
            pre.typed {
                code.nohighlight {
                    @for (index, line) in lines.iter().enumerate() { @if index > 0 { "\n" } (line) }
                }
            }
        }
    }
}

/// A terminal with one command of the shell.
pub(super) fn command(line: &str) -> Markup {
    html! { div.terminal { pre.typed { code.nohighlight { span data-prompt="$ " {} (line) } } } }
}

/// The lines of a script, each behind its prompt. The prompt is no text: nobody wants to copy or to find it.
fn typed(sql: &str) -> Vec<Markup> {
    let mut open = Open::Nothing;
    let mut prompt = READY;
    let line = |line| {
        let tokens = tokens(line, &mut open);
        let markup = html! {
            span data-prompt=(prompt) {}
            @for token in &tokens { (painted(token)) }
        };
        prompt = prompt_after(&tokens, &open).unwrap_or(prompt);
        markup
    };
    sql.trim_end().lines().map(line).collect()
}

/// The tokens of a line that begins within `open`, and what is open after it.
pub(super) fn tokens<'l>(line: &'l str, open: &mut Open) -> Vec<Token<'l>> {
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
        let html = terminal(sql, &[]).0;
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
        let html = terminal("SELECT '<b>';", &[Shown { after_line: 1, text: "<&>".to_owned() }]).0;
        assert!(html.contains("'&lt;b&gt;'") && html.contains("&lt;&amp;&gt;"), "{html}");
    }

    #[test]
    fn what_is_shown_stands_below_what_was_typed_until_then() {
        let shown = |after_line, text: &str| Shown { after_line, text: text.to_owned() };
        let html =
            terminal("BEGIN;\nSELECT 1\nAS x;\n\\q\n", &[shown(0, "before"), shown(1, "first"), shown(3, "second")]).0;
        let order: Vec<usize> =
            ["before", "BEGIN", "first", "AS", "second", "\\q"].iter().map(|part| html.find(part).unwrap()).collect();
        assert!(order.is_sorted(), "{html}");
        assert_eq!(html.matches("<pre").count(), 6);
    }
}
