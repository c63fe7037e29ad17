//! Places strips on pages: strips that must stay together move as a group; tables are assigned their type size and position.
//!
//! Takes the content of a document and a style, gives pages and the outline. It never breaks a line.

use super::LayoutError;
use super::POINTS_PER_MM;
use super::content::{Content, SetText, Strip, StripKind};
use super::pages::{OutlineEntry, Owner, Page};
use super::table::{ASCENT, Fragment, Prepared, Sized};
use crate::style::Style;

/// Tolerance for rounding in sums of heights, points.
const EPSILON: f32 = 0.05;
/// Space between text and a table, points.
const TABLE_GAP: f32 = 5.0;
/// A table stays on the current page if its score there ([`Sized::score`]) is at most this much below that on a new page...
const NEARLY: f32 = 1.2;
/// ...or if moving it would leave more than this share of the page blank...
const BLANK: f32 = 0.4;
/// ...and its type size there is at least this, points.
const READABLE: f32 = 9.0;
/// A table longer than a page begins below other content only if at least this many rows after its header fit there.
const FIRST_ROWS: usize = 3;

/// The pages filled so far.
pub(super) struct Flow<'c, 'd> {
    style: &'c Style,
    content: &'c Content<'d>,
    pub pages: Vec<Page>,
    pub outline: Vec<OutlineEntry>,
    /// Current position: distance below the top of the text area, points.
    y: f32,
}

impl<'c, 'd> Flow<'c, 'd> {
    pub fn new(style: &'c Style, content: &'c Content<'d>) -> Flow<'c, 'd> {
        Flow { style, content, pages: vec![Page::default()], outline: Vec::new(), y: 0.0 }
    }

    /// Height of the text area, points.
    fn height(&self) -> f32 {
        self.style.page.text_height * POINTS_PER_MM
    }

    fn left(&self) -> f32 {
        self.style.page.margin_left * POINTS_PER_MM
    }

    fn width(&self) -> f32 {
        self.style.page.text_width * POINTS_PER_MM
    }

    fn top(&self) -> f32 {
        self.style.page.margin_top * POINTS_PER_MM
    }

    fn fits(&self, height: f32) -> bool {
        self.y + height <= self.height() + EPSILON
    }

    fn new_page(&mut self) {
        self.pages.push(Page::default());
        self.y = 0.0;
    }

    /// Places all strips. Fails if a table row is taller than a page.
    pub fn run(&mut self) -> Result<(), LayoutError> {
        let strips = &self.content.strips;
        let mut from = 0;
        while from < strips.len() {
            let mut to = from + 1;
            while to < strips.len() && strips[to - 1].keeps && !matches!(strips[to - 1].kind, StripKind::Table(_)) {
                to += 1;
            }
            let group = &strips[from..to];
            match group.last().map(|s| s.kind) {
                Some(StripKind::Table(table)) => self.place_table(&group[..group.len() - 1], table)?,
                _ => self.place_lines(group),
            }
            from = to;
        }
        Ok(())
    }

    fn place_lines(&mut self, group: &[Strip]) {
        let height: f32 = group.iter().map(|s| s.height).sum();
        if !self.fits(height) && height <= self.height() + EPSILON {
            self.new_page();
        }
        for strip in group {
            // Blank space that does not fit is cut off at the end of the page; lines continue on the next page.
            if strip.kind != StripKind::White && !self.fits(strip.height) && self.y > 0.0 {
                self.new_page();
            }
            self.place(strip);
        }
    }

    fn place(&mut self, strip: &Strip) {
        if let StripKind::Line { set, line } = strip.kind {
            let set = &self.content.sets[set];
            self.draw_line(set, line, strip.height);
        }
        self.y += strip.height;
    }

    fn draw_line(&mut self, set: &SetText, index: usize, height: f32) {
        let line = &set.lines[index];
        let top = self.top() + self.y;
        let baseline = top + (height - set.size) / 2.0 + ASCENT * set.size;
        let centre = if set.centered { (self.width() - line.width * set.size) / 2.0 } else { 0.0 };
        if let Some((level, text)) = set.heading.as_ref().filter(|_| index == 0) {
            let page = self.pages.len() - 1;
            self.outline.push(OutlineEntry { level: *level, text: text.clone(), page, y: top });
        }
        let x = self.left() + centre;
        if let Some(page) = self.pages.last_mut() {
            line.draw(&set.text, page, Owner::Tag(set.tag), x, baseline, set.size);
        }
    }

    /// Places a table with the heading and introduction that stay with it.
    fn place_table(&mut self, before: &[Strip], table: usize) -> Result<(), LayoutError> {
        let prepared = &self.content.tables[table];
        let above: f32 = before.iter().map(|s| s.height).sum();
        // Space above every table that is not at the top of a page, also after another table.
        let gap = |y: f32| if y > 0.0 { TABLE_GAP } else { 0.0 };
        let here = self.height() - self.y - above - gap(self.y + above);
        let fresh = self.height() - above - gap(above);
        let size = &self.style.size;
        let (mut best_here, mut best_fresh): (Option<Sized>, Option<Sized>) = (None, None);
        let better = |new: &Sized, old: &Option<Sized>| old.as_ref().is_none_or(|o| new.score() > o.score());
        for size in Sized::sizes(size.table, size.table_least) {
            let sized = Sized::new(prepared, size, self.width());
            best_here = sized.within(prepared, here).filter(|s| better(s, &best_here)).or(best_here);
            best_fresh = sized.within(prepared, fresh).filter(|s| better(s, &best_fresh)).or(best_fresh);
            // A smaller size would only add blank space.
            if best_here.as_ref().is_some_and(Sized::is_airy) {
                break;
            }
        }
        let blank = self.height() * BLANK;
        let chosen = match (best_here, best_fresh) {
            (Some(h), None) => Some((h, false)),
            (Some(h), Some(f)) => {
                let stays = h.score() >= f.score() - NEARLY || here + above > blank && h.size >= READABLE;
                Some(if stays { (h, false) } else { (f, true) })
            }
            (None, Some(f)) => Some((f, true)),
            (None, None) => None,
        };
        match chosen {
            Some((sized, turns)) => {
                if turns {
                    self.new_page();
                }
                before.iter().for_each(|s| self.place(s));
                self.y += gap(self.y);
                let whole = Fragment { rows: 0..prepared.rows, repeats: false };
                self.draw_table(prepared, &sized, &whole);
            }
            None => {
                let sized = Sized::new(prepared, size.table, self.width());
                self.place_long_table(before, prepared, &sized, here)?;
            }
        }
        // Text after the table is aligned to the grid of 22 lines again.
        let pitch = self.style.line.pitch;
        self.y = ((self.y + TABLE_GAP) / pitch - 0.01).ceil() * pitch;
        Ok(())
    }

    fn place_long_table(
        &mut self,
        before: &[Strip],
        prepared: &Prepared<'_>,
        sized: &Sized,
        here: f32,
    ) -> Result<(), LayoutError> {
        let enough = prepared.header_rows() + FIRST_ROWS;
        let begins = Fragment::cut(prepared, sized, 0, here).is_some_and(|f| f.rows.end >= enough);
        if !begins && self.y > 0.0 {
            self.new_page();
        }
        self.place_lines(before);
        if self.y > 0.0 {
            self.y += TABLE_GAP;
        }
        let mut from = 0;
        while from < prepared.rows {
            let fragment = match Fragment::cut(prepared, sized, from, self.height() - self.y) {
                Some(f) => f,
                None if self.y > 0.0 => {
                    self.new_page();
                    continue;
                }
                None => return Err(LayoutError::RowTooTall { caption: prepared.table.caption.clone() }),
            };
            self.draw_table(prepared, sized, &fragment);
            from = fragment.rows.end;
            if from < prepared.rows {
                self.new_page();
            }
        }
        Ok(())
    }

    fn draw_table(&mut self, prepared: &Prepared<'_>, sized: &Sized, fragment: &Fragment) {
        let (x, y, rule) = (self.left(), self.top() + self.y, self.style.line.rule);
        if let Some(page) = self.pages.last_mut() {
            self.y += fragment.draw(prepared, sized, page, x, y, rule);
        }
    }
}
