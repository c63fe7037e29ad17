//! Atoms → lines: greedy line breaking that squeezes punctuation before it widens gaps, justification, and drawing onto a page.
//!
//! Takes atoms and a measure, gives lines in time linear in the text. It never decides where on a page a line is placed.

use super::class::Class;
use super::pages::{Glyph, Item, Mark, Owner, Page, Run};
use super::text::{Atom, Break, Gap, Text};

/// Tolerance for rounding in sums of widths, em.
const EPSILON: f32 = 2e-3;
/// Share of the squeezable space of a line that may be used to fit more text; beyond it the line ends earlier and is widened.
const SQUEEZE: f32 = 0.6;
/// Most space that a punctuation mark inside a line gives up, em.
const MARK_GIVES: f32 = 0.3;
/// If justification would widen each gap by more than half of this, em, more text is squeezed into the line instead.
const LOOSE: f32 = 0.12;
/// If justification would widen each gap by more than this, em, a long word is broken.
const TOO_LOOSE: f32 = 0.25;
/// If justification would widen each gap by more than this, em, the line stays ragged.
const RAGGED: f32 = 0.2;
/// Least length in glyphs of a word that may be broken inside; three times as much with fewer than two punctuation marks.
const LONG_WORD: usize = 12;

/// How a text is broken into lines. Lengths in em.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub width: f32,
    /// Indent of the first line, and of the others (`hang`).
    pub first: f32,
    pub hang: f32,
    /// Tracking added to each full-em character, so that a whole number of them fills the line.
    pub track: f32,
    pub justify: bool,
}

/// One line: atoms `from..to`; those from `end` on are trailing spaces, which take no room. Lengths in em.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub from: usize,
    pub to: usize,
    pub end: usize,
    pub indent: f32,
    /// Natural width with the marks at its edges squeezed.
    pub width: f32,
    /// Space added to each widened gap.
    open: f32,
    /// Whether [`Gap::Narrow`] gaps are widened, too.
    open_narrow: bool,
    /// Share, from 0 to 1, of the removable space that is taken from marks and gaps inside the line.
    squeeze: f32,
    track: f32,
    /// Whether an opening mark at its start loses its left blank space.
    trims_start: bool,
}

/// Breaks a whole text into lines; each atom is in exactly one of them.
pub(super) fn break_lines(text: &Text, measure: &Measure) -> Vec<Line> {
    let atoms = &text.atoms;
    let mut lines = Vec::new();
    let mut from = 0;
    while from < atoms.len() {
        let indent = if from == 0 { measure.first } else { measure.hang };
        let line = next_line(atoms, from, indent, measure);
        from = line.to;
        lines.push(line);
    }
    lines
}

/// A line of exactly these atoms, neither widened nor squeezed.
pub(super) fn exact_line(text: &Text, from: usize, to: usize, trims_start: bool, track: f32) -> Line {
    let mut line = Line {
        from,
        to,
        end: content_end(&text.atoms, from, to),
        indent: 0.0,
        width: 0.0,
        open: 0.0,
        open_narrow: false,
        squeeze: 0.0,
        track,
        trims_start,
    };
    line.width = line.advances(&text.atoms).map(|(a, _)| a).sum();
    line
}

fn content_end(atoms: &[Atom], from: usize, to: usize) -> usize {
    let spaces = atoms[from..to].iter().rev().take_while(|a| a.class == Class::Space).count();
    to - spaces
}

/// A possible end of a line: width up to it, and the space that marks and gaps before it could give up, em.
struct Candidate {
    to: usize,
    width: f32,
    gives: f32,
}

fn next_line(atoms: &[Atom], from: usize, indent: f32, measure: &Measure) -> Line {
    let room = (measure.width - indent).max(1.0);
    let trims_start = from > 0;
    let line = |to: usize, width: f32| Line {
        from,
        to,
        end: content_end(atoms, from, to),
        indent,
        width,
        open: 0.0,
        open_narrow: false,
        squeeze: 0.0,
        track: measure.track,
        trims_start,
    };
    let (mut fits, mut over): (Option<Candidate>, Option<Candidate>) = (None, None);
    // Width of `from..i` without the space after its last atom; space that marks and gaps inside could give up.
    let (mut x, mut pending, mut gives, mut gives_last) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
    // Where to cut if no break is allowed anywhere.
    let mut cut = from + 1;
    let mut content = (from, 0.0f32, 0.0f32);
    let mut leading = true;
    for i in from..=atoms.len() {
        let ends = i == atoms.len() || (i > from && atoms[i].before != Break::Never);
        let must = i == atoms.len() || atoms[i].before == Break::Must;
        if ends && i > from {
            let (last, width, given) = content;
            let edge = if last > from || !leading { trim_end(&atoms[last]) } else { 0.0 };
            let width = width - edge;
            if width <= room + EPSILON {
                fits = Some(Candidate { to: i, width, gives: given });
                if must {
                    // End of the text, or an explicit line end: the line is not widened.
                    return line(i, width);
                }
            } else {
                if width - given * SQUEEZE <= room && over.is_none() {
                    over = Some(Candidate { to: i, width, gives: given });
                }
                break;
            }
        }
        let Some(atom) = atoms.get(i) else { break };
        if x - gives > room + 4.0 && fits.is_some() {
            break;
        }
        leading &= atom.class == Class::Space;
        let mut width = if leading { 0.0 } else { atom.width + tracking(atom, measure.track) };
        let mut white = atom.left + atom.right;
        if i == from && trims_start && atom.class == Class::Open {
            width -= atom.left;
            white = atom.right;
        }
        x += pending + width;
        gives += gives_last;
        pending = if leading { 0.0 } else { atom.space };
        gives_last = white.min(MARK_GIVES) + atom.space / 2.0;
        if atom.class != Class::Space {
            content = (i, x, gives);
        }
        let cluster_ends = atoms.get(i + 1).is_none_or(|n| n.start != atom.start);
        if x <= room + EPSILON && cluster_ends {
            cut = i + 1;
        }
        if fits.is_none() && x > room + 4.0 {
            break;
        }
    }
    let Some(best) = fits else {
        if let Some(over) = over {
            let mut line = line(over.to, over.width);
            line.squeeze = ((over.width - room) / over.gives.max(EPSILON)).clamp(0.0, 1.0);
            return line;
        }
        // No break is allowed: cut between clusters instead of exceeding the margin.
        while cut < atoms.len() && atoms[cut].start == atoms[cut - 1].start {
            cut += 1;
        }
        let mut cut_line = line(cut, 0.0);
        cut_line.width = cut_line.advances(atoms).map(|(a, _)| a).sum();
        return cut_line;
    };
    if !measure.justify {
        return line(best.to, best.width);
    }
    let mut best_line = line(best.to, best.width);
    let spare = room - best.width;
    let (wide, narrow) = best_line.gaps(atoms);
    let loose = spare / (wide.max(1)) as f32;
    if let Some(over) = over
        && (loose > LOOSE / 2.0 || over.width - room <= over.gives * SQUEEZE / 2.0)
    {
        let mut line = line(over.to, over.width);
        line.squeeze = ((over.width - room) / over.gives.max(EPSILON)).clamp(0.0, 1.0);
        return line;
    }
    if spare / (wide + narrow).max(1) as f32 > TOO_LOOSE
        && let Some(to) = inside_word(atoms, best.to, best_line.unedged_width(atoms), room)
    {
        best_line = line(to, 0.0);
        best_line.width = best_line.advances(atoms).map(|(a, _)| a).sum();
    }
    best_line.justify(atoms, room);
    best_line
}

/// Where to break the long word that begins at `from` with `used` em before it: at the last glyph that fits, or after a
/// punctuation mark at most six glyphs before.
fn inside_word(atoms: &[Atom], from: usize, used: f32, room: f32) -> Option<usize> {
    let word = atoms[from..].iter().take(LONG_WORD * 8);
    let length = word.take_while(|a| matches!(a.class, Class::Letter | Class::Mark)).count();
    // Web addresses contain several marks; telephone numbers and English words stay whole.
    let marks = atoms[from..from + length].iter().filter(|a| a.class == Class::Mark).count();
    if length < LONG_WORD || marks < 2 && length < 3 * LONG_WORD {
        return None;
    }
    let mut x = used;
    let (mut any, mut mark) = (None, None);
    for i in from..from + length - 1 {
        x += atoms[i].width;
        if x > room + EPSILON {
            break;
        }
        if atoms[i + 1].start != atoms[i].start && i - from >= 2 {
            any = Some(i + 1);
            if atoms[i].class == Class::Mark {
                mark = any;
            }
        }
    }
    match (mark, any) {
        (Some(m), Some(a)) if a - m <= 6 => Some(m),
        _ => any,
    }
}

fn tracking(atom: &Atom, track: f32) -> f32 {
    if atom.class.is_wide() { track } else { 0.0 }
}

/// Blank space removed from a closing mark or stop at the end of a line, em.
fn trim_end(atom: &Atom) -> f32 {
    if matches!(atom.class, Class::Close | Class::Stop) { atom.right } else { 0.0 }
}

impl Line {
    /// Number of gaps that may be widened: between full-em characters, and others.
    fn gaps(&self, atoms: &[Atom]) -> (usize, usize) {
        let inside = &atoms[self.from..self.end.max(self.from + 1) - 1];
        let count = |g: Gap| inside.iter().filter(|a| a.after == g).count();
        (count(Gap::Wide), count(Gap::Narrow))
    }

    /// Width if text followed on the same line: with the blank space of its last mark and the spaces after it.
    fn unedged_width(&self, atoms: &[Atom]) -> f32 {
        let Some(last) = self.end.checked_sub(1).map(|i| &atoms[i]) else { return self.width };
        let spaces: f32 = atoms[self.end..self.to].iter().map(|a| a.width + a.space).sum();
        self.width + trim_end(last) + last.space + spaces
    }

    fn justify(&mut self, atoms: &[Atom], room: f32) {
        let (wide, narrow) = self.gaps(atoms);
        // With few gaps between Chinese characters, word spaces are widened too.
        self.open_narrow = wide < 8;
        let gaps = if self.open_narrow { wide + narrow } else { wide };
        let open = (room - self.width) / gaps.max(1) as f32;
        if gaps > 0 && open <= RAGGED {
            self.open = open.max(0.0);
        }
    }

    /// Advance and left shift of each atom as set in this line, in em.
    fn advances<'t>(&'t self, atoms: &'t [Atom]) -> impl Iterator<Item = (f32, f32)> + 't {
        let mut leading = true;
        atoms[self.from..self.to].iter().enumerate().map(move |(k, atom)| {
            let i = self.from + k;
            leading &= atom.class == Class::Space;
            // Spaces at either end stay in the text and take no room.
            if leading || i >= self.end {
                return (0.0, 0.0);
            }
            let mut width = atom.width + tracking(atom, self.track);
            let mut shift = atom.shift;
            let mut left = atom.left;
            if i == self.from && self.trims_start && atom.class == Class::Open {
                width -= left;
                shift += left;
                left = 0.0;
            }
            if i + 1 == self.end {
                return (width - trim_end(atom), shift);
            }
            if self.squeeze > 0.0 {
                let most = (left + atom.right).min(MARK_GIVES) * self.squeeze;
                width -= most + atom.space / 2.0 * self.squeeze;
                if left > 0.0 {
                    shift += most;
                }
            }
            width += atom.space;
            if atom.after == Gap::Wide || atom.after == Gap::Narrow && self.open_narrow {
                width += self.open;
            }
            (width, shift)
        })
    }

    /// Draws the line. `x` is the left edge before any indent; `x`, `baseline` and `size` are in points.
    pub fn draw(&self, text: &Text, page: &mut Page, owner: Owner, x: f32, baseline: f32, size: f32) {
        let atoms = &text.atoms[self.from..self.to];
        let mut pen = x + self.indent * size;
        // Origin of each glyph, and pen position after it.
        let places: Vec<(f32, f32)> = self
            .advances(&text.atoms)
            .map(|(advance, shift)| {
                let origin = pen - shift * size;
                pen += advance * size;
                (origin, pen)
            })
            .collect();
        let mut first = 0;
        while first < atoms.len() {
            let face = atoms[first].face;
            let count = atoms[first..].iter().take_while(|a| a.face == face).count();
            let run_text = page.text.len();
            let run_glyphs = page.glyphs.len();
            for k in first..first + count {
                let atom = &atoms[k];
                let next = if k + 1 < first + count { places[k + 1].0 } else { places[k].1 };
                let range = match page.glyphs.last() {
                    // Another glyph of the same cluster.
                    Some(last) if k > first && atom.start == atoms[k - 1].start => last.text.clone(),
                    _ => {
                        let start = page.text.len() - run_text;
                        page.text.push_str(&text.text[atom.start as usize..atom.end as usize]);
                        start..page.text.len() - run_text
                    }
                };
                let advance = (next - places[k].0) / size;
                page.glyphs.push(Glyph { id: atom.glyph, advance, rise: atom.rise, text: range });
            }
            page.items.push(Item {
                owner,
                mark: Mark::Run(Run {
                    face,
                    size,
                    x: places[first].0,
                    y: baseline,
                    text: run_text..page.text.len(),
                    glyphs: run_glyphs..page.glyphs.len(),
                }),
            });
            first += count;
        }
    }
}

/// The fewest lines that fit `width` em, of about equal width and not justified: for titles and the facts below them.
pub(super) fn even_lines(text: &Text, width: f32) -> Vec<Line> {
    let at = |width: f32| break_lines(text, &Measure { width, first: 0.0, hang: 0.0, track: 0.0, justify: false });
    let lines = at(width);
    let count = lines.len();
    if count <= 1 {
        return lines;
    }
    // Bisects for the narrowest measure that needs no more lines.
    let (mut low, mut high) = (lines.iter().map(|l| l.width).sum::<f32>() / count as f32 * 0.8, width);
    let mut best = lines;
    for _ in 0..12 {
        let middle = (low + high) / 2.0;
        let tried = at(middle);
        if tried.len() <= count && tried.iter().all(|l| l.width <= middle + EPSILON) {
            high = middle;
            best = tried;
        } else {
            low = middle;
        }
    }
    best
}
