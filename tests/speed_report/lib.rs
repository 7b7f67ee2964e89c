//! What the benchmarks (`cargo bench`) make of their samples. Nothing here measures, and nothing asserts.
//!
//! ```text
//! benches/speed: samples ─> Report { Machine, Row { Contender, ... }, ... } ─┬─ table ─> standard output
//!                                       │                                    ├─ json ──> speed.json, prompt.json
//!                                 statistics::Summary                        └─ chart ─> speed.svg, prompt.svg
//! ```

#![warn(missing_docs)]

pub mod chart;
pub mod json;
mod row;
pub mod statistics;
pub mod table;

pub use row::{Contender, Machine, Outcome, Report, Row, Scale, Subject};
