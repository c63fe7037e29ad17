//! 汇总.xlsx: the whole run on a few sheets, for the person who answers for it.
//!
//! Takes the records of a run in their order. Gives values only, the same bytes for the same records.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{Header, Record, Status};
use crate::model::Severity;
use crate::rules;

/// Longest text of one cell, in characters: far below Excel's limit, and more than anyone reads in a cell.
const LONGEST: usize = 2_000;
/// Rows of a worksheet (a limit of Excel) less the head.
const ROWS: usize = 1_048_575;

const INPUTS: [(&str, f64); 12] = [
    ("序号", 6.0),
    ("输入", 42.0),
    ("单位", 26.0),
    ("年度", 7.0),
    ("表样", 7.0),
    ("结果", 9.0),
    ("错误", 6.0),
    ("警告", 6.0),
    ("提示", 6.0),
    ("说明", 60.0),
    ("输出", 60.0),
    ("输入的 SHA-256", 20.0),
];
const FINDINGS: [(&str, f64); 9] = [
    ("序号", 6.0),
    ("输入", 42.0),
    ("单位", 26.0),
    ("级别", 6.0),
    ("代码", 7.0),
    ("工作表", 18.0),
    ("格子", 7.0),
    ("问题", 80.0),
    ("怎么办", 50.0),
];

/// Writes the workbook. Beyond Excel's rows the findings end with a line that says so; the manifest has all.
pub fn write(header: &Header, records: &[Record]) -> Result<Vec<u8>, XlsxError> {
    let look = Look::new();
    let mut workbook = Workbook::new();
    // No author and no clock: the same run gives the same bytes.
    workbook.set_properties(
        &DocProperties::new().set_title("汇总").set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?),
    );
    workbook.push_worksheet(counts(header, records, &look)?);
    workbook.push_worksheet(inputs(records, &look)?);
    workbook.push_worksheet(findings(records, &look)?);
    workbook.save_to_buffer()
}

struct Look {
    head: Format,
    cell: Format,
    wrapped: Format,
    grave: Format,
}

impl Look {
    fn new() -> Look {
        let base = || {
            Format::new()
                .set_font_name("宋体")
                .set_font_size(10)
                .set_border(FormatBorder::Thin)
                .set_border_color(0xBF_BF_BF)
                .set_align(FormatAlign::VerticalCenter)
        };
        Look {
            head: base().set_bold().set_background_color(0xEE_EE_EE).set_align(FormatAlign::Center),
            cell: base(),
            wrapped: base().set_text_wrap(),
            grave: base().set_background_color(0xFF_D9_D9),
        }
    }
}

/// A sheet with a head that stays, a filter over it, and a landscape A4 print.
fn table(name: &str, columns: &[(&str, f64)], rows: usize, look: &Look) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    for (column, (head, width)) in (0u16..).zip(columns) {
        sheet.set_column_width(column, *width)?.write_string_with_format(0, column, *head, &look.head)?;
    }
    let last = u16::try_from(columns.len()).unwrap_or(u16::MAX) - 1;
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    sheet.autofilter(0, 0, u32::try_from(rows.clamp(1, ROWS)).unwrap_or(1), last)?;
    Ok(sheet)
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let plain = |c: &char| !c.is_control() || *c == '\n';
    let text: String = text.chars().filter(plain).take(LONGEST).collect();
    sheet.write_string_with_format(row, column, text, format).map(drop)
}

fn number(sheet: &mut Worksheet, row: u32, column: u16, n: usize, format: &Format) -> Result<(), XlsxError> {
    // Counts of files and findings: far below what a float holds exactly.
    sheet.write_number_with_format(row, column, n as f64, format).map(drop)
}

/// A status in a word.
pub const fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "正常",
        Status::Findings => "有问题",
        Status::Failed => "失败",
        Status::Skipped => "略过",
    }
}

/// A severity in a word.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "错误",
        Severity::Warning => "警告",
        Severity::Note => "提示",
    }
}

fn counts(header: &Header, records: &[Record], look: &Look) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("统计")?.set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, 22)?.set_column_width(1, 12)?.set_column_width(2, 60)?;
    let mut row = 0;
    let mut line = |cells: [&str; 3], format: &Format| -> Result<(), XlsxError> {
        for (column, cell) in (0u16..).zip(cells) {
            match cell.parse::<usize>() {
                Ok(n) if column == 1 => number(&mut sheet, row, column, n, format)?,
                _ => text(&mut sheet, row, column, cell, format)?,
            }
        }
        row += 1;
        Ok(())
    };
    line(["结果", "份数", "说明"], &look.head)?;
    let said = [
        (Status::Ok, "没有错误"),
        (Status::Findings, "内容已读懂，有需要核对的问题；转换时已照原样输出"),
        (Status::Failed, "读不了、不能确定内容或写不了，没有输出"),
        (Status::Skipped, "不是工作簿的其他文件"),
    ];
    for (status, meaning) in said {
        let count = records.iter().filter(|r| r.status == status).count();
        line([word(status), &count.to_string(), meaning], &look.cell)?;
    }
    line(["合计", &records.len().to_string(), ""], &look.cell)?;
    line(["问题代码", "处数", "含义"], &look.head)?;
    for rule in rules::all() {
        let count = records.iter().flat_map(|r| &r.findings).filter(|f| f.code == rule.code).count();
        if count > 0 {
            line([&rule.code, &count.to_string(), &rule.title], &look.cell)?;
        }
    }
    line(["程序", &header.tool, "nianbao"], &look.head)?;
    for (edition, digest) in &header.forms {
        line([&format!("{edition} 版表样"), &digest[..digest.len().min(12)], "表样文件的 SHA-256（前 12 位）"], &look.cell)?;
    }
    line(["选项", &header.key[..header.key.len().min(12)], "程序、表样、样式和选项合在一起的 SHA-256（前 12 位）"], &look.cell)?;
    Ok(sheet)
}

fn inputs(records: &[Record], look: &Look) -> Result<Worksheet, XlsxError> {
    let mut sheet = table("输入", &INPUTS, records.len(), look)?;
    for (row, r) in (1u32..).zip(records.iter().take(ROWS)) {
        let format = if r.status == Status::Failed { &look.grave } else { &look.cell };
        number(&mut sheet, row, 0, r.input, format)?;
        text(&mut sheet, row, 1, &r.file, format)?;
        text(&mut sheet, row, 2, r.agency.as_deref().unwrap_or(""), format)?;
        match r.year {
            Some(year) => number(&mut sheet, row, 3, year.into(), format)?,
            None => text(&mut sheet, row, 3, "", format)?,
        }
        text(&mut sheet, row, 4, r.edition.as_deref().unwrap_or(""), format)?;
        text(&mut sheet, row, 5, word(r.status), format)?;
        for (column, s) in (6u16..).zip([Severity::Error, Severity::Warning, Severity::Note]) {
            number(&mut sheet, row, column, r.count(s), format)?;
        }
        // Notes alone are no reason.
        let reason = r.findings.first().filter(|f| f.severity > Severity::Note || r.status == Status::Skipped);
        text(&mut sheet, row, 9, reason.map_or("", |f| &f.message), format)?;
        let outputs: Vec<&str> = r.outputs.iter().map(|o| o.path.as_str()).collect();
        text(&mut sheet, row, 10, &outputs.join("\n"), format)?;
        text(&mut sheet, row, 11, r.sha256.as_deref().unwrap_or(""), format)?;
    }
    Ok(sheet)
}

fn findings(records: &[Record], look: &Look) -> Result<Worksheet, XlsxError> {
    let all = || {
        let told = |r: &&Record| r.status != Status::Skipped;
        records.iter().filter(told).flat_map(|r| r.findings.iter().map(move |f| (r, f)))
    };
    let mut sheet = table("问题", &FINDINGS, all().count(), look)?;
    for (row, (r, f)) in (1u32..).zip(all().take(ROWS)) {
        number(&mut sheet, row, 0, r.input, &look.cell)?;
        let told = [
            r.file.as_str(),
            r.agency.as_deref().unwrap_or(""),
            severity(f.severity),
            &f.code,
            f.place.sheet.as_deref().unwrap_or(""),
            f.place.cell.as_deref().unwrap_or(""),
            &f.message,
            f.hint.as_deref().unwrap_or(""),
        ];
        let grave = f.severity == Severity::Error;
        for (column, told) in (1u16..).zip(told) {
            let format = match column {
                3 if grave => &look.grave,
                7 | 8 => &look.wrapped,
                _ => &look.cell,
            };
            text(&mut sheet, row, column, told, format)?;
        }
    }
    Ok(sheet)
}
