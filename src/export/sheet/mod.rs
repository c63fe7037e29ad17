//! Shared by the writers of workbooks: worksheets with known column widths, formats, official tables.
//!
//! Takes texts, numbers and forms; gives worksheets and finished bytes. It never decides what a report contains, and writes
//! every text as a string, so that no text can become a formula.

pub mod cells;
pub mod content;
pub mod grid;
mod grow;
pub mod look;
pub mod measure;
#[cfg(test)]
pub mod reading;

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Formula, Workbook, Worksheet, XlsxError};

use super::ExportError;
use super::package::Packer;
use look::{Formats, Look};

/// Longest text of one cell, in UTF-16 units (a limit of Excel).
pub const CELL_LIMIT: usize = 32_767;
/// Characters with which Excel begins a formula when a cell is edited.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];
/// Greatest height of one row in points (Excel's limit is 409).
const ROW_LIMIT: f64 = 400.0;
/// Width and height of the printed area of a portrait A4 page in pixels of 1/96 inch.
pub const PAPER_WIDTH: u32 = 680;
const PAPER_HEIGHT: f64 = 990.0;
/// Rows of a worksheet (a limit of Excel).
const ROWS: u32 = 1_048_576;
/// Default row height and column width in pixels under the default font, 宋体 11 pt.
const ROW_PIXELS: u32 = 18;
const COLUMN_PIXELS: u32 = 72;
/// Width of a sheet of plain text in pixels: the 156 mm of an official page. Not every program shrinks a single column that is
/// too wide for the page, hence the room for programs that draw columns wider.
pub const TEXT_WIDTH: u32 = 580;
/// Length of a long paragraph, in characters.
const LONG: usize = 400;
/// Least scale at which a table is kept on one page; a table that needs a smaller one takes several pages.
const READABLE: f64 = 0.65;
/// A sheet up to this many pages long is shrunk to one page.
const SQUEEZE: f64 = 1.15;
/// An error of the library as a message for the user.
pub fn fault(error: XlsxError) -> ExportError {
    use XlsxError::*;
    match error {
        SheetnameCannotBeBlank(name)
        | SheetnameLengthExceeded(name)
        | SheetnameContainsInvalidCharacter(name)
        | SheetnameStartsOrEndsWithApostrophe(name) => {
            refusal(format!("表样中的工作表名“{name}”不能用（应为 1 至 31 个字，不含 [ ] : * ? / \\），请改表样文件"))
        }
        SheetnameReused(name) => refusal(format!("表样中的工作表名“{name}”重复，请改表样文件")),
        RowColumnLimitError => refusal(format!("内容超过一张工作表的 {ROWS} 行，请分开填写")),
        MaxStringLengthExceeded => refusal(format!("有一格文字超过 {CELL_LIMIT} 字，请分成几段")),
        other => refusal(other.to_string()),
    }
}

/// An error of a workbook with a reason for the user.
pub fn refusal(reason: impl Into<String>) -> ExportError {
    ExportError::Writer { format: "XLSX", reason: reason.into() }
}

/// A text as a cell can contain it: line ends become line feeds; other control characters and characters that XML cannot
/// contain are omitted (programs do not show them, and some show an escape as letters).
pub fn clean(text: &str) -> String {
    let bad = |c: char| (c.is_control() && c != '\t' && c != '\n') || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if !text.contains(|c| c == '\r' || bad(c)) {
        return text.to_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| !bad(*c)).collect()
}

/// A worksheet being written; rows and columns from 0, widths in pixels of 1/96 inch, heights in points.
pub struct Sheet {
    pub inner: Worksheet,
    name: String,
    widths: Vec<u32>,
    formats: Formats,
    /// Rows with a set height.
    heights: BTreeMap<u32, f64>,
    /// Rows whose height follows their text while typing.
    growing: BTreeSet<u32>,
}

impl Sheet {
    /// An empty sheet with these column widths, printed on portrait A4, one page wide. Fails on an invalid sheet name.
    pub fn new(name: &str, widths: &[u32]) -> Result<Sheet, ExportError> {
        let mut inner = Worksheet::new();
        inner.set_default_format(&look::default(), ROW_PIXELS, COLUMN_PIXELS).map_err(fault)?;
        inner.set_name(clean(name).as_str()).map_err(fault)?;
        for (column, width) in (0u16..).zip(widths) {
            inner.set_column_width_pixels(column, *width).map_err(fault)?;
        }
        // Inches: left, right, top, bottom, header, footer.
        inner.set_paper_size(9).set_portrait().set_margins(0.59, 0.59, 0.59, 0.71, 0.3, 0.31);
        inner.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true).set_screen_gridlines(false);
        Ok(Sheet {
            inner,
            name: name.to_owned(),
            widths: widths.to_vec(),
            formats: Formats::default(),
            heights: BTreeMap::new(),
            growing: BTreeSet::new(),
        })
    }

    /// Number of columns it was made with.
    pub fn columns(&self) -> u16 {
        self.widths.len() as u16
    }

    /// Width in pixels of `columns` columns from `column` on.
    pub fn width(&self, column: u16, columns: u16) -> u32 {
        self.widths.iter().skip(column.into()).take(columns.into()).sum()
    }

    /// Writes a text, or a blank formatted cell if it is empty. Fails like [`Sheet::span`].
    pub fn text(&mut self, row: u32, column: u16, text: &str, look: &Look) -> Result<(), ExportError> {
        self.span(row, 1, column, 1, text, look)
    }

    /// Sets the look of the cells of a column that have no look of their own.
    pub fn column(&mut self, column: u16, look: &Look) -> Result<(), ExportError> {
        self.inner.set_column_format(column, self.formats.of(look)).map_err(fault).map(drop)
    }

    /// Writes a text without a format of its own; `look` must be that of the column.
    pub fn plain(&mut self, row: u32, column: u16, text: &str, look: &Look) -> Result<(), ExportError> {
        // A text that needs a quote prefix or may be too long is written like any other cell.
        if text.starts_with(FORMULA) || text.len() > CELL_LIMIT {
            return self.text(row, column, text, look);
        }
        self.inner.write_string(row, column, clean(text)).map_err(fault).map(drop)
    }

    /// Writes a text over `rows × columns` cells, merged if several. Fails if it has more than [`CELL_LIMIT`] UTF-16 units.
    pub fn span(
        &mut self,
        row: u32,
        rows: u32,
        column: u16,
        columns: u16,
        text: &str,
        look: &Look,
    ) -> Result<(), ExportError> {
        let text = clean(text);
        let length = text.encode_utf16().count();
        if length > CELL_LIMIT {
            let start: String = text.chars().take(12).collect();
            let reason = format!(
                "“{}”中以“{start}”开头的一段有 {length} 字，超过 Excel 一格的上限 {CELL_LIMIT} 字，请分成几段",
                self.name
            );
            return Err(refusal(reason));
        }
        let quoted = text.starts_with(FORMULA).then(|| look.clone().quoted());
        let format = self.formats.of(quoted.as_ref().unwrap_or(look));
        if rows == 1 && columns == 1 {
            self.inner.write_string_with_format(row, column, text, format).map_err(fault)?;
        } else {
            let (last_row, last_column) = (row.saturating_add(rows - 1), column.saturating_add(columns - 1));
            self.inner.merge_range(row, column, last_row, last_column, &text, format).map_err(fault)?;
        }
        Ok(())
    }

    /// Writes a number into a cell, or into the first cell of a range merged by [`Sheet::span`].
    pub fn number(&mut self, row: u32, column: u16, number: f64, look: &Look) -> Result<(), ExportError> {
        let format = self.formats.of(look);
        self.inner.write_number_with_format(row, column, number, format).map_err(fault).map(drop)
    }

    /// Writes a formula with its result, into the same cells as [`Sheet::number`].
    pub fn formula(
        &mut self,
        row: u32,
        column: u16,
        formula: &str,
        result: &str,
        look: &Look,
    ) -> Result<(), ExportError> {
        let format = self.formats.of(look);
        let formula = Formula::new(formula).set_result(result);
        self.inner.write_formula_with_format(row, column, formula, format).map_err(fault).map(drop)
    }

    /// Sets the height of a row; a greater one than a row can have is reduced to that.
    pub fn height(&mut self, row: u32, points: f64) -> Result<(), ExportError> {
        let points = points.min(ROW_LIMIT);
        self.heights.insert(row, points);
        self.inner.set_row_height(row, points).map_err(fault).map(drop)
    }

    /// Sets the height of a row until its text is edited; from then on it follows the text.
    pub fn growing(&mut self, row: u32, points: f64) -> Result<(), ExportError> {
        self.growing.insert(row);
        self.height(row, points)
    }

    /// Height in points of an empty row for text over `columns` columns from `column` on: enough for a long paragraph. Rows of
    /// merged cells never grow, and others only when text is typed in a program that adjusts them; text that a program fills in
    /// would be cut off in a lower row.
    pub fn room(&self, column: u16, columns: u16, look: &Look) -> f64 {
        let width = self.width(column, columns).saturating_sub(look.inset());
        measure::height(&"字".repeat(LONG), width, look.size).min(ROW_LIMIT)
    }

    /// Writes a paragraph over the first `columns` columns, at least `least` points high, and returns the next free row. Merged
    /// cells do not grow by themselves, so their height is set; a paragraph higher than one row can be takes several rows.
    pub fn paragraph(
        &mut self,
        row: u32,
        columns: u16,
        text: &str,
        look: &Look,
        least: f64,
    ) -> Result<u32, ExportError> {
        let need = measure::height(text, self.width(0, columns).saturating_sub(look.inset()), look.size).max(least);
        let rows = (need / ROW_LIMIT).ceil().max(1.0) as u32;
        self.span(row, rows, 0, columns, text, look)?;
        for r in row..row + rows {
            match (columns, rows) {
                (1, 1) => self.growing(r, need)?,
                _ => self.height(r, need / f64::from(rows))?,
            }
        }
        Ok(row + rows)
    }

    /// Keeps the table in rows `first..end` of a sheet of `last` rows on one printed page: the whole sheet if it nearly fits,
    /// otherwise the table alone between page breaks (which Excel observes only under a fixed scale). A table too long for that
    /// takes several pages as wide as the sheet.
    pub fn keep_on_one_page(&mut self, first: u32, end: u32, last: u32) -> Result<(), ExportError> {
        let width = f64::from(self.width(0, self.columns()));
        let scale = (f64::from(PAPER_WIDTH) / width).min(1.0);
        let tall = |from: u32, to: u32| -> f64 {
            (from..to).map(|r| self.heights.get(&r).copied().unwrap_or(13.5) * 4.0 / 3.0 * scale).sum()
        };
        if tall(0, last) <= PAPER_HEIGHT * SQUEEZE {
            self.inner.set_print_fit_to_pages(1, 1);
            return Ok(());
        }
        // A heading directly above the table stays with it.
        let from = if first > 1 { first } else { 0 };
        let table = (PAPER_HEIGHT / tall(from, end)).min(1.0);
        if table < READABLE {
            return Ok(());
        }
        // 84 percent, not 100: programs without the default font draw columns up to a sixth wider.
        let percent = (scale * table * 84.0).floor().clamp(10.0, 100.0);
        self.inner.set_print_scale(percent as u16);
        let breaks: Vec<u32> = [(from, from > 0), (end, end < last)].iter().filter(|b| b.1).map(|b| b.0).collect();
        self.inner.set_page_breaks(&breaks).map_err(fault).map(drop)
    }
}

/// A workbook whose sheets are assembled, but not yet packed.
pub struct Assembled {
    /// Its package as the library writes it.
    package: Vec<u8>,
    /// Rows of each sheet that grow with their text.
    growing: Vec<BTreeSet<u32>>,
    /// The library's workbook, kept so that the thread that filled it also drops it: freeing memory of another thread is slow.
    _writer: Workbook,
}

/// Assembles the sheets. The properties are only the title and a fixed date, so that the same report gives the same bytes; no
/// author is set.
pub fn assemble(title: &str, sheets: Vec<Sheet>) -> Result<Assembled, ExportError> {
    let mut book = Workbook::new();
    let date = ExcelDateTime::from_ymd(2000, 1, 1).map_err(fault)?;
    book.set_properties(&DocProperties::new().set_title(clean(title)).set_creation_datetime(&date));
    book.set_default_format(&look::default(), ROW_PIXELS, COLUMN_PIXELS).map_err(fault)?;
    // The package is compressed again later, so this is the library's lowest level.
    book.set_zip_compression_level(1);
    let mut growing = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        growing.push(sheet.growing);
        book.push_worksheet(sheet.inner);
    }
    Ok(Assembled { package: book.save_to_buffer().map_err(fault)?, growing, _writer: book })
}

impl Assembled {
    /// Packs the workbook.
    pub fn pack(self, packer: &Packer) -> Result<Vec<u8>, ExportError> {
        let parts = grow::free(&self.package, &self.growing).map_err(|e| refusal(e.to_string()))?;
        packer.pack(&parts, "XLSX")
    }
}

/// Assembles and packs a workbook of which a run makes few.
pub fn finish(title: &str, sheets: Vec<Sheet>) -> Result<Vec<u8>, ExportError> {
    assemble(title, sheets)?.pack(&Packer::default())
}
