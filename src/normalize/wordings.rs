//! The headings of a form's sections and the labels of the cover, folded once, because a workbook has many lines to compare.
//!
//! Takes a form, returns the section of a heading or of a sheet name, and the cover field of a label.

use std::sync::Arc;

use super::fold::{Folded, LabelBody};
use super::texts::Texts;
use crate::form::{Form, labels};

/// The kind of a section's wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    Official,
    Variant,
    /// A variant that begins with the words of a subheading.
    Doubtful,
    Sheet,
}

/// The folded headings of the sections and labels of the cover.
pub struct Wordings {
    /// Folded headings, variants and sheet names, the kind of each, and its section.
    sections: Vec<(Arc<Folded>, Wording, usize)>,
    /// Folded label and the field.
    fields: Vec<(LabelBody, usize)>,
    /// If headings are free: folded titles of tables, and the section.
    titles: Vec<(LabelBody, usize)>,
}

/// Longest line that is the title of a table, in characters.
const LONGEST_TITLE: usize = 50;

impl Wordings {
    pub fn new(form: &Form, texts: &Texts) -> Wordings {
        let subheadings: Vec<LabelBody> =
            form.sections.iter().flat_map(|s| &s.subheadings).map(|h| texts.body(h)).collect();
        let sections = form.sections.iter().enumerate().flat_map(|(i, s)| {
            let doubtful = |v: &String| subheadings.iter().any(|h| texts.body(v).starts_with(&**h));
            let kind = |v: &String| if doubtful(v) { Wording::Doubtful } else { Wording::Variant };
            let variants = s.variants.iter().map(|v| (v, kind(v)));
            let all = [(&s.heading, Wording::Official), (&s.sheet, Wording::Sheet)].into_iter().chain(variants);
            all.filter_map(move |(w, kind)| texts.fold(w).map(|f| (f, kind, i))).collect::<Vec<_>>()
        });
        let fields = labels().cover.fields().into_iter().enumerate();
        let fields = fields.flat_map(|(i, f)| {
            std::iter::once(&f.label).chain(&f.variants).map(move |w| (texts.body(w), i)).collect::<Vec<_>>()
        });
        let tables = form.sections.iter().enumerate().filter(|(_, s)| form.free_headings && s.table.is_some());
        let titles = tables.flat_map(|(i, s)| {
            std::iter::once(&s.heading).chain(&s.variants).map(move |w| (texts.body(w), i)).collect::<Vec<_>>()
        });
        Wordings { sections: sections.collect(), fields: fields.collect(), titles: titles.collect() }
    }

    /// The section whose table has this line as its title, with any text before it (附件：, a number, agency and year). Only if
    /// headings are free.
    pub fn title(&self, line: &str, texts: &Texts) -> Option<usize> {
        let prose = |c: char| matches!(c, '。' | '；' | '，' | ',' | ';' | '！' | '？');
        if self.titles.is_empty() || line.chars().count() > LONGEST_TITLE || line.contains(prose) {
            return None;
        }
        let line = texts.body(line);
        self.titles.iter().find(|(title, _)| line.ends_with(&**title)).map(|(_, i)| *i)
    }

    /// The section whose heading a line is. With the section's own number, every wording except the name of the sheet is
    /// accepted; without a number, or with an Arabic one, wordings that subheadings share are excluded. A number in brackets
    /// never matches.
    pub fn section(&self, line: &Folded) -> Option<usize> {
        let certain = |kind: Wording| matches!(kind, Wording::Official | Wording::Variant);
        let heads = |(w, kind, i): &&(Arc<Folded>, Wording, usize)| {
            let agrees = match &line.number {
                Some(number) if w.number.as_ref() == Some(number) => *kind != Wording::Sheet,
                Some(number) => certain(*kind) && *number == (i + 1).to_string(),
                None => certain(*kind),
            };
            agrees && w.body == line.body
        };
        if line.bracketed { None } else { self.sections.iter().find(heads).map(|(.., i)| *i) }
    }

    /// The section a sheet is named after, in any wording.
    pub fn sheet(&self, name: &Folded) -> Option<usize> {
        let named = |(w, _, _): &&(Arc<Folded>, Wording, usize)| {
            w.body == name.body && (name.number.is_none() || name.number == w.number)
        };
        self.sections.iter().find(named).map(|(.., i)| *i)
    }

    pub fn field(&self, label: &str, texts: &Texts) -> Option<usize> {
        let label = texts.body(label);
        self.fields.iter().find(|(w, _)| !label.is_empty() && *w == label).map(|(_, i)| *i)
    }
}
