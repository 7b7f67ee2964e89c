//! Statements at a prompt, and what they showed.

use maud::{Markup, html};

use crate::lab::Piece;
use crate::repl::{Kind, Open, Token, ends_statement, tokens};

/// The prompts, in psql's signs, of what was not recorded.
const READY: &str = "=>";
const CONTINUE: &str = "->";

/// A terminal after something was typed and shown.
pub(super) fn terminal(pieces: &[Piece]) -> Markup {
    let mut open = Open::Nothing;
    let mut typed = |piece: &Piece| match piece {
        Piece::Typed { prompt, line } => Some(typed(prompt, line, &mut open)),
        Piece::Shown(_) => None,
    };
    let parts = pieces.chunk_by(|one, other| is_typed(one) && is_typed(other));
    html! {
        div.terminal {
            @for part in parts {
                @if let [Piece::Shown(text)] = part {
                    pre.shown { samp { (text) } }
                } @else {
                    pre.typed {
                        code.nohighlight {
                            @for (index, line) in part.iter().filter_map(&mut typed).enumerate() {
                                @if index > 0 { "\n" }
                                (line)
                            }
                        }
                    }
                }
            }
        }
    }
}

fn is_typed(piece: &Piece) -> bool {
    matches!(piece, Piece::Typed { .. })
}

/// A line behind its prompt. The prompt is no text: nobody wants to copy or to find it.
fn typed(prompt: &str, line: &str, open: &mut Open) -> Markup {
    html! {
        span data-prompt=(format!("{prompt} ")) {}
        @for token in &tokens(line, open) { (painted(token)) }
    }
}

/// What stands on the screen when `sql` was typed, and `shown` in the end.
pub(super) fn script(sql: &str, shown: String) -> Vec<Piece> {
    let (mut open, mut prompt) = (Open::Nothing, READY);
    let typed = |line: &str| {
        let piece = Piece::Typed { prompt: prompt.to_owned(), line: line.to_owned() };
        prompt = match ends_statement(&tokens(line, &mut open), &open) {
            Some(true) => READY,
            Some(false) => CONTINUE,
            None => prompt,
        };
        piece
    };
    let typed: Vec<Piece> = sql.trim_end().lines().map(typed).collect();
    typed.into_iter().chain((!shown.is_empty()).then_some(Piece::Shown(shown))).collect()
}

/// A terminal with one command of the shell.
pub(super) fn command(line: &str) -> Markup {
    html! { div.terminal { pre.typed { code.nohighlight { span data-prompt="$ " {} (line) } } } }
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

    #[test]
    fn a_statement_goes_on_until_its_end() {
        let html = terminal(&script(
            "SELECT 1\n  AS x;\nSELECT 2 \\gset\n\\session b\n-- note\nSELECT ';\n';\n",
            String::new(),
        ))
        .0;
        let prompts: Vec<&str> = html.split("data-prompt=\"").skip(1).map(|rest| &rest[..1]).collect();
        assert_eq!(prompts, ["=", "-", "=", "=", "=", "=", "-"]);
    }

    #[test]
    fn what_is_typed_is_escaped() {
        let html = terminal(&script("SELECT '<b>';", "<&>".to_owned())).0;
        assert!(html.contains("'&lt;b&gt;'") && html.contains("&lt;&amp;&gt;"), "{html}");
    }

    #[test]
    fn what_is_shown_stands_below_what_was_typed_until_then() {
        let pieces =
            [script("BEGIN;\n", "first".to_owned()), script("SELECT '\na';\n\\q\n", "second".to_owned())].concat();
        let html = terminal(&pieces).0;
        let order: Vec<usize> =
            ["BEGIN", "first", "SELECT", "\\q", "second"].iter().map(|part| html.find(part).unwrap()).collect();
        assert!(order.is_sorted(), "{html}");
        assert_eq!(html.matches("<pre").count(), 4);
        assert_eq!(html.matches("hljs-string").count(), 2);
    }
}
