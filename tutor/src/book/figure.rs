//! Drawings in plain text as pictures that take the page's colours.

use maud::{Markup, PreEscaped, html};
use svgbob::Settings;

use super::text;
use super::writing::{Label, apart};

/// A drawing as SVG, with its text for those who do not see it. The first one of a page has the arrow heads of all.
pub(super) fn figure(drawing: &str, is_first: bool) -> Markup {
    let drawing = drawing.trim_end();
    html! {
        figure.drawing {
            div.picture { (svg(drawing, is_first)) }
            details {
                summary { (text::DRAWING_AS_TEXT) }
                pre { samp { (drawing) } }
            }
        }
    }
}

/// The size of a character in svgbob's pictures, and how far below its top writing stands; in pixels.
const CELL_WIDTH: usize = 8;
const CELL_HEIGHT: usize = 16;
const BASELINE: usize = 12;

/// The colours come from the book's style sheet.
fn svg(drawing: &str, is_first: bool) -> Markup {
    let (drawn, labels) = apart(drawing);
    let width = drawing.lines().map(|line| line.chars().count()).max().unwrap_or_default() * CELL_WIDTH;
    let height = drawing.lines().count() * CELL_HEIGHT;
    let settings =
        Settings { include_backdrop: false, include_styles: false, include_defs: is_first, ..Settings::default() };
    let svg = svgbob::to_svg_with_override_size(&drawn, &settings, pixels(width), pixels(height));
    let (_, picture) = svg.split_once('>').unwrap_or_default();
    let picture = picture.trim_end().trim_end_matches("</svg>");
    html! {
        svg.svgbob role="img" aria-label=(text::drawing(&phrases(&labels))) width=(width) height=(height) {
            (PreEscaped(picture))
            @for Label { line, column, text } in &labels {
                text x=(column * CELL_WIDTH) y=(line * CELL_HEIGHT + BASELINE) textLength=(text.chars().count() * CELL_WIDTH) {
                    (text)
                }
            }
        }
    }
}

/// Whole pixels as svgbob takes them.
fn pixels(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

/// What is written in a drawing, in reading order, each phrase once.
fn phrases(labels: &[Label]) -> Vec<&str> {
    let mut phrases: Vec<&str> = Vec::new();
    for Label { text, .. } in labels {
        if !phrases.contains(&text.as_str()) {
            phrases.push(text);
        }
    }
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_no_colours_of_its_own() {
        let html = figure("+-------+\n| a job |-->\n+-------+\n  a job", true).0;
        assert!(html.contains("role=\"img\" aria-label=\"Drawing with the words: a job\""), "{html}");
        assert!(!html.contains("<style") && !html.contains("backdrop"), "{html}");
    }

    #[test]
    fn words_draw_nothing() {
        let svg = svg("shared memory, mail_messages (or none)", false).0;
        assert!(svg.contains(">shared memory, mail_messages (or none)</text>"), "{svg}");
        assert!(!svg.contains("<circle") && !svg.contains("<path") && !svg.contains("<line"), "{svg}");
    }
}
