//! One report → its package: makes the files, reads each back and compares it with the report, then packs them.
//!
//! Takes a report that may be published, gives its package or the finding that prevents publication. Never returns a package that
//! was not proved.

use super::{Difference, Package, package, prove, prove_package};
use crate::check::private_beside;
use crate::engine::Engine;
use crate::fault::Step;
use crate::formats::{Format, ProduceError};
use crate::model::{Code, Finding, Whole, finding};
use crate::pipeline::produce;

/// Code of the finding on a report that was understood but is not published.
pub const REFUSED: Code = Code::B902;

/// The way files are made: [`produce`], except in tests.
pub type Produce = dyn Fn(Whole<'_>, &[Format], &Engine) -> Result<Vec<(Format, Vec<u8>)>, ProduceError> + Sync;

/// Makes, proves and packs the files of a report; `name` is its name as a safe file name.
///
/// # Errors
/// The finding that prevents publication: [`REFUSED`] if the cause is in the report, any other code if it is in this program.
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
    if let Some(private) = private_beside(whole) {
        let message = format!("没有公布：JSON 里的出处或提示会带出{private}，它在工作表名、文本框或没有采用的格子里");
        return Err(Box::new(finding(REFUSED, message).hint("请从工作簿里删去")));
    }
    let unwritten = |message: String| Box::new(finding(Code::W401, message));
    let unequal = |e: Difference| Box::new(finding(Code::W404, e.to_string()));
    let files = produce(whole, formats, engine).map_err(|e| Box::new(e.finding()))?;
    let proved = engine.faults().run(Step::Prove, || prove(whole.report, &files, &engine.setting().limits));
    let compared = proved.map_err(|fault| Box::new(fault.finding()))?.map_err(unequal)?;
    let made = package(name, whole.report, files, &compared, engine).map_err(|e| unwritten(e.to_string()))?;
    prove_package(&made).map_err(unequal)?;
    Ok(made)
}
