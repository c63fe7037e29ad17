//! The corpus of sentences under `tests/text`: what the text checks find in each, and which sentences must give no finding.
//!
//! The precision and recall of each rule over it must not fall below [`FLOORS`]. The table of both, and each sentence that is
//! judged wrongly, is printed by `cargo test --test suite -- --nocapture sentences`.

#![allow(clippy::print_stdout, reason = "the measures are for a person to read")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use nianbao::check::{Drawing, check};
use nianbao::cli::reading::examine;
use nianbao::engine::Engine;
use nianbao::form;
use nianbao::model::{Amount, Code, Decimal, Origins, Paragraph, Report, Severity, Value};
use nianbao::normalize::{self, Options, normalize};
use serde::Deserialize;

const RULES: [&str; 9] = ["T501", "T502", "T503", "T504", "T506", "T507", "T508", "P601", "P603"];

/// The precision and recall of each rule when its words were last changed; improvements are recorded here.
const FLOORS: [(&str, f64, f64); 9] = [
    ("T501", 1.0, 0.9868),
    ("T502", 1.0, 1.0),
    ("T503", 1.0, 1.0),
    ("T504", 1.0, 1.0),
    ("T506", 1.0, 1.0),
    ("T507", 1.0, 1.0),
    ("T508", 1.0, 1.0),
    ("P601", 1.0, 1.0),
    ("P603", 1.0, 1.0),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    base: Facts,
    case: Vec<Case>,
}

/// The facts that a sentence is compared with.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Facts {
    edition: String,
    year: u16,
    agency: String,
    /// Keys `table:row:column`; the values of the form are found by their keys.
    values: BTreeMap<String, Decimal>,
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// One paragraph per line.
    text: String,
    #[serde(default)]
    codes: Vec<String>,
    edition: Option<String>,
    year: Option<u16>,
    agency: Option<String>,
    values: Option<BTreeMap<String, Decimal>>,
    /// The section that contains the sentence, by key, or `preface`; the first section if not given.
    at: Option<String>,
    heading: Option<String>,
    title: Option<String>,
    contact: Option<String>,
    published: Option<String>,
}

fn corpora() -> Vec<(String, Corpus)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, toml::from_str(&text).unwrap_or_else(|e| panic!("{path:?}: {e}")))
    };
    files.iter().map(read).collect()
}

/// Returns a report that contains the sentence and is correct otherwise.
fn report(base: &Facts, case: &Case) -> Report {
    let edition = case.edition.as_ref().unwrap_or(&base.edition);
    let mut report = Report::blank(form::edition(edition).unwrap());
    report.cover.agency = case.agency.clone().unwrap_or_else(|| base.agency.clone());
    report.cover.year = case.year.unwrap_or(base.year);
    let made = form::labels().report.made_title(&report.cover.agency, report.cover.year);
    report.cover.title = case.title.clone().unwrap_or(made);
    report.cover.contact = case.contact.clone();
    report.cover.published = case.published.clone();
    for (key, number) in case.values.as_ref().unwrap_or(&base.values) {
        set(&mut report, key, *number);
    }
    let at = case.at.as_ref().or(base.at.as_ref());
    let paragraphs = case.heading.iter().map(|h| Paragraph::heading(2, h.as_str()));
    let paragraphs: Vec<Paragraph> = paragraphs.chain(case.text.lines().map(Paragraph::body)).collect();
    let keys: Vec<String> = report.form.sections.iter().map(|s| s.key.clone()).collect();
    let own = match at.map(String::as_str) {
        Some("preface") => None,
        Some(key) => Some(keys.iter().position(|k| k == key).unwrap_or_else(|| panic!("no section {key}"))),
        None => Some(0),
    };
    for (i, section) in report.sections.iter_mut().enumerate().filter(|(i, _)| Some(*i) != own) {
        let last = i + 1 == keys.len();
        section.before.push(Paragraph::body(if last { "未收取信息处理费。" } else { "内容。" }));
    }
    match own {
        Some(i) => report.sections[i].before = paragraphs,
        None => report.preface = paragraphs,
    }
    report
}

fn set(report: &mut Report, key: &str, number: Decimal) {
    let mut keys = key.split(':');
    let (table, row, column) = (keys.next().unwrap(), keys.next().unwrap(), keys.next());
    let t = report.form.tables.iter().position(|t| t.key == table).unwrap_or_else(|| panic!("no table {table}"));
    let form = &report.form.tables[t];
    let slot = form.slots().find(|at| {
        let block = &form.blocks[at.block];
        let col = &block.columns.leaves[at.column].path;
        match block.rows.leaves.get(at.row) {
            Some(r) => {
                r.path == row && column.map_or(block.column_count() == 1 || col.ends_with(".total"), |c| c == col)
            }
            None => col == row,
        }
    });
    let slot = form.slot(slot.unwrap_or_else(|| panic!("no value {key}")));
    report.tables[t][slot] = match form.kind(slot).0 {
        form::ValueKind::Amount => Value::Amount(Amount { number, unit: None }),
        _ => Value::Count(number.try_into().unwrap()),
    };
}

#[derive(Default)]
struct Measure {
    sentences: usize,
    right: usize,
    invented: usize,
    missed: usize,
}

impl Measure {
    fn precision_and_recall(&self) -> (f64, f64) {
        let share = |rest: usize| self.right as f64 / (self.right + rest).max(1) as f64;
        (share(self.invented), share(self.missed))
    }
}

#[test]
fn sentences_give_what_is_expected_of_them() {
    let mut measures: BTreeMap<&str, Measure> = RULES.iter().map(|r| (*r, Measure::default())).collect();
    let (mut all, mut traps, mut wrong) = (0, 0, Vec::new());
    for (name, corpus) in corpora() {
        let about: BTreeSet<&str> = corpus.case.iter().flat_map(|c| c.codes.iter().map(String::as_str)).collect();
        for case in &corpus.case {
            all += 1;
            traps += usize::from(case.codes.is_empty());
            let findings = check(&report(&corpus.base, case), &Origins::default(), &Drawing::ALL);
            // A sentence with two wrong figures may cause one finding or two, so each code counts once.
            let found: BTreeSet<&str> = findings.iter().map(|f| f.code.name()).filter(|c| RULES.contains(c)).collect();
            for rule in RULES {
                let m = measures.get_mut(rule).unwrap();
                m.sentences += usize::from(about.contains(rule));
                match (case.codes.iter().any(|c| c == rule), found.contains(rule)) {
                    (true, true) => m.right += 1,
                    (true, false) => {
                        m.missed += 1;
                        wrong.push(format!("missed {rule} {name}: {}", case.text));
                    }
                    (false, true) => {
                        m.invented += 1;
                        let said: Vec<_> =
                            findings.iter().filter(|f| f.code.name() == rule).map(|f| &f.message).collect();
                        wrong.push(format!("invented {rule} {name}: {} {said:?}", case.text));
                    }
                    (false, false) => {}
                }
            }
        }
    }
    println!("rule  sentences  found  invented  missed  precision  recall");
    for (rule, m) in &measures {
        let (precision, recall) = m.precision_and_recall();
        println!(
            "{rule}  {:9}  {:5}  {:8}  {:6}  {precision:9.3}  {recall:6.3}",
            m.sentences, m.right, m.invented, m.missed
        );
    }
    println!("{all} sentences, {traps} of them traps");
    wrong.iter().for_each(|w| println!("{w}"));
    assert!(all >= 150 && traps * 2 >= all, "{all} sentences, {traps} traps");
    for (rule, m) in &measures {
        assert!(m.right >= 5, "{rule} is hardly tested");
        let (precision, recall) = m.precision_and_recall();
        let (_, least_precise, least_recalled) = FLOORS.iter().find(|(r, ..)| r == rule).unwrap();
        assert!(precision >= *least_precise, "{rule} invents more than it did: {precision:.3}, {wrong:#?}");
        assert!(recall >= *least_recalled, "{rule} misses more than it did: {recall:.3}, {wrong:#?}");
    }
}

/// Everything that these rules find in the samples; each finding was confirmed by a person.
#[test]
fn samples_give_only_what_is_true_of_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut files: Vec<PathBuf> = [root.clone(), root.join("archive")]
        .iter()
        .flat_map(|d| fs::read_dir(d).unwrap())
        .map(|e| e.unwrap().path())
        .collect();
    files.retain(|p| p.is_file());
    files.sort();
    assert!(files.len() >= 10);
    let mut found = Vec::new();
    for file in &files {
        let examined = examine(file, &Engine::default());
        for f in examined.findings.iter().filter(|f| RULES.contains(&f.code.name()) || FIGURES.contains(&f.code.name()))
        {
            assert_eq!(f.severity, Severity::Warning);
            let name = file.file_name().unwrap().to_string_lossy();
            found.push(format!("{name} {} {}", f.code, f.message));
        }
    }
    assert_eq!(found, TRUE_OF_SAMPLES, "{found:#?}");
}

/// Rules about figures that satisfy every relation.
const FIGURES: [&str; 2] = ["K308", "K309"];

const TRUE_OF_SAMPLES: [&str; 0] = [];

/// A copy of last year's workbook: the year on the cover was changed, and a comparison added to one sentence.
#[test]
fn a_report_of_last_year_is_found_in_its_sections() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/云泽市住房和城乡建设局-2023.xlsx");
    let bytes = fs::read(&path).unwrap();
    let workbook = nianbao::import::read_bytes("报告.xlsx", &bytes, &Default::default()).unwrap();
    let read = normalize(&workbook, &Options::default(), &normalize::Cache::default());
    let mut report = read.report.unwrap();
    let found = |report: &Report| {
        let all = check(report, &read.origins, &Drawing::ALL);
        let found = all.iter().filter(|f| f.code == Code::T503).filter_map(|f| f.source.as_ref());
        found.map(ToString::to_string).collect::<BTreeSet<String>>()
    };
    assert!(found(&report).is_empty());
    report.cover.year += 1;
    let told = report.sections[0].before.iter_mut().find(|p| p.text.starts_with("2023年，")).unwrap();
    told.text = told.text.replacen('；', "，同比增长5%；", 1);
    let found = found(&report);
    for sheet in ["封面", "一、总体情况", "六、其他事项"] {
        assert!(found.iter().any(|f| f.starts_with(&format!("“{sheet}”"))), "{sheet}: {found:?}");
    }
}

/// A finding names the cell of the text and the cells of the table that the text contradicts.
#[test]
fn findings_name_both_cells() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/云泽市住房和城乡建设局-2023.xlsx");
    let bytes = fs::read(&path).unwrap();
    let workbook = nianbao::import::read_bytes("报告.xlsx", &bytes, &Default::default()).unwrap();
    let read = normalize(&workbook, &Options::default(), &normalize::Cache::default());
    let mut report = read.report.unwrap();
    let told = report.sections[0].before.iter_mut().find(|p| p.text.contains("218975")).unwrap();
    told.text = told.text.replace("218975", "218957");
    let findings = check(&report, &read.origins, &Drawing::ALL);
    let f = findings.iter().find(|f| f.code == Code::T501).unwrap();
    assert!(f.message.contains("新收政府信息公开申请218957件") && f.message.ends_with("是 218975"), "{}", f.message);
    assert!(f.source.as_ref().unwrap().cell.is_some());
    let related: Vec<String> = f.related.iter().map(ToString::to_string).collect();
    assert_eq!(related, ["“三、依申请公开”J5"]);
    assert!(f.hint.is_some());
}
