//! Cells that merged ranges cover: they are in the file, but not visible.
//!
//! Takes a workbook, gives it without the covered cells, and findings. Covered text is omitted with a warning. A covered number
//! may have been merged over by mistake, so it is an error.

use crate::import::{Content, Sheet, Span, Workbook};
use crate::model::{Code, Finding, Places, Source, finding};

/// Most cells that are examined for all merged ranges of a sheet: far more than any report needs.
const MOST: usize = 20_000_000;

/// The workbook without covered cells; `None` if no cell is covered.
pub fn without(workbook: &Workbook) -> (Option<Workbook>, Vec<Finding>) {
    let covered: Vec<Option<Vec<Covering>>> = workbook.sheets.iter().map(covered).collect();
    if covered.iter().all(|c| c.as_ref().is_some_and(|c| c.iter().all(Option::is_none))) {
        return (None, Vec::new());
    }
    let mut findings = Vec::new();
    let mut uncovered = workbook.clone();
    for (sheet, covered) in uncovered.sheets.iter_mut().zip(covered) {
        let Some(covered) = covered else {
            let message = format!("工作表“{}”的合并单元格太多，不能确定盖住了什么", sheet.name);
            findings.push(finding(Code::N205, message).at(Source::sheet(&sheet.name)).hint("请取消多余的合并"));
            continue;
        };
        let hidden = sheet.cells.iter().zip(&covered).filter_map(|(cell, by)| Some((cell, &sheet.merges[(*by)?])));
        let (mut numbers, mut words) = (Places::default(), Places::default());
        // Hidden blanks, and words that the merged range shows anyway, are not reported.
        for (cell, _) in hidden.filter(|(cell, by)| !repeats(sheet, &cell.content, by)) {
            let places = if is_figure(&cell.content) { &mut numbers } else { &mut words };
            places.push(Source::cell(&sheet.name, cell.at));
        }
        for (places, code, what) in [
            (numbers, Code::N205, "的数字被合并的单元格盖住，看不见"),
            (words, Code::N107, "的内容被合并的单元格盖住，看不见，没有采用"),
        ] {
            let Some(first) = places.first() else { continue };
            let many = if places.count() > 1 { format!(" 等 {} 格", places.count()) } else { " ".to_owned() };
            let f = finding(code, format!("{first}{many}{what}")).at_all(places);
            findings.push(f.hint("请取消合并，核对后删去多余的内容"));
        }
        let mut covered = covered.into_iter();
        sheet.cells.retain(|_| covered.next().flatten().is_none());
    }
    (Some(uncovered), findings)
}

/// Whether a cell contains a number other than 0.
fn is_figure(content: &Content) -> bool {
    match content {
        Content::Number(n) => !n.is_zero(),
        Content::HugeNumber(_) => true,
        _ => false,
    }
}

/// Whether a covered cell is blank or 0, or repeats the content that the range over it shows.
fn repeats(sheet: &Sheet, content: &Content, by: &Span) -> bool {
    let blank = match content {
        Content::Text(t) => t.trim().is_empty(),
        Content::Number(n) => n.is_zero(),
        Content::Uncomputed => true,
        _ => false,
    };
    let shown = || sheet.cells.binary_search_by_key(&by.first, |c| c.at).ok().map(|found| &sheet.cells[found].content);
    blank || shown() == Some(content)
}

/// Index of the first merged range that covers a cell and does not begin with it; `None` if none does.
type Covering = Option<usize>;

/// The covering of each cell; `None` if that would take too long.
fn covered(sheet: &Sheet) -> Option<Vec<Covering>> {
    let mut covered = vec![None; sheet.cells.len()];
    let mut looked = 0usize;
    for (index, m) in sheet.merges.iter().enumerate() {
        let start = sheet.cells.partition_point(|c| c.at.row < m.first.row);
        let end = sheet.cells.partition_point(|c| c.at.row <= m.last.row);
        looked = looked.saturating_add(end - start);
        if looked > MOST {
            return None;
        }
        for (cell, covered) in sheet.cells[start..end].iter().zip(&mut covered[start..end]) {
            let at = cell.at;
            if covered.is_none() && at != m.first && (m.first.column..=m.last.column).contains(&at.column) {
                *covered = Some(index);
            }
        }
    }
    Some(covered)
}
