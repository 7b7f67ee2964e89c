//! The start of a session: startup message, authentication, and the server's parameters.

use std::io;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;

use super::connection::{ConnectError, ConnectOptions};

/// What to send for the server's authentication requests, one after another.
pub(super) struct Authentication<'a> {
    options: &'a ConnectOptions,
    scram: Option<ScramSha256>,
}

impl<'a> Authentication<'a> {
    pub(super) fn new(options: &'a ConnectOptions) -> Self {
        Self { options, scram: None }
    }

    /// The first message of a session.
    pub(super) fn startup(&self, out: &mut BytesMut) -> io::Result<()> {
        let parameters = [
            ("client_encoding", "UTF8"),
            ("user", self.options.user.as_str()),
            ("database", self.options.database.as_str()),
            ("application_name", self.options.application_name.as_str()),
        ];
        frontend::startup_message(parameters, out)
    }

    /// Writes the answer to `request` into `out`, if it needs one.
    pub(super) fn answer(&mut self, request: &Message, out: &mut BytesMut) -> Result<(), ConnectError> {
        match request {
            Message::AuthenticationOk => {}
            Message::AuthenticationCleartextPassword => frontend::password_message(self.password()?, out)?,
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(self.options.user.as_bytes(), self.password()?, body.salt());
                frontend::password_message(hash.as_bytes(), out)?;
            }
            Message::AuthenticationSasl(body) => self.begin_scram(body, out)?,
            Message::AuthenticationSaslContinue(body) => {
                let scram = self.scram.as_mut().ok_or(ConnectError::UnknownAuthentication)?;
                scram.update(body.data())?;
                frontend::sasl_response(scram.message(), out)?;
            }
            Message::AuthenticationSaslFinal(body) => {
                self.scram.as_mut().ok_or(ConnectError::UnknownAuthentication)?.finish(body.data())?;
            }
            _ => return Err(ConnectError::UnknownAuthentication),
        }
        Ok(())
    }

    fn begin_scram(&mut self, body: &AuthenticationSaslBody, out: &mut BytesMut) -> Result<(), ConnectError> {
        let mut mechanisms = body.mechanisms();
        let mut offered = false;
        while let Some(mechanism) = mechanisms.next()? {
            offered |= mechanism == SCRAM_SHA_256;
        }
        if !offered {
            return Err(ConnectError::UnknownAuthentication);
        }
        let scram = ScramSha256::new(self.password()?, ChannelBinding::unsupported());
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), out)?;
        self.scram = Some(scram);
        Ok(())
    }

    fn password(&self) -> Result<&[u8], ConnectError> {
        self.options.password.as_ref().map(String::as_bytes).ok_or(ConnectError::PasswordNeeded)
    }
}
