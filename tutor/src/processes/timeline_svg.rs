//! A timeline as a picture in SVG: one file, without anything from elsewhere, for light and dark pages.

use std::fmt::Write;
use std::time::Duration;

use super::text;
use super::timeline::{Span, Timeline, TimelineRow};
use super::wait::Class;

/// Measures, in pixels.
const WIDTH: f64 = 960.0;
const MARGIN: f64 = 20.0;
const TITLES: f64 = 230.0;
const ROW: f64 = 46.0;
const BAR: f64 = 22.0;
const TOP: f64 = 84.0;
const LEGEND_LINE: f64 = 22.0;

/// Parts of the scale.
const TICKS: u32 = 4;

/// A span of this width has room for its letter.
const LETTER_WIDTH: f64 = 14.0;

/// Characters of the statement in the title, and of a line of the legend.
const STATEMENT: usize = 110;

/// Colours of light pages, and what differs on dark ones.
const STYLE: &str = "\
    text { font: 13px ui-sans-serif, system-ui, sans-serif; fill: #1f2328; }
    .paper { fill: #ffffff; }
    .title { font-weight: 600; font-size: 15px; }
    .code, .letter { font-family: ui-monospace, monospace; font-size: 12px; }
    .aside { fill: #59636e; font-size: 11px; }
    .letter { fill: #ffffff; text-anchor: middle; }
    .grid { stroke: #d1d9e0; stroke-width: 1; }
    .runs { fill: #1a7f37; } .off { fill: #8cc7a1; } .lock { fill: #cf222e; } .internal { fill: #a0616a; }
    .disk { fill: #9a6700; } .full { fill: #bc4c00; } .answer { fill: #0969da; } .workers { fill: #8250df; }
    .process { fill: #1b7c83; } .sleep { fill: #6e7781; } .client { fill: #848d97; } .extension { fill: #bf3989; }
    .idle { fill: #d1d9e0; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .paper { fill: #0d1117; } .aside { fill: #9198a1; } .grid { stroke: #3d444d; }
      .letter { fill: #0d1117; }
      .runs { fill: #3fb950; } .off { fill: #2a6b3c; } .lock { fill: #ff7b72; } .internal { fill: #d8a0a8; }
      .disk { fill: #d29922; } .full { fill: #f0883e; } .answer { fill: #58a6ff; } .workers { fill: #bc8cff; }
      .process { fill: #56d4dd; } .sleep { fill: #9198a1; } .client { fill: #7d8590; } .extension { fill: #f778ba; }
      .idle { fill: #3d444d; }
    }
";

impl Timeline {
    /// The picture as SVG.
    pub fn svg(&self) -> String {
        let legend = self.legend();
        let rows = self.rows.len() as f64;
        let height = TOP + rows * ROW + MARGIN + legend.len() as f64 * LEGEND_LINE + MARGIN;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<style>\n{STYLE}</style>\n\
             <rect class=\"paper\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n"
        );
        let title = text::timeline_title(&self.session, self.total, self.is_running);
        push(&mut svg, format_args!("<title>{}</title>", escape(&title)));
        write_text(&mut svg, "title", (MARGIN, 30.0), &title);
        let statement: String = self.statement.chars().take(STATEMENT).collect();
        write_text(&mut svg, "code", (MARGIN, 50.0), &statement);
        self.write_scale(&mut svg);
        for (index, row) in self.rows.iter().enumerate() {
            self.write_row(&mut svg, row, TOP + index as f64 * ROW);
        }
        for (index, (class, events)) in legend.iter().enumerate() {
            write_legend(&mut svg, *class, events, TOP + rows * ROW + MARGIN + index as f64 * LEGEND_LINE);
        }
        svg + "</svg>\n"
    }

    /// Where a time lies.
    fn x(&self, time: Duration) -> f64 {
        let part = time.as_secs_f64() / self.total.as_secs_f64().max(f64::MIN_POSITIVE);
        MARGIN + TITLES + part.min(1.0) * (WIDTH - 2.0 * MARGIN - TITLES)
    }

    fn write_scale(&self, svg: &mut String) {
        let bottom = TOP + self.rows.len() as f64 * ROW;
        for tick in 0..=TICKS {
            let time = self.total * tick / TICKS;
            let x = self.x(time);
            push(
                svg,
                format_args!("<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{bottom}\"/>", TOP - 6.0),
            );
            let anchor = if tick == TICKS { "end" } else { "middle" };
            let label = if tick == 0 { "0".to_owned() } else { text::duration(time) };
            push(
                svg,
                format_args!(
                    "<text class=\"aside\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{}\">{label}</text>",
                    TOP - 10.0
                ),
            );
        }
    }

    fn write_row(&self, svg: &mut String, row: &TimelineRow, y: f64) {
        let indent = MARGIN + row.depth as f64 * 14.0;
        let blocks = if row.is_blocker { text::BLOCKER } else { "" };
        write_text(svg, "name", (indent, y + 15.0), &format!("{} {}{blocks}", row.title, row.pid));
        let shares: Vec<String> =
            row.shares().iter().map(|(class, part)| format!("{part}% {}", class.short())).collect();
        write_text(svg, "aside", (self.x(Duration::ZERO), y + BAR + 13.0), &shares.join(", "));
        if let Some(cpu) = row.cpu {
            write_text(svg, "aside", (indent, y + BAR + 10.0), &text::processor_time(cpu));
        }
        row.spans.iter().for_each(|span| self.write_span(svg, span, y));
    }

    fn write_span(&self, svg: &mut String, span: &Span, y: f64) {
        let (x, class) = (self.x(span.from), class_name(span.class));
        let width = (self.x(span.to) - x).max(0.5);
        let event = span.wait.as_ref().map(|wait| format!(" ({})", wait.name())).unwrap_or_default();
        let (from, to) = (text::duration(span.from), text::duration(span.to));
        push(
            svg,
            format_args!(
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\"><title>{}</title></rect>",
                escape(&format!("{from} to {to}: {}{event}", span.class.words()))
            ),
        );
        if width >= LETTER_WIDTH && !matches!(span.class, Class::Runs | Class::Off | Class::Idle) {
            write_text(svg, "letter", (x + width / 2.0, y + 15.0), &span.class.mark(true).to_string());
        }
    }
}

fn write_legend(svg: &mut String, class: Class, events: &[String], y: f64) {
    let name = class_name(class);
    push(svg, format_args!("<rect class=\"{name}\" x=\"{MARGIN}\" y=\"{y}\" width=\"{BAR}\" height=\"14\" rx=\"2\"/>"));
    if !matches!(class, Class::Runs | Class::Off | Class::Idle) {
        write_text(svg, "letter", (MARGIN + BAR / 2.0, y + 11.0), &class.mark(true).to_string());
    }
    let events = if events.is_empty() { String::new() } else { format!(" ({})", events.join(", ")) };
    let line: String = format!("{}{events}", class.words()).chars().take(STATEMENT).collect();
    write_text(svg, "name", (MARGIN + BAR + 10.0, y + 12.0), &line);
}

fn write_text(svg: &mut String, class: &str, (x, y): (f64, f64), text: &str) {
    push(svg, format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(text)));
}

/// A string takes what is written to it.
fn push(svg: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(svg, "{line}").unwrap_or_default();
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Runs => "runs",
        Class::Off => "off",
        Class::Lock => "lock",
        Class::Internal => "internal",
        Class::Disk => "disk",
        Class::Full => "full",
        Class::Answer => "answer",
        Class::Workers => "workers",
        Class::Process => "process",
        Class::Sleep => "sleep",
        Class::Client => "client",
        Class::Extension => "extension",
        Class::Idle => "idle",
    }
}

/// Text for XML, which knows no control characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
