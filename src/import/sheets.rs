//! Cells in the order in which a reader finds them → sheets in order, under the limits.
//!
//! Used by the readers of the older formats, and for the sheets that a child process returned: neither a file nor a child process
//! is trusted.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::sheet_xml::{is_on_sheet, joined};
use super::workbook::{Cell, Content, FormatEffect, Sheet, Skipped, Span};
use super::{ImportError, Limits};

/// Collects the sheets of one workbook.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    limits: &'a Limits,
    cells_left: usize,
    merges_left: usize,
    text_left: u64,
    sheets: Vec<Sheet>,
    current: Sheet,
    /// Hidden rows as first..=last, because a sheet may hide a million.
    hidden_rows: Vec<(u32, u32)>,
}

impl<'a> Collector<'a> {
    pub fn new(limits: &'a Limits) -> Collector<'a> {
        Collector {
            limits,
            cells_left: limits.cells,
            merges_left: limits.cells,
            text_left: limits.inflated_bytes,
            sheets: Vec::new(),
            current: Sheet::default(),
            hidden_rows: Vec::new(),
        }
    }

    /// Adds one cell, and the effect of its format. An empty text without a formula is counted but not kept.
    pub fn cell(&mut self, cell: Cell, effect: Option<FormatEffect>) -> Result<(), ImportError> {
        if !is_on_sheet(cell.at) {
            return Err(ImportError::Damaged("单元格地址不合法".to_owned()));
        }
        self.cells_left = self.cells_left.checked_sub(1).ok_or_else(|| self.limits.cells_error())?;
        let text = match &cell.content {
            // An empty text is no content, except as the result of a formula such as ="".
            Content::Text(t) if t.is_empty() && !cell.formula => return Ok(()),
            Content::Text(t) | Content::HugeNumber(t) | Content::Other(t) | Content::Error(t) => t.len(),
            _ => 0,
        };
        if text > self.limits.text_bytes {
            return Err(self.limits.text_error());
        }
        self.text_left = self.text_left.checked_sub(text as u64).ok_or_else(|| self.limits.inflated_error())?;
        self.current.format_effects.extend(effect.map(|s| (cell.at, s)));
        self.current.cells.push(cell);
        Ok(())
    }

    pub fn merge(&mut self, span: Span) -> Result<(), ImportError> {
        if !is_on_sheet(span.last) || span.first.row > span.last.row || span.first.column > span.last.column {
            return Err(ImportError::Damaged("合并单元格的范围不合法".to_owned()));
        }
        self.merges_left = self.merges_left.checked_sub(1).ok_or_else(|| self.limits.cells_error())?;
        self.current.merges.push(span);
        Ok(())
    }

    pub fn hide_rows(&mut self, first: u32, last: u32) -> Result<(), ImportError> {
        push_range(&mut self.hidden_rows, first, last, self.limits)
    }

    pub fn hide_columns(&mut self, first: u32, last: u32) -> Result<(), ImportError> {
        push_range(&mut self.current.hidden_columns, first, last, self.limits)
    }

    /// Adds the text of a text box; blank text is not kept.
    pub fn text_box(&mut self, words: &str) -> Result<(), ImportError> {
        self.text_left = self.text_left.checked_sub(words.len() as u64).ok_or_else(|| self.limits.inflated_error())?;
        self.current.boxes.extend((!words.trim().is_empty()).then(|| words.to_owned()));
        Ok(())
    }

    /// Adds a sheet that is not read.
    pub fn skipped(&mut self, name: &str, why: Skipped) -> Result<(), ImportError> {
        if self.sheets.len() >= self.limits.sheets {
            return Err(self.limits.sheets_error());
        }
        self.sheets.push(Sheet::skipped(name, why));
        Ok(())
    }

    /// Ends the current sheet, which contains everything that was added since the last one.
    pub fn end_sheet(&mut self, name: impl Into<Arc<str>>, hidden: bool) -> Result<(), ImportError> {
        let name = name.into();
        if self.sheets.len() >= self.limits.sheets {
            return Err(self.limits.sheets_error());
        }
        let mut sheet = std::mem::take(&mut self.current);
        let rows = std::mem::take(&mut self.hidden_rows);
        sheet.cells.sort_by_key(|c| c.at);
        check_addresses(&name, &sheet.cells)?;
        // Hidden rows below the last cell hide nothing, so they are dropped.
        let last = sheet.cells.last().map(|c| c.at.row);
        let rows = rows.into_iter().filter_map(|(a, b)| last.map(|last| a..=b.min(last)));
        sheet.hidden_rows = rows.flatten().collect::<BTreeSet<_>>().into_iter().collect();
        sheet.format_effects.sort_by_key(|(at, _)| *at);
        sheet.merges.sort_unstable();
        sheet.hidden_columns = joined(std::mem::take(&mut sheet.hidden_columns));
        self.sheets.push(Sheet { name, hidden, ..sheet });
        Ok(())
    }

    pub fn finish(self) -> Result<Vec<Sheet>, ImportError> {
        check_names(self.sheets.iter().map(|s| &*s.name))?;
        Ok(self.sheets)
    }
}

/// Refuses a sheet in which an address occurs twice; its cells must be sorted.
pub(super) fn check_addresses(sheet: &str, cells: &[Cell]) -> Result<(), ImportError> {
    match cells.windows(2).find(|w| w[0].at == w[1].at) {
        Some(pair) => Err(ImportError::Damaged(format!("工作表“{sheet}”的 {} 出现了两次", pair[0].at))),
        None => Ok(()),
    }
}

/// Refuses a workbook in which the name of a sheet occurs twice.
pub(super) fn check_names<'s>(mut sheets: impl Iterator<Item = &'s str>) -> Result<(), ImportError> {
    let mut names = BTreeSet::new();
    match sheets.find(|name| !names.insert(*name)) {
        Some(name) => Err(ImportError::Damaged(format!("工作表“{name}”重名"))),
        None => Ok(()),
    }
}

/// Checks sheets from another process in the same way as sheets that were just read.
pub fn admitted(sheets: Vec<Sheet>, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let mut collector = Collector::new(limits);
    for mut sheet in sheets {
        if let Some(why) = sheet.skipped {
            collector.skipped(&sheet.name, why)?;
            continue;
        }
        for cell in std::mem::take(&mut sheet.cells) {
            let effect = sheet.format_effect(cell.at);
            collector.cell(cell, effect)?;
        }
        sheet.merges.into_iter().try_for_each(|m| collector.merge(m))?;
        sheet.boxes.iter().try_for_each(|words| collector.text_box(words))?;
        sheet.hidden_rows.into_iter().try_for_each(|row| collector.hide_rows(row, row))?;
        sheet.hidden_columns.into_iter().try_for_each(|(a, b)| collector.hide_columns(a, b))?;
        collector.end_sheet(sheet.name, sheet.hidden)?;
    }
    collector.finish()
}

fn push_range(ranges: &mut Vec<(u32, u32)>, first: u32, last: u32, limits: &Limits) -> Result<(), ImportError> {
    // Consecutive hidden rows or columns are kept as one range.
    if let Some(range) = ranges.last_mut().filter(|r| r.1.checked_add(1) == Some(first)) {
        range.1 = last;
        return Ok(());
    }
    if ranges.len() >= limits.cells {
        return Err(limits.cells_error());
    }
    ranges.push((first, last));
    Ok(())
}
