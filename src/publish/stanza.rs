//! Findings that block publication → stanzas of a waiver file, ready to be pasted.
//!
//! Takes a report's agency, year and findings, returns TOML that [`super::Waivers`] accepts once reason, name and date are filled
//! in. Each stanza covers its finding and no other. Findings that cannot be waived get none.

use std::fmt::Write;

use crate::model::Finding;

/// A stanza for every finding that is not waived yet, in the order of the findings.
pub fn stanzas(agency: &str, year: u16, findings: &[Finding]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for item in findings.iter().filter(|f| f.waived.is_none() && !f.is_remainder() && f.is_waivable()) {
        let stanza = stanza(agency, year, item, findings);
        // Findings with the same message in the same place share a stanza.
        if !out.contains(&stanza) {
            out.push(stanza);
        }
    }
    out
}

fn stanza(agency: &str, year: u16, item: &Finding, findings: &[Finding]) -> String {
    let mut out =
        format!("[[waiver]]\nagency = {}\nyear = {year}\ncode = {}\n", string(agency), string(item.code.name()));
    let place = [("sheet", item.sheet().map(str::to_owned)), ("cell", item.cell().map(|c| c.to_string()))];
    // Writing to a string cannot fail.
    for (key, value) in place {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {}", string(&value));
        }
    }
    if let Some(words) = distinguishing_words(item, findings) {
        let _ = writeln!(out, "says = {}", string(words));
    }
    out.push_str("reason = \"\"\nwho = \"\"\ndate = \"\"");
    out
}

/// Words that distinguish a finding from others of the same code and place: the shortest quotation that only it has, otherwise
/// its whole message. `None` if there are no others.
fn distinguishing_words<'a>(item: &'a Finding, findings: &[Finding]) -> Option<&'a str> {
    let place = |f: &Finding| (f.code, f.sheet().map(str::to_owned), f.cell());
    let others: Vec<&Finding> =
        findings.iter().filter(|f| place(f) == place(item) && f.message != item.message).collect();
    if others.is_empty() {
        return None;
    }
    let own = |words: &&str| !words.is_empty() && others.iter().all(|f| !f.message.contains(*words));
    let quoted = item.message.split('“').skip(1).filter_map(|rest| rest.split('”').next());
    Some(quoted.filter(own).min_by_key(|words| words.chars().count()).unwrap_or(&item.message))
}

/// A text as a basic string of TOML, on one line, with control and direction characters escaped.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Code, Source, finding};
    use crate::publish::Waivers;

    fn found(code: Code, sheet: &str, message: &str) -> Finding {
        finding(code, message).at(Source::cell(&sheet.into(), Address { row: 6, column: 3 }))
    }

    /// The stanzas as a clerk fills them in.
    fn filled(agency: &str, findings: &[Finding]) -> String {
        let all = stanzas(agency, 2023, findings).join("\n\n");
        all.replace("reason = \"\"", "reason = \"照原样\"")
            .replace("who = \"\"", "who = \"张三\"")
            .replace("date = \"\"", "date = \"2024年1月20日\"")
    }

    #[test]
    fn every_stanza_waives_its_finding_once_it_is_filled_in() {
        let (sheet, agency) = ("表\"三\\\u{202e}\t", "某“局”\"甲\"");
        let mut findings = vec![
            found(Code::K301, sheet, "之和为 12，应等于 13"),
            found(Code::P601, sheet, "有手机号码“138****5678”"),
            found(Code::P601, sheet, "有手机号码“139****5678”"),
            found(Code::P601, sheet, "有手机号码“139****5678”"),
            finding(Code::K302, "没有位置"),
            // One that does not block publication, and one that cannot be waived.
            found(Code::T501, sheet, "正文写“12件”"),
            found(Code::N201, sheet, "不是数字"),
        ];
        let text = filled(agency, &findings);
        assert_eq!(text.matches("[[waiver]]").count(), 4, "{text}");
        assert!(text.contains("says = \"138****5678\"") && !text.contains('\u{202e}'), "{text}");
        let waivers = Waivers::parse(&text).unwrap();
        assert_eq!(waivers.apply((agency, 2023, None), &mut findings), [""; 0]);
        let waived: Vec<bool> = findings.iter().map(|f| f.waived.is_some()).collect();
        assert_eq!(waived, [true, true, true, true, true, false, false]);
        assert_eq!(waivers.unused().count(), 0);
        // Waived findings get no second stanza.
        assert_eq!(stanzas(agency, 2023, &findings), [""; 0]);
    }

    #[test]
    fn a_stanza_that_is_not_filled_in_says_what_is_missing() {
        let text = stanzas("某局", 2023, &[found(Code::K301, "表", "不平")]).remove(0);
        assert!(Waivers::parse(&text).unwrap_err().contains("没有写 reason"));
        let rest = text.replace("reason = \"\"", "reason = \"照原样\"").replace("who = \"\"", "who = \"张三\"");
        assert!(Waivers::parse(&rest).unwrap_err().contains("没有写 date"));
    }
}
