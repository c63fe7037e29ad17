//! P602 and F701: characters that cannot be searched, read aloud or drawn.
//!
//! Takes all texts of a report, returns one finding per character. Changes nothing: characters that can be corrected are
//! corrected and reported while reading.

use std::collections::{BTreeMap, BTreeSet};

use super::{Drawing, texts};
use crate::model::{Code, Finding, MOST_PLACES, Origins, Places, Report, Source, finding};

/// Whether a character has no meaning outside the program that wrote it: private use, or the replacement character.
fn private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fffd}')
}

/// Most characters with the same fault that are reported individually; the rest are only counted.
const MOST_CHARACTERS: usize = 100;

/// The characters with the same fault, and their places.
#[derive(Default)]
struct Found {
    /// By code point; a character that occurs many times gives one finding.
    listed: BTreeMap<char, Places>,
    others: BTreeSet<char>,
}

impl Found {
    fn add(&mut self, c: char, source: Option<&Source>) {
        if self.listed.len() >= MOST_CHARACTERS && !self.listed.contains_key(&c) {
            self.others.insert(c);
            return;
        }
        let places = self.listed.entry(c).or_default();
        source.into_iter().for_each(|s| places.push(s.clone()));
    }

    fn findings(self, code: Code, what: &str, hint: &str) -> impl Iterator<Item = Finding> {
        let others = (!self.others.is_empty())
            .then(|| finding(code, format!("另有 {} 种字{what}，没有一一列出", self.others.len())).hint(hint));
        let listed = self.listed.into_iter().map(move |(c, places)| {
            let many = if places.count() > MOST_PLACES { format!("等 {} 处", places.count()) } else { String::new() };
            let at = places.first().map_or(String::new(), |s| format!("{s} {many}的"));
            finding(code, format!("{at}{}{what}", name(c))).at_all(places).hint(hint)
        });
        listed.chain(others)
    }
}

fn name(c: char) -> String {
    if private(c) { format!("U+{:04X}", c as u32) } else { format!("“{c}”（U+{:04X}）", c as u32) }
}

/// Whether a character is a Chinese one, common or rare.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

pub(super) fn check(report: &Report, origins: &Origins, drawing: &Drawing<'_>) -> Vec<Finding> {
    let (mut private_use, mut missing, mut rare) = (Found::default(), Found::default(), Found::default());
    for (place, text) in texts(report) {
        let mut seen: BTreeSet<char> = BTreeSet::new();
        for c in text.chars().filter(|c| !c.is_ascii()) {
            let (unsafe_, undrawn) = (private(c), !(drawing.can_draw)(c));
            if (unsafe_ || undrawn) && seen.insert(c) {
                let source = origins.source(place);
                if unsafe_ {
                    private_use.add(c, source);
                }
                if undrawn && !drawing.has_rare && is_ideograph(c) {
                    rare.add(c, source);
                } else if undrawn {
                    missing.add(c, source);
                }
            }
        }
    }
    let private_use = private_use.findings(Code::P602, "是自造字或乱码字符", "请改成规范的字");
    let missing = missing.findings(Code::F701, "没有字体可用", "请改用规范汉字或文字说明");
    let hint = "这里没有带罕见字的字体：确实是这个字的，请把这份工作簿交给公开办用程序转换";
    private_use.chain(missing).chain(rare.findings(Code::F701, "没有字体可用", hint)).collect()
}
