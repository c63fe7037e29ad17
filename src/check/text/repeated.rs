//! T508: a long paragraph that occurs more than once in a report, word for word.

use std::collections::BTreeMap;

use super::Passage;
use super::plain::Plain;
use crate::model::{Code, Finding, Source, finding};

/// Fewest letters and digits of a paragraph that is compared; shorter ones are repeated by chance.
const LONG: usize = 20;
/// Characters quoted.
const QUOTED: usize = 16;

pub(super) fn check(all: &[Passage<'_>]) -> Vec<Finding> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, passage) in all.iter().enumerate() {
        // Spaces are ignored, and half-width marks equal full-width ones.
        let text: String = passage.plain.chars.iter().collect();
        if text.chars().filter(|c| c.is_alphanumeric()).count() >= LONG {
            places.entry(text).or_default().push(i);
        }
    }
    let mut repeated: Vec<&Vec<usize>> = places.values().filter(|p| p.len() > 1).collect();
    repeated.sort_unstable();
    let of = |places: &Vec<usize>| {
        let (first, again) = (&all[places[0]], &all[places[1]]);
        let (at, before) = (again.place(), first.place());
        let quote = head(&first.plain);
        let more = if places.len() > 2 { format!("，一共有 {} 处", places.len()) } else { String::new() };
        let message = format!("{at}与 {before}一字不差：“{quote}”{more}");
        let others = places.iter().filter(|i| **i != places[1]);
        let related: Vec<Source> = others.filter_map(|i| all[*i].source.clone()).collect();
        let hint = "多半是复制时重复了，请删去一处；确实要写两遍的不用改";
        finding(Code::T508, message).at(again.source.clone()).found(quote).related(related).hint(hint)
    };
    repeated.into_iter().map(of).collect()
}

fn head(plain: &Plain<'_>) -> String {
    let more = if plain.chars.len() > QUOTED { "…" } else { "" };
    format!("{}{more}", plain.quote(0, QUOTED))
}

#[cfg(test)]
mod tests {
    use super::super::passages;
    use super::*;
    use crate::form;
    use crate::model::{Address, Origins, Paragraph, Place, Report};

    const LONG_ONE: &str = "我局坚持以公开为常态、不公开为例外，主动公开各类信息。";

    fn found(paragraphs: [(usize, &str); 3]) -> Vec<Finding> {
        let mut report = Report::blank(form::edition("2021").unwrap());
        let mut origins = Origins::default();
        for (n, (section, text)) in paragraphs.into_iter().enumerate() {
            let place = Place::Paragraph { section, paragraph: report.sections[section].before.len() };
            report.sections[section].before.push(Paragraph::body(text));
            let cell = Address { row: n as u32 + 1, column: 1 };
            origins.note(place, Source::cell(&"文".into(), cell), text);
        }
        check(&passages(&report, &origins).collect::<Vec<_>>())
    }

    #[test]
    fn both_places_of_a_repeated_paragraph_are_named() {
        let half = LONG_ONE.replace('，', ", ");
        let all = found([(0, LONG_ONE), (4, "另一段文字，说的是存在的问题和改进的办法。"), (5, &half)]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].message, "“文”B4 与 “文”B2 一字不差：“我局坚持以公开为常态、不公开为例…”");
        assert_eq!(all[0].source.as_ref().unwrap().to_string(), "“文”B4");
        assert_eq!(all[0].related[0].to_string(), "“文”B2");
    }

    #[test]
    fn a_paragraph_that_stands_three_times_is_one_finding() {
        let all = found([(0, LONG_ONE), (0, LONG_ONE), (5, LONG_ONE)]);
        assert_eq!(all.len(), 1);
        assert!(all[0].message.ends_with("一共有 3 处"), "{}", all[0].message);
    }

    #[test]
    fn short_lines_and_headings_may_be_repeated() {
        assert_eq!(found([(0, "无。"), (4, "本年度没有需要报告的事项。"), (5, "本年度没有需要报告的事项。")]), []);
        assert_eq!(found([(0, LONG_ONE), (4, &LONG_ONE.replace("各类", "有关")), (5, "无。")]), []);
        let mut report = Report::blank(form::edition("2014").unwrap());
        let heading = Paragraph::heading(2, "（一）主动公开政府信息的情况以及依申请公开政府信息的情况");
        report.sections[0].before = vec![heading.clone(), heading];
        assert_eq!(check(&passages(&report, &Origins::default()).collect::<Vec<_>>()), []);
    }
}
