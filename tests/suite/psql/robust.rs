//! What no input may break.
