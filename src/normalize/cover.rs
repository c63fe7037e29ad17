//! The cover: its labelled fields; and title, agency and year, wherever they are located.
//!
//! Part of [`super::flow`]: takes the cells before the first section, gives the [`Cover`] and the preface.

use super::cache::Cache;
use super::flow::{Flow, Front, OnSheet, StatedFact};
use super::sheet_kind::SheetKind;
use super::view::View;
use super::{remarks, text, title};
use crate::form::labels;
use crate::import::Content;
use crate::model::{Address, Code, Cover, Fact, Finding, Paragraph, Place, Source, finding};

/// Index of the first cover field that may have several values: the published date, after agency, year and title.
const FIRST_OPTIONAL: usize = 3;
/// Bytes of a fact beyond which no further value of its field is appended.
const LONGEST_FACT: usize = 10_000;

/// A label of the cover with its value, which follows the label or is in a cell to its right.
struct Given<'t> {
    index: usize,
    label: &'t str,
    value: String,
    /// Cell of the value.
    at: Address,
}

impl Flow<'_> {
    /// Reads a label of the cover with its value, which is in a cell to the right or after a colon. Returns whether the text was
    /// such a label.
    pub(super) fn field(&mut self, sheet: &mut OnSheet<'_, '_>, at: Address, text: &str) -> bool {
        let bare = text.trim().trim_start_matches(['（', '(', '【', '[']).trim_end_matches(['】', ']']);
        let bare = if bare.len() < text.trim().len() { bare.trim_end_matches(['）', ')']) } else { bare };
        let given = match bare.split_once([':', '：']) {
            // Several lines may be several facts, so none of them is certain to be this label's value.
            Some((_, rest)) if rest.trim().contains(['\n', '\r']) => return false,
            Some((label, rest)) if !rest.trim().is_empty() => {
                let Some(index) = self
                    .labels
                    .wordings
                    .field(label, self.cache)
                    .filter(|i| takes_inline(sheet.kind, *i, label, self.cache))
                else {
                    return false;
                };
                Given { index, label, value: rest.trim().to_owned(), at }
            }
            _ => {
                let label = bare.trim_end_matches([':', '：']);
                let Some(index) = self.labels.wordings.field(label, self.cache) else { return false };
                match self.beside(sheet, index, at) {
                    Ok((value, at)) => Given { index, label, value, at },
                    Err((place, fault)) => {
                        sheet.used.insert(place);
                        self.prose.findings.push(*fault);
                        return true;
                    }
                }
            }
        };
        let value = unstamped(&given.value);
        // 单位：件、万元 is a note on a table.
        if !value.is_empty() && remarks::is_units(&value) {
            return false;
        }
        sheet.used.insert(given.at);
        // The value is expected directly to the right of its label; a cell further right may be a hint.
        let name = &sheet.view.sheet.name;
        let right = Address { row: at.row, column: sheet.view.span_end(at).column + 1 };
        self.asked[given.index].get_or_insert_with(|| Source::cell(name, right));
        if !value.trim().is_empty() {
            let source = Source::cell(name, given.at);
            self.fact(given.index, given.label.trim(), value, source, sheet.kind);
        }
        true
    }

    /// The value to the right of a label as text with its cell; a finding if it cannot be taken as text.
    fn beside(
        &self,
        sheet: &OnSheet<'_, '_>,
        index: usize,
        at: Address,
    ) -> Result<(String, Address), (Address, Box<Finding>)> {
        let view = sheet.view;
        let field = labels().cover.fields()[index];
        let Some(cell) = view.row(at.row).iter().find(|c| c.at.column > view.span_end(at).column) else {
            return Ok((String::new(), at));
        };
        let source = || Source::cell(&view.sheet.name, cell.at);
        let is_label =
            |t: &str| self.labels.wordings.field(t.trim().trim_end_matches([':', '：']), self.cache).is_some();
        let value = match &cell.content {
            // The next label in the same row: this one has no value.
            Content::Text(t) if is_label(t) => return Ok((String::new(), at)),
            Content::Text(t) if t.trim() == field.hint => String::new(),
            Content::Text(t) => t.clone(),
            // A format may show 010-12345678 or 000123 for a number that is stored otherwise.
            Content::Number(_) if view.sheet.format_effect(cell.at).is_some() => {
                let message = format!("{} 的数字由格式显示成别的样子，不能确定写的是什么", source());
                let f = finding(Code::N207, message).at(source());
                return Err((cell.at, Box::new(f.hint("请把单元格格式改为文本，重新填写"))));
            }
            Content::Number(n) => n.to_string(),
            Content::Date(y, m, d) => format!("{y}年{m}月{d}日"),
            other => {
                let (code, what) = match other {
                    Content::Uncomputed => (Code::N208, "是没有计算结果的公式"),
                    Content::Error(_) => (Code::N209, "是错误值"),
                    _ => (Code::N207, "不是文字"),
                };
                let message = format!("{} 的“{}”{what}", source(), field.label);
                let fault = finding(code, message).at(source()).hint("请直接填写文字");
                return Err((cell.at, Box::new(fault)));
            }
        };
        Ok((value, cell.at))
    }

    /// Keeps a fact, and reports it if it will be printed under another label than in the workbook.
    fn fact(&mut self, index: usize, label: &str, value: String, source: Source, kind: SheetKind) {
        let field = labels().cover.fields()[index];
        self.report_marked(&value, &source);
        if index >= FIRST_OPTIONAL && self.cache.fold(label).is_none_or(|f| f.body != self.cache.body(&field.label)) {
            let message = format!("{source} 的“{label}”按标准模板记作“{}”", field.label);
            self.prose.findings.push(finding(Code::N112, message).at(source.clone()));
        }
        match &mut self.facts[index] {
            None => self.facts[index] = Some(StatedFact { text: value, source, on_cover: kind.is_cover() }),
            Some(first) if text::joined(&first.text) == text::joined(&value) => {}
            Some(first) if first.text.len() > LONGEST_FACT => {
                let message = format!("“{}”太长，{source} 又写了一处", field.label);
                self.prose.findings.push(finding(Code::N207, message).at(source).hint("请只保留要公布的"));
            }
            // Two contacts are both published; of two agencies, years or titles neither can be chosen.
            Some(first) if index >= FIRST_OPTIONAL => first.text = format!("{}；{label}：{value}", first.text),
            Some(first) => {
                let message = format!("“{}”写了两次，并不相同：{}和{source}", field.label, first.source);
                let f = finding(Code::N207, message).at(source).related([first.source.clone()]).hint("请只保留一处");
                self.prose.findings.push(f);
            }
        }
    }

    /// Sets the cover: title, agency and year from cover, front lines, sheet names and file name, in this order. What else is among
    /// the front lines is the preface.
    pub(super) fn finish_cover(&mut self, name: &str, views: &[View<'_>]) {
        let [agency, year, given, published, contact, index] = std::mem::take(&mut self.facts);
        let (mut title, preface) = split_title(std::mem::take(&mut self.front));
        if let Some(given) = given {
            title = Some(self.given_title(given, title.as_ref()));
        }
        // Agency and year are enough to make a title; the name of a file may be anything.
        if title.is_none() && (agency.is_none() || year.is_none()) {
            title = self.title_elsewhere(name, views);
        }
        self.read_preface(preface);
        let year = self.chosen_year(year.as_ref(), title.as_ref());
        let agency_cell = agency.as_ref().map(|stated| stated.source.clone());
        let agency = self.chosen_agency(agency, title.as_ref().and_then(|t| t.parsed.agency.clone()));
        let published = published.and_then(|stated| self.read_fact(Fact::Published, stated));
        let contact = contact.and_then(|stated| self.read_fact(Fact::Contact, stated));
        let index = index.and_then(|stated| self.read_fact(Fact::Index, stated));
        if let Some(source) = title.as_ref().map(|t| t.source.clone()).or(agency_cell) {
            self.origins.note(Place::Title, source, title.as_ref().map_or("", |t| &t.parsed.text));
        }
        let title = match title {
            Some(title) => self.normalised(&title.parsed.text, &title.source),
            // The template allows an empty title, so making it from agency and year is not reported.
            None => labels().report.made_title(&agency, year),
        };
        self.prose.cover = Cover { agency, year, title, published, contact, index };
    }

    /// The title that is given as a field of the cover: it is used regardless of its wording. Reports that the title among the
    /// front lines differs.
    fn given_title(&mut self, given: StatedFact, in_front: Option<&SourcedTitle>) -> SourcedTitle {
        let parsed = title::parse(&given.text);
        if let (Some(parsed), Some(other)) = (&parsed, in_front)
            && parsed.differs(&other.parsed)
        {
            let (source, text) = (&given.source, &parsed.text);
            let message = format!("{source} 写的标题“{text}”与{}的标题“{}”不同", other.source, other.parsed.text);
            let f = finding(Code::N207, message).at(source.clone()).related([other.source.clone()]);
            self.prose.findings.push(f.hint("请只保留一处，或改成一致"));
        }
        let verbatim = || title::Title { text: text::joined(&given.text), agency: None, year: None };
        SourcedTitle { parsed: parsed.unwrap_or_else(verbatim), source: given.source }
    }

    /// The title in the name of a sheet or of the file; one without year and agency adds nothing to the other parts.
    fn title_elsewhere(&mut self, name: &str, views: &[View<'_>]) -> Option<SourcedTitle> {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let sheets = views.iter().map(|v| ("工作表名", &*v.sheet.name, Source::sheet(&v.sheet.name)));
        // File names are private to the sender: only the title in it is reported.
        let elsewhere = sheets.chain([("文件名", unnumbered(stem), Source::sheet(&"文件名".into()))]);
        let mut parsed = elsewhere.filter_map(|(kind, text, source)| Some((kind, title::parse(text)?, source)));
        let (kind, parsed, source) = parsed.find(|(_, t, _)| t.year.is_some() || t.agency.is_some())?;
        self.prose.findings.push(finding(Code::N108, format!("标题取自{kind}“{}”", parsed.text)));
        Some(SourcedTitle { parsed, source })
    }

    fn read_preface(&mut self, lines: Vec<Front>) {
        for line in lines {
            let text = self.normalised(&line.text, &line.source);
            if text.is_empty() {
                continue;
            }
            let place = Place::Preface { paragraph: self.prose.preface.len() };
            self.origins.note(place, line.source, line.text);
            self.prose.preface.push(Paragraph { level: 0, text });
        }
    }

    /// The year of the cover, otherwise that of the title; 0 if neither has one, or if they differ, because then neither is certain.
    fn chosen_year(&mut self, stated: Option<&StatedFact>, title: Option<&SourcedTitle>) -> u16 {
        let titled = title.and_then(|t| t.parsed.year);
        let Some(StatedFact { text, source, .. }) = stated else {
            if titled.is_none() {
                let fix = "请在标题里写明年度，或在标准模板的封面填写";
                let message = unfilled(self.asked[1].as_ref(), "年度");
                self.prose.findings.push(finding(Code::N207, message).at(self.asked[1].clone()).hint(fix));
            }
            return titled.unwrap_or_default();
        };
        match (title::year(text), titled) {
            (None, titled) => {
                let f = finding(Code::N207, format!("{source} 的年度“{text}”不是四位年份")).at(source.clone());
                self.prose.findings.push(f.hint("请填写如 2024 的四位年份"));
                titled.unwrap_or_default()
            }
            (Some(year), Some(titled)) if titled != year => {
                let message = format!("封面的年度是 {year}，标题写的是 {titled}");
                let related = title.map(|t| t.source.clone());
                let f = finding(Code::N207, message).at(source.clone()).related(related);
                self.prose.findings.push(f.hint("请把封面和标题的年度改成一致"));
                0
            }
            (Some(year), _) => year,
        }
    }

    /// The agency of the cover, otherwise that of the title; empty if neither has one. A line such as 填报单位 outside the cover is
    /// less certain than the title.
    fn chosen_agency(&mut self, stated: Option<StatedFact>, titled: Option<String>) -> String {
        let source = stated.as_ref().filter(|s| s.on_cover || titled.is_none()).map(|s| s.source.clone());
        let agency = match (stated, titled) {
            (Some(StatedFact { text: stated, source, on_cover: false }), Some(titled)) => {
                if text::joined(&stated) != titled {
                    let message =
                        format!("{source} 写的单位“{stated}”与标题的单位“{titled}”不同，以标题为准，没有采用");
                    let hint = "请核对单位名称，写成一致";
                    self.prose.findings.push(finding(Code::N111, message).at(source).hint(hint));
                }
                titled
            }
            (Some(stated), _) => text::joined(&stated.text),
            (None, titled) => titled.unwrap_or_default(),
        };
        if agency.is_empty() {
            let fix = "请在标题里写明单位，或在标准模板的封面填写";
            let message = unfilled(self.asked[0].as_ref(), "单位名称");
            self.prose.findings.push(finding(Code::N207, message).at(self.asked[0].clone()).hint(fix));
        } else if !is_agency_name(&agency) {
            let place = source.as_ref().map_or("标题".to_owned(), ToString::to_string);
            let message = format!("{place} 写的“{agency}”不是单位名称");
            self.prose.findings.push(finding(Code::N207, message).at(source).found(&agency).hint("请填写单位的全称"));
        }
        agency
    }

    /// An optional fact of the cover as one line; `None` if the limits for texts are exceeded.
    fn read_fact(&mut self, fact: Fact, stated: StatedFact) -> Option<String> {
        let StatedFact { text, source, .. } = stated;
        if !self.admit_text(&text, &source) {
            return None;
        }
        let line = text::lines(&text).collect::<Vec<_>>().join(" ");
        let read = self.normalised(&line, &source);
        self.origins.note(Place::Fact(fact), source, text);
        Some(read)
    }
}

/// Whether a text can be the name of an agency: it has a letter or a digit. `.` and `—` would give no name of a file either.
pub(super) fn is_agency_name(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// A title with the place where it was read.
struct SourcedTitle {
    parsed: title::Title,
    source: Source,
}

/// Separates the title from the other front lines.
fn split_title(mut front: Vec<Front>) -> (Option<SourcedTitle>, Vec<Front>) {
    let Some((lines, parsed)) = find_title(&front) else { return (None, front) };
    let source = front[lines.start].source.clone();
    front.drain(lines);
    (Some(SourcedTitle { parsed, source }), front)
}

/// Whether a line such as 发布日期：2025年1月20日 is a fact. On the standard cover facts have their own cells, so such a line
/// belongs to the preface. On other sheets agency, year and title are facts; other facts remain part of the text, except on a
/// cover of the agency's own under their standard label.
fn takes_inline(kind: SheetKind, index: usize, label: &str, cache: &Cache) -> bool {
    let standard = || cache.fold(label).is_some_and(|f| f.body == cache.body(&labels().cover.fields()[index].label));
    match kind {
        SheetKind::Cover { .. } => false,
        SheetKind::OwnCover => index < FIRST_OPTIONAL || standard(),
        _ => index < FIRST_OPTIONAL,
    }
}

/// The message for a missing fact, with the cell in which it was expected, if any.
fn unfilled(asked: Option<&Source>, what: &str) -> String {
    asked.map_or_else(|| format!("找不到{what}"), |cell| format!("{cell} 没有填{what}"))
}

/// A file name without the number or 附件 it was filed under.
fn unnumbered(stem: &str) -> &str {
    let filed =
        |s: &str| s.trim_start_matches(|c: char| c.is_ascii_digit() || " .．、-_—：:（）()【】[]".contains(c)).len();
    let rest = &stem[stem.len() - filed(stem)..];
    let rest = ["附件", "附表", "附"].iter().find_map(|w| rest.strip_prefix(w)).unwrap_or(rest);
    let rest = &rest[rest.len() - filed(rest)..];
    // A title may begin with its year.
    if title::parse(stem).is_some_and(|t| t.year.is_some()) && title::parse(rest).is_none_or(|t| t.year.is_none()) {
        stem
    } else {
        rest
    }
}

/// A value of the cover without the mark for a seal and the line to write on: 某局（盖章）, ____某局____.
fn unstamped(value: &str) -> String {
    let line = |text: &str| text.trim().trim_matches('_').trim().to_owned();
    let mut value = line(value);
    for stamp in ["盖章", "公章", "签章"] {
        for (open, close) in [("（", "）"), ("(", ")")] {
            value = value.strip_suffix(&format!("{open}{stamp}{close}")).map(line).unwrap_or(value);
        }
    }
    value
}

/// The title among the front lines: the line that ends with the wording of a title, with up to two lines before it that complete
/// it (an agency alone, or the first half of a broken title).
fn find_title(front: &[Front]) -> Option<(std::ops::Range<usize>, title::Title)> {
    let short = |t: &str| t.chars().count() <= 60 && !t.contains(['。', '；', '：', ':', '，']);
    for last in 0..front.len().min(20) {
        let reach = (last.saturating_sub(2)..=last).rev().take_while(|first| short(&front[*first].text));
        let parsed = reach.filter_map(|first| {
            let text: String = front[first..=last].iter().map(|l| l.text.as_str()).collect();
            title::parse(&text).map(|t| (first, t))
        });
        // The reading that contains most of agency and year; of equal ones, that with the fewest lines.
        let completeness = |t: &title::Title| usize::from(t.agency.is_some()) + usize::from(t.year.is_some());
        let mut best: Option<(usize, title::Title)> = None;
        for (first, t) in parsed {
            if best.as_ref().is_none_or(|(_, b)| completeness(&t) > completeness(b)) {
                best = Some((first, t));
            }
        }
        let Some((first, mut title)) = best else { continue };
        // The year may be alone on the next line.
        let below = front.get(last + 1).and_then(|l| title::year(l.text.trim_matches(['（', '）', '(', ')'])));
        let mut end = last + 1;
        if title.year.is_none() && below.is_some() {
            title.text.push_str(&text::joined(&front[end].text));
            (title.year, end) = (below, end + 1);
        }
        return Some((first..end, title));
    }
    None
}
