//! Cache of cell texts and their lines: the official labels are the same in every report of a run.
//!
//! Takes a text and its faces, gives the shared [`Label`] of that text. Cached values depend on text, faces and measure only,
//! so the cache never changes an output.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::cell::{self, CellStyle};
use crate::layout::LayoutError;
use crate::layout::faces::{Faces, Role};
use crate::layout::line::SetLine;
use crate::layout::text::{Setter, Text};

/// Most texts cached, and most measures cached per text.
const MOST_LABELS: usize = 4096;
const MOST_MEASURES: usize = 32;
/// Longest cached label and figure, in bytes: longer figures differ from report to report.
const LONGEST: usize = 400;
const LONGEST_FIGURE: usize = 3;

/// A cell's text, and the lines it was broken into.
#[derive(Debug)]
pub(in crate::layout) struct Label {
    pub text: Text,
    /// Number of atoms of the number it begins with (1. or （一） or 一、), 0 if there is none.
    pub number: usize,
    /// Width on one line, em.
    pub width: f32,
    /// A mutex, not a cell, so that a worker with its labels may move to another thread; no thread ever waits for it.
    lines: Mutex<Vec<(LinesKey, Arc<[SetLine]>)>>,
}

/// Cache key of the lines of a label: what [`cell::lines`] takes beside the text. Lengths as their bits.
type LinesKey = (usize, u32, u32, CellStyle);

/// The labels of one worker, and the faces that they are set in.
#[derive(Default)]
pub(in crate::layout) struct LabelCache(RefCell<Option<Labels>>);

/// Labels by their text.
struct Labels {
    faces: Faces,
    labels: HashMap<String, Arc<Label>>,
}

impl Label {
    /// The label of a cell's text, cached unless it is too long. Fails on a character that no face can draw.
    pub fn of(
        text: &str,
        is_figure: bool,
        setter: &mut Setter<'_>,
        cache: &LabelCache,
    ) -> Result<Arc<Label>, LayoutError> {
        let faces = setter.faces();
        if let Some(cached) = cache.0.borrow().as_ref().filter(|c| c.faces.is(faces))
            && let Some(label) = cached.labels.get(text)
        {
            return Ok(label.clone());
        }
        let set = setter.set(Role::Table, text)?;
        let (number, width) = (cell::number(&set), set.width());
        let label = Arc::new(Label { text: set, number, width, lines: Mutex::default() });
        if text.len() <= if is_figure { LONGEST_FIGURE } else { LONGEST } {
            let mut cached = cache.0.borrow_mut();
            if !cached.as_ref().is_some_and(|c| c.faces.is(faces) && c.labels.len() < MOST_LABELS) {
                *cached = None;
            }
            let cached = cached.get_or_insert_with(|| Labels { faces: faces.clone(), labels: HashMap::new() });
            cached.labels.insert(text.to_owned(), label.clone());
        }
        Ok(label)
    }

    /// Its lines, cached; see [`cell::lines`].
    pub fn lines(&self, number: usize, width: f32, hang: f32, kind: CellStyle) -> Arc<[SetLine]> {
        let key = (number, width.to_bits(), hang.to_bits(), kind);
        let mut all = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, lines)) = all.iter().find(|(k, _)| *k == key) {
            return lines.clone();
        }
        let lines: Arc<[SetLine]> = cell::lines(&self.text, number, width, hang, kind).into();
        if all.len() >= MOST_MEASURES {
            all.clear();
        }
        all.push((key, lines.clone()));
        lines
    }
}
