//! Lines of the title, broken between its parts (agency | year | subject | kind); a part is broken only if it is wider than a
//! line.

use std::ops::Range;

use super::line::{self, SetLine};
use super::text::{Break, Text};

/// Characters that names of places and bodies end in, and how many atoms a break may move to follow such a name.
const NAME_ENDS: &str = "省市县区州盟旗镇乡会局院厅部委所处办";
const REACH: usize = 4;
/// Titles with more parts than this are filled line by line, since all combinations of breaks would take too long.
const MOST_PARTS: usize = 8;

/// Breaks a title whose parts end at the byte offsets `ends` into lines no wider than `width` em.
pub(super) fn lines(text: &Text, ends: &[usize], width: f32) -> Vec<SetLine> {
    // Atom ranges of the parts.
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for end in ends {
        let to = from + text.atoms[from..].iter().take_while(|a| (a.start as usize) < *end).count();
        if to > from {
            parts.push((from, to));
        }
        from = to;
    }
    if from < text.atoms.len() {
        parts.push((from, text.atoms.len()));
    }
    let mut out = Vec::new();
    let mut group: Vec<(usize, usize)> = Vec::new();
    let mut first_group = true;
    for part in parts {
        if line::exact_line(text, part.0, part.1, true, 0.0).width > width {
            out.extend(whole_parts(text, &std::mem::take(&mut group), width, first_group));
            out.extend(inside(text, part, width));
            first_group = false;
        } else {
            group.push(part);
        }
    }
    out.extend(whole_parts(text, &group, width, first_group));
    out
}

/// Lines of whole parts, each of which fits on a line.
fn whole_parts(text: &Text, parts: &[(usize, usize)], width: f32, has_agency: bool) -> Vec<SetLine> {
    let line = |first: usize, last: usize| line::exact_line(text, parts[first].0, parts[last].1, true, 0.0);
    let lines = title_lines(parts.len(), has_agency, width, |parts| line(parts.start, parts.end - 1).width);
    lines.into_iter().map(|parts| line(parts.start, parts.end - 1)).collect()
}

/// Divides `count` parts of a title, each of which fits on a line, into lines no wider than `width`: the fewest possible, then
/// with a break after the agency, the first part, if `has_agency`, then with the narrowest widest line. Gives the parts of each
/// line; `line_width` measures the line of some parts.
pub(crate) fn title_lines(
    count: usize,
    has_agency: bool,
    width: f32,
    line_width: impl Fn(Range<usize>) -> f32,
) -> Vec<Range<usize>> {
    if count == 0 {
        return Vec::new();
    }
    if count > MOST_PARTS {
        return filled(count, width, line_width);
    }
    let mut best: Option<(usize, bool, f32, Vec<Range<usize>>)> = None;
    // Bit i: a line break after part i.
    for breaks in 0..1u32 << (count - 1) {
        let mut lines = Vec::new();
        let mut first = 0;
        for i in 0..count {
            if i + 1 == count || breaks & (1 << i) != 0 {
                lines.push(first..i + 1);
                first = i + 1;
            }
        }
        let widest = lines.iter().map(|parts| line_width(parts.clone())).fold(0.0, f32::max);
        if widest > width {
            continue;
        }
        let misses_agency = has_agency && lines.len() > 1 && breaks & 1 == 0;
        let better = best.as_ref().is_none_or(|(n, m, w, _)| {
            (lines.len(), misses_agency) < (*n, *m) || (lines.len(), misses_agency) == (*n, *m) && widest < *w
        });
        if better {
            best = Some((lines.len(), misses_agency, widest, lines));
        }
    }
    // Each part fits on a line by itself, so at least one arrangement was found.
    best.map_or_else(|| (0..count).map(|i| i..i + 1).collect(), |(.., lines)| lines)
}

/// Fills lines with parts one after the other.
fn filled(count: usize, width: f32, line_width: impl Fn(Range<usize>) -> f32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut first = 0;
    for i in 0..count {
        if i > first && line_width(first..i + 1) > width {
            lines.push(first..i);
            first = i;
        }
    }
    lines.push(first..count);
    lines
}

/// One part over several lines of even width; a break moves to the end of a nearby name of a place or body if both lines still
/// fit.
fn inside(text: &Text, part: (usize, usize), width: f32) -> Vec<SetLine> {
    let piece = Text { text: text.text.clone(), atoms: text.atoms[part.0..part.1].to_vec() };
    let mut ends: Vec<usize> = line::even_lines(&piece, width).iter().map(|l| part.0 + l.to).collect();
    let exact = |from: usize, to: usize| line::exact_line(text, from, to, true, 0.0);
    let ends_name = |to: usize| {
        let last = &text.atoms[to - 1];
        text.text[last.start as usize..last.end as usize].chars().all(|c| NAME_ENDS.contains(c))
    };
    for i in 0..ends.len().saturating_sub(1) {
        let from = if i == 0 { part.0 } else { ends[i - 1] };
        let near = (1..=REACH).flat_map(|d| [ends[i].checked_sub(d), Some(ends[i] + d)]).flatten();
        let moved = Some(ends[i]).into_iter().chain(near).find(|to| {
            *to > from + 1
                && *to + 1 < ends[i + 1]
                && ends_name(*to)
                && text.atoms[*to].before != Break::Never
                && exact(from, *to).width <= width
                && exact(*to, ends[i + 1]).width <= width
        });
        ends[i] = moved.unwrap_or(ends[i]);
    }
    let starts = std::iter::once(part.0).chain(ends.iter().copied());
    starts.zip(&ends).map(|(from, to)| exact(from, *to)).collect()
}
