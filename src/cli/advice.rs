//! Next steps printed after a run: commands to type and waivers to paste.
//!
//! Takes a finished run, prints lines that can be copied as they are.

use super::outcome::{Done, RunOutcome};
use super::overview;
use super::terminal::{Line, line};
use crate::aggregate::UnitState;
use crate::batch::{Record, Status};
use crate::publish::stanzas;

/// Most waivers that are printed; more would scroll the findings off the screen.
const MOST_STANZAS: usize = 20;

/// Prints the next commands after a check: with several inputs the one that shows every finding, and if nothing blocks
/// publication those that convert and publish.
pub fn checked(outcome: &RunOutcome<'_>, done: &[Done]) {
    let reports = || done.iter().map(|d| &d.record).filter(|r| r.status != Status::Skipped);
    let (count, typed) = (reports().count(), &outcome.plan.typed);
    if count > 1 && !reports().all(overview::is_clean) && outcome.file.is_none() {
        line(&format!("每一份的全部问题：{}", typed.page()));
    }
    if count == 0 || !reports().all(overview::is_publishable) {
        return;
    }
    if outcome.roster.as_ref().is_some_and(|r| r.count(UnitState::Submitted) < r.units.len()) {
        return;
    }
    let ready = if !reports().all(overview::is_clean) {
        "没有错误。上面的警告核对过了，下一步："
    } else if reports().all(|r| r.findings.is_empty()) {
        "没有发现问题。下一步："
    } else {
        "没有发现错误和警告（提示知道就行）。下一步："
    };
    Line::ready(ready).print();
    line(&format!("  {}    生成 PDF、Word 和 Excel", typed.convert()));
    line(&format!("  {}    生成交给网站的公布包", typed.publish()));
}

/// Prints waivers for the findings that blocked publication, ready to be pasted.
pub fn waivable(done: &[Done]) {
    let unpublished = done.iter().map(|d| &d.record).filter(|r| r.is_understood() && r.outputs.is_empty());
    let of = |r: &Record| stanzas(r.agency.as_deref().unwrap_or_default(), r.year.unwrap_or_default(), &r.findings);
    let all: Vec<String> = unpublished.flat_map(of).collect();
    if all.is_empty() {
        return;
    }
    line("确有理由照原样公布的，把下面几行粘贴到豁免文件（如 豁免.toml），填上 reason（理由）、who（谁准许）、");
    line("date（哪天，如 2025-01-20），再公布一次，命令后面加 --waivers 豁免.toml：");
    for stanza in all.iter().take(MOST_STANZAS) {
        line("");
        stanza.lines().for_each(line);
    }
    if all.len() > MOST_STANZAS {
        line("");
        line(&format!("另有 {} 处没有列出，一份一份地公布可以看到", all.len() - MOST_STANZAS));
    }
}
