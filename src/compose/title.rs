//! The title: generated if none is given, and the parts between which it may break.

use crate::form::labels;
use crate::model::Cover;

/// The official title of an agency's report for a year.
pub fn made_title(agency: &str, year: u16) -> String {
    labels().report.made_title(agency, year)
}

/// The title in parts between which a line may break: agency, year, and the ending (first its subject, then the kind of
/// document). Words that are none of these stay in one part, broken by the rules of text; empty parts are omitted.
pub(super) fn title_parts(cover: &Cover) -> Vec<String> {
    let title = cover.title.as_str();
    let (stem, subject, kind) = labels().report.split_title(title).unwrap_or((title, "", ""));
    let agency = cover.agency.as_str();
    let (agency, rest) = stem.strip_prefix(agency).map_or(("", stem), |rest| (agency, rest));
    [agency, rest, subject, kind].into_iter().filter(|p| !p.is_empty()).map(str::to_owned).collect()
}
