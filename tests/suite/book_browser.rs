//! Pages of the book in a real browser: light and dark, on a phone, by keyboard alone, on paper, for everybody.

use serde_json::json;
use tutor::book::Answers;

use crate::book::Pages;
use crate::support::{Axe, Browser};

/// A page of each kind.
const PAGES: [&str; 5] = [
    "index.html",
    "theory/limits.html",
    "labs/12-background-processes/01-processes.html",
    "reference/extension.html",
    "instructors/grading.html",
];

const LESSON: &str = PAGES[2];

/// A phone, and a desk.
const NARROW: u32 = 390;
const WIDE: u32 = 1280;

/// Each way to look at a page: how wide, what the system prefers, and the theme that is chosen for it.
const LOOKS: [(u32, &str, &str); 3] = [(WIDE, "light", "light"), (WIDE, "dark", "navy"), (NARROW, "light", "light")];

fn browser() -> Option<Browser> {
    Browser::start("the book")
}

fn url(page: &str) -> String {
    format!("file://{}", Pages::with(Answers::Hide).folder.path().join(page).display())
}

#[test]
fn pages_show_in_light_and_dark_on_small_and_large_screens() {
    let Some(mut browser) = browser() else { return };
    let folder = format!("file://{}/", Pages::with(Answers::Hide).folder.path().display());
    for page in PAGES {
        for (width, scheme, theme) in LOOKS {
            browser.open(&url(page), width, scheme);
            let classes = browser.value("document.documentElement.className");
            assert!(classes.as_str().is_some_and(|classes| classes.contains(theme)), "{page}: {classes}");
            let overhang = browser.value("document.documentElement.scrollWidth - innerWidth");
            assert!(overhang.as_i64().is_some_and(|pixels| pixels <= 0), "{page} scrolls sideways: {overhang}");
            assert_eq!(browser.complaints(), [""; 0], "{page}");
            assert_eq!(browser.asked_beyond(&folder), [""; 0], "{page}");
        }
    }
}

#[test]
fn a_barrier_is_found() {
    let (Some(axe), Some(mut browser)) = (Axe::find("a page"), browser()) else { return };
    browser.open("data:text/html,<html lang=en><title>A picture</title><img src=data:,>", WIDE, "light");
    let found = browser.barriers(&axe);
    assert!(found.len() == 1 && found[0].starts_with("image-alt\n"), "{found:?}");
}

#[test]
fn pages_have_no_barriers() {
    let (Some(axe), Some(mut browser)) = (Axe::find("the book"), browser()) else { return };
    for page in PAGES {
        for (width, scheme, _) in LOOKS {
            browser.open(&url(page), width, scheme);
            assert_eq!(browser.barriers(&axe), [""; 0], "{page}, {width} pixels, {scheme}");
        }
    }
}

#[test]
fn a_quiz_is_answered_by_keyboard() {
    let Some(mut browser) = browser() else { return };
    browser.open(&url(LESSON), WIDE, "light");
    let said = "document.querySelector('.quiz .said').textContent.trim()";
    assert_eq!(browser.value("document.querySelector('.quiz details').checkVisibility()"), false);
    // The first choice of the first quiz is right.
    browser.value("document.querySelector('.quiz input').focus()");
    browser.press(" ", 32, " ");
    assert_eq!(browser.value(said), "");
    browser.press("Enter", 13, "\r");
    let right = browser.value(said);
    assert!(right.as_str().is_some_and(|said| said.starts_with("Right.")), "{right}");
    browser.press("ArrowDown", 40, "");
    assert_eq!(browser.value(said), "");
    browser.press("Tab", 9, "");
    assert_eq!(browser.value("document.activeElement.localName"), "button");
    browser.press(" ", 32, " ");
    let wrong = browser.value(said);
    assert!(wrong.as_str().is_some_and(|said| said.starts_with("Not yet.")), "{wrong}");
    assert_eq!(browser.value("location.hash + location.search"), "");
}

#[test]
fn a_page_is_printed_without_what_is_for_the_screen() {
    let Some(mut browser) = browser() else { return };
    browser.open(&url(LESSON), WIDE, "light");
    let printed = browser.call("Page.printToPDF", json!({"printBackground": false}));
    // `%PDF-`, in base64.
    assert!(printed["data"].as_str().is_some_and(|data| data.starts_with("JVBERi") && data.len() > 50_000));
    browser.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    for gone in ["#mdbook-sidebar", "#mdbook-menu-bar", ".quiz button"] {
        assert_eq!(browser.value(&format!("document.querySelector('{gone}').checkVisibility()")), false, "{gone}");
    }
    let overhang =
        "Math.max(...[...document.querySelectorAll('.terminal pre')].map(p => p.scrollWidth - p.clientWidth))";
    assert!(browser.value(overhang).as_i64().is_some_and(|pixels| pixels <= 0), "a terminal is cut off");
}

#[test]
fn pages_can_be_searched() {
    let Some(mut browser) = browser() else { return };
    browser.open(&url("index.html"), WIDE, "light");
    browser.press("s", 83, "s");
    let results = "new Promise(done => { const look = () => { const found = document.querySelectorAll('#mdbook-searchresults li').length; \
                   if (found > 0) { done(found) } else { setTimeout(look, 20) } }; \
                   const bar = document.querySelector('#mdbook-searchbar'); bar.value = 'worker'; \
                   bar.dispatchEvent(new Event('keyup', {bubbles: true})); bar.dispatchEvent(new Event('input', {bubbles: true})); look() })";
    assert!(browser.value(results).as_u64().is_some_and(|found| found > 3));
}
