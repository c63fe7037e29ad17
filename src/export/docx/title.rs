//! The title: one run, broken between its parts where it is wider than a line.
//!
//! Takes the parts, gives the run. It never breaks inside a part; a part wider than a line is left to Word.

use docx_rs::{BreakType, Run};

use super::text;
use crate::style::Style;

/// The title as a run of the title style.
pub(super) fn run(parts: &[String], style: &Style) -> Run {
    let parts: Vec<String> = parts.iter().map(|p| text::line(p)).collect();
    // A little less than the line: faces differ, and a line that just fits in one wraps in another.
    let capacity = text::points(style.page.text_width) / style.size.title - 0.3;
    let breaks = breaks(&parts, capacity);
    let mut run = text::hinted(Run::new(), &parts.concat());
    let mut piece = String::new();
    for (index, part) in parts.iter().enumerate() {
        if breaks.contains(&index) {
            run = run.add_text(std::mem::take(&mut piece)).add_break(BreakType::TextWrapping);
        }
        piece.push_str(part);
    }
    if piece.is_empty() { run } else { run.add_text(piece) }
}

/// The parts before which the line breaks, for lines of `capacity` em.
fn breaks(parts: &[String], capacity: f32) -> Vec<usize> {
    let width = |p: &[String]| em(&p.concat());
    if parts.len() < 2 || width(parts) <= capacity {
        return Vec::new();
    }
    // Two lines: after the first part (the agency) where both halves fit, else as even as can be.
    let widest = |at: usize| width(&parts[..at]).max(width(&parts[at..]));
    if widest(1) <= capacity {
        return vec![1];
    }
    let even = (2..parts.len()).filter(|&at| widest(at) <= capacity).min_by(|&a, &b| widest(a).total_cmp(&widest(b)));
    if let Some(at) = even {
        return vec![at];
    }
    // Three lines and more: fill each.
    let (mut out, mut start) = (Vec::new(), 0);
    for at in 1..parts.len() {
        if width(&parts[start..=at]) > capacity {
            out.push(at);
            start = at;
        }
    }
    out
}

/// Width in em: Chinese 1, Latin and digits a half, a quarter between the two (Word's automatic space).
fn em(text: &str) -> f32 {
    let mut previous = None;
    let mut width = 0.0;
    for c in text.chars() {
        let latin = c.is_ascii();
        width += if latin { 0.5 } else { 1.0 };
        if previous.is_some_and(|p| p != latin) {
            width += 0.25;
        }
        previous = Some(latin);
    }
    width
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(parts: &[&str]) -> Vec<usize> {
        let parts: Vec<String> = parts.iter().map(|p| (*p).to_owned()).collect();
        breaks(&parts, 19.8)
    }

    #[test]
    fn a_long_title_breaks_after_the_agency() {
        assert_eq!(broken(&["老城区科学技术局", "2024年", "政府信息公开", "工作年度报告"]), [1]);
        assert_eq!(broken(&["某局", "2024年", "政府信息公开", "工作年度报告"]), [0; 0]);
    }

    #[test]
    fn an_agency_wider_than_a_line_stands_alone() {
        let long = "某某省某某市某某县某某镇人民政府办公室信息公开科";
        assert_eq!(broken(&[long, "2024年", "政府信息公开", "工作年度报告"]), [1]);
        assert_eq!(broken(&[long]), [0; 0]);
        assert_eq!(broken(&[]), [0; 0]);
    }

    #[test]
    fn other_wordings_break_as_evenly_as_they_can() {
        let parts = ["2024年", "某某省某某市", "老城区科学技术局", "工作年度报告"];
        assert_eq!(broken(&parts), [2]);
    }
}
