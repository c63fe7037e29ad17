//! Reports between the passes of a run: understood, and not yet written.
//!
//! Takes reports, gives them back as they were. What does not fit into a little memory goes to a file without a name beside
//! the outputs, which is gone when the program is, however it ends.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tempfile::{SpooledTempFile, spooled_tempfile_in};

use crate::form::Form;
use crate::model::{Cover, Paragraph, Report, Section, Value};

/// Bytes of a run over many that stay in memory.
pub const IN_MEMORY: usize = 4 << 20;

/// Where reports wait.
pub struct Spool {
    file: Mutex<SpooledTempFile>,
    forms: Vec<Arc<Form>>,
}

/// Where one of them lies.
#[derive(Debug)]
pub struct Slip {
    from: u64,
    bytes: usize,
    form: usize,
}

/// A report without its form.
#[derive(Deserialize)]
struct Kept {
    cover: Cover,
    preface: Vec<Paragraph>,
    sections: Vec<Section>,
    tables: Vec<Vec<Value>>,
}

#[derive(Serialize)]
struct Keep<'a> {
    cover: &'a Cover,
    preface: &'a [Paragraph],
    sections: &'a [Section],
    tables: &'a [Vec<Value>],
}

impl Spool {
    /// For reports under these forms, with `folder` for what goes beyond so many bytes of memory.
    pub fn new(forms: &[Arc<Form>], folder: &Path, in_memory: usize) -> Spool {
        Spool { file: Mutex::new(spooled_tempfile_in(in_memory, folder)), forms: forms.to_vec() }
    }

    /// Keeps a report.
    pub fn put(&self, report: &Report) -> std::io::Result<Slip> {
        let Report { form, cover, preface, sections, tables } = report;
        let form = self.forms.iter().position(|f| f.digest == form.digest).ok_or_else(lost)?;
        let bytes = postcard::to_stdvec(&Keep { cover, preface, sections, tables }).map_err(std::io::Error::other)?;
        let mut file = self.file.lock().map_err(|_| lost())?;
        let from = file.seek(SeekFrom::End(0))?;
        file.write_all(&bytes)?;
        Ok(Slip { from, bytes: bytes.len(), form })
    }

    /// Gives a report back.
    pub fn get(&self, slip: &Slip) -> std::io::Result<Report> {
        let mut bytes = vec![0; slip.bytes];
        {
            let mut file = self.file.lock().map_err(|_| lost())?;
            file.seek(SeekFrom::Start(slip.from))?;
            file.read_exact(&mut bytes)?;
        }
        let Kept { cover, preface, sections, tables } = postcard::from_bytes(&bytes).map_err(std::io::Error::other)?;
        let form = self.forms.get(slip.form).cloned().ok_or_else(lost)?;
        Ok(Report { form, cover, preface, sections, tables })
    }
}

fn lost() -> std::io::Error {
    std::io::Error::other("临时文件里没有这份报告")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form;
    use crate::model::{Amount, Decimal};

    #[test]
    fn reports_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(form::built_in(), folder.path(), IN_MEMORY);
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
        let slips: Vec<Slip> = reports.iter().map(|r| spool.put(r).unwrap()).collect();
        for (report, slip) in reports.iter().zip(&slips).rev() {
            assert_eq!(&spool.get(slip).unwrap(), report);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(form::built_in(), &folder.path().join("none"), IN_MEMORY);
        let mut report = Report::blank(form::built_in()[0].clone());
        report.preface.push(Paragraph::body("长".repeat(IN_MEMORY)));
        assert!(spool.put(&report).is_err());
    }
}
