//! Titles of reports: recognised, joined from several lines, and taken apart into agency and year.

use super::numerals;
use super::text::joined;
use crate::form::labels;
use crate::model::half_width;

/// A title taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// The title without spaces or line breaks.
    pub text: String,
    pub agency: Option<String>,
    pub year: Option<u16>,
}

impl Title {
    /// Whether two titles name different agencies or different years.
    pub fn differs(&self, other: &Title) -> bool {
        let unlike = |a: Option<&str>, b: Option<&str>| a.zip(b).is_some_and(|(a, b)| a != b);
        let years = self.year.zip(other.year).is_some_and(|(a, b)| a != b);
        years || unlike(self.agency.as_deref(), other.agency.as_deref())
    }
}

/// Longest title, in characters.
const LONGEST: usize = 100;

/// Parses a text as a title if it ends with the wording of one. 《》 around it and a year in brackets after it are allowed.
pub fn parse(text: &str) -> Option<Title> {
    let text = joined(text);
    if text.chars().count() > LONGEST || text.contains(['。', '；', '！', '？']) {
        return None;
    }
    let bare = text.trim_matches(['《', '》']);
    // A year may follow in brackets.
    let tail = bare.strip_suffix('）').and_then(|b| b.rsplit_once('（')).and_then(|(head, y)| Some((head, year(y)?)));
    let (stem, _, kind) = labels().report.split_title(tail.map_or(bare, |(head, _)| head))?;
    let (year, before, after) = match find_year(stem) {
        // If two years differ, neither is certain: 2023年…2024年度报告, 2023—2024年, 2023—24年.
        Some((year, start, end)) => {
            let others = [find_year(kind).map(|(year, ..)| year), tail.map(|(_, year)| year)];
            let one = others.iter().flatten().all(|other| *other == year)
                && !ends_a_range(&stem[..start])
                && !begins_a_range(&stem[end..]);
            (one.then_some(year), &stem[..start], &stem[end..])
        }
        None => (find_year(kind).map(|(year, ..)| year).or(tail.map(|(_, year)| year)), stem, ""),
    };
    let agency = format!("{}{}", trimmed(before), trimmed(after));
    Some(Title { text: bare.to_owned(), agency: (!agency.is_empty()).then_some(agency), year })
}

/// Whether a character joins two years.
fn joins(c: char) -> bool {
    "-‐–—―－−~～〜/／、至到和与及".contains(c)
}

/// Whether the text before a year ends with another one and perhaps a mark that joins them, in digits of any kind.
fn ends_a_range(before: &str) -> bool {
    before.trim_end_matches(|c| joins(c) || matches!(c, '年' | '度')).ends_with(|c| digit(c).is_some())
}

/// Whether the text after a year begins with a mark that joins years and the last two digits of another one.
fn begins_a_range(after: &str) -> bool {
    let rest = after.trim_start_matches(joins);
    let next = rest.trim_start_matches(|c| digit(c).is_some());
    let short = rest[..rest.len() - next.len()].chars().count() == 2;
    rest.len() < after.len() && short && (next.is_empty() || next.starts_with(['年', '度']))
}

/// A part of a title without the words that join it to the others.
fn trimmed(part: &str) -> &str {
    let part = part.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '）' | '（'));
    part.trim_start_matches("关于").trim_end_matches("关于").trim_start_matches('的').trim_end_matches('的')
}

/// The year in a text, and its byte range with the following 年 or 年度: the last year with 年, otherwise the first.
fn find_year(text: &str) -> Option<(u16, usize, usize)> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let found = (0..chars.len().saturating_sub(3)).filter_map(|i| {
        let alone = i == 0 || digit(chars[i - 1].1).is_none();
        let next_is_digit = chars.get(i + 4).is_some_and(|c| digit(c.1).is_some());
        let digits: Option<Vec<u16>> = chars[i..i + 4].iter().map(|(_, c)| digit(*c)).collect();
        let year = digits?.into_iter().fold(0, |n, d| n * 10 + d);
        (alone && !next_is_digit && plausible(year)).then_some((year, i))
    });
    let all: Vec<(u16, usize)> = found.collect();
    let called = |(_, i): &&(u16, usize)| chars.get(i + 4).is_some_and(|c| c.1 == '年');
    let (year, i) = all.iter().rev().find(called).or(all.first()).copied()?;
    let end_of = |i: usize| chars.get(i).map_or(text.len(), |c| c.0);
    let mut end = i + 4;
    for word in ['年', '度'] {
        if chars.get(end).is_some_and(|c| c.1 == word) {
            end += 1;
        }
    }
    Some((year, chars[i].0, end_of(end)))
}

/// The value of an Arabic digit of either width, or of a Chinese digit.
fn digit(c: char) -> Option<u16> {
    let arabic = half_width(c).unwrap_or(c).to_digit(10);
    arabic.map(|d| d as u16).or_else(|| numerals::digit(c).map(u16::from))
}

/// Whether a report can be about this year.
fn plausible(year: u16) -> bool {
    let [first, last] = labels().report.years;
    (first..=last).contains(&year)
}

/// A year alone, as the cover states it: 2024, 2024年, 2024年度, 二〇二四年.
pub fn year(text: &str) -> Option<u16> {
    let text = joined(text);
    let (year, start, end) = find_year(&text)?;
    (start == 0 && end == text.len()).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_every_wording_are_taken_apart() {
        let agency = Some("老城区科学技术局".to_owned());
        let with_tail = parse("老城区科学技术局政府信息公开工作年度报告（2024年）").unwrap();
        assert_eq!((with_tail.agency, with_tail.year), (agency.clone(), Some(2024)));
        assert_eq!(parse("某区2020年建设指挥部2023年政府信息公开年报").unwrap().year, Some(2023));
        for text in [
            "老城区科学技术局关于2024年政府信息公开工作年度报告",
            "老城区科学技术局2024年政府信息公开工作年度报告",
            "老城区科学技术局 2024 年政府信息公开工作年度报告",
            "老城区科学技术局2024年度政府信息公开工作年度报告",
            "2024年老城区科学技术局政府信息公开年报",
            "2024年度老城区科学技术局政府信息公开年度报告",
            "老城区科学技术局２０２４年政府信息公开\n工作年度报告",
            "老城区科学技术局二〇二四年政府信息公开工作年度报告",
            "《老城区科学技术局关于2024年政府信息公开工作年度报告》",
            "老城区科学技术局政府信息公开工作2024年度报告",
            "老城区科学技术局政府信息公开2024年年度报告",
            "老城区科学技术局政府信息公开工作二〇二四年年报",
            "老城区科学技术局政府信息公开（2024年度）工作报告",
            "老城区科学技术局政务公开2024年报",
            "2024年老城区科学技术局信息公开年报",
            "老城区科学技术局2024年度政务公开工作报告",
            "老城区科学技术局2024年政府信息公开工作情况报告",
        ] {
            let title = parse(text).unwrap();
            assert_eq!(title.agency, agency, "{text}");
            assert_eq!(title.year, Some(2024), "{text}");
        }
        assert_eq!(parse("政府信息公开工作年度报告").unwrap().agency, None);
        assert_eq!(parse("某局政府信息公开工作年度报告").unwrap().year, None);
    }

    #[test]
    fn of_two_years_neither_is_certain_in_digits_of_any_kind() {
        for years in [
            "2022—2023年",
            "２０２２—２０２３年",
            "二〇二二—二〇二三年",
            "二〇二二年至２０２３年",
            "2022年度－2023年",
            "２０２２–２０２３年",
            "2022、2023年",
            "２０２２年和２０２３年",
            "2022—23年",
            "２０２２—２３年",
            "二〇二二年—二三年",
        ] {
            let title = parse(&format!("某局{years}政府信息公开工作年度报告")).unwrap();
            assert_eq!(title.year, None, "{years}");
        }
        for title in [
            "某区２０２０年建设指挥部２０２３年政府信息公开年报",
            "2023年—八一街道办事处政府信息公开年报",
            "第三中学2023年政府信息公开年报",
        ] {
            assert_eq!(parse(title).unwrap().year, Some(2023), "{title}");
        }
    }

    #[test]
    fn prose_is_no_title() {
        for text in [
            "2024年，我局认真做好政府信息公开工作。现发布政府信息公开工作年度报告",
            "一、总体情况",
            "第20241页",
            "关于政府信息公开报告",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn years_stand_alone() {
        assert_eq!(year(" 2024 年度"), Some(2024));
        assert_eq!(year("二〇二四年"), Some(2024));
        assert_eq!(year("2024-2025"), None);
        assert_eq!(year("20241"), None);
        assert_eq!(year("1924"), None);
    }
}
