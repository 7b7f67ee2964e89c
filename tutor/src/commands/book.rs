//! `cargo tutor book`: builds the course text, shows it, and records what its demos show.

#[cfg(not(feature = "book"))]
mod elsewhere;
#[cfg(feature = "book")]
mod here;

#[cfg(not(feature = "book"))]
pub(super) use elsewhere::run;
#[cfg(feature = "book")]
pub(super) use here::run;
