//! Which tables a statement mentions, and under which names.

use super::super::lex::{Kind, Token};

/// A table that a statement mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    pub(super) alias: Option<String>,
    /// Whether the statement makes it itself, with WITH.
    pub(super) is_common_table: bool,
}

impl Mention {
    /// Whether columns may be written with `qualifier` before them.
    pub(super) fn answers_to(&self, qualifier: &str) -> bool {
        self.alias.as_deref().unwrap_or(&self.name) == qualifier
    }
}

/// What the name of a table follows.
const INTRODUCTIONS: [&str; 6] = ["from", "join", "update", "into", "table", "only"];

/// The statements in which one follows ON too.
const ON_A_TABLE: [&str; 5] = ["create", "drop", "grant", "revoke", "comment"];

/// Names that are no alias although they may stand where one does: PostgreSQL lets them name columns.
const NO_ALIASES: [&str; 4] = ["set", "values", "tablesample", "using"];

/// The tables that `tokens` (without white space and comments) mention.
pub(super) fn mentions(tokens: &[Token<'_>]) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut at = 0;
    let on_a_table = tokens.first().is_some_and(|first| ON_A_TABLE.iter().any(|word| first.is(word)));
    // Within the list after FROM, a comma is followed by a table too; parentheses have lists of their own.
    let mut lists = vec![false];
    while at < tokens.len() {
        let token = &tokens[at];
        if let Some(name) = common_table(tokens, at) {
            mentions.push(Mention { schema: None, name, alias: None, is_common_table: true });
        }
        at += 1;
        match token.text {
            "(" => lists.push(false),
            ")" if lists.len() > 1 => drop(lists.pop()),
            _ => {}
        }
        let in_list = lists.last_mut();
        let follows = INTRODUCTIONS.iter().any(|word| token.is(word)) || on_a_table && token.is("on");
        match in_list {
            Some(in_list) if token.is("from") => *in_list = true,
            Some(in_list) if token.kind == Kind::Keyword && !follows && !token.is("as") && !is_join(token) => {
                *in_list = false;
            }
            Some(true) if token.text == "," => {}
            _ if !follows => continue,
            _ => {}
        }
        if !(follows || token.text == ",") {
            continue;
        }
        if let Some((mention, next)) = mention(tokens, at, !token.is("into")) {
            mentions.push(mention);
            at = next;
        }
    }
    mentions
}

/// The name that `name AS (` gives to a query.
fn common_table(tokens: &[Token<'_>], at: usize) -> Option<String> {
    let is_with = tokens.first().is_some_and(|first| first.is("with"));
    let [name, middle @ .., opening] = tokens.get(at..at + 3)? else { return None };
    let is_one = is_with && name.is_name() && middle[0].is("as") && opening.text == "(";
    is_one.then(|| name.name())
}

fn is_join(token: &Token<'_>) -> bool {
    ["left", "right", "full", "inner", "outer", "cross", "natural", "lateral"].iter().any(|word| token.is(word))
}

/// The table named at `at`, and where what follows it begins. A function in FROM is no table.
fn mention(tokens: &[Token<'_>], mut at: usize, may_be_function: bool) -> Option<(Mention, usize)> {
    let name_at = |at: usize| tokens.get(at).filter(|token| token.is_name() || is_soft(token)).map(Token::name);
    let is_sign = |at: usize, sign: &str| tokens.get(at).is_some_and(|token| token.text == sign);
    let mut name = name_at(at).filter(|_| tokens[at].is_name())?;
    let mut schema = None;
    at += 1;
    if is_sign(at, ".") {
        schema = Some(std::mem::replace(&mut name, name_at(at + 1)?));
        at += 2;
    }
    if may_be_function && is_sign(at, "(") && tokens.get(at).is_some_and(|sign| sign.start == tokens[at - 1].end()) {
        return None;
    }
    if tokens.get(at).is_some_and(|token| token.is("as")) {
        at += 1;
    }
    let is_alias = |token: &&Token<'_>| token.is_name() && !NO_ALIASES.iter().any(|word| token.is(word));
    let alias = tokens.get(at).filter(is_alias).map(Token::name);
    at += usize::from(alias.is_some());
    Some((Mention { schema, name, alias, is_common_table: false }, at))
}

/// A key word that may name a table after a schema.
fn is_soft(token: &Token<'_>) -> bool {
    token.kind == Kind::Keyword && !super::super::keywords::is_reserved(&token.text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::super::lex::{Lexer, Open};
    use super::*;

    fn found(sql: &str) -> Vec<(String, Option<String>)> {
        let tokens: Vec<Token<'_>> =
            Lexer::new(sql, Open::Nothing).filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment)).collect();
        mentions(&tokens).into_iter().map(|mention| (mention.name, mention.alias)).collect()
    }

    #[test]
    fn tables_and_their_other_names() {
        let one = |name: &str, alias: Option<&str>| (name.to_owned(), alias.map(str::to_owned));
        assert_eq!(
            found("SELECT * FROM books b, public.\"Big One\" AS o WHERE"),
            [one("books", Some("b")), one("Big One", Some("o")),]
        );
        assert_eq!(
            found("SELECT a, c FROM x LEFT JOIN y ON y.a = x.a WHERE a IN (SELECT q FROM z zz)"),
            [one("x", None), one("y", None), one("z", Some("zz")),]
        );
        assert_eq!(found("UPDATE books SET a = 1"), [one("books", None)]);
        assert_eq!(found("INSERT INTO books (a) VALUES (1, 2)"), [one("books", None)]);
        assert_eq!(found("SELECT f(a, b), c FROM g(1, 2) t"), []);
    }
}
