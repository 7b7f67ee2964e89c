//! The book: the course text as an mdBook, in which every output is proved.
//!
//! ```text
//! book/src/SUMMARY.md, *.md ──mdBook──> Book ──Tutor (preprocessor)──> Book ──mdBook──> HTML
//!                                               │
//!  labs/*/*.md ──course──> Lab ──lesson────────>│  a draft chapter `{{#lab 12}}` becomes the lab and its lessons
//!  labs/*/expected/*.demos.snap ──record──────> │  what demos show
//!  book/src/*.md ──chapter────────────────────> │  chapters of the book's own, with the same blocks
//!  book/expected/*.snap ──record──────────────> │  what those show; `tutor book --record` plays them
//!  reference (clap, COMMANDS, ...) ───────────> │  text that has its source elsewhere
//! ```
//!
//! Each kind of block has a file that makes its HTML: `terminal`, `figure`, `quiz`, `exercise`. These are functions of
//! values; files are read by [`Tutor`], and a server is needed only to [`replay`] a chapter.
//!
//! # Chapters of the book's own
//!
//! | block | what |
//! |---|---|
//! | `toml,chapter` | where its demos are played: `fixture`, `databases`, `needs`, as in `lab.toml` |
//! | `sql,demo` | shown with its recorded output |
//! | `sql,setup` | run before the first demo, wherever it stands; not shown |
//! | `figure` | a drawing in plain text, shown as SVG |
//! | `quiz` | a question with choices |
//! | `{{#tutor NAME}}` alone in a paragraph | text that has its source elsewhere, see [`mod@reference`] |
//!
//! One chapter is one session of the student's in one fresh sandbox.

mod build;
mod chapter;
mod directive;
mod exercise;
mod figure;
mod hint;
mod html;
mod lesson;
mod page;
mod preprocessor;
mod quiz;
mod record;
pub mod reference;
mod replay;
mod serve;
mod settings;
mod terminal;
pub(crate) mod text;
mod writing;

pub use build::{Wanted, build};
pub use chapter::{Chapter, chapters, parse_chapter};
pub use preprocessor::Tutor;
pub use replay::replay;
pub use serve::serve;
pub use settings::Answers;
