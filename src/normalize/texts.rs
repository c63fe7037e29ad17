//! Cache of folded texts: the labels of the forms and of all workbooks are the same few hundred.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::fold::{self, Folded, LabelBody};

/// Longest text, in bytes, and most texts cached: all labels of dozens of editions, half a megabyte.
const LONGEST: usize = 180;
const MOST_TEXTS: usize = 4096;

/// Folded texts of one worker.
#[derive(Default)]
pub struct Texts(RefCell<HashMap<Box<str>, Option<Arc<Folded>>>>);

impl Texts {
    /// Folds a text; `None` when it is too long or empty to be a label.
    pub fn fold(&self, text: &str) -> Option<Arc<Folded>> {
        if text.len() > LONGEST {
            // A long text of several sentences is prose, like most of a report's paragraphs.
            let first = text.find('。').map_or(text.len(), |end| end + '。'.len_utf8());
            return if text[first..].trim().is_empty() { fold::fold(text).map(Arc::new) } else { None };
        }
        let mut texts = self.0.borrow_mut();
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
    pub fn body(&self, label: &str) -> LabelBody {
        self.fold(label).map(|f| f.body.clone()).unwrap_or_default()
    }

    /// The body without 第.
    pub fn short(&self, label: &str) -> LabelBody {
        self.fold(label).map(|f| f.short().clone()).unwrap_or_default()
    }

    /// Whether two labels are the same: body and number, and not empty.
    pub fn same(&self, a: &str, b: &str) -> bool {
        let number = |text: &str| self.fold(text).and_then(|f| f.number.clone());
        !a.is_empty() && self.body(a) == self.body(b) && number(a) == number(b)
    }
}
