//! Names of agencies: which of them may denote the same one.
//!
//! Takes names as texts have them, abbreviated or with the place in front; compares letters only. It knows no list of agencies.

use crate::form::{labels, words};

/// Whether two names may denote the same agency: one abbreviates the other, with or without a place name before it. Names with
/// different places never match.
pub(super) fn same(a: &str, b: &str) -> bool {
    let (a, b) = (bare(a), bare(b));
    let shortened = |a: &str, b: &str| within(a, b) || within(b, a);
    let placeless =
        |long: &str, short: &str| rests(short).is_empty() && rests(long).into_iter().any(|rest| shortened(rest, short));
    shortened(&a, &b) || placeless(&a, &b) || placeless(&b, &a)
}

/// The letters and digits of a name outside brackets.
fn bare(name: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ if depth <= 0 && c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// Whether the characters of `short` occur in `long` in the same order.
fn within(short: &str, long: &str) -> bool {
    let mut letters = long.chars();
    short.chars().all(|c| letters.any(|l| l == c))
}

/// The rest of a name after each place name it begins with.
pub(super) fn rests(name: &str) -> Vec<&str> {
    let divisions = &labels().names.divisions;
    let ends = name.char_indices().map(|(i, _)| i).skip(2);
    let place = |head: &str| {
        let ends = |all: &[String]| all.iter().any(|w| head.len() > w.len() && head.ends_with(w.as_str()));
        ends(divisions) && !words().agencies.no_places.iter().any(|w| head.ends_with(w.as_str()))
    };
    let placed = ends.filter(|i| place(&name[..*i]));
    placed.map(|i| &name[i..]).filter(|rest| rest.chars().count() >= 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_agency_is_written_in_many_ways() {
        for (a, b) in [
            ("老城区科学技术局", "老城区科技局"),
            ("洛阳市老城区科学技术局", "老城区科技局"),
            ("云泽市住房和城乡建设局", "云泽市住建局"),
            ("住房和城乡建设局", "云泽市住建局"),
            ("青岚县人民政府办公室", "青岚县政府办"),
            ("云泽市发展和改革委员会", "云泽市发改委"),
            ("云泽市科学技术局（知识产权局）", "云泽市科技局"),
        ] {
            assert!(same(a, b) && same(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("青岚县教育局", "临溪县教育局"),
            ("青岚县教育局", "青岚县文化和旅游局"),
            ("老城区科学技术局", "西工区科学技术局"),
        ] {
            assert!(!same(a, b) && !same(b, a), "{a} {b}");
        }
    }
}
