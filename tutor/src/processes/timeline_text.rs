//! A timeline for the terminal.

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use super::text;
use super::timeline::{Timeline, TimelineRow};
use super::tree::{Style, shorten, wrap};
use super::wait::Class;
use crate::repl::Paint;

/// From this width on, titles stand beside the bars; below it, above them.
const WIDE: usize = 72;

/// The least and the most columns of a bar.
const LEAST_BAR: usize = 16;
const MOST_BAR: usize = 160;

/// The most columns of a title beside a bar.
const MOST_TITLE: usize = 36;

impl Timeline {
    /// The picture as text, with its legend.
    pub fn text(&self, style: &Style) -> String {
        let mut lines = vec![style.paint.strong(&shorten(&self.headline(), style.width, style.is_ascii))];
        if self.rows.is_empty() {
            lines.push(text::not_sampled(self.total));
            return lines.join("\n") + "\n";
        }
        let sheet = Sheet::of(self, style);
        lines.push(sheet.axis(self.total));
        self.rows.iter().for_each(|row| lines.extend(sheet.row(self, row)));
        lines.push(String::new());
        lines.extend(self.legend_lines(style));
        lines.join("\n") + "\n"
    }

    fn headline(&self) -> String {
        format!("{}: {}", text::timeline_title(&self.session, self.total, self.is_running), self.statement)
    }

    fn legend_lines(&self, style: &Style) -> Vec<String> {
        let entry = |(class, events): (Class, Vec<String>)| {
            let events = if events.is_empty() { String::new() } else { format!(" ({})", events.join(", ")) };
            let wrapped = wrap(&format!("{}{events}", class.words()), style.width.saturating_sub(3).max(LEAST_BAR));
            let mark = paint(style.paint, class, &class.mark(style.is_ascii).to_string());
            let line = move |(index, line): (usize, String)| match index {
                0 => format!("{mark}  {line}"),
                _ => format!("   {line}"),
            };
            wrapped.into_iter().enumerate().map(line).collect::<Vec<_>>()
        };
        self.legend().into_iter().flat_map(entry).collect()
    }
}

/// How the columns of the terminal are shared out.
struct Sheet<'a> {
    style: &'a Style,
    /// Columns for titles; none when they stand above the bars.
    title: usize,
    bar: usize,
}

impl Sheet<'_> {
    fn of<'a>(timeline: &Timeline, style: &'a Style) -> Sheet<'a> {
        let widest = timeline.rows.iter().map(|row| label(row).width()).max().unwrap_or(0);
        let title = if style.width >= WIDE { widest.min(MOST_TITLE) + 2 } else { 0 };
        let bar = style.width.saturating_sub(title + 1).clamp(LEAST_BAR, MOST_BAR);
        Sheet { style, title, bar }
    }

    /// The scale: its beginning, its middle and its end.
    fn axis(&self, total: Duration) -> String {
        let end = text::duration(total);
        let middle = text::duration(total / 2);
        let to_middle = (self.bar / 2).saturating_sub(1 + middle.width() / 2);
        let to_end = self.bar.saturating_sub(1 + to_middle + middle.width() + end.width());
        let scale = if to_middle < 3 || to_end < 2 {
            format!("0{}{end}", " ".repeat(self.bar.saturating_sub(1 + end.width())))
        } else {
            format!("0{}{middle}{}{end}", " ".repeat(to_middle), " ".repeat(to_end))
        };
        self.style.paint.aside(&format!("{}{scale}", " ".repeat(self.title)))
    }

    fn row(&self, timeline: &Timeline, row: &TimelineRow) -> Vec<String> {
        let bar = self.bar(timeline, row);
        let label = label(row);
        let totals = wrap(&totals(row), self.bar);
        let indent = " ".repeat(self.title);
        let mut lines = if self.title == 0 {
            vec![label, bar]
        } else {
            let label = shorten(&label, self.title - 2, self.style.is_ascii);
            vec![format!("{label}{}{bar}", " ".repeat(self.title.saturating_sub(label.width())))]
        };
        lines.extend(totals.iter().map(|line| format!("{indent}{}", self.style.paint.aside(line))));
        lines
    }

    /// A mark for each column: what the process did during most of its time.
    fn bar(&self, timeline: &Timeline, row: &TimelineRow) -> String {
        let columns = u32::try_from(self.bar).unwrap_or(u32::MAX);
        let time = |column: u32| timeline.total * column / columns;
        let classes: Vec<Option<Class>> =
            (0..columns).map(|column| row.class_between(time(column), time(column + 1))).collect();
        let mut bar = String::new();
        for run in classes.chunk_by(|left, right| left == right) {
            match run[0] {
                None => bar.push_str(&" ".repeat(run.len())),
                Some(class) => {
                    let marks: String = run.iter().map(|_| class.mark(self.style.is_ascii)).collect();
                    bar.push_str(&paint(self.style.paint, class, &marks));
                }
            }
        }
        bar.trim_end().to_owned()
    }
}

/// `  parallel worker 4711`.
fn label(row: &TimelineRow) -> String {
    let blocks = if row.is_blocker { text::BLOCKER } else { "" };
    format!("{}{} {}{blocks}", "  ".repeat(row.depth), row.title, row.pid)
}

/// What it did, in percent of its time, and its processor time.
fn totals(row: &TimelineRow) -> String {
    let shares: Vec<String> = row.shares().iter().map(|(class, part)| format!("{part}% {}", class.short())).collect();
    let cpu = row.cpu.map(|cpu| format!("; {}", text::processor_time(cpu))).unwrap_or_default();
    format!("{}{cpu}", shares.join(", "))
}

fn paint(paint: Paint, class: Class, marks: &str) -> String {
    match class {
        Class::Runs => paint.good(marks),
        Class::Lock | Class::Full => paint.bad(marks),
        Class::Idle | Class::Sleep | Class::Client => paint.aside(marks),
        _ => paint.code_line(marks),
    }
}
