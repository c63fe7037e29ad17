//! Page numbers: `— 1 —` below the text, centred, or at the outer side one character from the edge of the text.

use super::faces::Role;
use super::line;
use super::pages::{Owner, Page};
use super::table::ASCENT;
use super::text::Setter;
use super::{LayoutError, POINTS_PER_MM};
use crate::style::{PageNumber, Style};

/// Distance from the text area to the top of the number (GB/T 9704), and least distance from the number to the edge of the
/// paper, millimetres.
const BELOW_TEXT: f32 = 7.0;
const PAPER_EDGE: f32 = 4.0;

/// Draws the number on each page. Fails if no face can draw it.
pub(super) fn draw(pages: &mut [Page], style: &Style, setter: &mut Setter<'_>) -> Result<(), LayoutError> {
    let (p, size) = (&style.page, style.size.page_number);
    let (left, width) = (p.margin_left * POINTS_PER_MM, p.text_width * POINTS_PER_MM);
    let wanted = (p.margin_top + p.text_height + BELOW_TEXT) * POINTS_PER_MM;
    let top = wanted.min((297.0 - PAPER_EDGE) * POINTS_PER_MM - size);
    for (i, page) in pages.iter_mut().enumerate() {
        let number = i + 1;
        let text = setter.set(Role::PageNumber, &format!("— {number} —"))?;
        let line = line::exact_line(&text, 0, text.atoms.len(), false, 0.0);
        let wide = line.width * size;
        let x = match style.page.page_number {
            PageNumber::Centered => left + (width - wide) / 2.0,
            PageNumber::Outside if number % 2 == 1 => left + width - size - wide,
            PageNumber::Outside => left + size,
        };
        line.draw(&text, page, Owner::PageNumber, x, top + ASCENT * size, size);
    }
    Ok(())
}
