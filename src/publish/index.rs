//! The index page of a whole run: every published report by agency and year, with links to its files.
//!
//! Takes entries in any order, gives one complete HTML page without scripts and external resources, the same bytes for the same
//! entries.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;

use crate::form::labels;
use crate::site::percent_encoded;

/// A published report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The agency as the report names it; groups the reports of the page.
    pub agency: String,
    /// Year that the report covers.
    pub year: u16,
    /// Title of the report, unescaped.
    pub title: String,
    /// Folder of its package.
    pub name: String,
    /// Files in that folder, each with its display name.
    pub files: Vec<(String, String)>,
    /// Whether the zip of the package lies beside the folder.
    pub has_zip: bool,
}

const STYLE: &str = "body{font:16px/1.7 system-ui,'Microsoft YaHei','PingFang SC',sans-serif;max-width:52rem;margin:0 auto;padding:1rem;\
color:#222;background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;border-bottom:1px solid #bbb;margin-top:2rem}li{margin:.4rem 0}\
a{color:#0b4f9c}.f a{margin-right:.8em;font-size:.9em}";

/// The beginning of every index page.
fn head() -> String {
    let kind = labels().report.kind();
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{MARK}\n\
        <title>{kind}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{kind}</h1>\n"
    )
}

/// Identifies the page as one of this program; must be the same in all versions.
const MARK: &str = "<meta name=\"generator\" content=\"nianbao publish\">";

/// Whether the beginning of a file is that of an index page, and not of a page of the user's own.
pub fn is_index(head: &[u8]) -> bool {
    memchr::memmem::find(head, MARK.as_bytes()).is_some()
}

/// The index page.
pub fn index(entries: &[IndexEntry]) -> String {
    let mut agencies: BTreeMap<&str, Vec<&IndexEntry>> = BTreeMap::new();
    for entry in entries {
        agencies.entry(&entry.agency).or_default().push(entry);
    }
    let mut out = format!("{}<p>共 {} 个单位，{} 份报告。</p>\n", head(), agencies.len(), entries.len());
    for (agency, mut reports) in agencies {
        // The latest first.
        reports.sort_by(|a, b| b.year.cmp(&a.year).then_with(|| a.name.cmp(&b.name)));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<h2>{}</h2>\n<ul>", escape(agency));
        for r in reports {
            let links: Vec<String> = r
                .files
                .iter()
                .map(|(file, word)| {
                    let label = format!("{}：{word}", r.title);
                    format!(
                        "<a href=\"{}/{}\" aria-label=\"{}\">{}</a>",
                        percent_encoded(&r.name),
                        percent_encoded(file),
                        escape(&label),
                        escape(word)
                    )
                })
                .chain(r.has_zip.then(|| {
                    format!(
                        "<a href=\"{}.zip\" aria-label=\"{}\">全部（zip）</a>",
                        percent_encoded(&r.name),
                        escape(format!("{}：全部", r.title))
                    )
                }))
                .collect();
            let _ = writeln!(
                out,
                "<li>{} 年：{}<br><span class=\"f\">{}</span></li>",
                r.year,
                escape(&r.title),
                links.concat()
            );
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(agency: &str, year: u16) -> IndexEntry {
        let name = format!("{agency}{year}年");
        let files = vec![(format!("{name}.pdf"), "PDF".to_owned())];
        IndexEntry { agency: agency.to_owned(), year, title: format!("{agency}<{year}>"), name, files, has_zip: true }
    }

    #[test]
    fn reports_are_sorted_by_agency_and_the_latest_first_in_whatever_order_they_came() {
        let mut entries = vec![entry("乙局", 2022), entry("甲局", 2021), entry("乙局", 2023)];
        let page = index(&entries);
        entries.reverse();
        assert_eq!(page, index(&entries));
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
        assert!(at("<h2>乙局</h2>") < at("乙局&lt;2023&gt;") && at("乙局&lt;2023&gt;") < at("乙局&lt;2022&gt;"));
        assert!(page.contains("共 2 个单位，3 份报告"));
        assert!(
            page.contains("href=\"%E7%94%B2%E5%B1%802021%E5%B9%B4/%E7%94%B2%E5%B1%802021%E5%B9%B4.pdf\""),
            "{page}"
        );
        assert!(!page.contains("<script"));
    }
}
