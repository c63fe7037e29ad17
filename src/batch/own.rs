//! Workbooks that this program wrote, detected from their content: what was published, and the template that is not filled in.
//!
//! Takes a workbook as it was read. It never looks at a file's name.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use crate::export::template;
use crate::form::{self, Form, labels};
use crate::import::{self, Content, Limits, Workbook};
use crate::model::Address;

/// Whether a workbook is one that was published: it has the long form of its values, and no instructions for filling it in.
pub fn is_published(workbook: &Workbook) -> bool {
    let (data, guide) = (&labels().data, &labels().guide);
    let has = |name: &str| workbook.sheets.iter().find(|s| *s.name == *name);
    let begins = |s: &import::Sheet| {
        let texts = s.cells.iter().zip(&data.head).filter(|(c, h)| matches!(&c.content, Content::Text(t) if t == *h));
        texts.count() == data.head.len()
    };
    has(&data.sheet).is_some_and(begins) && has(&guide.sheet).is_none()
}

/// Sheet and cell of everything that a template says before it is filled in.
type Cells = BTreeSet<(Arc<str>, Address)>;

static BUILT_IN: LazyLock<Vec<Option<Cells>>> = LazyLock::new(|| form::built_in().iter().map(|f| cells(f)).collect());

fn cells(form: &Form) -> Option<Cells> {
    let bytes = template::write(form, None).ok()?;
    let blank = import::read_bytes("", &bytes, &Limits::default()).ok()?;
    Some(blank.sheets.into_iter().flat_map(|s| s.cells.into_iter().map(move |c| (s.name.clone(), c.at))).collect())
}

/// Whether a workbook is a template of one of these forms in which nothing is filled in.
pub fn is_blank_template(workbook: &Workbook, forms: &[Arc<Form>]) -> bool {
    let (guide, cover) = (&labels().guide.sheet, &labels().cover.sheet);
    let has = |name: &str| workbook.sheets.iter().any(|s| *s.name == *name);
    // Totals of nothing are nothing; most workbooks are settled by this alone.
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
    let built_in = |f: &Arc<Form>| form::built_in().iter().any(|b| b.digest == f.digest);
    BUILT_IN.iter().flatten().any(within)
        || forms.iter().filter(|f| !built_in(f)).any(|f| cells(f).is_some_and(|c| within(&c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::xlsx;
    use crate::model::Report;

    fn read(bytes: &[u8]) -> Workbook {
        import::read_bytes("", bytes, &Limits::default()).unwrap()
    }

    #[test]
    fn a_template_is_blank_until_anything_is_filled_in() {
        for form in form::built_in() {
            let blank = read(&template::write(form, None).unwrap());
            assert!(is_blank_template(&blank, &[]) && !is_published(&blank), "{}", form.id);
            // Each cell that is free to be filled in makes it a report: here a few of every sheet.
            for (i, sheet) in blank.sheets.iter().enumerate().filter(|(_, s)| *s.name != *labels().guide.sheet) {
                let taken: BTreeSet<Address> = sheet.cells.iter().map(|c| c.at).collect();
                let free = (1..12)
                    .flat_map(|row| (0..3).map(move |column| Address { row, column }))
                    .filter(|at| !taken.contains(at));
                for at in free {
                    let mut filled = blank.clone();
                    let cell = import::Cell { at, content: Content::Text("某局".to_owned()), formula: false };
                    filled.sheets[i].cells.push(cell);
                    assert!(!is_blank_template(&filled, &[]), "{} {at}", sheet.name);
                }
            }
            let published = read(&xlsx::write(&Report::blank(form.clone())).unwrap());
            assert!(is_published(&published) && !is_blank_template(&published, &[]), "{}", form.id);
        }
    }

    #[test]
    fn a_total_that_is_not_zero_is_filled_in() {
        let mut blank = read(&template::write(&form::built_in()[0], None).unwrap());
        let total = blank.sheets.iter_mut().flat_map(|s| &mut s.cells).find(|c| c.formula).unwrap();
        total.content = Content::Number(1.into());
        assert!(!is_blank_template(&blank, &[]));
    }
}
