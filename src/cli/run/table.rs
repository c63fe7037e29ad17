//! The values of all reports of a run as one CSV: the rows of each report's CSV under one head, in the order of the inputs.
//!
//! Takes the records of a run whose outputs have their final names, writes to a stream with one report in memory at a time.
//! Outputs of an earlier run that this one kept are included, so that every run over the same inputs writes the same bytes.

use std::io::{self, Write};
use std::path::Path;

use crate::batch::{OutputFile, Record};
use crate::cli::folder::Folder;
use crate::digest::sha256;
use crate::export::csv;
use crate::pipeline::Format;

/// Whether any report was written as CSV.
pub fn has_values(records: &[&Record]) -> bool {
    outputs(records).next().is_some()
}

/// Joins the CSV files of a run, which are read from its output folder.
pub fn write(folder: &Folder, records: &[&Record], to: &mut dyn Write) -> io::Result<()> {
    let head = csv::head();
    to.write_all(head.as_bytes())?;
    for output in outputs(records) {
        let bytes = folder.read_below(Path::new(&output.path))?;
        let rows = bytes.strip_prefix(head.as_bytes()).filter(|_| sha256(&bytes) == output.sha256);
        let changed = || {
            let message = format!("{} 刚才被改动了，请重新运行", output.path);
            io::Error::new(io::ErrorKind::InvalidData, message)
        };
        to.write_all(rows.ok_or_else(changed)?)?;
    }
    Ok(())
}

fn outputs<'a>(records: &[&'a Record]) -> impl Iterator<Item = &'a OutputFile> {
    records.iter().flat_map(|r| &r.outputs).filter(|o| o.format == Format::Csv.name())
}
