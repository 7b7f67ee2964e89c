//! PostgreSQL's key words: one table for highlighting, completion and quoting.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::LazyLock;

/// Those that cannot name a column or a table (categories R and T of `pg_get_keywords()` in PostgreSQL 15).
const RESERVED: &str = "\
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate \
    collation column concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end \
    except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into \
    is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on \
    only or order outer overlaps placing primary references returning right select session_user similar some \
    symmetric table tablesample then to trailing true union unique user using variadic verbose when where \
    window with";

/// Of the others, those that are seldom the name of anything.
const COMMON: &str = "\
    abort alter begin between by call cascade checkpoint close cluster coalesce comment commit committed \
    conflict copy cube database deallocate declare delete discard drop exclude execute exists explain \
    extension extract filter first following force function functions greatest grouping handler if immutable \
    index inherits insert instead isolation language last leakproof least level listen local lock locked \
    logged matched materialized merge next nothing notify nowait nulls operator ordinality over owned owner \
    parallel partition policy preceding prepare prepared procedure publication range reassign recursive \
    refresh reindex release rename repeatable replace reset restrict return returns revoke role rollback \
    rollup row rows rule savepoint schema sequence serializable server set show skip stable storage \
    subscription system tablespace temp temporary ties transaction trigger truncate unbounded uncommitted \
    unlisten unlogged update vacuum values view volatile within without work write zone";

/// Every word of the table, and whether it is reserved.
static KEYWORDS: LazyLock<BTreeMap<&'static str, bool>> = LazyLock::new(|| {
    let reserved = RESERVED.split(' ').map(|word| (word, true));
    reserved.chain(COMMON.split(' ').map(|word| (word, false))).collect()
});

/// The longest word of the table: what is longer need not be looked up.
const LONGEST: usize = 17;

/// Whether `word` is a key word, in whatever case.
pub(super) fn is_keyword(word: &str) -> bool {
    word.len() <= LONGEST && KEYWORDS.contains_key(word.to_ascii_lowercase().as_str())
}

/// Whether `name`, in lower case, has to be quoted to name a column or a table.
pub(super) fn is_reserved(name: &str) -> bool {
    KEYWORDS.get(name) == Some(&true)
}

/// The key words that begin with `start`, which is in lower case.
pub(super) fn keywords_from(start: &str) -> impl Iterator<Item = &'static str> {
    let rest = KEYWORDS.range::<str, _>((Bound::Included(start), Bound::Unbounded));
    rest.map(|(word, _)| *word).take_while(move |word| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case() {
        assert!(is_keyword("SeLeCt") && is_keyword("listen") && !is_keyword("title"));
        assert!(is_reserved("order") && !is_reserved("listen"));
        assert_eq!(keywords_from("concurrent").collect::<Vec<_>>(), ["concurrently"]);
        assert!(KEYWORDS.keys().all(|word| word.len() <= LONGEST));
    }
}
