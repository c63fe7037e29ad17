//! P601: personal data: resident identity numbers, mobile numbers, bank card numbers, private e-mail addresses.
//!
//! An identity or card number is reported only if its check digit is valid (GB 11643, Luhn), and any number only if no word marks
//! it as a count or a code. A number that is called an identity number may be mistyped, see [`digits::called_identity`]. [`mailbox`]
//! decides whose an e-mail address is. Findings quote a number without its middle, so that they do not disclose it.

mod context;
mod digits;
mod mailbox;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use super::spoken;
use crate::check::texts;
use crate::model::{Code, Fact, Finding, Origins, Place, Report, Source, finding};
use search::{located, numbers_and_addresses};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PersonalData {
    Identity,
    Mobile,
    Card,
    Mail,
    /// An e-mail address of the office, which is not private.
    Office,
}

impl PersonalData {
    fn is_private(self) -> bool {
        self != PersonalData::Office
    }

    fn name(self) -> &'static str {
        match self {
            PersonalData::Identity => "公民身份号码",
            PersonalData::Mobile => "手机号码",
            PersonalData::Card => "银行卡号",
            PersonalData::Mail | PersonalData::Office => "个人邮箱",
        }
    }
}

/// A number or an address in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Datum {
    kind: PersonalData,
    /// The whole number or address, which no message contains.
    whole: String,
    /// The same, masked for quoting.
    quoted: String,
}

/// A datum at a place.
struct Found {
    /// The place as the beginning of a message.
    at: String,
    source: Option<Source>,
    datum: Datum,
    times: usize,
}

/// One finding for each number or address in each place. The same number that occurs again in a place discloses nothing more.
pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let mut found: Vec<Found> = Vec::new();
    let mut known: BTreeMap<(String, Datum), usize> = BTreeMap::new();
    for (place, text) in texts(report) {
        let mut all = numbers_and_addresses(text, place == Place::Fact(Fact::Contact));
        all.retain(|d| d.kind.is_private());
        all.sort_by_key(|d| d.kind);
        for datum in all {
            let source = origins.source(place).cloned();
            let at = spoken(&report.form, place, source.as_ref());
            let i = *known.entry((at.clone(), datum.clone())).or_insert(found.len());
            match found.get_mut(i) {
                // The title contains the agency.
                Some(same) => same.times += usize::from(place != Place::Title),
                None => found.push(Found { at, source, datum, times: 1 }),
            }
        }
    }
    worded(found, "", "公布前请删去或改用办公电话、单位邮箱，个人信息不能公开")
}

/// Findings whose messages all differ: a waiver covers all findings of one message, so two data must never share one, or the author
/// of the waiver would let out a datum that he did not see. `remark` follows the quotation.
fn worded(found: Vec<Found>, remark: &str, hint: &str) -> Vec<Finding> {
    // For each place, kind and quotation: the number of different data, and of those already worded.
    let mut alike: BTreeMap<(String, PersonalData, String), (usize, usize)> = BTreeMap::new();
    for Found { at, datum, .. } in &found {
        alike.entry((at.clone(), datum.kind, datum.quoted.clone())).or_default().0 += 1;
    }
    let finding = |Found { at, source, datum: Datum { kind, quoted, .. }, times }| {
        let mut message = format!("{at}有{}“{quoted}”{remark}", kind.name());
        if times > 1 {
            message.push_str(&format!("，写了 {times} 次"));
        }
        if let Some((all, nth)) = alike.get_mut(&(at, kind, quoted.clone())).filter(|(all, _)| *all > 1) {
            *nth += 1;
            message.push_str(&format!("（只有遮去的部分不同的有 {all} 个，这是第 {nth} 个）"));
        }
        finding(Code::P601, message).at(source).found(quoted).hint(hint)
    };
    found.into_iter().map(finding).collect()
}

/// Personal data that no text of a report contains but that its sources or the findings of its reading contain: in the name of a
/// sheet, or in text that was not adopted. Open data contains these too, so they are findings as those in the texts are; in the
/// findings that quote them they are masked.
pub(in crate::check) fn beside(report: &Report, origins: &Origins, findings: &mut [Finding]) -> Vec<Finding> {
    let mut seen: BTreeSet<Datum> = BTreeSet::new();
    let mut found: Vec<(Datum, Option<Source>)> = Vec::new();
    // Returns whether a text has private data.
    let mut note = |text: &str, source: Option<&Source>| {
        let mut data = numbers_and_addresses(text, false);
        data.retain(|d| d.kind.is_private());
        let any = !data.is_empty();
        found.extend(data.into_iter().filter(|d| seen.insert(d.clone())).map(|d| (d, source.cloned())));
        any
    };
    for (source, written) in origins.of_words() {
        note(&source.sheet, Some(source));
        note(written, Some(source));
    }
    for source in origins.of_values() {
        note(&source.sheet, Some(source));
    }
    for finding in findings {
        for source in finding.places() {
            note(&source.sheet, Some(source));
        }
        let source = finding.source.clone();
        let others = [&mut finding.found, &mut finding.expected, &mut finding.hint];
        for text in std::iter::once(&mut finding.message).chain(others.into_iter().flatten()) {
            if note(text, source.as_ref()) {
                *text = with_masks(text);
            }
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    // An address that a text states as the office's remains the office's wherever part of that text is quoted.
    let stated =
        texts(report).flat_map(|(place, text)| numbers_and_addresses(text, place == Place::Fact(Fact::Contact)));
    // Compared whole: another number with the same beginning and end was neither seen nor waived.
    let known: BTreeSet<(PersonalData, String)> =
        stated.map(|d| (if d.kind == PersonalData::Office { PersonalData::Mail } else { d.kind }, d.whole)).collect();
    found.retain(|(d, _)| !known.contains(&(d.kind, d.whole.clone())));
    let found = found.into_iter().map(|(datum, source)| {
        let at = source.as_ref().map_or(String::new(), |s| with_masks(&format!("{s} ")));
        Found { at, source, datum, times: 1 }
    });
    let remark = "，不在报告的文字里，但 JSON 的出处或提示会带出它";
    worded(found.collect(), remark, "请从工作表名、文本框或不公布的格子里删去，个人信息不能公开")
}

/// A text with private data masked.
fn with_masks(text: &str) -> String {
    let mut masked: Vec<char> = text.chars().collect();
    let private = located(text, false).into_iter().filter(|(d, _)| d.kind.is_private());
    for (datum, range) in private.collect::<Vec<_>>().into_iter().rev() {
        masked.splice(range, datum.quoted.chars());
    }
    masked.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_data_that_look_alike_when_masked_have_two_messages() {
        let found = |whole: &str| {
            let datum = numbers_and_addresses(whole, false).remove(0);
            Found { at: "“表”A1 ".to_owned(), source: None, datum, times: 1 }
        };
        let messages =
            |found: Vec<Found>| worded(found, "，另外", "").into_iter().map(|f| f.message).collect::<Vec<_>>();
        let alike = messages(vec![found("13812345678"), found("13899995678")]);
        assert!(alike[0] != alike[1] && alike[0].contains("138****5678”，另外（只有"), "{alike:?}");
        assert_eq!(messages(vec![found("13812345678")]), ["“表”A1 有手机号码“138****5678”，另外"]);
    }

    #[test]
    fn what_quotes_a_text_is_masked_where_the_data_are() {
        let text = "核对人：王某 138 1234 5678，信箱 zhangsan@qq.com，编号1381234";
        assert_eq!(with_masks(text), "核对人：王某 138****5678，信箱 zh***@qq.com，编号1381234");
    }
}
