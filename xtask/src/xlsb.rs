//! Writes a workbook as .xlsb (BIFF12), which LibreOffice can read but not write: values, merged ranges and hidden state.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use anyhow::{Context, Result, bail};
use nianbao::import::{Content, Sheet, Workbook};
use nianbao::model::Decimal;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Returns the bytes of the package; they are the same every time.
pub fn write(book: &Workbook) -> Result<Vec<u8>> {
    let mut strings = Strings::default();
    let mut parts = Vec::new();
    for (i, sheet) in book.sheets.iter().enumerate() {
        parts.push((format!("xl/worksheets/sheet{}.bin", i + 1), worksheet(sheet, &mut strings)?));
    }
    parts.push(("xl/sharedStrings.bin".to_owned(), strings.part()));
    parts.push(("xl/styles.bin".to_owned(), styles()));
    parts.push(("xl/workbook.bin".to_owned(), workbook(book)));
    parts.push(("xl/_rels/workbook.bin.rels".to_owned(), relations(book.sheets.len()).into_bytes()));
    let main = [("officeDocument", "xl/workbook.bin".to_owned())];
    parts.push(("_rels/.rels".to_owned(), relation_list(&main).into_bytes()));
    parts.push(("[Content_Types].xml".to_owned(), content_types(book.sheets.len()).into_bytes()));
    parts.reverse();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in parts {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(&data)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A part as written: a sequence of records.
#[derive(Default)]
struct Part(Vec<u8>);

impl Part {
    /// Appends a record: its kind and length with seven bits per byte, then the body.
    fn record(&mut self, kind: u16, body: &[u8]) {
        for mut number in [usize::from(kind), body.len()] {
            while number >= 0x80 {
                self.0.push(number as u8 | 0x80);
                number >>= 7;
            }
            self.0.push(number as u8);
        }
        self.0.extend(body);
    }

    fn list<T>(&mut self, begin: u16, end: u16, kind: u16, items: &[T], body: impl Fn(&T) -> Vec<u8>) {
        self.record(begin, &u32s(&[items.len() as u32]));
        for item in items {
            self.record(kind, &body(item));
        }
        self.record(end, &[]);
    }
}

fn u32s(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn u16s(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [u32s(&[units.len() as u32]), u16s(&units)].concat()
}

#[derive(Default)]
struct Strings {
    index: BTreeMap<String, u32>,
    all: Vec<String>,
    uses: u32,
}

impl Strings {
    fn index(&mut self, text: &str) -> u32 {
        self.uses += 1;
        *self.index.entry(text.to_owned()).or_insert_with(|| {
            self.all.push(text.to_owned());
            self.all.len() as u32 - 1
        })
    }

    fn part(&self) -> Vec<u8> {
        let mut part = Part::default();
        part.record(159, &u32s(&[self.uses, self.all.len() as u32]));
        for text in &self.all {
            part.record(19, &[vec![0], wide(text)].concat());
        }
        part.record(160, &[]);
        part.0
    }
}

fn workbook(book: &Workbook) -> Vec<u8> {
    let mut part = Part::default();
    part.record(131, &[]);
    part.record(143, &[]);
    for (i, sheet) in book.sheets.iter().enumerate() {
        let number = i as u32 + 1;
        let head = u32s(&[u32::from(sheet.hidden), number]);
        part.record(156, &[head, wide(&format!("rId{number}")), wide(&sheet.name)].concat());
    }
    part.record(144, &[]);
    part.record(132, &[]);
    part.0
}

fn worksheet(sheet: &Sheet, strings: &mut Strings) -> Result<Vec<u8>> {
    let mut part = Part::default();
    part.record(129, &[]);
    let rows = sheet.cells.last().map_or(0, |c| c.at.row);
    let columns = sheet.cells.iter().map(|c| c.at.column).max().unwrap_or_default();
    part.record(148, &u32s(&[0, rows, 0, columns]));
    if !sheet.hidden_columns.is_empty() {
        part.record(390, &[]);
        for (first, last) in &sheet.hidden_columns {
            part.record(60, &[u32s(&[*first, *last, 2304, 0]), u16s(&[1])].concat());
        }
        part.record(391, &[]);
    }
    part.record(145, &[]);
    let mut row = None;
    for cell in &sheet.cells {
        if row != Some(cell.at.row) {
            row = Some(cell.at.row);
            let flags = if sheet.hidden_rows.contains(&cell.at.row) { 0x10 } else { 0 };
            part.record(0, &[u32s(&[cell.at.row, 0]), u16s(&[300]), vec![0, flags, 0], u32s(&[0])].concat());
        }
        let (kind, value) = match &cell.content {
            Content::Text(text) => (7, u32s(&[strings.index(text)])),
            Content::Number(number) => self::number(*number)?,
            Content::Bool(truth) => (4, vec![u8::from(*truth)]),
            other => bail!("{}!{}: {other:?} is not written", sheet.name, cell.at),
        };
        part.record(kind, &[u32s(&[cell.at.column, 0]), value].concat());
    }
    part.record(146, &[]);
    if !sheet.merges.is_empty() {
        part.list(177, 178, 176, &sheet.merges, |m| u32s(&[m.first.row, m.last.row, m.first.column, m.last.column]));
    }
    part.record(130, &[]);
    Ok(part.0)
}

/// Encodes a number as Excel does: small integers packed, all others as floats.
fn number(number: Decimal) -> Result<(u16, Vec<u8>)> {
    let whole = i32::try_from(number.normalize()).ok().filter(|n| n.abs() < 1 << 29);
    Ok(match whole.filter(|_| number.fract().is_zero()) {
        Some(n) => (2, ((n << 2) | 2).to_le_bytes().to_vec()),
        None => (5, number.to_string().parse::<f64>().context("a number that is no float")?.to_le_bytes().to_vec()),
    })
}

/// The styles part, with one font and one cell style. A reader of values needs no styles, but an office program needs these
/// to open the file.
fn styles() -> Vec<u8> {
    let automatic = [0u8; 8];
    let font =
        [u16s(&[220, 0, 400, 0]), vec![0, 2, 0, 0], vec![7, 1, 0, 0, 0, 0, 0, 0xFF], vec![2], wide("宋体")].concat();
    let fill = |pattern: u32| [u32s(&[pattern]), automatic.to_vec(), automatic.to_vec(), vec![0; 48]].concat();
    let style = |parent: u16| [u16s(&[parent, 0, 0, 0, 0]), vec![0, 0], u16s(&[0x1010, 0])].concat();
    let mut part = Part::default();
    part.record(278, &[]);
    part.list(611, 612, 43, &[()], |()| font.clone());
    part.list(603, 604, 45, &[0, 17], |pattern| fill(*pattern));
    part.list(613, 614, 46, &[()], |()| vec![0; 51]);
    part.list(626, 627, 47, &[0xFFFF], |parent| style(*parent));
    part.list(617, 618, 47, &[0], |parent| style(*parent));
    part.list(619, 620, 48, &[()], |()| [u32s(&[0]), u16s(&[1]), vec![0, 0xFF], wide("常规")].concat());
    part.record(279, &[]);
    part.0
}

fn relations(sheets: usize) -> String {
    let mut list: Vec<(&str, String)> =
        (1..=sheets).map(|n| ("worksheet", format!("worksheets/sheet{n}.bin"))).collect();
    list.extend([("styles", "styles.bin".to_owned()), ("sharedStrings", "sharedStrings.bin".to_owned())]);
    relation_list(&list)
}

fn relation_list(list: &[(&str, String)]) -> String {
    let items = list.iter().enumerate().map(|(i, (kind, target))| {
        format!("<Relationship Id=\"rId{}\" Type=\"{DOCUMENT}/{kind}\" Target=\"{target}\"/>", i + 1)
    });
    let items: String = items.collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"{PACKAGE}/relationships\">{items}</Relationships>"
    )
}

fn content_types(sheets: usize) -> String {
    let excel = "application/vnd.ms-excel";
    let sheet = |n: usize| (format!("/xl/worksheets/sheet{n}.bin"), "worksheet");
    let mut parts: Vec<(String, &str)> = (1..=sheets).map(sheet).collect();
    parts.push(("/xl/styles.bin".to_owned(), "styles"));
    parts.push(("/xl/sharedStrings.bin".to_owned(), "sharedStrings"));
    let parts: String = parts
        .iter()
        .map(|(name, kind)| format!("<Override PartName=\"{name}\" ContentType=\"{excel}.{kind}\"/>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"bin\" ContentType=\"{excel}.sheet.binary.macroEnabled.main\"/>{parts}</Types>"
    )
}
