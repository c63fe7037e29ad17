//! What reading keeps from workbook to workbook: folded texts, and what the labels of each form fold to.
//!
//! Entries depend on text and form only, so the cache never changes a result.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use super::form_labels::FormLabels;
use super::texts::Texts;
use crate::form::Form;

/// Most forms cached: the editions and some of the user's own.
const MOST_FORMS: usize = 16;

/// Cache of one worker.
#[derive(Default)]
pub struct Cache {
    texts: Texts,
    /// By the digest of the form.
    forms: RefCell<BTreeMap<String, Arc<FormLabels>>>,
}

impl Cache {
    /// The folded labels, headings and totals of a form.
    pub(super) fn form(&self, form: &Form) -> Arc<FormLabels> {
        if let Some(known) = self.forms.borrow().get(&form.digest) {
            return known.clone();
        }
        let known = Arc::new(FormLabels::new(form, self));
        let mut forms = self.forms.borrow_mut();
        if forms.len() >= MOST_FORMS {
            forms.clear();
        }
        forms.insert(form.digest.clone(), known.clone());
        known
    }
}

impl Deref for Cache {
    type Target = Texts;

    fn deref(&self) -> &Texts {
        &self.texts
    }
}
