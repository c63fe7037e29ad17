//! The archive under `samples/`: one file of each format and each edition, converted in one run without any finding to
//! correct.

use std::collections::BTreeSet;

use crate::support::{nianbao, sample, stderr, stdout};
use nianbao::form;
use nianbao::import::FileKind;

#[test]
fn the_archive_converts_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (sample("archive"), dir.path().join("输出"));
    let args = ["convert".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str(), "--format=json".as_ref()];
    let run = nianbao(&args);
    let lines: Vec<serde_json::Value> = stdout(&run).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let (mut formats, mut editions) = (BTreeSet::new(), BTreeSet::new());
    for line in &lines {
        let told = line["findings"].as_array().unwrap();
        assert!(told.iter().all(|f| f["severity"] == "note" || f["code"] == "W402"), "{line}");
        formats.insert(line["file"].as_str().unwrap().rsplit_once('.').unwrap().1.to_owned());
        editions.insert(line["edition"].as_str().unwrap().to_owned());
    }
    // The edition in force need not be in an archive yet.
    let mut ended = form::built_in().iter().filter(|f| f.last_year.is_some());
    assert!(ended.all(|f| editions.contains(&f.id)), "{editions:?}");
    for kind in FileKind::ALL {
        assert!(kind.endings().iter().any(|ending| formats.contains(*ending)), "no {kind:?} in the archive");
    }
    assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
}
