//! Lines of the title, broken between its parts (agency | year | subject | kind); a part is broken only if it is wider than a
//! line.

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
            out.extend(arrange(text, &std::mem::take(&mut group), width, first_group));
            out.extend(inside(text, part, width));
            first_group = false;
        } else {
            group.push(part);
        }
    }
    out.extend(arrange(text, &group, width, first_group));
    out
}

/// Lines of whole parts: the fewest possible, then with a break after the agency, then with the narrowest widest line.
fn arrange(text: &Text, parts: &[(usize, usize)], width: f32, has_agency: bool) -> Vec<SetLine> {
    let line = |first: usize, last: usize| line::exact_line(text, parts[first].0, parts[last].1, true, 0.0);
    if parts.is_empty() {
        return Vec::new();
    }
    if parts.len() > MOST_PARTS {
        let mut out: Vec<SetLine> = Vec::new();
        let mut first = 0;
        for i in 0..parts.len() {
            if i > first && line(first, i).width > width {
                out.push(line(first, i - 1));
                first = i;
            }
        }
        out.push(line(first, parts.len() - 1));
        return out;
    }
    let mut best: Option<(usize, bool, f32, Vec<SetLine>)> = None;
    // Bit i: a line break after part i.
    for breaks in 0..1u32 << (parts.len() - 1) {
        let mut out = Vec::new();
        let mut first = 0;
        for i in 0..parts.len() {
            if i + 1 == parts.len() || breaks & (1 << i) != 0 {
                out.push(line(first, i));
                first = i + 1;
            }
        }
        if out.iter().any(|l| l.width > width) {
            continue;
        }
        let misses_agency = has_agency && out.len() > 1 && breaks & 1 == 0;
        let widest = out.iter().map(|l| l.width).fold(0.0, f32::max);
        let better = best.as_ref().is_none_or(|(n, m, w, _)| {
            (out.len(), misses_agency) < (*n, *m) || (out.len(), misses_agency) == (*n, *m) && widest < *w
        });
        if better {
            best = Some((out.len(), misses_agency, widest, out));
        }
    }
    // Each part fits on a line by itself, so at least one arrangement was found.
    best.map_or_else(Vec::new, |b| b.3)
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
