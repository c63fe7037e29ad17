//! Detects, from their content, workbooks that this program wrote: published reports and templates that are not filled in.
//!
//! Takes a workbook as it was read. File names are not used.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::export::template;
use crate::form::{self, Form, labels};
use crate::import::{self, Content, Limits, Workbook};
use crate::model::Address;

/// Whether a workbook is a published report: it has the data sheet, which begins with its column heads, and no sheet of
/// instructions.
pub fn is_published(workbook: &Workbook) -> bool {
    let (data, guide) = (&labels().data, &labels().guide);
    let has = |name: &str| workbook.sheets.iter().find(|s| *s.name == *name);
    let begins = |s: &import::Sheet| {
        let texts = s.cells.iter().zip(&data.head).filter(|(c, h)| matches!(&c.content, Content::Text(t) if t == *h));
        texts.count() == data.head.len()
    };
    has(&data.sheet).is_some_and(begins) && has(&guide.sheet).is_none()
}

/// Sheet and address of every cell that has content in a blank template.
type Cells = BTreeSet<(Arc<str>, Address)>;

/// The cells of the blank templates of some forms.
pub struct BlankTemplates(Vec<Cells>);

impl BlankTemplates {
    /// Lists the cells for the built-in forms and for these.
    pub fn new(forms: &[Arc<Form>]) -> BlankTemplates {
        let built_in = |f: &&Arc<Form>| form::built_in().iter().any(|b| b.digest == f.digest);
        let all = form::built_in().iter().chain(forms.iter().filter(|f| !built_in(f)));
        BlankTemplates(all.filter_map(|f| cells(f)).collect())
    }
}

fn cells(form: &Form) -> Option<Cells> {
    let bytes = template::write(form, None).ok()?;
    let blank = import::read_bytes("", &bytes, &Limits::default()).ok()?;
    Some(blank.sheets.into_iter().flat_map(|s| s.cells.into_iter().map(move |c| (s.name.clone(), c.at))).collect())
}

/// Whether a workbook is a blank template. `templates` is called only for a workbook that may be one.
pub fn is_blank_template<'t>(workbook: &Workbook, templates: impl FnOnce() -> &'t BlankTemplates) -> bool {
    let (guide, cover) = (&labels().guide.sheet, &labels().cover.sheet);
    let has = |name: &str| workbook.sheets.iter().any(|s| *s.name == *name);
    // All that a blank template contains: texts, and totals that are 0 or not computed. Excludes most workbooks cheaply.
    let empty = |c: &import::Cell| match &c.content {
        Content::Text(_) | Content::Uncomputed => true,
        Content::Number(n) => n.is_zero() && c.formula,
        _ => false,
    };
    if !has(guide) || !has(cover) || !workbook.sheets.iter().flat_map(|s| &s.cells).all(empty) {
        return false;
    }
    let within = |cells: &Cells| {
        let own = workbook.sheets.iter().filter(|s| *s.name != **guide);
        own.flat_map(|s| s.cells.iter().map(move |c| (s.name.clone(), c.at))).all(|at| cells.contains(&at))
    };
    templates().0.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{Cache, xlsx};
    use crate::model::Report;

    fn read(bytes: &[u8]) -> Workbook {
        import::read_bytes("", bytes, &Limits::default()).unwrap()
    }

    #[test]
    fn a_template_is_blank_until_anything_is_filled_in() {
        let templates = BlankTemplates::new(&[]);
        let is_blank = |w: &Workbook| is_blank_template(w, || &templates);
        for form in form::built_in() {
            let blank = read(&template::write(form, None).unwrap());
            assert!(is_blank(&blank) && !is_published(&blank), "{}", form.id);
            // Filling in any free cell makes it a report; a few cells of every sheet are tried.
            for (i, sheet) in blank.sheets.iter().enumerate().filter(|(_, s)| *s.name != *labels().guide.sheet) {
                let taken: BTreeSet<Address> = sheet.cells.iter().map(|c| c.at).collect();
                let free = (1..12)
                    .flat_map(|row| (0..3).map(move |column| Address { row, column }))
                    .filter(|at| !taken.contains(at));
                for at in free {
                    let mut filled = blank.clone();
                    let cell = import::Cell { at, content: Content::Text("某局".to_owned()), formula: false };
                    filled.sheets[i].cells.push(cell);
                    assert!(!is_blank(&filled), "{} {at}", sheet.name);
                }
            }
            let published = read(&xlsx::write(&Report::blank(form.clone()), &Cache::default()).unwrap());
            assert!(is_published(&published) && !is_blank(&published), "{}", form.id);
        }
    }

    #[test]
    fn a_total_that_is_not_zero_is_filled_in() {
        let mut blank = read(&template::write(&form::built_in()[0], None).unwrap());
        let total = blank.sheets.iter_mut().flat_map(|s| &mut s.cells).find(|c| c.formula).unwrap();
        total.content = Content::Number(1.into());
        assert!(!is_blank_template(&blank, || unreachable!("a total with a value is in no template")));
    }
}
