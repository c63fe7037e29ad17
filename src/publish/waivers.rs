//! 豁免.toml: waivers of findings, so that a report is published despite them.
//!
//! Takes the text of the file, marks the waived findings of a report, and returns the waivers that were not used. A waiver covers
//! one finding: report, code and place must match, and if several findings with the code have the same place, words of the
//! message must distinguish it. A waiver that matches two different findings covers neither.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;

use crate::form::Form;
use crate::model::{Address, Code, Finding, Waived, full_date, half_width};
use crate::toml_error::sentence;

/// Most waivers of a file.
const MOST: usize = 10_000;
/// Most places that are listed for a waiver that fits no finding.
const NEAR: usize = 3;

/// All waivers of a run.
#[derive(Debug, Default)]
pub struct Waivers {
    all: Vec<Waiver>,
}

/// One waiver.
#[derive(Debug)]
struct Waiver {
    stated: WaiverText,
    code: Code,
    used: AtomicBool,
    /// Places of the findings with its code in its report, if it fits none of them.
    near: Mutex<Vec<String>>,
}

/// A waiver as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverText {
    /// Agency of the report.
    agency: String,
    year: u16,
    code: String,
    /// Sheet of the finding; empty if it has none.
    #[serde(default)]
    sheet: String,
    /// Cell of the finding; empty if it has none.
    #[serde(default)]
    cell: String,
    /// Words of the message, if several findings with the code have the same place.
    #[serde(default)]
    says: String,
    reason: String,
    who: String,
    date: toml::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverFile {
    #[serde(default)]
    waiver: Vec<WaiverText>,
}

impl Waivers {
    /// Reads the file.
    ///
    /// # Errors
    /// One sentence in Chinese: a key that is wrong or missing, an empty reason or name, no date, a code that cannot or need not
    /// be waived, a waiver that occurs twice, too many waivers.
    pub fn parse(text: &str) -> Result<Waivers, String> {
        let read = toml::from_str(text).or_else(|e| toml::from_str(&with_days(text)).map_err(|_| e));
        let WaiverFile { mut waiver } = read.map_err(|e| format!("{}，请照手册里的例子写", sentence(&e, text)))?;
        if waiver.len() > MOST {
            return Err(format!("豁免超过 {MOST} 条，请核对"));
        }
        let mut codes = Vec::with_capacity(waiver.len());
        for i in 0..waiver.len() {
            // In the notation of findings: upper case, half-width, without the `$` of a formula.
            waiver[i].code = plain(&waiver[i].code).to_ascii_uppercase();
            waiver[i].cell = plain(&waiver[i].cell).replace('$', "").to_ascii_uppercase();
            if let Some(day) = waiver[i].date.as_str().and_then(day) {
                waiver[i].date = toml::Value::String(day);
            }
            let code = Code::in_either_case(&waiver[i].code);
            let fault = waiver[i].fault(code).or_else(|| {
                let same = |other: &WaiverText| other.key() == waiver[i].key();
                waiver[..i].iter().any(same).then(|| "与前面的一条重复".to_owned())
            });
            if let Some(fault) = fault {
                return Err(format!("第 {} 条豁免{fault}", i + 1));
            }
            codes.extend(code);
        }
        let new = |(stated, code)| Waiver { stated, code, used: AtomicBool::new(false), near: Mutex::default() };
        let all = waiver.into_iter().zip(codes).map(new);
        Ok(Waivers { all: all.collect() })
    }

    /// Marks the waived findings of a report; waivers that match any finding count as used. Returns a sentence for each waiver
    /// that matches several different findings.
    pub fn apply(&self, (agency, year, form): (&str, u16, Option<&Form>), findings: &mut [Finding]) -> Vec<String> {
        let mut several = Vec::new();
        for Waiver { stated, code, used, near } in
            self.all.iter().filter(|w| (w.stated.agency.as_str(), w.stated.year) == (agency, year))
        {
            let fitting: Vec<usize> = (0..findings.len()).filter(|i| stated.fits(*code, form, &findings[*i])).collect();
            let Some(first) = fitting.first() else {
                let same = findings.iter().filter(|f| f.code == *code && f.blocks());
                if let Ok(mut near) = near.lock() {
                    near.extend(same.filter_map(|f| f.source.as_ref()?.in_sheet()));
                }
                continue;
            };
            used.store(true, Ordering::Relaxed);
            if fitting.iter().any(|i| findings[*i].message != findings[*first].message) {
                let what = stated.summary();
                several.push(format!("豁免“{what}”对上了 {} 处问题，不能确定是哪一处", fitting.len()));
                continue;
            }
            let WaiverText { who, reason, .. } = stated;
            for i in fitting {
                findings[i].waived = Some(Waived { who: who.clone(), date: stated.day(), reason: reason.clone() });
            }
        }
        several
    }

    /// A sentence for each waiver that matched no finding.
    pub fn unused(&self) -> impl Iterator<Item = String> {
        self.all.iter().filter(|w| !w.used.load(Ordering::Relaxed)).map(|w| {
            let waiver = w.stated.summary();
            let near = w.near.lock().map(|n| n.clone()).unwrap_or_default();
            if near.is_empty() {
                return format!("没有用到的豁免：{waiver}；问题已经改正的，请删去这一条，否则请核对写法");
            }
            let more = if near.len() > NEAR { " 等" } else { "" };
            let near = near.into_iter().take(NEAR).collect::<Vec<_>>().join("、");
            let code = &w.stated.code;
            format!("没有用到的豁免：{waiver}；这份报告的 {code} 在{near}{more}，请核对工作表、格子和 says")
        })
    }
}

/// A text without spaces, with full-width ASCII made half-width.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| half_width(c).unwrap_or(c)).collect()
}

/// A date as people write it (2025年1月20日, 2025.1.20, 2025/1/20), as `2025-01-20`.
fn day(text: &str) -> Option<String> {
    let text = plain(text);
    let is_day = |c: char| c.is_ascii_digit() || "年月日-./".contains(c);
    let (year, month, day) = full_date(&text).filter(|_| text.chars().all(is_day))?;
    Some(format!("{year}-{month:02}-{day:02}"))
}

/// The file with its unquoted dates in other notations, which are not valid TOML, rewritten as TOML dates. Line numbers do not
/// change.
fn with_days(text: &str) -> String {
    let line = |line: &str| {
        let (key, value) = line.split_once('=').filter(|(key, _)| key.trim() == "date")?;
        let (value, comment) = value.split_once('#').map_or((value, String::new()), |(v, c)| (v, format!(" #{c}")));
        Some(format!("{key}= {}{comment}", day(value)?))
    };
    text.lines().map(|l| line(l).unwrap_or_else(|| l.to_owned()) + "\n").collect()
}

impl WaiverText {
    fn key(&self) -> (&str, u16, &str, &str, &str, &str) {
        (&self.agency, self.year, &self.code, &self.sheet, &self.cell, &self.says)
    }

    /// Checks a waiver by itself; returns its fault as the end of a sentence.
    fn fault(&self, code: Option<Code>) -> Option<String> {
        let given = [("agency", &self.agency), ("code", &self.code), ("reason", &self.reason), ("who", &self.who)];
        if let Some((name, _)) = given.iter().find(|(_, value)| !value.chars().any(char::is_alphanumeric)) {
            return Some(format!("没有写 {name}"));
        }
        let day = self.day();
        if day.is_empty() {
            return Some("没有写 date".to_owned());
        }
        if super::waivers::day(&day).as_ref() != Some(&day) {
            return Some(format!("的日期“{day}”应写年、月、日，如 2025-01-20 或 \"2025年1月20日\""));
        }
        let Some(code) = code else {
            return Some(format!("的代码“{}”没有，用 nianbao explain 列出全部", self.code));
        };
        let rule = code.rule();
        if rule.refuses {
            return Some(format!("的 {code} 不能豁免：内容还不能确定，请改正工作簿"));
        }
        if !rule.waivable {
            return Some(format!("的 {code} 说的是公布这件事，不能豁免"));
        }
        if !code.blocks(rule.severity) {
            return Some(format!("的 {code} 不是错误，不挡公布，不用豁免，请删去"));
        }
        if self.cell.is_empty() {
            return None;
        }
        if self.sheet.is_empty() {
            return Some("写了 cell，没有写 sheet".to_owned());
        }
        self.cell.parse::<Address>().is_err().then(|| format!("的 cell“{}”不是单元格，如 D28", self.cell))
    }

    fn fits(&self, code: Code, form: Option<&Form>, item: &Finding) -> bool {
        item.blocks()
            && item.code == code
            && !item.is_remainder()
            && self.names_sheet(form, item)
            && item.cell().map_or(String::new(), |c| c.to_string()) == self.cell
            && item.message.contains(&self.says)
    }

    /// Whether the waiver's sheet is that of the finding: the name of the sheet, or of the official table on it.
    fn names_sheet(&self, form: Option<&Form>, item: &Finding) -> bool {
        let (sheet, stated) = (item.sheet().unwrap_or_default(), plain(&self.sheet));
        if plain(sheet) == stated {
            return true;
        }
        let Some(form) = form.filter(|_| !sheet.is_empty()) else { return false };
        let table = form.tables.iter().position(|t| t.name == stated);
        table.is_some_and(|t| {
            // In an agency's own workbook the message begins with the name of the table.
            item.message.starts_with(&form.tables[t].name)
                || form.sections.iter().any(|s| s.table == Some(t) && plain(&s.sheet) == plain(sheet))
        })
    }

    /// The date of the waiver.
    fn day(&self) -> String {
        match &self.date {
            toml::Value::String(text) => text.trim().to_owned(),
            toml::Value::Datetime(day) => day.to_string(),
            toml::Value::Integer(number) => number.to_string(),
            _ => "？".to_owned(),
        }
    }

    /// Agency, year, place and code of the waiver, for messages.
    fn summary(&self) -> String {
        let WaiverText { agency, year, code, sheet, cell, says, .. } = self;
        let place = if sheet.is_empty() { String::new() } else { format!("“{sheet}”{cell} ") };
        let says = if says.is_empty() { String::new() } else { format!(" {says}") };
        format!("{agency} {year} 年 {place}{code}{says}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, Source, finding};

    const ONE: &str = "[[waiver]]\nagency = \"某局\"\nyear = 2023\ncode = \"K301\"\nsheet = \"三、依申请公开\"\ncell = \"D7\"\nreason = \"上年报告已公布，本年按实际办理数\"\nwho = \"张三\"\ndate = 2024-01-20\n";

    fn found(code: Code, row: u32, message: &str) -> Finding {
        let at = Source::cell(&"三、依申请公开".into(), Address { row, column: 3 });
        finding(code, message).at(at)
    }

    fn covers(waivers: &Waivers, agency: &str, year: u16, item: Finding) -> bool {
        let mut items = [item];
        assert_eq!(waivers.apply((agency, year, None), &mut items), [""; 0]);
        items[0].waived.is_some()
    }

    #[test]
    fn a_waiver_covers_its_finding_and_no_other() {
        let waivers = Waivers::parse(ONE).unwrap();
        for (agency, year, item) in [
            ("别局", 2023, found(Code::K301, 6, "…")),
            ("某局", 2022, found(Code::K301, 6, "…")),
            ("某局", 2023, found(Code::K302, 6, "…")),
            ("某局", 2023, found(Code::K301, 7, "…")),
        ] {
            assert!(!covers(&waivers, agency, year, item));
        }
        let unused: Vec<_> = waivers.unused().collect();
        assert!(unused.len() == 1 && unused[0].contains("“三、依申请公开”D7 K301"), "{unused:?}");
        let mut items = [found(Code::K301, 6, "…")];
        assert!(waivers.apply(("某局", 2023, None), &mut items).is_empty());
        let waived = items[0].waived.clone().unwrap();
        assert_eq!((waived.who.as_str(), waived.date.as_str()), ("张三", "2024-01-20"));
        assert_eq!(waivers.unused().count(), 0);
        // Lower case is accepted.
        let small = Waivers::parse(&ONE.replace("K301", "k301").replace("D7", "d7")).unwrap();
        assert!(covers(&small, "某局", 2023, found(Code::K301, 6, "…")));
    }

    #[test]
    fn findings_that_were_not_listed_are_never_waived_together() {
        let without_place = ONE.replace("sheet = \"三、依申请公开\"\ncell = \"D7\"\n", "");
        let waivers = Waivers::parse(&without_place).unwrap();
        let rest = Finding { more: 7, ..finding(Code::K301, "这样的问题没有全部列出") };
        assert!(!covers(&waivers, "某局", 2023, rest.clone()));
        assert!(covers(&waivers, "某局", 2023, finding(Code::K301, "…")));
        assert_eq!(super::super::stanza::stanzas("某局", 2023, &[rest]), [""; 0]);
    }

    #[test]
    fn what_a_clerk_writes_for_a_sheet_a_cell_and_a_day_is_understood() {
        let form = crate::form::edition("2021").unwrap();
        let names = |sheet: &str, at: &str, message: &str| {
            let text = ONE.replace("三、依申请公开", sheet);
            let at = Source::cell(&at.into(), Address { row: 6, column: 3 });
            let mut items = [finding(Code::K301, message).at(at)];
            let waivers = Waivers::parse(&text).unwrap();
            assert_eq!(waivers.apply(("某局", 2023, Some(&*form)), &mut items), [""; 0]);
            items[0].waived.is_some()
        };
        assert!(names("表三", "三、依申请公开", "…") && names("三、 依申请公开", "三、依申请公开", "…"));
        assert!(names("表三", "Sheet1", "表三 D7 不平") && names("Sheet1", "Sheet1", "表三 D7 不平"));
        assert!(!names("表二", "三、依申请公开", "表三 D7 不平") && !names("表三", "四、复议诉讼", "…"));
        for (cell, code) in [("Ｄ７", "Ｋ301"), ("$D$7", " k301")] {
            let text = ONE.replace("D7", cell).replace("K301", code);
            assert!(covers(&Waivers::parse(&text).unwrap(), "某局", 2023, found(Code::K301, 6, "…")), "{text}");
        }
        for day in
            ["2024年1月20日", "\"2024年1月20日\"", "2024年 1月20日 # 会上定的", "2024.1.20", "2024/1/20", "'2024-1-20'"]
        {
            let mut items = [found(Code::K301, 6, "…")];
            Waivers::parse(&ONE.replace("2024-01-20", day)).unwrap().apply(("某局", 2023, None), &mut items);
            assert_eq!(items[0].waived.as_ref().map(|w| w.date.as_str()), Some("2024-01-20"), "{day}");
        }
    }

    #[test]
    fn a_waiver_that_fits_nothing_says_where_its_code_was_found() {
        let waivers = Waivers::parse(ONE).unwrap();
        waivers.apply(("某局", 2023, None), &mut [found(Code::K301, 27, "…"), found(Code::K302, 8, "…")]);
        let unused: Vec<_> = waivers.unused().collect();
        assert!(unused[0].contains("这份报告的 K301 在“三、依申请公开”D28，"), "{unused:?}");
    }

    #[test]
    fn words_distinguish_several_findings_in_a_place() {
        let of = |says: &str| ONE.replace("K301", "P601").replace("reason", &format!("says = \"{says}\"\nreason"));
        let both =
            || [found(Code::P601, 6, "有手机号码“138****5678”"), found(Code::P601, 6, "有个人邮箱“z***@qq.com”")];
        let apply = |text: &str| {
            let mut items = both();
            let several = Waivers::parse(text).unwrap().apply(("某局", 2023, None), &mut items);
            (items.map(|i| i.waived.is_some()), several.len())
        };
        assert_eq!(apply(&ONE.replace("K301", "P601")), ([false, false], 1));
        assert_eq!(apply(&of("有")), ([false, false], 1));
        assert_eq!(apply(&of("138****5678")), ([true, false], 0));
        assert_eq!(apply(&format!("{}{}", of("138****5678"), of("z***@qq.com"))), ([true, true], 0));
    }

    #[test]
    fn a_file_that_is_wrong_says_what_and_where() {
        assert_eq!(Waivers::parse("").unwrap().unused().count(), 0);
        for (text, says) in [
            (ONE.replace("reason", "cause"), "第 7 行：没有“cause”"),
            (format!("{ONE}{}", ONE.replace("who = \"张三\"\n", "")), "第 10 行：缺少“who”"),
            (ONE.replace("张三", " "), "没有写 who"),
            (ONE.replace("2024-01-20", "2024-01-20T08:00:00"), "应写年、月、日"),
            (ONE.replace("2024-01-20", "\"一月二十日\""), "应写年、月、日"),
            (ONE.replace("2024-01-20", "2024年2月31日"), "第 9 行"),
            (ONE.replace("2024-01-20", "20240120"), "应写年、月、日"),
            (ONE.replace("2024-01-20", "\"\""), "没有写 date"),
            (ONE.repeat(2), "第 2 条豁免与前面的一条重复"),
            (ONE.replace("2023", "\"二〇二三\""), "第 3 行"),
            (ONE.replace("K301", "K999"), "代码“K999”没有"),
            (ONE.replace("K301", "N201"), "N201 不能豁免"),
            (ONE.replace("K301", "B902"), "B902 说的是公布"),
            (ONE.replace("K301", "T501"), "T501 不是错误"),
            (ONE.replace("sheet = \"三、依申请公开\"\n", ""), "没有写 sheet"),
            (ONE.replace("D7", "七行"), "不是单元格"),
            ("[[".to_owned(), "第 1 行"),
        ] {
            let message = Waivers::parse(&text).unwrap_err();
            assert!(message.contains(says), "{says}: {message}");
        }
    }
}
