//! Reads DOCX files back and compares them with the documents they were made from.

mod hostile;
mod reader;

use std::collections::BTreeMap;

use crate::compose::compose;
use crate::export::{Cache, ExportError};
use crate::form;
use crate::model::{Align, Block, Cell, CellRole, Document, Paragraph, Report, Row, Table, Value};
use crate::style::Style;
use hostile::kept;
use reader::{Element, expected, parse, part, see, unbroken, unpack};

/// Writes with an empty cache.
fn write(doc: &Document, style: &Style) -> Result<Vec<u8>, ExportError> {
    super::write(doc, style, &Cache::default())
}

fn document(edition: &str, value: impl Fn(usize) -> u64) -> Document {
    let mut report = Report::blank(form::edition(edition).unwrap());
    report.cover.agency = "老城区科学技术局".into();
    report.cover.year = 2024;
    report.cover.title = "老城区科学技术局2024年政府信息公开工作年度报告".into();
    report.cover.published = Some("2025年1月20日".into());
    report.preface.push(Paragraph::body("根据《条例》编制本报告。"));
    for (index, section) in report.sections.iter_mut().enumerate() {
        section.before.push(Paragraph::heading(2, format!("（一）第{index}节的小标题")));
        section.before.push(Paragraph::heading(3, "1.更小的标题"));
        section.before.push(Paragraph::body("全年公开信息12条，依托“精彩老城”发布——共15篇…… 𠮷"));
        section.after.push(Paragraph::body("表后的话。".repeat(index * 40 + 1)));
    }
    for (t, values) in report.tables.iter_mut().enumerate() {
        for (slot, v) in values.iter_mut().enumerate() {
            *v = Value::Count(value(t * 1000 + slot));
        }
    }
    compose(&report)
}

fn plain(paragraphs: &[&str]) -> Document {
    let blocks = paragraphs.iter().map(|t| Block::Paragraph { text: (*t).to_owned() }).collect();
    Document { language: "zh-CN", title: vec!["标题".into()], agency: "某局".into(), blocks, ..Document::default() }
}

#[test]
fn every_paragraph_and_every_cell_reads_back() {
    for edition in ["2021", "2019"] {
        for value in [|i| i as u64, |i| 1_234_567 + i as u64] {
            let doc = document(edition, value);
            let bytes = write(&doc, &Style::default()).unwrap();
            let seen = unbroken(see(&bytes));
            let expected = expected(&doc, str::to_owned);
            assert_eq!(seen.len(), expected.len());
            for (s, e) in seen.iter().zip(&expected) {
                assert_eq!(s, e);
            }
            assert!(bytes.len() < 40_000, "{}", bytes.len());
        }
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let doc = document("2021", |i| i as u64);
    let style = Style::default();
    let first = write(&doc, &style).unwrap();
    write(&plain(&["一", "二"]), &style).unwrap();
    assert!(first == write(&doc, &style).unwrap());
    let elsewhere = std::thread::spawn(move || write(&doc, &Style::default()).unwrap()).join().unwrap();
    assert!(first == elsewhere);
}

#[test]
fn nothing_tells_when_or_by_whom() {
    let bytes = write(&document("2021", |i| i as u64), &Style::default()).unwrap();
    for (name, text) in unpack(&bytes) {
        for trace in ["rsid", "paraId", "docId", "lastModifiedBy", "dcterms", "unknown", "w:author", "w:date"] {
            // None of these is allowed in a part.
            assert!(!text.contains(trace), "{name}: {trace}");
        }
    }
    let core = part(&bytes, "docProps/core.xml");
    let written: Vec<(&str, &str)> = core.children.iter().map(|c| (c.name.as_str(), c.text.as_str())).collect();
    let title = "老城区科学技术局2024年政府信息公开工作年度报告";
    assert_eq!(written, [("dc:title", title), ("dc:creator", "老城区科学技术局"), ("dc:language", "zh-CN")]);
}

#[test]
fn the_package_lists_what_it_holds() {
    for style in ["", "[page]\npage_number = \"outside\""] {
        let bytes = write(&document("2021", |i| i as u64), &Style::parse(style).unwrap()).unwrap();
        let parts = unpack(&bytes);
        let names: Vec<&str> = parts.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names[0], "[Content_Types].xml");
        let types = part(&bytes, "[Content_Types].xml");
        let overrides: Vec<_> = types.all("Override").map(|o| o.attributes["PartName"].clone()).collect();
        for name in &overrides {
            assert!(names.contains(&name.trim_start_matches('/')), "{name} is listed");
        }
        for name in names.iter().filter(|n| n.ends_with(".xml") && **n != "[Content_Types].xml") {
            assert!(overrides.contains(&format!("/{name}")), "{name} has a type");
        }
        for (rels, folder) in [("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")] {
            for r in part(&bytes, rels).all("Relationship") {
                let target = format!("{folder}{}", r.attributes["Target"]);
                assert!(names.contains(&target.as_str()), "{target} is related");
            }
        }
    }
}

/// Asserts that the children of every element are in schema order and allowed there.
fn in_order(root: &Element) {
    root.walk(
        &mut |parent, e| {
            let Some(sequence) = super::schema::sequence(parent, &e.name) else { return };
            let ranks: Vec<usize> = e
                .children
                .iter()
                .map(|c| {
                    sequence.iter().position(|s| *s == c.name).unwrap_or_else(|| panic!("{} in {}", c.name, e.name))
                })
                .collect();
            assert!(ranks.is_sorted(), "{} in {parent}: {ranks:?}", e.name);
        },
        "",
    );
}

#[test]
fn children_stand_in_schema_order() {
    let bytes =
        write(&document("2019", |i| i as u64), &Style::parse("[page]\npage_number = \"outside\"").unwrap()).unwrap();
    for (_, text) in unpack(&bytes) {
        in_order(&parse(&text));
    }
    // One sequence of the standard written out, independent of the table in this program.
    let styles = part(&bytes, "word/styles.xml");
    let body = styles.all("w:style").find(|s| s.attributes["w:styleId"] == "BodyText").unwrap();
    let names = |e: &Element| e.children.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(body), ["w:name", "w:basedOn", "w:qFormat", "w:pPr", "w:rPr"]);
    assert_eq!(
        names(body.child("w:pPr").unwrap()),
        ["w:widowControl", "w:overflowPunct", "w:spacing", "w:ind", "w:jc"]
    );
    assert_eq!(names(body.child("w:rPr").unwrap()), ["w:rFonts", "w:spacing", "w:sz", "w:szCs"]);
}

#[test]
fn styles_are_real_and_all_defined() {
    let bytes = write(&document("2021", |_| 1_234_567), &Style::default()).unwrap();
    let styles = part(&bytes, "word/styles.xml");
    let by_id: BTreeMap<&str, &Element> =
        styles.all("w:style").map(|s| (s.attributes["w:styleId"].as_str(), s)).collect();
    assert_eq!(by_id.len(), styles.all("w:style").count());
    for name in ["word/document.xml", "word/footer1.xml"] {
        part(&bytes, name).walk(
            &mut |_, e| {
                if ["w:pStyle", "w:rStyle", "w:tblStyle"].contains(&e.name.as_str()) {
                    assert!(by_id.contains_key(e.attributes["w:val"].as_str()), "{e:?}");
                }
            },
            "",
        );
    }
    let face = |id: &str| by_id[id].at(&["w:rPr", "w:rFonts"]).unwrap().attributes["w:eastAsia"].as_str();
    for (id, expected) in [
        ("Title", "方正小标宋简体"),
        ("BodyText", "仿宋_GB2312"),
        ("Heading1", "黑体"),
        ("Heading2", "楷体_GB2312"),
        ("Heading3", "仿宋_GB2312"),
        ("TableText", "宋体"),
        ("PageNumber", "宋体"),
    ] {
        assert_eq!(face(id), expected);
    }
    for (level, id) in ["Heading1", "Heading2", "Heading3"].into_iter().enumerate() {
        assert_eq!(by_id[id].val(&["w:name"]), Some(format!("heading {}", level + 1).as_str()));
        assert_eq!(by_id[id].val(&["w:pPr", "w:outlineLvl"]), Some(level.to_string().as_str()));
        assert!(by_id[id].at(&["w:pPr", "w:keepNext"]).is_some());
    }
    assert_eq!(by_id["BodyText"].at(&["w:pPr", "w:ind"]).unwrap().attributes["w:firstLineChars"], "200");
    assert_eq!(by_id["BodyText"].val(&["w:pPr", "w:jc"]), Some("both"));
    assert_eq!(by_id["BodyText"].at(&["w:pPr", "w:spacing"]).unwrap().attributes["w:line"], "579");
    let language = styles.at(&["w:docDefaults", "w:rPrDefault", "w:rPr", "w:lang"]).unwrap();
    assert_eq!(language.attributes["w:eastAsia"], "zh-CN");
}

#[test]
fn the_page_is_a4_with_its_number() {
    let doc = document("2021", |i| i as u64);
    let centred = write(&doc, &Style::default()).unwrap();
    let section = part(&centred, "word/document.xml");
    let size = section.at(&["w:body", "w:sectPr", "w:pgSz"]).unwrap();
    assert_eq!((size.attributes["w:w"].as_str(), size.attributes["w:h"].as_str()), ("11906", "16838"));
    let margin = &section.at(&["w:body", "w:sectPr", "w:pgMar"]).unwrap().attributes;
    // 37, 28, 35 and 26 mm in twips.
    assert_eq!(
        ["w:top", "w:left", "w:bottom", "w:right"].map(|k| margin[k].as_str()),
        ["2098", "1587", "1984", "1474"]
    );
    let footer = part(&centred, "word/footer1.xml");
    assert_eq!(footer.child("w:p").unwrap().words(), "— 1 —");
    let mut field = String::new();
    footer.walk(
        &mut |_, e| {
            if e.name == "w:instrText" {
                field.push_str(&e.text);
            }
        },
        "",
    );
    assert_eq!(field.trim(), "PAGE");

    let outside = write(&doc, &Style::parse("[page]\npage_number = \"outside\"").unwrap()).unwrap();
    assert!(part(&outside, "word/settings.xml").child("w:evenAndOddHeaders").is_some());
    let align = |n: &str| part(&outside, n).child("w:p").unwrap().val(&["w:pPr", "w:jc"]).map(str::to_owned);
    assert_eq!(align("word/footer1.xml").as_deref(), Some("right"));
    assert_eq!(align("word/footer2.xml").as_deref(), Some("left"));
}

#[test]
fn rows_do_not_split_and_a_table_that_fits_stays_together() {
    let bytes = write(&document("2021", |i| i as u64), &Style::default()).unwrap();
    let document = part(&bytes, "word/document.xml");
    for table in document.child("w:body").unwrap().all("w:tbl") {
        assert_eq!(table.at(&["w:tblPr", "w:tblLayout"]).unwrap().attributes["w:type"], "fixed");
        assert_eq!(table.at(&["w:tblPr", "w:tblBorders", "w:insideH"]).unwrap().attributes["w:sz"], "4");
        let rows: Vec<&Element> = table.all("w:tr").collect();
        for (index, row) in rows.iter().enumerate() {
            assert!(row.at(&["w:trPr", "w:cantSplit"]).is_some());
            for tc in row.all("w:tc") {
                let keeps = tc.at(&["w:p", "w:pPr", "w:keepNext"]).is_some();
                assert_eq!(keeps, index + 1 < rows.len(), "row {index}");
            }
        }
    }
}

#[test]
fn tables_that_touch_stay_apart_and_faulty_ones_are_refused() {
    let cell = |column| Cell {
        column,
        row_span: 1,
        column_span: 1,
        text: "一".into(),
        role: CellRole::Data,
        align: Align::Center,
        indent: 0,
    };
    let table = |cells: Vec<Cell>, columns: usize| {
        let rows = vec![Row { cells }];
        Block::Table(Table {
            caption: "表".into(), widths: vec![1.0; columns], header_rows: 9, label_columns: 0, rows
        })
    };
    let mut doc = plain(&[]);
    doc.blocks = vec![table(vec![cell(0)], 1), table(vec![cell(0)], 1)];
    let document = part(&write(&doc, &Style::default()).unwrap(), "word/document.xml");
    let names: Vec<_> = document.child("w:body").unwrap().children.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["w:p", "w:tbl", "w:p", "w:tbl", "w:p", "w:sectPr"]);

    doc.blocks = vec![table(vec![cell(0)], 2)];
    let error = write(&doc, &Style::default()).unwrap_err().to_string();
    assert!(error.contains("表") && error.contains("单元格"), "{error}");

    doc.blocks = vec![Block::Table(Table {
        caption: "空表".into(),
        widths: vec![],
        header_rows: 0,
        label_columns: 0,
        rows: vec![],
    })];
    assert_eq!(see(&write(&doc, &Style::default()).unwrap()).len(), 1);
}

#[test]
fn a_table_of_many_pages_repeats_its_header() {
    let mut doc = document("2021", |i| i as u64);
    for block in &mut doc.blocks {
        let Block::Table(t) = block else { continue };
        let last = t.rows.len() - 1;
        if t.header_rows > 0 && t.label_columns > 0 {
            let row = t.rows[last].clone();
            t.rows.extend(std::iter::repeat_n(row, 100));
        }
    }
    let bytes = write(&doc, &Style::default()).unwrap();
    assert_eq!(unbroken(see(&bytes)), expected(&doc, kept));
    let document = part(&bytes, "word/document.xml");
    let long = document.child("w:body").unwrap().all("w:tbl").nth(1).unwrap();
    let rows: Vec<&Element> = long.all("w:tr").collect();
    let keeps = |r: &Element| r.at(&["w:tc", "w:p", "w:pPr", "w:keepNext"]).is_some();
    assert!(rows[..3].iter().all(|r| keeps(r)));
    assert!(!rows[3..].iter().any(|r| keeps(r)), "rows of a long table may part");
}
