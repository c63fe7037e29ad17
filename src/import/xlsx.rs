//! .xlsx sheets by calamine's streaming reader, over a package that was checked first.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::formats;
use super::package::Package;
use super::sheet_xml::{Frame, attribute, frame, local_attribute};
use super::workbook::{Cell, Content, Sheet};
use super::{ImportError, Limits};
use crate::model::{Address, Decimal};

/// Most significant digits that Excel keeps and shows.
const DIGITS: usize = 15;

/// All worksheets in the workbook's order.
pub(super) fn sheets(package: Package, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let frames = frames(&package, limits)?;
    let bytes = package.rewritten()?;
    // calamine has panicked on files that Excel opens; such a file costs itself and nothing else.
    catch_unwind(AssertUnwindSafe(|| read(bytes, frames, limits)))
        .unwrap_or_else(|_| Err(ImportError::Damaged("内部结构不合规范".to_owned())))
}

fn damaged(e: &XlsxError) -> ImportError {
    ImportError::Damaged(e.to_string())
}

fn read(bytes: Vec<u8>, mut frames: BTreeMap<String, Frame>, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let metadata: Vec<_> = book.sheets_metadata().to_vec();
    if metadata.len() > limits.sheets {
        return Err(limits.sheets_error());
    }
    let mut text_left = limits.inflated_bytes as usize;
    let mut sheets = Vec::with_capacity(metadata.len());
    for meta in metadata.into_iter().filter(|m| m.typ == SheetType::WorkSheet) {
        // A sheet without a frame, or a second of its name, was not checked.
        let unchecked = || ImportError::Damaged(format!("工作表“{}”重名或缺失", meta.name));
        let frame = frames.remove(&meta.name).ok_or_else(unchecked)?;
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
                return Err(unchecked());
            }
            cells.push(Cell { at: Address { row, column }, content, formula });
        }
        cells.sort_by_key(|c| c.at);
        if let Some(pair) = cells.windows(2).find(|w| w[0].at == w[1].at) {
            return Err(ImportError::Damaged(format!("工作表“{}”的 {} 出现了两次", meta.name, pair[0].at)));
        }
        let Frame { merges, hidden_rows, hidden_columns, shown, .. } = frame;
        let hidden = meta.visible != SheetVisible::Visible;
        sheets.push(Sheet { name: meta.name, hidden, cells, merges, hidden_rows, hidden_columns, shown });
    }
    Ok(sheets)
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

fn text(s: &str, formula: bool, limits: &Limits) -> Result<Option<Content>, ImportError> {
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

/// The frame of each worksheet by sheet name, through the workbook's own list and relationships.
fn frames(package: &Package, limits: &Limits) -> Result<BTreeMap<String, Frame>, ImportError> {
    let root = relations(package, "_rels/.rels", "")?;
    let main = root.iter().find(|r| r.kind.ends_with("/officeDocument")).map_or("xl/workbook.xml", |r| &r.target);
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", main));
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let targets = relations(package, &format!("{prefix}_rels/{file}.rels"), &prefix)?;
    let styles = targets.iter().find(|r| r.kind.ends_with("/styles")).and_then(|r| package.part(&r.target));
    let formats = styles.map(formats::shown).unwrap_or_default();
    let mut frames = BTreeMap::new();
    let mut cells = 0;
    let book = package.part(main).ok_or_else(|| ImportError::Damaged("缺少工作簿目录".to_owned()))?;
    for e in elements(book, "sheet")? {
        let Some(relation) = e.id.as_ref().and_then(|id| targets.iter().find(|r| r.id == *id)) else { continue };
        let Some(xml) = package.part(&relation.target) else { continue };
        let frame = frame(xml, &formats, limits)?;
        cells += frame.cells;
        if cells > limits.cells {
            return Err(limits.cells_error());
        }
        frames.insert(e.name, frame);
    }
    Ok(frames)
}

pub(super) struct Relation {
    pub id: String,
    pub kind: String,
    pub target: String,
}

pub(super) fn relations(package: &Package, part: &str, prefix: &str) -> Result<Vec<Relation>, ImportError> {
    let Some(xml) = package.part(part) else { return Ok(Vec::new()) };
    let all = elements(xml, "Relationship")?;
    Ok(all
        .into_iter()
        .filter_map(|e| {
            let target = e.target?;
            let absolute = target.strip_prefix('/').map(str::to_owned);
            let target = absolute.unwrap_or_else(|| resolved(prefix, &target));
            Some(Relation { id: e.id?, kind: e.kind.unwrap_or_default(), target })
        })
        .collect())
}

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
