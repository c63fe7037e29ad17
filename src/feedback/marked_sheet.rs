//! One sheet of the marked copy: cells, spans and hidden parts of the user's sheet, with colours and notes on cells with findings.
//!
//! Takes a sheet as it was read and the notes on its cells, gives a worksheet. Widths and heights are made to fit the texts; other
//! formatting is lost.

use std::collections::{BTreeMap, HashSet};

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Note, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use crate::import::{Cell, Content, MARKED, Sheet, Span};
use crate::model::{Address, Severity};

/// Least and greatest width of a column in characters.
const WIDTHS: (usize, usize) = (8, 60);
/// Longest text of a cell and of a note (limits of Excel).
pub(super) const LONGEST: usize = 32_000;
/// Most cells that the spans of a sheet may cover: the writer keeps each in memory, and a file of 20 kB can span a whole sheet.
const MOST_COVERED: u64 = 20_000;
/// Most rows of a sheet that are hidden, because the writer keeps each in memory.
const MOST_HIDDEN: usize = 60_000;
/// Spans of up to this many cells are copied unchanged, even in unused areas: forms have some for text that is still to be
/// written.
const SMALL: u64 = 1_000;
/// Most columns or rows of a span that are measured.
const MOST_SPANNED: u32 = 100;
/// Height of a line, and of the highest row, in points.
const LINE: f64 = 15.0;
const HIGHEST: f64 = 400.0;
/// Excel's code for A4 paper.
pub(super) const A4: u8 = 9;

/// The findings about a cell.
pub(super) struct CellNote {
    /// Highest severity of the findings located at the cell; the lowest severity if the cell is only a related place.
    pub gravest: Severity,
    texts: Vec<String>,
    bytes: usize,
}

/// The notes on the cells of a sheet.
pub(super) type SheetNotes = BTreeMap<Address, CellNote>;

impl Default for CellNote {
    fn default() -> CellNote {
        CellNote { gravest: Severity::Note, texts: Vec::new(), bytes: 0 }
    }
}

impl CellNote {
    /// Adds a text, once, as long as there is room for it in a note.
    pub fn add(&mut self, text: &str) {
        if self.bytes < LONGEST && !self.texts.iter().any(|t| t == text) {
            self.bytes += text.len();
            self.texts.push(text.to_owned());
        }
    }
}

/// Copies a sheet under this name: its first `room` cells, and every cell with a note.
pub(super) fn copy(sheet: &Sheet, name: &str, notes: &SheetNotes, room: usize) -> Result<Worksheet, XlsxError> {
    let mut out = Worksheet::new();
    out.set_name(name)?.set_paper_size(A4).set_print_fit_to_pages(1, 0);
    if sheet.hidden {
        out.set_hidden(true);
    }
    let copied = |(i, c): &(usize, &Cell)| *i < room || notes.contains_key(&c.at);
    let cells: Vec<&Cell> = sheet.cells.iter().enumerate().filter(copied).map(|(_, c)| c).collect();
    let (used, formats) = (used(&cells, notes), CellFormats::new(notes));
    let spans = Spans(kept_spans(sheet, used));
    for Span { first, last } in &spans.0 {
        out.merge_range(first.row, column(*first), last.row, column(*last), "", formats.at(*first))?;
    }
    let texts = write_cells(&mut out, &cells, &formats)?;
    let widths = Widths::of(&texts, &spans);
    for column in widths.0.keys() {
        out.set_column_width(*column, widths.at((*column).into()))?;
    }
    for (row, need) in heights(&texts, &spans, &widths) {
        out.set_row_height(row, row_height(need))?;
    }
    write_notes(&mut out, sheet, notes, &spans)?;
    hide(&mut out, sheet, used)?;
    Ok(out)
}

/// The column of a cell as the writer takes it; sheets have at most 16,384 columns.
fn column(at: Address) -> u16 {
    at.column as u16
}

/// The formats of the cells: a plain one, and one for each severity.
struct CellFormats<'n> {
    notes: &'n SheetNotes,
    plain: Format,
    by_severity: [(Severity, Format); 3],
}

impl CellFormats<'_> {
    fn new(notes: &SheetNotes) -> CellFormats<'_> {
        let plain = Format::new()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_border(FormatBorder::Thin)
            .set_border_color(0xBF_BF_BF);
        let by_severity = [Severity::Note, Severity::Warning, Severity::Error].map(|s| (s, tinted(plain.clone(), s)));
        CellFormats { notes, plain, by_severity }
    }

    fn at(&self, at: Address) -> &Format {
        let gravest = self.notes.get(&at).map(|note| note.gravest);
        self.by_severity.iter().find(|(s, _)| Some(*s) == gravest).map_or(&self.plain, |(_, look)| look)
    }
}

/// The copied spans, in the order of their first cells.
struct Spans(Vec<Span>);

impl Spans {
    /// The span that begins at a cell.
    fn at(&self, at: Address) -> Option<Span> {
        self.0.binary_search_by_key(&at, |m| m.first).ok().map(|i| self.0[i])
    }
}

/// Writes the contents of cells; returns the texts that widths and heights must fit.
fn write_cells(
    out: &mut Worksheet,
    cells: &[&Cell],
    formats: &CellFormats<'_>,
) -> Result<Vec<(Address, String)>, XlsxError> {
    let mut texts = Vec::with_capacity(cells.len());
    for cell in cells {
        let (row, column, look) = (cell.at.row, column(cell.at), formats.at(cell.at));
        let text = match &cell.content {
            Content::Number(n) => {
                out.write_number_with_format(row, column, f64::try_from(*n).unwrap_or_default(), look)?;
                n.to_string()
            }
            // Any column is wide enough for it.
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
        texts.push((cell.at, text));
    }
    Ok(texts)
}

/// The width of the longest line of each column with texts, in characters.
struct Widths(BTreeMap<u16, usize>);

impl Widths {
    fn of(texts: &[(Address, String)], spans: &Spans) -> Widths {
        let mut widths: BTreeMap<u16, usize> = BTreeMap::new();
        // The text of a span says nothing about the width of a single column.
        for (at, text) in texts.iter().filter(|(at, _)| spans.at(*at).is_none()) {
            let width = widths.entry(column(*at)).or_default();
            *width = (*width).max(text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0) + 2);
        }
        Widths(widths)
    }

    /// The width of a column in the copy.
    fn at(&self, column: u32) -> f64 {
        self.0.get(&(column as u16)).map_or(WIDTHS.0, |w| *w.clamp(&WIDTHS.0, &WIDTHS.1)) as f64
    }
}

/// The lines that each row needs. Heights are set, because not all programs adjust them to the text.
fn heights(texts: &[(Address, String)], spans: &Spans, widths: &Widths) -> BTreeMap<u32, f64> {
    let mut heights: BTreeMap<u32, f64> = BTreeMap::new();
    for (at, text) in texts {
        let (last, rows) = spans.at(*at).map_or((at.column, 1), |m| (m.last.column, m.last.row - at.row + 1));
        let width = (at.column..=last.min(at.column + MOST_SPANNED)).map(|column| widths.at(column)).sum();
        let need = lines(text, width) / f64::from(rows);
        for row in at.row..at.row + rows.min(MOST_SPANNED) {
            let height = heights.entry(row).or_insert(1.0);
            *height = need.max(*height);
        }
    }
    heights
}

/// Adds the notes, and colours the cells with notes that have no content.
fn write_notes(out: &mut Worksheet, sheet: &Sheet, notes: &SheetNotes, spans: &Spans) -> Result<(), XlsxError> {
    for (at, note) in notes {
        if sheet.cells.binary_search_by_key(at, |c| c.at).is_err() && spans.at(*at).is_none() {
            out.write_blank(at.row, column(*at), &tinted(Format::new(), note.gravest))?;
        }
        let text = shown(&note.texts.join("\n"));
        let note = Note::new(text).set_author("").add_author_prefix(false).set_width(320);
        out.insert_note(at.row, column(*at), &note)?;
    }
    Ok(())
}

/// Hides the rows and columns of the used area that are hidden in the sheet.
fn hide(out: &mut Worksheet, sheet: &Sheet, used: Address) -> Result<(), XlsxError> {
    for row in sheet.hidden_rows.iter().filter(|row| **row <= used.row).take(MOST_HIDDEN) {
        out.set_row_hidden(*row)?;
    }
    for (first, last) in &sheet.hidden_columns {
        for column in *first..=(*last).min(used.column) {
            out.set_column_hidden(column as u16)?;
        }
    }
    Ok(())
}

/// Last row and last column of the copied and marked cells.
fn used(cells: &[&Cell], notes: &SheetNotes) -> Address {
    let all = cells.iter().map(|c| c.at).chain(notes.keys().copied());
    all.fold(Address { row: 0, column: 0 }, |most, at| Address {
        row: most.row.max(at.row),
        column: most.column.max(at.column),
    })
}

/// The spans that Excel accepts, in order: large ones are cut to the used area, and of overlapping ones the first is kept.
fn kept_spans(sheet: &Sheet, used: Address) -> Vec<Span> {
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

/// Number of lines of a text in a column of `width` characters; a tenth of the width is kept as reserve.
pub(super) fn lines(text: &str, width: f64) -> f64 {
    text.lines().map(|l| (l.width() as f64 / (width * 0.9)).ceil().max(1.0)).sum::<f64>().max(1.0)
}

/// The height of a row with this many lines, in points.
pub(super) fn row_height(lines: f64) -> f64 {
    (LINE * lines).min(HIGHEST)
}

/// A format with the colour of a severity. Cells that are only related to a finding have the lightest one.
pub(super) fn tinted(look: Format, severity: Severity) -> Format {
    look.set_background_color(Color::RGB(match severity {
        Severity::Error => 0xFF_C7_C2,
        Severity::Warning => 0xFF_E8_B0,
        Severity::Note => 0xDC_EB_FF,
    }))
}

/// A text without control characters other than line ends, as long as a cell may be.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST).collect()
}
