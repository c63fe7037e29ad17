//! A copy of the user's workbook in which the cells with findings are coloured, each with a note of what is wrong.
//!
//! Takes the workbook as it was read and the findings, gives a new workbook: the same sheets, cells, spans and hidden parts.
//! Formulas become their results and formatting is lost: the copy is for finding the cells, not for filling in.

use std::collections::{BTreeMap, HashSet};
use std::io::{Cursor, Read};

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook as Book, Worksheet, XlsxError,
};

use super::marked_sheet::{A4, SheetNotes, copy, lines, row_height, shown, tinted};
use crate::batch::severity;
use crate::import::{Cell, Content, Workbook};
use crate::model::{BLOCKS, Finding, Source};

/// The sheet that lists all findings.
const LIST: &str = "检查结果";
/// Fixed creation and modification time in the properties; occurs twice in an unedited copy.
const WRITTEN: &str = ">2000-01-01T00:00:00Z</dcterms:";
/// Most bytes read of a part; the properties and the list of sheets that this program writes are shorter.
const MOST_PROPERTIES: u64 = 1 << 20;
const HEADS: [(&str, f64); 5] = [("级别", 8.0), ("代码", 8.0), ("位置", 26.0), ("问题", 70.0), ("怎么办", 50.0)];

/// Longest name of a sheet, in UTF-16 units, and characters that are not allowed in it (limits of Excel).
const LONGEST_NAME: usize = 31;
const NOT_IN_NAMES: [char; 7] = ['*', '?', ':', '[', ']', '\\', '/'];
/// Most rows below the head of a sheet (limit of Excel).
const ROWS: usize = 1_048_575;
/// Most cells of a workbook that are copied: the writer keeps each in memory, and a file of 2 MB can contain a million.
const MOST_COPIED: usize = 60_000;
/// Most cells of a workbook that are marked.
const MOST_MARKED: usize = 20_000;

/// Writes the marked copy of a workbook as xlsx.
///
/// # Errors
/// If a sheet exceeds a limit of Excel.
pub fn mark(workbook: &Workbook, findings: &[Finding]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Book::new();
    // No author and no clock.
    book.set_properties(
        &DocProperties::new().set_title(LIST).set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?),
    );
    let mut taken = HashSet::new();
    let names: Vec<String> = workbook.sheets.iter().map(|s| sheet_name(&s.name, &mut taken)).collect();
    let (notes, unmarked) = notes(findings);
    let none = SheetNotes::new();
    let rooms = rooms(workbook);
    let cut = workbook.sheets.iter().zip(&rooms).filter(|(s, room)| s.cells.len() > **room).map(|(s, _)| &*s.name);
    let remarks = [cut_sheets(&cut.collect::<Vec<_>>()), unmarked_cells(unmarked)];
    book.push_worksheet(list(&sheet_name(LIST, &mut taken), findings, &remarks)?);
    for ((sheet, name), room) in workbook.sheets.iter().zip(&names).zip(rooms) {
        book.push_worksheet(copy(sheet, name, notes.get(&*sheet.name).unwrap_or(&none), room)?);
    }
    book.save_to_buffer()
}

/// Whether a workbook is a marked copy, even if it was edited since.
pub fn is_marked(workbook: &Workbook) -> bool {
    let text = |c: &Cell, head: &str| matches!(&c.content, Content::Text(t) if t == head);
    workbook.sheets.first().is_some_and(|s| {
        s.name.starts_with(LIST)
            && s.cells.len() >= HEADS.len()
            && s.cells.iter().zip(HEADS).all(|(c, (head, _))| text(c, head))
    })
}

/// Whether bytes are a marked copy that was not saved again: saving it in any program changes the modification time.
pub fn is_unedited_mark(bytes: &[u8]) -> bool {
    let part = |name: &str| -> Option<String> {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut text = String::new();
        zip.by_name(name).ok()?.take(MOST_PROPERTIES).read_to_string(&mut text).ok()?;
        Some(text)
    };
    let first_sheet = || Some(part("xl/workbook.xml")?.split_once("<sheet name=\"")?.1.starts_with(LIST));
    part("docProps/core.xml").is_some_and(|core| {
        core.contains(&format!("<dc:title>{LIST}</dc:title>")) && core.matches(WRITTEN).count() == 2
    }) && first_sheet() == Some(true)
}

/// A sheet name that Excel accepts (other programs allow more), unique regardless of case.
fn sheet_name(wanted: &str, taken: &mut HashSet<String>) -> String {
    let wanted: String =
        wanted.chars().map(|c| if NOT_IN_NAMES.contains(&c) || c.is_control() { '_' } else { c }).collect();
    let wanted = wanted.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    let cut = |most: usize| -> String {
        let mut length = 0;
        let fits = |c: &char| {
            length += c.len_utf16();
            length <= most
        };
        let name: String = wanted.chars().take_while(fits).collect();
        name.trim_end_matches(|c: char| c == '\'' || c.is_whitespace()).to_owned()
    };
    let mut numbered = (1..).map(|n: usize| match n {
        1 => cut(LONGEST_NAME),
        n => {
            let number = n.to_string();
            cut(LONGEST_NAME - number.len()) + &number
        }
    });
    let free = |name: &String| !name.is_empty() && taken.insert(name.to_lowercase());
    // The numbers are unlimited, so a free name is always found.
    numbered.find(free).unwrap_or_default()
}

/// Number of cells copied of each sheet. What small sheets do not use is available to large ones.
fn rooms(workbook: &Workbook) -> Vec<usize> {
    let mut order: Vec<usize> = (0..workbook.sheets.len()).collect();
    order.sort_by_key(|i| workbook.sheets[*i].cells.len());
    let (mut rooms, mut room) = (vec![0; order.len()], MOST_COPIED);
    for (done, i) in order.iter().enumerate() {
        rooms[*i] = workbook.sheets[*i].cells.len().min(room / (order.len() - done));
        room -= rooms[*i];
    }
    rooms
}

/// Remark about sheets that were copied in part.
fn cut_sheets(names: &[&str]) -> Option<String> {
    let (first, others) = names.split_first()?;
    let many = if others.is_empty() { String::new() } else { format!("等 {} 张", names.len()) };
    Some(format!("工作表“{first}”{many}的格子太多，这里只抄了前面的和标出的，其余见原来的工作簿"))
}

/// Remark about cells that were not marked.
fn unmarked_cells(some: bool) -> Option<String> {
    some.then(|| format!("有问题的格子太多，这里只标出前 {MOST_MARKED} 个，其余的没有标，见上面的“位置”"))
}

fn list(name: &str, findings: &[Finding], remarks: &[Option<String>]) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    let base = || Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter).set_text_wrap();
    for (column, (head, width)) in (0u16..).zip(HEADS) {
        sheet.set_column_width(column, width)?.write_string_with_format(0, column, head, &base().set_bold())?;
    }
    let room = ROWS - remarks.len();
    for (row, f) in (1u32..).zip(findings.iter().take(room)) {
        let place = f.source.as_ref().and_then(Source::in_sheet).unwrap_or_default();
        let blocks = if f.blocks_as_warning() { format!("（{BLOCKS}）") } else { String::new() };
        let message = format!("{}{}{blocks}", f.message, f.unshown());
        let hint = f.hint.as_deref().unwrap_or_default();
        let look = tinted(base(), f.severity);
        let mut need = 1.0;
        for ((column, text), (_, width)) in
            (0u16..).zip([severity(f.severity), f.code.name(), &place, &message, hint]).zip(HEADS)
        {
            sheet.write_string_with_format(row, column, shown(text), &look)?;
            need = lines(text, width).max(need);
        }
        sheet.set_row_height(row, row_height(need))?;
    }
    if findings.is_empty() {
        sheet.write_string(1, 0, "没有发现问题")?;
    }
    let behind = u32::try_from(findings.len().clamp(1, room)).unwrap_or(1) + 1;
    for (row, remark) in (behind..).zip(remarks.iter().flatten()) {
        sheet.write_string_with_format(row, 3, shown(remark), &base())?;
    }
    Ok(sheet)
}

/// The notes on the cells that findings refer to, by sheet, and whether some cells have none because there are too many.
fn notes(findings: &[Finding]) -> (BTreeMap<&str, SheetNotes>, bool) {
    let mut all: BTreeMap<&str, SheetNotes> = BTreeMap::new();
    let (mut count, mut unmarked) = (0, false);
    for f in findings {
        let hint = f.hint.as_ref().map_or(String::new(), |h| format!("；{h}"));
        let words = format!("{}：{}{hint}（{}）", severity(f.severity), f.message, f.code);
        let places = f.source.iter().map(|p| (true, p)).chain(f.related.iter().map(|p| (false, p)));
        for (own, place) in places.filter(|(_, p)| p.file.is_none()) {
            let (Some(sheet), Some(at)) = (place.sheet_name(), place.cell) else { continue };
            let notes = all.entry(sheet).or_default();
            if !notes.contains_key(&at) {
                if count == MOST_MARKED {
                    unmarked = true;
                    continue;
                }
                count += 1;
            }
            let note = notes.entry(at).or_default();
            if own {
                note.gravest = note.gravest.max(f.severity);
            }
            note.add(&words);
        }
    }
    (all, unmarked)
}
