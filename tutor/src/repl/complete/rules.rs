//! What may stand where in statements: a table to be read, in psql's spirit.
//!
//! A pattern is matched with the words before the cursor: `^` is the beginning of the statement, `*` one name or
//! value, `**` any number of words, `A|B` one of several words. Of what it offers, `@` names objects of the catalogue.

/// A pattern and what it offers, divided by bars.
pub(super) type Rule = (&'static str, &'static str);

/// How statements begin.
pub(super) const STATEMENTS: &str = "select|insert into|update|delete from|merge into|with|values|table|explain|begin|\
    commit|rollback|savepoint|release savepoint|start transaction|prepare|execute|deallocate|declare|fetch|move|close|\
    create|alter|drop|truncate|comment on|grant|revoke|reassign owned by|lock table|analyze|vacuum|cluster|reindex|\
    refresh materialized view|copy|call|do|listen|notify|unlisten|set|show|reset|discard|checkpoint|load|abort|end|\
    import foreign schema|security label";

/// The kinds of objects that are created, altered and dropped.
const KINDS: &str = "aggregate|database|domain|event trigger|extension|foreign data wrapper|foreign table|function|\
    index|language|materialized view|policy|procedure|publication|role|rule|schema|sequence|server|statistics|\
    subscription|table|tablespace|trigger|type|user|user mapping for|view|operator|collation|routine|";

/// The rules, the first that matches counts.
pub(super) const RULES: &[Rule] = &[
    // EXPLAIN and WITH
    ("^ EXPLAIN", "(|analyze|verbose|select|insert into|update|delete from|with|values|execute|declare|create table"),
    ("^ EXPLAIN ANALYZE", "verbose|select|insert into|update|delete from|with|values|execute"),
    ("^ EXPLAIN VERBOSE|)", "select|insert into|update|delete from|with|values|execute"),
    ("^ EXPLAIN ( ** )", "select|insert into|update|delete from|with|values|execute|create table"),
    ("^ EXPLAIN ANALYZE VERBOSE", "select|insert into|update|delete from|with|values|execute"),
    ("^ WITH", "recursive"),
    ("^ WITH **  * AS", "("),
    ("^ WITH ** AS MATERIALIZED", "("),
    ("AS (", "select|insert into|update|delete from|values|with"),
    // Transactions
    ("^ BEGIN|START", "transaction|isolation level|read only|read write|deferrable"),
    ("^ START TRANSACTION", "isolation level|read only|read write|deferrable"),
    ("^ BEGIN TRANSACTION|WORK", "isolation level|read only|read write|deferrable"),
    ("ISOLATION LEVEL", "read committed|repeatable read|serializable|read uncommitted"),
    ("^ COMMIT|END|ROLLBACK|ABORT", "and chain|and no chain|prepared|transaction|work|to savepoint"),
    ("^ RELEASE", "savepoint"),
    ("^ ROLLBACK TO", "savepoint"),
    ("^ PREPARE TRANSACTION", ""),
    // Settings
    ("^ SET|RESET", "@settings|local|session|role|transaction|constraints|session authorization|all|time zone"),
    ("^ SHOW", "@settings|all|transaction isolation level|time zone|session authorization"),
    ("^ SET LOCAL|SESSION", "@settings|role|transaction|authorization"),
    ("^ SET ROLE", "@roles|none"),
    ("^ SET SESSION AUTHORIZATION", "@roles|default"),
    ("^ SET TRANSACTION", "isolation level|read only|read write|deferrable|snapshot"),
    ("^ SET CONSTRAINTS", "all"),
    ("^ SET LOCAL|SESSION * =|TO", "@values|default"),
    ("^ SET * =|TO", "@values|default"),
    ("^ SET LOCAL|SESSION *", "to|="),
    ("^ SET *", "to|="),
    ("^ ALTER SYSTEM", "set|reset"),
    ("^ ALTER SYSTEM SET|RESET", "@settings|all"),
    ("^ ALTER SYSTEM|DATABASE|ROLE|USER|FUNCTION ** SET * =|TO", "@values|default"),
    ("^ ALTER SYSTEM|DATABASE|ROLE|USER|FUNCTION ** SET|RESET *", "to|="),
    // CREATE
    ("^ CREATE", "@kinds_or replace|temporary table|unlogged table|unique index|recursive view|access method|cast"),
    ("^ CREATE OR", "replace"),
    ("^ CREATE OR REPLACE", "function|procedure|view|trigger|rule|aggregate|language|temporary view|recursive view"),
    ("^ CREATE TEMP|TEMPORARY|UNLOGGED", "table|view|sequence"),
    ("^ CREATE UNIQUE", "index"),
    ("^ CREATE MATERIALIZED|RECURSIVE", "view"),
    ("^ CREATE EXTENSION", "@available|if not exists"),
    ("^ CREATE EXTENSION IF NOT EXISTS", "@available"),
    ("^ CREATE EXTENSION *", "with schema|version|cascade"),
    ("^ CREATE EXTENSION ** SCHEMA", "@schemas"),
    ("^ CREATE TABLE|SCHEMA|SEQUENCE|INDEX|DATABASE", "if not exists"),
    ("^ CREATE UNIQUE INDEX", "concurrently|if not exists|on"),
    ("^ CREATE INDEX|UNIQUE ** ON", "@tables|only"),
    ("^ CREATE INDEX|UNIQUE ** ON *", "(|using"),
    ("^ CREATE INDEX|UNIQUE ** USING", "btree|hash|gin|gist|spgist|brin"),
    ("^ CREATE INDEX|UNIQUE ** )", "include (|where|with (|tablespace"),
    ("^ CREATE INDEX|UNIQUE *", "on|concurrently"),
    ("^ CREATE TABLE *", "(|as|partition of|of"),
    ("^ CREATE TEMP|TEMPORARY|UNLOGGED TABLE *", "(|as"),
    ("^ CREATE ** AS", "select|values|with|table|execute|$$"),
    ("PARTITION OF", "@tables"),
    ("PARTITION OF *", "for values|default"),
    ("PARTITION BY", "range (|list (|hash ("),
    ("FOR VALUES", "in (|from (|with ("),
    ("^ CREATE ** )", "as|partition by|inherits (|with (|returns|language|on commit|where"),
    ("^ CREATE ** RETURNS", "@types|table (|setof|trigger|void"),
    ("^ CREATE ** LANGUAGE", "sql|plpgsql|c|internal"),
    ("^ CREATE ** PARALLEL", "safe|restricted|unsafe"),
    (
        "^ CREATE ** FUNCTION|PROCEDURE ** LANGUAGE *",
        "as $$|immutable|stable|volatile|strict|parallel safe|\
      security definer|cost|rows|set|begin atomic",
    ),
    ("^ CREATE ** TRIGGER *", "before|after|instead of"),
    ("^ CREATE ** TRIGGER ** BEFORE|AFTER|OF|OR", "insert|update|delete|truncate"),
    ("^ CREATE ** TRIGGER ** INSERT|UPDATE|DELETE|TRUNCATE", "on|or"),
    ("^ CREATE|ALTER|DROP ** TRIGGER|POLICY|RULE ** ON", "@tables"),
    ("^ CREATE ** TRIGGER ** ON *", "for each row|for each statement|execute function|referencing|when"),
    ("^ CREATE ** EXECUTE FUNCTION|PROCEDURE", "@functions"),
    ("^ CREATE ** EXECUTE", "function|procedure"),
    ("^ CREATE ROLE|USER *", "login|password|superuser|createdb|createrole|replication|in role|connection limit|with"),
    ("^ CREATE DATABASE *", "template|owner|encoding|with|tablespace|locale|connection limit"),
    ("^ CREATE DATABASE ** TEMPLATE", "@databases"),
    ("^ CREATE ** OWNER", "@roles"),
    ("^ CREATE PUBLICATION *", "for table|for all tables|for tables in schema|with ("),
    ("^ CREATE|ALTER PUBLICATION ** TABLE", "@tables"),
    ("^ CREATE SUBSCRIPTION *", "connection"),
    ("^ CREATE SUBSCRIPTION ** CONNECTION *", "publication"),
    ("REFERENCES", "@tables"),
    // ALTER and DROP
    ("^ ALTER", "@kinds_default privileges|system"),
    ("^ DROP", "@kinds_owned by"),
    ("^ DROP OWNED BY", "@roles"),
    ("^ ALTER|DROP TABLE", "@tables|if exists"),
    ("^ ALTER|DROP TABLE IF EXISTS", "@tables"),
    ("^ ALTER|DROP INDEX", "@indexes|if exists|concurrently"),
    ("^ ALTER|DROP INDEX IF EXISTS|CONCURRENTLY", "@indexes"),
    ("^ ALTER|DROP VIEW", "@views|if exists"),
    ("^ ALTER|DROP VIEW IF EXISTS", "@views"),
    ("^ ALTER|DROP MATERIALIZED", "view"),
    ("^ ALTER|DROP MATERIALIZED VIEW", "@matviews|if exists"),
    ("^ ALTER|DROP SEQUENCE", "@sequences|if exists"),
    ("^ ALTER|DROP FUNCTION|PROCEDURE|ROUTINE|AGGREGATE", "@functions|if exists"),
    ("^ ALTER|DROP SCHEMA", "@schemas|if exists"),
    ("^ ALTER|DROP EXTENSION", "@installed|if exists"),
    ("^ ALTER|DROP ROLE|USER", "@roles|if exists"),
    ("^ ALTER|DROP DATABASE", "@databases|if exists"),
    ("^ ALTER|DROP TYPE|DOMAIN", "@types|if exists"),
    ("^ ALTER|DROP PUBLICATION", "@publications|if exists"),
    ("^ ALTER|DROP SUBSCRIPTION", "@subscriptions|if exists"),
    ("^ ALTER|DROP TRIGGER", "@triggers|if exists"),
    ("^ DROP TRIGGER|POLICY|RULE *", "on"),
    ("^ DROP DATABASE *", "with (force)"),
    ("^ DROP * *", "cascade|restrict"),
    (
        "^ ALTER TABLE *",
        "add column|add constraint|alter column|drop column|drop constraint|rename to|rename column|\
      set schema|set (|reset (|set logged|set unlogged|set tablespace|owner to|enable trigger|disable trigger|\
      enable row level security|attach partition|detach partition|replica identity|cluster on|inherit|validate constraint",
    ),
    ("^ ALTER TABLE ** ATTACH|DETACH PARTITION", "@tables"),
    ("^ ALTER TABLE ** COLUMN|DROP|RENAME|ALTER", "@columns|column|constraint|to"),
    (
        "^ ALTER TABLE ** ALTER COLUMN *",
        "type|set default|drop default|set not null|drop not null|set statistics|\
      set storage|add generated",
    ),
    ("^ ALTER TABLE ** RENAME COLUMN *", "to"),
    ("^ ALTER TABLE ** TYPE", "@types"),
    ("^ ALTER TABLE ** ADD", "column|constraint|primary key (|foreign key (|unique (|check ("),
    ("^ ALTER TABLE ** ADD COLUMN *", "@types"),
    ("^ ALTER TABLE ** REPLICA IDENTITY", "default|full|nothing|using index"),
    ("^ ALTER TABLE ** SET (", "fillfactor|parallel_workers|autovacuum_enabled|toast_tuple_target"),
    (
        "^ ALTER FUNCTION|PROCEDURE ** )",
        "parallel|set|reset|owner to|rename to|volatile|stable|immutable|strict|cost|rows",
    ),
    ("^ ALTER FUNCTION ** PARALLEL", "safe|restricted|unsafe"),
    (
        "^ ALTER ROLE|USER *",
        "set|reset|login|nologin|password|superuser|nosuperuser|createdb|rename to|in database|with",
    ),
    ("^ ALTER DATABASE *", "set|reset|rename to|owner to|with allow_connections|connection limit"),
    ("^ ALTER ROLE|USER|DATABASE|FUNCTION ** SET|RESET", "@settings|all"),
    ("^ ALTER EXTENSION *", "update|update to|add|drop|set schema"),
    (
        "^ ALTER SUBSCRIPTION *",
        "connection|set publication|add publication|drop publication|refresh publication|\
      enable|disable|set (|skip (|owner to|rename to",
    ),
    ("^ ALTER PUBLICATION *", "add table|drop table|set table|set (|owner to|rename to"),
    ("^ ALTER INDEX *", "rename to|set (|reset (|set tablespace|attach partition"),
    ("^ ALTER ** OWNER TO", "@roles|current_user"),
    ("^ ALTER ** SET SCHEMA", "@schemas"),
    ("^ ALTER * *", "rename to|owner to|set schema|set|reset"),
    // Rows
    ("^ INSERT", "into"),
    ("^ INSERT INTO", "@relations"),
    ("^ INSERT INTO *", "(|values (|select|default values|overriding|table|with"),
    ("^ INSERT INTO * ( ** )", "values (|select|overriding|with"),
    ("^ INSERT ** VALUES", "("),
    ("ON CONFLICT", "(|do nothing|on constraint"),
    ("ON CONFLICT ** DO", "nothing|update set"),
    ("^ INSERT ** VALUES ** )", "on conflict|returning|,"),
    ("^ UPDATE", "@relations|only"),
    ("^ UPDATE *", "set"),
    ("^ DELETE", "from"),
    ("^ MERGE", "into"),
    ("^ DELETE FROM", "@relations|only"),
    ("^ DELETE FROM *", "where|using|returning"),
    ("^ TRUNCATE", "table|only|@tables"),
    ("^ TRUNCATE TABLE", "@tables|only"),
    ("^ TRUNCATE ** *", "cascade|restart identity|continue identity|restrict"),
    ("^ TABLE", "@relations"),
    ("^ COPY|\\COPY", "@relations|("),
    ("^ COPY|\\COPY *", "from|to|("),
    ("^ COPY|\\COPY ** )", "to|from"),
    ("^ COPY|\\COPY ** FROM", "stdin|'"),
    ("^ COPY|\\COPY ** TO", "stdout|'"),
    ("^ COPY|\\COPY ** FROM|TO *", "with (|csv|where"),
    // The rest
    ("^ CALL", "@procedures"),
    ("^ DO", "$$|language"),
    ("^ EXECUTE|DEALLOCATE", "@prepared|all"),
    ("^ LISTEN|UNLISTEN|NOTIFY", "@channels"),
    ("^ UNLISTEN", "@channels|*"),
    ("^ DISCARD", "all|plans|sequences|temp"),
    ("^ LOCK", "table|@tables"),
    ("^ LOCK TABLE", "@tables|only"),
    (
        "^ LOCK ** IN",
        "access share mode|row share mode|row exclusive mode|share update exclusive mode|share mode|\
      share row exclusive mode|exclusive mode|access exclusive mode",
    ),
    ("^ LOCK ** *", "in|nowait"),
    ("^ VACUUM", "@tables|(|full|freeze|verbose|analyze"),
    ("^ VACUUM FULL|FREEZE|VERBOSE|ANALYZE|)", "@tables|freeze|verbose|analyze"),
    ("^ VACUUM ( ** )", "@tables"),
    ("^ ANALYZE", "@tables|(|verbose"),
    ("^ ANALYZE VERBOSE|)", "@tables"),
    ("^ ANALYZE ( ** )", "@tables"),
    ("^ CLUSTER", "@tables|verbose"),
    ("^ REINDEX", "index|table|schema|database|system|("),
    ("^ REINDEX INDEX", "@indexes|concurrently"),
    ("^ REINDEX TABLE", "@tables|concurrently"),
    ("^ REINDEX SCHEMA", "@schemas"),
    ("^ REINDEX DATABASE", "@databases"),
    ("^ REFRESH", "materialized view"),
    ("^ REFRESH MATERIALIZED", "view"),
    ("^ REFRESH MATERIALIZED VIEW", "@matviews|concurrently"),
    ("^ REFRESH MATERIALIZED VIEW CONCURRENTLY", "@matviews"),
    ("^ COMMENT", "on"),
    ("^ COMMENT ON", "@kinds_column|constraint"),
    ("^ COMMENT ON TABLE", "@tables"),
    ("^ COMMENT ON VIEW", "@views"),
    ("^ COMMENT ON INDEX", "@indexes"),
    ("^ COMMENT ON FUNCTION", "@functions"),
    ("^ COMMENT ON COLUMN", "@relations"),
    ("^ COMMENT ON * *", "is"),
    (
        "^ GRANT|REVOKE",
        "select|insert|update|delete|truncate|references|trigger|create|connect|temporary|execute|\
      usage|all privileges|all|@roles",
    ),
    (
        "^ GRANT|REVOKE **  ON",
        "@relations|table|schema|database|function|sequence|all tables in schema|\
      all functions in schema|all sequences in schema|language|procedure",
    ),
    ("^ GRANT|REVOKE ** ON SCHEMA", "@schemas"),
    ("^ GRANT|REVOKE ** IN SCHEMA", "@schemas"),
    ("^ GRANT|REVOKE ** ON DATABASE", "@databases"),
    ("^ GRANT|REVOKE ** ON FUNCTION", "@functions"),
    ("^ GRANT|REVOKE ** ON TABLE", "@relations"),
    ("^ GRANT ** TO", "@roles|public|current_user"),
    ("^ REVOKE ** FROM", "@roles|public|current_user"),
    ("^ GRANT|REVOKE ** ON TABLE|SCHEMA|DATABASE|FUNCTION *", "to|from"),
    ("^ GRANT ** ON *", "to"),
    ("^ REVOKE ** ON *", "from"),
    ("^ GRANT|REVOKE *", "on|to|from"),
    ("^ REASSIGN OWNED BY", "@roles"),
    ("^ FETCH|MOVE", "next|prior|first|last|absolute|relative|all|forward|backward|from|in"),
    ("^ DECLARE *", "cursor for|no scroll cursor|scroll cursor|binary cursor|insensitive cursor"),
    ("^ DECLARE ** CURSOR", "for|with hold|without hold"),
    ("^ DECLARE ** FOR", "select|values|with"),
    ("^ PREPARE *", "as|("),
    ("^ PREPARE ** AS", "select|insert into|update|delete from|values|with"),
    // Within queries
    ("FROM|JOIN", "@from"),
    ("INTO", "@relations"),
    ("LATERAL", "@functions|("),
    ("LEFT|RIGHT|FULL", "join|outer join"),
    ("INNER|CROSS|NATURAL", "join"),
    ("GROUP|ORDER", "by"),
    ("FOR UPDATE|SHARE", "of|nowait|skip locked"),
    ("SKIP", "locked"),
    ("FOR", "update|no key update|share|key share"),
    ("UNION|EXCEPT|INTERSECT", "all|distinct|select|values|table"),
    ("TABLESAMPLE", "bernoulli (|system ("),
    ("NULLS", "first|last"),
    ("IS", "null|not null|true|false|unknown|distinct from|not distinct from|not true|not false"),
    ("IS NOT", "null|true|false|unknown|distinct from"),
    ("OVER", "("),
    ("LIMIT", "all"),
    ("::", "@types"),
];

/// Options in parentheses: the words that the list follows, its names, and the values of those that have some.
pub(super) const OPTIONS: &[(&str, &str)] = &[
    ("^ EXPLAIN (", "analyze|verbose|costs|settings|buffers|wal|timing|summary|format"),
    (
        "^ VACUUM (",
        "full|freeze|verbose|analyze|disable_page_skipping|skip_locked|index_cleanup|truncate|parallel|\
      process_toast",
    ),
    ("^ ANALYZE (", "verbose|skip_locked"),
    ("^ REINDEX (", "concurrently|tablespace|verbose"),
    ("^ COPY|\\COPY ** WITH (", "format|freeze|delimiter|null|header|quote|escape|force_quote|encoding"),
    (
        "^ CREATE|ALTER SUBSCRIPTION ** WITH|SET (",
        "connect|create_slot|enabled|slot_name|binary|copy_data|streaming|\
      synchronous_commit|two_phase|disable_on_error",
    ),
    ("^ CREATE|ALTER PUBLICATION ** WITH|SET (", "publish|publish_via_partition_root"),
    ("^ CREATE TABLE|INDEX|TEMP|TEMPORARY|UNLOGGED|UNIQUE ** WITH (", "fillfactor|parallel_workers|autovacuum_enabled"),
];

/// What an option in parentheses may be set to, unless it is on or off.
pub(super) const OPTION_VALUES: &[(&str, &str)] = &[
    ("FORMAT", "text|xml|json|yaml|csv|binary"),
    ("INDEX_CLEANUP", "auto|on|off"),
    ("SYNCHRONOUS_COMMIT", "on|off|local|remote_write|remote_apply"),
];

/// The kinds that `@kinds_` stands for, before what follows it.
pub(super) fn expanded(offer: &str) -> String {
    offer.strip_prefix("@kinds_").map_or_else(|| offer.to_owned(), |rest| format!("{KINDS}{rest}"))
}

/// Whether `pattern` matches the end of `words`, which are in upper case.
pub(super) fn matches(pattern: &str, words: &[&str]) -> bool {
    let parts: Vec<&str> = pattern.split_ascii_whitespace().collect();
    ends_with(&parts, words)
}

fn ends_with(parts: &[&str], words: &[&str]) -> bool {
    let Some((part, parts_before)) = parts.split_last() else { return true };
    match *part {
        "^" => words.is_empty(),
        "**" => (0..=words.len()).any(|length| ends_with(parts_before, &words[..length])),
        part => words.split_last().is_some_and(|(word, words_before)| {
            (part == "*" && is_operand(word) || part.split('|').any(|choice| choice == *word))
                && ends_with(parts_before, words_before)
        }),
    }
}

/// Whether a word may be a name or a value.
fn is_operand(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\'' | ':' | '$'))
        && !super::super::keywords::is_reserved(&word.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sources that `sources::offer` knows.
    const SOURCES: [&str; 23] = [
        "@available",
        "@channels",
        "@columns",
        "@databases",
        "@from",
        "@functions",
        "@indexes",
        "@installed",
        "@matviews",
        "@prepared",
        "@procedures",
        "@publications",
        "@relations",
        "@roles",
        "@schemas",
        "@sequences",
        "@settings",
        "@subscriptions",
        "@tables",
        "@triggers",
        "@types",
        "@values",
        "@views",
    ];

    #[test]
    fn patterns_match_the_end() {
        assert!(matches("^ ALTER TABLE *", &["ALTER", "TABLE", "BOOKS"]));
        assert!(!matches("^ ALTER TABLE *", &["SELECT", "ALTER", "TABLE", "BOOKS"]));
        assert!(matches("^ GRANT ** TO", &["GRANT", "SELECT", "ON", "BOOKS", "TO"]));
        assert!(matches("GROUP|ORDER", &["SELECT", "1", "ORDER"]));
        assert!(!matches("^ SET *", &["SET", "="]));
    }

    #[test]
    fn every_source_that_is_offered_is_known() {
        for (_, offers) in RULES {
            for offer in expanded(offers).split('|').filter(|offer| offer.starts_with('@')) {
                assert!(SOURCES.contains(&offer), "{offer}");
            }
        }
    }
}
