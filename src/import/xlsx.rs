//! .xlsx sheets: the frame of each by our own reading, the cells by calamine over a package that was checked first, or by
//! [`super::plain`] where the workbook is written plainly.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::formats::{self, Format};
use super::package::TextPackage;
use super::sheet_scan::{Written, scan};
use super::sheet_xml::{Frame, attribute, frame, local_attribute};
use super::workbook::{Cell, Content, MARKED, Sheet};
use super::{ImportError, Limits, boxes, plain};
use crate::model::{Address, Decimal};

/// Most significant digits that Excel keeps and shows.
const DIGITS: usize = 15;

/// All worksheets in the workbook's order.
pub(super) fn sheets(package: TextPackage, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let directory = Directory::of(&package, limits)?;
    let styles = directory.styles.as_ref().and_then(|s| package.part(s));
    let formats = styles.map(|s| formats::formats(s.as_bytes())).unwrap_or_default();
    let mut framed = framed(&directory, &package, &formats, limits)?;
    let part = |name: &str| package.part(name).map(String::as_bytes);
    let on_sheet = |l: &Listed| (l.name.clone(), l.part.as_ref().map_or(Vec::new(), |p| boxes::on_sheet(p, part)));
    let mut boxes: BTreeMap<String, Vec<String>> = directory.sheets.iter().map(on_sheet).collect();
    let mut sheets = match plain_sheets(&directory, &package, &mut framed, &formats, limits) {
        Some(sheets) => sheets?,
        None => {
            let frames = framed.into_iter().map(|f| (f.name.to_owned(), f.frame)).collect();
            by_calamine(package, frames, limits)?
        }
    };
    for sheet in &mut sheets {
        sheet.boxes = boxes.remove(&*sheet.name).unwrap_or_default();
    }
    Ok(sheets)
}

fn by_calamine(package: TextPackage, frames: Vec<(String, Frame)>, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let bytes = package.rewritten(limits)?;
    // calamine has panicked on files that Excel opens; such a file costs itself and nothing else.
    catch_unwind(AssertUnwindSafe(|| read(bytes, frames, limits)))
        .unwrap_or_else(|_| Err(ImportError::Damaged("内部结构不合规范".to_owned())))
}

fn damaged(e: &XlsxError) -> ImportError {
    ImportError::Damaged(e.to_string())
}

/// Of a sheet that was not checked, or of the second of its name.
fn unchecked(name: &str) -> ImportError {
    ImportError::Damaged(format!("工作表“{name}”重名或缺失"))
}

fn read(bytes: Vec<u8>, mut frames: Vec<(String, Frame)>, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let metadata: Vec<_> = book.sheets_metadata().to_vec();
    if metadata.len() > limits.sheets {
        return Err(limits.sheets_error());
    }
    let mut text_left = limits.inflated_bytes as usize;
    let mut sheets = Vec::with_capacity(metadata.len());
    for meta in metadata.into_iter().filter(|m| m.typ == SheetType::WorkSheet) {
        let place = frames.iter().position(|(name, _)| *name == meta.name).ok_or_else(|| unchecked(&meta.name))?;
        let (_, frame) = frames.swap_remove(place);
        let mut cells = Vec::with_capacity(frame.cells);
        let mut reader = book.worksheet_cells_reader(&meta.name).map_err(|e| damaged(&e))?;
        // Not `next_cell_with_formula`: it sizes a table by an index that the file states.
        while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|e| damaged(&e))? {
            let formula = record.formula.is_some();
            let Some(content) = content(record.value, formula, limits)? else { continue };
            if let Content::Text(text) = &content {
                text_left = text_left.checked_sub(text.len()).ok_or_else(|| limits.inflated_error())?;
            }
            let (row, column) = record.pos;
            if cells.len() >= frame.cells {
                return Err(unchecked(&meta.name));
            }
            cells.push(Cell { at: Address { row, column }, content, formula });
        }
        sheets.push(sheet(meta.name, meta.visible != SheetVisible::Visible, cells, frame)?);
    }
    Ok(sheets)
}

fn sheet(name: String, hidden: bool, mut cells: Vec<Cell>, frame: Frame) -> Result<Sheet, ImportError> {
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
    Ok(Sheet { name: name.into(), hidden, cells, merges, hidden_rows, hidden_columns, shown, boxes: Vec::new() })
}

/// The sheets where the whole workbook is written plainly: as calamine would read them.
fn plain_sheets(
    directory: &Directory,
    package: &TextPackage,
    framed: &mut Vec<Framed<'_>>,
    formats: &[Format],
    limits: &Limits,
) -> Option<Result<Vec<Sheet>, ImportError>> {
    if !directory.is_plain || framed.len() != directory.sheets.len() || framed.len() > limits.sheets {
        return None;
    }
    // calamine knows these two by their names.
    let called = |part: &Option<String>, name: &str| {
        let own = format!("{}{name}", directory.prefix);
        part.as_ref().map_or(package.part(&own).is_none(), |p| p.eq_ignore_ascii_case(&own))
    };
    if !called(&directory.strings, "sharedStrings.xml") || !called(&directory.styles, "styles.xml") {
        return None;
    }
    let strings = directory.strings.as_ref().and_then(|s| package.part(s));
    let strings = strings.map_or(Some(Vec::new()), |s| plain::strings(s, limits))?;
    let mut text_left = limits.inflated_bytes as usize;
    let mut sheets = Vec::with_capacity(framed.len());
    let mut contents = Vec::with_capacity(framed.len());
    for (listed, framed) in directory.sheets.iter().zip(framed.iter()) {
        let hidden = listed.hidden.filter(|_| listed.is_worksheet)?;
        match plain::cells(framed.cells.as_ref()?, &strings, formats, &mut text_left, limits)? {
            Ok(cells) => contents.push((hidden, cells)),
            Err(e) => return Some(Err(e)),
        }
    }
    for (framed, (hidden, cells)) in framed.drain(..).zip(contents) {
        match sheet(framed.name.to_owned(), hidden, cells, framed.frame) {
            Ok(sheet) => sheets.push(sheet),
            Err(e) => return Some(Err(e)),
        }
    }
    Some(Ok(sheets))
}

fn content(value: DataRef<'_>, formula: bool, limits: &Limits) -> Result<Option<Content>, ImportError> {
    Ok(Some(match value {
        DataRef::Empty => return Ok(formula.then_some(Content::Uncomputed)),
        DataRef::String(s) => return text(&s, formula, limits),
        DataRef::SharedString(s) => return text(s, formula, limits),
        DataRef::Float(f) => number(f),
        DataRef::Int(i) => Content::Number(Decimal::from(i)),
        DataRef::Bool(b) => Content::Bool(b),
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

/// What the workbook says of its parts.
struct Directory {
    /// The folder of the workbook's parts, with its slash.
    prefix: String,
    sheets: Vec<Listed>,
    strings: Option<String>,
    styles: Option<String>,
    /// Whether it can be taken in one way only: one workbook, and no relationship of another's name.
    is_plain: bool,
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    /// `None` where its state is none that is known.
    hidden: Option<bool>,
    is_worksheet: bool,
    /// The name of its part, where its relationship leads to one.
    part: Option<String>,
}

impl Directory {
    fn of(package: &TextPackage, limits: &Limits) -> Result<Directory, ImportError> {
        let relations = |part: &str, prefix: &str| match package.part(part) {
            Some(xml) => relations(xml.as_bytes(), prefix),
            None => Ok(Vec::new()),
        };
        let root = relations("_rels/.rels", "")?;
        let mut mains = root.iter().filter(|r| r.kind.ends_with("/officeDocument"));
        let main = mains.next().map_or("xl/workbook.xml", |r| &r.target);
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", main));
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let targets = relations(&format!("{prefix}_rels/{file}.rels"), &prefix)?;
        let of_kind = |kind: &str| targets.iter().find(|r| r.kind.ends_with(kind)).map(|r| r.target.clone());
        let book = package.part(main).ok_or_else(|| ImportError::Damaged("缺少工作簿目录".to_owned()))?;
        let listed_sheets = elements(book.as_bytes(), "sheet")?;
        if listed_sheets.len() > limits.sheets {
            return Err(limits.sheets_error());
        }
        let listed = |e: Element| {
            let relation = e.id.as_ref().and_then(|id| targets.iter().find(|r| r.id == *id));
            let hidden = match e.state.as_deref() {
                None | Some("visible") => Some(false),
                Some("hidden" | "veryHidden") => Some(true),
                Some(_) => None,
            };
            let is_worksheet = relation.is_some_and(|r| r.kind.ends_with("/worksheet"));
            Listed { name: e.name, hidden, is_worksheet, part: relation.map(|r| r.target.clone()) }
        };
        let sheets = listed_sheets.into_iter().map(listed).collect();
        let ids: BTreeSet<_> = targets.iter().map(|r| &r.id).collect();
        let is_plain = root.iter().any(|r| r.target == main) && mains.next().is_none() && ids.len() == targets.len();
        let (strings, styles) = (of_kind("/sharedStrings"), of_kind("/styles"));
        Ok(Directory { sheets, strings, styles, is_plain, prefix })
    }
}

/// A sheet whose part was read.
struct Framed<'a> {
    name: &'a str,
    frame: Frame,
    cells: Option<Vec<Written<'a>>>,
}

/// The frames of the sheets that have a part, which may not share a name.
fn framed<'a>(
    directory: &'a Directory,
    package: &'a TextPackage,
    formats: &[Format],
    limits: &Limits,
) -> Result<Vec<Framed<'a>>, ImportError> {
    let mut framed = Vec::with_capacity(directory.sheets.len());
    let (mut count, mut names) = (0, BTreeSet::new());
    for listed in &directory.sheets {
        let Some(xml) = listed.part.as_ref().and_then(|p| package.part(p)) else { continue };
        let (frame, cells) = match scan(xml, formats, limits) {
            Some(scanned) => scanned.map(|s| (s.frame, s.cells))?,
            None => (frame(xml, formats, limits)?, None),
        };
        count += frame.cells;
        if count > limits.cells {
            return Err(limits.cells_error());
        }
        if !names.insert(&listed.name) {
            return Err(unchecked(&listed.name));
        }
        framed.push(Framed { name: &listed.name, frame, cells });
    }
    Ok(framed)
}

pub(super) struct Relation {
    pub id: String,
    pub kind: String,
    pub target: String,
}

pub(super) fn relations(xml: &[u8], prefix: &str) -> Result<Vec<Relation>, ImportError> {
    let all = elements(xml, "Relationship")?;
    Ok(all
        .into_iter()
        .filter_map(|e| {
            let target = e.target?;
            let absolute = target.strip_prefix('/').map(str::to_owned);
            let target = absolute.unwrap_or_else(|| resolved(prefix, &target));
            // A kind of somebody else's that ends alike is another.
            let known = |kind: &String| KINDS.iter().any(|k| kind.starts_with(k));
            Some(Relation { id: e.id?, kind: e.kind.filter(known).unwrap_or_default(), target })
        })
        .collect())
}

/// What the kinds of relationships of office documents begin with (ECMA-376, transitional and strict).
const KINDS: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
];

/// A target relative to a folder, with `.` and `..` taken out.
fn resolved(prefix: &str, target: &str) -> String {
    let mut parts: Vec<&str> = prefix.split('/').filter(|p| !p.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

struct Element {
    name: String,
    state: Option<String>,
    id: Option<String>,
    kind: Option<String>,
    target: Option<String>,
}

fn elements(xml: &[u8], name: &str) -> Result<Vec<Element>, ImportError> {
    let mut reader = Reader::from_reader(xml);
    let mut out = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) if e.local_name().as_ref() == name => {
                let text = |n: &str| attribute(&e, n).map(|v| unescaped(&v));
                let id = text("Id").or_else(|| local_attribute(&e, "id").map(|v| unescaped(&v)));
                out.push(Element {
                    name: text("name").unwrap_or_default(),
                    state: text("state"),
                    id,
                    kind: text("Type"),
                    target: text("Target"),
                });
            }
            Ok(Event::Eof) => return Ok(out),
            Ok(_) => {}
            Err(e) => return Err(ImportError::Damaged(e.to_string())),
        }
    }
}

pub(super) fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |t| t.into_owned())
}

#[cfg(test)]
mod tests;
