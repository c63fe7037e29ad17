//! `cargo xtask faults`: checks that every seeded fault is found and no other finding is reported.
//!
//! Takes a number of generated reports, changes some of them, each with one kind of fault, and runs the release binary over
//! the folder. Prints precision and recall over (file, code, sheet, cell) of all errors and warnings, and fails unless both
//! are 100 %. Writes only into a temporary folder.

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

/// A finding that must be reported: code, sheet, cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    pub code: String,
    pub sheet: Option<String>,
    pub cell: Option<String>,
}

impl Expected {
    /// A finding about the whole file.
    pub fn nowhere(code: &str) -> Expected {
        Expected { code: code.to_owned(), sheet: None, cell: None }
    }
}

/// A draft that can be changed as a report, and then as a page.
pub struct Book {
    pub draft: Draft,
    /// The page, after something on it was changed.
    page: Option<Page>,
    pub handed_in: HandedIn,
}

/// How often a report is in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedIn {
    Once,
    /// Under its own name and under another that follows it in order, to which the findings are assigned.
    Twice,
    /// Not at all: the findings are assigned to the agency's next report.
    Never,
}

impl Book {
    fn new(draft: Draft) -> Book {
        Book { draft, page: None, handed_in: HandedIn::Once }
    }

    /// Returns the page to be changed; a standard workbook is laid out by hand first.
    pub fn by_hand(&mut self) -> &mut Page {
        if self.draft.layout == Layout::Standard {
            self.draft.layout = Layout::ByHand { rows: 1, columns: 1, merged: true };
        }
        let draft = &self.draft;
        self.page.get_or_insert_with(|| draft.page())
    }

    /// Lays it out as a standard workbook.
    pub fn standard(&mut self) {
        self.draft.layout = Layout::Standard;
    }

    /// A finding at a part, wherever the layout places it.
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

    /// A finding about the whole page.
    pub fn sheet(&self, code: &str) -> Expected {
        Expected { sheet: Some(by_hand::SHEET.to_owned()), ..Expected::nowhere(code) }
    }

    /// A finding at the contents of a row of the standard workbook's cover.
    pub fn on_cover(&self, code: &str, row: u32) -> Expected {
        place(code, &form::labels().cover.sheet, Address { row, column: 1 })
    }

    /// Each section has its own sheet: the heading, then a table, or column heads and then one paragraph per row.
    fn in_standard(&self, code: &str, part: Part) -> Expected {
        let form = &self.draft.report.form;
        let (section, row, column) = match part {
            Part::Heading { section } => (section, 0, 0),
            // With subheadings there is one row for each; the text below a subheading is in one cell beside it.
            Part::Line { section, line } if !form.sections[section].subheadings.is_empty() => {
                let lines = &self.draft.report.sections[section].before;
                let headings = lines.iter().take(line).filter(|p| p.level > 0).count();
                (section, 1 + headings as u32, 1)
            }
            Part::Line { section, line } => (section, 2 + line as u32, 0),
            Part::Value { table, slot } => {
                let section = form.section_of(table);
                // With free headings the sheet begins with its paragraphs.
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

/// A changed report: its number, the kind of fault, and the expected findings.
struct Seeded {
    number: u64,
    name: &'static str,
    book: Book,
    expected: Vec<Expected>,
}

/// Findings by file name, as often as they are reported.
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
        let file = match fault.book.handed_in {
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
        expected.insert(file, fault.expected.clone());
    }
    let found = found(&project::release_binary()?, folder.path(), files)?;
    let (missed, invented) = (less(&expected, &found), less(&found, &expected));
    for (file, finding) in &missed {
        println!("MISSED   {file}: {finding:?}");
    }
    for (file, finding) in &invented {
        println!("INVENTED {file}: {finding:?}");
    }
    let (wanted, reported): (usize, usize) =
        (expected.values().map(Vec::len).sum(), found.values().map(Vec::len).sum());
    let share = |wrong: usize, all: usize| 100.0 * (all - wrong) as f64 / all.max(1) as f64;
    // Findings about texts are never certain, and a wrong one costs trust, so they are counted separately.
    let of_text = invented.iter().filter(|(_, f)| f.code.starts_with(['T', 'P'])).count();
    println!("{of_text} of {} reports with a false alarm of the text checks", plan.reports);
    println!(
        "{} reports, {} with a fault of {} kinds: {wanted} findings expected, {reported} reported, recall {:.1} %, precision {:.1} %",
        plan.reports,
        seeded.len(),
        seeded.iter().map(|s| s.name).collect::<std::collections::BTreeSet<_>>().len(),
        share(missed.len(), wanted),
        share(invented.len(), reported),
    );
    ensure!(missed.is_empty() && invented.is_empty(), "{} missed, {} invented", missed.len(), invented.len());
    Ok(())
}

/// A workbook of a report with a fault whose finding has a code that begins like this, for another chore.
pub fn workbook_with(code: &str) -> Result<Vec<u8>> {
    let seeded = seed(&Plan { reports: 400, faults: 40, seed: 1 })?;
    let is_wanted = |s: &&Seeded| s.expected.iter().any(|e| e.code.starts_with(code));
    seeded.iter().find(is_wanted).with_context(|| format!("no fault {code} was seeded"))?.book.write()
}

/// Chooses kinds and reports: every kind once before any is repeated, and at most one fault per agency. Faults are put into
/// an agency's first report, which no earlier year can contradict, or into its second if the fault concerns two years.
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
            // A report without a suitable place at the first attempt may have one at another.
            (0..20).find_map(|_| {
                let mut book = Book::new(Draft::new(plan.seed, number).ok()?);
                let clean = book.draft.clone();
                let mut expected = (kind.seed)(&mut book, &mut rng)?;
                expected.extend(catalogue::contradicted(&clean, &book));
                Some((i, Seeded { number, name: kind.name, book, expected }))
            })
        });
        let (agency, fault) = tried.with_context(|| format!("no report left for the fault “{}”", kind.name))?;
        agencies.remove(agency);
        seeded.push(fault);
    }
    Ok(seeded)
}

/// Returns every error and warning that the program reports for the folder.
fn found(binary: &Path, folder: &Path, expected: u64) -> Result<Findings> {
    let mut check = Command::new(binary);
    let output = check.arg("check").arg(folder).args(["--format", "json"]).stdin(Stdio::null()).output()?;
    let lines = String::from_utf8(output.stdout)?;
    let mut all = Findings::new();
    let mut files = 0;
    for line in lines.lines() {
        let result: Value = serde_json::from_str(line)?;
        // Lines about the whole run name no file.
        let Some(file) = result["file"].as_str() else { continue };
        let name = Path::new(file).file_name().context("a file without a name")?.to_string_lossy().into_owned();
        files += 1;
        let findings = result["findings"].as_array().context("no findings in the JSON")?;
        let grave = findings.iter().filter(|f| f["severity"] != "note");
        let text = |v: &Value| v.as_str().map(str::to_owned);
        let one = |f: &Value| Expected {
            code: text(&f["code"]).unwrap_or_default(),
            sheet: text(&f["sheet"]),
            cell: text(&f["cell"]),
        };
        all.entry(name).or_default().extend(grave.map(one));
    }
    ensure!(
        files == expected,
        "{files} of {expected} files have a result\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(all)
}

/// Returns the findings of `some` that are not in `others`, as often as they are missing there.
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
        let parts = |all: &[Seeded]| all.iter().map(|s| (s.number, s.name, s.expected.clone())).collect::<Vec<_>>();
        let seeded = seed(&plan).unwrap();
        assert_eq!(parts(&seeded), parts(&seed(&plan).unwrap()));
        assert!(seeded.iter().all(|s| !s.expected.is_empty()));
        for fault in &seeded {
            let clean = Draft::new(plan.seed, fault.number).unwrap().workbook().unwrap();
            let same = fault.book.write().unwrap() == clean;
            // A report that is missing or there twice has no fault itself.
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
