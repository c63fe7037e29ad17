//! The sets of characters about which `fonts/README.md` makes claims, by their names there.
//!
//! Takes a name; returns the characters. The GB 18030-2022 sets are the ranges of the subsets in `fonts/make_fonts.py`; GB
//! 2312 is decoded from its code table; the forms' own characters are read from their data. Never opens a font.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;

use anyhow::{Context, Result, bail};

use crate::project;

pub type Set = BTreeSet<char>;

const ASCII: &[RangeInclusive<u32>] = &[0x20..=0x7E];
/// GB 18030-2022 level 1 outside the compatibility block.
const LEVEL_1: &[RangeInclusive<u32>] = &[0x4E00..=0x9FEF, 0x3400..=0x4DB5];
/// GB 18030-2022 level 3: extensions B, C, D, E and F; level 2 is a selection of these and of level 1.
const LEVEL_3: &[RangeInclusive<u32>] =
    &[0x2_0000..=0x2_A6D6, 0x2_A700..=0x2_B734, 0x2_B740..=0x2_B81D, 0x2_B820..=0x2_CEA1, 0x2_CEB0..=0x2_EBE0];
/// The twelve ideographs of the compatibility block that are not compatible with any other character.
const TWELVE: &[RangeInclusive<u32>] = &[
    0xFA0E..=0xFA0F,
    0xFA11..=0xFA11,
    0xFA13..=0xFA14,
    0xFA1F..=0xFA1F,
    0xFA21..=0xFA21,
    0xFA23..=0xFA24,
    0xFA27..=0xFA29,
];

/// Returns the characters of a set, by its name in the README's table.
pub fn named(name: &str) -> Result<Set> {
    Ok(match name {
        "ASCII" => ranges(ASCII),
        "GB 2312 hanzi" => gb2312(0xB0..=0xF7),
        "GB 2312 symbols" => gb2312(0xA1..=0xA9),
        "GB 18030 level 1" => ranges(LEVEL_1),
        "GB 18030 level 3" => ranges(LEVEL_3),
        "GB 18030 ideographs" => &ranges(LEVEL_1) | &ranges(LEVEL_3),
        "GB 18030 twelve compatibility ideographs" => ranges(TWELVE),
        "the forms' own" => forms()?,
        other => bail!("no set of characters is called `{other}`"),
    })
}

fn ranges(ranges: &[RangeInclusive<u32>]) -> Set {
    ranges.iter().cloned().flatten().filter_map(char::from_u32).collect()
}

/// Returns the characters with these lead bytes in GB 2312, whose code points GBK kept.
fn gb2312(leads: RangeInclusive<u8>) -> Set {
    let pairs = leads.flat_map(|lead| (0xA1..=0xFE).map(move |trail| [lead, trail]));
    pairs.filter_map(decoded).filter(|&character| !is_gbk_addition(character)).collect()
}

fn decoded(pair: [u8; 2]) -> Option<char> {
    let text = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(&pair)?;
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// Whether GBK added a character at a code point that GB 2312 left empty: small Roman numerals, vertical forms, and private
/// use.
fn is_gbk_addition(character: char) -> bool {
    matches!(character, 'ⅰ'..='ⅹ' | '\u{FE30}'..='\u{FE4F}' | '\u{FE10}'..='\u{FE19}' | '\u{E000}'..='\u{F8FF}')
        || matches!(character, 'ɑ' | 'ḿ' | 'ń' | 'ň' | 'ǹ' | 'ɡ' | '€')
}

/// Returns every character beyond Latin in the forms' data: those that every report contains, whatever the agency writes.
fn forms() -> Result<Set> {
    let folder = project::root().join("src/form");
    let mut set = Set::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{} cannot be read", project::shown(&folder)))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            set.extend(fs::read_to_string(&path)?.chars().filter(|&character| character >= '\u{2E80}'));
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the sizes stated in the standards.
    #[test]
    fn the_sets_have_the_standards_sizes() {
        let size = |name| named(name).unwrap().len();
        assert_eq!(size("GB 2312 hanzi"), 6763);
        assert_eq!(size("GB 2312 symbols"), 682);
        assert_eq!(size("GB 18030 ideographs") + size("GB 18030 twelve compatibility ideographs"), 87_887);
        assert_eq!(size("ASCII"), 95);
    }

    #[test]
    fn the_forms_print_what_they_must() {
        let set = named("the forms' own").unwrap();
        assert!("政府信息公开（一）、".chars().all(|character| set.contains(&character)));
    }

    #[test]
    fn an_unknown_set_is_refused() {
        assert!(named("Klingon").is_err());
    }
}
