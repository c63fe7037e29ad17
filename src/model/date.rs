//! Dates as they are written in reports.

/// The first full date in a text, `2025年1月20日` or `2025-01-20`: year, month, day.
pub fn full_date(text: &str) -> Option<(u16, u8, u8)> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
    let numbers: Vec<u32> = numbers.map(|n| n.parse().unwrap_or(u32::MAX)).collect();
    numbers.windows(3).find_map(|w| match *w {
        [y @ 1900..=2999, m @ 1..=12, d] if (1..=days_of_month(y, m)).contains(&d) => {
            Some((y as u16, m as u8, d as u8))
        }
        _ => None,
    })
}

/// Number of days of a month, `1` to `12`.
pub(crate) fn days_of_month(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_dates_are_dates() {
        assert_eq!(full_date("发布日期：2025年1月20日"), Some((2025, 1, 20)));
        assert_eq!(full_date("索引号：014088230/2025-00012"), None);
        assert_eq!(full_date("2025年2月31日"), None);
        assert_eq!(full_date("2024-02-29"), Some((2024, 2, 29)));
        assert_eq!(full_date("2025-01-31"), Some((2025, 1, 31)));
    }
}
