//! The report as a drawing: horizontal bars, with a line where the reference is and a mark at each row's bar.
//!
//! All lengths are in the drawing's own units. It is 380 of them wide, about as many pixels as a telephone has, so that
//! text of 13 stays readable there. It brings its own background, because a page's colours may be chosen on the page
//! while those of a drawing follow the system.

use std::fmt::Write;

use tutor::book::reference::figures::{number, ratio};

use crate::{Contender, Machine, Report, Row, Scale, Subject};

const WIDTH: f64 = 380.0;
const MARGIN: f64 = 12.0;

/// Where bars begin and end.
const LEFT: f64 = 116.0;
const RIGHT: f64 = 324.0;

/// Heights of the parts, from the top down.
const HEADING: f64 = 82.0;
const GROUP_HEADING: f64 = 46.0;
const LINE: f64 = 22.0;
const GROUP_GAP: f64 = 14.0;
const FOOTER: f64 = 44.0;

/// How thick a bar is.
const THICK: f64 = 12.0;

/// The axis reaches at least so far, and ends there even for a contender that is many times slower.
const AXIS: (f64, f64) = (1.25, 2.5);

/// Plain rules and no variables, for programs that are no browsers; those draw it light.
const STYLE: &str = "\
text { font-family: system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif; font-size: 13px; fill: #1f2328 }
text.heading { font-size: 16px; font-weight: 600 }
text.title { font-weight: 600 }
text.quiet { fill: #59636e }
text.value { text-anchor: end; font-variant-numeric: tabular-nums }
.paper { fill: #ffffff }
.ours { fill: #2f81d6 }
.other { fill: #a3acb6 }
.range, .one { stroke: #1f2328; fill: none }
.one { stroke-dasharray: 3 2 }
.mark { fill: #b93808 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
text.quiet { fill: #9aa3ad }
.paper { fill: #161b22 }
.other { fill: #5b6570 }
.range, .one { stroke: #e6edf3 }
.mark { fill: #ff9a57 }
}
";

/// The whole drawing, as the text of an SVG file.
pub fn render(report: &Report) -> String {
    let mut body = String::new();
    let axis = Axis::of(report);
    let mut top = HEADING;
    for row in &report.rows {
        top += group(&mut body, row, &axis, top);
    }
    body += &footer(&report.machine, top);
    let height = top + FOOTER;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"speed-title speed-desc\">\n\
         <title id=\"speed-title\">{}</title>\n<desc id=\"speed-desc\">{}</desc>\n\
         <style>\n{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n{}{body}</svg>\n",
        escaped(&title(report.subject)),
        escaped(&description(report)),
        heading(report.subject),
    )
}

/// Ratios as places on the drawing.
struct Axis {
    end: f64,
}

impl Axis {
    fn of(report: &Report) -> Axis {
        let ratios = report.rows.iter().flat_map(|row| row.contenders.iter().filter_map(|each| row.ratio(each)));
        let bars = report.rows.iter().map(|row| row.bar);
        let greatest = ratios.chain(bars).fold(0.0, f64::max);
        Axis { end: (greatest * 1.05).clamp(AXIS.0, AXIS.1) }
    }

    fn place(&self, ratio: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * ratio.clamp(0.0, self.end) / self.end
    }
}

/// The drawing in sentences, for those who do not see it.
fn description(report: &Report) -> String {
    let mut text = String::from("Less is better.");
    for row in &report.rows {
        let unit = row.unit;
        // A string takes what is written to it.
        write!(text, " {}:", row.title).unwrap_or_default();
        for contender in &row.contenders {
            let found = match (contender.summary(), row.ratio(contender)) {
                (Some(summary), Some(times)) => format!("{} {unit}, ratio {}", number(summary.median), ratio(times)),
                (Some(summary), None) => format!("{} {unit}", number(summary.median)),
                _ => "not available".to_owned(),
            };
            write!(text, " {} {found};", contender.name).unwrap_or_default();
        }
        write!(text, " {} should not exceed {}.", report.subject.name, ratio(row.bar)).unwrap_or_default();
    }
    text
}

fn title(subject: Subject) -> String {
    format!("{} beside {}", subject.name, subject.rival)
}

fn heading(subject: Subject) -> String {
    let (bar, range) = (MARGIN + 5.0, 122.0);
    let scale = format!("Multiples of {}'s time: less is better.", subject.rival);
    text(MARGIN, 28.0, "heading", &title(subject))
        + &text(MARGIN, 48.0, "quiet", &scale)
        + &diamond(bar, 63.5)
        + &text(bar + 11.0, 68.0, "quiet", "upper limit")
        + &format!("<path class=\"range\" d=\"M{range} 63.5h18\"/>\n")
        + &text(range + 24.0, 68.0, "quiet", "least to greatest sample")
}

fn footer(machine: &Machine, top: f64) -> String {
    let Machine { cpus, postgres, extension, rounds, date, .. } = machine;
    let versions = format!("pg_background {extension}, PostgreSQL {postgres}");
    let run = format!("{cpus} processors, medians of {rounds} rounds, {date}");
    text(MARGIN, top + 12.0, "quiet", &versions) + &text(MARGIN, top + 30.0, "quiet", &run)
}

/// Draws a row's group below `top` and returns its height.
fn group(out: &mut String, row: &Row, axis: &Axis, top: f64) -> f64 {
    let rivals = row.contenders.iter().filter(|contender| !row.is_reference(contender));
    let mut line = top + GROUP_HEADING;
    out.push_str(&text(MARGIN, top + 14.0, "title", &row.title));
    out.push_str(&text(MARGIN, top + 32.0, "quiet", &reference(row)));
    let mut bars = String::new();
    for contender in rivals {
        bars += &contender_line(row, contender, axis, line);
        line += LINE;
    }
    let (one, begin, end) = (axis.place(1.0), top + GROUP_HEADING - 3.0, line - 1.0);
    writeln!(bars, r#"<path class="one" d="M{one:.1} {begin}V{end}"/>"#).unwrap_or_default();
    if row.contenders.first().is_some_and(|ours| ours.summary().is_some()) {
        bars += &diamond(axis.place(row.bar), top + GROUP_HEADING + LINE / 2.0);
    }
    out.push_str(&bars);
    line - top + GROUP_GAP
}

/// What the dashed line stands for.
fn reference(row: &Row) -> String {
    let unit = row.unit;
    match (row.scale, row.reference()) {
        (Scale::Contender(name), Some(value)) => format!("1.0 = {name}, {} {unit}", number(value)),
        (Scale::Contender(name), None) => format!("{name} was not available"),
        (Scale::Limit(limit), _) => format!("1.0 = the limit, {} {unit}", number(limit)),
    }
}

fn contender_line(row: &Row, contender: &Contender, axis: &Axis, top: f64) -> String {
    let base = top + LINE / 2.0 + 4.5;
    let mut line = text(MARGIN, base, "name", contender.name);
    let (Some(summary), Some(reference)) = (contender.summary(), row.reference()) else {
        return line + &text(LEFT, base, "quiet", "not available");
    };
    let times = summary.median / reference;
    let (end, middle) = (axis.place(times), top + LINE / 2.0);
    let class = if row.is_ours(contender) { "ours" } else { "other" };
    let (least, greatest) = (axis.place(summary.min / reference), axis.place(summary.max / reference));
    let (width, above) = ((end - LEFT).max(1.0), middle - THICK / 2.0);
    writeln!(line, r#"<rect class="{class}" x="{LEFT}" y="{above}" width="{width:.1}" height="{THICK}" rx="1"/>"#)
        .unwrap_or_default();
    writeln!(line, r#"<path class="range" d="M{least:.1} {middle}H{greatest:.1}"/>"#).unwrap_or_default();
    line + &text(WIDTH - MARGIN, base, "value", &ratio(times))
}

fn diamond(x: f64, y: f64) -> String {
    format!("<path class=\"mark\" d=\"M{x:.1} {:.1}l5 5l-5 5l-5-5z\"/>\n", y - 5.0)
}

fn text(x: f64, y: f64, class: &str, words: &str) -> String {
    format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{}</text>\n", escaped(words))
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::example;

    #[test]
    fn bars_are_as_long_as_their_ratios() {
        let axis = Axis { end: 2.0 };
        assert_eq!([0.0, 1.0, 2.0, 40.0].map(|ratio| axis.place(ratio)), [116.0, 220.0, 324.0, 324.0]);
        let drawing = render(&example());
        assert!(
            drawing.contains(r#"<rect class="ours" x="116" y="133" width="83.2" height="12" rx="1"/>"#),
            "{drawing}"
        );
    }

    #[test]
    fn the_reference_is_a_line_and_no_bar() {
        let drawing = render(&example());
        assert_eq!(drawing.matches("<rect class=\"o").count(), 2, "{drawing}");
        assert!(drawing.contains("1.0 = dblink, 200 ms") && drawing.contains("1.0 = the limit, 36.0 MB"), "{drawing}");
        assert_eq!(drawing.matches("class=\"one\"").count(), 2, "{drawing}");
    }

    #[test]
    fn it_can_be_read_aloud() {
        let said = description(&example());
        let start =
            "Less is better. count(*) over rows & rows: pg_background 100 ms, ratio 0.50; dblink 200 ms, ratio 1.00;";
        assert!(said.starts_with(start), "{said}");
        assert!(said.contains(" Gather not available; pg_background should not exceed 0.60."), "{said}");
    }

    #[test]
    fn words_are_escaped() {
        let drawing = render(&example());
        assert!(drawing.contains("over rows &amp; rows</text>") && !drawing.contains("rows & rows"), "{drawing}");
    }
}
