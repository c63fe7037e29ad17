//! The title: one run, broken between its parts if it is wider than a line.
//!
//! Takes the parts, gives the run. As in the PDF: the fewest lines, then with a break after the agency, then of even width; a
//! part is broken only if it is wider than a line.

use std::ops::Range;

use docx_rs::{BreakType, Run};

use super::measure::{self, pieces};
use super::text;
use crate::layout::title_lines;
use crate::style::Style;

/// The title as a run of the title style.
pub(super) fn run(parts: &[String], style: &Style) -> Run {
    let parts: Vec<String> = parts.iter().map(|p| text::line(p)).filter(|p| !p.is_empty()).collect();
    // A little less than the line: fonts differ, and a line that just fits in one wraps in another.
    let capacity = text::points(style.page.text_width) / style.size.title - 0.3;
    let mut run = text::hinted(Run::new(), &parts.concat());
    for (index, line) in lines(&parts, capacity.max(1.0)).into_iter().enumerate() {
        if index > 0 {
            run = run.add_break(BreakType::TextWrapping);
        }
        run = run.add_text(line);
    }
    run
}

/// The lines of a title, no wider than `capacity` em.
fn lines(parts: &[String], capacity: f32) -> Vec<String> {
    let mut out = Vec::new();
    let mut group = 0;
    for (index, part) in parts.iter().enumerate() {
        if measure::em(part) > capacity {
            out.extend(whole_parts(&parts[group..index], capacity, group == 0));
            out.extend(inside(part, capacity));
            group = index + 1;
        }
    }
    out.extend(whole_parts(&parts[group..], capacity, group == 0));
    out
}

/// Lines of whole parts, each of which fits on a line.
fn whole_parts(parts: &[String], capacity: f32, has_agency: bool) -> Vec<String> {
    let text = |range: Range<usize>| parts[range].concat();
    let lines = title_lines(parts.len(), has_agency, capacity, |range| measure::em(&text(range)));
    lines.into_iter().map(text).collect()
}

/// One part over several lines of even width.
fn inside(part: &str, capacity: f32) -> Vec<String> {
    let total = measure::em(part);
    let count = (total / capacity).ceil();
    let words = || pieces(part).map(|p| p.text);
    let even = filled(words(), (total / count + 0.5).min(capacity));
    if even.len() as f32 <= count { even } else { filled(words(), capacity) }
}

/// Fills lines with pieces one after the other.
fn filled<'t>(pieces: impl Iterator<Item = &'t str>, capacity: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0.0;
    for piece in pieces {
        let em = measure::em(piece);
        match lines.last_mut() {
            Some(line) if width + em <= capacity => {
                line.push_str(piece);
                width += em;
            }
            _ => {
                lines.push(piece.to_owned());
                width = em;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(parts: &[&str]) -> Vec<String> {
        let parts: Vec<String> = parts.iter().map(|p| (*p).to_owned()).collect();
        let lines = lines(&parts, 19.8);
        assert_eq!(lines.concat(), parts.concat());
        lines
    }

    #[test]
    fn a_long_title_breaks_after_the_agency() {
        let lines = broken(&["老城区科学技术局", "2024年", "政府信息公开", "工作年度报告"]);
        assert_eq!(lines, ["老城区科学技术局", "2024年政府信息公开工作年度报告"]);
        assert_eq!(broken(&["某局", "2024年", "政府信息公开", "工作年度报告"]).len(), 1);
    }

    #[test]
    fn an_agency_wider_than_a_line_is_broken_evenly() {
        let long = "某某自治区某某市某某新区人力资源和社会保障局办公室";
        let lines = broken(&[long, "2024年", "政府信息公开", "工作年度报告"]);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].chars().count(), 13);
        assert_eq!(lines[2], "2024年政府信息公开工作年度报告");
    }

    #[test]
    fn any_title_is_kept_whole() {
        assert!(broken(&[]).is_empty());
        broken(&["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "某某某某某某某某某某某某"]);
        broken(&[&"W".repeat(200)]);
        broken(&[&"某".repeat(100_000), "。。。"]);
    }
}
