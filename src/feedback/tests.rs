use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::*;
use crate::batch::{Record, Status};
use crate::model::{Address, Code, Finding, Source, finding};

fn record(file: &str, status: Status, findings: Vec<Finding>) -> Record {
    Record { file: file.to_owned(), status, findings, ..Record::of_test(1) }
}

fn records() -> Vec<Record> {
    let at = |row| Source::cell(&"三、依申请公开".into(), Address { row, column: 3 });
    let error = finding(Code::K301, "总计为 14，应等于 12+3=15 <&\"\u{1}").at(at(26)).related([at(6)]).hint("请核对");
    let warning = finding(Code::K307, "件数偏少").at(at(3));
    let failed = finding(Code::I101, "文件不完整");
    let passed = finding(Code::I102, "这是图片");
    vec![
        record("各单位/甲 局.xlsx", Status::Findings, vec![error, warning.clone()]),
        record("乙.xlsx", Status::Ok, vec![warning]),
        record("丙.xlsx", Status::Failed, vec![failed]),
        record("丁.png", Status::Skipped, vec![passed]),
    ]
}

#[test]
fn a_code_is_set_apart_from_the_figure_before_it() {
    let at = Source::cell(&"一、总体情况".into(), Address { row: 3, column: 1 });
    let placed = finding(Code::T501, "“一、总体情况”B4 写“12件”，而表三 J5 是 15").at(at.clone());
    let short = finding(Code::T501, "正文写“12件”，而表三是 15").at(at);
    let page =
        page::section(&record("甲.xlsx", Status::Findings, vec![placed, short]), &page::ShownNames::default(), None);
    assert!(page.contains("J5 是 15（T501）"), "{page}");
    assert!(page.contains("表三是 15（“一、总体情况”B4，T501）"), "{page}");
}

#[test]
fn sarif_holds_every_finding_with_its_place_and_its_rule() {
    let records = records();
    let log: Value = serde_json::from_str(&sarif(&records)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), records.iter().map(|r| r.findings.len()).sum::<usize>());
    let first = &results[0];
    assert_eq!((first["ruleId"].as_str(), first["level"].as_str()), (Some("K301"), Some("error")));
    let uri = first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
    assert_eq!(uri, "%E5%90%84%E5%8D%95%E4%BD%8D/%E7%94%B2%20%E5%B1%80.xlsx");
    assert_eq!(first["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "“三、依申请公开”D27");
    assert_eq!(first["relatedLocations"][0]["logicalLocations"][0]["fullyQualifiedName"], "“三、依申请公开”D7");
    assert!(first["message"]["text"].as_str().unwrap().ends_with("；请核对"));
    // Each rule with a finding is described once.
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_eq!(rules, ["I101", "I102", "K301", "K307"]);
}

#[test]
fn junit_is_well_formed_and_counts_what_fails() {
    for (strict, failures) in [(false, 2), (true, 3)] {
        let xml = junit(&records(), strict);
        let mut reader = Reader::from_str(&xml);
        reader.config_mut().enable_all_checks(true);
        let (mut cases, mut failed, mut skipped) = (0, 0, 0);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(e) | Event::Empty(e) => match e.name().as_ref() {
                    "testcase" => cases += 1,
                    "failure" => failed += 1,
                    "skipped" => skipped += 1,
                    "testsuite" => {
                        let stated = e.try_get_attribute("failures").unwrap().unwrap();
                        assert_eq!(&*stated.value, failures.to_string());
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!((cases, skipped), (4, 1));
        assert_eq!(failed, if strict { 4 } else { 2 });
        assert!(xml.contains("12+3=15 &lt;&amp;&quot;\u{fffd}"), "{xml}");
    }
}

#[test]
fn the_page_draws_the_cells_in_question_with_the_numbers_of_their_findings() {
    use crate::form;
    use crate::model::{Origins, Place, Report, Value};

    let mut report = Report::blank(form::built_in()[0].clone());
    let mut origins = Origins::default();
    let at = |row| Source::cell(&"三、依申请公开".into(), Address { row, column: 3 });
    for (slot, row) in [(0, 26), (1, 6), (2, 3)] {
        report.tables[1][slot] = Value::Count(40 + slot as u64);
        origins.note(Place::Value { table: 1, slot }, at(row), "");
    }
    let records = records();
    let own = page::section(&records[0], &page::ShownNames::default(), Some((&report, &origins)));
    for part in [
        "<td class=\"e\">40<sup>1</sup></td>",
        "<td class=\"r\">41<sup>1</sup></td>",
        "<td class=\"w\">42<sup>2</sup></td>",
        "12+3=15 &lt;&amp;&quot;\u{fffd}",
    ] {
        assert!(own.contains(part), "{part}: {own}");
    }
    // Only the table that a finding refers to is drawn.
    assert_eq!(own.matches("<table>").count(), 1);
    let page = page::page(&records, &[own, page::section(&records[2], &page::ShownNames::default(), None)]);
    assert!(page.contains("共 4 份：正常 1，有问题 1，失败 1，略过 1。其中 2 份有警告。</p>"), "{page}");
    assert!(page.contains("没有读懂") && !page.contains("只画出前"));
    let body = page.strip_prefix("<!DOCTYPE html>").unwrap();
    let mut reader = Reader::from_str(body);
    reader.config_mut().check_end_names = false;
    while !matches!(reader.read_event().unwrap(), Event::Eof) {}
    assert!(!page.contains("<script") && !page.contains("http"));
}

#[test]
fn paragraphs_have_their_place_and_the_findings_on_it() {
    use crate::form;
    use crate::model::{Fact, Origins, Paragraph, Place, Report};

    let mut report = Report::blank(form::built_in()[0].clone());
    report.cover.contact = Some("某局办公室".into());
    report.sections[0].before = vec![
        Paragraph { level: 2, text: "（一）主动公开".into() },
        Paragraph { level: 0, text: "收到申请9件。".into() },
    ];
    let mut origins = Origins::default();
    let own = Source::cell(&"正文".into(), Address { row: 3, column: 1 });
    origins.note(Place::Paragraph { section: 0, paragraph: 1 }, own.clone(), "");
    let related = Source::cell(&"封面".into(), Address { row: 4, column: 1 });
    origins.note(Place::Fact(Fact::Contact), related.clone(), "");
    let other = finding(Code::N105, "别处").at(Source::sheet(&"正文".into()));
    let found = finding(Code::T501, "不一致").at(own).related([related]);
    let drawn = texts(&report, &origins, &[other, found]);
    let marked: Vec<_> =
        drawn.iter().flat_map(|section| &section.paragraphs).map(|p| (&*p.text, &*p.findings, p.severity)).collect();
    let contact = marked.iter().find(|(text, ..)| text.ends_with("：某局办公室")).unwrap();
    assert_eq!((contact.1, contact.2), (&[1][..], None));
    let section = drawn.iter().find(|section| section.heading == report.form.sections[0].heading).unwrap();
    assert!(section.paragraphs[0].is_heading && section.paragraphs[0].findings.is_empty());
    let paragraph = &section.paragraphs[1];
    assert_eq!((&*paragraph.findings, paragraph.severity), (&[1][..], Some(Severity::Warning)));
    assert!(paragraph.place.as_deref().is_some_and(|place| place.starts_with("“正文”")));
    let free = form::built_in().iter().find(|f| f.free_headings).unwrap();
    let mut report = Report::blank(free.clone());
    report.sections[0].before = vec![Paragraph { level: 1, text: "一、概述".into() }];
    let one = texts(&report, &Origins::default(), &[]);
    assert!(one.len() == 1 && one[0].heading.is_empty() && one[0].paragraphs.last().is_some_and(|p| p.is_heading));
    // Sections without text are left out.
    assert!(drawn.iter().all(|section| !section.paragraphs.is_empty()));
}

#[test]
fn the_page_says_what_it_does_not_draw() {
    let records = records();
    let skipped = page::section(&records[3], &page::ShownNames::default(), None);
    assert!(skipped.contains("<p>略过</p>") && !skipped.contains("没有读懂"), "{skipped}");
    // For a file that could not be opened, the page does not mention missing tables.
    assert!(!page::section(&records[2], &page::ShownNames::default(), None).contains("画不出表格"));
    let at = Source::cell(&"三、依申请公开".into(), Address { row: 26, column: 3 });
    let refused = finding(Code::N201, "这一行没有认出").at(at);
    let own = page::section(&record("戊.xlsx", Status::Failed, vec![refused]), &page::ShownNames::default(), None);
    assert!(own.contains("“三、依申请公开”D27") && own.contains("画不出表格"), "{own}");
    let many = vec![records[1].clone(); page::MOST_DRAWN + 1];
    assert!(page::page(&many, &[]).contains("只画出前 200 个的表格"));
}

#[test]
fn a_marked_copy_reads_as_the_workbook_and_shows_what_is_wrong_where() {
    use std::io::Read;

    use crate::import::{Limits, read_bytes};

    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/云泽市住房和城乡建设局-2023.xlsx");
    let book = read_bytes("a.xlsx", &std::fs::read(sample).unwrap(), &Limits::default()).unwrap();
    let at = |row| Source::cell(&"三、依申请公开".into(), Address { row, column: 3 });
    let found = finding(Code::K301, "这里不对").at(at(6)).related([at(7)]).hint("请改");
    let marked = mark(&book, std::slice::from_ref(&found)).unwrap();
    assert_eq!(marked, mark(&book, std::slice::from_ref(&found)).unwrap());
    let copy = read_bytes("x.xlsx", &marked, &Limits::default()).unwrap();
    assert_eq!(&*copy.sheets[0].name, "检查结果");
    for (own, copied) in book.sheets.iter().zip(&copy.sheets[1..]) {
        assert_eq!((&own.name, own.hidden, &own.merges), (&copied.name, copied.hidden, &copied.merges));
        let contents =
            |s: &crate::import::Sheet| -> Vec<_> { s.cells.iter().map(|c| (c.at, c.content.clone())).collect() };
        assert_eq!(contents(own), contents(copied), "{}", own.name);
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&marked)).unwrap();
    let mut notes = String::new();
    zip.by_name("xl/comments1.xml").unwrap().read_to_string(&mut notes).unwrap();
    assert!(
        notes.contains("ref=\"D7\"") && notes.contains("ref=\"D8\"") && notes.contains("这里不对；请改"),
        "{notes}"
    );
}

/// A workbook of one sheet.
fn book(sheet: crate::import::Sheet) -> crate::import::Workbook {
    crate::import::Workbook { name: "x.xlsx".to_owned(), sheets: vec![sheet] }
}

fn number(row: u32, column: u32) -> crate::import::Cell {
    let content = crate::import::Content::Number(1.into());
    crate::import::Cell { at: Address { row, column }, content, formula: false }
}

fn marked_sheets(book: &crate::import::Workbook, findings: &[Finding]) -> Vec<crate::import::Sheet> {
    let bytes = mark(book, findings).unwrap();
    crate::import::read_bytes("x.xlsx", &bytes, &crate::import::Limits::default()).unwrap().sheets
}

#[test]
fn spans_that_excel_does_not_take_are_cut_or_left_out() {
    use crate::import::{Sheet, Span};

    let at = |text: &str| text.parse::<Address>().unwrap();
    let span = |first, last| Span { first: at(first), last: at(last) };
    let cells = vec![number(0, 0), number(1, 1), number(4, 3)];
    let merges =
        vec![span("A1", "B1"), span("B1", "C2"), span("C3", "C3"), span("C4", "XFD1048576"), span("A40", "XFD1048576")];
    let sheet = Sheet { name: "甲".into(), cells, merges, ..Sheet::default() };
    assert_eq!(marked_sheets(&book(sheet.clone()), &[])[1].merges, [span("A1", "B1"), span("C4", "D5")]);
    // The used area may be the whole sheet.
    let cells = vec![number(0, 0), number(1_048_575, 16_383)];
    let merges = vec![span("A1", "XFD1048575"), span("A1048576", "B1048576")];
    let sheet = Sheet { cells, merges, ..sheet };
    assert_eq!(marked_sheets(&book(sheet), &[])[1].merges, [span("A1048576", "B1048576")]);
}

#[test]
fn sheets_get_names_that_excel_takes() {
    use crate::import::{Sheet, Workbook};

    let long = "一".repeat(40);
    let names = ["检查结果", long.as_str(), long.as_str(), "a/b", "A_B", "'", ""];
    let sheet = |name: &&str| Sheet { name: (*name).into(), cells: vec![number(0, 0)], ..Sheet::default() };
    let book = Workbook { name: "x.ods".to_owned(), sheets: names.iter().map(sheet).collect() };
    let source = Source::cell(&long.as_str().into(), Address { row: 0, column: 0 });
    let found = finding(Code::K301, "这里不对").at(source);
    let bytes = mark(&book, &[found]).unwrap();
    let copy = crate::import::read_bytes("x.xlsx", &bytes, &crate::import::Limits::default()).unwrap();
    let copied: Vec<&str> = copy.sheets.iter().map(|s| &*s.name).collect();
    let (first, second) = ("一".repeat(31), "一".repeat(30) + "2");
    assert_eq!(copied, ["检查结果2", "检查结果", &first, &second, "a_b", "A_B2", "2", "3"]);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    assert!(zip.by_name("xl/comments1.xml").is_ok(), "the finding is on the sheet of its old name");
}

#[test]
fn many_cells_and_findings_are_marked_in_one_pass() {
    use crate::import::{Sheet, Span};

    const ROWS: u32 = 25_000;
    let name = "甲".into();
    let cells: Vec<_> = (0..ROWS).flat_map(|r| (0..4).map(move |c| number(r, c))).collect();
    let merges =
        (0..ROWS).map(|row| Span { first: Address { row, column: 0 }, last: Address { row, column: 1 } }).collect();
    let book = book(Sheet { name: Arc::clone(&name), cells, merges, ..Sheet::default() });
    let total = Source::cell(&name, Address { row: 0, column: 0 });
    let one = |i: u32| {
        let at = Source::cell(&name, Address { row: i / 4, column: i % 4 });
        finding(Code::K301, format!("第 {i} 处")).at(at).related([total.clone()])
    };
    let findings: Vec<Finding> = (0..4 * ROWS).map(one).collect();
    // A search through all cells for each finding would take hours.
    mark(&book, &findings).unwrap();
}
