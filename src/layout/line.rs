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
/// If justification would have to widen each gap by more than this, em, the line stays ragged.
const RAGGED: f32 = 0.2;
/// If it would have to widen each gap by more than this, em, the long word after the line is broken. More than `RAGGED`: a
/// slightly ragged line reads better than a broken address.
const TOO_LOOSE: f32 = 0.25;
/// How far beyond the end of a line breaks are searched, em.
const FAR: f32 = 4.0;
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
pub(super) struct SetLine {
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
pub(super) fn break_lines(text: &Text, measure: &Measure) -> Vec<SetLine> {
    let atoms = &text.atoms;
    let mut lines = Vec::new();
    let mut from = 0;
    while from < atoms.len() {
        let indent = if from == 0 { measure.first } else { measure.hang };
        let start = LineStart { from, indent, track: measure.track, trims_start: from > 0 };
        let line = next_line(atoms, start, (measure.width - indent).max(1.0), measure.justify);
        from = line.to;
        lines.push(line);
    }
    lines
}

/// A line of exactly these atoms, neither widened nor squeezed.
pub(super) fn exact_line(text: &Text, from: usize, to: usize, trims_start: bool, track: f32) -> SetLine {
    LineStart { from, indent: 0.0, track, trims_start }.exact(&text.atoms, to)
}

fn content_end(atoms: &[Atom], from: usize, to: usize) -> usize {
    let spaces = atoms[from..to].iter().rev().take_while(|a| a.class == Class::Space).count();
    to - spaces
}

/// What is known of a line before its end is chosen; the fields are those of [`SetLine`].
#[derive(Clone, Copy)]
struct LineStart {
    from: usize,
    indent: f32,
    track: f32,
    trims_start: bool,
}

impl LineStart {
    /// The line up to `to`, which is `width` em wide, neither widened nor squeezed.
    fn line(self, atoms: &[Atom], to: usize, width: f32) -> SetLine {
        let LineStart { from, indent, track, trims_start } = self;
        let end = content_end(atoms, from, to);
        SetLine { from, to, end, indent, width, open: 0.0, open_narrow: false, squeeze: 0.0, track, trims_start }
    }

    /// The line up to `to`, measured, neither widened nor squeezed.
    fn exact(self, atoms: &[Atom], to: usize) -> SetLine {
        let mut line = self.line(atoms, to, 0.0);
        line.width = line.advances(atoms).map(|(a, _)| a).sum();
        line
    }

    /// The line up to a candidate that is too wide by itself, squeezed to `room` em.
    fn squeezed(self, atoms: &[Atom], over: &Candidate, room: f32) -> SetLine {
        let mut line = self.line(atoms, over.to, over.width);
        line.squeeze = ((over.width - room) / over.gives.max(EPSILON)).clamp(0.0, 1.0);
        line
    }
}

/// A possible end of a line: width up to it, and the space that marks and gaps before it could give up, em.
struct Candidate {
    to: usize,
    width: f32,
    gives: f32,
}

/// A line as far as its atoms have been added. Lengths in em.
struct Extent {
    start: LineStart,
    /// Width without the space after the last atom, and that space.
    width: f32,
    space: f32,
    /// What marks and gaps before the last atom could give up, and what the last atom could if another follows.
    gives: f32,
    last_gives: f32,
    /// Whether all atoms so far are spaces.
    blank: bool,
    /// Index of the last atom that is not a space, and `width` and `gives` up to it.
    content: (usize, f32, f32),
}

impl Extent {
    fn new(start: LineStart) -> Extent {
        let content = (start.from, 0.0, 0.0);
        Extent { start, width: 0.0, space: 0.0, gives: 0.0, last_gives: 0.0, blank: true, content }
    }

    /// Adds the next atom, number `i` of the text.
    fn add(&mut self, i: usize, atom: &Atom) {
        self.blank &= atom.class == Class::Space;
        let mut width = if self.blank { 0.0 } else { atom.width + tracking(atom, self.start.track) };
        let mut white = atom.left + atom.right;
        if i == self.start.from && self.start.trims_start && atom.class == Class::Open {
            width -= atom.left;
            white = atom.right;
        }
        self.width += self.space + width;
        self.gives += self.last_gives;
        self.space = if self.blank { 0.0 } else { atom.space };
        self.last_gives = white.min(MARK_GIVES) + atom.space / 2.0;
        if atom.class != Class::Space {
            self.content = (i, self.width, self.gives);
        }
    }

    /// The line if it ended before atom `to`: without trailing spaces, its last mark trimmed.
    fn candidate(&self, atoms: &[Atom], to: usize) -> Candidate {
        let (last, width, gives) = self.content;
        let edge = if last > self.start.from || !self.blank { trim_end(&atoms[last]) } else { 0.0 };
        Candidate { to, width: width - edge, gives }
    }
}

/// The ends among which that of a line is chosen.
struct Ends {
    /// The last break at which the line fits without squeezing.
    fits: Option<Candidate>,
    /// Whether the line must end there, since the text or an explicit line ends.
    must: bool,
    /// The break after that, if the line fits there when it is squeezed.
    over: Option<Candidate>,
    /// Where to cut if no break is allowed.
    cut: usize,
}

/// Finds the possible ends of a line with `room` em.
fn possible_ends(atoms: &[Atom], start: LineStart, room: f32) -> Ends {
    let from = start.from;
    let mut ends = Ends { fits: None, must: false, over: None, cut: from + 1 };
    let mut extent = Extent::new(start);
    for i in from..=atoms.len() {
        // The end of the text is an explicit line end, too.
        let before = atoms.get(i).map_or(Break::Must, |a| a.before);
        if i > from && before != Break::Never {
            let candidate = extent.candidate(atoms, i);
            if candidate.width > room + EPSILON {
                ends.over = Some(candidate).filter(|c| c.width - c.gives * SQUEEZE <= room);
                break;
            }
            ends.fits = Some(candidate);
            if before == Break::Must {
                ends.must = true;
                break;
            }
        }
        let Some(atom) = atoms.get(i) else { break };
        // No break further on could be used, even with all marks squeezed.
        if extent.width - extent.gives > room + FAR && ends.fits.is_some() {
            break;
        }
        extent.add(i, atom);
        let cluster_ends = atoms.get(i + 1).is_none_or(|n| n.start != atom.start);
        if extent.width <= room + EPSILON && cluster_ends {
            ends.cut = i + 1;
        }
        if ends.fits.is_none() && extent.width > room + FAR {
            break;
        }
    }
    ends
}

/// The next line, which has `room` em.
fn next_line(atoms: &[Atom], start: LineStart, room: f32, justify: bool) -> SetLine {
    let Ends { fits, must, over, cut } = possible_ends(atoms, start, room);
    let Some(fits) = fits else {
        return match over {
            Some(over) => start.squeezed(atoms, &over, room),
            // No break is allowed: cut between clusters instead of exceeding the margin.
            None => start.exact(atoms, cluster_end(atoms, cut)),
        };
    };
    let mut line = start.line(atoms, fits.to, fits.width);
    if must || !justify {
        return line;
    }
    let spare = room - fits.width;
    let (wide, narrow) = line.gaps(atoms);
    let loose = spare / (wide.max(1)) as f32;
    if let Some(over) = over
        && (loose > LOOSE / 2.0 || over.width - room <= over.gives * SQUEEZE / 2.0)
    {
        return start.squeezed(atoms, &over, room);
    }
    if spare / (wide + narrow).max(1) as f32 > TOO_LOOSE
        && let Some(to) = inside_word(atoms, fits.to, line.unedged_width(atoms), room)
    {
        line = start.exact(atoms, to);
    }
    line.justify(atoms, room);
    line
}

/// The first position from `cut` on at which no cluster is cut.
fn cluster_end(atoms: &[Atom], mut cut: usize) -> usize {
    while cut < atoms.len() && atoms[cut].start == atoms[cut - 1].start {
        cut += 1;
    }
    cut
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

impl SetLine {
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
pub(super) fn even_lines(text: &Text, width: f32) -> Vec<SetLine> {
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
