//! Workbooks as offices make them, each named after its fault, with the expected result.

mod cover;
mod heads;
mod partial;
mod statistics;
mod tables;
mod words;

use super::*;
use crate::form::{GridContent, Table, Unit, edition};
use crate::import::{Cell, FormatEffect, Span};
use crate::model::{Address, Severity, Value, refuses};

/// A sheet being laid out by hand.
struct Lay {
    sheet: Sheet,
    row: u32,
    left: u32,
    merged: bool,
    label: fn(&str) -> String,
}

fn at(row: u32, column: u32) -> Address {
    Address { row, column }
}

impl Lay {
    fn new(name: &str) -> Lay {
        let sheet = Sheet { name: name.into(), ..Sheet::default() };
        Lay { sheet, row: 0, left: 0, merged: true, label: str::to_owned }
    }

    fn put(&mut self, at: Address, content: Content) {
        self.sheet.cells.retain(|c| c.at != at);
        self.sheet.cells.push(Cell { at, content, formula: false });
    }

    fn line(mut self, text: &str) -> Lay {
        self.put(at(self.row, 0), Content::Text(text.into()));
        self.row += 1;
        self
    }

    /// Lays a table out with its values as text by slot (an empty one leaves the cell empty).
    fn table(mut self, table: &Table, values: impl Fn(usize) -> String) -> Lay {
        for g in table.grid() {
            let first = at(self.row + g.row as u32, self.left + g.column as u32);
            let text = match g.content {
                GridContent::Value(slot) => values(slot),
                _ => (self.label)(g.content.label().unwrap()),
            };
            if !text.is_empty() {
                let content = text.parse().map_or_else(|_| Content::Text(text), Content::Number);
                self.put(first, content);
            }
            let last = at(first.row + g.row_span as u32 - 1, first.column + g.column_span as u32 - 1);
            if self.merged && first != last {
                self.sheet.merges.push(Span { first, last });
            }
        }
        self.row += table.grid_rows() as u32;
        self
    }

    /// Replaces the content of a cell; `None` empties it.
    fn set(mut self, address: &str, content: Option<Content>) -> Lay {
        let at = parse(address);
        self.sheet.cells.retain(|c| c.at != at);
        if let Some(content) = content {
            self.put(at, content);
        }
        self
    }

    fn done(mut self) -> Sheet {
        self.sheet.cells.sort_by_key(|c| c.at);
        self.sheet.merges.sort_unstable();
        self.sheet
    }
}

fn parse(address: &str) -> Address {
    let column = address.bytes().take_while(u8::is_ascii_alphabetic).fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1);
    at(address.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().unwrap() - 1, column - 1)
}

fn text(t: &str) -> Option<Content> {
    Some(Content::Text(t.into()))
}

/// Zero everywhere.
fn zero(_: usize) -> String {
    "0".into()
}

fn zeros(_: usize, _: usize) -> String {
    "0".into()
}

/// A report on one sheet under its title and headings: rows 1 title, then per section a heading, a line of prose, the table.
/// The tables begin at rows 5 (two), 21 (three) and 51 (four) in the 2021 edition.
fn one_sheet(id: &str, lay: Lay, values: impl Fn(usize, usize) -> String) -> Lay {
    let form = edition(id).unwrap();
    let year = form.first_year;
    let mut lay = lay.line(&format!("某县科技局{year}年政府信息公开工作年度报告"));
    for section in &form.sections {
        lay = lay.line(&section.heading);
        match section.table {
            Some(t) => lay = lay.table(&form.tables[t], |s| values(t, s)),
            None => lay = lay.line("有关情况。"),
        }
    }
    lay
}

fn read(sheets: Vec<Sheet>) -> Normalized {
    normalize(&Workbook { name: "x.xlsx".into(), sheets }, &Options::default(), &Cache::default())
}

/// Whether the pipeline would refuse to write it.
fn is_refused(n: &Normalized) -> bool {
    refuses(&n.findings) || !n.report.as_ref().is_some_and(Report::is_known)
}

fn codes(n: &Normalized) -> Vec<&'static str> {
    n.findings.iter().map(|f| f.code.name()).collect()
}

fn report(sheets: Vec<Sheet>) -> Report {
    let n = read(sheets);
    assert!(!is_refused(&n), "{:#?}", n.findings);
    n.report.unwrap()
}

/// The single finding of severity error, as code, cell and message.
fn refusal(sheets: Vec<Sheet>) -> (&'static str, String, String) {
    let n = read(sheets);
    assert!(is_refused(&n), "{:#?}", n.findings);
    let errors: Vec<_> = n.findings.iter().filter(|f| f.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let cell = errors[0].source.as_ref().and_then(|s| s.cell).map_or(String::new(), |c| c.to_string());
    (errors[0].code.name(), cell, errors[0].message.clone())
}

/// A different number for every slot.
fn distinct(t: usize, s: usize) -> String {
    (1000 * (t + 1) + s).to_string()
}

fn assert_distinct(report: &Report) {
    for (t, values) in report.tables.iter().enumerate() {
        for (s, v) in values.iter().enumerate() {
            assert_eq!(v.number().to_string(), distinct(t, s), "table {t} slot {s}");
        }
    }
}

#[test]
fn one_sheet_of_either_edition_is_read_in_full() {
    for id in ["2021", "2019"] {
        let n = read(vec![one_sheet(id, Lay::new("年报"), distinct).done()]);
        assert_eq!(codes(&n), [""; 0], "{id}: {:#?}", n.findings);
        let report = n.report.unwrap();
        assert_eq!(report.form.id, id);
        assert_eq!(report.cover.agency, "某县科技局");
        assert_eq!(report.cover.year, report.form.first_year);
        assert_distinct(&report);
        let prose: Vec<_> = report.sections.iter().map(|s| s.paragraphs().count()).collect();
        assert_eq!(prose, [1, 0, 0, 0, 1, 1]);
    }
}

#[test]
fn shifted_tables_without_merges_are_read_in_full() {
    for id in ["2021", "2019"] {
        let lay = Lay { row: 7, left: 3, merged: false, ..Lay::new("表") };
        assert_distinct(&report(vec![one_sheet(id, lay, distinct).done()]));
    }
}

#[test]
fn labels_with_every_accident_are_known() {
    let accidents: [fn(&str) -> String; 5] = [
        |l| l.replace('（', "(").replace('）', ")").replace('、', " 、 ").replace("“", "\"").replace("”", "\""),
        |l| l.chars().map(|c| format!("{c}\n")).collect(),
        |l| l.replace(". ", "．").replace('.', "、"),
        |l| l.replace("第二十条第", "第二十条").replace("件数", "件数量").replace("本年制发", "本年（2023）制发"),
        |l| l.replace("总计", "合 计").replace("行政规范性文件", "规范性文件").replace('“', "「").replace('”', "」"),
    ];
    for label in accidents {
        for id in ["2021", "2019"] {
            let lay = Lay { label, ..Lay::new("表") };
            assert_distinct(&report(vec![one_sheet(id, lay, distinct).done()]));
        }
    }
}

#[test]
fn a_sheet_per_table_and_prose_round_them_keeps_everything_in_its_section() {
    let form = edition("2021").unwrap();
    let words =
        Lay::new("正文").line("某局2024年政府信息公开工作年度报告").line("前言。").line("一、总体情况").line("甲。");
    let two = Lay::new("表2").line("单位：件").table(&form.tables[0], zero).line("表后说明。");
    let three = Lay::new("表3").table(&form.tables[1], zero);
    let four = Lay::new("表4").line("四、行政复议、行政诉讼情况").line("引言。").table(&form.tables[2], zero);
    let rest = Lay::new("其余").line("5、存在问题及改进情况").line("乙。").line("六、其他需要报告的事项").line("丙。");
    let r = report([words, two, three, four, rest].map(Lay::done).into());
    let in_words = |s: &crate::model::Section| {
        let words = |p: &[crate::model::Paragraph]| p.iter().map(|p| p.text.clone()).collect::<Vec<_>>().join("|");
        format!("{}/{}", words(&s.before), words(&s.after))
    };
    let sections: Vec<_> = r.sections.iter().map(in_words).collect();
    assert_eq!(sections, ["甲。/", "单位：件/表后说明。", "/", "引言。/", "乙。/", "丙。/"]);
    assert_eq!(r.preface[0].text, "前言。");
}

#[test]
fn repeated_headers_blank_rows_and_group_rows_are_passed_over() {
    let form = edition("2021").unwrap();
    let t = &form.tables[1];
    let mut sheet = one_sheet("2021", Lay::new("表"), distinct).done();
    // Table three begins at row 22 (from 1); after its tenth value row come the heads again and a blank row.
    let top =
        sheet.cells.iter().find(|c| c.content == text(t.blocks[0].corner.as_deref().unwrap()).unwrap()).unwrap().at.row;
    let cut = top + 13;
    let heads: Vec<Cell> = sheet.cells.iter().filter(|c| (top..top + 3).contains(&c.at.row)).cloned().collect();
    for c in sheet.cells.iter_mut().filter(|c| c.at.row >= cut) {
        c.at.row += 4;
    }
    sheet.merges.clear();
    sheet.cells.extend(heads.into_iter().map(|mut c| {
        c.at.row += 13;
        c
    }));
    sheet.cells.sort_by_key(|c| c.at);
    assert_distinct(&report(vec![sheet]));
}

#[test]
fn two_reports_in_one_workbook_are_refused() {
    let a = one_sheet("2021", Lay::new("甲"), zeros).done();
    let b = one_sheet("2021", Lay::new("乙"), zeros).done();
    let n = read(vec![a.clone(), b.clone()]);
    assert!(is_refused(&n));
    let messages: Vec<_> = n.findings.iter().filter(|f| f.code == Code::N204).map(|f| f.message.clone()).collect();
    assert_eq!(messages.len(), 3, "{messages:#?}");
    assert!(messages[1].contains("“甲”") && messages[1].contains("“乙”"), "{messages:#?}");
    // A hidden copy is not a second report, but is reported.
    let n = read(vec![a, Sheet { hidden: true, ..b }]);
    assert_eq!(codes(&n), ["N107"]);
    assert!(n.report.is_some());
}

#[test]
fn editions_in_mixture_are_refused() {
    let (new, old) = (edition("2021").unwrap(), edition("2019").unwrap());
    let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
    let lay = lay.table(&old.tables[0], zero).table(&new.tables[1], zero).table(&new.tables[2], zero);
    let n = read(vec![lay.done()]);
    assert!(is_refused(&n));
    // Most values fit the new form, so the old table is reported.
    assert_eq!(codes(&n), ["N204"], "{:#?}", n.findings);
    assert!(n.findings[0].message.contains("表二（“表”A2）用的是 2019 版表样"), "{}", n.findings[0].message);
}

#[test]
fn a_workbook_without_tables_says_so() {
    let n = read(vec![Lay::new("表").line("某局2021年政府信息公开工作年度报告").done()]);
    assert_eq!(codes(&n), ["N206"]);
    assert_eq!(codes(&read(vec![])), ["N206"]);
    let hidden = Sheet { hidden: true, ..one_sheet("2021", Lay::new("藏"), zeros).done() };
    assert_eq!(codes(&read(vec![hidden])), ["N107", "N206"]);
}

#[test]
fn a_missing_table_is_refused() {
    let form = edition("2021").unwrap();
    let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
    let lay = lay.table(&form.tables[0], zero).table(&form.tables[1], zero);
    let (code, _, message) = refusal(vec![lay.done()]);
    assert_eq!(code, "T505");
    assert!(message.contains("表四"), "{message}");
}

#[test]
fn a_form_of_the_users_own_goes_before_an_edition_with_the_same_labels() {
    let local = include_str!("../form/2021.toml").replacen("id = \"2021\"", "id = \"local\"", 1);
    let mut options = Options::default();
    options.forms.insert(0, Arc::new(Form::parse(&local).unwrap()));
    let sheets = vec![one_sheet("2021", Lay::new("表"), distinct).done()];
    let n = normalize(&Workbook { name: String::new(), sheets }, &options, &Cache::default());
    assert_eq!(n.report.unwrap().form.id, "local");
}

#[test]
fn of_editions_with_the_same_labels_the_year_decides() {
    let text = include_str!("../form/2021.toml");
    let without_end: String = text.lines().filter(|l| !l.starts_with("last_year")).map(|l| format!("{l}\n")).collect();
    let next =
        without_end.replacen("id = \"2021\"", "id = \"next\"", 1).replacen("first_year = 2021", "first_year = 2027", 1);
    let ended = without_end.replacen("first_year = 2021", "first_year = 2021\nlast_year = 2026", 1);
    let forms = [&next, &ended].map(|text| Arc::new(Form::parse(text).unwrap())).to_vec();
    let options = Options { forms, ..Options::default() };
    for (year, id) in [(2021, "2021"), (2026, "2021"), (2027, "next"), (2031, "next")] {
        let lay = Lay::new("表").line(&format!("某局{year}年政府信息公开工作年度报告"));
        let form = &options.forms[1];
        let sheets =
            vec![lay.table(&form.tables[0], |s| distinct(0, s)).table(&form.tables[2], |s| distinct(2, s)).done()];
        let n = normalize(&Workbook { name: String::new(), sheets }, &options, &Cache::default());
        assert_eq!(n.report.unwrap().form.id, id, "{year}");
    }
}

#[test]
fn words_in_text_boxes_are_told() {
    let sheet = |hidden| {
        let mut sheet = one_sheet("2021", Lay::new("表"), zeros).done();
        (sheet.boxes, sheet.hidden) = (vec!["补充说明：".to_owned() + &"长".repeat(40), "又".to_owned()], hidden);
        sheet
    };
    let n = read(vec![sheet(false)]);
    let found = n.findings.iter().find(|f| f.code == Code::N115).unwrap();
    assert!(found.message.contains("“表”") && found.message.contains("补充说明") && found.message.contains("2 处"));
    assert!(!codes(&read(vec![sheet(true)])).contains(&"N115"));
}

#[test]
fn what_a_merge_covers_is_told_and_never_published() {
    let sheet = |address: &str, content: Content| {
        let mut sheet = one_sheet("2021", Lay::new("表"), zeros).set(address, Some(content)).done();
        let covered = parse(address);
        let first = Address { row: covered.row - 1, ..covered };
        sheet.merges.push(Span { first, last: covered });
        sheet.merges.sort_unstable();
        (sheet, first)
    };
    let last_row = one_sheet("2021", Lay::new("表"), zeros).done().cells.last().unwrap().at.row;
    let below = format!("A{}", last_row + 6);
    let (number, _) = sheet(&below, Content::Number(7.into()));
    assert!(codes(&read(vec![number])).contains(&"N205"));
    let (words, first) = sheet(&below, Content::Text("盖住的字".into()));
    let n = read(vec![words]);
    assert!(codes(&n).contains(&"N107") && n.report.is_some());
    let texts = |r: &Report| r.sections.iter().flat_map(|s| s.paragraphs()).map(|p| p.text.clone()).collect::<Vec<_>>();
    assert!(!texts(&n.report.unwrap()).contains(&"盖住的字".to_owned()));
    // The same words again, as some programs leave them in every cell of a range.
    let (mut again, _) = sheet(&below, Content::Text("说明".into()));
    again.cells.push(Cell { at: first, content: Content::Text("说明".into()), formula: false });
    again.cells.sort_by_key(|c| c.at);
    assert!(!codes(&read(vec![again])).contains(&"N107"));
}
