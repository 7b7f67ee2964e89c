//! `\sf` and `\sv`: the source of a function or a view.

use super::{Answer, text};
use crate::psql::command::{Call, CommandError, CommandResult};
use crate::psql::shell::{Performed, Shell, Streams};
use crate::psql::variables::quote_literal;
use crate::psql::words::WordKind;

impl Shell {
    pub(in crate::psql) fn show_source(
        &mut self,
        call: &mut Call<'_>,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> CommandResult {
        let is_function = call.name.starts_with("sf");
        let what = if is_function { "function" } else { "view" };
        let word = call.words.next_word(WordKind::WholeLine, true, &self.variables)?;
        let Some(name) = word.map(|word| word.text) else {
            return Err(CommandError::Complaint(format!("{what} name is required")));
        };
        let class = match (is_function, name.contains('(')) {
            (true, true) => "regprocedure",
            (true, false) => "regproc",
            (false, _) => "regclass",
        };
        let found = self.ask_shortly(
            &format!("SELECT {}::pg_catalog.{class}::pg_catalog.oid", quote_literal(&name)),
            io,
            watch,
        )?;
        let oid = found.rows.first().map(|row| text(row, 0).to_owned()).unwrap_or_default();
        let source = if is_function {
            let answer = self.ask_shortly(&format!("SELECT pg_catalog.pg_get_functiondef({oid})"), io, watch)?;
            answer.rows.first().map(|row| text(row, 0).to_owned()).unwrap_or_default()
        } else {
            view_source(&self.ask_shortly(&view_query(&oid), io, watch)?)?
        };
        let source = if source.ends_with('\n') { source } else { source + "\n" };
        let text = if call.name.ends_with('+') { numbered(&source, is_function) } else { source };
        self.show_text(&text, io)?;
        Ok(Performed::Done)
    }

    fn ask_shortly(
        &mut self,
        sql: &str,
        io: &mut Streams<'_>,
        watch: &mut dyn FnMut(),
    ) -> Result<Answer, CommandError> {
        self.ask(sql, false, io, watch)?.ok_or(CommandError::Said)
    }
}

fn view_query(oid: &str) -> String {
    format!(
        "SELECT pg_catalog.quote_ident(nspname) || '.' || pg_catalog.quote_ident(relname), relkind, \
         pg_catalog.pg_get_viewdef(c.oid, true), \
         (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(option_name) || '=' || \
          pg_catalog.quote_literal(option_value), ', ') \
          FROM pg_catalog.pg_options_to_table(c.reloptions) WHERE option_name <> 'check_option'), \
         CASE WHEN 'check_option=local' = ANY (c.reloptions) THEN 'LOCAL'::text \
         WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN 'CASCADED'::text ELSE NULL END AS checkoption, \
         nspname || '.' || relname \
         FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid WHERE c.oid = {oid}"
    )
}

fn view_source(answer: &Answer) -> Result<String, CommandError> {
    let row = answer.rows.first().ok_or(CommandError::Said)?;
    if text(row, 1) != "v" {
        return Err(CommandError::Complaint(format!("\"{}\" is not a view", text(row, 5))));
    }
    let mut source = format!("CREATE OR REPLACE VIEW {}", text(row, 0));
    if !text(row, 3).is_empty() {
        source.push_str(&format!("\n WITH ({})", text(row, 3)));
    }
    let definition = text(row, 2);
    source.push_str(&format!(" AS\n{}", definition.strip_suffix(';').unwrap_or(definition)));
    if !text(row, 4).is_empty() {
        source.push_str(&format!("\n WITH {} CHECK OPTION", text(row, 4)));
    }
    Ok(source)
}

/// Lines with numbers; those of a function begin at its body.
fn numbered(source: &str, is_function: bool) -> String {
    let mut out = String::new();
    let (mut number, mut is_head) = (0, is_function);
    for line in source.lines() {
        is_head &= !["AS ", "BEGIN ", "RETURN "].iter().any(|start| line.starts_with(start));
        if is_head {
            out.push_str(&format!("        {line}\n"));
        } else {
            number += 1;
            out.push_str(&format!("{number:<7} {line}\n"));
        }
    }
    out
}
