//! Text → atoms: each glyph with its face, its width after adjacent punctuation is squeezed, and whether a line may break
//! before it.
//!
//! Takes a text and its role, gives [`Text`]. A character that no face can draw is an error, and never becomes a blank. Widths
//! are in em, so that a text is measured once for all sizes.

use std::collections::BTreeMap;

use harfrust::{Feature, ShapeOptions, ShapePlan, ShaperData, Tag, UnicodeBuffer};
use icu_segmenter::options::{LineBreakOptions, LineBreakStrictness};
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};

use super::LayoutError;
use super::class::{self, Class};
use super::faces::{FaceId, OpenFaces, Role};

/// Space between Chinese characters and Latin letters or digits, em.
const QUARTER: f32 = 0.25;
/// Blank space that remains beside the ink of a squeezed punctuation mark, em.
const INK_MARGIN: f32 = 0.04;

/// Whether a line may break before an atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    Never,
    May,
    Must,
}

/// What justification may do with the gap after an atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Fixed,
    /// Between two full-em characters: widened first.
    Wide,
    /// A word space or a gap between scripts: widened only if the line has few `Wide` gaps.
    Narrow,
}

/// One glyph to be set in a line. Lengths in em.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub glyph: u16,
    pub face: FaceId,
    pub class: Class,
    pub before: Break,
    pub after: Gap,
    /// Byte range in [`Text::text`].
    pub start: u32,
    pub end: u32,
    pub width: f32,
    /// Distance by which the glyph is drawn left of its position.
    pub shift: f32,
    pub rise: f32,
    /// Blank space inside the glyph that may still be removed, at its left and right.
    pub left: f32,
    pub right: f32,
    /// Space added after it, except at the end of a line.
    pub space: f32,
}

/// A text ready to be broken into lines: its drawn form ([`printed_text`]) and its atoms.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    pub text: String,
    pub atoms: Vec<Atom>,
}

impl Text {
    /// Width on one line, in em.
    pub fn width(&self) -> f32 {
        let all: f32 = self.atoms.iter().map(|a| a.width + a.space).sum();
        all - self.atoms.last().map_or(0.0, |a| a.space)
    }
}

/// The text as drawn (see [`printed_text`]), and the byte offsets in it at which lines must end.
fn printed(source: &str) -> (String, Vec<usize>) {
    let mut text = String::with_capacity(source.len());
    let mut ends = Vec::new();
    for c in source.chars() {
        if class::is_line_end(c) {
            if !text.is_empty() && ends.last() != Some(&text.len()) {
                ends.push(text.len());
            }
        } else if c == '\t' {
            text.push(' ');
        } else if !class::is_dropped(c) {
            text.push(c);
        }
    }
    (text, ends)
}

/// The drawn form of a text: control characters, zero-width characters and line ends omitted, tabs as spaces.
pub fn printed_text(source: &str) -> String {
    printed(source).0
}

/// Makes atoms. One per layout, since it keeps the faces that it has opened.
pub(super) struct Setter<'a> {
    open: OpenFaces<'a>,
    segmenter: LineSegmenterBorrowed<'static>,
    features: Vec<Feature>,
    /// Removable blank space at the left and right of punctuation marks, by face and glyph.
    white: BTreeMap<(FaceId, u16), (f32, f32)>,
}

#[derive(Clone, Copy)]
struct Char {
    at: usize,
    c: char,
    /// Whether it is a quote set as Latin.
    latin_quote: bool,
}

impl Char {
    fn class(&self) -> Class {
        if self.latin_quote { Class::Mark } else { class::class(self.c) }
    }
}

impl<'a> Setter<'a> {
    pub fn new(faces: &'a super::Faces) -> Setter<'a> {
        let mut options = LineBreakOptions::default();
        options.strictness = Some(LineBreakStrictness::Strict);
        let off = |tag: &[u8; 4]| Feature::new(Tag::new(tag), 0, ..);
        Setter {
            open: OpenFaces::new(faces),
            segmenter: LineSegmenter::new_for_non_complex_scripts(options),
            // Ligatures are off: one glyph for several characters makes text harder to search, and nothing is gained here.
            features: vec![off(b"liga"), off(b"clig"), off(b"dlig"), off(b"calt")],
            white: BTreeMap::new(),
        }
    }

    /// The faces that it uses.
    pub fn faces(&self) -> &'a super::Faces {
        self.open.faces()
    }

    /// Atoms of a text in the face of a role. Fails on a character that no face can draw.
    pub fn set(&mut self, role: Role, source: &str) -> Result<Text, LayoutError> {
        let (text, ends) = printed(source);
        let chars = characters(&text);
        let mut atoms = Vec::with_capacity(chars.len());
        let mut firsts = Vec::with_capacity(chars.len());
        let mut i = 0;
        while i < chars.len() {
            let (face, glyph) = self.draw(role, &chars[i], source)?;
            let mut end = i + 1;
            let mut letters = false;
            if class::is_latin(chars[i].c) && chars[i].class() != Class::Space {
                letters = needs_shaping(chars[i].c);
                while end < chars.len()
                    && class::is_latin(chars[end].c)
                    && chars[end].class() != Class::Space
                    && self.draw(role, &chars[end], source)?.0 == face
                {
                    letters |= needs_shaping(chars[end].c);
                    end += 1;
                }
            }
            if letters {
                self.shape(face, &text, &chars[i..end], i, &mut atoms, &mut firsts);
            } else {
                firsts.push(atoms.len());
                atoms.push(self.atom(face, glyph, &chars[i], &text));
                for c in &chars[i + 1..end] {
                    let (face, glyph) = self.draw(role, c, source)?;
                    firsts.push(atoms.len());
                    atoms.push(self.atom(face, glyph, c, &text));
                }
            }
            i = end;
        }
        self.mark_breaks(&text, &chars, &firsts, &ends, &mut atoms);
        space(&chars, &firsts, &mut atoms);
        Ok(Text { text, atoms })
    }

    fn draw(&self, role: Role, c: &Char, source: &str) -> Result<(FaceId, u16), LayoutError> {
        let faces = self.open.faces();
        if c.latin_quote
            && let Some(found) = faces.drawing(Role::Latin, c.c, Some(&self.open))
        {
            return Ok(found);
        }
        faces
            .drawing(role, c.c, Some(&self.open))
            .ok_or_else(|| LayoutError::Undrawable { character: c.c, text: source.chars().take(20).collect() })
    }

    fn atom(&mut self, face: FaceId, glyph: u16, c: &Char, text: &str) -> Atom {
        let class = c.class();
        let own = || self.open.get(face).map_or(0.0, |f| advance(f, glyph));
        let width = class::space_width(c.c).unwrap_or_else(own);
        let (left, right) = match class {
            Class::Open => (self.white(face, glyph, width).0, 0.0),
            Class::Close | Class::Stop => (0.0, self.white(face, glyph, width).1),
            _ => (0.0, 0.0),
        };
        let start = c.at as u32;
        let end = (c.at + text[c.at..].chars().next().map_or(0, char::len_utf8)) as u32;
        let (before, after) = (Break::Never, Gap::Fixed);
        Atom { glyph, face, class, before, after, start, end, width, shift: 0.0, rise: 0.0, left, right, space: 0.0 }
    }

    /// Blank space at the left and right of a mark's ink that may be removed, em: at most half an em, and none from marks that
    /// are not full-em.
    fn white(&mut self, face: FaceId, glyph: u16, width: f32) -> (f32, f32) {
        if width < 0.9 {
            return (0.0, 0.0);
        }
        let open = &self.open;
        *self.white.entry((face, glyph)).or_insert_with(|| {
            let ink = open.get(face).and_then(|f| Some((f.metrics.bounds(skrifa::GlyphId::from(glyph))?, f.em)));
            match ink {
                Some((b, em)) => {
                    let taken = |white: f32| (white - INK_MARGIN).clamp(0.0, 0.5);
                    (taken(b.x_min / em), taken(width - b.x_max / em))
                }
                None => (0.5, 0.5),
            }
        })
    }

    /// Shapes Latin letters by the font's rules (kerning, combining marks).
    fn shape(
        &mut self,
        face: FaceId,
        text: &str,
        chars: &[Char],
        first: usize,
        atoms: &mut Vec<Atom>,
        firsts: &mut Vec<usize>,
    ) {
        let Some(open) = self.open.get(face) else { return };
        let data = open.shaping.get_or_init(|| ShaperData::new(&open.font));
        let shaper = data.shaper(&open.font).build();
        let mut buffer = UnicodeBuffer::new();
        for (i, c) in chars.iter().enumerate() {
            buffer.add(c.c, i as u32);
        }
        let (direction, script) = (harfrust::Direction::LeftToRight, harfrust::script::LATIN);
        buffer.set_direction(direction);
        buffer.set_script(script);
        let plan = || ShapePlan::new(&shaper, direction, Some(script), None, &self.features);
        let plan = open.plan.get_or_init(plan);
        let shaped = shaper.shape(buffer, ShapeOptions::new().plan(Some(plan)).features(&self.features));
        let (infos, positions) = (shaped.glyph_infos(), shaped.glyph_positions());
        let mut k = 0;
        while k < infos.len() {
            let cluster = infos[k].cluster as usize;
            let same = infos[k..].iter().take_while(|g| g.cluster as usize == cluster).count();
            let next = infos.get(k + same).map_or(chars.len(), |g| g.cluster as usize);
            let start = chars[cluster].at as u32;
            let last = chars[next.max(cluster + 1) - 1];
            let end = (last.at + text[last.at..].chars().next().map_or(0, char::len_utf8)) as u32;
            for _ in cluster..next.max(cluster + 1) {
                firsts.push(atoms.len());
            }
            for (info, p) in infos[k..k + same].iter().zip(&positions[k..k + same]) {
                atoms.push(Atom {
                    glyph: info.glyph_id as u16,
                    face,
                    class: chars[cluster].class(),
                    before: Break::Never,
                    after: Gap::Fixed,
                    start,
                    end,
                    width: p.x_advance as f32 / open.em,
                    shift: -(p.x_offset as f32) / open.em,
                    rise: p.y_offset as f32 / open.em,
                    left: 0.0,
                    right: 0.0,
                    space: 0.0,
                });
            }
            k += same;
        }
        debug_assert_eq!(firsts.len(), first + chars.len());
    }

    /// Marks where lines may break: UAX #14 with the exceptions for Chinese text in `may_break`.
    fn mark_breaks(&self, text: &str, chars: &[Char], firsts: &[usize], ends: &[usize], atoms: &mut [Atom]) {
        let mut opportunities = self.segmenter.segment_str(text).peekable();
        let mut ends = ends.iter().copied().peekable();
        for i in 1..chars.len() {
            // Characters of one cluster stay together.
            if firsts[i] == firsts[i - 1] {
                continue;
            }
            let at = chars[i].at;
            while opportunities.next_if(|o| *o < at).is_some() {}
            while ends.next_if(|e| *e < at).is_some() {}
            let unicode = opportunities.peek() == Some(&at);
            atoms[firsts[i]].before = if ends.peek() == Some(&at) {
                Break::Must
            } else if may_break(chars, i, unicode) {
                Break::May
            } else {
                Break::Never
            };
        }
    }
}

fn advance(face: &super::faces::OpenFace<'_>, glyph: u16) -> f32 {
    face.metrics.advance_width(skrifa::GlyphId::from(glyph)).unwrap_or(0.0) / face.em
}

fn needs_shaping(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36f}')
}

fn characters(text: &str) -> Vec<Char> {
    let mut chars: Vec<Char> = text.char_indices().map(|(at, c)| Char { at, c, latin_quote: false }).collect();
    if chars.iter().any(|c| class::is_shared_quote(c.c)) {
        resolve_quotes(&mut chars);
    }
    chars
}

/// Marks quotes as Latin: apostrophes between Latin letters or digits, and pairs that enclose Latin text and are surrounded by
/// it. All other quotes stay Chinese.
fn resolve_quotes(chars: &mut [Char]) {
    // Script of the nearest of four characters that is not a space: Latin (`true`) or Chinese (`false`); `None` if there is
    // none.
    let side = |i: Option<usize>, back: bool| -> Option<bool> {
        let mut i = i?;
        for _ in 0..4 {
            let c = chars.get(i)?.c;
            if class::class(c) != Class::Space {
                return Some(class::is_latin(c));
            }
            i = if back { i.checked_sub(1)? } else { i + 1 };
        }
        None
    };
    let mut open = Vec::new();
    let mut latin = Vec::new();
    for i in 0..chars.len() {
        let letter = |i: Option<usize>| {
            i.and_then(|i| chars.get(i)).is_some_and(|c| class::is_latin(c.c) && c.c.is_alphanumeric())
        };
        match chars[i].c {
            '’' if letter(i.checked_sub(1)) && letter(Some(i + 1)) => latin.push(i),
            '“' | '‘' => open.push(i),
            '”' | '’' => {
                let Some(o) = open.pop() else { continue };
                let outside = [side(o.checked_sub(1), true), side(Some(i + 1), false)];
                let inside = [side(Some(o + 1), false), side(i.checked_sub(1), true)];
                if outside.iter().all(|s| *s != Some(false))
                    && outside.contains(&Some(true))
                    && inside == [Some(true), Some(true)]
                {
                    latin.extend([o, i]);
                }
            }
            _ => {}
        }
    }
    for i in latin {
        chars[i].latin_quote = true;
    }
}

/// Whether a line may break before character `i`; `unicode`: whether UAX #14 allows it.
fn may_break(chars: &[Char], i: usize, unicode: bool) -> bool {
    let (before, after) = (&chars[i - 1], &chars[i]);
    let (a, b) = (before.c, after.c);
    let digit = |k: Option<usize>| k.is_some_and(|k| chars[k].c.is_ascii_digit() || matches!(chars[k].c, '０'..='９'));
    if after.class() == Class::Space {
        return false;
    }
    if !after.latin_quote && class::no_start(b) || !before.latin_quote && class::no_end(a) {
        return false;
    }
    if a == b && class::class(a) == Class::Dash {
        return false;
    }
    // Kept together: a number and its unit, 第 and its number, 〔2021〕30号.
    let unit = class::is_unit(b) || matches!(b, '%' | '°' | '℃');
    if unit && (digit(Some(i - 1)) || (class::is_unit(a) || a == ' ') && digit(i.checked_sub(2))) {
        return false;
    }
    if digit(Some(i)) && matches!(a, '第' | '〕') {
        return false;
    }
    // UAX #14 forbids a break between a quote and the text outside it; in Chinese text quotes behave like brackets.
    let quote = |c: &Char| class::is_shared_quote(c.c) && !c.latin_quote;
    if quote(after) || quote(before) {
        return true;
    }
    unicode || class::is_ideograph(a) && class::is_ideograph(b)
}

/// Squeezes adjacent punctuation, adds a quarter em between scripts and sets which gaps justification may widen.
fn space(chars: &[Char], firsts: &[usize], atoms: &mut [Atom]) {
    use Class::{Close, Dash, Letter, Open, Space, Stop, Wide};
    for i in 1..chars.len() {
        let (x, y) = (firsts[i - 1], firsts[i]);
        if x == y {
            continue;
        }
        // The last glyph of the previous cluster.
        let x = x.max(y - 1);
        let (a, b) = (chars[i - 1].class(), chars[i].class());
        match (a, b) {
            (Close | Stop, Close | Stop | Open) => {
                atoms[x].width -= atoms[x].right;
                atoms[x].right = 0.0;
            }
            (Open, Open) => {
                atoms[y].width -= atoms[y].left;
                atoms[y].shift += atoms[y].left;
                atoms[y].left = 0.0;
            }
            (Wide, Letter) if class::is_ideograph(chars[i - 1].c) => atoms[x].space = QUARTER,
            (Letter, Wide) if class::is_ideograph(chars[i].c) => atoms[x].space = QUARTER,
            _ => {}
        }
        atoms[x].after = match (a, b) {
            (Dash, Dash) => Gap::Fixed,
            _ if a.is_wide() && b.is_wide() => Gap::Wide,
            (Space, _) => Gap::Narrow,
            _ if atoms[x].space > 0.0 => Gap::Narrow,
            _ => Gap::Fixed,
        };
    }
}
