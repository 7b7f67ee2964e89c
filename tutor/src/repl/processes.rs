//! The commands that show processes: `\ps`, `\timeline`, `\why` and what `\sessions` says.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use terminal_size::{Height, terminal_size_of};

use super::keys::Keys;
use super::room::Room;
use super::style::is_dumb;
use super::view::Look as View;
use super::{Output, text};
use crate::processes::why::{self, LastRun, Slots};
use crate::processes::{
    Cast, Changes, Kind, Look, LookError, Moment, Process, Recording, Scene, Style, Timeline, news,
};
use crate::server::Server;

/// The pause between two looks of `\ps watch`.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Lines of the terminal that `\ps watch` leaves free.
const FREE_LINES: usize = 2;

/// Moves to the beginning of the line so many lines above, and clears what follows (ECMA-48: CPL, ED).
fn up(lines: usize) -> String {
    if lines == 0 { "\r\u{1b}[J".to_owned() } else { format!("\u{1b}[{lines}F\u{1b}[J") }
}

/// What `\ps` shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ps {
    /// The server's own processes too.
    pub(super) all: bool,
    /// Again and again.
    pub(super) watch: bool,
}

impl Ps {
    /// What the words after the command ask for; `None` for others.
    pub(super) fn parse(argument: &str) -> Option<Ps> {
        argument.split_whitespace().try_fold(Ps::default(), |ps, word| match word {
            "all" => Some(Ps { all: true, ..ps }),
            "watch" => Some(Ps { watch: true, ..ps }),
            _ => None,
        })
    }
}

/// The student's sessions by name, and the current one, by their process ids.
fn people(room: &mut dyn Room) -> (Vec<(String, i32)>, Option<i32>) {
    let sessions = room.sessions();
    let names = sessions.iter().map(|(name, session)| (name.to_owned(), session.pid())).collect();
    (names, sessions.current().map(|session| session.pid()))
}

/// As standard output shows things: in a pipe and with `TERM=dumb`, nothing but ASCII.
fn style() -> Style {
    let view = View::for_stdout();
    Style { paint: view.paint, width: view.width, is_ascii: is_plain() }
}

fn is_plain() -> bool {
    !io::stdout().is_terminal() || is_dumb()
}

/// `\ps`.
pub(super) fn show_processes(room: &mut dyn Room, argument: &str, output: &mut Output<'_>) -> io::Result<()> {
    let Some(ps) = Ps::parse(argument) else { return output.complain(text::PS_USAGE) };
    let mut look = Look::new(room.server());
    let keys = if ps.watch { Keys::listen() } else { None };
    let shown = match keys {
        Some(keys) if is_plain() => tell_changes(room, ps, &mut look, &keys, output),
        Some(keys) => watch(room, ps, &mut look, &keys, output),
        None => show_once(room, ps, &mut look, output),
    };
    shown.unwrap_or_else(|error| output.complain(&format!("tutor: {error}")))
}

/// Writing can fail, and so can looking.
type Shown = Result<io::Result<()>, LookError>;

fn show_once(room: &mut dyn Room, ps: Ps, look: &mut Look, output: &mut Output<'_>) -> Shown {
    let moment = Moment { snapshot: look.snapshot()?, ..Moment::default() };
    let lines = tree(room, ps, &moment);
    Ok(lines.iter().try_for_each(|line| writeln!(output.out, "{line}")))
}

fn tree(room: &mut dyn Room, ps: Ps, moment: &Moment) -> Vec<String> {
    let (sessions, current) = people(room);
    let cast = Cast { snapshot: &moment.snapshot, sessions: &sessions, current };
    let postmaster = room.server().and_then(Server::pid);
    Scene { cast, postmaster, all: ps.all, fresh: &moment.fresh, gone: &moment.gone }.lines(&style())
}

/// Draws the tree over the one before until a key is pressed.
fn watch(room: &mut dyn Room, ps: Ps, look: &mut Look, keys: &Keys, output: &mut Output<'_>) -> Shown {
    let (start, mut changes, mut drawn) = (Instant::now(), Changes::default(), 0);
    loop {
        let moment = changes.take(look.snapshot()?, start.elapsed());
        let mut lines = tree(room, ps, &moment);
        fit(&mut lines);
        lines.push(style().paint.aside(text::ANY_KEY));
        let written = write!(output.out, "{}{}", up(drawn), lines.join("\n"));
        drawn = lines.len() - 1;
        let ends = is_over(room, keys);
        if let Err(error) = written.and_then(|()| output.out.flush()) {
            return Ok(Err(error));
        }
        if ends || is_over_within(room, keys) {
            return Ok(writeln!(output.out));
        }
    }
}

fn is_over(room: &mut dyn Room, keys: &Keys) -> bool {
    keys.pressed_within(Duration::ZERO) || room.interrupt().swap(false, Ordering::Relaxed)
}

/// Waits for the next look; whether a key or Ctrl-C came instead.
fn is_over_within(room: &mut dyn Room, keys: &Keys) -> bool {
    keys.pressed_within(LOOK_EVERY) || room.interrupt().swap(false, Ordering::Relaxed)
}

/// What does not fit on the terminal cannot be drawn over.
fn fit(lines: &mut Vec<String>) {
    let height = terminal_size_of(io::stdout()).map_or(usize::MAX, |(_, Height(height))| usize::from(height));
    let most = height.saturating_sub(FREE_LINES).max(1);
    if lines.len() > most {
        let left_out = lines.len() + 1 - most;
        lines.truncate(most - 1);
        lines.push(text::more_lines(left_out));
    }
}

/// Tells what changes, line by line, until a key is pressed.
fn tell_changes(room: &mut dyn Room, ps: Ps, look: &mut Look, keys: &Keys, output: &mut Output<'_>) -> Shown {
    let mut before = look.snapshot()?;
    let moment = Moment { snapshot: before.clone(), ..Moment::default() };
    let mut lines = tree(room, ps, &moment);
    lines.push(text::ANY_KEY.to_owned());
    loop {
        let written = lines.iter().try_for_each(|line| writeln!(output.out, "{line}"));
        if let Err(error) = written.and_then(|()| output.out.flush()) {
            return Ok(Err(error));
        }
        if is_over_within(room, keys) {
            return Ok(Ok(()));
        }
        let now = look.snapshot()?;
        let (sessions, current) = people(room);
        let old = Cast { snapshot: &before, sessions: &sessions, current };
        lines = news(&old, &Cast { snapshot: &now, ..old }, ps.all);
        before = now;
    }
}

/// `\sessions`: who does what, and who waits for whom.
pub(super) fn list_sessions(room: &mut dyn Room, output: &mut Output<'_>) -> io::Result<()> {
    let mut look = Look::new(room.server());
    // Without a server there are still names.
    let snapshot = look.snapshot().unwrap_or_default();
    let locks = match snapshot.processes.iter().any(|process| !process.blockers.is_empty()) {
        true => look.lock_waits().unwrap_or_default(),
        false => Vec::new(),
    };
    let (people, current) = people(room);
    let cast = Cast { snapshot: &snapshot, sessions: &people, current };
    let view = View::for_stdout();
    for (name, pid) in &people {
        let mark = if current == Some(*pid) { '*' } else { ' ' };
        let state = snapshot.get(*pid).map(|process| cast.sentence(process, &locks)).unwrap_or_default();
        let line =
            crate::processes::wrap(&format!("{name} ({pid}){state}"), view.width.saturating_sub(2)).join("\n    ");
        let line = line.strip_prefix(name.as_str()).unwrap_or(&line);
        writeln!(output.out, "{mark} {}{line}", view.paint.strong(name))?;
        let running =
            room.sessions().iter().find(|(other, _)| other == name).and_then(|(_, session)| session.running());
        if let Some(running) = running {
            writeln!(output.out, "    {}", view.paint.aside(text::runs(&running.statement).trim_start()))?;
        }
    }
    Ok(())
}

/// `\timeline`.
pub(super) fn show_timeline(room: &mut dyn Room, argument: &str, output: &mut Output<'_>) -> io::Result<()> {
    let (people, current) = people(room);
    let (files, names): (Vec<&str>, Vec<&str>) = argument.split_whitespace().partition(|word| word.ends_with(".svg"));
    let pid = match names.first() {
        Some(name) => people.iter().find(|(session, _)| session == name).map(|(_, pid)| *pid),
        None => current,
    };
    let Some(pid) = pid else { return output.complain(&text::no_session(names.first().unwrap_or(&""))) };
    let recordings = recordings(room, pid);
    let Some(recording) = recordings.first() else { return output.complain(text::NO_STATEMENT) };
    let timeline = Timeline::of(recording, &people);
    match files.first() {
        None => write!(output.out, "{}", timeline.text(&style())),
        Some(file) => match fs::write(file, timeline.svg()) {
            Ok(()) => writeln!(output.out, "{}", text::written(file)),
            Err(error) => output.complain(&text::not_written(file, &error)),
        },
    }
}

fn recordings(room: &mut dyn Room, pid: i32) -> Vec<Recording> {
    room.sessions().sampler().map(|sampler| sampler.recordings(pid)).unwrap_or_default()
}

/// `\why`.
pub(super) fn show_why(room: &mut dyn Room, argument: &str, output: &mut Output<'_>) -> io::Result<()> {
    let (_, current) = people(room);
    let recordings = current.map(|pid| recordings(room, pid)).unwrap_or_default();
    let is_ended = |recording: &&Recording| !recording.is_running();
    let last = recordings.iter().filter(is_ended).find(|recording| why::may_have_workers(&recording.statement));
    let (statement, last_run, taken_then) = match (argument, last) {
        ("", Some(last)) => (last.statement.clone(), last.last_run(), last.was_seen().then_some(last.slots_of_others)),
        ("", None) => return output.complain(text::NO_STATEMENT),
        (statement, _) => (statement.to_owned(), LastRun::default(), None),
    };
    let slots = match slots(room, taken_then) {
        Ok(slots) => slots,
        Err(error) => return output.complain(&format!("tutor: {error}")),
    };
    let Some(shell) = room.sessions().shell() else { return output.complain(text::WHY_BUSY) };
    match why::why(shell.connection_mut(), &statement, &last_run, &slots) {
        Ok(said) => {
            let view = View::for_stdout();
            let about = view.paint.aside(&text::about(&statement));
            let said: Vec<String> = said.lines().map(|line| wrapped(line, view.width)).collect();
            writeln!(output.out, "{about}\n{}", said.join("\n"))
        }
        Err(error) => output.complain(&error),
    }
}

/// A sentence in lines of the terminal's width. What is indented is a plan, and stays as it is.
fn wrapped(line: &str, width: usize) -> String {
    let after = if line.starts_with("- ") { "\n  " } else { "\n" };
    let room = width.saturating_sub(after.len() - 1);
    if line.starts_with(' ') { line.to_owned() } else { crate::processes::wrap(line, room).join(after) }
}

/// Who has the slots for background workers.
fn slots(room: &mut dyn Room, taken_then: Option<usize>) -> Result<Slots, LookError> {
    let mut look = Look::new(room.server());
    let snapshot = look.snapshot()?;
    let all = look.number("max_worker_processes")?.and_then(|all| usize::try_from(all).ok()).unwrap_or(0);
    let (people, current) = people(room);
    let cast = Cast { snapshot: &snapshot, sessions: &people, current };
    let title = |process: &Process| match &process.kind {
        Kind::Auxiliary(name) => name.clone(),
        _ => cast.title(process),
    };
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let takers = snapshot.processes.iter().filter(|process| process.kind.takes_slot());
    takers.for_each(|process| *taken.entry(title(process)).or_default() += 1);
    Ok(Slots { all, taken: taken.into_iter().collect(), taken_then })
}
