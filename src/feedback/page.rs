//! An HTML page: each report with its findings, and its official tables drawn as on the form.
//!
//! Takes records and the reports that were read, gives a complete page without scripts and external resources. Cells that
//! findings refer to are coloured and contain the numbers of the findings.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;

use super::tables::{DrawnCell, DrawnTable, tables};
use crate::aggregate::{Roster, UnitState};
use crate::batch::{Record, Status, severity, word};
use crate::form::labels;
use crate::model::{Finding, Origins, Report, Severity, Source};

const STYLE: &str = "body{font:16px/1.7 system-ui,'Microsoft YaHei','PingFang SC',sans-serif;max-width:72rem;margin:0 auto;\
padding:1rem;color:#222;background:#fff}h1{font-size:1.6rem}h2{font-size:1.25rem;border-bottom:2px solid #ccc;padding-bottom:.3rem;\
margin-top:2.5rem}ol{padding-left:2.2rem}li{margin:.5rem 0;overflow-wrap:anywhere}.k{display:inline-block;min-width:2.6em;text-align:center;border-radius:.2rem;\
color:#fff;background:#5a6270;margin-right:.5em}.e .k{background:#b3261e}.w .k{background:#8a5a00}.h{color:#444}\
.t{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-size:14px}caption{text-align:left;font-weight:bold;padding:.3rem 0}\
td{white-space:nowrap}td,th{border:1px solid #888;padding:.2rem .45rem;text-align:center;font-weight:normal;min-width:1.5rem}th{background:#f2f4f7;word-break:keep-all}\
td.e{background:#ffd9d6}td.w{background:#ffedc2}td.r{background:#dcebff}sup{font-size:.75em;margin-left:.15em}\
@media print{.t{overflow:visible}tr,li{break-inside:avoid}h2{break-after:avoid}}";

/// Most inputs that are drawn with their tables: enough for a county, and not more than a browser can display.
pub const MOST_DRAWN: usize = 200;

/// File names shown on the page instead of local paths, because the page is passed on.
#[derive(Debug, Clone, Default)]
pub struct ShownNames(BTreeMap<String, String>);

impl ShownNames {
    /// Takes paths as findings contain them, each with its name.
    pub fn new(names: impl IntoIterator<Item = (String, String)>) -> ShownNames {
        let mut all = BTreeMap::new();
        // A file that was given twice keeps its first name.
        for (path, name) in names {
            all.entry(path).or_insert(name);
        }
        ShownNames(all)
    }

    fn of<'a>(&'a self, path: &'a str) -> &'a str {
        self.0.get(path).map_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or(path), String::as_str)
    }

    /// A text of a finding, with the paths of its files replaced by their names.
    fn within(&self, words: &str, item: &Finding) -> String {
        let mut files: Vec<&str> = item.places().filter_map(|p| p.file.as_deref()).collect();
        // The longest first: one path may be the beginning of another.
        files.sort_by_key(|f| std::cmp::Reverse(f.len()));
        files.into_iter().fold(words.to_owned(), |words, file| words.replace(file, self.of(file)))
    }
}

/// A report's part of the page. `read` is the report, or the part of a refused report that was read; `None` if nothing was read.
pub fn section(record: &Record, names: &ShownNames, read: Option<(&Report, &Origins)>) -> String {
    let mut out = String::new();
    let ended = match record.status {
        Status::Skipped => word(Status::Skipped),
        Status::Failed => "没有读懂",
        Status::Ok | Status::Findings => "",
    };
    let known = [record.known(), ended.to_owned()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("；");
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<section>\n<h2>{}</h2>\n<p>{}</p>", text(names.of(&record.file)), text(&known));
    let findings = &record.findings;
    if findings.is_empty() {
        out.push_str("<p>没有发现问题。</p>\n");
    } else {
        out.push_str("<ol>\n");
        for item in findings {
            let hint = item
                .hint
                .as_ref()
                .map_or(String::new(), |h| format!("<br><span class=\"h\">{}</span>", text(&names.within(h, item))));
            // Most messages already contain the place.
            let at = item.source.as_ref().and_then(Source::in_sheet).filter(|p| !item.message.contains(p.as_str()));
            let code = at.map_or(item.coded(), |p| format!("{p}，{}", item.coded()));
            let _ = writeln!(
                out,
                "<li class=\"{}\"><span class=\"k\">{}</span>{}{}{hint}</li>",
                class(item.severity),
                severity(item.severity),
                text(&format!("{}{}", names.within(&item.message, item), item.unshown())),
                text(&format!("（{code}）")),
            );
        }
        out.push_str("</ol>\n");
    }
    if let Some((report, origins)) = read {
        draw(&mut out, &tables(report, origins, findings));
    } else if record.status == Status::Failed && findings.iter().any(|item| item.sheet().is_some()) {
        out.push_str("<p>这份报告没有读懂，画不出表格。请按上面的位置改好，再检查一次。</p>\n");
    }
    out.push_str("</section>\n");
    out
}

/// The part of the page about the list of units.
pub fn roster(roster: &Roster, names: &ShownNames) -> String {
    let words = &labels().sum;
    let mut out = format!(
        "<section>\n<h2>应报名单</h2>\n<p>{}</p>\n<div class=\"t\" tabindex=\"0\"><table>\n<tr><th>单位</th><th>情况</th><th>文件</th><th>说明</th></tr>\n",
        text(&roster.summary())
    );
    let mut row = |class: &str, cells: [&str; 4]| {
        let cells: String = cells.iter().map(|c| format!("<td class=\"{class}\">{}</td>", text(c))).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<tr>{cells}</tr>");
    };
    for unit in &roster.units {
        let (class, word) = match unit.state {
            UnitState::Submitted => ("", &words.submitted),
            UnitState::Unread => ("w", &words.unread),
            UnitState::Missing => ("e", &words.missing),
        };
        let files: Vec<&str> = unit.files.iter().map(|f| names.of(f)).collect();
        let by_name = if unit.by_name { "按文件名认出；" } else { "" };
        let reason = unit.reason.as_deref().map_or(String::new(), |r| format!("{by_name}{r}"));
        row(class, [&unit.name, word, &files.join("、"), &reason]);
    }
    for unlisted in &roster.unlisted {
        let reason = if unlisted.is_understood { "" } else { &words.unread };
        row("w", [&unlisted.agency, &words.unlisted, names.of(&unlisted.file), reason]);
    }
    for file in &roster.unknown {
        row("w", ["", &words.unread, names.of(file), "不知道是哪个单位的"]);
    }
    out.push_str("</table></div>\n</section>\n");
    out
}

/// What every page of findings begins with.
pub const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>检查结果</title>\n";

/// The complete page around the sections; `records` are those of the whole run.
pub fn page<'r>(records: impl IntoIterator<Item = &'r Record>, sections: &[String]) -> String {
    let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
    let (mut all, mut warned) = (0, 0);
    for record in records {
        all += 1;
        warned += usize::from(record.count(Severity::Warning) > 0);
        *counts.entry(record.status).or_default() += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(status, n)| format!("{} {n}", word(status))).collect();
    let warned = if warned > 0 { format!("其中 {warned} 份有警告。") } else { String::new() };
    let undrawn = if all > MOST_DRAWN {
        format!(
            "<p>文件多于 {MOST_DRAWN} 个：只画出前 {MOST_DRAWN} 个的表格，其余只列出问题，要看表格请另行检查。</p>\n"
        )
    } else {
        String::new()
    };
    format!(
        "{HEAD}<style>{STYLE}</style>\n</head>\n<body>\n<h1>检查结果</h1>\n<p>共 {all} 份：{}。{warned}</p>\n{undrawn}{}</body>\n</html>\n",
        counts.join("，"),
        sections.concat()
    )
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "e",
        Severity::Warning => "w",
        Severity::Note => "n",
    }
}

/// Draws the tables that findings refer to.
fn draw(out: &mut String, tables: &[DrawnTable]) {
    let refers = |table: &&DrawnTable| table.rows.iter().flatten().any(|cell| !cell.findings.is_empty());
    for table in tables.iter().filter(refers) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<div class=\"t\" tabindex=\"0\"><table>\n<caption>{}（{}）</caption>",
            text(&table.name),
            text(&table.caption)
        );
        for row in &table.rows {
            out.push_str("<tr>");
            row.iter().for_each(|cell| draw_cell(out, cell));
            out.push_str("</tr>\n");
        }
        out.push_str("</table></div>\n");
    }
}

fn draw_cell(out: &mut String, cell: &DrawnCell) {
    let span = |name: &str, n: usize| if n > 1 { format!(" {name}=\"{n}\"") } else { String::new() };
    let spans = span("rowspan", cell.row_span) + &span("colspan", cell.column_span);
    let words = cell.text.iter().map(|piece| text(piece)).collect::<Vec<_>>().join("<wbr>");
    // Writing to a string cannot fail.
    let _ = if cell.is_label {
        write!(out, "<th{spans}>{words}</th>")
    } else if cell.findings.is_empty() {
        write!(out, "<td{spans}>{words}</td>")
    } else {
        let numbers: Vec<String> = cell.findings.iter().map(|i| (i + 1).to_string()).collect();
        let class = cell.severity.filter(|s| *s > Severity::Note).map_or("r", class);
        write!(out, "<td{spans} class=\"{class}\">{words}<sup>{}</sup></td>", numbers.join(","))
    };
}

fn text(text: &str) -> String {
    let legal: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    escape(legal.as_str()).into_owned()
}
