//! What a new lab and a new lesson begin with: functions of their names that return the files' text.

use super::lab::FORMAT;

/// `lab.toml` of a new lab; [`lesson_entry`]s follow it.
pub fn lab_header(number: u32, id: &str, title: &str) -> String {
    format!("format = {FORMAT}\nnumber = {number}\nid = \"{id}\"\ntitle = {}\n", toml_string(title))
}

/// The entry of a new lesson in `lab.toml`.
pub fn lesson_entry(number: u32, id: &str) -> String {
    format!(
        "\n[[lesson]]\nnumber = {number}\nid = \"{id}\"\nfile = \"{}\"\nminutes = 15\nfixture = \"empty\"\n\
         draft = true      # take this line away when `tutor check` proves the lesson\n",
        lesson_file(number, id)
    )
}

/// The name of a new lesson's file.
pub fn lesson_file(number: u32, id: &str) -> String {
    format!("{number:02}-{id}.md")
}

/// A lesson with one part of each kind, which can be played at once.
pub fn lesson(id: &str, title: &str) -> String {
    LESSON.replace("LESSON_TITLE", title).replace("LESSON_ID", id)
}

/// An id as the kit has them: small letters, digits and hyphens between them.
pub fn is_id(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.split('-').all(is_part)
}

fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

const LESSON: &str = r#"# LESSON_TITLE

What this lesson is about, in a few lines.

```sql,setup
CREATE TABLE pages(number int);
INSERT INTO pages SELECT generate_series(1, 10);
```

## The first idea

Say one thing, and let the student see it. A demo is run with Enter.

```sql,demo
SELECT count(*) FROM pages;
```

```quiz
What does `count(*)` count?

- [x] Rows.
  Right.
- [ ] Columns.
  It takes no columns: it counts rows.
```

## An exercise {#LESSON_ID-first .exercise}

Return the greatest number of the table `pages`.

```toml,check
compare = "rows"
requires = ["pages"]
```

```hint
An aggregate function does it.
```

```sql,answer
SELECT max(number) FROM pages;
```

```sql,answer
SELECT number FROM pages ORDER BY number DESC LIMIT 1;
```

```sql,wrong
SELECT min(number) FROM pages;
```
> That is the least one.

```sql,wrong
SELECT count(*) FROM pages WHERE number > 1;
```
> That is how many rows there are, and not all of them.

## What you have learned

- One line for each idea.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::parse_lesson;

    #[test]
    fn a_new_lesson_can_be_read() {
        let body = parse_lesson(std::path::Path::new("new.md"), &lesson("joins", "Joins")).unwrap();
        assert_eq!(body.title, "Joins");
    }

    #[test]
    fn titles_are_quoted() {
        assert!(lab_header(3, "x", "A \"quoted\" one").parse::<toml::Table>().is_ok());
        assert!((lab_header(3, "x", "X") + &lesson_entry(1, "y")).parse::<toml::Table>().is_ok());
    }

    #[test]
    fn ids_are_small_letters_digits_and_hyphens() {
        assert!(is_id("two-words-2"));
        for bad in ["", "Two", "two words", "-two", "two--words", "zwei/drei"] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
