//! The book: what is put into its chapters when it is built.

pub mod reference;
