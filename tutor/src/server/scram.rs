//! Passwords as the server keeps them: `SCRAM-SHA-256$ROUNDS:SALT$STORED_KEY:SERVER_KEY` (PostgreSQL, `pg_authid`).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// One round in place of the usual 4096, for both sides at each login. Rounds make guessing slow, and nobody guesses 128
/// random bits.
const ROUNDS: u32 = 1;

/// The length of a salt in bytes, as the server makes them.
const SALT_BYTES: usize = 16;

/// What takes the place of a random password of the tutor's own in `ALTER ROLE ... PASSWORD`. `None` without the system's
/// source of randomness; the password itself does then.
pub(super) fn verifier(password: &str) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    verifier_with(password, &salt)
}

/// RFC 5802, chapter 3. Of one round, `Hi` is one HMAC.
fn verifier_with(password: &str, salt: &[u8]) -> Option<String> {
    let salted = keyed(password.as_bytes(), &[salt, &1_u32.to_be_bytes()].concat())?;
    let stored = Sha256::digest(keyed(&salted, b"Client Key")?);
    let server = keyed(&salted, b"Server Key")?;
    let [salt, stored, server] = [salt, &stored, &server].map(|bytes| BASE64_STANDARD.encode(bytes));
    Some(format!("SCRAM-SHA-256${ROUNDS}:{salt}${stored}:{server}"))
}

fn keyed(key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text);
    Some(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_differ_and_the_password_is_not_in_it() {
        let (one, other) = (verifier("0123abcd"), verifier("0123abcd"));
        assert!(one != other && one.is_some_and(|text| text.starts_with("SCRAM-SHA-256$1:") && !text.contains("0123")));
    }
}
