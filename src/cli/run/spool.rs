//! Storage for reports between the passes of a run: understood, but not yet written.
//!
//! Takes reports, returns them unchanged, with their origins and findings if requested. Beyond a small amount of memory they are
//! stored in a temporary file in the output folder. On Unix that file has no name and disappears with the program, however it
//! ends.

use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use crate::cli::folder::Folder;
use crate::cli::output::Temporary;
use crate::form::Form;
use crate::model::{Cover, Finding, Origins, Paragraph, Report, Section, Value, Whole};
use serde::{Deserialize, Serialize};

/// Most bytes that a run over several inputs keeps in memory.
pub const IN_MEMORY: usize = 4 << 20;

/// Storage for reports.
pub struct Spool {
    store: Mutex<Store>,
    forms: Vec<Arc<Form>>,
    /// Whether origins and findings are stored: most formats do not need them.
    trace: bool,
}

/// The encoded reports, one after the other.
struct Store {
    memory: Vec<u8>,
    /// Limit of memory in bytes, and the folder for a file once it is exceeded; without it everything stays in memory.
    beyond: Option<(usize, Folder)>,
    file: Option<Temporary>,
}

impl Store {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<u64> {
        if let (None, Some((most, folder))) = (&self.file, &self.beyond)
            && self.memory.len() + bytes.len() > *most
        {
            let mut file = Temporary::unnamed(folder)?;
            file.file.write_all(&self.memory)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &mut self.file {
            Some(waiting) => {
                let from = waiting.file.seek(SeekFrom::End(0))?;
                waiting.file.write_all(bytes)?;
                Ok(from)
            }
            None => {
                let from = self.memory.len() as u64;
                self.memory.extend_from_slice(bytes);
                Ok(from)
            }
        }
    }

    fn get(&mut self, slip: &Slip) -> std::io::Result<Vec<u8>> {
        match &mut self.file {
            Some(waiting) => {
                let mut bytes = vec![0; slip.bytes];
                waiting.file.seek(SeekFrom::Start(slip.from))?;
                waiting.file.read_exact(&mut bytes)?;
                Ok(bytes)
            }
            None => {
                let from = usize::try_from(slip.from).map_err(|_| lost())?;
                self.memory.get(from..from + slip.bytes).map(<[u8]>::to_vec).ok_or_else(lost)
            }
        }
    }
}

/// A report as it is returned.
#[derive(Debug)]
pub struct Waited {
    report: Report,
    origins: Origins,
    findings: Vec<Finding>,
}

impl Waited {
    pub fn whole(&self) -> Whole<'_> {
        Whole { report: &self.report, origins: &self.origins, findings: &self.findings }
    }
}

/// Position of a stored report.
#[derive(Debug)]
pub struct Slip {
    from: u64,
    bytes: usize,
    form: usize,
}

/// A report without its form, as it is decoded.
#[derive(Deserialize)]
struct StoredReport {
    cover: Cover,
    preface: Vec<Paragraph>,
    sections: Vec<Section>,
    tables: Vec<Vec<Value>>,
    /// Origins, and findings as JSON, which they have a serialisation for.
    trace: Option<(Origins, Vec<u8>)>,
}

/// The same, to be encoded.
#[derive(Serialize)]
struct StoredReportRef<'a> {
    cover: &'a Cover,
    preface: &'a [Paragraph],
    sections: &'a [Section],
    tables: &'a [Vec<Value>],
    trace: Option<(&'a Origins, Vec<u8>)>,
}

impl Spool {
    /// Creates storage for reports of these forms. Beyond a limit of memory they are stored in a file in a folder, if one is
    /// given.
    pub fn new(forms: &[Arc<Form>], beyond: Option<(usize, Folder)>, trace: bool) -> Spool {
        let store = Store { memory: Vec::new(), beyond, file: None };
        Spool { store: Mutex::new(store), forms: forms.to_vec(), trace }
    }

    /// Stores a report.
    pub fn put(&self, whole: Whole<'_>) -> std::io::Result<Slip> {
        let Report { form, cover, preface, sections, tables } = whole.report;
        let findings = self.trace.then(|| serde_json::to_vec(whole.findings)).transpose()?;
        let trace = findings.map(|findings| (whole.origins, findings));
        let form = self.forms.iter().position(|f| f.digest == form.digest).ok_or_else(lost)?;
        let stored = StoredReportRef { cover, preface, sections, tables, trace };
        let bytes = postcard::to_stdvec(&stored).map_err(std::io::Error::other)?;
        let from = self.store.lock().map_err(|_| lost())?.put(&bytes)?;
        Ok(Slip { from, bytes: bytes.len(), form })
    }

    /// Returns a stored report.
    pub fn get(&self, slip: &Slip) -> std::io::Result<Waited> {
        let bytes = self.store.lock().map_err(|_| lost())?.get(slip)?;
        let StoredReport { cover, preface, sections, tables, trace } =
            postcard::from_bytes(&bytes).map_err(std::io::Error::other)?;
        let form = self.forms.get(slip.form).cloned().ok_or_else(lost)?;
        let (origins, findings) = match trace {
            Some((origins, findings)) => (origins, serde_json::from_slice(&findings)?),
            None => (Origins::default(), Vec::new()),
        };
        Ok(Waited { report: Report { form, cover, preface, sections, tables }, origins, findings })
    }
}

fn lost() -> std::io::Error {
    std::io::Error::other("临时文件里没有这份报告")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form;
    use crate::model::{Address, Amount, Code, Decimal, Place, Source, finding};

    #[test]
    fn reports_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let mut origins = Origins::default();
        let cell = Source::cell(&"表".into(), Address { row: 3, column: 1 });
        origins.note(Place::Value { table: 0, slot: 2 }, cell.clone(), "／");
        let finding = finding(Code::N101, "没有填").at(cell.clone()).related([cell]).found(3).hint("改").in_reading();
        let findings = [finding];
        let whole = |report| Whole { report, origins: &origins, findings: &findings };
        let beyond = || Some((IN_MEMORY, Folder::open(folder.path()).unwrap()));
        let spool = Spool::new(form::built_in(), beyond(), true);
        let bare = Spool::new(form::built_in(), beyond(), false);
        // More than stays in memory.
        let reports: Vec<Report> = (0..60u16)
            .map(|n| {
                let mut report = Report::blank(form::built_in()[usize::from(n) % form::built_in().len()].clone());
                report.cover.agency = format!("甲{n}局");
                report.cover.year = 2000 + n;
                report.preface.push(Paragraph::heading(2, "长".repeat(30_000)));
                report.tables[0][0] = Value::Signed(-i64::from(n));
                let number = Decimal::new(i64::from(n), 3);
                report.tables[0][1] = Value::Amount(Amount { number, unit: Some(form::Unit::Yuan) });
                report.tables[0][2] = Value::NotApplicable;
                report
            })
            .collect();
        let slips: Vec<Slip> = reports.iter().map(|r| spool.put(whole(r)).unwrap()).collect();
        for (report, slip) in reports.iter().zip(&slips).rev() {
            let waited = spool.get(slip).unwrap();
            assert_eq!((&waited.report, &waited.origins, &waited.findings[..]), (report, &origins, &findings[..]));
        }
        let waited = bare.get(&bare.put(whole(&reports[0])).unwrap()).unwrap();
        assert!(waited.report == reports[0] && waited.findings.is_empty() && waited.origins == Origins::default());
        drop((spool, bare));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("none");
        let beyond = Some((IN_MEMORY, Folder::create(&gone).unwrap()));
        std::fs::remove_dir(&gone).unwrap();
        let spool = Spool::new(form::built_in(), beyond, false);
        let mut report = Report::blank(form::built_in()[0].clone());
        report.preface.push(Paragraph::body("长".repeat(IN_MEMORY)));
        let (report, origins) = (&report, &Origins::default());
        assert!(spool.put(Whole { report, origins, findings: &[] }).is_err());
    }
}
