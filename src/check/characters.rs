//! P602 and F701: characters that cannot be searched, read aloud or drawn.
//! (Those that could be put right were put right and reported while reading.)

use std::collections::BTreeMap;

use super::texts;
use crate::model::{Finding, Origins, Report, Source};
use crate::rules::finding;

/// Whether a character means nothing outside the machine that wrote it.
fn private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fffd}')
}

pub(super) fn check(report: &Report, origins: &Origins, can_draw: &dyn Fn(char) -> bool) -> Vec<Finding> {
    // By character, so that a text full of one of them is one finding; the map keeps the order of code points.
    let mut private_use: BTreeMap<char, Vec<Option<Source>>> = BTreeMap::new();
    let mut missing: BTreeMap<char, Vec<Option<Source>>> = BTreeMap::new();
    for (place, text) in texts(report) {
        let mut seen: Vec<char> = Vec::new();
        for c in text.chars().filter(|c| !c.is_ascii()) {
            let (unsafe_, undrawn) = (private(c), !can_draw(c));
            if (unsafe_ || undrawn) && !seen.contains(&c) {
                seen.push(c);
                let source = origins.source(place).cloned();
                if unsafe_ {
                    private_use.entry(c).or_default().push(source.clone());
                }
                if undrawn {
                    missing.entry(c).or_default().push(source);
                }
            }
        }
    }
    let name =
        |c: char| if private(c) { format!("U+{:04X}", c as u32) } else { format!("“{c}”（U+{:04X}）", c as u32) };
    let made = |code, text: &str, hint: &str, (c, places): (char, Vec<Option<Source>>)| {
        let mut places = places.into_iter().flatten();
        let first = places.next();
        let at = first.as_ref().map_or(String::new(), |s| format!("{s} 的"));
        finding(code, format!("{at}{}{text}", name(c))).at(first).related(places).hint(hint)
    };
    let private_use = private_use.into_iter().map(|p| made("P602", "是自造字或乱码字符", "请改成规范的字", p));
    let missing = missing.into_iter().map(|m| made("F701", "没有字体可用", "请改用规范汉字或文字说明", m));
    private_use.chain(missing).collect()
}
