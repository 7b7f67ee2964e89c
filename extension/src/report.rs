//! A report of the server (an error, a notice) with all its fields, as it travels from the worker to the leader.

use crate::bytes::{Malformed, Reader, Writer};
use core::ffi::{CStr, c_char, c_int};
use pgrx::PgSqlErrorCode;
use pgrx::pg_sys::panic::ErrorReportWithLevel;
use pgrx::pg_sys::{self, ErrorData};
use std::borrow::Cow;
use std::ffi::CString;

/// Bytes of the message that a shortened report keeps.
const SHORT_MESSAGE: usize = 2048;
/// Bytes of every other text that a shortened report keeps; all of them together fit the outcome's room.
const SHORT_TEXT: usize = 480;
const TEXTS: usize = 11;

/// All that `ThrowErrorData` takes over. The texts are in the server's encoding.
#[derive(Clone, Default)]
pub(crate) struct Report {
    pub(crate) level: c_int,
    pub(crate) sqlstate: c_int,
    /// Where in the launched SQL the error is, in characters from 1; 0 if nowhere.
    position: c_int,
    internal_position: c_int,
    /// In the order of `ErrorData`'s fields, see `text_fields`.
    texts: [Option<CString>; TEXTS],
}

impl Report {
    /// A report of our own.
    pub(crate) fn error(sqlstate: c_int, message: &str, detail: Option<&str>, hint: Option<&str>) -> Self {
        let mut report = Report { level: pg_sys::PGERROR as c_int, sqlstate, ..Report::default() };
        report.texts[MESSAGE] = text_of(message);
        report.texts[DETAIL] = detail.and_then(text_of);
        report.texts[HINT] = hint.and_then(text_of);
        report
    }

    /// Take a report over from the server.
    pub(crate) fn from_server(edata: &mut ErrorData) -> Self {
        let mut report = Report {
            level: edata.elevel,
            sqlstate: edata.sqlerrcode,
            position: edata.cursorpos,
            internal_position: edata.internalpos,
            texts: Default::default(),
        };
        for (text, field) in report.texts.iter_mut().zip(text_fields(edata)) {
            if !field.is_null() {
                // SAFETY: the server's texts end in NUL.
                *text = Some(unsafe { CStr::from_ptr(*field) }.to_owned());
            }
        }
        report
    }

    /// Give the report to the server, as one that came out of `sql` in the worker `pid`. The texts are copied into the
    /// current memory context.
    pub(crate) fn to_server(&self, pid: i32, sql: &CStr) -> *mut ErrorData {
        let mut report = self.clone();
        report.blame(pid, sql);
        let mut edata = ErrorData {
            elevel: report.level.min(pg_sys::PGERROR as c_int),
            sqlerrcode: report.sqlstate,
            internalpos: report.internal_position,
            ..ErrorData::default()
        };
        for (text, field) in report.texts.iter().zip(text_fields(&mut edata)) {
            if let Some(text) = text {
                // SAFETY: the text ends in NUL.
                *field = unsafe { pg_sys::pstrdup(text.as_ptr()) };
            }
        }
        // SAFETY: allocates in the current context, or raises an ERROR.
        let copy = unsafe { pg_sys::palloc(size_of::<ErrorData>()) }.cast::<ErrorData>();
        // SAFETY: just allocated with this size.
        unsafe { copy.write(edata) };
        copy
    }

    /// Report this in the name of the worker `pid`, whose command is `sql`; for levels below ERROR.
    pub(crate) fn pass_on(&self, pid: i32, sql: &CStr) {
        let edata = self.to_server(pid, sql);
        // SAFETY: complete, and below ERROR, so the call returns.
        unsafe { pg_sys::ThrowErrorData(edata) };
        // SAFETY: made above; the server has kept nothing of it. A command may have a million notices.
        unsafe { pg_sys::FreeErrorData(edata) };
    }

    /// Leave a failure that nobody will read in the server's log.
    pub(crate) fn log_unread(&self, pid: i32, sql: &CStr) {
        let mut report = Report { level: pg_sys::LOG as c_int, ..self.clone() };
        let message = self.texts[MESSAGE].as_deref().unwrap_or_default().to_bytes();
        report.texts[MESSAGE] = CString::new([b"unread background command failed: ", message].concat()).ok();
        if report.texts[INTERNAL_QUERY].is_none() {
            report.texts[INTERNAL_QUERY] = Some(sql.to_owned());
            report.internal_position = report.position;
        }
        report.pass_on(pid, sql);
    }

    /// Whether this is the whole of what pgrx has caught.
    pub(crate) fn is_behind(&self, caught: &ErrorReportWithLevel) -> bool {
        PgSqlErrorCode::from(self.sqlstate) == caught.sql_error_code()
            && self.text(MESSAGE).as_deref() == Some(caught.message())
            && self.text(DETAIL).as_deref() == caught.detail()
            && self.text(HINT).as_deref() == caught.hint()
    }

    pub(crate) fn message(&self) -> Option<&CStr> {
        self.texts[MESSAGE].as_deref()
    }

    /// The five characters that the server packs into a number, six bits each.
    pub(crate) fn sqlstate_text(&self) -> String {
        (0..5).map(|place| char::from(b'0' + ((self.sqlstate >> (6 * place)) & 0x3f) as u8)).collect()
    }

    fn text(&self, field: usize) -> Option<Cow<'_, str>> {
        self.texts[field].as_deref().map(CStr::to_string_lossy)
    }

    /// Say where the report comes from: which worker, and, for a position, which SQL. The position would otherwise be
    /// taken for one in the leader's own statement.
    fn blame(&mut self, pid: i32, sql: &CStr) {
        let worker = format!("background worker, pid {pid}");
        let context = match &self.texts[CONTEXT] {
            Some(inner) => [inner.to_bytes(), b"\n", worker.as_bytes()].concat(),
            None => worker.into_bytes(),
        };
        self.texts[CONTEXT] = CString::new(context).ok();
        if self.position > 0 && self.texts[INTERNAL_QUERY].is_none() {
            self.internal_position = self.position;
            self.texts[INTERNAL_QUERY] = Some(sql.to_owned());
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        for number in [self.level, self.sqlstate, self.position, self.internal_position] {
            out.i32(number);
        }
        for text in &self.texts {
            out.optional_text(text.as_deref());
        }
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut report = Report {
            level: input.i32()?,
            sqlstate: input.i32()?,
            position: input.i32()?,
            internal_position: input.i32()?,
            texts: Default::default(),
        };
        for text in &mut report.texts {
            *text = input.optional_text()?;
        }
        Ok(report)
    }

    /// The same report with its texts cut to a length that always fits the segment, if any is longer than that.
    pub(crate) fn shortened(&self) -> Option<Self> {
        let mut short = self.clone();
        let mut changed = false;
        for (index, text) in short.texts.iter_mut().enumerate() {
            let limit = if index == MESSAGE { SHORT_MESSAGE } else { SHORT_TEXT };
            if let Some(long) = text.as_ref().filter(|text| text.as_bytes().len() > limit) {
                let cut = clip(long, limit);
                *text = Some(cut);
                changed = true;
            }
        }
        changed.then_some(short)
    }
}

// Places in `texts`.
const MESSAGE: usize = 0;
const DETAIL: usize = 1;
const HINT: usize = 3;
const CONTEXT: usize = 4;
const INTERNAL_QUERY: usize = 10;

fn text_fields(edata: &mut ErrorData) -> [&mut *mut c_char; TEXTS] {
    [
        &mut edata.message,
        &mut edata.detail,
        &mut edata.detail_log,
        &mut edata.hint,
        &mut edata.context,
        &mut edata.schema_name,
        &mut edata.table_name,
        &mut edata.column_name,
        &mut edata.datatype_name,
        &mut edata.constraint_name,
        &mut edata.internalquery,
    ]
}

fn text_of(text: &str) -> Option<CString> {
    CString::new(text).ok()
}

/// The longest start of `text` within `limit` bytes that ends with a whole character.
pub(crate) fn clip(text: &CStr, limit: usize) -> CString {
    let bytes = text.to_bytes();
    // SAFETY: pointer and length belong to the same text.
    let len = unsafe { pg_sys::pg_mbcliplen(text.as_ptr(), bytes.len() as c_int, limit as c_int) };
    CString::new(&bytes[..len as usize]).unwrap_or_default()
}
