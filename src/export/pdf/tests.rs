use super::reader::{Element, Read, read, resolve, unicode_map};
use lopdf::Object;
use skrifa::raw::types::Tag;
use skrifa::raw::{FontRef, TableProvider};
use skrifa::{MetadataProvider, string::StringId};

use super::*;
use crate::layout::tests::samples::{document, report};
use crate::layout::{FaceFile, Faces, layout, printed_text};
use crate::model::{Block, Document, Paragraph, Value};
use crate::style::Style;

fn pdf(document: &Document) -> Vec<u8> {
    write(
        &layout(document, &Style::default(), &Faces::built_in(), &layout::Cache::default()).unwrap(),
        &Cache::default(),
    )
    .unwrap()
}

/// The expected structure: role and text of each element that contains text, in order.
fn expected(document: &Document) -> Vec<(String, String)> {
    let mut out = vec![("Title".to_owned(), document.title_text())];
    out.extend(document.facts.iter().map(|f| ("P".to_owned(), f.clone())));
    for block in &document.blocks {
        match block {
            Block::Heading { level, text } => out.push((format!("H{level}"), text.clone())),
            Block::Paragraph { text } => out.push(("P".to_owned(), text.clone())),
            Block::Table(table) => {
                for cell in table.rows.iter().flat_map(|r| &r.cells) {
                    let role = if cell.role == crate::model::CellRole::Data { "TD" } else { "TH" };
                    out.push((role.to_owned(), cell.text.clone()));
                }
            }
        }
    }
    let printed = out.into_iter().map(|(role, text)| (role, printed_text(&text)));
    printed.filter(|(role, text)| role.starts_with('T') || !text.is_empty()).collect()
}

fn found(root: &Element) -> Vec<(String, String)> {
    let holds = |role: &str| matches!(role, "Title" | "P" | "TH" | "TD") || role.starts_with('H');
    let all = root.walk().into_iter().filter(|e| holds(&e.role));
    all.map(|e| (e.role.clone(), e.text.clone())).collect()
}

fn assert_reads_back(document: &Document) -> (Vec<u8>, Read) {
    let bytes = pdf(document);
    let read = read(&bytes);
    let (expected, found) = (expected(document), found(&read.root));
    for (e, f) in expected.iter().zip(&found) {
        assert_eq!(e, f);
    }
    assert_eq!(expected.len(), found.len());
    (bytes, read)
}

/// A report with all kinds of difficult text.
fn troubled() -> Document {
    let mut report = report("2021", |n| Value::Count(n * 99_991));
    report.cover.published = Some("2025年1月20日".into());
    report.cover.index = Some("014088230/2025-00012".into());
    report.sections[4].before = [
        "空格 保留 ，两个  空格也是；ABC与中文，2024 年，（一）“引号”——破折号……省略号",
        "He said “open data” is good; don’t break affine fi ffl AV To. Café, naïve.",
        "罕用字：𠮷、㐂、䶮、𫖯、〇。",
        "=SUM(A1:A2) <b>&amp;</b> \\(括号\\) %%EOF",
        "控制\u{1}字符\u{200b}与零宽\u{feff}，制表\t符，换行\n之后",
        "",
        "　　全角空格开头",
        "http://www.example.gov.cn/zwgk/xxgkml/2024/12/t20241231_123456789012345678901234567890.html?channel=1&id=2",
        "无空格长串ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789012345678901234567890123456789",
        "（《【“开头的括号”】》）。，、；：？！",
        "，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，，",
        "\u{a0}不断空格\u{a0}与\u{2003}长空格",
    ]
    .map(Paragraph::body)
    .to_vec();
    crate::compose::compose(&report)
}

#[test]
fn text_reads_back_character_for_character() {
    for edition in ["2021", "2019"] {
        assert_reads_back(&document(edition, |n| Value::Count(n * 37)));
    }
    assert_reads_back(&troubled());
}

#[test]
fn a_report_is_small_and_its_fonts_are_embedded() {
    let (bytes, read) = assert_reads_back(&document("2021", |n| Value::Count(1_000_000 + n)));
    assert!(bytes.len() <= 300_000, "{} bytes", bytes.len());
    let mut fonts = 0;
    for object in read.document.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if font.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Type0") {
            fonts += 1;
            assert!(font.has(b"ToUnicode"));
            let name = font.get(b"BaseFont").unwrap().as_name().unwrap();
            assert!(name.len() > 7 && name[6] == b'+', "not a subset");
            let below = resolve(&read.document, &font.get(b"DescendantFonts").unwrap().as_array().unwrap()[0]);
            let descriptor = resolve(&read.document, below.as_dict().unwrap().get(b"FontDescriptor").unwrap());
            let descriptor = descriptor.as_dict().unwrap();
            assert!(descriptor.has(b"FontFile2") || descriptor.has(b"FontFile3"), "not embedded");
        }
    }
    assert!(fonts >= 5, "{fonts} fonts");
    let text: String = found(&read.root).into_iter().map(|f| f.1).collect();
    assert!(!text.chars().any(|c| matches!(c, '\u{f900}'..='\u{faff}' | '\u{2e80}'..='\u{2fdf}')));
}

/// The outline of a glyph, as bytes of the table `glyf`.
fn outline<'f>(font: &FontRef<'f>, glyph: u32) -> &'f [u8] {
    let (glyf, loca) = (font.data_for_tag(Tag::new(b"glyf")).unwrap().as_bytes(), font.loca(None).unwrap());
    let at = |n: u32| loca.get_raw(n as usize).unwrap() as usize;
    &glyf[at(glyph)..at(glyph + 1)]
}

#[test]
fn every_ideograph_and_every_digit_is_drawn_as_its_face_draws_it() {
    let name =
        |font: &FontRef<'_>| font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first().unwrap().to_string();
    let faces = Faces::built_in();
    let files: Vec<_> = (0..).map_while(|face| faces.bytes(face)).collect();
    let files: Vec<FontRef<'_>> = files.iter().map(|f| FontRef::new(f.bytes()).unwrap()).collect();
    let (mut drawn, read) = (0, read(&pdf(&document("2021", Value::Count))));
    for font in read.document.objects.values().filter_map(|o| o.as_dict().ok()).filter(|d| d.has(b"DescendantFonts")) {
        let below = resolve(&read.document, &font.get(b"DescendantFonts").unwrap().as_array().unwrap()[0]);
        let descriptor = resolve(&read.document, below.as_dict().unwrap().get(b"FontDescriptor").unwrap());
        let program = resolve(&read.document, descriptor.as_dict().unwrap().get(b"FontFile2").unwrap());
        let program = program.as_stream().unwrap();
        let bytes = program.get_plain_content().unwrap();
        assert_eq!(program.dict.get(b"Length1").unwrap().as_i64().unwrap(), bytes.len() as i64);
        let subset = FontRef::new(&bytes).unwrap();
        let face = files.iter().find(|f| name(f) == name(&subset)).unwrap();
        for (code, text) in unicode_map(&read.document, font) {
            let Some(c @ ('0'..='9' | '\u{3400}'..='\u{9fff}')) = text.chars().next() else { continue };
            let whole = outline(face, face.charmap().map(c).unwrap().to_u32());
            // A short offset counts words: there may be a byte of padding.
            assert!(!whole.is_empty() && outline(&subset, code.into()).starts_with(whole), "{c}");
            drawn += 1;
        }
    }
    assert!(drawn > 400, "{drawn}");
}

#[test]
fn every_cross_reference_and_every_length_is_right() {
    let bytes = pdf(&document("2021", Value::Count));
    let (start, end) = (memchr::memmem::rfind(&bytes, b"\nxref\n").unwrap() + 1, bytes.len());
    let tail = String::from_utf8(bytes[start..end].to_vec()).unwrap();
    assert!(tail.ends_with(&format!("startxref\n{start}\n%%EOF")), "{}", &tail[tail.len() - 60..]);
    let mut streams = 0;
    for (number, entry) in tail.lines().skip(3).take_while(|l| l.ends_with(" n")).enumerate() {
        let at: usize = entry[..10].parse().unwrap();
        let object = &bytes[at..];
        let head = format!("{} 0 obj\n", number + 1);
        assert!(object.starts_with(head.as_bytes()), "{head}");
        if let Some(rest) = object[head.len()..].strip_prefix(b"<</Length ") {
            let length: usize = String::from_utf8_lossy(&rest[..12]).split(['/', '>']).next().unwrap().parse().unwrap();
            let data = memchr::memmem::find(rest, b">>\nstream\n").unwrap() + 10;
            assert!(rest[data + length..].starts_with(b"\nendstream\nendobj\n"), "{head}");
            streams += 1;
        }
    }
    assert!(streams > 20, "{streams}");
}

#[test]
fn one_file_under_two_names_is_one_font() {
    let mut style = Style::default();
    style.face.body = "./NotoSansSC-Medium.ttf".to_owned();
    style.face.heading2 = "././NotoSansSC-Medium.ttf".to_owned();
    let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    let file = |name: &str| FaceFile { path: name.to_owned(), bytes: Ok(std::fs::read(base.join(name)).unwrap()) };
    let faces = Faces::new(&style, file).unwrap();
    let document = document("2021", Value::Count);
    let bytes =
        write(&layout(&document, &style, &faces, &layout::Cache::default()).unwrap(), &Cache::default()).unwrap();
    assert_eq!(found(&read(&bytes).root), expected(&document));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let document = troubled();
    assert!(pdf(&document) == pdf(&document));
    // The only author is the agency, and the date is that of the report.
    let read = read(&pdf(&document));
    let info = read.document.trailer.get(b"Info").unwrap();
    let info = resolve(&read.document, info).as_dict().unwrap();
    let text = |key: &[u8]| lopdf::decode_text_string(info.get(key).unwrap()).unwrap();
    assert_eq!(text(b"Author"), "老城区科学技术局");
    assert_eq!(text(b"Title"), "老城区科学技术局2024年政府信息公开工作年度报告");
    assert!(text(b"CreationDate").starts_with("D:20250120"), "{}", text(b"CreationDate"));
}

#[test]
fn table_three_is_whole_on_one_page() {
    for edition in ["2021", "2019"] {
        for value in [0, 1_234_567] {
            let (_, read) = assert_reads_back(&document(edition, |_| Value::Count(value)));
            let tables = read.root.with_role("Table");
            assert_eq!(tables.len(), 3);
            for table in tables {
                let mut pages: Vec<usize> = table.walk().iter().flat_map(|e| e.pages.clone()).collect();
                pages.dedup();
                assert_eq!(pages.len(), 1, "{edition}");
            }
        }
    }
}

#[test]
fn headers_are_tagged_with_scope_and_span() {
    let (_, read) = assert_reads_back(&document("2021", |_| Value::Blank));
    let three = read.root.with_role("Table")[1];
    let attributes = |text: &str| &three.walk().into_iter().find(|e| e.text.contains(text)).unwrap().attributes;
    for (text, scope) in [("三、本年度办理结果", "Row"), ("法人或其他组织", "Column"), ("科研机构", "Column")]
    {
        assert!(attributes(text).contains(&format!("/{scope}")), "{}", attributes(text));
    }
    assert!(attributes("三、本年度办理结果").contains("RowSpan"));
    assert!(attributes("法人或其他组织").contains("ColSpan"));
    // Blank values keep their cells.
    assert_eq!(three.with_role("TD").len(), 175);
}

/// A table of `rows` rows under a two-row header, with labels over ten rows each.
fn long_table(rows: usize) -> Document {
    use crate::model::{Align, Cell, CellRole, Row, Table};
    let cell = |column, row_span, column_span, text: String, role| Cell {
        column,
        row_span,
        column_span,
        text,
        role,
        align: Align::Center,
        indent: 0,
    };
    let head = |column, row_span, column_span, text: &str| {
        cell(column, row_span, column_span, text.to_owned(), CellRole::ColumnHeader)
    };
    let mut all = vec![
        Row { cells: vec![head(0, 2, 2, "项目"), head(2, 1, 2, "数量")] },
        Row { cells: vec![head(2, 1, 1, "上年"), head(3, 1, 1, "本年")] },
    ];
    for r in 0..rows {
        let mut cells = Vec::new();
        if r % 10 == 0 {
            let span = 10.min(rows - r);
            cells.push(cell(0, span, 1, format!("（{}）组标签", r / 10), CellRole::RowHeader));
        }
        cells.push(cell(1, 1, 1, format!("第{r}行"), CellRole::RowHeader));
        cells.extend([2, 3].map(|c| cell(c, 1, 1, (r * 10 + c).to_string(), CellRole::Data)));
        all.push(Row { cells });
    }
    let table =
        Table {
            caption: "长表".into(), widths: vec![1.0, 3.0, 1.0, 1.0], header_rows: 2, label_columns: 2, rows: all
        };
    let blocks = vec![Block::Heading { level: 1, text: "一、长表".into() }, Block::Table(table)];
    Document { language: "zh-CN", title: vec!["标题".into()], agency: "某局".into(), blocks, ..Document::default() }
}

#[test]
fn a_long_table_repeats_header_and_labels_as_artifacts() {
    let (_, read) = assert_reads_back(&long_table(95));
    assert!(read.artifacts.len() >= 3, "{} pages", read.artifacts.len());
    assert!(!read.artifacts[0].contains("项目"));
    for page in &read.artifacts[1..] {
        assert!(page.starts_with("项目数量上年本年"), "{page}");
    }
    let table = read.root.with_role("Table")[0];
    for row in table.with_role("TR") {
        let mut pages: Vec<usize> = row.walk().iter().flat_map(|e| e.pages.clone()).collect();
        pages.dedup();
        assert_eq!(pages.len(), 1, "a row is not split");
    }
    // A label whose rows continue on the next page is printed again beside the rest of them.
    let starts: Vec<usize> =
        table.with_role("TR").iter().map(|r| r.walk().iter().flat_map(|e| e.pages.clone()).next().unwrap()).collect();
    for (page, artifact) in read.artifacts.iter().enumerate().skip(1) {
        let first = starts.iter().position(|p| *p == page).unwrap() - 2;
        if first % 10 != 0 {
            assert!(artifact.contains(&format!("（{}）组标签", first / 10)), "{artifact}");
        }
    }
}

#[test]
fn headings_without_gaps_and_documents_without_anything_are_valid() {
    let heading = |level, text: &str| Block::Heading { level, text: text.into() };
    let mut document = long_table(1);
    document.blocks =
        vec![heading(2, "（一）先有二级"), heading(3, "1.三级"), heading(1, "一、一级"), heading(3, "1.跳级")];
    let read = read(&pdf(&document));
    let levels: Vec<String> = found(&read.root).into_iter().map(|f| f.0).filter(|r| r.starts_with('H')).collect();
    assert_eq!(levels, ["H1", "H2", "H1", "H2"]);
    document.blocks.clear();
    document.title.clear();
    assert!(!pdf(&document).is_empty());
    // A heading or title longer than PDF strings can be.
    document.title = vec!["题".repeat(40_000)];
    document.blocks = vec![heading(1, &"长".repeat(40_000))];
    assert!(!pdf(&document).is_empty());
}

/// Characters that lines, quotes, faces and strings treat specially.
const ODD: &str =
    "国年（）《》“”‘’，。、——……·%12.5第〔〕万元aBé/-_:@\\()<>&= \u{a0}\u{3000}\u{2003}\t\n\u{200b}\u{1}𠮷①℃～〜‐";

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_laid_out_and_reads_back(
        texts in proptest::collection::vec(
            proptest::collection::vec(proptest::sample::select(ODD.chars().collect::<Vec<_>>()), 0..90),
            8,
        ),
    ) {
        let mut texts = texts.into_iter().map(String::from_iter).collect::<Vec<String>>().into_iter();
        let mut document = long_table(3);
        document.title = texts.by_ref().take(3).collect();
        document.facts = texts.by_ref().take(1).collect();
        if let Block::Table(table) = &mut document.blocks[1] {
            table.rows[0].cells[0].text = texts.next().unwrap();
            table.rows[2].cells[3].text = texts.next().unwrap();
        }
        let level = |text| Block::Heading { level: 1, text };
        document.blocks.extend(texts.next().map(level));
        document.blocks.extend(texts.next().map(|text| Block::Paragraph { text }));
        // Blank text is not drawn as a paragraph.
        document.facts.retain(|t| !printed_text(t).is_empty());
        document.blocks.retain(|b| match b {
            Block::Heading { text, .. } | Block::Paragraph { text } => !printed_text(text).trim().is_empty(),
            Block::Table(_) => true,
        });
        let read = read(&pdf(&document));
        let all = |found: Vec<(String, String)>| found.into_iter().filter(|f| !f.1.is_empty()).collect::<Vec<_>>();
        proptest::prop_assert_eq!(all(expected(&document)), all(found(&read.root)));
    }
}
