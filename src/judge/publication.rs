//! Whether a report may be published.

use super::judge;
use crate::batch::Record;
use crate::engine::Engine;
use crate::model::{Code, Finding, Source, finding};
use crate::publish::Waivers;

/// Waives the findings that the waivers name, and refuses a report with a finding that blocks publication and is not waived; the
/// record says why. Returns whether the report may be published.
pub fn clear_for_publication(record: &mut Record, waivers: &Waivers, engine: &Engine, strict: bool) -> bool {
    if !record.is_understood() {
        return false;
    }
    waive(record, waivers, engine);
    let refused = refused(record);
    if let Some(refused) = &refused {
        record.add_finding(refused);
        judge(record, strict);
    }
    refused.is_none()
}

/// Waives the findings that the waivers name; a finding says which waivers fit several findings.
pub fn waive(record: &mut Record, waivers: &Waivers, engine: &Engine) {
    let agency = record.agency.clone().unwrap_or_default();
    let forms = &engine.setting().options.forms;
    let form = forms.iter().find(|f| record.edition.as_ref() == Some(&f.id)).map(|f| &**f);
    let of = (agency.as_str(), record.year.unwrap_or_default(), form);
    for several in waivers.apply(of, &mut record.findings) {
        let hint = "请在这一条里加一行 says，写上要豁免的那一处提示里独有的几个字";
        let several = finding(Code::B903, several).hint(hint);
        // A record that is judged again has it already.
        if !record.findings.contains(&several) {
            record.add_finding(&several);
        }
    }
}

/// The finding on a report that may not be published; `None` if it may.
fn refused(record: &Record) -> Option<Finding> {
    let open = |f: &&Finding| f.blocks() && f.waived.is_none();
    let blocking: Vec<&Finding> = record.findings.iter().filter(open).collect();
    let first = blocking.first()?;
    let place = first.source.as_ref().and_then(Source::in_sheet);
    let place = place.map_or(" ".to_owned(), |place| format!("{place} 的 "));
    let message = format!("没有公布：有 {} 处问题必须先改正，如{place}{}", blocking.len(), first.code);
    let hint = "请改正工作簿；确有理由照原样公布的，写进豁免文件（--waivers）";
    Some(finding(Code::B902, message).hint(hint))
}
