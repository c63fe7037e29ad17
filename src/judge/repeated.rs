//! Files in archives and mails that are inputs already: forwarded twice, or unpacked beside the archive.

use std::collections::BTreeMap;

use crate::batch::{Record, Status};
use crate::model::{Code, Source, finding};

/// Skips members of containers (`is_member`) whose bytes are those of another input: a file outside containers, or else the first
/// member. Returns for each record whether it was skipped. Equal files outside containers are reported by the comparison of
/// reports: there somebody may have copied one over another.
pub fn pass_over_repeated(is_member: impl Fn(&Record) -> bool, records: &mut [&mut Record]) -> Vec<bool> {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for members in [false, true] {
        let own = records.iter().filter(|r| is_member(r) == members && r.status != Status::Skipped);
        for record in own {
            if let Some(digest) = &record.sha256 {
                kept.entry(digest.clone()).or_insert_with(|| record.file.clone());
            }
        }
    }
    let mut skipped = Vec::with_capacity(records.len());
    for record in records {
        let first = record.sha256.as_ref().and_then(|digest| kept.get(digest));
        let first =
            first.filter(|first| **first != record.file && is_member(record) && record.status != Status::Skipped);
        if let Some(first) = first {
            let message = format!("与 {first} 的内容完全相同，只处理一次");
            record.skip(&finding(Code::I102, message).related([Source::file(first)]));
        }
        skipped.push(first.is_some());
    }
    skipped
}
