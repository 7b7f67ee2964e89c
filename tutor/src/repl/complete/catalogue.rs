//! What there is in the database, as completion needs it: names, read in one go.

/// A table, a view, an index, a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::repl) struct Relation {
    pub(in crate::repl) schema: String,
    pub(in crate::repl) name: String,
    /// `pg_class.relkind`.
    pub(in crate::repl) kind: char,
    /// In the order of the table.
    pub(in crate::repl) columns: Vec<String>,
}

/// A function, a type: something with a name in a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::repl) struct Named {
    pub(in crate::repl) schema: String,
    pub(in crate::repl) name: String,
    /// `pg_proc.prokind` for a function, `s` for one that returns a set.
    pub(in crate::repl) kind: char,
}

/// A setting of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::repl) struct Setting {
    pub(in crate::repl) name: String,
    /// The values that it takes, if they can be listed.
    pub(in crate::repl) values: Vec<String>,
}

/// An extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::repl) struct Extension {
    pub(in crate::repl) name: String,
    pub(in crate::repl) is_installed: bool,
}

/// The names in one database at one moment.
#[derive(Debug, Clone, Default)]
pub(in crate::repl) struct Catalogue {
    pub(in crate::repl) relations: Vec<Relation>,
    pub(in crate::repl) functions: Vec<Named>,
    pub(in crate::repl) types: Vec<Named>,
    pub(in crate::repl) settings: Vec<Setting>,
    pub(in crate::repl) extensions: Vec<Extension>,
    pub(in crate::repl) schemas: Vec<String>,
    pub(in crate::repl) roles: Vec<String>,
    pub(in crate::repl) databases: Vec<String>,
    pub(in crate::repl) publications: Vec<String>,
    pub(in crate::repl) subscriptions: Vec<String>,
    pub(in crate::repl) triggers: Vec<String>,
}

/// The query string that reads it all: every row has its kind and up to four values. It takes no lock that anybody
/// waits for, and gives up where it would have to wait itself.
pub(in crate::repl) const QUERY: &str = "
    SET statement_timeout = '5s'; SET lock_timeout = '200ms'; SET search_path = pg_catalog;
    SELECT 'relation', n.nspname, c.relname, c.relkind, a.columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN (SELECT attrelid, string_agg(attname, E'\\n' ORDER BY attnum) AS columns
                   FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid) a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p', 'i', 'I') AND n.nspname NOT LIKE 'pg\\_toast%'
    ORDER BY c.relname;
    SELECT DISTINCT 'function', n.nspname, p.proname, CASE WHEN p.proretset THEN 's' ELSE p.prokind END
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT 'internal'::regtype = ANY (p.proargtypes) AND p.prorettype NOT IN ('internal'::regtype, 'cstring'::regtype)
        AND (NOT 'cstring'::regtype = ANY (p.proargtypes))
    ORDER BY 3;
    SELECT 'type', n.nspname, t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('b', 'd', 'e', 'r', 'm') AND t.typelem = 0 AND t.typname !~ '^(_|pg_)' ORDER BY 3;
    SELECT 'setting', name, vartype, array_to_string(enumvals, E'\\n') FROM pg_settings ORDER BY name;
    SELECT 'extension', name, CASE WHEN installed_version IS NULL THEN '' ELSE 'installed' END
    FROM pg_available_extensions ORDER BY name;
    SELECT 'schema', nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' ORDER BY nspname;
    SELECT 'role', rolname FROM pg_roles ORDER BY rolname;
    SELECT 'database', datname FROM pg_database WHERE datallowconn ORDER BY datname;
    SELECT 'publication', pubname FROM pg_publication ORDER BY pubname;
    SELECT 'subscription', subname FROM pg_subscription s
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY subname;
    SELECT DISTINCT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname";

impl Catalogue {
    /// Takes in a row of [`QUERY`]; one that makes no sense is passed over.
    pub(in crate::repl) fn add(&mut self, row: &[String]) {
        let text = |place: usize| row.get(place).cloned().unwrap_or_default();
        let letter = |place: usize| row.get(place).and_then(|value| value.chars().next()).unwrap_or('-');
        let listed = |place: usize| text(place).lines().map(str::to_owned).collect::<Vec<_>>();
        match text(0).as_str() {
            "relation" => {
                self.relations.push(Relation { schema: text(1), name: text(2), kind: letter(3), columns: listed(4) })
            }
            "function" => self.functions.push(Named { schema: text(1), name: text(2), kind: letter(3) }),
            "type" => self.types.push(Named { schema: text(1), name: text(2), kind: 't' }),
            "setting" => {
                let values = match text(2).as_str() {
                    "bool" => vec!["on".to_owned(), "off".to_owned()],
                    _ => listed(3),
                };
                self.settings.push(Setting { name: text(1), values });
            }
            "extension" => {
                self.extensions.push(Extension { name: text(1), is_installed: text(2) == "installed" });
            }
            "schema" => self.schemas.push(text(1)),
            "role" => self.roles.push(text(1)),
            "database" => self.databases.push(text(1)),
            "publication" => self.publications.push(text(1)),
            "subscription" => self.subscriptions.push(text(1)),
            "trigger" => self.triggers.push(text(1)),
            _ => {}
        }
    }

    /// The relation that `schema` and `name` mean; without a schema, one in the search path comes first.
    pub(in crate::repl) fn relation(&self, schema: Option<&str>, name: &str) -> Option<&Relation> {
        let named = self.relations.iter().filter(|relation| relation.name == name);
        let mut fitting = named.filter(|relation| schema.is_none_or(|schema| relation.schema == schema));
        let first = fitting.next()?;
        if schema.is_some() || is_visible(&first.schema) {
            return Some(first);
        }
        Some(fitting.find(|relation| is_visible(&relation.schema)).unwrap_or(first))
    }
}

/// Whether names of this schema need no schema before them, with the search path that everybody begins with.
pub(in crate::repl) fn is_visible(schema: &str) -> bool {
    matches!(schema, "public" | "student" | "pg_catalog") || schema.starts_with("pg_temp")
}
