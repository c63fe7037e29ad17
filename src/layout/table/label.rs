//! Texts of cells and their lines, worked out once a thread: the official labels are the same in every report of a run.
//!
//! Takes a text and the faces it is set in, gives the same [`Label`] for the same text. What is remembered follows from text,
//! faces and measure alone, so that a report comes out as if it were the only one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::cell::{self, Kind};
use crate::layout::LayoutError;
use crate::layout::faces::{Faces, Role};
use crate::layout::line::Line;
use crate::layout::text::{Setter, Text};

/// Texts a thread remembers, and measures of each.
const MOST_LABELS: usize = 4096;
const MOST_MEASURES: usize = 32;
/// Bytes of a label that is remembered, and of a figure: of those with more digits each report has its own.
const LONGEST: usize = 400;
const LONGEST_FIGURE: usize = 3;

/// A cell's text, and the lines it was broken into.
#[derive(Debug)]
pub(in crate::layout) struct Label {
    pub text: Text,
    /// Atoms of the number it begins with (1. or （一） or 一、), 0 where there is none.
    pub number: usize,
    /// Width on one line, em.
    pub width: f32,
    lines: RefCell<Vec<(Asked, Rc<[Line]>)>>,
}

/// A measure that lines were asked for: number, width, hang, kind. Lengths by their bits.
type Asked = (usize, u32, u32, Kind);

/// The labels set in some faces.
struct Known {
    faces: Faces,
    labels: HashMap<String, Rc<Label>>,
}

thread_local! {
    static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
}

impl Label {
    /// The label of a cell's text, which may be a figure.
    pub fn of(text: &str, is_figure: bool, setter: &mut Setter<'_>) -> Result<Rc<Label>, LayoutError> {
        let faces = setter.faces();
        let known = KNOWN.with_borrow(|known| {
            let known = known.as_ref().filter(|k| k.faces.is(faces))?;
            known.labels.get(text).cloned()
        });
        if let Some(label) = known {
            return Ok(label);
        }
        let set = setter.set(Role::Table, text)?;
        let (number, width) = (cell::number(&set), set.width());
        let label = Rc::new(Label { text: set, number, width, lines: RefCell::default() });
        if text.len() <= if is_figure { LONGEST_FIGURE } else { LONGEST } {
            KNOWN.with_borrow_mut(|known| {
                if !known.as_ref().is_some_and(|k| k.faces.is(faces) && k.labels.len() < MOST_LABELS) {
                    *known = None;
                }
                let known = known.get_or_insert_with(|| Known { faces: faces.clone(), labels: HashMap::new() });
                known.labels.insert(text.to_owned(), label.clone());
            });
        }
        Ok(label)
    }

    /// Its lines; see [`cell::lines`].
    pub fn lines(&self, number: usize, width: f32, hang: f32, kind: Kind) -> Rc<[Line]> {
        let asked = (number, width.to_bits(), hang.to_bits(), kind);
        let known = self.lines.borrow().iter().find(|(a, _)| *a == asked).map(|(_, lines)| lines.clone());
        known.unwrap_or_else(|| {
            let lines: Rc<[Line]> = cell::lines(&self.text, number, width, hang, kind).into();
            let mut all = self.lines.borrow_mut();
            if all.len() >= MOST_MEASURES {
                all.clear();
            }
            all.push((asked, lines.clone()));
            lines
        })
    }
}
