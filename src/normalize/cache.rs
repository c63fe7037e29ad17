//! What reading keeps from workbook to workbook: folded labels, and what each form's labels fold to.
//!
//! Takes texts and forms, returns their entries, which are computed once per worker. Entries depend on text and form only, so the
//! cache never changes a result.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::fold::{self, Body, Folded};
use super::known::OfForm;
use crate::form::Form;

/// Longest text, in bytes, and most texts cached: all labels of dozens of editions, half a megabyte.
const LONGEST: usize = 180;
const MOST_TEXTS: usize = 4096;
/// Most forms cached: the editions and some of the user's own.
const MOST_FORMS: usize = 16;

/// Cache of one worker.
#[derive(Default)]
pub struct Cache {
    /// The labels of the forms and of all workbooks are the same few hundred.
    texts: RefCell<HashMap<Box<str>, Option<Arc<Folded>>>>,
    /// By the digest of the form.
    forms: RefCell<BTreeMap<String, Arc<OfForm>>>,
}

impl Cache {
    /// Folds a text; `None` when it is too long or empty to be a label.
    pub(super) fn fold(&self, text: &str) -> Option<Arc<Folded>> {
        if text.len() > LONGEST {
            // A long text of several sentences is prose, like most of a report's paragraphs.
            let first = text.find('。').map_or(text.len(), |end| end + '。'.len_utf8());
            return if text[first..].trim().is_empty() { fold::fold(text).map(Arc::new) } else { None };
        }
        let mut texts = self.texts.borrow_mut();
        if let Some(folded) = texts.get(text) {
            return folded.clone();
        }
        if texts.len() >= MOST_TEXTS {
            texts.clear();
        }
        let folded = fold::fold(text).map(Arc::new);
        texts.insert(text.into(), folded.clone());
        folded
    }

    /// The body of a label; empty if the text cannot be a label.
    pub(super) fn body(&self, label: &str) -> Body {
        self.fold(label).map(|f| f.body.clone()).unwrap_or_default()
    }

    /// The body without 第.
    pub(super) fn short(&self, label: &str) -> Body {
        self.fold(label).map(|f| f.short().clone()).unwrap_or_default()
    }

    /// The folded labels, headings and totals of a form.
    pub(super) fn form(&self, form: &Form) -> Arc<OfForm> {
        if let Some(known) = self.forms.borrow().get(&form.digest) {
            return known.clone();
        }
        let known = Arc::new(OfForm::new(form, self));
        let mut forms = self.forms.borrow_mut();
        if forms.len() >= MOST_FORMS {
            forms.clear();
        }
        forms.insert(form.digest.clone(), known.clone());
        known
    }
}
