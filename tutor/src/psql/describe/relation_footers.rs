//! What stands below the columns of `\d NAME`: indexes, constraints, triggers, partitions, ..

use super::relation::Relation;
use super::{Answer, Asking, is_true, text};
use crate::psql::command::CommandError;

pub(super) type Footers = Result<Vec<String>, CommandError>;

/// A title and lines below it, or nothing when there are no lines.
pub(super) fn section(title: &str, lines: Vec<String>) -> Vec<String> {
    let mut section = Vec::with_capacity(lines.len() + 1);
    if !lines.is_empty() {
        section.push(title.to_owned());
        section.extend(lines);
    }
    section
}

/// Everything of `text` behind `mark`, all of it where there is none.
pub(super) fn behind<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).map_or(text, |(_, rest)| rest)
}

impl Asking<'_, '_> {
    pub(super) fn relation_footers(&mut self, relation: &Relation, verbose: bool) -> Footers {
        let mut footers = self.partition_footers(relation, verbose)?;
        if relation.kind == 't' {
            footers.extend(self.owning_table(relation)?);
        }
        if relation.is_one_of("iI") {
            footers.extend(self.index_footer(relation)?);
        } else if relation.is_one_of("rmfpt") {
            footers.extend(self.index_list(relation)?);
            footers.extend(self.constraints(relation)?);
            footers.extend(self.policies(relation)?);
            footers.extend(self.statistics(relation)?);
            if relation.has_rules && relation.kind != 'm' {
                footers.extend(self.rules(relation)?);
            }
            footers.extend(self.publications(relation)?);
        }
        if relation.is_one_of("vm") && verbose {
            footers.extend(self.view_definition(relation)?);
        }
        if relation.has_triggers && relation.is_one_of("rmfpv") {
            footers.extend(self.triggers(relation)?);
        }
        if relation.is_one_of("rmfpIt") {
            footers.extend(self.family(relation, verbose)?);
            footers.extend(self.storage(relation, verbose)?);
        }
        if verbose && !relation.options.is_empty() {
            footers.push(format!("Options: {}", relation.options));
        }
        Ok(footers)
    }

    /// Of what it is a partition, and how it is partitioned itself.
    fn partition_footers(&mut self, relation: &Relation, verbose: bool) -> Footers {
        let oid = &relation.oid;
        let mut footers = Vec::new();
        if relation.is_partition {
            let answer = self.ask(&format!(
                "SELECT inhparent::pg_catalog.regclass,\n  pg_catalog.pg_get_expr(c.relpartbound, c.oid),\n  \
                 inhdetachpending,\n  pg_catalog.pg_get_partition_constraintdef(c.oid)\n\
                 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON c.oid = inhrelid\nWHERE c.oid = '{oid}';"
            ))?;
            if let Some(row) = answer.rows.first() {
                let pending = if is_true(row, 2) { " DETACH PENDING" } else { "" };
                footers.push(format!("Partition of: {} {}{pending}", text(row, 0), text(row, 1)));
                if verbose {
                    footers.push(match text(row, 3) {
                        "" => "No partition constraint".to_owned(),
                        constraint => format!("Partition constraint: {constraint}"),
                    });
                }
            }
        }
        if relation.kind == 'p' {
            let answer = self.ask(&format!("SELECT pg_catalog.pg_get_partkeydef('{oid}'::pg_catalog.oid);"))?;
            footers.extend(answer.rows.iter().map(|row| format!("Partition key: {}", text(row, 0))));
        }
        Ok(footers)
    }

    fn owning_table(&mut self, relation: &Relation) -> Footers {
        let answer = self.ask(&format!(
            "SELECT n.nspname, c.relname\nFROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\nWHERE reltoastrelid = '{}';",
            relation.oid
        ))?;
        Ok(answer.rows.iter().map(|row| format!("Owning table: \"{}.{}\"", text(row, 0), text(row, 1))).collect())
    }

    /// The line below an index.
    fn index_footer(&mut self, relation: &Relation) -> Footers {
        let answer = self.ask(&format!(
            "SELECT i.indisunique, i.indisprimary, i.indisclustered, i.indisvalid,\n  \
             (NOT i.indimmediate) AND EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = i.indrelid \
             AND conindid = i.indexrelid AND contype IN ('p','u','x') AND condeferrable) AS condeferrable,\n  \
             (NOT i.indimmediate) AND EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = i.indrelid \
             AND conindid = i.indexrelid AND contype IN ('p','u','x') AND condeferred) AS condeferred,\n\
             i.indisreplident,\ni.indnullsnotdistinct,\n  a.amname, c2.relname, \
             pg_catalog.pg_get_expr(i.indpred, i.indrelid, true)\n\
             FROM pg_catalog.pg_index i, pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_am a\n\
             WHERE i.indexrelid = c.oid AND c.oid = '{}' AND c.relam = a.oid\nAND i.indrelid = c2.oid;",
            relation.oid
        ))?;
        let Some(row) = answer.rows.first() else {
            return Ok(Vec::new());
        };
        let mut line = match (is_true(row, 1), is_true(row, 0), is_true(row, 7)) {
            (true, _, _) => "primary key, ",
            (false, true, true) => "unique nulls not distinct, ",
            (false, true, false) => "unique, ",
            (false, false, _) => "",
        }
        .to_owned();
        line.push_str(&format!("{}, for table \"{}.{}\"", text(row, 8), relation.schema, text(row, 9)));
        if !text(row, 10).is_empty() {
            line.push_str(&format!(", predicate ({})", text(row, 10)));
        }
        for (holds, word) in [
            (is_true(row, 2), "clustered"),
            (!is_true(row, 3), "invalid"),
            (is_true(row, 4), "deferrable"),
            (is_true(row, 5), "initially deferred"),
            (is_true(row, 6), "replica identity"),
        ] {
            if holds {
                line.push_str(&format!(", {word}"));
            }
        }
        let mut footers = vec![line];
        if relation.kind == 'i' {
            footers.extend(self.tablespace(&relation.tablespace)?.map(|name| format!("Tablespace: \"{name}\"")));
        }
        Ok(footers)
    }

    fn index_list(&mut self, relation: &Relation) -> Footers {
        if !relation.has_index {
            return Ok(Vec::new());
        }
        let answer = self.ask(&format!(
            "SELECT c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, \
             pg_catalog.pg_get_indexdef(i.indexrelid, 0, true),\n  \
             pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, \
             c2.reltablespace\n\
             FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i\n  \
             LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid \
             AND contype IN ('p','u','x'))\n\
             WHERE c.oid = '{}' AND c.oid = i.indrelid AND i.indexrelid = c2.oid\n\
             ORDER BY i.indisprimary DESC, c2.relname;",
            relation.oid
        ))?;
        let mut lines = Vec::new();
        for row in &answer.rows {
            let mut line = index_line(row);
            if let Some(name) = self.tablespace(text(row, 11))? {
                line.push_str(&format!(", tablespace \"{name}\""));
            }
            lines.push(line);
        }
        Ok(section("Indexes:", lines))
    }

    fn view_definition(&mut self, relation: &Relation) -> Footers {
        let oid = &relation.oid;
        let definition = self.ask(&format!("SELECT pg_catalog.pg_get_viewdef('{oid}'::pg_catalog.oid, true);"))?;
        let mut footers =
            section("View definition:", definition.rows.iter().map(|row| text(row, 0).to_owned()).collect());
        if relation.has_rules {
            let rules = self.ask(&format!(
                "SELECT r.rulename, trim(trailing ';' from pg_catalog.pg_get_ruledef(r.oid, true))\n\
                 FROM pg_catalog.pg_rewrite r\nWHERE r.ev_class = '{oid}' AND r.rulename != '_RETURN' ORDER BY 1;"
            ))?;
            let lines = rules.rows.iter().map(|row| format!(" {}", behind(text(row, 1), "CREATE RULE "))).collect();
            footers.extend(section("Rules:", lines));
        }
        Ok(footers)
    }

    /// Foreign server, parents, children or partitions, and type.
    fn family(&mut self, relation: &Relation, verbose: bool) -> Footers {
        let oid = &relation.oid;
        let mut footers = Vec::new();
        if relation.kind == 'f' {
            let server = self.ask(&format!(
                "SELECT s.srvname,\n  pg_catalog.array_to_string(ARRAY(\n    \
                 SELECT pg_catalog.quote_ident(option_name) || ' ' || pg_catalog.quote_literal(option_value)\n    \
                 FROM pg_catalog.pg_options_to_table(ftoptions)), ', ')\n\
                 FROM pg_catalog.pg_foreign_table f,\n     pg_catalog.pg_foreign_server s\n\
                 WHERE f.ftrelid = '{oid}' AND s.oid = f.ftserver;"
            ))?;
            for row in &server.rows {
                footers.push(format!("Server: {}", text(row, 0)));
                if !text(row, 1).is_empty() {
                    footers.push(format!("FDW options: ({})", text(row, 1)));
                }
            }
        }
        let parents = self.ask(&format!(
            "SELECT c.oid::pg_catalog.regclass\nFROM pg_catalog.pg_class c, pg_catalog.pg_inherits i\n\
             WHERE c.oid = i.inhparent AND i.inhrelid = '{oid}'\n  AND c.relkind != 'p' AND c.relkind != 'I'\n\
             ORDER BY inhseqno;"
        ))?;
        footers.extend(listing("Inherits", parents.rows.iter().map(|row| text(row, 0).to_owned()).collect()));
        let children = self.ask(&format!(
            "SELECT c.oid::pg_catalog.regclass, c.relkind, inhdetachpending, \
             pg_catalog.pg_get_expr(c.relpartbound, c.oid)\n\
             FROM pg_catalog.pg_class c, pg_catalog.pg_inherits i\nWHERE c.oid = i.inhrelid AND i.inhparent = '{oid}'\n\
             ORDER BY pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', \
             c.oid::pg_catalog.regclass::pg_catalog.text;"
        ))?;
        footers.extend(children_footers(&children, relation.is_one_of("pI"), verbose));
        if !relation.of_type.is_empty() {
            footers.push(format!("Typed table of type: {}", relation.of_type));
        }
        Ok(footers)
    }

    /// Replica identity, tablespace and access method.
    fn storage(&mut self, relation: &Relation, verbose: bool) -> Footers {
        let mut footers = Vec::new();
        let usual = if relation.schema == "pg_catalog" { "n" } else { "d" };
        let identity = relation.replica_identity.as_str();
        if verbose && relation.is_one_of("rm") && identity != "i" && identity != usual {
            let name = match identity {
                "f" => "FULL",
                "n" => "NOTHING",
                _ => "???",
            };
            footers.push(format!("Replica Identity: {name}"));
        }
        if relation.kind != 'f' {
            footers.extend(self.tablespace(&relation.tablespace)?.map(|name| format!("Tablespace: \"{name}\"")));
        }
        if let Some(method) = &relation.access_method
            && verbose
            && !self.shell.variables.is_on("HIDE_TABLEAM")
        {
            footers.push(format!("Access method: {method}"));
        }
        Ok(footers)
    }

    /// The name of a tablespace that is not the database's own.
    fn tablespace(&mut self, oid: &str) -> Result<Option<String>, CommandError> {
        if matches!(oid, "" | "0") {
            return Ok(None);
        }
        let answer = self.ask(&format!("SELECT spcname FROM pg_catalog.pg_tablespace\nWHERE oid = '{oid}';"))?;
        Ok(answer.rows.first().map(|row| text(row, 0).to_owned()))
    }
}

fn index_line(row: &[Option<String>]) -> String {
    let mut line = format!("    \"{}\"", text(row, 0));
    if text(row, 7) == "x" {
        line.push_str(&format!(" {}", text(row, 6)));
    } else {
        line.push_str(match (is_true(row, 1), is_true(row, 2), text(row, 7)) {
            (true, _, _) => " PRIMARY KEY,",
            (false, true, "u") => " UNIQUE CONSTRAINT,",
            (false, true, _) => " UNIQUE,",
            _ => "",
        });
        line.push_str(&format!(" {}", behind(text(row, 5), " USING ")));
        line.push_str(if is_true(row, 8) { " DEFERRABLE" } else { "" });
        line.push_str(if is_true(row, 9) { " INITIALLY DEFERRED" } else { "" });
    }
    line.push_str(if is_true(row, 3) { " CLUSTER" } else { "" });
    line.push_str(if is_true(row, 4) { "" } else { " INVALID" });
    line.push_str(if is_true(row, 10) { " REPLICA IDENTITY" } else { "" });
    line
}

/// `Title: first,` and the others below it, each a footer.
fn listing(title: &str, names: Vec<String>) -> Vec<String> {
    let last = names.len().saturating_sub(1);
    let line = |(number, name): (usize, String)| {
        let start = if number == 0 { format!("{title}: ") } else { " ".repeat(title.len() + 2) };
        format!("{start}{name}{}", if number < last { "," } else { "" })
    };
    names.into_iter().enumerate().map(line).collect()
}

fn children_footers(children: &Answer, is_partitioned: bool, verbose: bool) -> Vec<String> {
    let count = children.rows.len();
    if is_partitioned && count == 0 {
        return vec!["Number of partitions: 0".to_owned()];
    }
    if !verbose {
        let what = if is_partitioned { "partitions" } else { "child tables" };
        return if count > 0 {
            vec![format!("Number of {what}: {count} (Use \\d+ to list them.)")]
        } else {
            Vec::new()
        };
    }
    let name = |row: &Vec<Option<String>>| {
        let bound = if text(row, 3).is_empty() { String::new() } else { format!(" {}", text(row, 3)) };
        let partitioned = if matches!(text(row, 1), "p" | "I") { ", PARTITIONED" } else { "" };
        let pending = if is_true(row, 2) { " (DETACH PENDING)" } else { "" };
        format!("{}{bound}{partitioned}{pending}", text(row, 0))
    };
    listing(if is_partitioned { "Partitions" } else { "Child tables" }, children.rows.iter().map(name).collect())
}
