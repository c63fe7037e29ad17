//! 豁免.toml: findings that somebody answers for, so that a report is published all the same.
//!
//! Takes the file's text, tells of a finding whether it is waived, and which waivers were not used. A waiver covers one finding:
//! code, place and report must be those of the finding, letter by letter.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use toml::value::Datetime;

use crate::batch::{Item, Waived};

/// Longest file that is read, in waivers.
const MOST: usize = 10_000;

/// All waivers of a run.
#[derive(Debug, Default)]
pub struct Waivers {
    all: Vec<Waiver>,
}

/// One waiver.
#[derive(Debug)]
pub struct Waiver {
    stated: Stated,
    used: AtomicBool,
}

/// A waiver as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    /// Agency of the report.
    agency: String,
    year: u16,
    code: String,
    /// Sheet of the finding; empty where it has none.
    #[serde(default)]
    sheet: String,
    /// Cell of the finding; empty where it has none.
    #[serde(default)]
    cell: String,
    reason: String,
    who: String,
    date: Datetime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Stated>,
}

impl Waivers {
    /// Reads the file.
    ///
    /// # Errors
    /// One sentence: a key that is wrong or missing, an empty reason or name, no date, a waiver that stands twice.
    pub fn parse(text: &str) -> Result<Waivers, String> {
        let file: File = toml::from_str(text).map_err(|e| explained(&e))?;
        if file.waiver.len() > MOST {
            return Err(format!("豁免超过 {MOST} 条，请核对"));
        }
        for (i, w) in file.waiver.iter().enumerate() {
            let wrong = |what: &str| Err(format!("第 {} 条豁免{what}", i + 1));
            let given = [("agency", &w.agency), ("code", &w.code), ("reason", &w.reason), ("who", &w.who)];
            if let Some((name, _)) = given.iter().find(|(_, value)| value.trim().is_empty()) {
                return wrong(&format!("没有写 {name}"));
            }
            if w.date.date.is_none() || w.date.time.is_some() {
                return wrong(&format!("的日期“{}”应只写到日，如 2025-01-20", w.date));
            }
            if file.waiver[..i].iter().any(|before| before.key() == w.key()) {
                return wrong("与前面的一条重复");
            }
        }
        let all = file.waiver.into_iter().map(|stated| Waiver { stated, used: AtomicBool::new(false) });
        Ok(Waivers { all: all.collect() })
    }

    /// Who answers for a finding of a report, where it is waived; the waiver counts as used.
    pub fn covering(&self, agency: &str, year: u16, finding: &Item) -> Option<Waived> {
        let place = |text: &Option<String>| text.clone().unwrap_or_default();
        let key = (agency, year, finding.code.as_str(), place(&finding.place.sheet), place(&finding.place.cell));
        let covering = self.all.iter().find(|w| {
            let (agency, year, code, sheet, cell) = w.stated.key();
            (agency, year, code) == (key.0, key.1, key.2) && sheet == key.3 && cell == key.4
        });
        let Waiver { stated, used } = covering?;
        used.store(true, Ordering::Relaxed);
        let Stated { who, date, reason, .. } = stated;
        Some(Waived { who: who.clone(), date: date.to_string(), reason: reason.clone() })
    }

    /// Waivers that covered nothing, each as a sentence.
    pub fn unused(&self) -> impl Iterator<Item = String> {
        self.all.iter().filter(|w| !w.used.load(Ordering::Relaxed)).map(|w| {
            let Stated { agency, year, code, sheet, cell, .. } = &w.stated;
            let place = if sheet.is_empty() { String::new() } else { format!("“{sheet}”{cell} ") };
            format!("没有用到的豁免：{agency} {year} 年 {place}{code}；问题已经改正的，请删去这一条，否则请核对写法")
        })
    }
}

impl Stated {
    fn key(&self) -> (&str, u16, &str, &str, &str) {
        (&self.agency, self.year, &self.code, &self.sheet, &self.cell)
    }
}

/// What is wrong with the file, in words of ours.
fn explained(e: &toml::de::Error) -> String {
    let told = e.message();
    let quoted = told.split('`').nth(1).unwrap_or_default();
    if told.starts_with("unknown field") {
        format!("不认识“{quoted}”，一条豁免有 agency、year、code、sheet、cell、reason、who、date")
    } else if told.starts_with("missing field") {
        format!("有一条豁免没有写 {quoted}")
    } else {
        "写法不对，请照手册里的例子写".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Source};
    use crate::rules::finding;

    const ONE: &str = "[[waiver]]\nagency = \"某局\"\nyear = 2023\ncode = \"K301\"\nsheet = \"三、依申请公开\"\ncell = \"D7\"\nreason = \"上年报告已公布，本年按实际办理数\"\nwho = \"张三\"\ndate = 2024-01-20\n";

    fn found(code: &'static str, row: u32) -> Item {
        let at = Source::cell(&"三、依申请公开".into(), Address { row, column: 3 });
        Item::from(&finding(code, "…").at(at))
    }

    #[test]
    fn a_waiver_covers_its_finding_and_no_other() {
        let waivers = Waivers::parse(ONE).unwrap();
        for (agency, year, item) in [
            ("别局", 2023, found("K301", 6)),
            ("某局", 2022, found("K301", 6)),
            ("某局", 2023, found("K302", 6)),
            ("某局", 2023, found("K301", 7)),
        ] {
            assert_eq!(waivers.covering(agency, year, &item), None);
        }
        let unused: Vec<_> = waivers.unused().collect();
        assert!(unused.len() == 1 && unused[0].contains("“三、依申请公开”D7 K301"), "{unused:?}");
        let waived = waivers.covering("某局", 2023, &found("K301", 6)).unwrap();
        assert_eq!((waived.who.as_str(), waived.date.as_str()), ("张三", "2024-01-20"));
        assert_eq!(waivers.unused().count(), 0);
    }

    #[test]
    fn a_file_that_is_wrong_says_what() {
        assert_eq!(Waivers::parse("").unwrap().unused().count(), 0);
        for (text, says) in [
            (ONE.replace("reason", "cause"), "cause"),
            (ONE.replace("who = \"张三\"\n", ""), "who"),
            (ONE.replace("张三", " "), "没有写 who"),
            (ONE.replace("2024-01-20", "\"去年\""), "写法"),
            (ONE.replace("2024-01-20", "2024-01-20T08:00:00"), "只写到日"),
            (ONE.repeat(2), "第 2 条豁免与前面的一条重复"),
            (ONE.replace("2023", "\"二〇二三\""), "写法"),
            ("[[".to_owned(), "写法"),
        ] {
            let told = Waivers::parse(&text).unwrap_err();
            assert!(told.contains(says), "{says}: {told}");
        }
    }
}
