//! Constraints, policies and statistics in `\d NAME`.

use super::relation::Relation;
use super::relation_footers::{Footers, section};
use super::{Asking, is_true, text};

impl Asking<'_, '_> {
    pub(super) fn constraints(&mut self, relation: &Relation) -> Footers {
        let oid = &relation.oid;
        let mut footers = Vec::new();
        if relation.has_checks {
            let checks = self.ask(&format!(
                "SELECT r.conname, pg_catalog.pg_get_constraintdef(r.oid, true)\nFROM pg_catalog.pg_constraint r\n\
                 WHERE r.conrelid = '{oid}' AND r.contype = 'c'\nORDER BY 1;"
            ))?;
            let lines = checks.rows.iter().map(|row| format!("    \"{}\" {}", text(row, 0), text(row, 1))).collect();
            footers.extend(section("Check constraints:", lines));
        }
        if !relation.has_triggers && relation.kind != 'p' {
            return Ok(footers);
        }
        let foreign = self.ask(&foreign_keys_query(relation))?;
        let line = |row: &Vec<Option<String>>| match text(row, 0) {
            "f" => format!("    TABLE \"{}\" CONSTRAINT \"{}\" {}", text(row, 3), text(row, 1), text(row, 2)),
            _ => format!("    \"{}\" {}", text(row, 1), text(row, 2)),
        };
        footers.extend(section("Foreign-key constraints:", foreign.rows.iter().map(line).collect()));
        let referenced = self.ask(&format!(
            "SELECT conname, conrelid::pg_catalog.regclass AS ontable,\n       \
             pg_catalog.pg_get_constraintdef(oid, true) AS condef\n  FROM pg_catalog.pg_constraint c\n \
             WHERE confrelid IN (SELECT pg_catalog.pg_partition_ancestors('{oid}')\n                     \
             UNION ALL VALUES ('{oid}'::pg_catalog.regclass))\n       \
             AND contype = 'f' AND conparentid = 0\nORDER BY conname;"
        ))?;
        let line = |row: &Vec<Option<String>>| {
            format!("    TABLE \"{}\" CONSTRAINT \"{}\" {}", text(row, 1), text(row, 0), text(row, 2))
        };
        footers.extend(section("Referenced by:", referenced.rows.iter().map(line).collect()));
        Ok(footers)
    }

    pub(super) fn policies(&mut self, relation: &Relation) -> Footers {
        let answer = self.ask(&format!(
            "SELECT pol.polname, pol.polpermissive,\n  \
             CASE WHEN pol.polroles = '{{0}}' THEN NULL ELSE pg_catalog.array_to_string(array(select rolname \
             from pg_catalog.pg_roles where oid = any (pol.polroles) order by 1),',') END,\n  \
             pg_catalog.pg_get_expr(pol.polqual, pol.polrelid),\n  \
             pg_catalog.pg_get_expr(pol.polwithcheck, pol.polrelid),\n  \
             CASE pol.polcmd\n    WHEN 'r' THEN 'SELECT'\n    WHEN 'a' THEN 'INSERT'\n    \
             WHEN 'w' THEN 'UPDATE'\n    WHEN 'd' THEN 'DELETE'\n    END AS cmd\n\
             FROM pg_catalog.pg_policy pol\nWHERE pol.polrelid = '{}' ORDER BY 1;",
            relation.oid
        ))?;
        let title = match (relation.row_security, relation.force_row_security, answer.rows.is_empty()) {
            (true, false, false) => "Policies:",
            (true, true, false) => "Policies (forced row security enabled):",
            (true, false, true) => "Policies (row security enabled): (none)",
            (true, true, true) => "Policies (forced row security enabled): (none)",
            (false, _, false) => "Policies (row security disabled):",
            (false, _, true) => return Ok(Vec::new()),
        };
        let mut footers = vec![title.to_owned()];
        footers.extend(answer.rows.iter().map(|row| policy_line(row)));
        Ok(footers)
    }

    pub(super) fn statistics(&mut self, relation: &Relation) -> Footers {
        let answer = self.ask(&format!(
            "SELECT oid, stxrelid::pg_catalog.regclass, \
             stxnamespace::pg_catalog.regnamespace::pg_catalog.text AS nsp, stxname,\n\
             pg_catalog.pg_get_statisticsobjdef_columns(oid) AS columns,\n  'd' = any(stxkind) AS ndist_enabled,\n  \
             'f' = any(stxkind) AS deps_enabled,\n  'm' = any(stxkind) AS mcv_enabled,\nstxstattarget\n\
             FROM pg_catalog.pg_statistic_ext\nWHERE stxrelid = '{}'\nORDER BY nsp, stxname;",
            relation.oid
        ))?;
        let line = |row: &Vec<Option<String>>| {
            let kinds = [(5, "ndistinct"), (6, "dependencies"), (7, "mcv")];
            let has: Vec<&str> = kinds.iter().filter(|(at, _)| is_true(row, *at)).map(|(_, kind)| *kind).collect();
            let kinds = if has.is_empty() || has.len() == kinds.len() {
                String::new()
            } else {
                format!(" ({})", has.join(", "))
            };
            let target = match text(row, 8) {
                "" | "-1" => String::new(),
                target => format!("; STATISTICS {target}"),
            };
            format!(
                "    \"{}.{}\"{kinds} ON {} FROM {}{target}",
                text(row, 2),
                text(row, 3),
                text(row, 4),
                text(row, 1)
            )
        };
        Ok(section("Statistics objects:", answer.rows.iter().map(line).collect()))
    }
}

fn policy_line(row: &[Option<String>]) -> String {
    let mut line = format!("    POLICY \"{}\"", text(row, 0));
    if !is_true(row, 1) {
        line.push_str(" AS RESTRICTIVE");
    }
    let has = |column: usize| row.get(column).is_some_and(Option::is_some);
    if has(5) {
        line.push_str(&format!(" FOR {}", text(row, 5)));
    }
    if has(2) {
        line.push_str(&format!("\n      TO {}", text(row, 2)));
    }
    if has(3) {
        line.push_str(&format!("\n      USING ({})", text(row, 3)));
    }
    if has(4) {
        line.push_str(&format!("\n      WITH CHECK ({})", text(row, 4)));
    }
    line
}

fn foreign_keys_query(relation: &Relation) -> String {
    let oid = &relation.oid;
    if relation.is_partition || relation.kind == 'p' {
        return format!(
            "SELECT conrelid = '{oid}'::pg_catalog.regclass AS sametable,\n       conname,\n       \
             pg_catalog.pg_get_constraintdef(oid, true) AS condef,\n       \
             conrelid::pg_catalog.regclass AS ontable\n  FROM pg_catalog.pg_constraint,\n       \
             pg_catalog.pg_partition_ancestors('{oid}')\n \
             WHERE conrelid = relid AND contype = 'f' AND conparentid = 0\nORDER BY sametable DESC, conname;"
        );
    }
    format!(
        "SELECT true as sametable, conname,\n  pg_catalog.pg_get_constraintdef(r.oid, true) as condef,\n  \
         conrelid::pg_catalog.regclass AS ontable\nFROM pg_catalog.pg_constraint r\n\
         WHERE r.conrelid = '{oid}' AND r.contype = 'f'\n     AND conparentid = 0\nORDER BY conname"
    )
}
