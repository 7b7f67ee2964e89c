//! Rules, triggers and publications in `\d NAME`.

use super::relation::Relation;
use super::relation_footers::{Footers, behind, section};
use super::{Asking, is_true, text};

impl Asking<'_, '_> {
    pub(super) fn rules(&mut self, relation: &Relation) -> Footers {
        let answer = self.ask(&format!(
            "SELECT r.rulename, trim(trailing ';' from pg_catalog.pg_get_ruledef(r.oid, true)), ev_enabled\n\
             FROM pg_catalog.pg_rewrite r\nWHERE r.ev_class = '{}' ORDER BY 1;",
            relation.oid
        ))?;
        let groups = [
            ("O", "Rules:"),
            ("D", "Disabled rules:"),
            ("A", "Rules firing always:"),
            ("R", "Rules firing on replica only:"),
        ];
        let mut footers = Vec::new();
        for (enabled, title) in groups {
            let rules = answer.rows.iter().filter(|row| text(row, 2) == enabled);
            let lines = rules.map(|row| format!("    {}", behind(text(row, 1), "CREATE RULE "))).collect();
            footers.extend(section(title, lines));
        }
        Ok(footers)
    }

    pub(super) fn publications(&mut self, relation: &Relation) -> Footers {
        let oid = &relation.oid;
        let answer = self.ask(&format!(
            "SELECT pubname, NULL, NULL\nFROM pg_catalog.pg_publication p\n     \
             JOIN pg_catalog.pg_publication_namespace pn ON p.oid = pn.pnpubid\n     \
             JOIN pg_catalog.pg_class pc ON pc.relnamespace = pn.pnnspid\n\
             WHERE pc.oid ='{oid}' and pg_catalog.pg_relation_is_publishable('{oid}')\nUNION\n\
             SELECT pubname, pg_get_expr(pr.prqual, c.oid), (CASE WHEN pr.prattrs IS NOT NULL THEN\n         \
             (SELECT string_agg(attname, ', ')\n           \
             FROM pg_catalog.generate_series(0, pg_catalog.array_upper(pr.prattrs::pg_catalog.int2[], 1)) s,\n                \
             pg_catalog.pg_attribute\n          WHERE attrelid = pr.prrelid AND attnum = prattrs[s])\n        \
             ELSE NULL END) FROM pg_catalog.pg_publication p\n     \
             JOIN pg_catalog.pg_publication_rel pr ON p.oid = pr.prpubid\n     \
             JOIN pg_catalog.pg_class c ON c.oid = pr.prrelid\nWHERE pr.prrelid = '{oid}'\nUNION\n\
             SELECT pubname, NULL, NULL\nFROM pg_catalog.pg_publication p\n\
             WHERE p.puballtables AND pg_catalog.pg_relation_is_publishable('{oid}')\nORDER BY 1;"
        ))?;
        let line = |row: &Vec<Option<String>>| {
            let columns = if text(row, 2).is_empty() { String::new() } else { format!(" ({})", text(row, 2)) };
            let filter = if text(row, 1).is_empty() { String::new() } else { format!(" WHERE {}", text(row, 1)) };
            format!("    \"{}\"{columns}{filter}", text(row, 0))
        };
        Ok(section("Publications:", answer.rows.iter().map(line).collect()))
    }

    pub(super) fn triggers(&mut self, relation: &Relation) -> Footers {
        let answer = self.ask(&format!(
            "SELECT t.tgname, pg_catalog.pg_get_triggerdef(t.oid, true), t.tgenabled, t.tgisinternal,\n  \
             CASE WHEN t.tgparentid != 0 THEN\n    (SELECT u.tgrelid::pg_catalog.regclass\n     \
             FROM pg_catalog.pg_trigger AS u,\n          \
             pg_catalog.pg_partition_ancestors(t.tgrelid) WITH ORDINALITY AS a(relid, depth)\n     \
             WHERE u.tgname = t.tgname AND u.tgrelid = a.relid\n           AND u.tgparentid = 0\n     \
             ORDER BY a.depth LIMIT 1)\n  END AS parent\nFROM pg_catalog.pg_trigger t\n\
             WHERE t.tgrelid = '{}' AND (NOT t.tgisinternal OR (t.tgisinternal AND t.tgenabled = 'D'))\nORDER BY 1;",
            relation.oid
        ))?;
        let groups = [
            ("O", None, "Triggers:"),
            ("D", Some(false), "Disabled user triggers:"),
            ("D", Some(true), "Disabled internal triggers:"),
            ("A", None, "Triggers firing always:"),
            ("R", None, "Triggers firing on replica only:"),
        ];
        let mut footers = Vec::new();
        for (enabled, internal, title) in groups {
            let belongs = |row: &&Vec<Option<String>>| {
                text(row, 2) == enabled && internal.is_none_or(|internal| internal == is_true(row, 3))
            };
            let line = |row: &Vec<Option<String>>| {
                let parent =
                    if text(row, 4).is_empty() { String::new() } else { format!(", ON TABLE {}", text(row, 4)) };
                format!("    {}{parent}", behind(text(row, 1), " TRIGGER "))
            };
            footers.extend(section(title, answer.rows.iter().filter(belongs).map(line).collect()));
        }
        Ok(footers)
    }
}
