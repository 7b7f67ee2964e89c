//! Numbers and texts as bytes. Both ends are the same server, so numbers keep its byte order.

use core::ffi::CStr;
use std::ffi::CString;

/// A message that is not what its kind says. It means a defect, not a user's mistake.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Appends to a message.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn i32(&mut self, value: i32) {
        self.bytes.extend_from_slice(&value.to_ne_bytes());
    }

    pub(crate) fn i64(&mut self, value: i64) {
        self.bytes.extend_from_slice(&value.to_ne_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_ne_bytes());
    }

    pub(crate) fn text(&mut self, text: &CStr) {
        self.bytes.extend_from_slice(text.to_bytes_with_nul());
    }

    pub(crate) fn optional_text(&mut self, text: Option<&CStr>) {
        self.u8(u8::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }
}

/// Takes a message apart, in the order in which it was put together.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_ne_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Malformed> {
        self.array().map(i64::from_ne_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_ne_bytes)
    }

    pub(crate) fn text(&mut self) -> Result<&'a CStr, Malformed> {
        let text = CStr::from_bytes_until_nul(self.rest).map_err(|_| Malformed)?;
        self.rest = &self.rest[text.to_bytes_with_nul().len()..];
        Ok(text)
    }

    pub(crate) fn optional_text(&mut self) -> Result<Option<CString>, Malformed> {
        match self.u8()? {
            0 => Ok(None),
            _ => self.text().map(|text| Some(text.to_owned())),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*bytes)
    }
}
