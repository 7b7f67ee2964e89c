//! Every sentence that the prompt says, in one place.

mod remark;

use std::path::Path;

use super::commands::NoCommand;
use crate::sessions::Left;
use crate::words::count;
pub(super) use remark::longest_run;
pub(crate) use remark::remark;

pub(super) const PASSED: &str = "Passed:";
pub(super) const WRONG: &str = "Not yet.";
pub(super) const NOT_ATTEMPTED: &str = "Nothing to check: no statement ran since the last check.";
pub(super) const TIMED_OUT: &str = "It took too long.";
pub(super) const CHECKER_FAULT: &str = "The check itself failed:";
pub(super) const NOT_YOUR_FAULT: &str =
    "That is a fault of the lesson, not of your answer; it does not count as a try.";
pub(super) const MISSING: &str = "What you show is right, but this does not hold:";
pub(super) const DIFFERENT: &str = "This is what was expected and what you show:";
pub(super) const MISSING_STATE: &str = "This does not hold:";
pub(super) const UNFINISHED: &str = "The statement is not finished: `;` ends it, \\r drops it.";
pub(super) const CHECK_COMPARES: &str = "Not the answer yet; if it was meant to be, \\check compares.";
pub(super) const CHECK_TELLS: &str = "When you are done, \\check tells what is still missing.";
pub(super) const EXPECTED: &str = "expected";
pub(super) const SHOWN: &str = "shown";
pub(super) const RUN_DEMO: &str = "Enter runs it.";
pub(super) const QUIZ: &str = "Question";
pub(super) const ANSWER_QUIZ: &str = "Type a letter, or several. Enter tells the answer and goes on.";
pub(super) const QUIZ_RIGHT: &str = "Right.";
pub(super) const QUIZ_MORE: &str = "Right so far, but that is not all.";
pub(super) const WITHHELD: &str = "The solution is not in this copy of the course.";
pub(super) const NOTHING_TO_BUILD: &str = "There is nothing to build here.";
pub(super) const BUILD_QUESTION: &str = "Build it? [y/N] ";
pub(super) const GO_ON: &str = "Enter goes on.";
pub(super) const AT_EXERCISE: &str = "Type your answer. \\hint helps, \\task shows the task again, \\? all commands.";
pub(super) const NO_EXERCISE: &str = "There is no exercise open here. Enter goes on.";
pub(super) const NO_MORE_HINTS: &str = "There are no more hints.";
pub(super) const NUDGE: &str = "Stuck? \\hint helps.";
pub(super) const PLAY_PROMPT: &str = "play";
pub(super) const PLAYING: &str = "Free play: nothing is checked. \\task takes you back.";
pub(super) const BACK_AT_TASK: &str = "Back at the task.";
pub(super) const RESET_DONE: &str = "The exercise starts afresh, in a new copy of the database.";
pub(super) const AT_START: &str = "This is the first step of the lab.";
pub(super) const LEAVE_WITH: &str = "\\q leaves; your progress is kept.";
pub(super) const KEPT: &str = "Your progress is kept. Until next time!";
pub(super) const LOST: &str = "The connection to the server was lost.";
pub(super) const RECONNECTED: &str =
    "Connected again; the session's settings, temporary tables and transactions are gone.";
pub(super) const HISTORY_LOST: &str = "tutor: the history of this prompt cannot be kept";
pub(super) const NOT_UTF8: &str =
    "tutor: what was pasted or typed is not UTF-8, so nothing of it was taken: set the terminal to UTF-8";
pub(super) const ENTER_TAKES_IT: &str = "Enter alone takes it.";
pub(super) const NO_EDITOR: &str =
    "\\e: no editor is set and there is no vi: leave, and start again with EDITOR=nano or another";
pub(super) const NO_EDITOR_IN_SCRIPT: &str =
    "tutor: \\e: a script opens the editor that EDITOR names, and it names none";
/// psql's words for a connection that broke in a script.
pub(super) const LOST_IN_SCRIPT: &str = "connection to server was lost";
pub(super) const LAB_DONE: &str = "You have reached the end of this lab.";
pub(super) const LOOK_BACK: &str = "\\review shows your answers, \\progress all lessons, \\q leaves.";
pub(super) const UNTOUCHED: &str = "not opened yet";
pub(super) const DIFFERENCE_SIGNS: &str = "- expected, + shown:";
pub(super) const PASSED_GO_ON: &str = "Look around as long as you like. Enter goes on.";
pub(super) const PASSED_ALREADY: &str = "This exercise is passed. Enter goes on.";
pub(super) const TRY_X_AUTO: &str =
    "This result is wider than your terminal: \\x auto shows such rows column by column.";
pub(super) const YOUR_ANSWER: &str = "Your answer:";
pub(super) const YOUR_LAST_TRY: &str = "Your last try that was not right:";
pub(super) const THE_SOLUTION: &str = "The solution of the lesson:";
pub(super) const SAME_SOLUTION: &str = "The solution of the lesson is the same.";
pub(super) const ALSO_RIGHT: &str = "This is right too:";
pub(super) const REVIEW_ONE: &str = "\\review with one of these names shows your answer.";
pub(super) const NOT_TRIED: &str = "You have not tried this one yet.";
pub(super) const TRANSCRIPT_USAGE: &str =
    "No transcript is written. \\transcript FILE begins one, with all of this sitting.";
pub(super) const NO_TRANSCRIPT: &str = "No transcript is written.";
pub(super) const DRAWING_END: &str = "The drawing ends here.";

pub(super) const NOT_FOUND: &str = "Not found.";

/// Where the built-in pager is, and its keys. `all` is the number of lines, once it is known.
pub(super) fn pager_place(first: usize, last: usize, all: Option<usize>, is_end: bool) -> String {
    let of_all = all.map_or(String::new(), |all| format!(" of {all}"));
    let end = if is_end { " (end)" } else { "" };
    format!("lines {first}-{last}{of_all}{end}   space: on, b: back, arrows, /: search, n: next, q: leave")
}

/// What stands in the line for the `place`th long text that was pasted.
pub(super) fn pasted(place: usize, bytes: usize) -> String {
    format!("[pasted text {place}: {bytes} bytes]")
}

pub(super) fn editor_failed(editor: &str, why: &str) -> String {
    format!("\\e: the editor {editor} failed ({why}), so nothing was taken")
}

/// psql's words, as all that follow here.
pub(super) fn invalid_line_number(word: &str) -> String {
    format!("invalid line number: {word}")
}

pub(super) fn extra_argument(command: &str, word: &str) -> String {
    format!("\\{command}: extra argument \"{word}\" ignored")
}

pub(super) const PS_USAGE: &str = "\\ps shows processes: \\ps, \\ps all, \\ps watch";
pub(super) const ANY_KEY: &str = "(any key ends it)";
pub(super) const NO_STATEMENT: &str = "No statement of this session was run yet.";
pub(super) const WHY_BUSY: &str = "This session runs a statement, and cannot explain another one meanwhile.";

pub(super) fn more_lines(number: usize) -> String {
    format!("(and {number} more lines: the terminal is too low)")
}

pub(super) fn no_session(name: &str) -> String {
    format!("There is no session {name}; \\sessions lists them.")
}

pub(super) fn written(file: &str) -> String {
    format!("Written: {file}")
}

pub(super) fn not_written(file: &str, error: &std::io::Error) -> String {
    format!("tutor: cannot write {file}: {error}")
}

/// Which statement is spoken of.
pub(super) fn about(statement: &str) -> String {
    format!("About: {}", one_line(statement))
}

pub(super) fn lesson_title(number: u32, title: &str) -> String {
    format!("Lesson {number}: {title}")
}

pub(super) fn lesson_aside(lab: u32, exercises: &str, minutes: u32) -> String {
    format!("Lab {lab}, {exercises}, about {minutes} minutes")
}

pub(super) fn exercise_title(number: usize, of: usize, title: &str) -> String {
    format!("Exercise {number} of {of}: {title}")
}

pub(super) fn hint_title(number: usize, of: usize) -> String {
    format!("Hint {number} of {of}:")
}

pub(super) fn quiz_answer(letters: &str) -> String {
    format!("Answer: {letters}")
}

/// What stands in a transcript for an answer to a question, as Markdown.
pub(super) fn quiz_chosen(letters: &str, is_right: bool) -> String {
    match is_right {
        true => format!("Your answer: {letters}. **Right.**"),
        false => format!("Your answer: {letters}. **Not yet.**"),
    }
}

pub(super) fn your_source(file: &str) -> String {
    format!("Your source: {file}\nEdit it in another window; \\build compiles and loads it.")
}

pub(super) fn built(log: &str) -> String {
    format!(
        "Built and loaded; your session is new. If a worker ends before its time, the server's log says why:\n  {log}"
    )
}

pub(super) fn answer_source(file: &str) -> String {
    format!("The source that it builds is {file}; compare yours.")
}

pub(super) fn build_runs_code(file: &str) -> String {
    format!("This compiles {file} with cargo as you, and your private server will run it.")
}

pub(super) fn not_graded(why: &str) -> String {
    format!("This exercise is not graded here: {why}")
}

pub(super) fn solution_locked(tries_left: u32) -> String {
    let tries = if tries_left == 1 { "1 more try".to_owned() } else { format!("{tries_left} more tries") };
    format!("The solution opens after passing, or after {tries}.")
}

pub(super) fn not_passed(id: &str) -> String {
    format!("{id} is not passed yet: \\skip leaves it for later, \\hint helps.")
}

pub(super) fn skipped(id: &str) -> String {
    format!("Left for later: {id}. \\goto {id} comes back.")
}

pub(super) fn no_command(name: &str, instead: NoCommand) -> String {
    match instead {
        NoCommand::Missing(nearest) => {
            format!("\\{name} is psql's, but deliberately not here. \\{nearest} comes nearest; \\? lists all.")
        }
        NoCommand::Meant(nearest) => {
            format!("There is no command \\{name}. Did you mean \\{nearest}? \\? lists all.")
        }
        NoCommand::Unlike => format!("There is no command \\{name}. \\? lists all."),
    }
}

/// psql's words for a command that psql has not either.
pub(super) fn invalid_command(name: &str) -> String {
    format!("invalid command \\{name}")
}

pub(super) fn marker_names_lesson(id: &str) -> String {
    format!("tutor: {id} is a lesson: after `-- exercise:` stands the id of an exercise")
}

/// What a server said to another session than the one at the prompt.
pub(super) fn from_session(name: &str, said: &str) -> String {
    format!("[{name}] {said}")
}

/// A statement that was left running has ended.
pub(super) fn finished(session: &str, statement: &str, output: &str) -> String {
    format!("[{session}] has finished: {}\n{output}", one_line(statement))
}

/// A statement is left running.
pub(super) fn left_running(session: &str, why: Left) -> String {
    match why {
        Left::Asked => format!("[{session}] runs on; you are told when it has finished."),
        Left::Blocked => format!(
            "[{session}] waits for a lock, so here is the prompt: \\sessions tells who holds it, \\session NAME goes to \
             another session, Ctrl-C cancels the statement."
        ),
        Left::Deaf => format!(
            "[{session}] does not end when it is cancelled, so here is the prompt: \\session NAME goes to another session."
        ),
    }
}

/// What was typed cannot run now.
pub(super) fn busy(session: &str, statement: &str) -> String {
    format!(
        "Session {session} still runs: {}\n\\session NAME goes to another session, Ctrl-C cancels the statement.",
        one_line(statement)
    )
}

/// Beside the name of a session that runs a statement.
pub(super) fn runs(statement: &str) -> String {
    format!("  runs: {}", one_line(statement))
}

/// The beginning of a statement in one line.
fn one_line(statement: &str) -> String {
    const MOST_CHARACTERS: usize = 60;
    let words: Vec<&str> = statement.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// The head of a transcript, as Markdown.
pub(super) fn transcript_head(title: &str, date: &str) -> String {
    format!("# Transcript of {title}\n\n{date}\n\n")
}

pub(super) fn transcript_of_lab(number: u32, title: &str) -> String {
    format!("lab {number}: {title}")
}

pub(super) fn transcript_of_play(database: &str) -> String {
    format!("free play in the database {database}")
}

pub(super) fn transcript_begun(file: &Path) -> String {
    let file = file.display();
    format!("This sitting, from its beginning, is written to {file}. \\transcript off ends that.")
}

pub(super) fn transcript_goes_to(file: &Path) -> String {
    let file = file.display();
    format!("This sitting is written to {file}. \\transcript off ends that.")
}

pub(super) fn transcript_ended(file: &Path) -> String {
    let file = file.display();
    format!("The transcript in {file} is complete.")
}

/// Stands below an output in a transcript, as Markdown.
pub(super) fn output_left_out(bytes: usize) -> String {
    format!("*{bytes} more bytes of this output are left out.*")
}

/// Stands beside a verdict in a transcript, as Markdown.
pub(super) fn led_in_transcript(words: &str, markdown: &str) -> String {
    format!("**{words}** {markdown}").trim_end().to_owned()
}

pub(super) fn passed_before(id: &str) -> String {
    format!("You have passed this one. \\review {id} shows your answer, \\next goes on.")
}

/// How an exercise stands, in a few words.
pub(super) fn standing(status: &str, tries: u32, hints: usize) -> String {
    match (tries, hints) {
        (0, 0) => status.to_owned(),
        (0, _) => format!("{status}, {}", count(hints, "hint")),
        (1, 0) => format!("{status}, 1 wrong try"),
        (_, 0) => format!("{status}, {tries} wrong tries"),
        (1, _) => format!("{status}, 1 wrong try, {}", count(hints, "hint")),
        _ => format!("{status}, {tries} wrong tries, {}", count(hints, "hint")),
    }
}

pub(super) fn stands(standing: &str) -> String {
    format!("How it stands: {standing}.")
}

pub(super) fn review_title(title: &str, id: &str) -> String {
    format!("{title} ({id})")
}

/// What a screen reader says before a drawing of so many lines.
pub(super) fn drawing(lines: usize) -> String {
    let lines = count(lines, "line");
    format!("A drawing follows, {lines} long.")
}

pub(super) fn line_differs(number: usize, expected: &str, shown: &str) -> String {
    let (expected, shown) = (said_line(expected), said_line(shown));
    format!("Line {number}, expected: {expected}; shown: {shown}.")
}

pub(super) fn line_missing(number: usize, expected: &str) -> String {
    let expected = said_line(expected);
    format!("Line {number} is missing: {expected}.")
}

pub(super) fn line_extra(number: usize, shown: &str) -> String {
    let shown = said_line(shown);
    format!("Line {number} was not expected: {shown}.")
}

fn said_line(line: &str) -> &str {
    if line.is_empty() { "an empty line" } else { line }
}

pub(super) fn lines_same(number: usize) -> String {
    match number {
        1 => "1 other line is the same.".to_owned(),
        _ => format!("{number} other lines are the same."),
    }
}

pub(super) fn more_lines_differ(number: usize) -> String {
    match number {
        1 => "1 more line differs.".to_owned(),
        _ => format!("{number} more lines differ."),
    }
}

pub(super) fn entry_aloud(before: &str, name: &str, said: &str) -> String {
    match before {
        "" => format!("{name}: {said}"),
        _ => format!("{before}, {name}: {said}"),
    }
}

pub(super) fn lab_tally(passed: usize, of: usize, tries: u32, hints: usize) -> String {
    let hints = count(hints, "hint");
    match tries {
        1 => format!("{passed} of {of} exercises passed, with 1 wrong try and {hints}."),
        _ => format!("{passed} of {of} exercises passed, with {tries} wrong tries and {hints}."),
    }
}

pub(super) fn lab_left(ids: &[&str]) -> String {
    let ids = ids.join(", ");
    format!("Left: {ids}. \\goto with one of these names opens it.")
}

pub(super) fn lesson_all_done(number: u32, of: usize) -> String {
    match of {
        0 => format!("That was lesson {number}."),
        _ => format!("That was lesson {number}; all its exercises are passed."),
    }
}

pub(super) fn lesson_done(number: u32, passed: usize, of: usize, left: &[&str], first: &str) -> String {
    let left = left.join(", ");
    format!("That was lesson {number}: {passed} of {of} exercises passed. Left: {left}. \\goto {first} goes back.")
}

pub(super) fn tally(passed: usize, of: usize) -> String {
    format!("{passed} of {of} passed")
}

/// The line that a script gets for an exercise that passed.
pub(super) fn script_passed(id: &str) -> String {
    format!("passed: {id}\n")
}

/// The line that a script gets for an exercise that did not pass.
pub(super) fn script_wrong(id: &str) -> String {
    format!("wrong: {id}\n")
}

/// The line that a script gets for an exercise that it did nothing for.
pub(super) fn script_not_attempted(id: &str) -> String {
    format!("not attempted: {id}\n")
}

/// The last line that a script gets.
pub(super) fn script_summary(passed: usize, attempted: usize) -> String {
    format!("{passed} of {attempted} attempted exercises passed")
}
