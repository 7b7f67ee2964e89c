//! `\d NAME`: the columns of a relation. What stands below them comes from [`super::relation_footers`].

use std::borrow::Cow;

use super::lists::RELATION;
use super::{Asking, is_true, text};
use crate::psql::command::{CommandError, CommandResult};
use crate::psql::print::{Align, Table};
use crate::psql::shell::Performed;

/// What `pg_class` says of a relation.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) oid: String,
    pub(super) schema: String,
    pub(super) name: String,
    /// `relkind`.
    pub(super) kind: char,
    pub(super) has_checks: bool,
    pub(super) has_index: bool,
    pub(super) has_rules: bool,
    pub(super) has_triggers: bool,
    pub(super) row_security: bool,
    pub(super) force_row_security: bool,
    pub(super) is_partition: bool,
    pub(super) options: String,
    pub(super) tablespace: String,
    pub(super) of_type: String,
    pub(super) persistence: String,
    pub(super) replica_identity: String,
    pub(super) access_method: Option<String>,
}

impl Relation {
    pub(super) fn is_one_of(&self, kinds: &str) -> bool {
        kinds.contains(self.kind)
    }

    fn title(&self) -> String {
        let is_unlogged = self.persistence == "u";
        let kind = match (self.kind, is_unlogged) {
            ('r', false) => "Table",
            ('r', true) => "Unlogged table",
            ('v', _) => "View",
            ('m', false) => "Materialized view",
            ('m', true) => "Unlogged materialized view",
            ('i', false) => "Index",
            ('i', true) => "Unlogged index",
            ('I', false) => "Partitioned index",
            ('I', true) => "Unlogged partitioned index",
            ('t', _) => "TOAST table",
            ('c', _) => "Composite type",
            ('f', _) => "Foreign table",
            ('p', false) => "Partitioned table",
            ('p', true) => "Unlogged partitioned table",
            ('S', false) => "Sequence",
            ('S', true) => "Unlogged sequence",
            _ => "Relation",
        };
        format!("{kind} \"{}.{}\"", self.schema, self.name)
    }
}

impl Asking<'_, '_> {
    /// Describes every relation that the pattern matches.
    pub(super) fn describe_relations(&mut self, pattern: Option<&str>, verbose: bool, _system: bool) -> CommandResult {
        let conditions = self.conditions(pattern, RELATION)?;
        let filter =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}\n", conditions.join("\n  AND ")) };
        let found = self.ask(&format!(
            "SELECT c.oid,\n  n.nspname,\n  c.relname\nFROM pg_catalog.pg_class c\n     \
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n{filter}ORDER BY 2, 3;"
        ))?;
        if found.rows.is_empty() {
            return self.say_nothing_found("relations", "relation", pattern);
        }
        for row in &found.rows {
            let relation = self.relation(text(row, 0), text(row, 1), text(row, 2))?;
            if relation.kind == 'S' {
                self.describe_sequence(&relation)?;
            } else {
                self.describe_relation(&relation, verbose)?;
            }
        }
        Ok(Performed::Done)
    }

    fn relation(&mut self, oid: &str, schema: &str, name: &str) -> Result<Relation, CommandError> {
        let answer = self.ask(&format!(
            "SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity, \
             c.relforcerowsecurity, c.relispartition, \
             pg_catalog.array_to_string(c.reloptions || array(select 'toast.' || x from \
             pg_catalog.unnest(tc.reloptions) x), ', '), c.reltablespace, CASE WHEN c.reloftype = 0 THEN '' ELSE \
             c.reloftype::pg_catalog.regtype::pg_catalog.text END, c.relpersistence, c.relreplident, am.amname\n\
             FROM pg_catalog.pg_class c\n LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid)\n\
             LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid)\nWHERE c.oid = '{oid}';"
        ))?;
        let Some(row) = answer.rows.first() else {
            return Err(CommandError::Complaint(format!("Did not find any relation with OID {oid}.")));
        };
        Ok(Relation {
            oid: oid.to_owned(),
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind: text(row, 1).chars().next().unwrap_or(' '),
            has_checks: text(row, 0) != "0",
            has_index: is_true(row, 2),
            has_rules: is_true(row, 3),
            has_triggers: is_true(row, 4),
            row_security: is_true(row, 5),
            force_row_security: is_true(row, 6),
            is_partition: is_true(row, 7),
            options: text(row, 8).to_owned(),
            tablespace: text(row, 9).to_owned(),
            of_type: text(row, 10).to_owned(),
            persistence: text(row, 11).to_owned(),
            replica_identity: text(row, 12).to_owned(),
            access_method: row.get(13).cloned().flatten(),
        })
    }

    fn describe_sequence(&mut self, relation: &Relation) -> CommandResult {
        let oid = &relation.oid;
        let answer = self.ask(&format!(
            "SELECT pg_catalog.format_type(seqtypid, NULL) AS \"Type\",\n       seqstart AS \"Start\",\n       \
             seqmin AS \"Minimum\",\n       seqmax AS \"Maximum\",\n       seqincrement AS \"Increment\",\n       \
             CASE WHEN seqcycle THEN 'yes' ELSE 'no' END AS \"Cycles?\",\n       seqcache AS \"Cache\"\n\
             FROM pg_catalog.pg_sequence\nWHERE seqrelid = '{oid}';"
        ))?;
        let owner = self.ask(&format!(
            "SELECT pg_catalog.quote_ident(nspname) || '.' ||\n   pg_catalog.quote_ident(relname) || '.' ||\n   \
             pg_catalog.quote_ident(attname),\n   d.deptype\nFROM pg_catalog.pg_class c\n\
             INNER JOIN pg_catalog.pg_depend d ON c.oid=d.refobjid\n\
             INNER JOIN pg_catalog.pg_namespace n ON n.oid=c.relnamespace\n\
             INNER JOIN pg_catalog.pg_attribute a ON (\n a.attrelid=c.oid AND\n a.attnum=d.refobjsubid)\n\
             WHERE d.classid='pg_catalog.pg_class'::pg_catalog.regclass\n \
             AND d.refclassid='pg_catalog.pg_class'::pg_catalog.regclass\n AND d.objid='{oid}'\n \
             AND d.deptype IN ('a', 'i')"
        ))?;
        let footers = match owner.rows.as_slice() {
            [row] if text(row, 1) == "i" => vec![format!("Sequence for identity column: {}", text(row, 0))],
            [row] => vec![format!("Owned by: {}", text(row, 0))],
            _ => Vec::new(),
        };
        self.print_answer_with(&answer, &relation.title(), footers, false)
    }

    fn describe_relation(&mut self, relation: &Relation, verbose: bool) -> CommandResult {
        let answer = self.ask(&attributes_query(relation))?;
        let layout = Layout::new(relation, verbose, self.shell.variables.is_on("HIDE_TOAST_COMPRESSION"));
        let mut cells: Vec<Cow<'_, str>> = Vec::new();
        for row in &answer.rows {
            cells.extend(layout.columns.iter().map(|column| column.cell(row)));
        }
        let footers = self.relation_footers(relation, verbose)?;
        self.print_unexpanded(&Table {
            title: Some(relation.title()),
            headers: layout.columns.iter().map(|column| Cow::Borrowed(column.header())).collect(),
            aligns: vec![Align::Left; layout.columns.len()],
            cells,
            row_count: answer.rows.len(),
            footers,
            counts_rows: false,
        })
    }
}

/// A column of the description.
#[derive(Debug, Clone, Copy)]
enum Shown {
    Name,
    Type,
    Collation,
    Nullable,
    Default,
    IsKey,
    Definition,
    WrapperOptions,
    Storage,
    Compression,
    StatisticsTarget,
    Description,
}

/// Which columns a kind of relation is described with.
struct Layout {
    columns: Vec<Shown>,
}

impl Layout {
    fn new(relation: &Relation, verbose: bool, hides_compression: bool) -> Self {
        let mut columns = vec![Shown::Name, Shown::Type];
        if relation.is_one_of("rvmfcp") {
            columns.extend([Shown::Collation, Shown::Nullable, Shown::Default]);
        }
        if relation.is_one_of("iI") {
            columns.extend([Shown::IsKey, Shown::Definition]);
        }
        if relation.kind == 'f' {
            columns.push(Shown::WrapperOptions);
        }
        if verbose {
            columns.push(Shown::Storage);
            if relation.is_one_of("rpm") && !hides_compression {
                columns.push(Shown::Compression);
            }
            if relation.is_one_of("riImfp") {
                columns.push(Shown::StatisticsTarget);
            }
            if relation.is_one_of("rvmfcp") {
                columns.push(Shown::Description);
            }
        }
        Self { columns }
    }
}

impl Shown {
    fn header(self) -> &'static str {
        match self {
            Self::Name => "Column",
            Self::Type => "Type",
            Self::Collation => "Collation",
            Self::Nullable => "Nullable",
            Self::Default => "Default",
            Self::IsKey => "Key?",
            Self::Definition => "Definition",
            Self::WrapperOptions => "FDW options",
            Self::Storage => "Storage",
            Self::Compression => "Compression",
            Self::StatisticsTarget => "Stats target",
            Self::Description => "Description",
        }
    }

    /// The cell for a row of [`attributes_query`].
    fn cell(self, row: &[Option<String>]) -> Cow<'_, str> {
        match self {
            Self::Name => text(row, 0).into(),
            Self::Type => text(row, 1).into(),
            Self::Collation => text(row, 4).into(),
            Self::Nullable => if is_true(row, 3) { "not null" } else { "" }.into(),
            Self::Default => match (text(row, 5), text(row, 6)) {
                ("a", _) => "generated always as identity".into(),
                ("d", _) => "generated by default as identity".into(),
                (_, "s") => format!("generated always as ({}) stored", text(row, 2)).into(),
                _ => text(row, 2).into(),
            },
            Self::IsKey => text(row, 7).into(),
            Self::Definition => text(row, 8).into(),
            Self::WrapperOptions => text(row, 9).into(),
            Self::Storage => match text(row, 10) {
                "p" => "plain",
                "m" => "main",
                "x" => "extended",
                "e" => "external",
                _ => "???",
            }
            .into(),
            Self::Compression => match text(row, 11) {
                "p" => "pglz",
                "l" => "lz4",
                "" => "",
                _ => "???",
            }
            .into(),
            Self::StatisticsTarget => text(row, 12).into(),
            Self::Description => text(row, 13).into(),
        }
    }
}

fn attributes_query(relation: &Relation) -> String {
    let oid = &relation.oid;
    let (is_key, definition) = if relation.is_one_of("iI") {
        (
            format!(
                "CASE WHEN a.attnum <= (SELECT i.indnkeyatts FROM pg_catalog.pg_index i WHERE i.indexrelid = '{oid}') \
                 THEN 'yes' ELSE 'no' END"
            ),
            "pg_catalog.pg_get_indexdef(a.attrelid, a.attnum, TRUE)",
        )
    } else {
        ("NULL".to_owned(), "NULL")
    };
    format!(
        "SELECT a.attname,\n  pg_catalog.format_type(a.atttypid, a.atttypmod),\n  \
         (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true)\n   FROM pg_catalog.pg_attrdef d\n   \
         WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef),\n  a.attnotnull,\n  \
         (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t\n   \
         WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation),\n  \
         a.attidentity,\n  a.attgenerated,\n  {is_key},\n  {definition},\n  \
         CASE WHEN attfdwoptions IS NULL THEN '' ELSE '(' || pg_catalog.array_to_string(ARRAY(\
         SELECT pg_catalog.quote_ident(option_name) || ' ' || pg_catalog.quote_literal(option_value)  \
         FROM pg_catalog.pg_options_to_table(attfdwoptions)), ', ') || ')' END,\n  a.attstorage,\n  \
         a.attcompression,\n  CASE WHEN a.attstattarget=-1 THEN NULL ELSE a.attstattarget END,\n  \
         pg_catalog.col_description(a.attrelid, a.attnum)\n\
         FROM pg_catalog.pg_attribute a\n\
         WHERE a.attrelid = '{oid}' AND a.attnum > 0 AND NOT a.attisdropped\nORDER BY a.attnum;"
    )
}
