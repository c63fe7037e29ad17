use std::collections::BTreeSet;

use calamine::Data;

use super::*;
use crate::export::sheet::reading::{book, elements, number_format, parts, sample};
use crate::form::{GridContent, Table, built_in};
use crate::model::{Amount, Decimal};

/// Writes with an empty cache.
fn write(report: &Report) -> Result<Vec<u8>, ExportError> {
    super::write(report, &Cache::default())
}

/// The cell of each slot when the table begins in row `top`.
fn places(table: &Table, top: u32) -> Vec<(u32, u32)> {
    let mut out = vec![(0, 0); table.slot_count()];
    for g in table.grid() {
        if let GridContent::Value(slot) = g.content {
            out[slot] = (top + g.row as u32, g.column as u32);
        }
    }
    out
}

fn texts(paragraphs: &[Paragraph]) -> Vec<String> {
    paragraphs.iter().map(|p| p.text.clone()).collect()
}

#[test]
fn every_value_and_every_paragraph_is_in_its_place() {
    for form in built_in() {
        let mut report = sample(form);
        let table = report.tables.len() / 2;
        report.tables[table][2] = Value::Blank;
        report.tables[table][3] = Value::NotApplicable;
        let heading = u32::from(!form.free_headings);
        let sheets = book(&write(&report).unwrap());
        let names: Vec<&str> = sheets.iter().map(|s| s.name.as_str()).collect();
        let own = form.sections.iter().map(|s| s.sheet.as_str());
        assert_eq!(names, ["封面"].into_iter().chain(own).chain(["数据"]).collect::<Vec<_>>());
        for (i, (section, content)) in form.sections.iter().zip(&report.sections).enumerate() {
            let sheet = &sheets[i + 1];
            assert_eq!(sheet.text((0, 0)) == section.heading, !form.free_headings);
            let Some(t) = section.table else {
                assert_eq!(sheet.texts(heading..10_000), [texts(&content.before), texts(&content.after)].concat());
                continue;
            };
            let table = &form.tables[t];
            let top = heading + content.before.len() as u32;
            let end = top + table.grid_rows() as u32;
            assert_eq!(sheet.texts(heading..top), texts(&content.before));
            assert_eq!(sheet.texts(end..10_000), texts(&content.after));
            for g in table.grid().iter().filter(|g| g.content.label().is_some()) {
                assert_eq!(sheet.text((top + g.row as u32, g.column as u32)), g.content.label().unwrap());
            }
            for (value, at) in report.tables[t].iter().zip(places(table, top)) {
                match value {
                    Value::Blank => assert!(!sheet.cells.contains_key(&at)),
                    Value::NotApplicable => assert_eq!(sheet.cells[&at], Data::String("/".into())),
                    Value::Amount(a) if a.unit.is_some() => assert_eq!(sheet.text(at), value.to_string()),
                    _ => assert_eq!(sheet.cells[&at], Data::Float(value.number().to_string().parse().unwrap())),
                }
            }
        }
    }
}

#[test]
fn the_cover_has_the_fields_present_and_the_preface_below() {
    let mut report = sample(&built_in()[0]);
    report.cover.published = None;
    let sheets = book(&write(&report).unwrap());
    let rows: Vec<(String, String)> = (0..6).map(|r| (sheets[0].text((r, 0)), sheets[0].text((r, 1)))).collect();
    let expected = [
        ("项目", "内容"),
        ("单位名称", "老城区科学技术局"),
        ("年度", "2024"),
        ("报告标题", "老城区科学技术局2024年政府信息公开工作年度报告"),
        ("联系方式", "0379-63900000"),
        ("索引号", "XK001-2025-003"),
    ];
    assert_eq!(rows, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(sheets[0].texts(6..100), texts(&report.preface));
}

#[test]
fn the_long_form_lists_every_value_with_its_paths() {
    for form in built_in() {
        let mut report = sample(form);
        let labels: BTreeSet<&str> = form
            .tables
            .iter()
            .flat_map(|t| t.grid().iter().filter_map(|g| g.content.label().map(str::to_owned)).collect::<Vec<_>>())
            .map(|l| &*l.leak())
            .collect();
        report.tables[form.tables.len() / 2][0] = Value::Count(u64::MAX);
        let sheets = book(&write(&report).unwrap());
        let data = sheets.last().unwrap();
        let mut row = 0;
        for (table, values) in form.tables.iter().zip(&report.tables) {
            for (slot, value) in values.iter().enumerate() {
                row += 1;
                assert_eq!(data.text((row, 0)), table.caption);
                let paths = [data.text((row, 1)), data.text((row, 2))];
                for (path, own) in paths.iter().zip([table.row_path(slot), table.column_path(slot)]) {
                    let parts: Vec<&str> = path.split(" › ").collect();
                    assert_eq!(parts[0], table.name);
                    assert_eq!(parts[1..], own);
                    assert!(!labels.contains(path.as_str()), "{path} is a label");
                }
                assert_eq!(data.text((row, 3)), value.number().to_string());
                let written = value.unit().map(|u| u.word()).or(table.unit_word(slot));
                assert_eq!(data.text((row, 4)), written.unwrap_or(""));
            }
        }
        assert_eq!(data.cells.keys().map(|at| at.0).max(), Some(row));
        assert_eq!(row as usize, form.slot_count());
    }
}

#[test]
fn nothing_but_values_is_published() {
    for form in built_in() {
        let bytes = write(&sample(form)).unwrap();
        let parts = parts(&bytes);
        for (name, xml) in &parts {
            for word in
                ["comment", "vml", "drawing", "externalLink", "vba", "calcChain", "custom.xml", "printerSettings"]
            {
                assert!(!name.contains(word), "{name}");
            }
            if !name.starts_with("xl/theme") {
                for element in ["f", "definedName", "hyperlink", "conditionalFormatting", "dataValidation"] {
                    assert!(elements(xml, element).is_empty(), "{element} in {name}");
                }
                for word in ["hidden=", "state=\"hidden\"", "veryHidden", "legacyDrawing", "oleObject"] {
                    assert!(!xml.contains(word), "{word} in {name}");
                }
            }
        }
        let core = &parts["docProps/core.xml"];
        for element in ["dc:creator", "cp:lastModifiedBy"] {
            assert!(elements(core, element).iter().all(|(_, text)| text.is_empty()));
        }
        for element in ["Company", "Manager"] {
            assert!(elements(&parts["docProps/app.xml"], element).iter().all(|(_, text)| text.is_empty()));
        }
        // Counter-check: the template contains what is refused here.
        let template = crate::export::template::write(form, None).unwrap();
        let template = crate::export::sheet::reading::parts(&template);
        assert!(!elements(&template["xl/workbook.xml"], "definedName").is_empty());
        let with_totals = form.sections.iter().rposition(|s| s.table.is_some()).unwrap() + 2;
        assert!(!elements(&template[&format!("xl/worksheets/sheet{with_totals}.xml")], "f").is_empty());
    }
}

#[test]
fn hostile_text_stays_text() {
    let hostile = [
        "=cmd|'/c calc'!A1",
        "@SUM(A1:A9)",
        "+1",
        "-2+3",
        "{=1}",
        "http://example.com/x",
        "<script>&amp;</script>",
        "𠮷野家、\u{20BB7}",
        " 前后有空格 ",
        "制\t表",
        "123",
        "#REF!",
        "TRUE",
        "😀",
    ];
    let mut report = sample(&built_in()[0]);
    report.cover.agency = "=1+1".into();
    report.cover.title = "=HYPERLINK(\"x\")\u{1}".into();
    report.preface = hostile.iter().map(|t| Paragraph::body(*t)).collect();
    report.sections[4].before = report.preface.clone();
    report.sections[2].after = report.preface.clone();
    let bytes = write(&report).unwrap();
    let sheets = book(&bytes);
    assert_eq!(sheets[5].texts(1..100), hostile);
    assert_eq!(sheets[0].texts(8..100), hostile);
    assert_eq!(sheets[0].cells[&(1, 1)], Data::String("=1+1".into()));
    assert!(sheets.iter().all(|s| s.formulas.is_empty()));
    assert!(parts(&bytes).keys().all(|n| !n.contains("hyperlink")));
    assert_eq!(bytes, write(&report).unwrap());
    crate::export::template::write(&report.form, Some(&report)).unwrap();
}

#[test]
fn characters_that_xml_cannot_hold_are_left_out() {
    let mut report = sample(&built_in()[0]);
    let all: String = (0u8..0x20).map(char::from).chain(['\u{7F}', '\u{85}', '\u{FFFE}', '\u{FFFF}']).collect();
    report.sections[5].before = vec![Paragraph::body(format!("前{all}后")), Paragraph::body("_x0041_")];
    let bytes = write(&report).unwrap();
    let sheets = book(&bytes);
    assert_eq!(sheets[6].text((1, 0)), "前\t\n\n后");
    // A text that looks like an escape is escaped, as Excel does it.
    assert!(parts(&bytes)["xl/sharedStrings.xml"].contains("<t>_x005F_x0041_</t>"));
}

#[test]
fn a_paragraph_longer_than_a_cell_is_refused_in_words() {
    let mut report = sample(&built_in()[0]);
    report.sections[0].before.push(Paragraph::body("长".repeat(32_767)));
    let sheets = book(&write(&report).unwrap());
    assert!(sheets[1].texts(0..1000).iter().any(|t| t.chars().count() == 32_767));
    // One character outside the basic plane counts twice.
    report.sections[0].before.push(Paragraph::body("长".repeat(32_766) + "𠮷"));
    let error = write(&report).unwrap_err().to_string();
    assert!(error.contains("32768") && error.contains("一、总体情况") && error.contains("请分成几段"), "{error}");
    report.sections[0].before.push(Paragraph::body("长".repeat(1_000_000)));
    write(&report).unwrap_err();
}

#[test]
fn decimals_show_as_they_were_given() {
    let form = &built_in()[0];
    let mut report = sample(form);
    let slot = (0..10).find(|s| form.tables[0].kind(*s).1.is_some()).unwrap();
    for (text, format) in [("160.5964", "0.0000"), ("25.10", "0.00"), ("0.5", "0.0"), ("12", "0")] {
        let number = Decimal::from_str_exact(text).unwrap();
        report.tables[0][slot] = Value::Amount(Amount { number, unit: None });
        let bytes = write(&report).unwrap();
        let sheets = book(&bytes);
        let at = places(&form.tables[0], 1 + report.sections[1].before.len() as u32)[slot];
        assert_eq!(sheets[2].cells[&at], Data::Float(text.parse().unwrap()));
        assert_eq!(number_format(&bytes, 2, at), format, "{text}");
    }
}

#[test]
fn an_empty_report_can_be_written() {
    for form in built_in() {
        let sheets = book(&write(&Report::blank(form.clone())).unwrap());
        assert_eq!(sheets[0].texts(0..100), ["项目", "内容"]);
        assert!(sheets[1..].iter().flat_map(|s| s.cells.values()).all(|d| matches!(d, Data::String(_))));
    }
}

#[test]
fn paragraphs_of_nothing_but_line_ends_neither_fail_nor_hang() {
    let mut report = sample(&built_in()[0]);
    let odd = ["", "\n", " ", &"\n".repeat(32_000), &"a".repeat(32_000), "\u{200B}"];
    for section in &mut report.sections {
        section.before = odd.iter().map(|t| Paragraph::body(*t)).collect();
    }
    report.preface = report.sections[0].before.clone();
    let sheets = book(&write(&report).unwrap());
    assert!(sheets[3].texts(0..10_000).contains(&"a".repeat(32_000)));
    crate::export::template::write(&report.form, Some(&report)).unwrap();
}
