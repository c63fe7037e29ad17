//! A copy of the user's workbook in which the cells with findings are coloured, each with a note of what is wrong.
//!
//! Takes the workbook as it was read and the findings, gives a new workbook: the same sheets, cells, spans and hidden parts.
//! Formulas become their results and formatting is lost: the copy is for finding the cells, not for filling in.

use std::collections::{BTreeMap, HashSet};
use std::io::{Cursor, Read};

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook as Book, Worksheet,
    XlsxError,
};
use unicode_width::UnicodeWidthStr;

use crate::batch::severity;
use crate::import::{Cell, Content, MARKED, Sheet, Span, Workbook};
use crate::model::{Address, BLOCKS, Finding, Severity};

/// The sheet that lists all findings.
const LIST: &str = "检查结果";
/// Fixed creation and modification time in the properties; occurs twice in an unedited copy.
const WRITTEN: &str = ">2000-01-01T00:00:00Z</dcterms:";
/// Most bytes read of a part; the properties and the list of sheets that this program writes are shorter.
const MOST_PROPERTIES: u64 = 1 << 20;
const HEADS: [(&str, f64); 5] = [("级别", 8.0), ("代码", 8.0), ("位置", 26.0), ("问题", 70.0), ("怎么办", 50.0)];
/// Least and greatest width of a column in characters.
const WIDTHS: (usize, usize) = (8, 60);
/// Longest text of a cell and of a note (limits of Excel).
const LONGEST: usize = 32_000;

/// Longest name of a sheet, in UTF-16 units, and characters that are not allowed in it (limits of Excel).
const LONGEST_NAME: usize = 31;
const NOT_IN_NAMES: [char; 7] = ['*', '?', ':', '[', ']', '\\', '/'];
/// Most rows below the head of a sheet (limit of Excel).
const ROWS: usize = 1_048_575;
/// Most cells that the spans of a sheet may cover: the writer keeps each in memory, and a file of 20 kB can span a whole sheet.
const MOST_COVERED: u64 = 20_000;
/// Most cells of a workbook that are copied: the writer keeps each in memory, and a file of 2 MB can contain a million.
const MOST_COPIED: usize = 60_000;
/// Most cells of a workbook that are marked.
const MOST_MARKED: usize = 20_000;

/// Spans of up to this many cells are copied unchanged, even in unused areas: forms have some for text that is still to be
/// written.
const SMALL: u64 = 1_000;

/// Most columns or rows of a span that are measured.
const MOST_SPANNED: u32 = 100;
/// Height of a line, and of the highest row, in points.
const LINE: f64 = 15.0;
const HIGHEST: f64 = 400.0;
/// Excel's code for A4 paper.
const A4: u8 = 9;

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
    let (marks, unmarked) = marks(findings);
    let none = Marks::new();
    let rooms = rooms(workbook);
    let cut = workbook.sheets.iter().zip(&rooms).filter(|(s, room)| s.cells.len() > **room).map(|(s, _)| &*s.name);
    let remarks = [cut_sheets(&cut.collect::<Vec<_>>()), unmarked_cells(unmarked)];
    book.push_worksheet(list(&sheet_name(LIST, &mut taken), findings, &remarks)?);
    for ((sheet, name), room) in workbook.sheets.iter().zip(&names).zip(rooms) {
        book.push_worksheet(copy(sheet, name, marks.get(&*sheet.name).unwrap_or(&none), room)?);
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
        let place = f.source.as_ref().and_then(super::place).unwrap_or_default();
        let blocks = if f.blocks_as_warning() { format!("（{BLOCKS}）") } else { String::new() };
        let message = format!("{}{}{blocks}", f.message, f.unshown());
        let hint = f.hint.as_deref().unwrap_or_default();
        let look = fill(base(), f.severity);
        let mut need = 1.0;
        for ((column, text), (_, width)) in
            (0u16..).zip([severity(f.severity), f.code.name(), &place, &message, hint]).zip(HEADS)
        {
            sheet.write_string_with_format(row, column, shown(text), &look)?;
            need = lines(text, width).max(need);
        }
        sheet.set_row_height(row, (LINE * need).min(HIGHEST))?;
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

fn copy(sheet: &Sheet, name: &str, marks: &Marks, room: usize) -> Result<Worksheet, XlsxError> {
    let mut out = Worksheet::new();
    out.set_name(name)?.set_paper_size(A4).set_print_fit_to_pages(1, 0);
    if sheet.hidden {
        out.set_hidden(true);
    }
    let plain = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_border_color(0xBF_BF_BF);
    let looks = [Severity::Note, Severity::Warning, Severity::Error].map(|s| (s, fill(plain.clone(), s)));
    let look = |at: Address| {
        let gravest = marks.get(&at).map(|mark| mark.gravest);
        looks.iter().find(|(s, _)| Some(*s) == gravest).map_or(&plain, |(_, look)| look)
    };
    let cells = || {
        let copied = |(i, c): &(usize, &Cell)| *i < room || marks.contains_key(&c.at);
        sheet.cells.iter().enumerate().filter(copied).map(|(_, c)| c)
    };
    let used = used(cells(), marks);
    let spans = spans(sheet, used);
    let span_at = |at: Address| spans.binary_search_by_key(&at, |m| m.first).ok().map(|i| spans[i]);
    for span in &spans {
        let column = |c: u32| c as u16;
        let (a, b) = (span.first, span.last);
        out.merge_range(a.row, column(a.column), b.row, column(b.column), "", look(a))?;
    }
    let mut widths: BTreeMap<u16, usize> = BTreeMap::new();
    // Row heights are set, because not all programs adjust them to the text.
    let mut texts: Vec<(Address, String)> = Vec::new();
    for cell in cells() {
        let (row, column, look) = (cell.at.row, cell.at.column as u16, look(cell.at));
        let text = match &cell.content {
            Content::Number(n) => {
                out.write_number_with_format(row, column, f64::try_from(*n).unwrap_or_default(), look)?;
                n.to_string()
            }
            Content::Bool(b) => {
                out.write_boolean_with_format(row, column, *b, look)?;
                continue;
            }
            Content::Text(t) => t.replace(MARKED, ""),
            Content::HugeNumber(t) | Content::Other(t) | Content::Error(t) => t.clone(),
            Content::Date(y, m, d) => format!("{y}-{m:02}-{d:02}"),
            Content::Uncomputed => String::new(),
        };
        if !matches!(cell.content, Content::Number(_)) {
            out.write_string_with_format(row, column, shown(&text), look)?;
        }
        // The text of a span says nothing about the width of a single column.
        if span_at(cell.at).is_none() {
            let width = widths.entry(column).or_default();
            *width = (*width).max(text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0) + 2);
        }
        texts.push((cell.at, text));
    }
    let width_of =
        |column: u32| widths.get(&(column as u16)).map_or(WIDTHS.0, |w| *w.clamp(&WIDTHS.0, &WIDTHS.1)) as f64;
    for column in widths.keys() {
        out.set_column_width(*column, width_of((*column).into()))?;
    }
    let mut heights: BTreeMap<u32, f64> = BTreeMap::new();
    for (at, text) in &texts {
        let span = span_at(*at);
        let (last, rows) = span.map_or((at.column, 1), |m| (m.last.column, m.last.row - at.row + 1));
        let need = lines(text, (at.column..=last.min(at.column + MOST_SPANNED)).map(width_of).sum()) / f64::from(rows);
        for row in at.row..at.row + rows.min(MOST_SPANNED) {
            let height = heights.entry(row).or_insert(1.0);
            *height = need.max(*height);
        }
    }
    for (row, need) in heights {
        out.set_row_height(row, (LINE * need).min(HIGHEST))?;
    }
    for (at, mark) in marks {
        // An empty cell is coloured too.
        if sheet.cells.binary_search_by_key(at, |c| c.at).is_err() && span_at(*at).is_none() {
            out.write_blank(at.row, at.column as u16, &fill(Format::new(), mark.gravest))?;
        }
        let note = Note::new(shown(&mark.texts.join("\n"))).set_author("").add_author_prefix(false).set_width(320);
        out.insert_note(at.row, at.column as u16, &note)?;
    }
    for row in sheet.hidden_rows.iter().filter(|row| **row <= used.row).take(MOST_COPIED) {
        out.set_row_hidden(*row)?;
    }
    for (first, last) in &sheet.hidden_columns {
        for column in *first..=(*last).min(used.column) {
            out.set_column_hidden(column as u16)?;
        }
    }
    Ok(out)
}

/// Last row and last column of the copied and marked cells.
fn used<'s>(cells: impl Iterator<Item = &'s Cell>, marks: &Marks) -> Address {
    let all = cells.map(|c| c.at).chain(marks.keys().copied());
    all.fold(Address { row: 0, column: 0 }, |most, at| Address {
        row: most.row.max(at.row),
        column: most.column.max(at.column),
    })
}

/// The spans that Excel accepts, in order: large ones are cut to the used area, and of overlapping ones the first is kept.
fn spans(sheet: &Sheet, used: Address) -> Vec<Span> {
    let (mut covered, mut room) = (HashSet::new(), MOST_COVERED);
    let mut kept = Vec::new();
    for span in &sheet.merges {
        let first = span.first;
        let area = |last: Address| {
            let side = |a: u32, b: u32| u64::from((b + 1).saturating_sub(a));
            side(first.row, last.row) * side(first.column, last.column)
        };
        let cut = Address { row: span.last.row.min(used.row), column: span.last.column.min(used.column) };
        let last = if area(span.last) > SMALL { cut } else { span.last };
        let cells = area(last);
        if cells < 2 {
            continue;
        }
        // Also subtracted for spans that are dropped below: testing all cells of many spans would take as long as keeping them.
        let Some(rest) = room.checked_sub(cells) else { continue };
        room = rest;
        let all = || (first.row..=last.row).flat_map(|r| (first.column..=last.column).map(move |c| (r, c)));
        if !all().any(|at| covered.contains(&at)) {
            covered.extend(all());
            kept.push(Span { first, last });
        }
    }
    kept
}

/// The findings about a cell.
struct Mark {
    /// Highest severity of the findings located at the cell; the lowest severity if the cell is only a related place.
    gravest: Severity,
    texts: Vec<String>,
    bytes: usize,
}

/// Marks of a sheet by their cells.
type Marks = BTreeMap<Address, Mark>;

/// Cells that findings refer to, by sheet, and whether some cells are not marked because there are too many.
fn marks(findings: &[Finding]) -> (BTreeMap<&str, Marks>, bool) {
    let mut all: BTreeMap<&str, Marks> = BTreeMap::new();
    let (mut count, mut unmarked) = (0, false);
    for f in findings {
        let hint = f.hint.as_ref().map_or(String::new(), |h| format!("；{h}"));
        let words = format!("{}：{}{hint}（{}）", severity(f.severity), f.message, f.code);
        let places = f.source.iter().map(|p| (true, p)).chain(f.related.iter().map(|p| (false, p)));
        for (own, place) in places.filter(|(_, p)| p.file.is_none()) {
            let (Some(sheet), Some(at)) = (place.sheet_name(), place.cell) else { continue };
            let none = || Mark { gravest: Severity::Note, texts: Vec::new(), bytes: 0 };
            let marks = all.entry(sheet).or_default();
            if !marks.contains_key(&at) {
                if count == MOST_MARKED {
                    unmarked = true;
                    continue;
                }
                count += 1;
            }
            let mark = marks.entry(at).or_insert_with(none);
            if own {
                mark.gravest = mark.gravest.max(f.severity);
            }
            // A note cannot contain more.
            if mark.bytes < LONGEST && !mark.texts.contains(&words) {
                mark.bytes += words.len();
                mark.texts.push(words.clone());
            }
        }
    }
    (all, unmarked)
}

/// Number of lines of a text in a column of `width` characters; a tenth of the width is kept as reserve.
fn lines(text: &str, width: f64) -> f64 {
    text.lines().map(|l| (l.width() as f64 / (width * 0.9)).ceil().max(1.0)).sum::<f64>().max(1.0)
}

/// Fills with the colour of a severity. Cells that are only related to a finding have the lightest one.
fn fill(look: Format, severity: Severity) -> Format {
    look.set_background_color(Color::RGB(match severity {
        Severity::Error => 0xFF_C7_C2,
        Severity::Warning => 0xFF_E8_B0,
        Severity::Note => 0xDC_EB_FF,
    }))
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST).collect()
}
