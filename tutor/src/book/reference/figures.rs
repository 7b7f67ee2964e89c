//! How measured figures are written, wherever they are shown.

/// Three digits or more: `2.71`, `48.3`, `1650`.
pub fn number(value: f64) -> String {
    match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// Two places, or as many as it takes to show that a small ratio is not zero.
pub fn ratio(value: f64) -> String {
    match value {
        value if value < 0.01 => format!("{value:.4}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!([2.714, 48.26, 99.97, 1650.4].map(number), ["2.71", "48.3", "100", "1650"]);
        assert_eq!([0.0023, 0.35, 1.0].map(ratio), ["0.0023", "0.35", "1.00"]);
    }
}
