//! .xlsx sheets: the frame of each by our own reading, the cells by calamine over a package that was checked first, or by
//! [`super::plain`] where the workbook is written plainly.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::directory::{Directory, Listed, Target};
use super::formats::{self, Format};
use super::package::{self, Rewritten, TextPackage};
use super::sheet_scan::{Scanned, Written, scan};
use super::sheet_xml::{Frame, frame, odd_cell};
use super::workbook::{Cell, Content, MARKED, Sheet, Skipped};
use super::worksheet::canonical;
use super::{ImportError, Limits, boxes, plain};
use crate::model::{Address, Decimal};

/// Most significant digits that Excel keeps and shows.
const DIGITS: usize = 15;

/// All worksheets in the workbook's order, and those other sheets that may have content.
pub(super) fn sheets(package: &TextPackage, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let directory = Directory::of(package, limits)?;
    let styles = text_of(package, directory.styles.as_ref())?.map(formats::counting).transpose()?;
    let formats = styles.as_ref().map(|s| formats::formats(s.as_bytes())).unwrap_or_default();
    let mut framed = framed(&directory, package, &formats, limits)?;
    let worksheets = match plain_sheets(&directory, package, &mut framed, &formats, limits)? {
        Some(sheets) => sheets,
        None => by_calamine(&directory, package, styles.as_deref(), framed, limits)?,
    };
    let mut worksheets = worksheets.into_iter();
    let mut sheets = Vec::with_capacity(directory.sheets.len());
    for listed in &directory.sheets {
        match &listed.target {
            Target::Worksheet(part) => {
                let boxes = boxes::on_sheet(part, package)?;
                sheets.extend(worksheets.next().map(|sheet| Sheet { boxes, ..sheet }));
            }
            Target::Other(kind, part) => {
                let says = package.text(part)?.is_some_and(may_say);
                sheets.extend(says.then(|| Sheet::skipped(&listed.name, *kind)));
            }
            Target::Nothing => sheets.push(Sheet::skipped(&listed.name, Skipped::Missing)),
        }
    }
    Ok(sheets)
}

/// Whether a sheet that is not read has cells with content or a drawing.
fn may_say(xml: &str) -> bool {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => {
                if matches!(e.local_name().as_ref(), "v" | "f" | "is" | "drawing" | "legacyDrawing") {
                    return true;
                }
            }
            Ok(Event::Eof) => return false,
            Ok(_) => {}
            // A part that cannot be parsed may have any content.
            Err(_) => return true,
        }
    }
}

fn text_of<'a>(package: &'a TextPackage, part: Option<&String>) -> Result<Option<&'a str>, ImportError> {
    part.map_or(Ok(None), |p| package.text(p))
}

/// The worksheets as calamine reads them from a rewritten package, which contains only the parts that count, under the names that
/// calamine expects.
fn by_calamine(
    directory: &Directory,
    package: &TextPackage,
    styles: Option<&str>,
    framed: Vec<Framed<'_>>,
    limits: &Limits,
) -> Result<Vec<Sheet>, ImportError> {
    let strings = text_of(package, directory.strings.as_ref())?;
    let mut parts = Rewritten::new(limits);
    if let Some(strings) = strings {
        parts.strings(strings)?;
    }
    if let Some(styles) = styles {
        parts.styles(styles)?;
    }
    for framed in &framed {
        match &framed.canonical {
            Some(xml) => parts.worksheet(xml)?,
            None => parts.worksheet(&canonical(framed.xml)?)?,
        }
    }
    let bytes = parts.finish(directory.is_1904)?;
    // calamine has panicked on files that Excel opens; such a file costs itself and nothing else.
    catch_unwind(AssertUnwindSafe(|| read(bytes, framed, limits)))
        .unwrap_or_else(|_| Err(ImportError::Damaged("内部结构不合规范".to_owned())))
}

/// An error of calamine in Chinese: its own message is English.
fn damaged(e: &XlsxError) -> ImportError {
    ImportError::Damaged(
        match e {
            XlsxError::Xml(_) | XlsxError::XmlAttr(_) | XlsxError::XmlEof(_) => "内容不合 XML 的规范",
            XlsxError::CellTAttribute(_) => "单元格的类型不合规范",
            XlsxError::CellError(_) => "单元格的错误值不合规范",
            XlsxError::ParseFloat(_) | XlsxError::ParseInt(_) => "单元格的数值写法不合规范",
            XlsxError::Unexpected(_) => "单元格指向的文字不存在，或公式写法不合规范",
            _ => "单元格的写法不合规范",
        }
        .to_owned(),
    )
}

fn read(bytes: Vec<u8>, framed: Vec<Framed<'_>>, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let mut text_left = limits.inflated_bytes as usize;
    let mut sheets = Vec::with_capacity(framed.len());
    for (i, Framed { listed, frame, .. }) in framed.into_iter().enumerate() {
        let in_sheet = |e: ImportError| match e {
            ImportError::Damaged(why) => ImportError::Damaged(format!("工作表“{}”里，{why}", listed.name)),
            e => e,
        };
        let damaged = |e: XlsxError| in_sheet(damaged(&e));
        let mut cells = Vec::with_capacity(frame.cells);
        let mut reader = book.worksheet_cells_reader(&package::sheet_name(i)).map_err(damaged)?;
        // Not `next_cell_with_formula`: it sizes a table by an index that the file states.
        while let Some(record) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
            let formula = record.formula.is_some();
            let Some(content) = content(record.value, formula, limits)? else { continue };
            if let Content::Text(text) = &content {
                text_left = text_left.checked_sub(text.len()).ok_or_else(|| limits.inflated_error())?;
            }
            let (row, column) = record.pos;
            // More cells than our own pass over the same elements counted.
            if cells.len() >= frame.cells {
                return Err(in_sheet(odd_cell()));
            }
            cells.push(Cell { at: Address { row, column }, content, formula });
        }
        sheets.push(sheet(&listed.name, listed.hidden, cells, frame)?);
    }
    Ok(sheets)
}

fn sheet(name: &str, hidden: bool, mut cells: Vec<Cell>, frame: Frame) -> Result<Sheet, ImportError> {
    cells.sort_by_key(|c| c.at);
    if let Some(pair) = cells.windows(2).find(|w| w[0].at == w[1].at) {
        return Err(ImportError::Damaged(format!("工作表“{name}”的 {} 出现了两次", pair[0].at)));
    }
    let Frame { merges, hidden_rows, hidden_columns, shown, mut marked, .. } = frame;
    marked.sort_unstable();
    for cell in cells.iter_mut().filter(|c| marked.binary_search(&c.at).is_ok()) {
        if let Content::Text(text) = &mut cell.content {
            text.insert(0, MARKED);
        }
    }
    let name = name.into();
    Ok(Sheet { name, hidden, cells, merges, hidden_rows, hidden_columns, shown, ..Sheet::default() })
}

/// The sheets where the whole workbook is written plainly: as calamine would read them.
fn plain_sheets(
    directory: &Directory,
    package: &TextPackage,
    framed: &mut Vec<Framed<'_>>,
    formats: &[Format],
    limits: &Limits,
) -> Result<Option<Vec<Sheet>>, ImportError> {
    let strings = text_of(package, directory.strings.as_ref())?;
    let Some(strings) = strings.map_or(Some(Vec::new()), |s| plain::strings(s, limits)) else { return Ok(None) };
    let mut text_left = limits.inflated_bytes as usize;
    let mut contents = Vec::with_capacity(framed.len());
    for framed in framed.iter() {
        let cells = framed.cells.as_ref().and_then(|c| plain::cells(c, &strings, formats, &mut text_left, limits));
        match cells {
            Some(cells) => contents.push(cells?),
            None => return Ok(None),
        }
    }
    let sheets = framed.drain(..).zip(contents);
    sheets.map(|(f, cells)| sheet(&f.listed.name, f.listed.hidden, cells, f.frame)).collect::<Result<_, _>>().map(Some)
}

/// A worksheet whose part was read.
struct Framed<'a> {
    listed: &'a Listed,
    xml: &'a str,
    /// The elements that count in it, if it is not written plainly.
    canonical: Option<String>,
    frame: Frame,
    cells: Option<Vec<Written<'a>>>,
}

/// The frames of the worksheets.
fn framed<'a>(
    directory: &'a Directory,
    package: &'a TextPackage,
    formats: &[Format],
    limits: &Limits,
) -> Result<Vec<Framed<'a>>, ImportError> {
    let mut all = Vec::with_capacity(directory.sheets.len());
    let mut count = 0;
    for listed in &directory.sheets {
        let Target::Worksheet(part) = &listed.target else { continue };
        let Some(xml) = package.text(part)? else { continue };
        let framed = match scan(xml, formats, limits) {
            Some(Scanned { frame, cells }) => Framed { listed, xml, canonical: None, frame, cells },
            None => {
                let in_sheet = |e: ImportError| match e {
                    ImportError::Damaged(why) => ImportError::Damaged(format!("工作表“{}”里，{why}", listed.name)),
                    e => e,
                };
                let canonical = canonical(xml).map_err(in_sheet)?;
                let frame = frame(&canonical, formats, limits).map_err(in_sheet)?;
                if !frame.has_data() {
                    return Err(ImportError::Damaged(format!("工作表“{}”没有放单元格的地方", listed.name)));
                }
                Framed { listed, xml, canonical: Some(canonical), frame, cells: None }
            }
        };
        count += framed.frame.cells;
        if count > limits.cells {
            return Err(limits.cells_error());
        }
        all.push(framed);
    }
    Ok(all)
}

fn content(value: DataRef<'_>, formula: bool, limits: &Limits) -> Result<Option<Content>, ImportError> {
    Ok(Some(match value {
        DataRef::Empty => return Ok(formula.then_some(Content::Uncomputed)),
        DataRef::String(s) => return text(&s, formula, limits),
        DataRef::SharedString(s) => return text(s, formula, limits),
        DataRef::Float(f) => number(f),
        DataRef::Int(i) => Content::Number(Decimal::from(i)),
        DataRef::Bool(b) => Content::Bool(b),
        // As Excel shows it: #REF! and the like.
        DataRef::Error(e) => Content::Error(e.to_string()),
        DataRef::DateTime(d) if d.is_datetime() => {
            let (year, month, day, ..) = d.to_ymd_hms_milli();
            Content::Date(year, month, day)
        }
        DataRef::DateTime(d) => Content::Other(d.as_f64().to_string()),
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Content::Other(s),
    }))
}

pub(super) fn text(s: &str, formula: bool, limits: &Limits) -> Result<Option<Content>, ImportError> {
    if s.len() > limits.text_bytes {
        return Err(limits.text_error());
    }
    // A formula such as ="" shows nothing and counts as nothing.
    if s.is_empty() && !formula {
        return Ok(None);
    }
    Ok(Some(Content::Text(s.to_owned())))
}

/// The number Excel shows: the shortest decimal that is the float, at 15 significant digits where it is longer.
pub(super) fn number(f: f64) -> Content {
    let shortest = format!("{f:e}");
    let digits = shortest.bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count();
    let written = if digits > DIGITS { format!("{:.*e}", DIGITS - 1, f) } else { shortest };
    match Decimal::from_scientific(&written) {
        // A number below the decimal's last place would come out as 0.
        Ok(d) if f == 0.0 || !d.is_zero() => Content::Number(d.normalize()),
        _ => Content::HugeNumber(f.to_string()),
    }
}

#[cfg(test)]
mod tests;
