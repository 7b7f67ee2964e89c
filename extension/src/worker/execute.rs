//! Run the launched SQL as a session's top-level command: one transaction for all its statements, the last result
//! for the leader. The steps are those of the server's own `exec_simple_query`.

use crate::backend;
use crate::compat;
use crate::ffi;
use crate::identity;
use crate::message::Command;
use crate::worker::encoding::EncodingOfSetting;
use crate::worker::outbox::Outbox;
use crate::worker::rows::RowSender;
use core::ffi::{CStr, c_int};
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{PgLogLevel, PgSqlErrorCode};
use std::ffi::CString;

/// How the last statement ended.
#[derive(Default)]
pub(crate) struct Completion(pg_sys::QueryCompletion);

impl Completion {
    /// The tag as a client would see it, such as `INSERT 0 5`; empty if there was no statement.
    pub(crate) fn tag(&self) -> CString {
        let tag = self.0.commandTag;
        if tag == pg_sys::CommandTag::CMDTAG_UNKNOWN {
            return CString::default();
        }
        // SAFETY: every tag has a name.
        let name = unsafe { pg_sys::GetCommandTagName(tag) };
        // SAFETY: the name is in static memory and ends in NUL.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        // SAFETY: this looks into a table.
        let counts = unsafe { pg_sys::command_tag_display_rowcount(tag) };
        let text = match tag {
            pg_sys::CommandTag::CMDTAG_INSERT => format!("{name} 0 {}", self.0.nprocessed),
            _ if counts => format!("{name} {}", self.0.nprocessed),
            _ => name.into_owned(),
        };
        CString::new(text).unwrap_or_default()
    }

    /// How many rows the statement has processed, if it is one that counts them.
    pub(crate) fn rows(&self) -> Option<u64> {
        // SAFETY: this looks into a table.
        let counts = unsafe { pg_sys::command_tag_display_rowcount(self.0.commandTag) };
        counts.then_some(self.0.nprocessed)
    }
}

/// Run `command` and commit. Rows go to `outbox`; an ERROR is raised as in any session.
///
/// All rows are handed over before the commit: a command that is cancelled while its queue is full has changed nothing
/// then. Once nobody reads any more there is nothing to hand over, and the command commits.
pub(crate) fn run(command: &Command, outbox: &Outbox) -> Completion {
    let sql = command.sql.as_c_str();
    // SAFETY: no transaction is running.
    unsafe { pg_sys::SetCurrentStatementStartTimestamp() };
    // SAFETY: no transaction is running.
    unsafe { pg_sys::StartTransactionCommand() };
    enter(message_context());
    start_statement_timeout();

    // SAFETY: the text ends in NUL.
    let parsed = unsafe { pg_sys::pg_parse_query(sql.as_ptr()) };
    // SAFETY: the parser returns a list of raw statements, in the message context.
    let statements = unsafe { statements_of(parsed) };
    statements.iter().copied().for_each(refuse_if_impossible);

    let read_only = command.read_only || identity::transaction_is_read_only();
    // SAFETY: in a transaction, on the process's only thread.
    unsafe { pg_sys::XactReadOnly = read_only };
    let mut sender = RowSender::new(outbox);
    let completion = run_statements(statements, sql, read_only, &mut sender);
    sender.flush();
    commit();
    completion
}

/// Run all statements; the rows of the last one go to `sender`.
fn run_statements(
    statements: &[*mut pg_sys::RawStmt],
    sql: &CStr,
    read_only: bool,
    sender: &mut RowSender,
) -> Completion {
    let Some((&last, others)) = statements.split_last() else { return Completion::default() };
    for &statement in others {
        // As in a session, what an earlier statement has left is freed at once, and there may be thousands of them.
        let context = backend::new_memory_context(message_context(), c"per-parsetree message context");
        start_statement(context, true);
        run_statement(statement, sql, context, None);
        end_statement(read_only);
        // SAFETY: in a transaction.
        unsafe { pg_sys::CommandCounterIncrement() };
        enter(message_context());
        // SAFETY: created above; the statement has been run to its end.
        unsafe { pg_sys::MemoryContextDelete(context) };
    }
    // In a block a procedure cannot commit. Otherwise it could begin a read-write transaction then.
    start_statement(message_context(), !others.is_empty() || (read_only && may_commit(last)));
    let completion = run_statement(last, sql, message_context(), Some(sender));
    end_statement(read_only);
    // SAFETY: in a transaction; without a block it does nothing.
    unsafe { pg_sys::EndImplicitTransactionBlock() };
    completion
}

fn start_statement(context: pg_sys::MemoryContext, in_block: bool) {
    enter(context);
    compat::forget_query_id();
    start_statement_timeout();
    if in_block {
        // SAFETY: in a transaction; repeating it does nothing.
        unsafe { pg_sys::BeginImplicitTransactionBlock() };
    }
}

/// A command that must not write must not get itself the right to. The server allows that before the transaction's first
/// query.
fn end_statement(read_only: bool) {
    ffi::disable_statement_timeout();
    if read_only && !identity::transaction_is_read_only() {
        let message = "cannot set transaction read-write mode in a read-only background command";
        ErrorReport::new(PgSqlErrorCode::ERRCODE_ACTIVE_SQL_TRANSACTION, message, "pg_background")
            .set_hint("Launch the command in a transaction that may write.")
            .report(PgLogLevel::ERROR);
    }
}

/// # Safety
///
/// `list` is a list of raw statements that outlives the result.
unsafe fn statements_of<'a>(list: *mut pg_sys::List) -> &'a [*mut pg_sys::RawStmt] {
    if list.is_null() {
        return &[]; // The server's empty list.
    }
    // SAFETY: not null, hence a list.
    let list = unsafe { &*list };
    // SAFETY: a cell of a list of nodes is a pointer to the node.
    unsafe { core::slice::from_raw_parts(list.elements.cast(), list.length as usize) }
}

fn commit() {
    ffi::disable_statement_timeout();
    // SAFETY: started in `run`; a procedure that has committed has started the next one.
    unsafe { pg_sys::CommitTransactionCommand() };
}

/// Run one statement, planned in `context`; with a `sender` its rows are wanted.
fn run_statement(
    statement: *mut pg_sys::RawStmt,
    sql: &CStr,
    context: pg_sys::MemoryContext,
    sender: Option<&mut RowSender>,
) -> Completion {
    // SAFETY: the parser has made it, in the message context.
    let node = unsafe { (*statement).stmt };
    // SAFETY: every statement has a tag.
    let tag = unsafe { pg_sys::CreateCommandTag(node) };
    // SAFETY: every tag has a name, in static memory.
    let name = unsafe { pg_sys::GetCommandTagName(tag) };
    // SAFETY: the name ends in NUL.
    compat::set_ps_display(unsafe { CStr::from_ptr(name) });
    pgrx::check_for_interrupts!();

    let is_copy = node_tag(statement) == pg_sys::NodeTag::T_CopyStmt;
    let _encoding = is_copy.then(EncodingOfSetting::new);
    let plans = plan(statement, sql);
    pgrx::check_for_interrupts!();
    let portal = start_portal(sql, tag, plans);
    let receiver = match sender {
        Some(sender) => {
            // SAFETY: the portal has been started, so it knows its columns.
            let columns = unsafe { (*portal).tupDesc };
            sender.receiver_for(columns)
        }
        // SAFETY: this receiver needs no set-up and throws every row away.
        None => unsafe { pg_sys::CreateDestReceiver(pg_sys::CommandDest::DestNone) },
    };
    let mut completion = Completion::default();
    // SAFETY: started above; the receiver was made for its columns.
    unsafe { compat::run_portal(portal, receiver, &mut completion.0) };
    // SAFETY: the portal has been run to its end.
    unsafe { pg_sys::PortalDrop(portal, false) };
    enter(context);
    completion
}

fn plan(statement: *mut pg_sys::RawStmt, sql: &CStr) -> *mut pg_sys::List {
    // SAFETY: the parser has made the statement.
    let needs_snapshot = unsafe { pg_sys::analyze_requires_snapshot(statement) };
    if needs_snapshot {
        // SAFETY: in a transaction.
        let snapshot = unsafe { pg_sys::GetTransactionSnapshot() };
        // SAFETY: the snapshot was just taken; it is popped below.
        unsafe { pg_sys::PushActiveSnapshot(snapshot) };
    }
    let (text, null) = (sql.as_ptr(), core::ptr::null_mut());
    // SAFETY: the statement was parsed from this text and has no parameters.
    let queries = unsafe { pg_sys::pg_analyze_and_rewrite_fixedparams(statement, text, core::ptr::null(), 0, null) };
    let options = pg_sys::CURSOR_OPT_PARALLEL_OK as c_int;
    // SAFETY: the queries were analysed from this text and have no parameters.
    let plans = unsafe { pg_sys::pg_plan_queries(queries, text, options, core::ptr::null_mut()) };
    if needs_snapshot {
        // SAFETY: pushed above.
        unsafe { pg_sys::PopActiveSnapshot() };
    }
    plans
}

fn start_portal(sql: &CStr, tag: pg_sys::CommandTag::Type, plans: *mut pg_sys::List) -> pg_sys::Portal {
    // SAFETY: the unnamed portal may be replaced silently.
    let portal = unsafe { pg_sys::CreatePortal(c"".as_ptr(), true, true) };
    // SAFETY: just created. Nobody needs to see it in pg_cursors.
    unsafe { (*portal).visible = false };
    let (text, null) = (sql.as_ptr(), core::ptr::null_mut());
    // SAFETY: text and plans live longer than the portal.
    unsafe { pg_sys::PortalDefineQuery(portal, core::ptr::null(), text, tag, plans, null) };
    // SAFETY: defined above, without parameters; the server takes a snapshot if the command wants one.
    unsafe { pg_sys::PortalStart(portal, core::ptr::null_mut(), 0, core::ptr::null_mut()) };
    portal
}

/// Whether a statement may run code that ends transactions.
fn may_commit(statement: *mut pg_sys::RawStmt) -> bool {
    matches!(node_tag(statement), pg_sys::NodeTag::T_CallStmt | pg_sys::NodeTag::T_DoStmt)
}

fn node_tag(statement: *mut pg_sys::RawStmt) -> pg_sys::NodeTag {
    // SAFETY: the parser has made it.
    let node = unsafe { (*statement).stmt };
    // SAFETY: every node begins with its tag.
    unsafe { (*node).type_ }
}

/// Refuse what cannot work in a worker, before any statement has run.
fn refuse_if_impossible(statement: *mut pg_sys::RawStmt) {
    match node_tag(statement) {
        pg_sys::NodeTag::T_TransactionStmt => refuse(
            "transaction control is not allowed in a background command",
            "The command is a transaction of its own. A procedure that is called by it may commit.",
        ),
        pg_sys::NodeTag::T_CopyStmt => {
            // SAFETY: the parser has made it.
            let node = unsafe { (*statement).stmt };
            // SAFETY: the tag says what the node is.
            let copy = unsafe { &*node.cast::<pg_sys::CopyStmt>() };
            if copy.filename.is_null() {
                refuse(
                    "COPY with the client is not allowed in a background command",
                    "A background worker has no client. Use a query, a file or a program.",
                );
            }
        }
        _ => {}
    }
}

fn refuse(message: &'static str, hint: &'static str) {
    ErrorReport::new(PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED, message, "pg_background")
        .set_hint(hint)
        .report(PgLogLevel::ERROR);
}

/// `statement_timeout` is for each statement, as in a session.
fn start_statement_timeout() {
    // SAFETY: a setting, read on the process's only thread.
    let timeout_ms = unsafe { pg_sys::StatementTimeout };
    if timeout_ms > 0 && !ffi::statement_timeout_is_active() {
        ffi::enable_statement_timeout(timeout_ms);
    }
}

/// Create the context that sessions parse and plan in; it outlives the transactions of a procedure that commits.
pub(crate) fn create_message_context() {
    // SAFETY: read on the process's only thread.
    let top = unsafe { pg_sys::TopMemoryContext };
    let context = backend::new_memory_context(top, c"MessageContext");
    // SAFETY: written on the process's only thread.
    unsafe { pg_sys::MessageContext = context };
}

/// Free what the last command has left in that context.
pub(crate) fn reset_message_context() {
    enter(message_context());
    // SAFETY: created in `create_message_context`; nothing of the last command is needed any more.
    unsafe { pg_sys::MemoryContextReset(message_context()) }
}

fn message_context() -> pg_sys::MemoryContext {
    // SAFETY: read on the process's only thread.
    unsafe { pg_sys::MessageContext }
}

fn enter(context: pg_sys::MemoryContext) {
    // SAFETY: every caller's context is alive.
    unsafe { pg_sys::MemoryContextSwitchTo(context) };
}
