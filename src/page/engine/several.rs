//! Requests about all files of a run: judged together, on one page, in one zip.

use std::path::{Path, PathBuf};

use nianbao::aggregate::{Expected, Roster};
use nianbao::batch::Record;
use nianbao::engine::Engine;
use nianbao::feedback::page::{MOST_DRAWN, ShownNames, page, section};
use nianbao::judge::{
    Gathered, InputRole, Summing, conclude as judge_together, pass_over_own, pass_over_repeated, refuse_collisions,
    roster, stem, waive,
};
use nianbao::model::{Code, Finding, finding};
use nianbao::publish::{Waivers, bundle as bundled};
use nianbao::series::Aliases;
use serde::{Deserialize, Serialize};

use crate::one::read;
use crate::wire::{Answer, Received, WORKBOOK};

/// The records of a run after they were judged together.
#[derive(Serialize)]
pub struct Concluded {
    records: Vec<Record>,
    /// Findings on the run as a whole.
    notes: Vec<Finding>,
    /// State of the units of the list; `None` without a list.
    units: Option<Units>,
}

#[derive(Serialize)]
struct Units {
    /// In one sentence.
    summary: String,
    #[serde(flatten)]
    roster: Roster,
}

/// What records are judged with. Lists, waivers and aliases are the texts of files.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanting {
    /// Which of them came in an archive or a mail.
    members: Vec<bool>,
    /// The list of units.
    units: Option<String>,
    waivers: Option<String>,
    /// Names that denote the same agency.
    aliases: Option<String>,
    /// Whether reports whose files would have the same name are refused.
    publishing: bool,
}

impl Wanting {
    fn aliases(&self) -> Result<Aliases, String> {
        self.aliases.as_deref().map_or_else(|| Ok(Aliases::default()), Aliases::parse).map_err(|e| e.to_string())
    }
}

/// Waivers of a text; the error says in what it is.
pub fn parsed_waivers(text: &str) -> Result<Waivers, String> {
    Waivers::parse(text).map_err(|e| format!("豁免文件{e}"))
}

pub fn conclude(records: Vec<Record>, wanting: &Wanting, engine: &Engine) -> Result<Answer, String> {
    Answer::of(concluded(records, wanting, engine)?)
}

/// Judges records together.
pub fn concluded(mut records: Vec<Record>, wanting: &Wanting, engine: &Engine) -> Result<Concluded, String> {
    let aliases = wanting.aliases()?;
    pass_over(&mut records, &wanting.members, &aliases);
    if wanting.publishing {
        let hint = "请先核对两份的单位和年度，填错的改正，重复的只留一份";
        refuse_collisions(&mut records.iter_mut().collect::<Vec<_>>(), hint, |r| PathBuf::from(stem(r)));
    }
    let mut notes = judge_together(&aliases, false, records.iter_mut());
    if let Some(waivers) = wanting.waivers.as_deref().map(parsed_waivers).transpose()? {
        records.iter_mut().filter(|r| r.is_understood()).for_each(|r| waive(r, &waivers, engine));
        notes.extend(waivers.unused().map(|message| finding(Code::B901, message)));
    }
    let units = wanting.units.as_deref().map(|list| {
        let roster = roster(&Expected::parse(list), &aliases, |_| None::<&Path>, records.iter());
        Units { summary: roster.summary(), roster }
    });
    Ok(Concluded { records, notes, units })
}

/// The sum as it was made, or why it was not.
#[derive(Serialize)]
struct SumMade {
    sentence: String,
    findings: Vec<Finding>,
}

/// The workbook of the sum with what is to be said about it; no file if the reports cannot be summed. Only reports of `year` are
/// summed, if one is given; `agency` stands on the cover and may be empty. A file whose record says that it was not understood is
/// not read again.
pub fn sum(
    mut records: Vec<Record>,
    wanting: &Wanting,
    files: &[Received<'_>],
    year: Option<u16>,
    agency: &str,
    engine: &Engine,
) -> Result<Answer, String> {
    same_number(&records, files)?;
    let aliases = wanting.aliases()?;
    let passed = pass_over(&mut records, &wanting.members, &aliases);
    let list = wanting.units.as_deref().map(Expected::parse);
    let expected = list.as_ref().map(|list| (LIST, list));
    let summing = Summing { aliases: &aliases, year, agency, expected };
    let role = |((record, file), passed): ((&Record, &Received<'_>), bool)| match passed {
        true => InputRole::Skipped,
        false => summing.role(record, record.is_understood().then(|| read(file, engine).0).as_ref()),
    };
    let roles: Vec<InputRole> = records.iter().zip(files).zip(passed).map(role).collect();
    let submitted = records.iter().zip(&roles).filter(|(record, role)| summing.is_submitted(record, role));
    let roster = list.as_ref().map_or_else(Roster::default, |list| {
        roster(list, &aliases, |_| None::<&Path>, submitted.map(|(record, _)| record))
    });
    let mut gathered = Gathered::default();
    records.iter().zip(roles).for_each(|(record, role)| gathered.add(record, role));
    let summed = summing.sum(gathered, &roster);
    let answer = Answer::of(SumMade { sentence: summed.sentence(), findings: summed.findings.clone() })?;
    Ok(match (summed.workbook(), &summed.aggregate) {
        (Some(bytes), Some(sum)) => {
            let name = format!("{}年汇总.xlsx", sum.report.cover.year);
            answer.with(name, WORKBOOK, bytes.map_err(|e| e.to_string())?)
        }
        _ => answer,
    })
}

/// Skips what this program wrote of other inputs, and members of archives and mails (`members` says which) that are inputs already;
/// returns for each record whether it was skipped.
fn pass_over(records: &mut [Record], members: &[bool], aliases: &Aliases) -> Vec<bool> {
    (1..).zip(records.iter_mut()).for_each(|(number, record)| record.input = number);
    let own = pass_over_own(aliases, |_| false, records.iter_mut());
    let is_member = |record: &Record| members.get(record.input - 1).copied().unwrap_or_default();
    let repeated = pass_over_repeated(is_member, &mut records.iter_mut().collect::<Vec<_>>());
    own.into_iter().zip(repeated).map(|(own, repeated)| own || repeated).collect()
}

/// Name of the list of units in messages.
const LIST: &str = "应报名单";

fn same_number(records: &[Record], files: &[Received<'_>]) -> Result<(), String> {
    if records.len() == files.len() {
        return Ok(());
    }
    Err(format!("{} 份结果要带同样多的文件，不是 {} 个", records.len(), files.len()))
}

pub fn findings_page(records: &[Record], files: &[Received<'_>], engine: &Engine) -> Result<Answer, String> {
    same_number(records, files)?;
    let names = ShownNames::new(records.iter().map(|r| (r.file.clone(), r.file.clone())));
    let drawn = records.iter().zip(files).enumerate().map(|(i, (record, file))| {
        let examined = (i < MOST_DRAWN).then(|| read(file, engine).0);
        let report = examined.as_ref().and_then(|e| Some((e.report.as_ref().or(e.partial.as_ref())?, &e.origins)));
        section(record, &names, report)
    });
    let page = page(records, &drawn.collect::<Vec<_>>());
    Ok(Answer::default().with("检查结果.html".to_owned(), "text/html", page.into_bytes()))
}

pub fn bundle(files: &[Received<'_>], engine: &Engine) -> Result<Answer, String> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|f| (f.name.as_str(), f.bytes)).collect();
    let zip = bundled(&files, engine).map_err(|e| e.to_string())?;
    Ok(Answer::default().with("公布.zip".to_owned(), "application/zip", zip))
}
