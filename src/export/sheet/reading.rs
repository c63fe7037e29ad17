//! Test support: reads workbooks with calamine and as XML parts, and evaluates sums independently.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use quick_xml::Reader as Xml;
use quick_xml::events::{BytesStart, Event};

use crate::model::Address;

/// Cells by (row, column).
pub type ReadCells = BTreeMap<(u32, u32), Data>;

/// One sheet as calamine reads it.
pub struct ReadSheet {
    pub name: String,
    pub cells: ReadCells,
    pub formulas: BTreeMap<(u32, u32), String>,
}

impl ReadSheet {
    pub fn text(&self, at: (u32, u32)) -> String {
        self.cells.get(&at).map_or(String::new(), Data::to_string)
    }

    /// The texts of rows in `rows`, in reading order.
    pub fn texts(&self, rows: std::ops::Range<u32>) -> Vec<String> {
        let string = |d: &Data| if let Data::String(s) = d { Some(s.clone()) } else { None };
        self.cells.iter().filter(|(at, _)| rows.contains(&at.0)).filter_map(|(_, d)| string(d)).collect()
    }

    /// The row of the only cell with this text.
    pub fn row_of(&self, text: &str) -> u32 {
        let rows: Vec<u32> = self.cells.iter().filter(|(at, _)| self.text(**at) == text).map(|(at, _)| at.0).collect();
        assert_eq!(rows.len(), 1, "{text} is in {} cells of {}", rows.len(), self.name);
        rows[0]
    }
}

/// All sheets in order.
pub fn book(bytes: &[u8]) -> Vec<ReadSheet> {
    let mut book = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let names = book.sheet_names();
    let read = |name: String| {
        let range = book.worksheet_range(&name).unwrap();
        let (top, left) = range.start().unwrap_or((0, 0));
        let at = |(r, c, d): (usize, usize, &Data)| ((top + r as u32, left + c as u32), d.clone());
        let cells = range.used_cells().map(at).collect();
        let range = book.worksheet_formula(&name).unwrap();
        let (top, left) = range.start().unwrap_or((0, 0));
        let formulas = range.used_cells().map(|(r, c, f)| ((top + r as u32, left + c as u32), f.clone())).collect();
        ReadSheet { name, cells, formulas }
    };
    names.into_iter().map(read).collect()
}

/// All parts of a package as text, by name.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = BTreeMap::new();
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        out.insert(name, text);
    }
    out
}

/// The XML of a sheet by its index in the workbook.
pub fn sheet_xml(bytes: &[u8], index: usize) -> String {
    parts(bytes)[&format!("xl/worksheets/sheet{}.xml", index + 1)].clone()
}

/// Attributes and text of all elements of a name.
pub fn elements(xml: &str, name: &str) -> Vec<(BTreeMap<String, String>, String)> {
    let mut reader = Xml::from_str(xml);
    let mut out: Vec<(BTreeMap<String, String>, String)> = Vec::new();
    let mut inside = false;
    let attributes = |e: &BytesStart<'_>| -> BTreeMap<String, String> {
        let pair = |a: quick_xml::events::attributes::Attribute<'_>| {
            let value = quick_xml::escape::unescape(&a.value).unwrap().into_owned();
            (a.key.as_ref().to_owned(), value)
        };
        e.attributes().map(|a| pair(a.unwrap())).collect()
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) if e.name().as_ref() == name => {
                inside = true;
                out.push((attributes(&e), String::new()));
            }
            Event::Empty(e) if e.name().as_ref() == name => out.push((attributes(&e), String::new())),
            Event::End(e) if e.name().as_ref() == name => inside = false,
            Event::Text(t) if inside => {
                out.last_mut().unwrap().1.push_str(&t);
            }
            Event::GeneralRef(r) if inside => {
                let c = match &*r {
                    "gt" => '>',
                    "lt" => '<',
                    _ => '&',
                };
                out.last_mut().unwrap().1.push(c);
            }
            Event::Eof => return out,
            _ => {}
        }
    }
}

/// Unlocked cells of a sheet.
pub fn unlocked(bytes: &[u8], index: usize) -> BTreeSet<(u32, u32)> {
    let styles = parts(bytes)["xl/styles.xml"].clone();
    let formats = &styles[styles.find("<cellXfs").unwrap()..styles.find("</cellXfs>").unwrap()];
    // Each format is either an empty element or contains its protection.
    let free: Vec<bool> = formats.split("<xf ").skip(1).map(|f| f.contains("locked=\"0\"")).collect();
    elements(&sheet_xml(bytes, index), "c")
        .into_iter()
        .filter(|(a, _)| a.get("s").is_some_and(|s| free[s.parse::<usize>().unwrap()]))
        .map(|(a, _)| address(&a["r"]))
        .collect()
}

/// The number format of a cell.
pub fn number_format(bytes: &[u8], index: usize, at: (u32, u32)) -> String {
    let styles = parts(bytes)["xl/styles.xml"].clone();
    let formats = &styles[styles.find("<cellXfs").unwrap()..styles.find("</cellXfs>").unwrap()];
    let cell = elements(&sheet_xml(bytes, index), "c").into_iter().find(|(a, _)| address(&a["r"]) == at).unwrap();
    let format = formats.split("<xf ").nth(1 + cell.0["s"].parse::<usize>().unwrap()).unwrap();
    let id = format.split("numFmtId=\"").nth(1).unwrap().split('"').next().unwrap();
    match id {
        "0" => "General".to_owned(),
        "1" => "0".to_owned(),
        "2" => "0.00".to_owned(),
        own => {
            elements(&styles, "numFmt").into_iter().find(|(a, _)| a["numFmtId"] == own).unwrap().0["formatCode"].clone()
        }
    }
}

/// Parses `D27` or `$D$27`: row and column from 0.
pub fn address(text: &str) -> (u32, u32) {
    let Address { row, column } = text.replace('$', "").parse().unwrap();
    (row, column)
}

/// The cells of `A1:B2 C3` (or with commas).
pub fn expand(area: &str) -> BTreeSet<(u32, u32)> {
    let mut out = BTreeSet::new();
    for range in area.split([' ', ',']) {
        let (a, b) = range.split_once(':').unwrap_or((range, range));
        let ((top, left), (bottom, right)) = (address(a), address(b));
        out.extend((top..=bottom).flat_map(|r| (left..=right).map(move |c| (r, c))));
    }
    out
}

/// Evaluates `SUM(…)-SUM(…)`; cells without a number count as 0.
pub fn evaluate(formula: &str, cells: &ReadCells) -> f64 {
    let number = |at: &(u32, u32)| match cells.get(at) {
        Some(Data::Float(f)) => *f,
        Some(Data::Int(i)) => *i as f64,
        _ => 0.0,
    };
    let mut rest = formula;
    let mut result = 0.0;
    while !rest.is_empty() {
        let open = rest.find("SUM(").unwrap();
        let close = rest.find(')').unwrap();
        let sign = match &rest[..open] {
            "" | "+" => 1.0,
            "-" => -1.0,
            other => panic!("{other} in {formula}"),
        };
        result += sign * expand(&rest[open + 4..close]).iter().map(number).sum::<f64>();
        rest = &rest[close + 1..];
    }
    result
}

/// A report in which the counts of a table differ, every total is correct, and each part has text.
pub fn sample(form: &std::sync::Arc<crate::form::Form>) -> crate::model::Report {
    use crate::form::{Unit, ValueKind};
    use crate::model::{Amount, Cover, Decimal, Paragraph, Report, Value};
    let mut report = Report::blank(form.clone());
    report.cover = Cover {
        agency: "老城区科学技术局".into(),
        year: 2024,
        title: "老城区科学技术局2024年政府信息公开工作年度报告".into(),
        published: Some("2025年1月20日".into()),
        contact: Some("0379-63900000".into()),
        index: Some("XK001-2025-003".into()),
    };
    report.preface = vec![Paragraph::body("根据《条例》第五十条编制。"), Paragraph::body("数据截至年底。")];
    for (i, section) in report.sections.iter_mut().enumerate() {
        section.before = vec![
            Paragraph::body(format!("第{i}部分开头。")),
            Paragraph::heading(2, format!("（一）第{i}部分小标题")),
            Paragraph::body(format!("第{i}部分第一段。")),
            Paragraph::heading(3, format!("1.第{i}部分细目")),
            Paragraph::body(format!("第{i}部分第二段。")),
        ];
        if form.sections[i].table.is_some() {
            section.after = vec![Paragraph::body(format!("第{i}部分表后。"))];
        }
    }
    for (t, table) in form.tables.iter().enumerate() {
        for slot in 0..table.slot_count() {
            let n = 100 * (t as u64 + 1) + slot as u64;
            report.tables[t][slot] = match table.kind(slot) {
                (ValueKind::Count, _) => Value::Count(n),
                (ValueKind::Signed, _) => Value::Signed(-(n as i64)),
                (ValueKind::Amount, unit) => {
                    let own = unit.is_none().then_some(Unit::TenThousandYuan);
                    Value::Amount(Amount { number: Decimal::new(1_605_964, 4), unit: own })
                }
            };
        }
    }
    for relation in form.relations.iter().filter(|r| r.defines_total()) {
        for one in relation.uses(&form.tables[relation.table]) {
            let values = &mut report.tables[relation.table];
            let sum: Decimal = one.right.iter().map(|(slot, _)| values[*slot].number()).sum();
            values[one.left[0].0] = Value::Count(sum.to_string().parse().unwrap());
        }
    }
    report
}
