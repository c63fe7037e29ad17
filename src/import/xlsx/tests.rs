//! Two ways to the values of a workbook: what is read plainly is what calamine reads.

use std::cell::Cell as Counter;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::super::package::{Package, open};
use super::*;

type Read = Result<Vec<Sheet>, ImportError>;

/// A package read plainly, where it is written so, and by calamine.
fn both(package: &TextPackage, limits: &Limits) -> (Option<Read>, Read) {
    let directory = Directory::of(package, limits).unwrap();
    let styles = text_of(package, directory.styles.as_ref()).unwrap();
    let formats = styles.map(|s| formats::formats(s.as_bytes())).unwrap_or_default();
    let framed = || framed(&directory, package, &formats, limits);
    let mut plain = match framed() {
        Ok(framed) => framed,
        Err(e) => return (None, Err(e)),
    };
    let plainly = plain_sheets(&directory, package, &mut plain, &formats, limits).transpose();
    let mut slowly = framed().unwrap();
    for framed in &mut slowly {
        let canonical = match canonical(framed.xml) {
            Ok(canonical) => canonical,
            Err(e) => return (plainly, Err(e)),
        };
        framed.frame = frame(&canonical, &formats, limits).unwrap();
        framed.canonical = Some(canonical);
    }
    (plainly, by_calamine(&directory, package, styles, slowly, limits))
}

#[test]
fn every_sample_is_read_alike_both_ways() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let mut plain = 0;
    for folder in [samples.to_owned(), format!("{samples}/archive")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.extension().is_some_and(|e| ["xlsx", "xlsm", "xltx"].iter().any(|x| e == *x)) {
                continue;
            }
            let (bytes, limits) = (std::fs::read(&path).unwrap(), Limits::default());
            let (plainly, by_calamine) = both(&open(&bytes, &limits).unwrap(), &limits);
            if let Some(plainly) = plainly {
                assert_eq!(plainly.unwrap(), by_calamine.unwrap(), "{}", path.display());
                plain += 1;
            }
        }
    }
    assert!(plain >= 8, "only {plain} samples are written plainly");
}

/// Cells with values of every kind, well and badly written.
const CELLS: [&str; 30] = [
    "<v>7</v>",
    "<v>007</v>",
    "<v>-0</v>",
    "<v>+3</v>",
    "<v>160.59639999999999</v>",
    "<v>1.5E+3</v>",
    "<v>1e300</v>",
    "<v>123456789012345678</v>",
    "<v> 7</v>",
    "<v>seven</v>",
    "<v>inf</v>",
    "<v></v>",
    "<v/>",
    "",
    "<f>A1</f>",
    "<f>A1</f><v/>",
    "<f>A1</f><v>2</v>",
    "<f t=\"shared\" si=\"0\" ref=\"A1:A2\">A1</f><v>3</v>",
    "<f t=\"shared\" si=\"x\">A1</f><v>3</v>",
    "<f t=\"array\" ref=\"A1\">A1</f><v>3</v>",
    "<v>3</v><f>A1</f>",
    "<f>A1</f><f>A2</f><v>3</v>",
    "<v>3</v><extLst/>",
    "<v>0</v>",
    "<v>1</v>",
    "<v>2</v>",
    "<v>99</v>",
    "<is><t>甲</t></is>",
    "<v>a&lt;b</v>",
    "<v>a_x000D_b\r\nc</v>",
];

const KINDS: [&str; 8] =
    ["", " t=\"n\"", " t=\"s\"", " t=\"str\"", " t=\"b\"", " t=\"e\"", " t=\"inlineStr\"", " s=\"1\""];

/// Strings of a shared-strings table.
const STRINGS: [&str; 16] = [
    "<si><t>甲</t></si>",
    "<si><t xml:space=\"preserve\"> 乙 </t></si>",
    "<si><t> 丙\n</t></si>",
    "<si><t>a&amp;b&#49;</t></si>",
    "<si><t>a&nbsp;b</t></si>",
    "<si><t>一_x000D_\r\n二</t></si>",
    "<si><r><rPr><b/></rPr><t>一</t></r><r><t xml:space=\"preserve\"> 二</t></r></si>",
    "<si><r><rPr><vertAlign val=\"superscript\"/></rPr><t>2</t></r></si>",
    "<si><r><t>汉</t></r><rPh sb=\"0\" eb=\"1\"><t>han</t></rPh><phoneticPr fontId=\"1\"/></si>",
    "<si><t>字</t><rPh sb=\"0\" eb=\"1\"><t>zi</t></rPh></si>",
    "<si><t/></si>",
    "<si/>",
    "<si><t>一</t><t>二</t></si>",
    "<si><x><t>一</t></x></si>",
    "<si><!-- 一 --><t>二</t></si>",
    "<x:si><x:t>一</x:t></x:si>",
];

fn parts(cells: &[(u32, usize, usize)], strings: &[usize], format: &str) -> Vec<(String, String)> {
    let own = |name: &str, text: String| (name.to_owned(), text);
    let relation = |id: &str, kind: &str, target: &str| {
        let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
        format!(r#"<Relationship Id="{id}" Type="{kind}" Target="{target}"/>"#)
    };
    let all = [
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "styles", "styles.xml"),
        relation("r3", "sharedStrings", "sharedStrings.xml"),
    ];
    let cells = cells.iter().map(|(column, kind, cell)| {
        let at = Address { row: 0, column: *column };
        format!(r#"<c r="{at}"{}>{}</c>"#, KINDS[*kind], CELLS[*cell])
    });
    let strings: String = strings.iter().map(|s| STRINGS[*s]).collect();
    vec![
        own(
            "_rels/.rels",
            format!("<Relationships>{}</Relationships>", relation("r1", "officeDocument", "xl/workbook.xml")),
        ),
        own(
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>"#.into(),
        ),
        own("xl/_rels/workbook.xml.rels", format!("<Relationships>{}</Relationships>", all.concat())),
        own(
            "xl/styles.xml",
            format!(
                r#"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="{format}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/></cellXfs></styleSheet>"#
            ),
        ),
        own("xl/sharedstrings.xml", format!(r#"<sst count="9" uniqueCount="9">{strings}</sst>"#)),
        own(
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet><sheetData><row r="1">{}</row></sheetData></worksheet>"#, cells.collect::<String>()),
        ),
    ]
}

#[test]
fn what_is_read_plainly_is_what_calamine_reads() {
    // Beside one plain cell, so that most workbooks have a value that counts.
    let cell = (0u32..6, 0..KINDS.len(), 0..CELLS.len());
    let cells = proptest::collection::vec(cell, 1..3);
    let strings = proptest::collection::vec(0..STRINGS.len(), 1..4);
    let format = prop::sample::select(vec!["0", "#,##0.00", "yyyy/m/d", "[h]:mm", "0&quot;件&quot;", "General"]);
    let read = Counter::new((0, 0));
    let found =
        TestRunner::new(ProptestConfig::with_cases(3000)).run(&(cells, strings, format), |(cells, strings, f)| {
            let parts = parts(&cells, &strings, f);
            let package = Package { parts: parts.iter().cloned().map(|(name, xml)| (name, Ok(xml))).collect() };
            let limits = Limits { text_bytes: 12, ..Limits::default() };
            let (plainly, by_calamine) = both(&package, &limits);
            let (plain, left) = read.get();
            read.set(if plainly.is_some() { (plain + 1, left) } else { (plain, left + 1) });
            if let Some(plainly) = plainly {
                let told = |read: Read| read.map_err(|e| e.to_string());
                prop_assert_eq!(told(plainly), told(by_calamine), "{:?}", parts);
            }
            Ok(())
        });
    found.unwrap();
    let (plain, left) = read.get();
    assert!(plain > 200 && left > 200, "{plain} read plainly and {left} left to calamine");
}
