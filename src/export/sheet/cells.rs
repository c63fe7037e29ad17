//! Addresses and ranges in the notation of formulas and rules.

use crate::model::Address;

/// A cell: row and column from 0.
pub type At = (u32, u16);

/// First and last corner of a range, both included.
pub type Range = (At, At);

/// `D27`.
pub fn a1((row, column): At) -> String {
    Address { row, column: column.into() }.to_string()
}

/// `$D$27`.
fn absolute(at: At) -> String {
    let text = a1(at);
    let cut = text.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    format!("${}${}", &text[..cut], &text[cut..])
}

/// Joins cells into rectangles: runs along a row, then equal runs in rows below each other.
pub fn rectangles(cells: &[At]) -> Vec<Range> {
    let mut cells = cells.to_vec();
    cells.sort_unstable();
    cells.dedup();
    let mut runs: Vec<Range> = Vec::new();
    for (row, column) in cells {
        match runs.last_mut() {
            Some((_, last)) if last.0 == row && last.1 + 1 == column => last.1 = column,
            _ => runs.push(((row, column), (row, column))),
        }
    }
    let mut out: Vec<Range> = Vec::new();
    for (first, last) in runs {
        let above = |r: &&mut Range| r.0.1 == first.1 && r.1.1 == last.1 && r.1.0 + 1 == first.0;
        match out.iter_mut().find(above) {
            Some(range) => range.1 = last,
            None => out.push((first, last)),
        }
    }
    out
}

/// Ranges joined for a rule's area: `D4:I5 D7`.
pub fn area(cells: &[At]) -> String {
    let one = |(a, b): &Range| if a == b { a1(*a) } else { format!("{}:{}", a1(*a), a1(*b)) };
    rectangles(cells).iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The sum of terms (`true`: subtracted) as a formula, with absolute addresses if `fixed`; texts in the cells count as 0.
pub fn sum(terms: &[(At, bool)], fixed: bool) -> String {
    let name = |at| if fixed { absolute(at) } else { a1(at) };
    let side = |negative: bool| {
        let cells: Vec<At> = terms.iter().filter(|t| t.1 == negative).map(|t| t.0).collect();
        let one = |(a, b): &Range| if a == b { name(*a) } else { format!("{}:{}", name(*a), name(*b)) };
        let ranges: Vec<String> = rectangles(&cells).iter().map(one).collect();
        // A function takes 255 arguments at most.
        ranges.chunks(250).map(|c| format!("SUM({})", c.join(","))).collect::<Vec<_>>()
    };
    let (plus, minus) = (side(false).join("+"), side(true).join("-"));
    match (plus.is_empty(), minus.is_empty()) {
        (_, true) => plus,
        (false, false) => format!("{plus}-{minus}"),
        (true, false) => format!("0-{minus}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_ranges() {
        let column: Vec<At> = (5..9).map(|r| (r, 3)).collect();
        assert_eq!(area(&column), "D6:D9");
        assert_eq!(area(&[(0, 0), (0, 1), (1, 0), (1, 1), (3, 0)]), "A1:B2 A4");
        let terms: Vec<(At, bool)> = column.iter().map(|c| (*c, false)).chain([((0, 0), true)]).collect();
        assert_eq!(sum(&terms, false), "SUM(D6:D9)-SUM(A1)");
        assert_eq!(sum(&terms[..1], true), "SUM($D$6)");
    }
}
