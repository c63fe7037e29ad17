//! The whole way of one report: a file → report and findings → published files, in memory.
//!
//! Takes bytes, gives findings and outputs as values. It prints nothing and writes nothing.

use std::thread::Builder;

use crate::batch::{is_blank_template, is_published, is_summary};
use crate::check::{Drawing, check, private_beside, second_reading};
use crate::compose::compose;
use crate::engine::Engine;
use crate::export;
use crate::fault::{Fault, Step};
use crate::feedback::is_marked;
use crate::formats::Material;
use crate::import::{self, ImportError, Input};
use crate::model::{Code, Finding, Findings, Origins, Report, Whole, finding, refuses};
use crate::normalize;

pub use crate::formats::{Format, ProduceError};
pub use crate::setting::Setting;

/// The content of a file as far as it was understood, with the findings on it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Examined {
    /// The report; `None` if it was refused: nothing may be written for it, and the findings say why.
    pub report: Option<Report>,
    /// The part of a refused report that could be read: for display, never for writing.
    pub partial: Option<Report>,
    /// Where each value and text was read, for the report and the partial one alike.
    pub origins: Origins,
    /// All findings, the most severe first; within a severity in the order in which the report is read.
    pub findings: Vec<Finding>,
    /// The agency as the report names it, also of a refused report; `None` if it is unknown.
    pub agency: Option<String>,
    /// Year that the report covers, also of a refused report; `None` if it is unknown.
    pub year: Option<u16>,
    /// Id of the form's edition, also of a refused report; `None` if it was not recognised.
    pub edition: Option<String>,
    /// Whether this program wrote the file as the output of a report: published, as JSON, or marked.
    pub is_own: bool,
}

impl Examined {
    /// The report with all that is known of it.
    pub fn whole(&self) -> Option<Whole<'_>> {
        let report = self.report.as_ref()?;
        Some(Whole { report, origins: &self.origins, findings: &self.findings })
    }
}

/// Reads and checks a file's bytes; `name` is its file name. A fault of this program becomes a finding too, so that one
/// file never ends a run.
pub fn examine_bytes(name: &str, bytes: &[u8], engine: &Engine) -> Examined {
    let read = || import::read_input(name, bytes, &engine.setting().limits);
    let second = None::<fn() -> Result<Vec<import::Sheet>, ImportError>>;
    examine_read(read, second, engine, |e| finding(Code::I101, e.to_string()), false)
}

/// As [`examine_bytes`], for an input that `read` reads; `unread` makes the finding for one that cannot be read. With
/// `without_blank` a blank template is treated as such a file. With `second`, which reads a workbook through the second reader
/// ([`import::read_second`]), both readings are compared.
pub fn examine_read(
    read: impl FnOnce() -> Result<Input, ImportError>,
    second: Option<impl FnOnce() -> Result<Vec<import::Sheet>, ImportError>>,
    engine: &Engine,
    unread: impl FnOnce(&ImportError) -> Finding,
    without_blank: bool,
) -> Examined {
    let blank = |w: &import::Workbook| without_blank && is_blank_template(w, || engine.templates());
    let input = match engine.faults().run(Step::Read, read) {
        Ok(Ok(Input::Workbook(workbook))) if is_summary(&workbook) => {
            return refused(unread(&ImportError::OwnSummary));
        }
        Ok(Ok(Input::Workbook(workbook))) if blank(&workbook) => return refused(unread(&ImportError::BlankTemplate)),
        Ok(Ok(input)) => input,
        Ok(Err(e)) => return refused(unread(&e)),
        Err(fault) => return refused(fault.finding()),
    };
    let mut examined = examine_input(&input, engine);
    if let (Input::Workbook(workbook), Some(second), true) = (&input, second, examined.report.is_some()) {
        let found = engine.faults().run(Step::SecondReading, || compared(workbook, &examined.origins, second));
        examined.findings.extend(found.unwrap_or_else(|fault| vec![fault.finding()]));
        examined.findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    }
    examined
}

/// The findings of a second reading.
fn compared(
    workbook: &import::Workbook,
    origins: &Origins,
    second: impl FnOnce() -> Result<Vec<import::Sheet>, ImportError>,
) -> Vec<Finding> {
    match second() {
        Ok(sheets) => second_reading(workbook, origins, &sheets),
        Err(e) if e.is_unfinished() => {
            let hint = "请再运行一次；仍然这样，用 Excel 或 WPS 打开后另存为 .xlsx 再试";
            vec![finding(Code::I105, format!("第二遍读入没有做完，数字和文字没有核对：{e}")).hint(hint)]
        }
        Err(e) => vec![finding(Code::I104, format!("没有第二种读法可以核对：{e}"))],
    }
}

/// Reads and checks a workbook, or a report that is JSON.
fn examine_input(input: &Input, engine: &Engine) -> Examined {
    examined(input, engine).unwrap_or_else(|fault| refused(fault.finding()))
}

fn examined(input: &Input, engine: &Engine) -> Result<Examined, Fault> {
    let (setting, faults) = (engine.setting(), engine.faults());
    let mut read = faults.run(Step::Recognise, || match input {
        Input::Workbook(workbook) => normalize::normalize(workbook, &setting.options, &engine.worker().normalize),
        Input::Report(json) => normalize::normalize_json(json, &setting.options),
    })?;
    let found = faults.run(Step::Check, || {
        let drawing = Drawing { can_draw: &|c| setting.faces.can_draw(c), has_rare: setting.faces.has_rare() };
        if let Some(report) = &read.report {
            let beside = private_beside(report, &read.origins, &mut read.findings);
            read.findings.extend(check(report, &read.origins, &drawing));
            read.findings.extend(beside);
        }
        std::mem::take(&mut read.findings).into_iter().collect::<Findings>().into_vec()
    })?;
    let normalize::Normalized { report, agency, year, edition, origins, .. } = read;
    let mut findings = found;
    // Gravest first; within a severity in the order in which the report is read.
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    // A report with a value that could not be read is never written, whatever its finding.
    let whole = !refuses(&findings) && report.as_ref().is_some_and(Report::is_known);
    let (report, partial) = if whole { (report, None) } else { (None, report) };
    let is_own = match input {
        Input::Workbook(workbook) => is_published(workbook) || is_marked(workbook),
        // Somebody edited a JSON whose origins no longer fit.
        Input::Report(_) => findings.iter().all(|f| f.code != Code::N116),
    };
    Ok(Examined { report, partial, origins, findings, agency, year, edition, is_own })
}

/// Makes the files of a report, one per format, in the order of the formats, which must be distinct. Only JSON contains
/// origins and findings.
///
/// # Errors
/// If a file cannot be made; then there are none.
pub fn produce(whole: Whole<'_>, formats: &[Format], engine: &Engine) -> Result<Vec<(Format, Vec<u8>)>, ProduceError> {
    let (report, worker, faults) = (whole.report, engine.worker(), engine.faults());
    let document = faults.run(Step::Compose, || compose(report))?;
    // The writer of workbooks starts a thread per sheet and waits for them; the other formats are made in the meantime.
    let place = formats.iter().position(|f| *f == Format::Xlsx).filter(|_| formats.len() > 1);
    let writes = |format: Format| Step::Write(format.name());
    let sheets = place.map(|_| faults.run(writes(Format::Xlsx), || export::xlsx::sheets(report)));
    let sheets = sheets.transpose()?.transpose()?;
    std::thread::scope(|scope| {
        let begun = place.zip(sheets).and_then(|(place, sheets)| {
            let work = || faults.run(writes(Format::Xlsx), || sheets.assemble());
            // If no thread can be started, the workbook is made in its turn.
            Some((place, Builder::new().spawn_scoped(scope, work).ok()?))
        });
        let own = |i: &usize| begun.as_ref().is_none_or(|(place, _)| i != place);
        let caches = (&worker.layout, &worker.export);
        let material =
            faults.run(Step::Layout, || Material::of(whole, &document, formats, engine.setting(), caches))??;
        let make = |format: Format| faults.run(writes(format), || format.write(&material))?;
        let files = (0..formats.len()).filter(own).map(|i| Ok((formats[i], make(formats[i])?)));
        let mut files = files.collect::<Result<Vec<_>, ProduceError>>()?;
        if let Some((place, thread)) = begun {
            let assembled = thread.join().map_err(|_| ProduceError::Unfinished)???;
            let packed = faults.run(writes(Format::Xlsx), || assembled.pack(&worker.export.packer))??;
            files.insert(place, (Format::Xlsx, packed));
        }
        Ok(files)
    })
}

/// The result for an input that could not be read: the finding that says why.
pub fn refused(finding: Finding) -> Examined {
    let (report, partial, origins) = (None, None, Origins::default());
    let (agency, year, edition, is_own) = (None, None, None, false);
    Examined { report, partial, origins, findings: vec![finding], agency, year, edition, is_own }
}
