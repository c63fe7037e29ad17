//! A refused workbook still gives everything that is certain, and one cause is one finding.

use super::*;

fn unknown(n: &Normalized) -> usize {
    n.report.as_ref().unwrap().tables.iter().flatten().filter(|v| **v == Value::Unknown).count()
}

#[test]
fn a_value_that_cannot_be_read_is_unknown_and_not_blank() {
    for (content, code) in [
        (text("--253").unwrap(), "N201"),
        (text("13000000（预算").unwrap(), "N201"),
        (text("三件").unwrap(), "N201"),
        (Content::Number((-2).into()), "K305"),
        (Content::Error("#REF!".into()), "N209"),
        (Content::Uncomputed, "N208"),
    ] {
        let sheet = one_sheet("2021", Lay::new("年报"), zeros);
        let total = sheet.sheet.cells.iter().rfind(|c| matches!(c.content, Content::Number(_))).unwrap().at;
        // Not a total: the cell left of the last one.
        let cell = at(total.row, total.column - 1).to_string();
        let n = read(vec![sheet.set(&cell, Some(content)).done()]);
        assert_eq!(codes(&n), [code], "{:#?}", n.findings);
        assert_eq!(unknown(&n), 1);
        assert_eq!((n.agency.as_deref(), n.year, n.edition.as_deref()), (Some("某县科技局"), Some(2021), Some("2021")));
    }
}

#[test]
fn a_total_of_an_unknown_value_is_unknown_too() {
    let form = edition("2021").unwrap();
    let sheet = one_sheet("2021", Lay::new("年报"), |t, s| {
        if t == 2 && form.tables[2].keys(s)[2] == "review.total" { String::new() } else { "0".into() }
    });
    let last = sheet.sheet.cells.iter().rfind(|c| matches!(c.content, Content::Number(_))).unwrap().at;
    let first = sheet.sheet.cells.iter().find(|c| c.at.row == last.row).unwrap().at.to_string();
    let n = read(vec![sheet.set(&first, text("不详")).done()]);
    assert_eq!(codes(&n), ["N201"], "{:#?}", n.findings);
    assert_eq!(unknown(&n), 2);
}

/// Spreadsheet sums skip text, so the result depends on the value that could not be read.
#[test]
fn the_result_of_a_formula_over_an_unknown_value_is_unknown_and_a_typed_total_is_not() {
    let form = edition("2021").unwrap();
    let (words, negative) = (text("不详").unwrap(), Content::Number((-2).into()));
    for (content, formula, count) in [(&words, true, 2), (&words, false, 1), (&negative, true, 1)] {
        let total = |s: usize| form.tables[2].keys(s)[2] == "review.total";
        let lay = one_sheet("2021", Lay::new("年报"), |t, s| if t == 2 && total(s) { "3".into() } else { "1".into() });
        let last = lay.sheet.cells.iter().rfind(|c| matches!(c.content, Content::Number(_))).unwrap().at;
        let first = lay.sheet.cells.iter().find(|c| c.at.row == last.row).unwrap().at.to_string();
        let mut sheet = lay.set(&first, Some(content.clone())).done();
        for cell in sheet.cells.iter_mut().filter(|c| c.at.row == last.row) {
            cell.formula = formula && cell.content == Content::Number(3.into());
        }
        let n = read(vec![sheet]);
        assert_eq!(codes(&n).len(), 1, "{:#?}", n.findings);
        assert_eq!(unknown(&n), count);
    }
}

#[test]
fn an_extra_column_is_one_finding_with_its_name() {
    let form = edition("2021").unwrap();
    let mut lay = one_sheet("2021", Lay { merged: false, ..Lay::new("年报") }, |t, s| {
        if t == 1 && form.tables[1].at(s).column == 6 { "4".into() } else { "1".into() }
    });
    let head = lay.sheet.cells.iter().find(|c| c.content == text("科研机构").unwrap()).unwrap().at;
    let rows = head.row - 1..head.row + 26;
    for c in lay.sheet.cells.iter_mut().filter(|c| rows.contains(&c.at.row) && c.at.column > head.column) {
        c.at.column += 1;
    }
    lay.put(at(head.row, head.column + 1), text("个体\n工商户").unwrap());
    for row in rows.skip(2) {
        lay.put(at(row, head.column + 1), Content::Number(1.into()));
    }
    let n = read(vec![lay.done()]);
    assert_eq!(codes(&n), ["N202"], "{:#?}", n.findings);
    assert!(n.findings[0].message.contains("表三多出一列“个体工商户”"), "{}", n.findings[0].message);
    // The totals may or may not include it; all other values are certain.
    let unknown: Vec<usize> = (0..175).filter(|s| n.report.as_ref().unwrap().tables[1][*s] == Value::Unknown).collect();
    assert!(unknown.contains(&6) && !unknown.contains(&0) && !unknown.contains(&5), "{unknown:?}");
}

#[test]
fn rows_that_fail_alike_are_one_finding() {
    // A column of row numbers without a head.
    let form = edition("2021").unwrap();
    let mut lay = one_sheet("2021", Lay { merged: false, ..Lay::new("年报") }, zeros);
    let head = lay.sheet.cells.iter().find(|c| c.content == text("科研机构").unwrap()).unwrap().at;
    let rows = head.row - 1..head.row + 26;
    for c in lay.sheet.cells.iter_mut().filter(|c| rows.contains(&c.at.row) && c.at.column > head.column) {
        c.at.column += 1;
    }
    for row in rows.skip(2).take(form.tables[1].blocks[0].row_count()) {
        lay.put(at(row, head.column + 1), Content::Number(9.into()));
    }
    let n = read(vec![lay.done()]);
    assert_eq!(codes(&n), ["N205"], "{:#?}", n.findings);
    assert!(n.findings[0].message.contains("25 行"), "{}", n.findings[0].message);
}

#[test]
fn what_a_missing_table_leaves_is_read() {
    let form = edition("2021").unwrap();
    let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告").line("一、总体情况").line("正文。");
    let n = read(vec![lay.table(&form.tables[0], zero).table(&form.tables[2], zero).done()]);
    assert_eq!(codes(&n), ["T505"]);
    assert_eq!(unknown(&n), 175);
    assert_eq!(n.report.unwrap().sections[0].before.len(), 1);
}

#[test]
fn a_workbook_without_tables_still_names_agency_and_year() {
    let n = read(vec![Lay::new("表").line("某局2021年政府信息公开工作年度报告").done()]);
    assert_eq!((n.agency.as_deref(), n.year, n.edition), (Some("某局"), Some(2021), None));
}
