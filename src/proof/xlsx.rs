//! A published workbook read back: every cell of every sheet.
//!
//! Takes the file and the report it should contain, returns how much was compared, or the first difference. Cells are read by the
//! importer, which is independent of the writer. Labels, words and figures must be in the expected cells; nothing may be hidden,
//! outside the cells, or displayed as another number.

use super::pieces::{Compared, NOTHING, Unequal, alike, is_blank, table};
use super::value_rows::value_rows;
use crate::form::labels;
use crate::import::{Cell, Content, Limits, Sheet, read_bytes};
use crate::model::{Address, Decimal, Report};

/// Compares each sheet with the report.
pub(crate) fn prove(report: &Report, bytes: &[u8], limits: &Limits) -> Result<Compared, Unequal> {
    let workbook = read_bytes("", bytes, limits).map_err(|e| Unequal::unread(&e.to_string()))?;
    let mut proof = Proof { sheets: workbook.sheets.iter(), compared: Compared::default() };
    let words = labels();

    proof.sheet(&words.cover.sheet, |rows| {
        let year = if report.cover.year > 0 { report.cover.year.to_string() } else { String::new() };
        let cover = &report.cover;
        let [published, contact, index] = [&cover.published, &cover.contact, &cover.index].map(|t| t.as_deref());
        let texts = [&cover.agency, &year, &cover.title].map(|t| Some(t.as_str()));
        rows.cells(words.cover.head.iter().map(String::as_str).enumerate())?;
        for (field, text) in words.cover.fields().iter().zip(texts.into_iter().chain([published, contact, index])) {
            if let Some(text) = text.filter(|t| !t.is_empty()) {
                rows.cells([(0, field.label.as_str()), (1, text)])?;
            }
        }
        report.preface.iter().try_for_each(|p| rows.words(&p.text))
    })?;
    for (section, content) in report.form.sections.iter().zip(&report.sections) {
        proof.sheet(&section.sheet, |rows| {
            if !report.form.free_headings {
                rows.words(&section.heading)?;
            }
            content.before.iter().try_for_each(|p| rows.words(&p.text))?;
            for row in section.table.iter().flat_map(|t| table(&report.form.tables[*t], &report.tables[*t])) {
                rows.cells(row.iter().map(|(column, text)| (*column, &**text)))?;
            }
            content.after.iter().try_for_each(|p| rows.words(&p.text))
        })?;
    }
    proof.sheet(&words.data.sheet, |rows| {
        rows.cells(words.data.head.iter().map(String::as_str).enumerate())?;
        value_rows(report, &mut |figure| rows.cells(figure.iter().map(|text| &**text).enumerate()))
    })?;
    match proof.sheets.next() {
        Some(more) => Err(Unequal::new("工作表", NOTHING, &more.name)),
        None => Ok(proof.compared),
    }
}

/// A workbook whose sheets are compared one after the other.
struct Proof<'w> {
    sheets: std::slice::Iter<'w, Sheet>,
    compared: Compared,
}

impl<'w> Proof<'w> {
    /// Compares the next sheet, which must have this name and no further cells.
    fn sheet(
        &mut self,
        name: &str,
        compare: impl FnOnce(&mut SheetRows<'w, '_>) -> Result<(), Unequal>,
    ) -> Result<(), Unequal> {
        let sheet = self.sheets.next().filter(|sheet| *sheet.name == *name);
        let sheet = sheet.ok_or_else(|| Unequal::new("工作表", name, NOTHING))?;
        let hidden = sheet.hidden || !sheet.hidden_rows.is_empty() || !sheet.hidden_columns.is_empty();
        if hidden || !sheet.format_effects.is_empty() || !sheet.boxes.is_empty() {
            return Err(Unequal::new(format!("工作表“{name}”"), "全部看得见", "有隐藏或另外显示的内容"));
        }
        let mut rows = SheetRows { sheet, rest: &sheet.cells, compared: &mut self.compared };
        compare(&mut rows)?;
        match rows.rest.first() {
            Some(more) => Err(rows.differs(more.at, NOTHING, Some(&more.content))),
            None => Ok(()),
        }
    }
}

/// The rows of a sheet that are still to be compared.
struct SheetRows<'w, 'p> {
    sheet: &'w Sheet,
    rest: &'w [Cell],
    compared: &'p mut Compared,
}

impl SheetRows<'_, '_> {
    /// Checks that the next row contains a paragraph.
    fn words(&mut self, text: &str) -> Result<(), Unequal> {
        self.row([(0, text)])?;
        self.compared.paragraphs += 1;
        Ok(())
    }

    /// Checks that the next row contains these texts in these columns, and no cell in place of a blank text.
    fn cells<'t>(&mut self, row: impl IntoIterator<Item = (usize, &'t str)>) -> Result<(), Unequal> {
        self.compared.cells += self.row(row)?;
        Ok(())
    }

    fn row<'t>(&mut self, expected: impl IntoIterator<Item = (usize, &'t str)>) -> Result<usize, Unequal> {
        let mut count = 0;
        let Some(row) = self.rest.first().map(|cell| cell.at.row) else {
            return match expected.into_iter().find(|(_, text)| !is_blank(text)) {
                Some((_, text)) => Err(Unequal::new(format!("工作表“{}”末尾", self.sheet.name), text, NOTHING)),
                None => Ok(count),
            };
        };
        for (column, text) in expected {
            count += 1;
            let at = Address { row, column: column as u32 };
            match self.rest.first().filter(|cell| cell.at == at) {
                None if is_blank(text) => {}
                Some(cell) if contains_text(&cell.content, text) => self.rest = &self.rest[1..],
                cell => return Err(self.differs(at, text, cell.map(|cell| &cell.content))),
            }
        }
        match self.rest.first().filter(|cell| cell.at.row == row) {
            Some(more) if count > 0 => Err(self.differs(more.at, NOTHING, Some(&more.content))),
            _ => Ok(count),
        }
    }

    fn differs(&self, at: Address, expected: &str, found: Option<&Content>) -> Unequal {
        let found = match found {
            None => NOTHING.to_owned(),
            Some(Content::Text(text)) => text.clone(),
            Some(Content::Number(number)) => number.to_string(),
            Some(other) => format!("{other:?}"),
        };
        Unequal::new(format!("工作表“{}”的 {at}", self.sheet.name), expected, &found)
    }
}

/// Whether a cell contains a text, or a number equal to it.
fn contains_text(content: &Content, text: &str) -> bool {
    match content {
        Content::Text(found) => alike(found, text),
        Content::Number(found) => Decimal::from_str_exact(text).is_ok_and(|number| number == *found),
        _ => false,
    }
}
