//! Workbooks as offices make them, each named for its trouble, with what must come of it.

mod heads;
mod partial;
mod words;

use super::*;
use crate::form::{GridContent, Table, Unit, edition};
use crate::import::{Cell, Shown, Span};
use crate::model::{Address, Severity, Value};
use crate::rules;

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

    /// Replaces what stands in a cell; `None` empties it.
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
    normalize(&Workbook { name: "x.xlsx".into(), sheets }, &Options::default())
}

/// Whether the pipeline would write nothing for it.
fn is_refused(n: &Normalized) -> bool {
    rules::refuses(&n.findings) || !n.report.as_ref().is_some_and(Report::is_known)
}

fn codes(n: &Normalized) -> Vec<&'static str> {
    n.findings.iter().map(|f| f.code).collect()
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
    (errors[0].code, cell, errors[0].message.clone())
}

/// Distinct numbers that tell every slot from every other.
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
    let told = |s: &crate::model::Section| {
        let words = |p: &[crate::model::Paragraph]| p.iter().map(|p| p.text.clone()).collect::<Vec<_>>().join("|");
        format!("{}/{}", words(&s.before), words(&s.after))
    };
    let sections: Vec<_> = r.sections.iter().map(told).collect();
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
fn blanks_count_as_zero_and_blank_totals_are_computed() {
    let form = edition("2021").unwrap();
    let three = &form.tables[1];
    let total = |s: usize| {
        let at = three.at(s);
        let row = &three.blocks[0].rows.leaves[at.row].path;
        at.column == 6 || row == "handled.total"
    };
    let sheet = one_sheet("2021", Lay::new("表"), |t, s| match t {
        1 if total(s) => String::new(),
        1 if three.at(s).column == 0 => "2".into(),
        _ => String::new(),
    });
    let n = read(vec![sheet.done()]);
    let r = n.report.unwrap();
    let value = |row: &str, column: usize| {
        let row = three.blocks[0].rows.leaf(row).unwrap();
        r.tables[1][three.slot(crate::form::SlotAt { block: 0, row, column })]
    };
    assert_eq!(value("new", 6), Value::Count(2));
    assert_eq!(value("handled.total", 0), Value::Count(42));
    assert_eq!(value("handled.total", 6), Value::Count(42));
    assert_eq!(value("new", 3), Value::Count(0));
    let computed = n.findings.iter().filter(|f| f.code == "N102").count();
    assert_eq!(computed, 26, "25 rows and one column, the corner once");
    assert_eq!(n.findings.iter().filter(|f| f.code == "N101").count(), 3);
}

#[test]
fn formulas_without_results_are_computed_for_totals_and_refused_elsewhere() {
    // Table four's values stand in the row before heading five.
    let sheet = || one_sheet("2021", Lay::new("表"), zeros);
    let row =
        sheet().sheet.cells.iter().find(|c| c.content == text("五、存在的主要问题及改进情况").unwrap()).unwrap().at.row;
    let ok = sheet().set(&format!("E{row}"), Some(Content::Uncomputed)).done();
    assert_eq!(report(vec![ok]).tables[2][4], Value::Count(0));
    let bad = sheet().set(&format!("B{row}"), Some(Content::Uncomputed)).done();
    let (code, cell, _) = refusal(vec![bad]);
    assert_eq!((code, cell), ("N208", format!("B{row}")));
}

#[test]
fn a_cell_that_is_no_count_is_refused_by_name() {
    let sheet = || one_sheet("2021", Lay::new("表"), zeros);
    for (content, code) in [
        (text("三"), "N201"),
        (text("详见附件"), "N201"),
        (text("-2"), "K305"),
        (Some(Content::Number("-2".parse().unwrap())), "K305"),
        (Some(Content::Number("1.5".parse().unwrap())), "K305"),
        (Some(Content::Error("#REF!".into())), "N209"),
        (Some(Content::Date(2024, 1, 2)), "N201"),
        (Some(Content::Bool(true)), "N201"),
        (Some(Content::HugeNumber("1e300".into())), "N201"),
    ] {
        let (found, cell, message) = refusal(vec![sheet().set("C7", content.clone()).done()]);
        assert_eq!((found, cell.as_str()), (code, "C7"), "{content:?} {message}");
    }
}

#[test]
fn a_row_too_many_or_too_few_is_refused() {
    let form = edition("2021").unwrap();
    let rows = |extra: &str, at_row: u32, drop: bool| {
        let mut sheet = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, |_, _| "0".into()).done();
        let label = text("（七）总计").unwrap();
        let base = sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
        let row = base + at_row;
        if drop {
            sheet.cells.retain(|c| c.at.row != row);
        } else {
            for c in sheet.cells.iter_mut().filter(|c| c.at.row >= row) {
                c.at.row += 1;
            }
            sheet.cells.push(Cell { at: at(row, 1), content: text(extra).unwrap(), formula: false });
            for k in 3..10 {
                sheet.cells.push(Cell { at: at(row, k), content: Content::Number(1.into()), formula: false });
            }
            sheet.cells.sort_by_key(|c| c.at);
        }
        sheet
    };
    for offset in [0, 1, 2] {
        let (code, _, message) = refusal(vec![rows("（八）转其他机关", offset, false)]);
        assert_eq!(code, "N202");
        assert!(message.contains("（八）转其他机关"), "{message}");
    }
    let (code, _, message) = refusal(vec![rows("", 0, true)]);
    assert_eq!(code, "N203");
    assert!(message.contains("“（七）总计”"), "{message}");
    assert_eq!(form.tables[1].name, "表三");
}

#[test]
fn a_row_out_of_line_is_read_only_when_it_is_certain() {
    let shifted = |values: u32| {
        let mut sheet = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, distinct).done();
        let label = text("2.重复申请").unwrap();
        let row = sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
        sheet.cells.retain(|c| c.at.row != row || c.at.column < 3 + values);
        for c in sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            c.at.column -= 1;
        }
        sheet
    };
    let n = read(vec![shifted(7)]);
    assert_distinct(n.report.as_ref().unwrap());
    assert_eq!(codes(&n), ["N106"]);
    let (code, cell, _) = refusal(vec![shifted(6)]);
    assert_eq!(code, "N205");
    assert!(cell.starts_with('C'), "{cell}");
}

#[test]
fn numbers_beside_a_table_are_not_taken() {
    let mut lay = one_sheet("2021", Lay::new("表"), distinct);
    let label = text("2.重复申请").unwrap();
    let row = lay.sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
    lay.put(at(row, 10), Content::Number(0.into()));
    lay.put(at(row + 1, 11), Content::Text("备注。".into()));
    let n = read(vec![lay.done()]);
    assert_distinct(n.report.as_ref().unwrap());
    assert_eq!(codes(&n), ["N111"]);
    assert_eq!(n.findings[0].related.len(), 1);
    assert!(n.report.unwrap().sections.iter().all(|s| s.after.is_empty()));
}

#[test]
fn two_reports_in_one_workbook_are_refused() {
    let a = one_sheet("2021", Lay::new("甲"), zeros).done();
    let b = one_sheet("2021", Lay::new("乙"), zeros).done();
    let n = read(vec![a.clone(), b.clone()]);
    assert!(is_refused(&n));
    let messages: Vec<_> = n.findings.iter().filter(|f| f.code == "N204").map(|f| f.message.clone()).collect();
    assert_eq!(messages.len(), 3, "{messages:#?}");
    assert!(messages[1].contains("“甲”") && messages[1].contains("“乙”"), "{messages:#?}");
    // A hidden copy is no second report, and is told.
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
    // Most values fit the new form, so that the old table is the one that is named.
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
fn titles_are_found_wherever_offices_put_them() {
    let form = edition("2021").unwrap();
    let body = |mut lay: Lay| {
        for t in &form.tables {
            lay = lay.table(t, zero);
        }
        lay.done()
    };
    for lines in [
        &["某县科技局2024年政府信息公开工作年度报告"][..],
        &["某县科技局 2024 年度政府信息公开", "工作年度报告"],
        &["某县科技局", "2024年政府信息公开工作年度报告"],
        &["某县科技局", "2024年政府信息公开", "工作年度报告"],
        &["2024年某县科技局政府信息公开年报"],
        &["附件", "某县科技局2024年政府信息公开年度报告"],
        &["某县科技局", "2024年", "政府信息公开工作年度报告"],
        &["某县科技局政府信息公开工作年度报告", "（2024年）"],
        &["某县科技局政府信息公开工作年度报告（2024年）"],
    ] {
        let lay = lines.iter().fold(Lay::new("表"), |lay, l| lay.line(l));
        let r = report(vec![body(lay)]);
        assert_eq!((r.cover.agency.as_str(), r.cover.year), ("某县科技局", 2024), "{lines:?}");
    }
    let r = report(vec![body(Lay::new("某县科技局2024年政府信息公开年报"))]);
    assert_eq!((r.cover.agency.as_str(), r.cover.year), ("某县科技局", 2024));
    let name = "某县科技局2024年政府信息公开工作年度报告.xlsx".to_owned();
    let n = normalize(&Workbook { name, sheets: vec![body(Lay::new("表"))] }, &Options::default());
    assert_eq!(n.report.unwrap().cover.year, 2024);
    let n = read(vec![body(Lay::new("表"))]);
    assert!(is_refused(&n));
    assert_eq!(n.findings.iter().filter(|f| f.code == "N207").count(), 2);
}

#[test]
fn cover_and_title_must_agree_on_the_year() {
    let form = edition("2021").unwrap();
    let mut lay = Lay::new("表").line("某局2023年政府信息公开工作年度报告").line("年度：2024");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    assert_eq!(refusal(vec![lay.done()]).0, "N207");
}

#[test]
fn money_keeps_its_meaning() {
    let form = edition("2019").unwrap();
    let last = form.tables[0].slot_count() - 1;
    for (written, head, value) in [
        ("251000元", "采购总金额", "251000元"),
        ("8040", "采购总金额（万元）", "8040万元"),
        ("8040", "采购总金额", "8040"),
    ] {
        let lay =
            one_sheet("2019", Lay::new("表"), |t, s| if t == 0 && s == last { written.into() } else { "0".into() });
        let cell = lay.sheet.cells.iter().find(|c| c.content == text("采购总金额").unwrap()).unwrap().at;
        let r = report(vec![lay.set(&cell.to_string(), text(head)).done()]);
        assert_eq!(r.tables[0][last].to_string(), value);
    }
    let form = edition("2021").unwrap();
    let last = form.tables[0].slot_count() - 1;
    let lay =
        one_sheet("2021", Lay::new("表"), |t, s| if t == 0 && s == last { "251000元".into() } else { "0".into() });
    assert_eq!(report(vec![lay.done()]).tables[0][last].to_string(), "25.1");
}

#[test]
fn hidden_rows_of_a_table_are_read_and_told() {
    let mut sheet = one_sheet("2021", Lay::new("表"), distinct).done();
    sheet.hidden_rows = vec![30];
    let n = read(vec![sheet]);
    assert_distinct(n.report.as_ref().unwrap());
    assert_eq!(codes(&n), ["N107"]);
}

#[test]
fn empty_subheadings_of_the_template_are_left_out_with_a_note() {
    let form = edition("2021").unwrap();
    let mut lay = Lay::new("表").line("某局2024年政府信息公开工作年度报告").line("一、总体情况");
    for h in &form.sections[0].subheadings {
        lay = lay.line(h);
    }
    lay = lay.line("有内容。");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    let n = read(vec![lay.done()]);
    let r = n.report.unwrap();
    let words: Vec<_> = r.sections[0].before.iter().map(|p| (p.level, p.text.as_str())).collect();
    assert_eq!(words, [(2, "（五）监督保障"), (0, "有内容。")]);
    assert_eq!(n.findings.iter().filter(|f| f.code == "N109").count(), 4);
}

#[test]
fn the_year_of_another_edition_is_a_warning() {
    let form = edition("2019").unwrap();
    let mut lay = Lay::new("表").line("某局2023年政府信息公开工作年度报告");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    assert!(codes(&read(vec![lay.done()])).contains(&"N110"));
}

#[test]
fn a_form_of_the_users_own_goes_before_an_edition_with_the_same_labels() {
    let local = include_str!("../form/2021.toml").replacen("id = \"2021\"", "id = \"local\"", 1);
    let mut options = Options::default();
    options.forms.insert(0, Arc::new(Form::parse(&local).unwrap()));
    let sheets = vec![one_sheet("2021", Lay::new("表"), distinct).done()];
    let n = normalize(&Workbook { name: String::new(), sheets }, &options);
    assert_eq!(n.report.unwrap().form.id, "local");
}

#[test]
fn group_labels_over_the_wrong_columns_are_refused() {
    let groups = ["行政复议", "未经复议直接起诉", "复议后起诉"];
    let lay = || one_sheet("2021", Lay::new("表"), distinct);
    let cell = |lay: &Lay, label: &str| lay.sheet.cells.iter().find(|c| c.content == text(label).unwrap()).unwrap().at;
    let (a, b) = (cell(&lay(), groups[1]), cell(&lay(), groups[2]));
    let swapped = lay().set(&a.to_string(), text(groups[2])).set(&b.to_string(), text(groups[1])).done();
    let (code, at, _) = refusal(vec![swapped]);
    assert_eq!((code, at), ("N203", b.to_string()));
    for group in groups {
        let at = cell(&lay(), group);
        let (code, _, message) = refusal(vec![lay().set(&at.to_string(), None).done()]);
        assert_eq!(code, "N203");
        assert!(message.contains(group), "{message}");
    }
}

#[test]
fn a_shift_is_certain_only_for_numbers_left_of_the_end() {
    // First column blank, the rest in place, a check column behind: six numbers and one that is none of the table's.
    let mut lay = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, distinct);
    let label = text("2.重复申请").unwrap();
    let row = lay.sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
    lay.sheet.cells.retain(|c| c.at != at(row, 3));
    lay.put(at(row, 10), Content::Number(0.into()));
    assert_eq!(refusal(vec![lay.done()]).0, "N205");
}

#[test]
fn a_number_below_an_empty_row_is_not_table_fours() {
    let form = edition("2021").unwrap();
    let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
    let mut lay =
        lay.table(&form.tables[0], zero).table(&form.tables[1], zero).table(&form.tables[2], |_| String::new());
    let row = lay.row;
    lay.put(at(row + 1, 0), Content::Number(7.into()));
    let (code, cell, _) = refusal(vec![lay.done()]);
    assert_eq!((code, cell), ("N202", at(row + 1, 0).to_string()));
}

#[test]
fn table_fours_numbers_under_empty_rows_are_read_only_when_full() {
    let form = edition("2021").unwrap();
    let sheet = |full: bool| {
        let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
        let mut lay = lay.table(&form.tables[0], |s| distinct(0, s)).table(&form.tables[1], |s| distinct(1, s));
        lay = lay.table(&form.tables[2], |s| if full || s > 2 { distinct(2, s) } else { String::new() });
        let row = lay.row - 1;
        for c in lay.sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            c.at.row += 4;
        }
        lay.done()
    };
    assert_distinct(&report(vec![sheet(true)]));
    assert_eq!(refusal(vec![sheet(false)]).0, "N202", "a row with gaps might be anything");
}

#[test]
fn unrelated_sheets_and_hidden_words_are_not_published() {
    let mut sheet = one_sheet("2021", Lay::new("表"), zeros).done();
    let contacts = Lay::new("内部联系人").line("张三 13800000000 请勿外传").done();
    let prose = sheet.cells.iter().position(|c| c.content == text("有关情况。").unwrap()).unwrap();
    sheet.hidden_rows = vec![sheet.cells[prose].at.row];
    let n = read(vec![sheet, contacts]);
    assert_eq!(codes(&n), ["N107", "N111"]);
    let r = n.report.unwrap();
    let words: Vec<_> = r.sections.iter().flat_map(|s| s.paragraphs()).map(|p| p.text.as_str()).collect();
    assert_eq!(words, ["有关情况。", "有关情况。"]);
}

#[test]
fn words_that_were_never_computed_are_refused() {
    let sheet = one_sheet("2021", Lay::new("表"), zeros).set("A3", Some(Content::Uncomputed)).done();
    assert_eq!(refusal(vec![sheet]).0, "N208");
    let lay = Lay::new("表").line("单位名称").set("B1", Some(Content::Uncomputed));
    let form = edition("2021").unwrap();
    let mut lay = lay.line("某局2021年政府信息公开工作年度报告");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    let (code, cell, _) = refusal(vec![lay.done()]);
    assert_eq!((code, cell.as_str()), ("N208", "B1"));
}

#[test]
fn two_contacts_are_both_kept_and_two_agencies_refused() {
    let form = edition("2021").unwrap();
    let with = |lines: &[&str]| {
        let mut lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
        for l in lines {
            lay = lay.line(l);
        }
        for t in &form.tables {
            lay = lay.table(t, zero);
        }
        lay.done()
    };
    let cover = Lay::new(&labels().cover.sheet).line("联系方式：某路1号").line("联系方式：0379-111").done();
    let r = report(vec![cover, with(&[])]);
    assert_eq!(r.cover.contact.unwrap(), "某路1号；联系方式：0379-111");
    assert_eq!(refusal(vec![with(&["单位名称：某局", "单位：另一局"])]).0, "N207");
}

#[test]
fn a_line_of_the_preface_on_the_standard_cover_is_no_fact() {
    let form = edition("2021").unwrap();
    let mut cover = Lay::new(&labels().cover.sheet);
    let [item, content] = &labels().cover.head;
    let line = "联系电话：0379-111，地址：某路1号。";
    for (row, column, text) in [
        (0, 0, item.as_str()),
        (0, 1, content),
        (1, 0, "单位名称"),
        (1, 1, "某局"),
        (2, 0, "年度"),
        (2, 1, "2021"),
        (4, 0, line),
    ] {
        cover.put(at(row, column), Content::Text(text.into()));
    }
    let tables = form.tables.iter().fold(Lay::new("表"), |lay, t| lay.table(t, zero));
    let r = report(vec![cover.done(), tables.done()]);
    assert_eq!((r.cover.contact, r.preface[0].text.as_str()), (None, line));
}

#[test]
fn findings_on_words_name_their_own_cell() {
    // A template's empty subheading is left out; what follows keeps its place.
    let form = edition("2021").unwrap();
    let mut lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告").line("一、总体情况");
    lay = lay.line(&form.sections[0].subheadings[0]).line(&form.sections[0].subheadings[1]).line("有表情\u{1F600}");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    let n = read(vec![lay.done()]);
    let place = Place::Paragraph { section: 0, paragraph: 1 };
    assert_eq!(n.origins.source(place).unwrap().cell.unwrap().to_string(), "A5");
    assert_eq!(n.origins.written(place).unwrap(), "有表情\u{1F600}");
}

#[test]
fn headings_worded_otherwise_are_known_by_number_and_words_and_told() {
    let sheet = one_sheet("2021", Lay::new("表"), zeros);
    let at = |lay: &Lay, label: &str| {
        lay.sheet.cells.iter().find(|c| c.content == text(label).unwrap()).unwrap().at.to_string()
    };
    let five = at(&sheet, "五、存在的主要问题及改进情况");
    let n = read(vec![sheet.set(&five, text("五、问题及改进")).done()]);
    assert_eq!(codes(&n), ["N112"]);
    assert_eq!(n.report.unwrap().sections[4].before.len(), 1);
}

#[test]
fn workbooks_full_of_heads_are_given_up_in_time() {
    let mut sheet = Sheet { name: "表".into(), ..Sheet::default() };
    for row in 0..40 {
        for column in 0..2000 {
            sheet.cells.push(Cell { at: at(row, column), content: text("自然人").unwrap(), formula: false });
        }
    }
    assert_eq!(codes(&read(vec![sheet])), ["N206"]);
}

#[test]
fn a_column_called_otherwise_is_named() {
    let lay = one_sheet("2021", Lay::new("表"), zeros);
    let cell = lay.sheet.cells.iter().find(|c| c.content == text("商业企业").unwrap()).unwrap().at;
    let (code, _, message) = refusal(vec![lay.set(&cell.to_string(), text("甲类")).done()]);
    assert_eq!(code, "N203");
    assert!(message.contains("表三") && message.contains("“商业企业”"), "{message}");
}

#[test]
fn a_column_put_in_between_is_refused() {
    // 行次 between labels and values, totals blank: a number more than the heads in every row.
    let form = edition("2021").unwrap();
    let mut sheet = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, |t, s| {
        if t == 1 && form.tables[1].at(s).column == 6 { String::new() } else { "3".into() }
    })
    .done();
    let top = sheet.cells.iter().find(|c| c.content == text("自然人").unwrap()).unwrap().at.row;
    let rows: Vec<u32> = (top + 2..top + 27).collect();
    for c in sheet.cells.iter_mut().filter(|c| (top - 1..top + 27).contains(&c.at.row) && c.at.column >= 3) {
        c.at.column += 1;
    }
    for (i, row) in rows.iter().enumerate() {
        let content = Content::Number((i as u64 + 1).into());
        sheet.cells.push(Cell { at: at(*row, 3), content, formula: false });
    }
    sheet.cells.sort_by_key(|c| c.at);
    assert_eq!(refusal(vec![sheet]).0, "N205");
}

#[test]
fn a_value_merged_over_several_cells_is_refused() {
    let mut lay = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, distinct);
    let row = lay.sheet.cells.iter().find(|c| c.content == text("2.重复申请").unwrap()).unwrap().at.row;
    lay.sheet.cells.retain(|c| c.at.row != row || c.at.column < 4);
    lay.sheet.merges.push(Span { first: at(row, 3), last: at(row, 9) });
    assert_eq!(refusal(vec![lay.done()]).0, "N205");
}

#[test]
fn table_fours_numbers_out_of_line_are_refused() {
    let lay = |shift: u32| {
        let mut sheet = one_sheet("2021", Lay { left: 2, ..Lay::new("表") }, distinct).done();
        let row = sheet.cells.iter().find(|c| c.content == Content::Number(3000.into())).unwrap().at.row;
        for c in sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            c.at.column = c.at.column + shift - 1;
        }
        sheet
    };
    assert_distinct(&report(vec![lay(1)]));
    for shift in [0, 2] {
        let n = read(vec![lay(shift)]);
        assert!(is_refused(&n) && codes(&n).contains(&"N205"), "{:?}", codes(&n));
    }
}

#[test]
fn units_that_disagree_are_refused_and_a_row_may_name_its_unit() {
    let form = edition("2021").unwrap();
    let last = form.tables[0].slot_count() - 1;
    let with = |label: &str, head: &str| {
        let lay =
            one_sheet("2021", Lay::new("表"), |t, s| if t == 0 && s == last { "251000".into() } else { "0".into() });
        let cell =
            |l: &Lay, t: &str| l.sheet.cells.iter().find(|c| c.content == text(t).unwrap()).unwrap().at.to_string();
        let (row, column) = (cell(&lay, "行政事业性收费"), cell(&lay, "本年收费金额（单位：万元）"));
        lay.set(&row, text(label)).set(&column, text(head)).done()
    };
    let r = report(vec![with("行政事业性收费（元）", "本年收费金额")]);
    assert_eq!(r.tables[0][last].to_string(), "25.1");
    assert_eq!(refusal(vec![with("行政事业性收费（元）", "本年收费金额（单位：万元）")]).0, "N201");
}

#[test]
fn notes_of_units_are_no_agency() {
    let form = edition("2021").unwrap();
    for note in [
        "单位：件",
        "（单位：件）",
        "【单位：件】",
        "单位：件、万元",
        "单位：件/万元",
        "填报单位：（盖章）",
        "填报单位：某局（盖章）",
    ] {
        let mut lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告").line(note);
        for t in &form.tables {
            lay = lay.table(t, zero);
        }
        assert_eq!(report(vec![lay.done()]).cover.agency, "某局", "{note}");
    }
}

#[test]
fn subheadings_worded_like_a_section_do_not_open_it() {
    let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告").line("一、总体情况");
    let mut lay = lay.line("主动公开情况").line("甲。").line("2.依申请公开情况").line("乙。");
    let form = edition("2021").unwrap();
    for (s, t) in [(1, 0), (2, 1), (3, 2)] {
        lay = lay.line(&form.sections[s].heading).table(&form.tables[t], zero);
    }
    let r = report(vec![lay.done()]);
    assert_eq!(r.sections[0].before.len(), 4);
}

#[test]
fn tables_without_block_titles_are_read() {
    let titles = ["第二十条第（一）项", "第二十条第（五）项", "第二十条第（六）项", "第二十条第（八）项"];
    let mut lay = one_sheet("2021", Lay::new("表"), distinct);
    lay.sheet.cells.retain(|c| !titles.iter().any(|t| c.content == text(t).unwrap()));
    assert_distinct(&report(vec![lay.done()]));
}

#[test]
fn a_format_that_shows_another_number_is_refused() {
    let form = edition("2021").unwrap();
    let last = form.tables[0].slot_count() - 1;
    let with = |shown: Shown| {
        let lay = one_sheet("2021", Lay::new("表"), |t, s| if t == 0 && s == last { "25".into() } else { "0".into() });
        let mut sheet = lay.done();
        let at = sheet.cells.iter().find(|c| c.content == Content::Number(25.into())).unwrap().at;
        sheet.shown = vec![(at, shown)];
        sheet
    };
    for shown in [Shown::Scaled, Shown::Unit(Unit::Yuan)] {
        assert_eq!(refusal(vec![with(shown)]).0, "N201");
    }
    assert_eq!(report(vec![with(Shown::Unit(Unit::TenThousandYuan))]).tables[0][last].to_string(), "25");
}

/// A 2014 report on one sheet: title, own headings, text, the table under its title (heads in row 8, labels in column A).
fn old_sheet(lay: Lay, values: impl Fn(usize) -> String) -> Lay {
    let form = edition("2014").unwrap();
    let lay = lay.line("某县农业局2016年政府信息公开年度报告").line("本报告按要求编制。").line("一、概述");
    let lay =
        lay.line("全年工作平稳。").line("（一）机制").line("健全制度。").line("附件：2016年政府信息公开情况统计表");
    lay.table(&form.tables[0], values)
}

fn old(s: usize) -> String {
    (1000 + s).to_string()
}

fn address_of(sheet: &Sheet, label: &str) -> Address {
    let found: Vec<_> =
        sheet.cells.iter().filter(|c| matches!(&c.content, Content::Text(t) if t.contains(label))).collect();
    assert_eq!(found.len(), 1, "{label}");
    found[0].at
}

#[test]
fn headings_of_the_agencys_own_are_kept_as_they_stand() {
    let lay = old_sheet(Lay::new("年报"), old).line("表后说明。").line("七、其他");
    let n = read(vec![lay.done()]);
    assert_eq!(codes(&n), [""; 0], "{:#?}", n.findings);
    let r = n.report.unwrap();
    assert_eq!((r.form.id.as_str(), r.cover.agency.as_str(), r.cover.year), ("2014", "某县农业局", 2016));
    let told = |p: &[crate::model::Paragraph]| p.iter().map(|p| format!("{}{}", p.level, p.text)).collect::<Vec<_>>();
    assert_eq!(told(&r.preface), ["0本报告按要求编制。"]);
    assert_eq!(told(&r.sections[0].before), ["1一、概述", "0全年工作平稳。", "2（一）机制", "0健全制度。"]);
    assert_eq!(told(&r.sections[1].before), ["1附件：2016年政府信息公开情况统计表"]);
    assert_eq!(told(&r.sections[1].after), ["0表后说明。", "1七、其他"]);
    assert_distinct(&r);
}

#[test]
fn a_table_without_any_heading_gets_the_forms_and_one_under_a_numbered_heading_does_not() {
    let form = edition("2014").unwrap();
    let lay = |lines: &[&str]| {
        let lay = Lay::new("年报").line("某县农业局2016年政府信息公开年度报告").line("一、概述").line("全年工作平稳。");
        lines.iter().fold(lay, |lay, l| lay.line(l)).table(&form.tables[0], zero).done()
    };
    let n = read(vec![lay(&[])]);
    assert_eq!(codes(&n), ["N112"]);
    let own = &n.report.unwrap().sections[1].before;
    assert_eq!((own.len(), own[0].level, own[0].text.as_str()), (1, 1, "政府信息公开情况统计表"));
    let n = read(vec![lay(&["二、数据"])]);
    assert_eq!(codes(&n), [""; 0]);
    assert!(n.report.unwrap().sections[1].before.is_empty());
}

#[test]
fn rows_of_the_statistics_table_are_known_with_every_accident() {
    let accidents: [fn(&str) -> String; 6] = [
        |l| l.replace('（', "(").replace('）', ")").replace('、', " 、 ").replace('：', ":"),
        |l| l.replace(". ", "．").replace('.', "、"),
        |l| format!("　　 {l}"),
        |l| l.split("（不").next().unwrap().replace("其中：", ""),
        |l| match l {
            "统计数" => "数量".into(),
            "统计指标" => "指标名称".into(),
            "件" => "（件）".into(),
            _ => l.to_owned(),
        },
        |l| l.replace("——", "/").replace("其中：", "其中"),
    ];
    for label in accidents {
        let n = read(vec![old_sheet(Lay { label, ..Lay::new("表") }, old).done()]);
        assert_distinct(&n.report.unwrap_or_else(|| panic!("{:#?}", n.findings)));
    }
    // Without the column of units, with and without units in the labels.
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    sheet.cells.retain(|c| c.at.column != 1);
    assert_distinct(&report(vec![sheet.clone()]));
    let received = address_of(&sheet, "收到申请数");
    sheet.cells.iter_mut().find(|c| c.at == received).unwrap().content = Content::Text("（一）收到申请数（件）".into());
    assert_distinct(&report(vec![sheet]));
    // The units behind the numbers, or under no head.
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    sheet.cells.iter_mut().filter(|c| c.at.row > 6 && c.at.column > 0).for_each(|c| c.at.column = 3 - c.at.column);
    sheet.cells.sort_by_key(|c| c.at);
    let n = read(vec![sheet]);
    assert_eq!(codes(&n), [""; 0], "{:#?}", n.findings);
    assert_distinct(&n.report.unwrap());
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    sheet.cells.retain(|c| c.content != Content::Text("单位".into()));
    assert_distinct(&report(vec![sheet]));
}

#[test]
fn units_of_the_statistics_table_are_converted_or_refused() {
    let with = |label: &str, unit: &str, value: Option<&str>| {
        let mut sheet = old_sheet(Lay::new("表"), old).done();
        let row = address_of(&sheet, label).row;
        for c in sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            match (c.at.column, value) {
                (1, _) => c.content = Content::Text(unit.into()),
                (2, Some(v)) => c.content = Content::Text(v.into()),
                _ => {}
            }
        }
        (sheet, row)
    };
    let form = edition("2014").unwrap();
    let fees = form.tables[0].blocks[0].rows.leaf("fees").unwrap();
    for (unit, value, read_as, found) in [
        ("元", "251000", "25.1", "N103"),
        ("万元", "251000元", "25.1", "N103"),
        ("（元）", "3", "0.0003", "N103"),
        ("", "2.5", "2.5", "N104"),
    ] {
        let n = read(vec![with("收取的费用", unit, Some(value)).0]);
        assert_eq!(codes(&n), [found], "{unit} {value}: {:#?}", n.findings);
        assert_eq!(n.report.unwrap().tables[0][fees].to_string(), read_as, "{unit} {value}");
    }
    for (label, unit, value, cell, says) in [
        ("收到申请数", "万元", None, "B", "“万元”，表样规定的是“件”"),
        ("收到申请数", "条", None, "B", "“条”，表样规定的是“件”"),
        ("收取的费用", "件", None, "B", "“件”，表样规定的是“万元”"),
        ("收取的费用", "万", None, "B", "“万”"),
        ("收到申请数", "件", Some("12人"), "C", "单位“件”不合"),
    ] {
        let (sheet, row) = with(label, unit, value);
        let (code, at, message) = refusal(vec![sheet]);
        assert_eq!((code, at), ("N201", format!("{cell}{}", row + 1)), "{message}");
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn rows_called_alike_belong_to_the_row_they_stand_under() {
    let form = edition("2014").unwrap();
    let rows = &form.tables[0].blocks[0].rows;
    let slot = |path: &str| rows.leaf(path).unwrap();
    // Under the suits, the first row may be called as under the reviews.
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    let suit = address_of(&sheet, "行政诉讼数量");
    let below = at(suit.row + 1, 0);
    sheet.cells.iter_mut().find(|c| c.at == below).unwrap().content = Content::Text("（一）维持具体行政行为数".into());
    assert_distinct(&report(vec![sheet.clone()]));
    // A row of either that is missing is named, and nothing slips from one to the other.
    for (path, label) in [("review.upheld", "维持具体行政行为数"), ("suit.other", "其他情形数")] {
        let row = suit.row as i64 + if path == "suit.other" { 3 } else { -3 };
        let mut less = sheet.clone();
        less.cells.retain(|c| i64::from(c.at.row) != row);
        let n = read(vec![less]);
        assert!(is_refused(&n));
        assert_eq!(codes(&n), ["N203"], "{path}: {:#?}", n.findings);
        assert!(n.findings[0].message.contains(label), "{}", n.findings[0].message);
    }
    // Two rows of one parent in the other's place.
    let mut swapped = sheet.clone();
    let (a, b) = (suit.row - 3, suit.row - 2);
    for c in &mut swapped.cells {
        c.at.row = if c.at.row == a {
            b
        } else if c.at.row == b {
            a
        } else {
            c.at.row
        };
    }
    swapped.cells.sort_by_key(|c| c.at);
    let n = read(vec![swapped]);
    assert!(is_refused(&n));
    let errors: Vec<_> = n.findings.iter().map(|f| (f.code, f.message.contains("维持具体行政行为数"))).collect();
    assert_eq!(errors, [("N203", true), ("N202", true)], "{:#?}", n.findings);
    assert_eq!(slot("suit.other"), slot("review.upheld") + 6);
}

#[test]
fn a_statistics_table_again_below_itself_is_one_fault() {
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    let (top, last) = (address_of(&sheet, "统计指标").row, sheet.cells.iter().map(|c| c.at.row).max().unwrap());
    let again: Vec<_> = sheet.cells.iter().filter(|c| c.at.row >= top).cloned().collect();
    sheet.cells.extend(again.into_iter().map(|mut c| {
        c.at.row += last + 2 - top;
        c
    }));
    let n = read(vec![sheet]);
    assert!(is_refused(&n));
    assert_eq!(codes(&n), ["N204"], "{:#?}", n.findings);
}

#[test]
fn a_line_without_value_takes_none() {
    let with = |text: &str| {
        let lay = old_sheet(Lay::new("表"), old);
        let sheet = lay.done();
        let row = address_of(&sheet, "回应解读情况").row + 1;
        let mut sheet = sheet;
        sheet.cells.iter_mut().find(|c| c.at == at(row - 1, 2)).unwrap().content =
            text.parse().map_or(Content::Text(text.into()), Content::Number);
        (read(vec![sheet]), format!("C{row}"))
    };
    for text in ["/", "——", "无"] {
        assert_eq!(codes(&with(text).0), [""; 0], "{text}");
    }
    let (n, cell) = with("0");
    assert_eq!(codes(&n), ["N111"]);
    assert!(n.findings[0].message.contains(&cell) && n.report.is_some());
    let (n, cell) = with("7");
    assert_eq!(codes(&n), ["N202"]);
    assert!(n.findings[0].message.contains(&cell) && is_refused(&n), "{}", n.findings[0].message);
}

#[test]
fn a_table_of_an_old_and_of_a_new_edition_are_refused_together() {
    let old_table = &edition("2014").unwrap().tables[0];
    let mut lay = one_sheet("2021", Lay::new("表"), zeros);
    let top = lay.row + 2;
    lay.row = top - 1;
    let n = read(vec![lay.table(old_table, zero).done()]);
    assert!(is_refused(&n));
    assert_eq!(codes(&n), ["N204"], "{:#?}", n.findings);
    assert!(n.findings[0].message.contains(&format!("A{top}还有 2014 版表样的统计表")), "{}", n.findings[0].message);
}

#[test]
fn a_statistics_table_whose_head_is_not_known_is_named() {
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    let head = at(7, 2);
    sheet.cells.iter_mut().find(|c| c.at == head).unwrap().content = Content::Text("2016年".into());
    let (code, _, message) = refusal(vec![sheet]);
    assert_eq!(code, "N203");
    assert!(message.contains("认不出列名“统计数”"), "{message}");
}

#[test]
fn blank_wholes_are_computed_where_a_sum_defines_them() {
    let form = edition("2014").unwrap();
    let rows = &form.tables[0].blocks[0].rows;
    let slot = |path: &str| rows.leaf(path).unwrap();
    let blank = [slot("requests.received"), slot("requests.replied.refused")];
    let n =
        read(vec![old_sheet(Lay::new("表"), |s| if blank.contains(&s) { String::new() } else { "2".into() }).done()]);
    // 不同意公开答复数 is no sum of its 其中 rows: it counts as 0.
    assert_eq!(codes(&n), ["N102", "N101"]);
    let r = n.report.unwrap();
    assert_eq!((r.tables[0][blank[0]], r.tables[0][blank[1]]), (Value::Count(8), Value::Count(0)));
}

#[test]
fn words_in_text_boxes_are_told() {
    let sheet = |hidden| {
        let mut sheet = one_sheet("2021", Lay::new("表"), zeros).done();
        (sheet.boxes, sheet.hidden) = (vec!["补充说明：".to_owned() + &"长".repeat(40), "又".to_owned()], hidden);
        sheet
    };
    let n = read(vec![sheet(false)]);
    let found = n.findings.iter().find(|f| f.code == "N115").unwrap();
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
