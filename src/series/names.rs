//! Names that may denote the same agency: reported to the user, never joined.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::Aliases;
use crate::form::labels;

/// Digits of a year within a name.
const YEAR: usize = 4;
/// Shortest rest of a name after a place, in characters: 某局.
const SHORTEST: usize = 2;

/// A name and the similar names that may denote the same agency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Similar<'a> {
    /// The name.
    pub name: &'a str,
    /// The similar names, in their order.
    pub others: Vec<&'a str>,
}

/// Names that differ from another only in notation, or by a place before them. Each pair occurs once; two names that the user
/// declared official are not a pair. Time grows with the number of names, not with its square.
pub fn similar<'a>(names: impl IntoIterator<Item = &'a str>, aliases: &Aliases) -> Vec<Similar<'a>> {
    let names: BTreeSet<&str> = names.into_iter().map(str::trim).filter(|n| !n.is_empty()).collect();
    let mut folded: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        folded.entry(fold(name)).or_default().push(name);
    }
    let mut out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, all) in &folded {
        let distinct = |a: &str, b: &str| aliases.declares(a) && aliases.declares(b);
        let first = all[0];
        for name in all.iter().skip(1).filter(|n| !distinct(first, n)) {
            out.entry(name).or_default().push(first);
        }
        // A place before the name: the longest rest that is itself a name, so that names of three levels give two pairs.
        let rest = rests(key).into_iter().find_map(|rest| folded.get(rest));
        if let Some(short) = rest.map(|all| all[0]).filter(|short| !distinct(first, short)) {
            out.entry(short).or_default().push(first);
        }
    }
    out.into_iter().map(|(name, others)| Similar { name, others }).collect()
}

/// A name without the parts in which two spellings of it may differ.
fn fold(name: &str) -> String {
    let plain: String = name.nfkc().filter(|c| c.is_alphanumeric()).collect();
    let words = &labels().names;
    let mut out = String::with_capacity(plain.len());
    let mut rest = without_years(&plain);
    while let Some(c) = rest.chars().next() {
        let wordings = words.same.iter().flat_map(|same| same.iter().map(move |w| (w.as_str(), same.last())));
        let dropped = words.dropped.iter().map(|w| (w.as_str(), None));
        let fits = wordings.chain(dropped).filter(|(w, _)| !w.is_empty() && rest.starts_with(w));
        let length = match fits.max_by_key(|(w, _)| w.len()) {
            Some((word, stands_for)) => {
                out.push_str(stands_for.map_or("", String::as_str));
                word.len()
            }
            None => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest.drain(..length);
    }
    out
}

/// A text without its years: four digits followed by 年 or 年度, or at either end.
fn without_years(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let behind = &rest[digits..];
        let called = behind.strip_prefix('年');
        if digits == YEAR && (called.is_some() || behind.is_empty() || rest.len() == text.len()) {
            rest = called.map_or(behind, |r| r.strip_prefix('度').unwrap_or(r));
            continue;
        }
        let length = digits.max(c.len_utf8());
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// The rest of a name after each place at its beginning, the longest first.
fn rests(name: &str) -> Vec<&str> {
    let divisions = &labels().names.divisions;
    let ends = name.char_indices().map(|(i, _)| i).skip(1);
    let places = ends.filter(|i| divisions.iter().any(|d| name[..*i].len() > d.len() && name[..*i].ends_with(d)));
    places.map(|i| &name[i..]).filter(|rest| rest.chars().count() >= SHORTEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_fold_together() {
        for (a, b) in [
            ("老城区科技局办公室", "老城区科技局办"),
            ("老城区人民政府办公室", "老城区 政府办"),
            ("2023年老城区科学技术局", "老城区科学技术局"),
            ("老城区科学技术局２０２３年度", "老城区科学技术局"),
            ("老城区发展和改革委员会", "老城区发展改革委"),
            ("高新区（示范区）管理委员会", "高新区(示范区)管委会"),
        ] {
            assert_eq!(fold(a), fold(b));
        }
        // An office is not its government, and a number that is not a year is part of the name.
        assert_ne!(fold("老城区人民政府办公室"), fold("老城区人民政府"));
        assert_ne!(fold("第12345中学"), fold("第1234中学"));
        assert_ne!(fold("第1234中学"), fold("第1235中学"));
        assert_ne!(fold("第12中学"), fold("第13中学"));
    }

    #[test]
    fn near_names_are_pairs_and_no_more() {
        let names = ["洛阳市老城区教育局", "老城区教育局", "西工区教育局", "老城区教育局 ", "老城区 教育局", "某中学"];
        let found = similar(names, &Aliases::default());
        let pairs: Vec<_> = found.iter().map(|s| (s.name, s.others.as_slice())).collect();
        assert_eq!(pairs, [("老城区 教育局", &["洛阳市老城区教育局"][..]), ("老城区教育局", &["老城区 教育局"][..])]);
        let aliases = Aliases::parse("\"洛阳市老城区教育局\" = []\n\"老城区教育局\" = []").unwrap();
        assert_eq!(similar(["洛阳市老城区教育局", "老城区教育局"], &aliases), []);
    }
}
