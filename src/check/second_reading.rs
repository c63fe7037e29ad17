//! Two readings of one workbook that must agree: ours, and that of the second reader.
//!
//! Takes the workbook as read, where the report was read in it, and the sheets as the second reader returns them; returns a
//! finding for every cell of the report, number or text, in which they differ, and for content on the same sheets that only the
//! second reader sees. Dates, errors and truth values are not content of a report and are not compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::{Content, MARKED, Sheet, Workbook};
use crate::model::{Address, Code, Finding, Origins, Source, finding};

/// Most differences that are reported one by one.
const MOST: usize = 20;
/// Longest text in a message, in characters.
const LONGEST: usize = 40;

/// Compares the readings.
pub fn second_reading(workbook: &Workbook, origins: &Origins, second: &[Sheet]) -> Vec<Finding> {
    let cells = |sheets: &'_ [Sheet]| -> BTreeMap<String, BTreeMap<Address, Content>> {
        let by_address = |s: &Sheet| s.cells.iter().map(|c| (c.at, c.content.clone())).collect();
        sheets.iter().map(|s| (s.name.to_string(), by_address(s))).collect()
    };
    let (ours, theirs) = (cells(&workbook.sheets), cells(second));
    let mut wanted: BTreeMap<&str, BTreeSet<Address>> = BTreeMap::new();
    for source in origins.of_values().chain(origins.of_words().map(|(source, _)| source)) {
        if let (Some(sheet), Some(at)) = (source.sheet_name(), source.cell) {
            wanted.entry(sheet).or_default().insert(at);
        }
    }
    let nothing = BTreeMap::new();
    let mut findings = Vec::new();
    let mut count = 0;
    for sheet in workbook.sheets.iter() {
        let Some(mut places) = wanted.remove(&*sheet.name) else { continue };
        let (ours, theirs) = (ours.get(&*sheet.name).unwrap_or(&nothing), theirs.get(&*sheet.name).unwrap_or(&nothing));
        places.extend(theirs.keys().filter(|at| !ours.contains_key(at)));
        for at in places {
            let (own, other) = (ours.get(&at), theirs.get(&at));
            if agree(own, other) {
                continue;
            }
            count += 1;
            if count <= MOST {
                let source = Source::cell(&sheet.name, at);
                let message = format!("{source} 读到{}，换一种读法读到{}，不能确定哪一个对", shown(own), shown(other));
                let hint = "请用 Excel 或 WPS 打开核对，另存一份再试；仍然这样，请把文件反馈给我们";
                findings.push(finding(Code::I103, message).at(source).hint(hint));
            }
        }
    }
    if count > MOST {
        findings.push(finding(Code::I103, format!("两种读法不一致的格子还有 {} 个", count - MOST)));
    }
    findings
}

/// Whether two contents of a cell agree as far as a report is concerned.
fn agree(ours: Option<&Content>, theirs: Option<&Content>) -> bool {
    match (ours, theirs) {
        (Some(Content::Number(a)), Some(Content::Number(b))) => a == b,
        (Some(Content::Text(a)), Some(Content::Text(b))) => plain(a) == plain(b),
        (Some(Content::Text(a)), None) => plain(a).is_empty(),
        (None, Some(Content::Text(b))) => plain(b).is_empty(),
        (None, Some(Content::Number(_))) | (Some(Content::Number(_) | Content::Text(_)), _) => false,
        _ => true,
    }
}

/// A text without the marks that only our reader adds and without white space at its ends, each line end as one character.
fn plain(text: &str) -> String {
    text.replace(MARKED, "").replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

fn shown(content: Option<&Content>) -> String {
    let text = match content {
        None => return "空白".to_owned(),
        Some(Content::Text(text)) => plain(text),
        Some(Content::Number(n)) => n.to_string(),
        Some(Content::Date(y, m, d)) => format!("{y}年{m}月{d}日"),
        Some(Content::HugeNumber(t) | Content::Other(t) | Content::Error(t)) => t.clone(),
        Some(Content::Bool(b)) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        Some(Content::Uncomputed) => return "没有结果的公式".to_owned(),
    };
    let cut = if text.chars().count() > LONGEST { "…" } else { "" };
    format!("“{}{cut}”", text.chars().take(LONGEST).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Cell;
    use crate::model::Place;

    fn sheet(cells: &[(u32, Content)]) -> Sheet {
        let cells = cells.iter().map(|(row, content)| {
            let at = Address { row: *row, column: 0 };
            Cell { at, content: content.clone(), formula: false }
        });
        Sheet { name: "表".into(), cells: cells.collect(), ..Sheet::default() }
    }

    fn compared(ours: &[(u32, Content)], theirs: &[(u32, Content)]) -> Vec<String> {
        let workbook = Workbook { name: String::new(), sheets: vec![sheet(ours)] };
        let mut origins = Origins::default();
        for slot in 0..3u32 {
            let source = Source::cell(&"表".into(), Address { row: slot, column: 0 });
            origins.note(Place::Value { table: 0, slot: slot as usize }, source, "");
        }
        second_reading(&workbook, &origins, &[sheet(theirs)]).into_iter().map(|f| f.message).collect()
    }

    #[test]
    fn numbers_and_texts_must_agree_where_the_report_was_read() {
        let (number, text) = (|n: i64| Content::Number(n.into()), |t: &str| Content::Text(t.to_owned()));
        let same = [(0, number(3)), (1, text("甲\r\n乙")), (2, Content::Bool(true))];
        assert!(compared(&same, &same).is_empty());
        let spelt = [(0, number(3)), (1, text("甲\n乙 ")), (2, Content::Error("#N/A".into()))];
        assert!(compared(&same, &spelt).is_empty());
        let found = compared(&same, &[(0, number(30)), (1, text("甲乙")), (5, text("丙"))]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("A1 读到“3”，换一种读法读到“30”"), "{found:?}");
        assert!(found[2].contains("A6 读到空白，换一种读法读到“丙”"), "{found:?}");
        let lost = compared(&same, &[]);
        assert_eq!(lost.len(), 2, "{lost:?}");
        let many: Vec<_> = (10..40).map(|row| (row, number(1))).collect();
        assert_eq!(compared(&same, &[&same[..], &many].concat()).last().unwrap(), "两种读法不一致的格子还有 10 个");
    }
}
