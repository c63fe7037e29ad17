//! Text outside the cells to be filled in, facts, headings with unknown wording: nothing is lost, and what was perhaps not meant
//! to be published is reported.

use super::*;
use crate::model::Section;

/// The sheets of the standard workbook, filled with zeros and a few words.
fn standard() -> Vec<Sheet> {
    let form = edition("2021").unwrap();
    let words = &labels().text;
    let [item, content] = &labels().cover.head;
    let mut cover = Lay::new(&labels().cover.sheet);
    for (row, column, text) in
        [(0, 0, item.as_str()), (0, 1, content), (1, 0, "单位名称"), (1, 1, "某局"), (2, 0, "年度"), (2, 1, "2021")]
    {
        cover.put(at(row, column), Content::Text(text.into()));
    }
    cover.put(at(4, 0), Content::Text(words.preface.clone()));
    cover.put(at(5, 0), Content::Text("前言一段。".into()));
    let mut sheets = vec![cover.done()];
    for section in &form.sections {
        let lay = Lay::new(&section.sheet).line(&section.heading);
        let lay = match section.table {
            Some(t) => lay.table(&form.tables[t], zero).line(&words.notes).line("表后一段。"),
            None if section.subheadings.is_empty() => lay.line(&words.paragraphs).line("正文一段。"),
            None => {
                let mut lay = lay.line(&words.subheading);
                lay.put(at(1, 1), Content::Text(words.body.clone()));
                lay.put(at(2, 0), Content::Text(section.subheadings[0].clone()));
                lay.put(at(2, 1), Content::Text("正文一段。".into()));
                lay
            }
        };
        sheets.push(lay.done());
    }
    sheets
}

fn with(mut sheets: Vec<Sheet>, sheet: usize, address: &str, words: &str) -> Vec<Sheet> {
    let lay = Lay { sheet: std::mem::take(&mut sheets[sheet]), ..Lay::new("") };
    sheets[sheet] = lay.set(address, text(words)).done();
    sheets
}

fn published(report: &Report) -> String {
    let sections = report.sections.iter().flat_map(Section::paragraphs);
    report.preface.iter().chain(sections).map(|p| p.text.as_str()).collect::<Vec<_>>().join("/")
}

#[test]
fn the_standard_workbook_has_no_remark() {
    let n = read(standard());
    assert_eq!(codes(&n), [""; 0], "{:#?}", n.findings);
    assert_eq!(
        published(&n.report.unwrap()),
        "前言一段。/（一）主动公开/正文一段。/表后一段。/表后一段。/表后一段。/正文一段。/正文一段。"
    );
}

#[test]
fn words_outside_the_cells_to_be_filled_in_are_left_out_and_reported() {
    // Cover, text with subheadings, a table, paragraphs.
    for (sheet, address) in [(0, "D2"), (0, "A4"), (0, "C6"), (1, "D3"), (1, "C4"), (3, "L40"), (3, "B1"), (5, "B3")] {
        let n = read(with(standard(), sheet, address, "数字待核"));
        assert_eq!(codes(&n), ["N111"], "{sheet} {address}: {:#?}", n.findings);
        assert!(n.findings[0].message.contains("数字待核"), "{}", n.findings[0].message);
        assert_eq!(n.findings[0].source.as_ref().unwrap().cell.unwrap().to_string(), address);
        assert!(!published(&n.report.unwrap()).contains("数字待核"));
    }
    // One finding per sheet, however many cells there are.
    let n = read(with(with(standard(), 0, "D2", "初稿"), 0, "E9", "请领导审"));
    assert_eq!(codes(&n), ["N111"]);
    let message = &n.findings[0].message;
    assert!(message.contains("“初稿”") && message.contains("“请领导审”"), "{message}");
}

#[test]
fn words_on_the_sheet_of_the_instructions_are_reported() {
    let guide = &labels().guide;
    let lay = || {
        let head = Lay::new(&guide.sheet).line(&guide.sheet).line(&guide.basis.replace("{notice}", "某通知"));
        guide.lines.iter().fold(head, |l, t| l.line(t))
    };
    let with = |sheet: Sheet| read(standard().into_iter().chain([sheet]).collect());
    assert_eq!(codes(&with(lay().done())), [""; 0]);
    for (address, words) in [("B2", "已按此填写"), ("A12", "另附一页说明")] {
        let n = with(lay().set(address, text(words)).done());
        assert_eq!(codes(&n), ["N111"], "{:#?}", n.findings);
        assert!(n.findings[0].message.contains(words));
    }
    // A sheet with only the same name is treated like any other sheet.
    let n = with(Lay::new(&guide.sheet).line("本单位情况的补充。").done());
    assert_eq!(codes(&n), ["N111"], "{:#?}", n.findings);
}

#[test]
fn a_cover_of_any_name_is_known_by_its_heads() {
    let mut sheets = standard();
    sheets[0].name = "首页".into();
    let n = read(sheets);
    assert_eq!(codes(&n), [""; 0], "{:#?}", n.findings);
    assert_eq!(n.report.unwrap().cover.agency, "某局");
}

#[test]
fn words_beside_the_text_of_an_own_sheet_are_published_and_reported() {
    let lay = || one_sheet("2021", Lay::new("年报"), zeros);
    for (address, words, reported) in
        [("D3", "此句请科长看", true), ("C1", "（草稿）", true), ("C4", "单位：件", false), ("C60", "独占一行", false)]
    {
        let n = read(vec![lay().set(address, text(words)).done()]);
        let expected: &[&str] = if reported { &["N117"] } else { &[] };
        assert_eq!(codes(&n), expected, "{address}: {:#?}", n.findings);
        assert!(published(&n.report.unwrap()).contains(words));
    }
    // A subheading left of its text belongs to it.
    let mut sheet = lay();
    sheet = sheet.set("A3", text("（一）主动公开")).set("B3", text("全年公开信息若干条，情况良好，没有差错。"));
    assert_eq!(codes(&read(vec![sheet.done()])), [""; 0]);
}

#[test]
fn a_telephone_in_the_preface_stays_where_it_is_written() {
    let form = edition("2021").unwrap();
    for line in ["联系电话：0999-1234567", "发布日期：2022年1月20日", "索引号：0110-2022-001"] {
        let lay = Lay::new("年报").line("某县科技局2021年政府信息公开工作年度报告").line("前言。").line(line);
        let mut lay = lay.line("一、总体情况").line("正文。");
        for t in &form.tables {
            lay = lay.table(t, zero);
        }
        let r = report(vec![lay.done()]);
        assert_eq!(r.preface.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["前言。", line]);
        assert_eq!((&r.cover.contact, &r.cover.published, &r.cover.index), (&None, &None, &None));
    }
}

#[test]
fn an_agency_that_differs_from_the_title_is_reported() {
    let with = |line: &str| {
        let form = edition("2021").unwrap();
        let lay = Lay::new("年报").line("某县科技局2021年政府信息公开工作年度报告").line(line);
        form.tables.iter().fold(lay, |lay, t| lay.table(t, zero)).done()
    };
    let n = read(vec![with("填报单位：某县科技局办公室")]);
    assert_eq!(codes(&n), ["N111"], "{:#?}", n.findings);
    assert!(n.findings[0].message.contains("某县科技局办公室"), "{}", n.findings[0].message);
    assert_eq!(n.report.unwrap().cover.agency, "某县科技局");
    assert_eq!(codes(&read(vec![with("填报单位：某县科技局（盖章）")])), [""; 0]);
}

#[test]
fn a_heading_in_other_words_is_known_by_number_and_place() {
    let lay = || one_sheet("2021", Lay::new("年报"), zeros);
    for (old, new) in [
        ("一、总体情况", "一、工作基本情况"),
        ("一、总体情况", "一、概述"),
        ("五、存在的主要问题及改进情况", "五、短板弱项与下一步打算"),
        ("六、其他需要报告的事项", "六、附则"),
        ("二、主动公开政府信息情况", "二、本年公开事项一览"),
    ] {
        let sheet = lay();
        let cell = sheet.sheet.cells.iter().find(|c| c.content == text(old).unwrap()).unwrap().at.to_string();
        let n = read(vec![sheet.set(&cell, text(new)).done()]);
        assert_eq!(codes(&n), ["N112"], "{new}: {:#?}", n.findings);
        let r = n.report.unwrap();
        assert!(!published(&r).contains(new) && r.preface.is_empty(), "{new}: {}", published(&r));
        assert_eq!(r.sections[0].before.len(), 1, "{new}");
    }
}

#[test]
fn of_several_lines_none_is_taken_for_a_heading() {
    let sheet = one_sheet("2021", Lay::new("年报"), zeros);
    let sheet = sheet.set("A2", text("一、甲方面")).set("A3", text("一、乙方面\n有关情况。"));
    let n = read(vec![sheet.done()]);
    assert_eq!(codes(&n), [""; 0]);
    assert!(published(&n.report.unwrap()).contains("一、乙方面"));
}

#[test]
fn a_heading_that_is_pasted_with_its_text_is_used_once() {
    let n = read(with(standard(), 5, "A3", "五、存在的主要问题及改进情况\n问题若干。"));
    assert_eq!(codes(&n), ["N112"], "{:#?}", n.findings);
    assert_eq!(
        n.report.unwrap().sections[4].before.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(),
        ["问题若干。"]
    );
    // If the same heading occurs twice with others between, there are two reports, or a table of contents.
    let sheet = one_sheet("2021", Lay::new("年报"), zeros);
    let first = sheet.line("一、总体情况").line("又一份。").done();
    let n = read(vec![first]);
    assert_eq!(codes(&n), ["N204"]);
    assert!(n.findings[0].hint.as_ref().unwrap().contains("重复粘贴"), "{:?}", n.findings[0].hint);
}
