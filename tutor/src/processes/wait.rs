//! Wait events, in words and in letters.

/// What a process waits for: columns `wait_event_type` and `wait_event`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wait {
    /// Such as `Lock`.
    pub kind: String,
    /// Such as `relation`.
    pub event: String,
}

/// What a process does, as coarse as a picture needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// It is on a processor.
    Runs,
    /// It works, but is not on a processor, and PostgreSQL has no name for why.
    Off,
    /// A lock that another transaction holds.
    Lock,
    /// A lock within the server that is held for a moment.
    Internal,
    /// Files are read or written.
    Disk,
    /// Its queue is full: nobody reads what it has to say.
    Full,
    /// What another process has to say.
    Answer,
    /// Its workers.
    Workers,
    /// Another process, for some other reason.
    Process,
    /// Time.
    Sleep,
    /// Its client.
    Client,
    /// Something that an extension knows.
    Extension,
    /// Nothing to do.
    Idle,
}

impl Class {
    /// All of them, in the order of legends.
    pub const ALL: [Class; 13] = [
        Class::Runs,
        Class::Off,
        Class::Lock,
        Class::Internal,
        Class::Disk,
        Class::Full,
        Class::Answer,
        Class::Workers,
        Class::Process,
        Class::Sleep,
        Class::Client,
        Class::Extension,
        Class::Idle,
    ];

    /// Its mark in a picture; another one where there is only ASCII.
    pub fn mark(self, is_ascii: bool) -> char {
        match self {
            Class::Runs if is_ascii => '#',
            Class::Runs => '█',
            Class::Off if is_ascii => '+',
            Class::Off => '▒',
            Class::Lock => 'L',
            Class::Internal => 'I',
            Class::Disk => 'D',
            Class::Full => 'F',
            Class::Answer => 'A',
            Class::Workers => 'W',
            Class::Process => 'P',
            Class::Sleep => 'S',
            Class::Client => 'C',
            Class::Extension => 'E',
            Class::Idle if is_ascii => '.',
            Class::Idle => '·',
        }
    }

    /// What it means, for legends.
    pub fn words(self) -> &'static str {
        match self {
            Class::Runs => "runs",
            Class::Off => "works, but not on a processor",
            Class::Lock => "waits for a lock",
            Class::Internal => "waits for a short lock within the server",
            Class::Disk => "reads or writes files",
            Class::Full => "waits for its reader: the queue is full",
            Class::Answer => "waits for what another process says",
            Class::Workers => "waits for its workers",
            Class::Process => "waits for another process",
            Class::Sleep => "sleeps",
            Class::Client => "waits for its client",
            Class::Extension => "waits within an extension, such as dblink",
            Class::Idle => "idle",
        }
    }

    /// The same in a word or two, for totals.
    pub fn short(self) -> &'static str {
        match self {
            Class::Runs => "running",
            Class::Off => "off processor",
            Class::Lock => "lock",
            Class::Internal => "internal lock",
            Class::Disk => "files",
            Class::Full => "queue full",
            Class::Answer => "answer",
            Class::Workers => "workers",
            Class::Process => "other process",
            Class::Sleep => "sleep",
            Class::Client => "client",
            Class::Extension => "extension",
            Class::Idle => "idle",
        }
    }
}

/// The events of the type IPC at which a leader waits for its workers (Wait Events of Type IPC, chapter 28.2).
const FOR_WORKERS: [&str; 9] = [
    "AppendReady",
    "BgWorkerShutdown",
    "BgWorkerStartup",
    "BgworkerShutdown",
    "BgworkerStartup",
    "ExecuteGather",
    "ParallelBitmapScan",
    "ParallelCreateIndexScan",
    "ParallelFinish",
];

impl Wait {
    /// A wait of that type for that event.
    pub fn new(kind: &str, event: &str) -> Wait {
        Wait { kind: kind.to_owned(), event: event.to_owned() }
    }

    /// Its name as the manual has it: `Lock/relation`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.kind, self.event)
    }

    /// What it comes to.
    pub fn class(&self) -> Class {
        match (self.kind.as_str(), self.event.as_str()) {
            ("Lock", _) => Class::Lock,
            ("LWLock" | "BufferPin" | "Buffer", _) => Class::Internal,
            ("IO", _) => Class::Disk,
            ("IPC", "MessageQueueSend" | "MessageQueuePutMessage") | ("Client", "ClientWrite") => Class::Full,
            ("IPC", "MessageQueueReceive" | "MessageQueueInternal") => Class::Answer,
            ("IPC", event) if FOR_WORKERS.contains(&event) || event.starts_with("Hash") => Class::Workers,
            ("IPC", _) => Class::Process,
            ("Timeout", _) => Class::Sleep,
            ("Client", event) if event.starts_with("WalSenderWait") => Class::Idle,
            ("Client", _) => Class::Client,
            ("Activity", _) => Class::Idle,
            _ => Class::Extension,
        }
    }

    /// What the process does, in words: `waits for a lock on a table`.
    pub fn words(&self) -> &'static str {
        match (self.kind.as_str(), self.event.as_str()) {
            ("Lock", "relation") => "waits for a lock on a table",
            ("Lock", "tuple") => "waits for its turn at a row",
            ("Lock", "transactionid") => "waits for a transaction that changed its row",
            ("Lock", "virtualxid") => "waits for a transaction to end",
            ("Lock", "advisory") => "waits for an advisory lock",
            ("IPC", "BgWorkerStartup" | "BgworkerStartup") => "waits for a worker to start",
            ("IPC", "BgWorkerShutdown" | "BgworkerShutdown") => "waits for a worker to end",
            ("IPC", "ExecuteGather") => "waits for rows of its workers",
            ("Client", "ClientRead") => "waits for its client to speak",
            ("Client", "ClientWrite") => "waits for its client to read",
            ("Timeout", "PgSleep") => "sleeps",
            ("Timeout", "VacuumDelay") => "rests between two pages",
            ("Activity", _) => "has nothing to do",
            ("Extension", event) if event.starts_with("Dblink") => "waits for its dblink connection",
            ("Extension", _) => "waits within an extension",
            _ => self.class().words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_differ_without_colour() {
        for is_ascii in [true, false] {
            let mut marks: Vec<char> = Class::ALL.iter().map(|class| class.mark(is_ascii)).collect();
            marks.sort_unstable();
            marks.dedup();
            assert_eq!(marks.len(), Class::ALL.len());
            assert!(!is_ascii || marks.iter().all(char::is_ascii));
        }
    }

    #[test]
    fn the_two_ends_of_a_queue_differ() {
        assert_eq!(Wait::new("IPC", "MessageQueuePutMessage").class(), Class::Full);
        assert_eq!(Wait::new("IPC", "MessageQueueReceive").class(), Class::Answer);
        assert_eq!(Wait::new("Lock", "relation").class(), Class::Lock);
        assert_eq!(Wait::new("Extension", "Extension").words(), "waits within an extension");
    }
}
