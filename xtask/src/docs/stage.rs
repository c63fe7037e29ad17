//! The outputs that the pictures show, made by the program in a folder of its own.
//!
//! Takes the binary and the report in `report.toml`; makes three folders, one for each reader of the manual: a clerk's report
//! with mistakes, the same report corrected, and an office's folder. Commands run in the folder in which their reader would
//! type them, so that no path of this machine gets into an output. Every mistake is inserted here, as a named constant.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use nianbao::page::{Part, page_with};

use crate::project;
use crate::samples;

pub const TEMPLATE: &str = "clerk/标准模板-2021.xlsx";
/// What the page shows of the clerk's report: its own text, and what the program says.
pub const PAGE: &str = "clerk/网页.txt";
pub const SPOILED: &str = "clerk/报告.xlsx";
pub const PDF: &str = "mended/输出/云泽市科学技术局2024年政府信息公开工作年度报告.pdf";
pub const DOCX: &str = "mended/输出/云泽市科学技术局2024年政府信息公开工作年度报告.docx";
pub const HTML: &str = "mended/网页/云泽市科学技术局2024年政府信息公开工作年度报告.html";

/// The report shown in all pictures, in the notation of the samples.
const SOURCE: &str = include_str!("report.toml");

/// A text in the source and its replacement.
type Edit = (&'static str, &'static str);

/// One figure in the last row is wrong, so its column no longer balances, nor does that of the total.
const CARRIED_OVER: [Edit; 1] = [(r#"["2", "0", "0", "0", "0", "0", "2"]"#, r#"["1", "0", "0", "0", "0", "0", "1"]"#)];
/// Swapped digits in the text, a year left over from the previous year, and no statement about the fee.
const TEXT: [Edit; 3] = [
    ("申请12件", "申请21件"),
    ("2024年，我局认真落实", "2023年，我局认真落实"),
    ("2024年度我局未收取政府信息公开信息处理费。", "无。"),
];
/// Other agencies of the same city.
const TRANSPORT: [Edit; 1] = [("云泽市科学技术局", "云泽市交通运输局")];
const WATER: [Edit; 1] = [("云泽市科学技术局", "云泽市水利局")];
/// A table laid out by hand, with a count written as a word.
const BY_HAND: [Edit; 3] = [
    ("layout = \"standard\"", "layout = \"one_sheet\""),
    ("year = 2024", "year = 2024\ntitle = \"云泽市水利局2024年政府信息公开工作年度报告\""),
    (r#"["8", "2", "0", "0", "0", "0", "10"]"#, r#"["八", "2", "0", "0", "0", "0", "10"]"#),
];

/// The reason for publishing figures unchanged.
const WAIVERS: &str = include_str!("waivers.toml");

/// Makes all outputs below `stage`.
pub fn set(binary: &Path, stage: &Path) -> Result<()> {
    let report = |edits: &[&[Edit]]| -> Result<Vec<u8>> { Ok(samples::made(&edited(&edits.concat())?)?.1) };
    let clerk = Desk::open(binary, stage.join("clerk"))?;
    clerk.run(0, "template", None)?;
    clerk.put("报告.xlsx", &report(&[&CARRIED_OVER, &TEXT])?)?;
    clerk.run(1, "check 报告.xlsx", Some("check.txt"))?;
    clerk.run(1, "check 报告.xlsx --mark 标注.xlsx", None)?;
    clerk.run(1, "check 报告.xlsx --format html", Some("检查结果.html"))?;
    clerk.page(1, "报告.xlsx")?;

    let mended = Desk::open(binary, stage.join("mended"))?;
    mended.put("报告.xlsx", &report(&[])?)?;
    mended.put("站点.toml", &fs::read(project::root().join("samples/站点.toml"))?)?;
    mended.run(0, "convert 报告.xlsx -o 输出", Some("convert.txt"))?;
    mended.run(0, "convert 报告.xlsx -o 网页 --to html --site 站点.toml", None)?;

    let office = Desk::open(binary, stage.join("office"))?;
    office.put("各单位/科技局.xlsx", &report(&[&CARRIED_OVER])?)?;
    office.put("各单位/交通局.xlsx", &report(&[&TRANSPORT])?)?;
    office.put("各单位/水利局.xlsx", &report(&[&WATER, &BY_HAND])?)?;
    office.put("各单位/照片.jpg", b"\xff\xd8\xff\xe0")?;
    office.run(3, "check 各单位", Some("check.txt"))?;
    office.run(3, "convert 各单位 -o 输出", None)?;
    office.run(3, "aggregate 各单位 -o 汇总.xlsx --agency 云泽市人民政府", None)?;
    office.put("各单位/水利局.xlsx", &report(&[&WATER])?)?;
    office.run(1, "publish 各单位/科技局.xlsx -o 公布", Some("publish.txt"))?;
    office.put("豁免.toml", WAIVERS.as_bytes())?;
    // Waived findings are reported too, and count as findings.
    office.run(1, "publish 各单位 -o 公布 --waivers 豁免.toml", None)?;
    office.page(1, "各单位")
}

/// Returns the source of the report with replacements. The replaced text must exist, so that no picture lacks its mistake.
fn edited(edits: &[Edit]) -> Result<String> {
    let mut text = SOURCE.to_owned();
    for (from, to) in edits {
        ensure!(text.contains(from), "report.toml does not say {from}");
        text = text.replace(from, to);
    }
    Ok(text)
}

/// A folder in which the program is run.
struct Desk<'a> {
    binary: &'a Path,
    folder: PathBuf,
}

impl<'a> Desk<'a> {
    fn open(binary: &'a Path, folder: PathBuf) -> Result<Desk<'a>> {
        fs::create_dir_all(&folder)?;
        Ok(Desk { binary, folder })
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().context("a file without a folder")?)?;
        fs::write(&path, bytes).with_context(|| name.to_owned())
    }

    /// Saves what the page shows of a file or folder: its text and scripts, and the records of the program, whose check must exit with
    /// `code`.
    fn page(&self, code: i32, given: &str) -> Result<()> {
        self.run(code, &format!("check {given} --format json"), Some("网页.txt"))?;
        let records = fs::read(self.folder.join("网页.txt"))?;
        self.put("网页.txt", &[page_with(&Part::of_gzip(b""), &[]).as_bytes(), &records].concat())
    }

    /// Runs a command that must exit with `code`. Its output is saved to the file `kept`: to a .txt file as a terminal shows
    /// it, with the command line, to any other file unchanged.
    fn run(&self, code: i32, command: &str, kept: Option<&str>) -> Result<()> {
        let output = Command::new(self.binary)
            .args(command.split(' '))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .context("nianbao could not be started")?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.code() == Some(code), "nianbao {command} ({})\n{stdout}{stderr}", output.status);
        match kept {
            Some(name) if name.ends_with(".txt") => {
                self.put(name, format!("$ nianbao {command}\n{stdout}{stderr}").as_bytes())
            }
            Some(name) => self.put(name, &output.stdout),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_can_be_put_in() {
        for edits in [&CARRIED_OVER[..], &TEXT, &TRANSPORT, &[&WATER[..], &BY_HAND].concat()] {
            assert_ne!(edited(edits).unwrap(), SOURCE);
        }
        assert!(edited(&[("不在其中", "")]).is_err());
    }
}
