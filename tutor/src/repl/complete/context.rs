//! What may stand at the cursor in a statement.

use super::super::keywords::{is_keyword, keywords_from};
use super::super::lex::{Kind, Lexer, Open, Token};
use super::candidates::{Candidates, Case, Typed};
use super::rules::{OPTION_VALUES, OPTIONS, RULES, STATEMENTS, expanded, matches};
use super::sources::{self, is_word};
use super::statement::{Mention, mentions};
use super::{Input, significant};

/// How many words of a statement the rules see: those at its beginning, and those before the cursor.
const FIRST_WORDS: usize = 8;
const LAST_WORDS: usize = 48;

/// What follows the tables of FROM.
const AFTER_TABLES: &str = "where|join|left join|right join|full join|inner join|cross join|natural join|lateral|on|\
    using (|as|group by|having|order by|limit|offset|fetch first|for update|union|union all|except|intersect|\
    tablesample|window";

/// What an expression begins with, besides columns and functions.
const BEFORE_VALUE: &str = "case|not|null|true|false|exists (|array[|cast (|extract (|coalesce (|nullif (|greatest (|\
    least (|row (|distinct|all|interval|current_date|current_timestamp|current_user|select|any (";

/// What follows a value in any expression.
const AFTER_VALUE: &str = "and|or|is null|is not null|is|in (|not in (|between|like|ilike|not like|as|over (|filter (|\
    collate|at time zone|then|else|when|end|asc|desc|nulls first|nulls last";

/// What follows a value in a clause, besides [`AFTER_VALUE`].
const AFTER_CLAUSE: [(&str, &str); 12] = [
    ("SELECT", "from|into|where|group by|order by|limit|union|union all|except|intersect"),
    ("WHERE", "group by|having|order by|limit|offset|returning|for update|union|union all|except|intersect"),
    ("ON", "where|join|left join|right join|inner join|cross join|group by|order by|limit|do"),
    ("HAVING", "order by|limit|offset|union"),
    ("BY", "having|order by|limit|offset|fetch first|union|rows between|range between"),
    ("SET", "where|from|returning"),
    ("LIMIT", "offset|for update"),
    ("OFFSET", "limit|for update|rows"),
    ("VALUES", "on conflict|returning|order by"),
    ("RETURNING", "into"),
    ("USING", "where|set|when matched|when not matched|join|left join"),
    ("WHEN", "then"),
];

/// Functions whose string is SQL, by the beginnings of their names.
const TAKE_SQL: [&str; 3] = ["PG_BACKGROUND_", "DBLINK", "CRON"];

/// The candidates in the statement that `tokens`, all of `text`, end with; `after` is what follows the cursor.
pub(super) fn complete(input: &Input<'_>, text: &str, tokens: &[Token<'_>], after: &str) -> Candidates {
    let case = Case::named(&input.surroundings.keyword_case);
    let words = significant(tokens);
    let begin = words.iter().rposition(|token| token.text == ";").map_or(0, |place| place + 1);
    let mut statement = words[begin..].to_vec();
    let (typed, open) = typed(text, tokens, &mut statement);
    let mut to = Candidates::new(typed, case);
    match open {
        Some(Kind::Text) => in_string(input, &statement, &mut to),
        Some(Kind::Comment) => {}
        Some(Kind::Variable) => variables(input, &mut to),
        _ => in_statement(input, &statement, after, &mut to),
    }
    to
}

/// The word at the cursor, which is taken from the statement; and the kind of what the cursor is within, if it is no
/// word.
fn typed(text: &str, tokens: &[Token<'_>], statement: &mut Vec<Token<'_>>) -> (Typed, Option<Kind>) {
    let nothing = Typed { start: text.len(), ..Typed::default() };
    let Some(last) = tokens.last() else { return (nothing, None) };
    let of = |start: usize, kind: Option<Kind>| {
        let raw = text[start..].to_owned();
        (Typed { start, word: raw.to_lowercase(), raw, is_quoted: false }, kind)
    };
    match last.kind {
        Kind::Space => (nothing, None),
        Kind::Comment if !last.text.ends_with("*/") || last.text == "/*/" => (nothing, Some(Kind::Comment)),
        Kind::Comment => (nothing, None),
        Kind::Text if !is_closed(last.text) => {
            statement.pop();
            of(last.start, Some(Kind::Text))
        }
        Kind::QuotedName => {
            statement.pop();
            let typed = Typed { start: last.start, word: last.name(), raw: last.text.to_owned(), is_quoted: true };
            (typed, None)
        }
        Kind::Name | Kind::Keyword | Kind::Number => {
            statement.pop();
            of(last.start, None)
        }
        Kind::Variable => of(last.start, Some(Kind::Variable)),
        Kind::Sign if last.text == ":" => of(last.start, Some(Kind::Variable)),
        _ => (nothing, None),
    }
}

/// Whether a string has its end.
fn is_closed(text: &str) -> bool {
    let mut lexer = Lexer::new(text, Open::Nothing);
    while lexer.next().is_some() {}
    *lexer.open() == Open::Nothing
}

/// `:name`, `:'name'` and `:"name"`.
fn variables(input: &Input<'_>, to: &mut Candidates) {
    let quote = to.typed.raw.chars().nth(1).filter(|c| matches!(c, '\'' | '"')).map(String::from).unwrap_or_default();
    for name in &input.surroundings.variables {
        to.exact(&format!(":{quote}{name}{quote}"));
    }
}

/// In a string: the value of a setting, the name of something, or SQL for another process.
fn in_string(input: &Input<'_>, statement: &[Token<'_>], to: &mut Candidates) {
    let written = upper_words(statement);
    let words: Vec<&str> = written.iter().map(String::as_str).collect();
    let raw = to.typed.raw.clone();
    let offered: Vec<String> = match words.as_slice() {
        [.., name, "=" | "TO"] => {
            let settings = &input.catalogue.settings;
            let setting = settings.iter().find(|setting| setting.name.eq_ignore_ascii_case(name));
            setting.map(|setting| setting.values.clone()).unwrap_or_default()
        }
        [.., "CURRENT_SETTING" | "SET_CONFIG", "("] => {
            input.catalogue.settings.iter().map(|setting| setting.name.clone()).collect()
        }
        [.., "NEXTVAL" | "CURRVAL" | "SETVAL", "("] => {
            let sequences = input.catalogue.relations.iter().filter(|relation| relation.kind == 'S');
            sequences.map(|relation| relation.name.clone()).collect()
        }
        [.., "PG_NOTIFY", "("] => input.surroundings.channels.clone(),
        _ if takes_sql(&words) => return nested(input, &raw, to),
        _ => Vec::new(),
    };
    if raw.starts_with('\'') {
        offered.iter().for_each(|value| to.exact(&format!("'{value}'")));
    }
}

/// Whether the innermost open parenthesis is that of a function that takes SQL.
fn takes_sql(words: &[&str]) -> bool {
    let Some(open) = innermost(words) else { return false };
    let function = open.checked_sub(1).and_then(|place| words.get(place));
    function.is_some_and(|name| TAKE_SQL.iter().any(|start| name.rsplit('.').next().unwrap_or(name).starts_with(start)))
}

/// The SQL in a string is completed like any other.
fn nested(input: &Input<'_>, raw: &str, to: &mut Candidates) {
    let opening = match raw.strip_prefix('$') {
        Some(tagged) => tagged.find('$').map_or(raw.len(), |at| at + 2),
        None => 1,
    };
    let Some(inner) = raw.get(opening..) else { return };
    let tokens: Vec<Token<'_>> = Lexer::new(inner, Open::Nothing).collect();
    let start = to.typed.start + opening;
    *to = complete(input, inner, &tokens, "");
    to.typed.start += start;
}

/// In a statement, outside of strings and comments.
fn in_statement(input: &Input<'_>, statement: &[Token<'_>], after: &str, to: &mut Candidates) {
    let (qualifiers, statement) = qualifiers(statement);
    let mut seen = statement.to_vec();
    // What follows the cursor may name the tables; where it is cut off does not matter.
    let following: Vec<Token<'_>> = Lexer::new(after, Open::Nothing).collect();
    seen.extend(significant(&following).into_iter().take_while(|token| token.text != ";"));
    let mentions = mentions(&seen);
    let written = upper_words(statement);
    let words = shortened(&written);
    let scene = Scene { input, mentions: &mentions, words: &words };
    match qualifiers.as_slice() {
        [] => scene.plain(to),
        [schema] => scene.qualified(schema, to),
        [schema, table] => {
            sources::columns_of(input.catalogue, &mentions, Some(schema), table, to);
        }
        _ => {}
    }
}

/// The names with dots before the word at the cursor, and the statement before them.
fn qualifiers<'s, 't>(mut statement: &'s [Token<'t>]) -> (Vec<String>, &'s [Token<'t>]) {
    let mut names = Vec::new();
    while let [before @ .., name, dot] = statement
        && dot.text == "."
        && is_word(name)
    {
        names.insert(0, name.name());
        statement = before;
    }
    (names, statement)
}

/// The words as the rules want them: upper case, names with their schemas as one, casts as one sign.
fn upper_words(statement: &[Token<'_>]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for token in statement {
        let text = token.text.to_uppercase();
        let joins = words.last().is_some_and(|last| {
            text == "." && !last.ends_with('.') || last.len() > 1 && last.ends_with('.') && is_word(token)
        });
        match words.last_mut() {
            Some(last) if joins => last.push_str(&text),
            _ => words.push(text),
        }
    }
    words
}

fn shortened(words: &[String]) -> Vec<&str> {
    let skipped = words.len().saturating_sub(FIRST_WORDS + LAST_WORDS);
    let last = if skipped > 0 { FIRST_WORDS + skipped } else { 0 };
    let first = if skipped > 0 { &words[..FIRST_WORDS] } else { &[] };
    first.iter().chain(&words[last..]).map(String::as_str).collect()
}

/// The place of the parenthesis that is open innermost.
fn innermost(words: &[&str]) -> Option<usize> {
    let mut depth = 0;
    words.iter().rposition(|word| {
        match *word {
            ")" => depth += 1,
            "(" if depth == 0 => return true,
            "(" => depth -= 1,
            _ => {}
        }
        false
    })
}

/// A place in a statement.
struct Scene<'a> {
    input: &'a Input<'a>,
    mentions: &'a [Mention],
    words: &'a [&'a str],
}

impl Scene<'_> {
    /// Takes key words and sources, divided by bars.
    fn offer(&self, offers: &str, schema: Option<&str>, to: &mut Candidates) {
        for offer in expanded(offers).split('|').map(str::trim_start) {
            match offer.starts_with('@') {
                true => sources::offer(offer, schema, self.input, self.mentions, self.words, to),
                false if schema.is_none() && !offer.is_empty() => to.keyword(offer),
                false => {}
            }
        }
    }

    /// Nothing stands before the word.
    fn plain(&self, to: &mut Candidates) {
        if self.words.is_empty() {
            return self.offer(STATEMENTS, None, to);
        }
        if let Some(offers) = self.option() {
            return self.offer(offers, None, to);
        }
        match self.rule() {
            Some(offers) => self.offer(offers, None, to),
            None => self.offer(&self.clause(), None, to),
        }
        if to.is_empty() && !to.typed.raw.is_empty() {
            let start = to.typed.raw.to_lowercase();
            keywords_from(&start).for_each(|word| to.keyword(word));
        }
    }

    /// A name and a dot stand before the word: a schema, or what the statement calls a table.
    fn qualified(&self, qualifier: &str, to: &mut Candidates) {
        let offers = self.rule().unwrap_or_default();
        let wants_objects = offers.split('|').any(|offer| offer.starts_with('@') && offer != "@columns");
        if !wants_objects && sources::columns_of(self.input.catalogue, self.mentions, None, qualifier, to) {
            return;
        }
        match wants_objects {
            true => self.offer(offers, Some(qualifier), to),
            false => self.offer("@relations|@functions", Some(qualifier), to),
        }
    }

    fn rule(&self) -> Option<&'static str> {
        RULES.iter().find(|(pattern, _)| matches(pattern, self.words)).map(|(_, offers)| *offers)
    }

    /// In parentheses with options: their names, or the values of one.
    fn option(&self) -> Option<&'static str> {
        let open = innermost(self.words)?;
        let (_, names) = OPTIONS.iter().find(|(pattern, _)| matches(pattern, &self.words[..=open]))?;
        let last = self.words.last()?;
        if matches!(*last, "(" | ",") {
            return Some(names);
        }
        let values = OPTION_VALUES.iter().find(|(name, _)| name == last).map(|(_, values)| *values);
        Some(values.unwrap_or("on|off"))
    }

    /// What the clause around the word asks for.
    fn clause(&self) -> String {
        if let Some(open) = innermost(self.words)
            && (matches("INTO * (", &self.words[..=open]) || matches("^ CREATE ** ON * (", &self.words[..=open]))
        {
            return "@columns".to_owned();
        }
        let clause = self.governing_clause();
        let wants_value = self.wants_value();
        if matches!(clause, "FROM" | "JOIN" | "INTO" | "UPDATE") {
            return if self.words.last() == Some(&",") { "@from".to_owned() } else { AFTER_TABLES.to_owned() };
        }
        if wants_value {
            return format!("@columns|@functions|{BEFORE_VALUE}");
        }
        let next = AFTER_CLAUSE.iter().find(|(name, _)| *name == clause).map_or("", |(_, next)| *next);
        format!("{next}|{AFTER_VALUE}")
    }

    /// The last word that begins a clause, not looking into parentheses that are closed.
    fn governing_clause(&self) -> &str {
        const CLAUSES: [&str; 15] = [
            "SELECT",
            "FROM",
            "JOIN",
            "WHERE",
            "ON",
            "HAVING",
            "BY",
            "SET",
            "LIMIT",
            "OFFSET",
            "VALUES",
            "RETURNING",
            "USING",
            "INTO",
            "UPDATE",
        ];
        let mut depth = 0_usize;
        let found = self.words.iter().rfind(|word| {
            match **word {
                ")" => depth += 1,
                "(" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && CLAUSES.contains(word)
        });
        found.copied().unwrap_or_default()
    }

    /// Whether a value is to come, rather than what follows one.
    fn wants_value(&self) -> bool {
        let Some(last) = self.words.last() else { return true };
        let is_value_keyword = ["NULL", "TRUE", "FALSE", "END", "CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_USER"];
        match last.chars().next() {
            Some(')' | ']' | '\'' | '"' | ':' | '$') => last.starts_with("::"),
            Some(c) if c.is_alphanumeric() || c == '_' => is_keyword(last) && !is_value_keyword.contains(last),
            Some('*') => false,
            _ => true,
        }
    }
}
