//! The date that a document states: PDF/A requires one, and it must not come from the clock.

use crate::model::{Document, full_date};

/// Year, month and day of the first full date in the facts under the title; otherwise 31 December of the first year in the
/// title.
pub(super) fn named(document: &Document) -> Option<(u16, u8, u8)> {
    let full = document.facts.iter().find_map(|fact| full_date(fact));
    full.or_else(|| Some((year(&document.title_text())?, 12, 31)))
}

fn year(text: &str) -> Option<u16> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|n| n.len() == 4);
    numbers.filter_map(|n| n.parse().ok()).find(|y| (1900..3000).contains(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_come_from_the_title() {
        assert_eq!(year("某局2024年政府信息公开工作年度报告"), Some(2024));
        assert_eq!(year("某局报告99999999999"), None);
    }
}
