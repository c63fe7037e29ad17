//! `cargo xtask generate`: reports of agencies that do not exist, in any number, for measuring and for seeding faults.
//!
//! Takes a seed and a number; writes workbooks in every edition and several layouts, whose figures balance within a year and
//! from year to year, and which convert without a warning. The same seed gives the same bytes, and a report does not depend
//! on how many are requested. Everything is derived from the form data: a new edition needs no change here.

mod agency;
pub mod figures;
pub mod series;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use fastrand::Rng;
use nianbao::export::template;
use nianbao::form::{self, Form};
use nianbao::model::{Cover, Origins, Paragraph, Report, Section, Value};
use nianbao::normalize::settle;

use crate::by_hand::{Page, Words};
use figures::{Figures, Scale};
use words::{Facts, Writer};

/// Number of reports of one agency, for consecutive years.
pub const SERIES: u64 = 4;

/// The last reported year of an edition that is still in force.
const LATEST: u16 = 2025;

/// The layout of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The standard workbook, filled in.
    Standard,
    /// One sheet laid out by hand, moved down and right by these rows and columns, with or without merged cells.
    ByHand { rows: u32, columns: u32, merged: bool },
}

/// A report before it becomes a workbook.
#[derive(Debug, Clone)]
pub struct Draft {
    pub number: u64,
    pub report: Report,
    pub layout: Layout,
}

impl Draft {
    /// Generates report `number` of a seed.
    pub fn new(seed: u64, number: u64) -> Result<Draft> {
        let (agency, turn) = (number / SERIES, number % SERIES);
        ensure!(agency < agency::names(), "there are names for {} reports", agency::names() * SERIES);
        let mut rng = seeded(seed, agency);
        let name = agency::name(seed, agency);
        let first = first_year(agency, &mut rng);
        let scale = Scale(rng.choice([6, 30, 120, 900]).unwrap_or(6));
        let mut last: Option<(Arc<Form>, Figures)> = None;
        for year in first..=first + turn as u16 {
            let form = edition(year)?;
            // Each year has its own random stream, so that a longer text in one year changes nothing in the next.
            let mut rng = seeded(seed ^ u64::from(year), number - turn);
            let mut drawn = figures::drawn(&form, scale, &mut rng);
            let settled = match &last {
                Some((before, figures)) => series::follow(&series::links(before, &form), figures, &mut drawn),
                None => Default::default(),
            };
            figures::balance(&form, &mut drawn, &settled)?;
            series::sustain(&series::links(&form, &form), &form, &mut drawn);
            last = Some((form, drawn));
        }
        let (form, figures) = last.context("a series without a year")?;
        let mut rng = seeded(seed.rotate_left(32), number);
        let report = report(&form, name, first + turn as u16, &figures, &mut rng)?;
        let layout = match rng.u32(..8) {
            0..=3 => Layout::Standard,
            4 => Layout::ByHand { rows: 0, columns: 0, merged: true },
            5 => Layout::ByHand { rows: rng.u32(1..=4), columns: rng.u32(0..=3), merged: true },
            6 => Layout::ByHand { rows: 0, columns: 0, merged: false },
            _ => Layout::ByHand { rows: rng.u32(0..=3), columns: rng.u32(1..=3), merged: false },
        };
        Ok(Draft { number, report, layout })
    }

    /// Returns its file name, which begins with its number, so that a folder is sorted in the order of generation.
    pub fn file_name(&self) -> String {
        let Cover { agency, year, .. } = &self.report.cover;
        format!("{:05}-{agency}-{year}.xlsx", self.number)
    }

    /// Returns the report on one sheet, positioned according to the layout.
    pub fn page(&self) -> Page {
        let Report { form, cover, preface, sections, tables } = &self.report;
        let text = |p: &Paragraph| p.text.clone();
        let sections: Vec<[Vec<String>; 2]> = sections
            .iter()
            .map(|s| [s.before.iter().map(text).collect(), s.after.iter().map(text).collect()])
            .collect();
        let tables: Vec<Vec<String>> = tables.iter().map(|t| t.iter().map(Value::to_string).collect()).collect();
        let labels = &form::labels().cover;
        let facts =
            [(&labels.published, &cover.published), (&labels.contact, &cover.contact), (&labels.index, &cover.index)];
        let facts: Vec<(String, String)> =
            facts.into_iter().filter_map(|(l, fact)| Some((l.label.clone(), fact.clone()?))).collect();
        let preface: Vec<String> = preface.iter().map(text).collect();
        let words =
            Words { title: &cover.title, facts: &facts, preface: &preface, sections: &sections, tables: &tables };
        let mut page = Page::new(form, &words);
        if let Layout::ByHand { rows, columns, merged } = self.layout {
            page.shift(rows, columns);
            page.merged = merged;
        }
        page
    }

    /// Returns the report as a workbook.
    pub fn workbook(&self) -> Result<Vec<u8>> {
        match self.layout {
            Layout::Standard => Ok(template::write(&self.report.form, Some(&self.report))?),
            Layout::ByHand { .. } => self.page().write(),
        }
    }
}

/// Independent random streams for each agency or report of a seed.
fn seeded(seed: u64, number: u64) -> Rng {
    // The generator mixes its seed, but consecutive seeds give similar first numbers, so the actual seed is drawn from a
    // first generator.
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number));
    let mixed = rng.u64(..);
    Rng::with_seed(mixed)
}

/// The editions take turns; a series may continue into the next one.
fn first_year(agency: u64, rng: &mut Rng) -> u16 {
    let forms = form::built_in();
    let form = &forms[(agency % forms.len() as u64) as usize];
    let last = form.last_year.unwrap_or(LATEST).min(LATEST - (SERIES as u16 - 1));
    rng.u16(form.first_year..=last.max(form.first_year))
}

/// Returns the form of a year.
pub fn edition(year: u16) -> Result<Arc<Form>> {
    let form = form::built_in().iter().find(|f| f.covers(year));
    form.cloned().with_context(|| format!("no edition covers {year}"))
}

fn report(form: &Arc<Form>, agency: String, year: u16, figures: &Figures, rng: &mut Rng) -> Result<Report> {
    let mut report = Report::blank(form.clone());
    report.tables = figures::values(form, figures, rng)?;
    let title = form::labels().report.made_title(&agency, year);
    let published = rng.bool().then(|| format!("{}年1月{}日", year + 1, rng.u32(5..=31)));
    let contact =
        rng.bool().then(|| format!("政务公开办公室，政务服务中心{}层{}号窗口", rng.u32(1..=4), rng.u32(1..=40)));
    let index =
        (rng.u32(..3) == 0).then(|| format!("{}-{}-{:05}", rng.u32(100_000..999_999), year + 1, rng.u32(1..99_999)));
    let facts = Facts { agency: agency.clone(), year, requests: requests(form, figures) };
    report.cover = Cover { agency, year, title, published, contact, index };
    let (careless, rare) = (rng.u32(..5) == 0, rng.u32(..6) == 0);
    let mut writer = Writer { facts: &facts, rng, careless, rare };
    if writer.rng.bool() {
        report.preface = vec![writer.preface()];
    }
    let last = form.sections.len() - 1;
    for (i, section) in form.sections.iter().enumerate() {
        let Section { before, after } = &mut report.sections[i];
        if section.table.is_some() {
            // If headings are the agency's own, the heading above a table is too.
            if form.free_headings {
                before.push(Paragraph::heading(1, section.heading.as_str()));
            }
            if writer.rng.u32(..4) == 0 {
                after.push(writer.note());
            }
        } else if !section.subheadings.is_empty() {
            *before = writer.headed(&section.subheadings);
        } else if form.free_headings {
            *before = writer.free();
        } else if i == last {
            *before = writer.closing();
        } else {
            *before = writer.problems();
        }
    }
    settle(&mut report, &Origins::default());
    Ok(report)
}

/// Returns the requests received this year and carried over from last year, if the form counts them under these keys.
pub fn requests(form: &Form, figures: &Figures) -> Option<(String, String)> {
    let total = |row: &str| {
        form.tables.iter().enumerate().find_map(|(t, table)| {
            let at = table.slots().find(|at| {
                let block = &table.blocks[at.block];
                let column = &block.columns.leaves[at.column].path;
                block.rows.leaves.get(at.row).is_some_and(|l| l.path == row) && column.ends_with(".total")
            })?;
            Some(figures[t][table.slot(at)].to_string())
        })
    };
    Some((total("new")?, total("carried_in")?))
}

/// What to generate, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    reports: u64,
    seed: u64,
    folder: PathBuf,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let (mut reports, mut seed, mut folder) = (100, 1, None);
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--reports" => reports = number(arg, args.next())?,
                "--seed" => seed = number(arg, args.next())?,
                _ if arg.starts_with('-') || folder.is_some() => bail!("generate does not know what `{arg}` is for"),
                _ => folder = Some(PathBuf::from(arg)),
            }
        }
        Ok(Plan { reports, seed, folder: folder.context("generate wants a folder to write to")? })
    }
}

/// Parses the number after an option.
pub fn number(option: &str, word: Option<&&str>) -> Result<u64> {
    word.and_then(|w| w.parse().ok()).with_context(|| format!("{option} wants a whole number"))
}

pub fn run(plan: &Plan) -> Result<()> {
    let bytes = folder(&plan.folder, plan.seed, plan.reports)?;
    println!("{} reports, {:.1} MB, in {}", plan.reports, bytes as f64 / 1e6, plan.folder.display());
    Ok(())
}

/// Writes the first `reports` workbooks of a seed into a folder; returns their size in bytes.
pub fn folder(folder: &Path, seed: u64, reports: u64) -> Result<u64> {
    fs::create_dir_all(folder)?;
    let mut all = 0;
    for number in 0..reports {
        let draft = Draft::new(seed, number)?;
        let bytes = draft.workbook().with_context(|| draft.file_name())?;
        all += bytes.len() as u64;
        fs::write(folder.join(draft.file_name()), bytes)?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
