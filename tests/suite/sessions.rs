//! Several sessions at one prompt: what waits, what runs on, and what is said while a line is being typed.

use crate::support::{Screen, Tutor};

/// A prompt without a lab, in which `t` has one row.
fn play() -> Screen {
    let screen = Screen::open(&["play"]);
    screen.wait_for_prompt("play=>");
    screen
}

/// Two sessions of one row: `other` holds it, `main` wants it.
fn blocked() -> Screen {
    let mut screen = play();
    screen.type_line("\\session other");
    screen.wait_for_prompt("play[other]=>");
    screen.type_line("BEGIN; SELECT pg_advisory_xact_lock(4711);");
    screen.wait_for_prompt("play[other]=*>");
    screen.type_line("\\session main");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'got it' AS lock FROM pg_advisory_lock(4711);");
    screen.wait_for("[main] waits for a lock");
    screen.wait_for_prompt("play (running)>");
    screen
}

#[test]
fn a_blocked_statement_leaves_the_prompt_usable() {
    let mut screen = blocked();
    screen.type_line("SELECT 1;");
    screen.wait_for("Session main still runs: SELECT 'got it' AS lock");
    screen.wait_for_prompt("play (running)>");
    screen.type_line("\\sessions");
    screen.wait_for("* main");
    screen.type_line("\\session other");
    screen.wait_for_prompt("play[other]=*>");
    screen.type_line("COMMIT;");
    screen.wait_for("[main] has finished: SELECT 'got it' AS lock");
    screen.wait_for(" got it\n");
    screen.type_line("\\session main");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT 'free ' || 'again' AS state;");
    screen.wait_for("free again");
}

#[test]
fn ctrl_c_cancels_a_statement_that_was_left_running() {
    let mut screen = blocked();
    screen.press("\u{3}");
    screen.wait_for("[main] has finished: SELECT 'got it' AS lock");
    screen.wait_for("ERROR:  canceling statement due to user request");
    screen.type_line("");
    screen.wait_for_prompt("play=>");
}

#[test]
fn a_statement_that_is_sent_away_tells_when_it_has_finished() {
    let mut screen = play();
    screen.type_line("SELECT pg_advisory_lock(12);");
    screen.wait_for("(1 row)");
    screen.type_line("\\session worker");
    screen.wait_for_prompt("play[worker]=>");
    screen.type_line("SELECT 'the end' AS far FROM pg_advisory_lock(12) \\bg");
    screen.wait_for("[worker] runs on");
    screen.wait_for_prompt("play[worker] (running)>");
    screen.type_line("\\session main");
    screen.wait_for_prompt("play=>");
    screen.type_line("SELECT pg_advisory_unlock(12);");
    screen.wait_for("[worker] has finished: SELECT 'the end' AS far");
    screen.wait_for(" the end\n");
}

#[test]
fn what_happens_while_a_line_is_typed_does_not_break_it() {
    let mut screen = play();
    screen.type_line("LISTEN news;");
    screen.wait_for("LISTEN\n");
    screen.type_line("\\session worker");
    screen.wait_for_prompt("play[worker]=>");
    screen.type_line("SELECT pg_notify('news', 'late') FROM pg_sleep(1) \\bg");
    screen.wait_for_prompt("play[worker] (running)>");
    screen.type_line("\\session main");
    screen.wait_for_prompt("play=>");
    screen.press("SELECT 'half a");
    screen.wait_for("Asynchronous notification \"news\" with payload \"late\" received");
    screen.wait_for("[worker] has finished");
    screen.wait_for_prompt("play=> SELECT 'half a");
    screen.press(" line' AS typed;\r");
    screen.wait_for(" half a line\n");
}

#[test]
fn a_script_goes_on_in_another_session_while_one_is_blocked() {
    let script = "\\session holder\nBEGIN;\nSELECT pg_advisory_xact_lock(99);\n\\session main\n\
                  SELECT 'waited' AS main FROM pg_advisory_lock(99);\n\\session holder\n\
                  SELECT 'holds' AS holder;\nCOMMIT;\n\\session main\nSELECT 'free' AS main;\n";
    let ran = Tutor::new(&["play"]).input(script).expect(0);
    let places: Vec<usize> =
        [" holds\n", " waited\n", " free\n"].iter().filter_map(|word| ran.out.find(word)).collect();
    assert!(places.len() == 3 && places.is_sorted(), "{ran:#?}");
}

#[test]
fn a_script_s_end_waits_for_what_it_left_running() {
    let ran = Tutor::new(&["play"]).input("SELECT 'late' AS word FROM pg_sleep(0.2) \\bg\n").expect(0);
    assert!(ran.out.contains(" late\n"), "{ran:#?}");
}

#[test]
fn a_statement_that_does_not_listen_is_left_behind() {
    let mut screen = play();
    screen.type_line(
        "DO $$ BEGIN RAISE NOTICE 'it loops'; LOOP BEGIN PERFORM pg_sleep(10); EXCEPTION WHEN query_canceled THEN RAISE NOTICE 'no'; END; END LOOP; END $$;",
    );
    screen.wait_for("NOTICE:  it loops");
    screen.press("\u{3}");
    screen.wait_for("NOTICE:  no");
    // The second Ctrl-C counts a second after the first one; pressing on until it is heard is what people do.
    while !screen.text().contains("does not end when it is cancelled") {
        screen.press("\u{3}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    screen.type_line("\\session other");
    screen.wait_for_prompt("play[other]=>");
}
