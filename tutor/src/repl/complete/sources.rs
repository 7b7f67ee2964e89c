//! Names from the catalogue and the surroundings: what stands behind an `@` in the rules.

use super::super::lex::Token;
use super::candidates::Candidates;
use super::catalogue::{Relation, is_visible};
use super::statement::Mention;
use super::{Catalogue, Input};

/// Kinds of relations by what is asked for: `pg_class.relkind`.
fn relation_kinds(source: &str) -> Option<&'static str> {
    Some(match source {
        "@tables" => "rpf",
        "@relations" | "@from" => "rpfvm",
        "@describable" => "rpfvmSiI",
        "@indexes" => "iI",
        "@views" => "v",
        "@matviews" => "m",
        "@sequences" => "S",
        "@foreign" => "f",
        _ => return None,
    })
}

/// Puts what `source` names into `to`. `schema` is what stands before the word; `words` what stands before that.
pub(super) fn offer(
    source: &str,
    schema: Option<&str>,
    input: &Input<'_>,
    mentions: &[Mention],
    words: &[&str],
    to: &mut Candidates,
) {
    let catalogue = input.catalogue;
    let surroundings = input.surroundings;
    let names = |names: &[String], to: &mut Candidates| names.iter().for_each(|name| to.name(name, ""));
    if let Some(kinds) = relation_kinds(source) {
        return relations(catalogue, schema, kinds, mentions, source == "@from", to);
    }
    match source {
        "@columns" => columns(catalogue, mentions, to),
        "@functions" => functions(catalogue, schema, &['f', 's', 'a', 'w', 'p'], "(", to),
        "@user_functions" => functions(catalogue, schema, &['f', 's', 'a', 'w', 'p'], "", to),
        "@procedures" => functions(catalogue, schema, &['p'], "(", to),
        "@types" => types(catalogue, schema, to),
        "@settings" => settings(catalogue, schema, to),
        "@values" => values(catalogue, words, to),
        "@available" => catalogue.extensions.iter().filter(|e| !e.is_installed).for_each(|e| to.name(&e.name, "")),
        "@installed" => catalogue.extensions.iter().filter(|e| e.is_installed).for_each(|e| to.name(&e.name, "")),
        "@extensions" => catalogue.extensions.iter().for_each(|e| to.name(&e.name, "")),
        "@schemas" => names(&catalogue.schemas, to),
        "@roles" => names(&catalogue.roles, to),
        "@databases" => names(&catalogue.databases, to),
        "@publications" => names(&catalogue.publications, to),
        "@subscriptions" => names(&catalogue.subscriptions, to),
        "@triggers" => names(&catalogue.triggers, to),
        "@channels" => names(&surroundings.channels, to),
        "@prepared" => names(&surroundings.prepared, to),
        "@variables" => surroundings.variables.iter().for_each(|name| to.word(name)),
        _ => {}
    }
}

/// Relations of these kinds; without a schema, those that need none, and the schemas.
fn relations(
    catalogue: &Catalogue,
    schema: Option<&str>,
    kinds: &str,
    mentions: &[Mention],
    with_functions: bool,
    to: &mut Candidates,
) {
    let fits = |relation: &&Relation| match schema {
        Some(schema) => relation.schema == schema,
        None => is_visible(&relation.schema) && !hides(&relation.schema, &to.typed.word),
    };
    let of_kind = catalogue.relations.iter().filter(|relation| kinds.contains(relation.kind));
    let fitting: Vec<&Relation> = of_kind.filter(fits).collect();
    fitting.iter().for_each(|relation| to.name(&relation.name, ""));
    if schema.is_some() {
        if with_functions {
            functions(catalogue, schema, &['s'], "(", to);
        }
        return;
    }
    // What the statement itself names with WITH is no table of the catalogue.
    let own = mentions.iter().filter(|mention| mention.is_common_table);
    own.for_each(|mention| to.name(&mention.name, ""));
    schemas(catalogue, to);
    if with_functions && !to.typed.word.is_empty() {
        functions(catalogue, None, &['s'], "(", to);
    }
}

fn schemas(catalogue: &Catalogue, to: &mut Candidates) {
    let shown: Vec<&String> = catalogue.schemas.iter().filter(|schema| !hides(schema, &to.typed.word)).collect();
    shown.into_iter().for_each(|schema| to.name(schema, "."));
}

/// The system's own is shown only to those who begin to type it.
fn hides(schema: &str, typed: &str) -> bool {
    matches!(schema, "pg_catalog" | "information_schema") && !(typed.starts_with("pg_") || typed.starts_with("inf"))
}

/// The columns of the tables that the statement mentions, and the names by which it calls them.
fn columns(catalogue: &Catalogue, mentions: &[Mention], to: &mut Candidates) {
    for mention in mentions {
        if let Some(relation) = catalogue.relation(mention.schema.as_deref(), &mention.name) {
            relation.columns.iter().for_each(|column| to.name(column, ""));
        }
    }
    let by_name = mentions.len() > 1 || !to.typed.word.is_empty();
    for mention in mentions.iter().filter(|_| by_name) {
        to.name(mention.alias.as_ref().unwrap_or(&mention.name), ".");
    }
}

/// The columns of what `qualifier` calls a table in this statement; whether there is such a table.
pub(super) fn columns_of(
    catalogue: &Catalogue,
    mentions: &[Mention],
    schema: Option<&str>,
    qualifier: &str,
    to: &mut Candidates,
) -> bool {
    let mention = mentions.iter().find(|mention| schema.is_none() && mention.answers_to(qualifier));
    let found = match mention {
        Some(mention) => catalogue.relation(mention.schema.as_deref(), &mention.name),
        None => catalogue.relation(schema, qualifier),
    };
    let Some(relation) = found else { return false };
    relation.columns.iter().for_each(|column| to.name(column, ""));
    true
}

fn functions(catalogue: &Catalogue, schema: Option<&str>, kinds: &[char], tail: &str, to: &mut Candidates) {
    let fits = |named: &&super::catalogue::Named| match schema {
        Some(schema) => named.schema == schema,
        None => is_visible(&named.schema),
    };
    let of_kind = catalogue.functions.iter().filter(|named| kinds.contains(&named.kind));
    // Three thousand functions of the system say nothing to somebody who has not begun to type.
    let own_only = to.typed.word.is_empty() && schema.is_none();
    let shown = of_kind.filter(fits).filter(|named| !own_only || named.schema != "pg_catalog");
    shown.for_each(|named| to.name(&named.name, tail));
}

/// Names of types as they are written most.
const TYPES: &str = "integer|bigint|smallint|numeric|real|double precision|text|varchar|char|boolean|date|time|timestamp|\
    timestamp with time zone|timestamptz|interval|uuid|json|jsonb|bytea|serial|bigserial|record|int|oid|regclass|regproc";

fn types(catalogue: &Catalogue, schema: Option<&str>, to: &mut Candidates) {
    if schema.is_none() {
        TYPES.split('|').for_each(|name| to.word(name));
    }
    let fits = |named: &&super::catalogue::Named| match schema {
        Some(schema) => named.schema == schema,
        None => is_visible(&named.schema) && (named.schema != "pg_catalog" || !to.typed.word.is_empty()),
    };
    let fitting: Vec<_> = catalogue.types.iter().filter(fits).collect();
    fitting.into_iter().for_each(|named| to.name(&named.name, ""));
}

/// Settings; `extension` is what stands before the dot in the name of one of an extension's.
fn settings(catalogue: &Catalogue, extension: Option<&str>, to: &mut Candidates) {
    for setting in &catalogue.settings {
        match extension {
            None => to.word(&setting.name),
            Some(extension) => {
                if let Some(rest) = setting.name.strip_prefix(extension).and_then(|rest| rest.strip_prefix('.')) {
                    to.word(rest);
                }
            }
        }
    }
}

/// The values of the setting whose name stands before `=` or TO.
fn values(catalogue: &Catalogue, words: &[&str], to: &mut Candidates) {
    let Some(name) = words.len().checked_sub(2).and_then(|place| words.get(place)) else { return };
    let setting = catalogue.settings.iter().find(|setting| setting.name.eq_ignore_ascii_case(name));
    setting.into_iter().flat_map(|setting| &setting.values).for_each(|value| match is_plain(value) {
        true => to.word(value),
        false => to.word(&format!("'{value}'")),
    });
}

fn is_plain(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether what is typed is the name of something; for a token that a name may stand for.
pub(super) fn is_word(token: &Token<'_>) -> bool {
    use super::super::lex::Kind;
    matches!(token.kind, Kind::Name | Kind::QuotedName | Kind::Keyword)
}
