//! 汇总.xlsx: the whole run on four sheets, for the person responsible for it.
//!
//! Takes the records of a run in their order, gives a workbook with values only (no formulas), the same bytes for the same
//! records.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use super::{Header, Record, Status};
use crate::import::{self, Content};
use crate::model::Severity;
use crate::rules;

/// Longest text of a cell, in characters: far below Excel's limit, and more than anyone reads in a cell.
const LONGEST: usize = 2_000;
/// Most rows below the head of a worksheet (limit of Excel).
const ROWS: usize = 1_048_575;

const INPUTS: [(&str, f64); 11] = [
    ("序号", 6.0),
    ("输入", 36.0),
    ("单位", 26.0),
    ("年度", 7.0),
    ("表样", 7.0),
    ("结果", 8.0),
    ("错误", 6.0),
    ("警告", 6.0),
    ("提示", 6.0),
    ("说明", 46.0),
    ("输出", 46.0),
];
const FINDINGS: [(&str, f64); 9] = [
    ("序号", 6.0),
    ("输入", 36.0),
    ("单位", 26.0),
    ("级别", 6.0),
    ("代码", 7.0),
    ("工作表", 18.0),
    ("格子", 7.0),
    ("问题", 56.0),
    ("怎么办", 36.0),
];
const OUTPUTS: [(&str, f64); 4] = [("序号", 6.0), ("文件", 70.0), ("字节", 10.0), ("SHA-256", 68.0)];

/// Names of the sheets, in order.
const SHEETS: [&str; 4] = ["统计", "输入", "问题", "输出"];

/// Whether a workbook was written by [`write()`]. A run over an output folder skips such workbooks.
pub fn is_summary(workbook: &import::Workbook) -> bool {
    let [_, inputs, _, _] = workbook.sheets.as_slice() else { return false };
    let text = |c: &import::Cell, head: &str| matches!(&c.content, Content::Text(t) if t == head);
    workbook.sheets.iter().zip(SHEETS).all(|(s, name)| *s.name == *name)
        && inputs.cells.len() >= INPUTS.len()
        && inputs.cells.iter().zip(INPUTS).all(|(c, (head, _))| text(c, head))
}

/// Writes the workbook. If a sheet has no room for all rows, its last row says how many are omitted; the manifest contains all.
pub fn write(header: &Header, records: &[&Record]) -> Result<Vec<u8>, XlsxError> {
    write_limited(header, records, ROWS)
}

/// The same with at most `most` rows below the head of each sheet.
fn write_limited(header: &Header, records: &[&Record], most: usize) -> Result<Vec<u8>, XlsxError> {
    let formats = CellFormats::new();
    let mut workbook = Workbook::new();
    // No author and no clock: the same run gives the same bytes.
    workbook.set_properties(
        &DocProperties::new().set_title("汇总").set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?),
    );
    workbook.push_worksheet(counts(header, records, &formats)?);
    workbook.push_worksheet(inputs(records, most, &formats)?);
    workbook.push_worksheet(findings(records, most, &formats)?);
    workbook.push_worksheet(outputs(records, most, &formats)?);
    workbook.save_to_buffer()
}

struct CellFormats {
    head: Format,
    cell: Format,
    /// For numbers and short words.
    short: Format,
    grave: Format,
    grave_short: Format,
}

impl CellFormats {
    fn new() -> CellFormats {
        let base = || {
            Format::new()
                .set_font_name("宋体")
                .set_font_size(10)
                .set_border(FormatBorder::Thin)
                .set_border_color(0xBF_BF_BF)
                .set_align(FormatAlign::VerticalCenter)
        };
        CellFormats {
            head: base().set_bold().set_background_color(0xEE_EE_EE).set_align(FormatAlign::Center),
            cell: base().set_text_wrap(),
            short: base().set_align(FormatAlign::Center),
            grave: base().set_text_wrap().set_background_color(0xFF_D9_D9),
            grave_short: base().set_align(FormatAlign::Center).set_background_color(0xFF_D9_D9),
        }
    }
}

/// The rows of a sheet: how many there are, and how many of them are written.
#[derive(Clone, Copy)]
struct Rows {
    all: usize,
    written: usize,
}

impl Rows {
    /// Keeps the last row free for a remark if not all rows fit.
    fn fitted(all: usize, most: usize) -> Rows {
        Rows { all, written: if all > most { most - 1 } else { all } }
    }

    /// Writes the remark if rows are omitted, in the wide column of files.
    fn remark(self, sheet: &mut Worksheet, formats: &CellFormats) -> Result<(), XlsxError> {
        let omitted = self.all - self.written;
        if omitted == 0 {
            return Ok(());
        }
        let row = u32::try_from(self.written).unwrap_or(u32::MAX).saturating_add(1);
        text(sheet, row, 1, &format!("另有 {omitted} 行放不下，没有列出，全部见 manifest.jsonl"), &formats.grave)
    }
}

/// A worksheet with a frozen head row and a filter, printed on landscape A4.
fn table(name: &str, columns: &[(&str, f64)], rows: Rows, formats: &CellFormats) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    for (column, (head, width)) in (0u16..).zip(columns) {
        sheet.set_column_width(column, *width)?.write_string_with_format(0, column, *head, &formats.head)?;
    }
    let last = u16::try_from(columns.len()).unwrap_or(u16::MAX) - 1;
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    sheet.autofilter(0, 0, u32::try_from(rows.written.max(1)).unwrap_or(1), last)?;
    Ok(sheet)
}

/// Sets the height of a row to fit its longest text, because not all spreadsheet programs do so themselves.
fn height(sheet: &mut Worksheet, row: u32, columns: &[(&str, f64)], texts: &[(usize, &str)]) -> Result<(), XlsxError> {
    let lines = texts.iter().map(|(column, text)| {
        // Slightly less than the width of the column, because fonts differ.
        let room = columns.get(*column).map_or(10.0, |c| c.1) * 0.92;
        (text.width() as f64 / room).ceil().clamp(1.0, 25.0)
    });
    let most = lines.fold(1.0, f64::max);
    if most > 1.0 { sheet.set_row_height(row, 13.5 * most).map(drop) } else { Ok(()) }
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let plain = |c: &char| !c.is_control() || *c == '\n';
    let text: String = text.chars().filter(plain).take(LONGEST).collect();
    sheet.write_string_with_format(row, column, text, format).map(drop)
}

fn number(sheet: &mut Worksheet, row: u32, column: u16, n: usize, format: &Format) -> Result<(), XlsxError> {
    // Counts and sizes of files: far below the largest integer that `f64` represents exactly.
    sheet.write_number_with_format(row, column, n as f64, format).map(drop)
}

/// The Chinese word for a status.
pub const fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "正常",
        Status::Findings => "有问题",
        Status::Failed => "失败",
        Status::Skipped => "略过",
    }
}

/// The Chinese word for a severity.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "错误",
        Severity::Warning => "警告",
        Severity::Note => "提示",
    }
}

fn counts(header: &Header, records: &[&Record], formats: &CellFormats) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(SHEETS[0])?.set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, 22)?.set_column_width(1, 15)?.set_column_width(2, 60)?;
    let mut row = 0;
    let mut line = |what: &str, middle: Middle<'_>, meaning: &str| -> Result<(), XlsxError> {
        let (side, short) = if matches!(middle, Middle::Head(_)) {
            (&formats.head, &formats.head)
        } else {
            (&formats.cell, &formats.short)
        };
        text(&mut sheet, row, 0, what, side)?;
        match middle {
            Middle::Count(n) => number(&mut sheet, row, 1, n, short)?,
            Middle::Head(t) | Middle::Text(t) => text(&mut sheet, row, 1, t, short)?,
        }
        text(&mut sheet, row, 2, meaning, side)?;
        row += 1;
        Ok(())
    };
    line("结果", Middle::Head("份数"), "说明")?;
    let meanings = [
        (Status::Ok, "没有错误"),
        (Status::Findings, "内容已读懂，有需要核对的问题；转换时已照原样输出"),
        (Status::Failed, "读不了、不能确定内容或写不了，没有输出"),
        (Status::Skipped, "不是工作簿的其他文件"),
    ];
    for (status, meaning) in meanings {
        line(word(status), Middle::Count(records.iter().filter(|r| r.status == status).count()), meaning)?;
    }
    line("合计", Middle::Count(records.len()), "")?;
    line("问题代码", Middle::Head("处数"), "含义")?;
    for rule in rules::all() {
        let count = records.iter().flat_map(|r| &r.findings).filter(|f| f.code == rule.code).count();
        if count > 0 {
            line(rule.code.name(), Middle::Count(count), &rule.title)?;
        }
    }
    line("版本", Middle::Head("版本号"), "说明")?;
    line("nianbao", Middle::Text(&header.tool), "程序")?;
    for (edition, digest) in &header.forms {
        let digest = Middle::Text(head(digest));
        line(&format!("{edition} 版表样"), digest, "表样文件的 SHA-256（前 12 位）")?;
    }
    let key = Middle::Text(head(&header.key));
    line("选项", key, "程序、表样、样式和选项合在一起的 SHA-256（前 12 位）")?;
    Ok(sheet)
}

/// The first digits of a digest.
fn head(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// Content of the middle column, between a word and its explanation.
enum Middle<'a> {
    /// Head of the lines below.
    Head(&'a str),
    Text(&'a str),
    Count(usize),
}

fn inputs(records: &[&Record], most: usize, formats: &CellFormats) -> Result<Worksheet, XlsxError> {
    let rows = Rows::fitted(records.len(), most);
    let mut sheet = table(SHEETS[1], &INPUTS, rows, formats)?;
    for (row, r) in (1u32..).zip(records.iter().take(rows.written)) {
        let failed = r.status == Status::Failed;
        let (cell, short) =
            if failed { (&formats.grave, &formats.grave_short) } else { (&formats.cell, &formats.short) };
        number(&mut sheet, row, 0, r.input, short)?;
        text(&mut sheet, row, 1, &r.file, cell)?;
        text(&mut sheet, row, 2, r.agency.as_deref().unwrap_or(""), cell)?;
        match r.year {
            Some(year) => number(&mut sheet, row, 3, year.into(), short)?,
            None => text(&mut sheet, row, 3, "", short)?,
        }
        text(&mut sheet, row, 4, r.edition.as_deref().unwrap_or(""), short)?;
        text(&mut sheet, row, 5, word(r.status), short)?;
        for (column, s) in (6u16..).zip([Severity::Error, Severity::Warning, Severity::Note]) {
            number(&mut sheet, row, column, r.count(s), short)?;
        }
        // Notes are not given as a reason, except for a skipped input.
        let reason = r.findings.first().filter(|f| f.severity > Severity::Note || r.status == Status::Skipped);
        let reason = reason.map_or("", |f| f.message.as_str());
        text(&mut sheet, row, 9, reason, cell)?;
        // All formats have the same file name, so it is written once.
        let name = r.outputs.first().map(|o| o.path.rsplit_once('.').map_or(o.path.as_str(), |(name, _)| name));
        let formats: Vec<&str> = r.outputs.iter().map(|o| o.format.as_str()).collect();
        let outputs = name.map_or(String::new(), |name| format!("{name}（{}）", formats.join("、")));
        text(&mut sheet, row, 10, &outputs, cell)?;
        height(&mut sheet, row, &INPUTS, &[(1, &r.file), (9, reason), (10, &outputs)])?;
    }
    rows.remark(&mut sheet, formats)?;
    Ok(sheet)
}

fn outputs(records: &[&Record], most: usize, formats: &CellFormats) -> Result<Worksheet, XlsxError> {
    let all = || records.iter().copied().flat_map(|r| r.outputs.iter().map(move |o| (r, o)));
    let rows = Rows::fitted(all().count(), most);
    let mut sheet = table(SHEETS[3], &OUTPUTS, rows, formats)?;
    for (row, (r, o)) in (1u32..).zip(all().take(rows.written)) {
        number(&mut sheet, row, 0, r.input, &formats.short)?;
        text(&mut sheet, row, 1, &o.path, &formats.cell)?;
        number(&mut sheet, row, 2, o.bytes, &formats.short)?;
        text(&mut sheet, row, 3, &o.sha256, &formats.cell)?;
        height(&mut sheet, row, &OUTPUTS, &[(1, &o.path)])?;
    }
    rows.remark(&mut sheet, formats)?;
    Ok(sheet)
}

fn findings(records: &[&Record], most: usize, formats: &CellFormats) -> Result<Worksheet, XlsxError> {
    let all = || {
        let read = records.iter().copied().filter(|r| r.status != Status::Skipped);
        read.flat_map(|r| r.findings.iter().map(move |f| (r, f)))
    };
    let rows = Rows::fitted(all().count(), most);
    let mut sheet = table(SHEETS[2], &FINDINGS, rows, formats)?;
    for (row, (r, f)) in (1u32..).zip(all().take(rows.written)) {
        number(&mut sheet, row, 0, r.input, &formats.short)?;
        let texts = [
            r.file.as_str(),
            r.agency.as_deref().unwrap_or(""),
            severity(f.severity),
            f.code.name(),
            f.sheet().unwrap_or(""),
            &f.cell().map_or(String::new(), |c| c.to_string()),
            &f.message,
            f.hint.as_deref().unwrap_or(""),
        ];
        let grave = f.severity == Severity::Error;
        for (column, content) in (1u16..).zip(texts) {
            let format = match column {
                3 if grave => &formats.grave_short,
                3 | 4 | 6 => &formats.short,
                _ => &formats.cell,
            };
            text(&mut sheet, row, column, content, format)?;
        }
        height(
            &mut sheet,
            row,
            &FINDINGS,
            &[(1, texts[0]), (2, texts[1]), (5, texts[4]), (7, texts[6]), (8, texts[7])],
        )?;
    }
    rows.remark(&mut sheet, formats)?;
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::OutputFile;
    use crate::import::Limits;
    use crate::model::{Code, finding};

    #[test]
    fn a_sheet_without_room_says_how_many_rows_are_omitted() {
        let output = |n| OutputFile { format: "pdf".into(), path: format!("{n}.pdf"), bytes: 1, sha256: "0".into() };
        let record = |input: usize| Record {
            outputs: vec![output(2 * input), output(2 * input + 1)],
            findings: vec![finding(Code::T501, "…")],
            ..Record::of_test(input)
        };
        let records = [1, 2, 3].map(record);
        let header = Header {
            manifest: Header::LAYOUT,
            tool: "1".into(),
            forms: std::collections::BTreeMap::new(),
            key: "k".into(),
            inputs: 3,
            inputs_sha256: "d".into(),
            shard: None,
        };
        let last_texts = |most: usize| {
            let bytes = write_limited(&header, &records.each_ref(), most).unwrap();
            let workbook = import::read_bytes("", &bytes, &Limits::default()).unwrap();
            [1, 2, 3].map(|i| {
                let cells = &workbook.sheets[i].cells;
                let last = cells.iter().map(|c| c.at.row).max().unwrap();
                let text = cells.iter().find(|c| c.at.row == last && c.at.column == 1).map(|c| c.content.clone());
                match text {
                    Some(Content::Text(text)) => (last, text),
                    other => panic!("{other:?}"),
                }
            })
        };
        let omitted = |n| format!("另有 {n} 行放不下，没有列出，全部见 manifest.jsonl");
        let whole = ["3.xlsx", "3.xlsx", "7.pdf"].map(str::to_owned);
        assert_eq!(last_texts(6).map(|(_, text)| text), whole);
        assert_eq!(last_texts(3), [(3, whole[0].clone()), (3, whole[1].clone()), (3, omitted(4))]);
        assert_eq!(last_texts(2), [(2, omitted(2)), (2, omitted(2)), (2, omitted(5))]);
    }
}
