//! One report → its package: makes the files, reads each back and compares it with the report, then packs them.
//!
//! Takes a report that may be published, gives its package or the finding that prevents publication. Never returns a package that
//! was not proved.

use super::{Difference, Package, package, prove, prove_package};
use crate::engine::Engine;
use crate::fault::Step;
use crate::formats::{Format, ProduceError};
use crate::model::{Code, Finding, Whole, finding};
use crate::pipeline::produce;

/// The way files are made: [`produce`], except in tests.
pub type Produce = dyn Fn(Whole<'_>, &[Format], &Engine) -> Result<Vec<(Format, Vec<u8>)>, ProduceError> + Sync;

/// Makes, proves and packs the files of a report that is clear for publication, which `judge` decides; `name` is its name as a safe
/// file name.
///
/// # Errors
/// The finding on the file that could not be made, or that differs from the report when it is read back.
pub fn publish(whole: Whole<'_>, formats: &[Format], name: &str, engine: &Engine) -> Result<Package, Box<Finding>> {
    publish_by(whole, formats, name, engine, &produce)
}

/// The same with other writers than [`produce`], so that tests can pass faulty ones.
pub fn publish_by(
    whole: Whole<'_>,
    formats: &[Format],
    name: &str,
    engine: &Engine,
    produce: &Produce,
) -> Result<Package, Box<Finding>> {
    let unwritten = |message: String| Box::new(finding(Code::W401, message));
    let unequal = |e: Difference| Box::new(finding(Code::W404, e.to_string()));
    let files = produce(whole, formats, engine).map_err(|e| Box::new(e.finding()))?;
    let proved = engine.faults().run(Step::Prove, || prove(whole.report, &files, &engine.setting().limits));
    let compared = proved.map_err(|fault| Box::new(fault.finding()))?.map_err(unequal)?;
    let made = package(name, whole.report, files, &compared, engine).map_err(|e| unwritten(e.to_string()))?;
    prove_package(&made).map_err(unequal)?;
    Ok(made)
}
