//! `cargo xtask faults`: whether every seeded fault is found and none is invented.
//!
//! Takes a number of generated reports, spoils some of them, each by one kind of fault, and runs the release binary over
//! the folder. Gives precision and recall over (file, code, sheet, cell) of all errors and warnings, and fails unless
//! both are whole. Writes only into a temporary folder.

mod catalogue;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use fastrand::Rng;
use nianbao::form;
use nianbao::model::Address;
use serde_json::Value;

use crate::by_hand::{self, Page, Part};
use crate::generate::{self, Draft, Layout, SERIES};
use crate::project;
use catalogue::Fault;

/// What to seed.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    reports: u64,
    faults: u64,
    seed: u64,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let mut plan = Plan { reports: 200, faults: 20, seed: 1 };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--reports" => plan.reports = generate::number(arg, args.next())?,
                "--faults" => plan.faults = generate::number(arg, args.next())?,
                "--seed" => plan.seed = generate::number(arg, args.next())?,
                _ => bail!("faults does not know what `{arg}` is for"),
            }
        }
        ensure!(plan.faults >= 1, "--faults wants a number of at least 1");
        ensure!(plan.reports >= plan.faults * SERIES, "{} faults want {} reports", plan.faults, plan.faults * SERIES);
        Ok(plan)
    }
}

/// A finding that must be told: code, sheet, cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    pub code: String,
    pub sheet: Option<String>,
    pub cell: Option<String>,
}

impl Expected {
    /// One that is told of the whole file.
    pub fn nowhere(code: &str) -> Expected {
        Expected { code: code.to_owned(), sheet: None, cell: None }
    }
}

/// A draft that may be spoiled as a report, and then as a page.
pub struct Book {
    pub draft: Draft,
    /// The page, once something on it was spoiled.
    page: Option<Page>,
    pub handed_in: HandedIn,
}

/// How a report comes into the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedIn {
    Once,
    /// Under its own name and another behind it in order, which the findings are told of.
    Twice,
    /// Not at all: the findings are told of the agency's next report.
    Never,
}

impl Book {
    fn new(draft: Draft) -> Book {
        Book { draft, page: None, handed_in: HandedIn::Once }
    }

    /// The page to be spoiled; a standard workbook is laid out by hand for it.
    pub fn by_hand(&mut self) -> &mut Page {
        if self.draft.layout == Layout::Standard {
            self.draft.layout = Layout::ByHand { rows: 1, columns: 1, merged: true };
        }
        let draft = &self.draft;
        self.page.get_or_insert_with(|| draft.page())
    }

    /// Makes it a standard workbook.
    pub fn standard(&mut self) {
        self.draft.layout = Layout::Standard;
    }

    /// A finding at a part, wherever the layout has it.
    pub fn at(&self, code: &str, part: Part) -> Expected {
        if self.draft.layout == Layout::Standard {
            return self.in_standard(code, part);
        }
        let fresh;
        let page = match &self.page {
            Some(page) => page,
            None => {
                fresh = self.draft.page();
                &fresh
            }
        };
        self.cell(code, page.find(part).expect("the part was just spoiled").at)
    }

    /// A finding at a cell of the page.
    pub fn cell(&self, code: &str, at: Address) -> Expected {
        place(code, by_hand::SHEET, at)
    }

    /// A finding of the page as a whole.
    pub fn sheet(&self, code: &str) -> Expected {
        Expected { sheet: Some(by_hand::SHEET.to_owned()), ..Expected::nowhere(code) }
    }

    /// A finding at the contents of a row of the standard workbook's cover.
    pub fn on_cover(&self, code: &str, row: u32) -> Expected {
        place(code, &form::labels().cover.sheet, Address { row, column: 1 })
    }

    /// Sections stand on a sheet each: heading, then a table, or heads and then a paragraph a row.
    fn in_standard(&self, code: &str, part: Part) -> Expected {
        let form = &self.draft.report.form;
        let (section, row, column) = match part {
            Part::Heading { section } => (section, 0, 0),
            // Under subheadings a row for each, what is said under it in one cell beside it.
            Part::Line { section, line } if !form.sections[section].subheadings.is_empty() => {
                let lines = &self.draft.report.sections[section].before;
                let headings = lines.iter().take(line).filter(|p| p.level > 0).count();
                (section, 1 + headings as u32, 1)
            }
            Part::Line { section, line } => (section, 2 + line as u32, 0),
            Part::Value { table, slot } => {
                let section = form.section_of(table);
                // Under headings of the agency's own the sheet begins with its paragraphs.
                let heading = usize::from(!form.free_headings);
                let above = heading + self.draft.report.sections[section].before.len();
                let grid = form.tables[table].grid();
                let cell =
                    grid.iter().find(|c| c.content == form::GridContent::Value(slot)).expect("a slot has a cell");
                (section, (above + cell.row) as u32, cell.column as u32)
            }
            other => unreachable!("{other:?} is spoiled by hand only"),
        };
        place(code, &form.sections[section].sheet, Address { row, column })
    }

    fn write(&self) -> Result<Vec<u8>> {
        match &self.page {
            Some(page) => page.write(),
            None => self.draft.workbook(),
        }
    }
}

fn place(code: &str, sheet: &str, at: Address) -> Expected {
    Expected { code: code.to_owned(), sheet: Some(sheet.to_owned()), cell: Some(at.to_string()) }
}

/// A spoiled report: its number, the kind of fault, and what must be found.
struct Seeded {
    number: u64,
    name: &'static str,
    book: Book,
    expected: Vec<Expected>,
}

/// Findings by file name, each as often as it is told.
type Findings = BTreeMap<String, Vec<Expected>>;

pub fn run(plan: &Plan) -> Result<()> {
    let seeded = seed(plan)?;
    let folder = tempfile::tempdir()?;
    generate::folder(folder.path(), plan.seed, plan.reports)?;
    let mut expected = Findings::new();
    let mut files = plan.reports;
    for fault in &seeded {
        let name = Draft::new(plan.seed, fault.number)?.file_name();
        println!("{name}: {}", fault.name);
        let path = folder.path().join(&name);
        let told_of = match fault.book.handed_in {
            HandedIn::Once => {
                fs::write(&path, fault.book.write()?)?;
                name
            }
            HandedIn::Twice => {
                files += 1;
                let again = name.replace(".xlsx", "（副本）.xlsx");
                fs::copy(&path, folder.path().join(&again))?;
                again
            }
            HandedIn::Never => {
                files -= 1;
                fs::remove_file(&path)?;
                Draft::new(plan.seed, fault.number + 1)?.file_name()
            }
        };
        expected.insert(told_of, fault.expected.clone());
    }
    let found = found(&project::release_binary()?, folder.path(), files)?;
    let (missed, invented) = (less(&expected, &found), less(&found, &expected));
    for (file, finding) in &missed {
        println!("MISSED   {file}: {finding:?}");
    }
    for (file, finding) in &invented {
        println!("INVENTED {file}: {finding:?}");
    }
    let (wanted, told): (usize, usize) = (expected.values().map(Vec::len).sum(), found.values().map(Vec::len).sum());
    let share = |wrong: usize, all: usize| 100.0 * (all - wrong) as f64 / all.max(1) as f64;
    // What is said of texts is never certain, and costs trust where it is wrong: told apart.
    let of_text = invented.iter().filter(|(_, f)| f.code.starts_with(['T', 'P'])).count();
    println!("{of_text} of {} reports with a false alarm of the text checks", plan.reports);
    println!(
        "{} reports, {} with a fault of {} kinds: {wanted} findings expected, {told} told, recall {:.1} %, precision {:.1} %",
        plan.reports,
        seeded.len(),
        seeded.iter().map(|s| s.name).collect::<std::collections::BTreeSet<_>>().len(),
        share(missed.len(), wanted),
        share(invented.len(), told),
    );
    ensure!(missed.is_empty() && invented.is_empty(), "{} missed, {} invented", missed.len(), invented.len());
    Ok(())
}

/// Chooses kinds and reports: each kind once before any comes again, one fault an agency at most. Faults go into an
/// agency's first report, which nothing of an earlier year can contradict, or into the second where the fault is just that.
fn seed(plan: &Plan) -> Result<Vec<Seeded>> {
    let mut rng = Rng::with_seed(plan.seed);
    let mut agencies: Vec<u64> = (0..plan.reports / SERIES).collect();
    rng.shuffle(&mut agencies);
    let mut kinds: Vec<Fault> = catalogue::all();
    rng.shuffle(&mut kinds);
    let mut seeded = Vec::new();
    for kind in kinds.iter().cycle().take(plan.faults as usize) {
        let tried = agencies.iter().enumerate().find_map(|(i, agency)| {
            let number = agency * SERIES + u64::from(kind.second_year);
            // What a report has nothing for in one place it may have in another.
            (0..20).find_map(|_| {
                let mut book = Book::new(Draft::new(plan.seed, number).ok()?);
                let clean = book.draft.clone();
                let mut expected = (kind.seed)(&mut book, &mut rng)?;
                expected.extend(catalogue::told(&clean, &book));
                Some((i, Seeded { number, name: kind.name, book, expected }))
            })
        });
        let (agency, fault) = tried.with_context(|| format!("no report left for the fault “{}”", kind.name))?;
        agencies.remove(agency);
        seeded.push(fault);
    }
    Ok(seeded)
}

/// Every error and warning that the program tells of the folder.
fn found(binary: &Path, folder: &Path, expected: u64) -> Result<Findings> {
    let mut check = Command::new(binary);
    let output = check.arg("check").arg(folder).args(["--format", "json"]).stdin(Stdio::null()).output()?;
    let lines = String::from_utf8(output.stdout)?;
    let mut all = Findings::new();
    let mut files = 0;
    for line in lines.lines() {
        let told: Value = serde_json::from_str(line)?;
        // What is said of the run as a whole names no file.
        let Some(file) = told["file"].as_str() else { continue };
        let name = Path::new(file).file_name().context("a file without a name")?.to_string_lossy().into_owned();
        files += 1;
        let findings = told["findings"].as_array().context("no findings in the JSON")?;
        let grave = findings.iter().filter(|f| f["severity"] != "note");
        let text = |v: &Value| v.as_str().map(str::to_owned);
        let one = |f: &Value| Expected {
            code: text(&f["code"]).unwrap_or_default(),
            sheet: text(&f["sheet"]),
            cell: text(&f["cell"]),
        };
        all.entry(name).or_default().extend(grave.map(one));
    }
    ensure!(files == expected, "{files} of {expected} files were told of\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(all)
}

/// What one has and the other has not, each as often as it is missing.
fn less(some: &Findings, others: &Findings) -> Vec<(String, Expected)> {
    let mut out = Vec::new();
    for (file, findings) in some {
        let mut left = others.get(file).cloned().unwrap_or_default();
        for finding in findings {
            match left.iter().position(|f| f == finding) {
                Some(at) => drop(left.swap_remove(at)),
                None => out.push((file.clone(), finding.clone())),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_read() {
        assert_eq!(Plan::parse(&[]).unwrap(), Plan { reports: 200, faults: 20, seed: 1 });
        let given = Plan { reports: 80, faults: 10, seed: 3 };
        assert_eq!(Plan::parse(&["--faults", "10", "--seed", "3", "--reports", "80"]).unwrap(), given);
        for wrong in [&["--faults"][..], &["--faults", "0"], &["--reports", "10"], &["more"]] {
            assert!(Plan::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_kind_of_fault_finds_its_report_and_the_choice_is_the_seeds() {
        let faults = catalogue::all().len() as u64;
        let plan = Plan { reports: faults * SERIES * 2, faults, seed: 5 };
        let told = |all: &[Seeded]| all.iter().map(|s| (s.number, s.name, s.expected.clone())).collect::<Vec<_>>();
        let seeded = seed(&plan).unwrap();
        assert_eq!(told(&seeded), told(&seed(&plan).unwrap()));
        assert!(seeded.iter().all(|s| !s.expected.is_empty()));
        for fault in &seeded {
            let clean = Draft::new(plan.seed, fault.number).unwrap().workbook().unwrap();
            let same = fault.book.write().unwrap() == clean;
            // A report that is missing or there twice is itself without a fault.
            assert_eq!(same, fault.book.handed_in != HandedIn::Once, "{}", fault.name);
        }
    }

    #[test]
    fn what_is_missed_and_invented_is_counted_as_often_as_it_occurs() {
        let file = |codes: &[&str]| ("a".to_owned(), codes.iter().map(|c| Expected::nowhere(c)).collect());
        let (some, others) = (Findings::from([file(&["N207", "N207", "K301"])]), Findings::from([file(&["N207"])]));
        let codes: Vec<String> = less(&some, &others).into_iter().map(|(_, f)| f.code).collect();
        assert_eq!(codes, ["N207", "K301"]);
        assert!(less(&others, &some).is_empty() && less(&some, &Findings::new()).len() == 3);
    }
}
