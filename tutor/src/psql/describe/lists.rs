//! The lists: `\dt` and the like, `\df`, `\dn`, `\du`, `\dx`, `\l`.

use std::borrow::Cow;

use super::pattern::{Target, conditions};
use super::{Asking, is_true, text};
use crate::psql::command::{CommandError, CommandResult};
use crate::psql::print::{Align, Table};
use crate::psql::shell::Performed;
use crate::psql::variables::quote_literal;

/// Kinds of relations by the letter that asks for them.
const KINDS: [(char, &str); 6] =
    [('t', "'r','p',"), ('v', "'v',"), ('m', "'m',"), ('i', "'i','I',"), ('s', "'S',"), ('E', "'f',")];

/// `WHERE` with conditions, or nothing.
pub(super) fn where_clause(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!("WHERE {}\n", conditions.join("\n  AND ")) }
}

impl Asking<'_, '_> {
    pub(super) fn conditions(&self, pattern: Option<&str>, target: Target<'_>) -> Result<Vec<String>, CommandError> {
        conditions(pattern, target, &self.shell.options.database).map_err(CommandError::Complaint)
    }

    /// `\d` without a name, `\dt`, `\dv`, `\dm`, `\di`, `\ds`, `\dE` and combinations.
    pub(super) fn list_relations(
        &mut self,
        letters: &str,
        pattern: Option<&str>,
        verbose: bool,
        system: bool,
    ) -> CommandResult {
        let shows = |letter| letters.contains(letter);
        let mut kinds: String = KINDS.iter().filter(|(letter, _)| shows(*letter)).map(|(_, kinds)| *kinds).collect();
        if system || pattern.is_some() {
            kinds.push_str(if shows('t') { "'t','s'," } else { "'s'," });
        }
        let has_method = (shows('t') || shows('m') || shows('i')) && !self.shell.variables.is_on("HIDE_TABLEAM");
        let mut columns = String::new();
        if shows('i') {
            columns.push_str(",\n  c2.relname as \"Table\"");
        }
        if verbose {
            columns.push_str(
                ",\n  CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END as \"Persistence\"",
            );
            if has_method {
                columns.push_str(",\n  am.amname as \"Access method\"");
            }
            columns.push_str(
                ",\n  pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) as \"Size\"\
                 ,\n  pg_catalog.obj_description(c.oid, 'pg_class') as \"Description\"",
            );
        }
        let mut conditions = vec![format!("c.relkind IN ({kinds}'')")];
        if !system && pattern.is_none() {
            conditions.push(
                "n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema'"
                    .to_owned(),
            );
        }
        conditions.extend(self.conditions(pattern, RELATION)?);
        let answer = self.ask(&format!(
            "SELECT n.nspname as \"Schema\",\n  c.relname as \"Name\",\n  \
             CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' \
             WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table' \
             WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END as \"Type\",\n  \
             pg_catalog.pg_get_userbyid(c.relowner) as \"Owner\"{columns}\n\
             FROM pg_catalog.pg_class c\n     \
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n     \
             LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam\n     \
             LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid\n     \
             LEFT JOIN pg_catalog.pg_class c2 ON i.indrelid = c2.oid\n\
             {}ORDER BY 1,2;",
            where_clause(&conditions)
        ))?;
        if answer.rows.is_empty() && !self.is_quiet() {
            return self.say_nothing_found("relations", "relation", pattern);
        }
        self.print_answer(&answer, "List of relations")
    }

    pub(super) fn list_schemas(&mut self, pattern: Option<&str>, verbose: bool, system: bool) -> CommandResult {
        let mut conditions = Vec::new();
        if !system && pattern.is_none() {
            conditions.push("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'".to_owned());
        }
        conditions.extend(self.conditions(pattern, Target { name: "n.nspname", ..Target::default() })?);
        let columns = if verbose {
            ",\n  pg_catalog.array_to_string(n.nspacl, E'\\n') AS \"Access privileges\",\n  \
             pg_catalog.obj_description(n.oid, 'pg_namespace') AS \"Description\""
        } else {
            ""
        };
        let answer = self.ask(&format!(
            "SELECT n.nspname AS \"Name\",\n  pg_catalog.pg_get_userbyid(n.nspowner) AS \"Owner\"{columns}\n\
             FROM pg_catalog.pg_namespace n\n{}ORDER BY 1;",
            where_clause(&conditions)
        ))?;
        let mut footers = Vec::new();
        if let Some(pattern) = pattern {
            let publications = self.ask(&format!(
                "SELECT pubname \nFROM pg_catalog.pg_publication p\n     \
                 JOIN pg_catalog.pg_publication_namespace pn ON p.oid = pn.pnpubid\n     \
                 JOIN pg_catalog.pg_namespace n ON n.oid = pn.pnnspid \n\
                 WHERE n.nspname = {}\nORDER BY 1",
                quote_literal(pattern)
            ))?;
            if !publications.rows.is_empty() {
                footers.push("Publications:".to_owned());
                footers.extend(publications.rows.iter().map(|row| format!("    \"{}\"", text(row, 0))));
            }
        }
        let counts_rows = footers.is_empty();
        self.print_answer_with(&answer, "List of schemas", footers, counts_rows)
    }

    pub(super) fn list_roles(&mut self, pattern: Option<&str>, verbose: bool, system: bool) -> CommandResult {
        let mut conditions = Vec::new();
        if !system && pattern.is_none() {
            conditions.push("r.rolname !~ '^pg_'".to_owned());
        }
        conditions.extend(self.conditions(pattern, Target { name: "r.rolname", ..Target::default() })?);
        let answer = self.ask(&format!(
            "SELECT r.rolname, r.rolsuper, r.rolinherit,\n  r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,\n  \
             r.rolconnlimit, r.rolvaliduntil,\n  ARRAY(SELECT b.rolname\n        \
             FROM pg_catalog.pg_auth_members m\n        JOIN pg_catalog.pg_roles b ON (m.roleid = b.oid)\n        \
             WHERE m.member = r.oid) as memberof,\n  r.rolreplication, r.rolbypassrls,\n  \
             pg_catalog.shobj_description(r.oid, 'pg_authid') AS description\n\
             FROM pg_catalog.pg_roles r\n{}ORDER BY 1;",
            where_clause(&conditions)
        ))?;
        let mut headers = vec!["Role name", "Attributes", "Member of"];
        if verbose {
            headers.push("Description");
        }
        let mut cells = Vec::new();
        for row in &answer.rows {
            cells.extend([Cow::Borrowed(text(row, 0)), role_attributes(row).into(), Cow::Borrowed(text(row, 8))]);
            if verbose {
                cells.push(Cow::Borrowed(text(row, 11)));
            }
        }
        self.print(&Table {
            title: Some("List of roles".to_owned()),
            aligns: vec![Align::Left; headers.len()],
            headers: headers.into_iter().map(Cow::Borrowed).collect(),
            cells,
            row_count: answer.rows.len(),
            ..Table::default()
        })
    }

    pub(super) fn list_databases(&mut self, pattern: Option<&str>, verbose: bool) -> CommandResult {
        let conditions = self.conditions(pattern, Target { name: "d.datname", ..Target::default() })?;
        let locale = if self.server_version() >= 170_000 { "d.datlocale" } else { "d.daticulocale" };
        let columns = if verbose {
            ",\n       CASE WHEN pg_catalog.has_database_privilege(d.datname, 'CONNECT')\n          \
             OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')\n            \
             THEN pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.datname))\n            \
             ELSE 'No Access'\n       END as \"Size\",\n       t.spcname as \"Tablespace\",\n       \
             pg_catalog.shobj_description(d.oid, 'pg_database') as \"Description\""
        } else {
            ""
        };
        let answer = self.ask(&format!(
            "SELECT d.datname as \"Name\",\n       pg_catalog.pg_get_userbyid(d.datdba) as \"Owner\",\n       \
             pg_catalog.pg_encoding_to_char(d.encoding) as \"Encoding\",\n       d.datcollate as \"Collate\",\n       \
             d.datctype as \"Ctype\",\n       {locale} as \"ICU Locale\",\n       \
             CASE d.datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END AS \"Locale Provider\",\n       \
             pg_catalog.array_to_string(d.datacl, E'\\n') AS \"Access privileges\"{columns}\n\
             FROM pg_catalog.pg_database d\n  JOIN pg_catalog.pg_tablespace t on d.dattablespace = t.oid\n\
             {}ORDER BY 1;",
            where_clause(&conditions)
        ))?;
        self.print_answer(&answer, "List of databases")
    }

    pub(super) fn list_extensions(&mut self, pattern: Option<&str>) -> CommandResult {
        let conditions = self.conditions(pattern, Target { name: "e.extname", ..Target::default() })?;
        let answer = self.ask(&format!(
            "SELECT e.extname AS \"Name\", e.extversion AS \"Version\", n.nspname AS \"Schema\", \
             c.description AS \"Description\"\nFROM pg_catalog.pg_extension e \
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
             LEFT JOIN pg_catalog.pg_description c ON c.objoid = e.oid \
             AND c.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass\n{}ORDER BY 1;",
            where_clause(&conditions)
        ))?;
        self.print_answer(&answer, "List of installed extensions")
    }

    pub(super) fn list_extension_contents(&mut self, pattern: Option<&str>) -> CommandResult {
        let conditions = self.conditions(pattern, Target { name: "e.extname", ..Target::default() })?;
        let extensions = self.ask(&format!(
            "SELECT e.extname, e.oid\nFROM pg_catalog.pg_extension e\n{}ORDER BY 1;",
            where_clause(&conditions)
        ))?;
        if extensions.rows.is_empty() {
            return self.say_nothing_found("extensions", "extension", pattern);
        }
        for row in &extensions.rows {
            let contents = self.ask(&format!(
                "SELECT pg_catalog.pg_describe_object(classid, objid, 0) AS \"Object description\"\n\
                 FROM pg_catalog.pg_depend\n\
                 WHERE refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND refobjid = '{}' \
                 AND deptype = 'e'\nORDER BY 1;",
                text(row, 1)
            ))?;
            self.print_answer(&contents, &format!("Objects in extension \"{}\"", text(row, 0)))?;
        }
        Ok(Performed::Done)
    }
}

/// Relations in `pg_class c` with their schema `n`.
pub(super) const RELATION: Target<'static> = Target {
    schema: Some("n.nspname"),
    name: "c.relname",
    alternative: None,
    visible: Some("pg_catalog.pg_table_is_visible(c.oid)"),
};

fn role_attributes(row: &[Option<String>]) -> String {
    let flags = [
        (is_true(row, 1), "Superuser"),
        (!is_true(row, 2), "No inheritance"),
        (is_true(row, 3), "Create role"),
        (is_true(row, 4), "Create DB"),
        (!is_true(row, 5), "Cannot login"),
        (is_true(row, 9), "Replication"),
        (is_true(row, 10), "Bypass RLS"),
    ];
    let words: Vec<&str> = flags.iter().filter(|(has, _)| *has).map(|(_, word)| *word).collect();
    let mut lines = vec![words.join(", ")];
    match text(row, 6).parse::<i32>() {
        Ok(0) => lines.push("No connections".to_owned()),
        Ok(1) => lines.push("1 connection".to_owned()),
        Ok(most) if most > 0 => lines.push(format!("{most} connections")),
        _ => {}
    }
    if !text(row, 7).is_empty() {
        lines.push(format!("Password valid until {}", text(row, 7)));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}
