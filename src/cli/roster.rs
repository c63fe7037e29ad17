//! State of the expected units, for people (lines) and for programs (a JSON object per unit).

use serde::Serialize;

use crate::aggregate::{Roster, UnitState};
use crate::form::labels;

/// Whether units are missing or unread, or reports belong to no unit of the list.
pub fn has_problems(roster: &Roster) -> bool {
    roster.count(UnitState::Submitted) < roster.units.len() || !roster.unlisted.is_empty() || !roster.unknown.is_empty()
}

/// Lines printed after a run: how many units are in each state, then missing units, unread reports, reports of unlisted agencies,
/// and files of unknown units.
pub fn lines(roster: &Roster) -> Vec<String> {
    let words = &labels().sum;
    let mut out = vec![roster.summary()];
    out.extend(roster.in_state(UnitState::Missing).map(|unit| format!("  {}    {}", words.missing, unit.name)));
    out.extend(roster.in_state(UnitState::Unread).map(|unit| {
        let how = if unit.by_name { "（按文件名认出）" } else { "" };
        let reason = unit.reason.as_deref().unwrap_or_default();
        format!("  {}  {}：{}{how}，{reason}", words.unread, unit.name, unit.files.join("、"))
    }));
    out.extend(roster.unlisted.iter().map(|u| {
        let came = if u.is_understood { String::new() } else { format!("，{}", words.unread) };
        format!("  {}  {}（{}）{came}，请核对单位名称，改过名的用 --aliases 合并", words.unlisted, u.agency, u.file)
    }));
    out.extend(roster.unknown.iter().map(|file| format!("  {}  {file}，不知道是哪个单位的", words.unread)));
    out
}

/// A unit as a JSON object.
#[derive(Serialize)]
struct UnitLine<'a> {
    /// `null` if the unit of a file is not known.
    unit: Option<&'a str>,
    state: &'a str,
    files: &'a [String],
    /// Whether the unit is known only from the names of files and folders.
    by_name: bool,
    reason: Option<&'a str>,
}

/// One line of JSON for each unit of the list, for each file of an unlisted agency, and for each file whose unit is not known.
pub fn objects(roster: &Roster) -> Vec<String> {
    let units = roster.units.iter().map(|u| UnitLine {
        unit: Some(&u.name),
        state: u.state.name(),
        files: &u.files,
        by_name: u.by_name,
        reason: u.reason.as_deref(),
    });
    let unlisted = roster.unlisted.iter().map(|u| UnitLine {
        unit: Some(&u.agency),
        state: "unlisted",
        files: std::slice::from_ref(&u.file),
        by_name: false,
        reason: None,
    });
    let unknown = roster.unknown.iter().map(|file| UnitLine {
        unit: None,
        state: "unknown",
        files: std::slice::from_ref(file),
        by_name: false,
        reason: None,
    });
    // Strings only: this cannot fail.
    units.chain(unlisted).chain(unknown).map(|o| serde_json::to_string(&o).unwrap_or_default()).collect()
}
