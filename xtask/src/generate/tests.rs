use std::collections::BTreeSet;

use super::*;
use nianbao::check::Drawing;
use nianbao::cli::reading::examine;
use nianbao::engine::Engine;
use nianbao::model::{Decimal, Severity};
use nianbao::series::{Aliases, Facts, Member, check, similar};

const SEED: u64 = 7;

#[test]
fn a_report_does_not_depend_on_the_others_and_has_the_same_bytes_each_time() {
    let twice = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    folder(twice[0].path(), SEED, 6).unwrap();
    folder(twice[1].path(), SEED, 3).unwrap();
    for number in 0..3 {
        let name = Draft::new(SEED, number).unwrap().file_name();
        assert!(
            fs::read(twice[0].path().join(&name)).unwrap() == fs::read(twice[1].path().join(&name)).unwrap(),
            "{name}"
        );
    }
    assert_ne!(Draft::new(SEED, 0).unwrap().report, Draft::new(SEED + 1, 0).unwrap().report);
}

#[test]
fn generated_reports_are_read_back_as_they_were_without_a_finding() {
    let (folder, engine) = (tempfile::tempdir().unwrap(), Engine::default());
    for number in 0..SERIES * 6 {
        let draft = Draft::new(SEED, number).unwrap();
        let path = folder.path().join(draft.file_name());
        fs::write(&path, draft.workbook().unwrap()).unwrap();
        let examined = examine(&path, &engine);
        let grave: Vec<_> = examined.findings.iter().filter(|f| f.severity > Severity::Note).collect();
        assert!(grave.is_empty(), "{} {:?}: {grave:#?}", draft.file_name(), draft.layout);
        let read = examined.report.unwrap();
        assert_eq!(read.tables, draft.report.tables, "{} {:?}", draft.file_name(), draft.layout);
        assert_eq!(read.form.id, draft.report.form.id);
        assert_eq!((&read.cover.agency, read.cover.year), (&draft.report.cover.agency, draft.report.cover.year));
        let shape = |r: &Report| r.sections.iter().map(|s| (s.before.len(), s.after.len())).collect::<Vec<_>>();
        assert_eq!(shape(&read), shape(&draft.report), "{} {:?}", draft.file_name(), draft.layout);
    }
}

#[test]
fn a_folder_of_them_has_nothing_to_tell_across_years_and_agencies() {
    let reports: Vec<Report> = (0..SERIES * 9).map(|n| Draft::new(SEED, n).unwrap().report).collect();
    let facts: Vec<Facts> = reports.iter().map(|r| Facts::of(r, &Origins::default())).collect();
    let files: Vec<String> = (0..facts.len()).map(|n| n.to_string()).collect();
    let members: Vec<Member<'_>> = facts.iter().zip(&files).map(|(facts, file)| Member { file, facts }).collect();
    assert_eq!(check(&members, &Aliases::default()), []);
    // Shows that two years of one agency are compared: without the year between them they are too far apart.
    let gap: Vec<Member<'_>> = [members[0], members[2]].into();
    assert_eq!(check(&gap, &Aliases::default()).len(), 1);
}

#[test]
fn every_seed_has_reports() {
    for seed in 11..15 {
        for agency in 0..40 {
            Draft::new(seed, agency * SERIES + SERIES - 1).unwrap();
        }
    }
}

#[test]
fn no_two_agencies_are_called_alike() {
    let names: Vec<String> = (0..20_000).map(|n| agency::name(SEED, n)).collect();
    assert_eq!(similar(names.iter().map(String::as_str), &Aliases::default()), []);
}

fn figures(report: &Report) -> Figures {
    report.tables.iter().map(|t| t.iter().map(Value::number).collect()).collect()
}

#[test]
fn figures_balance_within_a_year_and_from_year_to_year() {
    let mut ties = 0;
    for first in (0..SERIES * 8).step_by(SERIES as usize) {
        let years: Vec<Report> = (first..first + SERIES).map(|n| Draft::new(SEED, n).unwrap().report).collect();
        for report in &years {
            assert!(figures::broken(&report.form, &figures(report)).is_empty(), "{:?}", report.cover);
            let all: Vec<Decimal> = figures(report).concat();
            assert!(all.iter().filter(|n| !n.is_zero()).count() * 2 > all.len(), "mostly zero: {:?}", report.cover);
        }
        for pair in years.windows(2) {
            assert_eq!(pair[1].cover.year, pair[0].cover.year + 1);
            let (last, now) = (figures(&pair[0]), figures(&pair[1]));
            for link in series::links(&pair[0].form, &pair[1].form) {
                let from: Decimal = link.last_year.iter().map(|(t, s)| last[*t][*s]).sum();
                let own: Decimal =
                    link.this_year.iter().map(|((t, s), minus)| if *minus { -now[*t][*s] } else { now[*t][*s] }).sum();
                assert_eq!(now[link.into.0][link.into.1], from + own, "{:?}", pair[1].cover);
                ties += 1;
            }
        }
    }
    assert!(ties > 100, "{ties}");
}

#[test]
fn reports_differ_in_edition_layout_and_words() {
    let drafts: Vec<Draft> = (0..SERIES * 12).map(|n| Draft::new(SEED, n).unwrap()).collect();
    let editions: BTreeSet<&str> = drafts.iter().map(|d| d.report.form.id.as_str()).collect();
    assert_eq!(editions.len(), form::built_in().len());
    let mut texts = BTreeSet::new();
    for draft in &drafts {
        let text: String =
            draft.report.sections.iter().flat_map(Section::paragraphs).map(|p| p.text.as_str()).collect();
        let length = text.chars().count();
        assert!((1_000..5_000).contains(&length), "{length}");
        assert!(texts.insert(text), "the same words twice");
    }
    let layouts = |is: fn(&Layout) -> bool| drafts.iter().filter(|d| is(&d.layout)).count();
    assert!(layouts(|l| matches!(l, Layout::Standard)) > 5);
    assert!(layouts(|l| matches!(l, Layout::ByHand { merged: true, .. })) > 5);
    assert!(layouts(|l| matches!(l, Layout::ByHand { merged: false, .. })) > 5);
}

#[test]
fn the_plan_is_read() {
    let plan = Plan { reports: 5, seed: 9, folder: PathBuf::from("out") };
    assert_eq!(Plan::parse(&["--reports", "5", "out", "--seed", "9"]).unwrap(), plan);
    for wrong in [&[][..], &["--reports"], &["out", "--seed", "x"], &["a", "b"], &["--fast", "a"]] {
        assert!(Plan::parse(wrong).is_err(), "{wrong:?}");
    }
}

/// The text checks report nothing for a correct report: over many reports there is no false alarm.
#[test]
fn texts_of_generated_reports_raise_no_alarm() {
    let (mut alarms, reports) = (Vec::new(), 120);
    for number in 0..reports {
        let draft = Draft::new(9, number).unwrap();
        let found = nianbao::check::check(&draft.report, &Origins::default(), &Drawing::ALL);
        alarms.extend(found.into_iter().filter(|f| f.code.name().starts_with(['T', 'P'])).map(|f| f.message));
    }
    println!("{} false alarms over {reports} reports", alarms.len());
    assert_eq!(alarms, [""; 0]);
}
