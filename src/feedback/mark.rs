//! A copy of the clerk's workbook with the cells in question coloured, each with a note of what is wrong.
//!
//! Takes the workbook as it was read and the findings, gives a new workbook: the same sheets, cells, spans and hidden parts.
//! Formulas become their results, and looks are not kept: it is for finding the cells, not for filling in.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook as Book, Worksheet,
    XlsxError,
};
use unicode_width::UnicodeWidthStr;

use crate::batch::{Item, severity};
use crate::import::{Content, MARKED, Sheet, Workbook};
use crate::model::{Address, Severity};

/// The sheet that lists all findings.
const LIST: &str = "检查结果";
const HEADS: [(&str, f64); 5] = [("级别", 8.0), ("代码", 8.0), ("位置", 26.0), ("问题", 70.0), ("怎么办", 50.0)];
/// Least and greatest width of a column in characters.
const WIDTHS: (usize, usize) = (8, 60);
/// Longest text of a cell and of a note (limits of Excel).
const LONGEST: usize = 32_000;

/// Columns or rows of a span that are measured.
const MOST_SPANNED: u32 = 100;
/// Height of a line, and of the highest row, in points.
const LINE: f64 = 15.0;
const HIGHEST: f64 = 400.0;
/// Excel's number of the paper.
const A4: u8 = 9;

/// Marks a workbook.
///
/// # Errors
/// Of the writer, where Excel could not hold the sheets.
pub fn mark(workbook: &Workbook, findings: &[Item]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Book::new();
    // No author and no clock.
    book.set_properties(
        &DocProperties::new().set_title(LIST).set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?),
    );
    let taken = |name: &str| workbook.sheets.iter().any(|s| *s.name == *name);
    let name = (1..).map(|n| if n == 1 { LIST.to_owned() } else { format!("{LIST}{n}") }).find(|n| !taken(n));
    book.push_worksheet(list(name.as_deref().unwrap_or(LIST), findings)?);
    for sheet in &workbook.sheets {
        book.push_worksheet(copy(sheet, findings)?);
    }
    book.save_to_buffer()
}

fn list(name: &str, findings: &[Item]) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    let base = || Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter).set_text_wrap();
    for (column, (head, width)) in (0u16..).zip(HEADS) {
        sheet.set_column_width(column, width)?.write_string_with_format(0, column, head, &base().set_bold())?;
    }
    for (row, f) in (1u32..).zip(findings) {
        let place = super::place(&f.place).unwrap_or_default();
        let hint = f.hint.as_deref().unwrap_or_default();
        let look = fill(base(), f.severity);
        let mut need = 1.0;
        for ((column, text), (_, width)) in
            (0u16..).zip([severity(f.severity), &f.code, &place, &f.message, hint]).zip(HEADS)
        {
            sheet.write_string_with_format(row, column, shown(text), &look)?;
            need = lines(text, width).max(need);
        }
        sheet.set_row_height(row, LINE * need)?;
    }
    if findings.is_empty() {
        sheet.write_string(1, 0, "没有发现问题")?;
    }
    Ok(sheet)
}

fn copy(sheet: &Sheet, findings: &[Item]) -> Result<Worksheet, XlsxError> {
    let mut out = Worksheet::new();
    out.set_name(&*sheet.name)?.set_paper_size(A4).set_print_fit_to_pages(1, 0);
    if sheet.hidden {
        out.set_hidden(true);
    }
    let marks = marks(&sheet.name, findings);
    let look = |at: Address| {
        let base = Format::new()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_border(FormatBorder::Thin)
            .set_border_color(0xBF_BF_BF);
        marks.get(&at).map_or(base.clone(), |(gravest, _)| fill(base, *gravest))
    };
    for span in &sheet.merges {
        let column = |c: u32| c as u16;
        let (a, b) = (span.first, span.last);
        out.merge_range(a.row, column(a.column), b.row, column(b.column), "", &look(a))?;
    }
    let mut widths: BTreeMap<u16, usize> = BTreeMap::new();
    // Programs do not make rows as high as their texts need unasked.
    let mut texts: Vec<(Address, String)> = Vec::new();
    for cell in &sheet.cells {
        let (row, column, look) = (cell.at.row, cell.at.column as u16, look(cell.at));
        let text = match &cell.content {
            Content::Number(n) => {
                out.write_number_with_format(row, column, f64::try_from(*n).unwrap_or_default(), &look)?;
                n.to_string()
            }
            Content::Bool(b) => {
                out.write_boolean_with_format(row, column, *b, &look)?;
                continue;
            }
            Content::Text(t) => t.replace(MARKED, ""),
            Content::HugeNumber(t) | Content::Other(t) | Content::Error(t) => t.clone(),
            Content::Date(y, m, d) => format!("{y}-{m:02}-{d:02}"),
            Content::Uncomputed => String::new(),
        };
        if !matches!(cell.content, Content::Number(_)) {
            out.write_string_with_format(row, column, shown(&text), &look)?;
        }
        // Spans say nothing of one column.
        if !sheet.merges.iter().any(|m| m.first == cell.at) {
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
        let span = sheet.merges.iter().find(|m| m.first == *at);
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
    for (at, (gravest, texts)) in &marks {
        // A cell that is empty shows its colour all the same.
        if !sheet.cells.iter().any(|c| c.at == *at) && !sheet.merges.iter().any(|m| m.first == *at) {
            out.write_blank(at.row, at.column as u16, &fill(Format::new(), *gravest))?;
        }
        let note = Note::new(shown(&texts.join("\n"))).set_author("").add_author_prefix(false).set_width(320);
        out.insert_note(at.row, at.column as u16, &note)?;
    }
    for row in &sheet.hidden_rows {
        out.set_row_hidden(*row)?;
    }
    for (first, last) in &sheet.hidden_columns {
        for column in *first..=*last {
            out.set_column_hidden(column as u16)?;
        }
    }
    Ok(out)
}

/// Cells of a sheet that findings speak of: the gravest of them, and their words.
fn marks(sheet: &str, findings: &[Item]) -> BTreeMap<Address, (Severity, Vec<String>)> {
    let mut all: BTreeMap<Address, (Severity, Vec<String>)> = BTreeMap::new();
    for f in findings {
        let hint = f.hint.as_ref().map_or(String::new(), |h| format!("；{h}"));
        let words = format!("{}：{}{hint}（{}）", severity(f.severity), f.message, f.code);
        for (own, place) in std::iter::once((true, &f.place)).chain(f.related.iter().map(|p| (false, p))) {
            if place.sheet.as_deref() != Some(sheet) || place.file.is_some() {
                continue;
            }
            let Some(at) = place.cell.as_ref().and_then(|c| c.parse::<Address>().ok()) else { continue };
            let (gravest, texts) = all.entry(at).or_insert((Severity::Note, Vec::new()));
            if own {
                *gravest = (*gravest).max(f.severity);
            }
            if !texts.contains(&words) {
                texts.push(words.clone());
            }
        }
    }
    all
}

/// How many lines a text takes in so many characters, a little less than which a column holds.
fn lines(text: &str, width: f64) -> f64 {
    text.lines().map(|l| (l.width() as f64 / (width * 0.9)).ceil().max(1.0)).sum::<f64>().max(1.0)
}

/// The colour of a severity; of cells that are only spoken of, the lightest.
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
