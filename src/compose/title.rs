//! The title: made where none is given, and the places where it may break.

use crate::form::labels;
use crate::model::Cover;

/// The official title of an agency's report of a year.
pub fn made_title(agency: &str, year: u16) -> String {
    let words = &labels().report;
    let ending = words.title_endings.first().map_or("", String::as_str);
    words.title.replace("{agency}", agency).replace("{year}", &year.to_string()).replace("{ending}", ending)
}

/// The title in parts between which a line may break: agency, year, and the ending (first its subject, then the kind of
/// document). A title worded otherwise is one part, broken by the rules of text.
pub fn title_parts(cover: &Cover) -> Vec<String> {
    let title = cover.title.as_str();
    let ending = labels().report.title_endings.iter().filter(|e| title.ends_with(e.as_str())).max_by_key(|e| e.len());
    let stem = ending.map_or(title, |e| &title[..title.len() - e.len()]);
    let mut parts = vec![stem.to_owned()];
    if !cover.agency.is_empty()
        && let Some(rest) = stem.strip_prefix(cover.agency.as_str())
    {
        parts = vec![cover.agency.clone(), rest.to_owned()];
    }
    if let Some(ending) = ending {
        // 公开 closes the subject (政府信息公开); what follows is the kind of document.
        let cut = ending.rfind('开').map_or(0, |i| i + '开'.len_utf8());
        parts.extend([ending[..cut].to_owned(), ending[cut..].to_owned()]);
    }
    parts.retain(|p| !p.is_empty());
    parts
}
