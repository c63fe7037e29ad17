//! Widths of columns that must not be narrower than what they contain.

/// Raises each width that is below its least width to that; the columns above theirs give up the difference, in proportion to
/// what they have to spare. The sum stays the same if that of `least` is at most that of `widths`.
pub(crate) fn raised_to_least(widths: &[f32], least: &[f32]) -> Vec<f32> {
    let pairs = || widths.iter().zip(least);
    let short: f32 = pairs().map(|(w, l)| (l - w).max(0.0)).sum();
    let spare: f32 = pairs().map(|(w, l)| (w - l).max(0.0)).sum();
    let gives = if spare > 0.0 { short / spare } else { 0.0 };
    pairs().map(|(w, l)| if w < l { *l } else { w - (w - l) * gives }).collect()
}
