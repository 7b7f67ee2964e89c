//! What the system says of a process: proc(5), where there is one.

use std::fs;
use std::time::Duration;

use super::process::Machine;

/// Clock ticks in a second, the unit of times in `/proc/PID/stat`: 100 on every Linux (`USER_HZ`).
const TICKS: u64 = 100;

/// What the system says of that process; `None` where it cannot be asked.
pub(super) fn of(pid: i32) -> Option<Machine> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The second field, the name, may hold anything; the third comes after the last parenthesis.
fn parse(stat: &str) -> Option<Machine> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let used = ticks(11)? + ticks(12)?;
    Some(Machine { is_running: fields.first() == Some(&"R"), cpu: Duration::from_millis(used * 1000 / TICKS) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_may_hold_anything() {
        let stat = "4711 (a) S b) R 1 4711 4711 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 99 1 1";
        let expected = Machine { is_running: true, cpu: Duration::from_secs(3) };
        assert_eq!(parse(stat), Some(expected));
        assert_eq!(parse("nothing"), None);
    }
}
