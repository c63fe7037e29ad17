//! Everything that is not a table: cover, title, sections and their paragraphs, in reading order.

use std::collections::BTreeSet;

use super::edition::Recognised;
use super::find::Located;
use super::fold::{Folded, body, fold};
use super::text::{self, Change, Changes};
use super::view::View;
use super::{heading, title};
use crate::form::{Form, labels};
use crate::import::{Cell, Content};
use crate::model::{Address, Cover, Finding, Origins, Paragraph, Place, Section, Source};
use crate::rules::finding;

/// The words of a workbook, placed.
#[derive(Debug, Default)]
pub struct Words {
    pub cover: Cover,
    pub preface: Vec<Paragraph>,
    pub sections: Vec<Section>,
    pub findings: Vec<Finding>,
}

/// Reads the words of all sheets that are not skipped.
pub fn read(
    name: &str,
    views: &[View<'_>],
    skip: &[bool],
    tables: &Recognised,
    keep_text: bool,
    origins: &mut Origins,
) -> Words {
    let form = &tables.form;
    let mut flow = Flow {
        form,
        keep_text,
        origins,
        words: Words { sections: vec![Section::default(); form.sections.len()], ..Words::default() },
        changes: Vec::new(),
        current: None,
        headed: vec![None; form.sections.len()],
        front: Vec::new(),
        facts: Default::default(),
        asked: Default::default(),
        read: vec![Default::default(); form.sections.len()],
        furniture: labels().furniture(),
        wordings: Wordings::new(form),
        paragraphs: 0,
    };
    for (i, view) in views.iter().enumerate().filter(|(i, _)| !skip[*i]) {
        flow.sheet(i, view, tables);
    }
    flow.title(name, views, skip);
    flow.drop_empty_subheadings();
    flow.note_origins();
    flow.report_changes();
    flow.words
}

/// The cover's first field of which there may be several: the published date, after agency, year and title.
const FIRST_OPTIONAL: usize = 3;

/// More paragraphs than any report has.
const MOST_PARAGRAPHS: usize = 20_000;

/// A paragraph before the first section, not yet known to be title or preface.
struct Front {
    text: String,
    source: Source,
}

struct Flow<'a> {
    form: &'a Form,
    keep_text: bool,
    origins: &'a mut Origins,
    words: Words,
    /// First place and sum of each kind of change.
    changes: Vec<(Source, Changes)>,
    current: Option<usize>,
    /// Where each section's heading was met.
    headed: Vec<Option<Source>>,
    front: Vec<Front>,
    /// Cover fields in the order of the labels.
    facts: [Option<(String, Source)>; 6],
    /// Where each field's value was expected.
    asked: [Option<Source>; 6],
    /// Where each paragraph was read and what was written there, by section: before the table and after it.
    read: Vec<[Vec<(Source, String)>; 2]>,
    /// Words that belong to the standard workbook, not to the report.
    furniture: Vec<&'static str>,
    wordings: Wordings,
    /// Paragraphs read so far.
    paragraphs: usize,
}

impl Flow<'_> {
    fn sheet(&mut self, index: usize, view: &View<'_>, tables: &Recognised) {
        let name = &view.sheet.name;
        let form = self.form;
        let cover_sheet = same(name, &labels().cover.sheet);
        let here: Vec<_> = tables
            .places
            .iter()
            .enumerate()
            .flat_map(|(t, blocks)| blocks.iter().map(move |b| (t, b)))
            .filter(|(_, b)| b.sheet == index)
            .collect();
        let by_name = fold(name).and_then(|f| self.wordings.sheet(&f));
        if let Some(section) = by_name {
            self.current = Some(section);
        } else if let Some((table, first)) = here.iter().min_by_key(|(_, b)| b.top) {
            // Prose above a table on a sheet of its own belongs to the table, unless a heading says otherwise.
            let headed =
                view.labels().take_while(|(at, _)| at.row < first.top).any(|(_, f)| self.wordings.section(f).is_some());
            if !headed && self.current.is_some() {
                self.current = Some(form.section_of(*table));
            }
        }
        let titled =
            || view.sheet.cells.iter().any(|c| matches!(&c.content, Content::Text(t) if title::parse(t).is_some()));
        let headed = || view.labels().any(|(_, f)| self.wordings.section(f).is_some());
        if !cover_sheet && by_name.is_none() && here.is_empty() && !headed() && !titled() {
            if !view.sheet.cells.is_empty() {
                let message = format!("工作表“{name}”没有官方表格，也没有报告的标题，没有采用");
                let hint = "如果它属于报告，请在上面写明是哪个部分的标题";
                self.words.findings.push(finding("N111", message).at(Source::sheet(name)).hint(hint));
            }
            return;
        }
        self.hidden_text(view, &here);
        let mut used: BTreeSet<Address> = BTreeSet::new();
        let mut unused = Vec::new();
        let mut after_table: Option<usize> = None;
        for cell in &view.sheet.cells {
            if used.contains(&cell.at) {
                continue;
            }
            if view.sheet.hides(cell.at) {
                continue;
            }
            let (row, column) = (cell.at.row, cell.at.column);
            if let Some((table, _)) = here.iter().filter(|(_, b)| b.top <= row).max_by_key(|(_, b)| b.top) {
                let section = form.section_of(*table);
                if after_table != Some(*table) {
                    after_table = Some(*table);
                    self.current = Some(section);
                }
            }
            if let Some((_, block)) = here.iter().find(|(_, b)| (b.top..=b.bottom).contains(&row)) {
                if (block.left..=block.right).contains(&column) {
                    continue;
                }
                unused.push(Source::cell(name, cell.at));
                continue;
            }
            match &cell.content {
                Content::Text(text) => {
                    let field = if self.current.is_none() || cover_sheet {
                        self.field(view, cell.at, text, &mut used)
                    } else {
                        false
                    };
                    if !field && !self.furniture.contains(&text.trim()) {
                        self.text(view, cell.at, text, after_table, cover_sheet);
                    }
                }
                Content::Uncomputed => {
                    let source = Source::cell(name, cell.at);
                    let message = format!("{source} 是没有计算结果的公式");
                    let hint = "请用 Excel 或 WPS 打开、保存一次，或直接写上文字";
                    self.words.findings.push(finding("N208", message).at(source).hint(hint));
                }
                _ => unused.push(Source::cell(name, cell.at)),
            }
        }
        self.unused(unused);
    }

    /// What is hidden is not published; that it is there is told.
    fn hidden_text(&mut self, view: &View<'_>, here: &[(usize, &Located)]) {
        let placed = |c: &&Cell| here.iter().any(|(_, b)| (b.top..=b.bottom).contains(&c.at.row));
        let mut hidden = view.sheet.cells.iter().filter(|c| view.sheet.hides(c.at)).filter(|c| !placed(c));
        if let Some(first) = hidden.next() {
            let source = Source::cell(&view.sheet.name, first.at);
            let message = format!("{source} 等 {} 个格子在隐藏的行或列里，没有采用", hidden.count() + 1);
            self.words.findings.push(finding("N107", message).at(source).hint("如果属于报告，请取消隐藏"));
        }
    }

    /// Cells of a sheet that are neither the form's nor prose, told in one finding.
    fn unused(&mut self, sources: Vec<Source>) {
        let Some(first) = sources.first().cloned() else { return };
        let many = if sources.len() > 1 { format!(" 等 {} 处", sources.len()) } else { " ".to_owned() };
        let message = format!("{first}{many}的内容不在官方表格之内，没有采用");
        self.words.findings.push(finding("N111", message).at(first).related(sources.into_iter().skip(1)));
    }

    /// Takes a label of the cover with the value beside it (or behind a colon). Tells whether it was one.
    fn field(&mut self, view: &View<'_>, at: Address, text: &str, used: &mut BTreeSet<Address>) -> bool {
        let fields = labels().cover.fields();
        let bare = text.trim().trim_start_matches(['（', '(', '【', '[']).trim_end_matches(['】', ']']);
        let bare = if bare.len() < text.trim().len() { bare.trim_end_matches(['）', ')']) } else { bare };
        let (label, behind) = match bare.split_once([':', '：']) {
            Some((label, rest)) if !rest.trim().is_empty() => (label, Some(rest.trim())),
            _ => (bare, None),
        };
        let Some(index) = self.wordings.field(label) else { return false };
        let beside = view.row(at.row).iter().find(|c| c.at.column > view.span_end(at).column);
        let (value, source) = match (behind, beside) {
            (Some(rest), _) => (rest.to_owned(), at),
            (None, Some(cell)) => {
                let value = match &cell.content {
                    Content::Text(t) if t.trim() == fields[index].hint => String::new(),
                    Content::Text(t) => t.clone(),
                    Content::Number(n) => n.to_string(),
                    Content::Date(y, m, d) => format!("{y}年{m}月{d}日"),
                    other => {
                        used.insert(cell.at);
                        let source = Source::cell(&view.sheet.name, cell.at);
                        let (code, what) = match other {
                            Content::Uncomputed => ("N208", "是没有计算结果的公式"),
                            Content::Error(_) => ("N209", "是错误值"),
                            _ => ("N207", "不是文字"),
                        };
                        let message = format!("{source} 的“{}”{what}", fields[index].label);
                        self.words.findings.push(finding(code, message).at(source).hint("请直接填写文字"));
                        return true;
                    }
                };
                (value, cell.at)
            }
            (None, None) => (String::new(), at),
        };
        let value = unstamped(&value);
        // 单位：件、万元 is a note on a table.
        if !value.is_empty() && is_unit_note(&value) {
            return false;
        }
        used.insert(source);
        // The value stands right of its label; what stands further right may be a hint.
        let right = Address { row: at.row, column: view.span_end(at).column + 1 };
        self.asked[index].get_or_insert_with(|| Source::cell(&view.sheet.name, right));
        if value.trim().is_empty() {
            return true;
        }
        let source = Source::cell(&view.sheet.name, source);
        match &mut self.facts[index] {
            None => self.facts[index] = Some((value, source)),
            Some((first, _)) if text::joined(first) == text::joined(&value) => {}
            // Two contacts are both published; of two agencies, years or titles neither can be chosen.
            Some((first, _)) if index >= FIRST_OPTIONAL => *first = format!("{first}；{}：{value}", label.trim()),
            Some((_, first)) => {
                let message = format!("“{}”写了两次，并不相同：{first}和{source}", fields[index].label);
                let f = finding("N207", message).at(source).related([first.clone()]).hint("请只保留一处");
                self.words.findings.push(f);
            }
        }
        true
    }

    fn text(&mut self, view: &View<'_>, at: Address, text: &str, after_table: Option<usize>, cover: bool) {
        let source = Source::cell(&view.sheet.name, at);
        for line in text::lines(text) {
            self.paragraphs += 1;
            if self.paragraphs > MOST_PARAGRAPHS {
                if self.paragraphs == MOST_PARAGRAPHS + 1 {
                    let message = format!("正文超过上限 {MOST_PARAGRAPHS} 段，不像是一份年度报告，请删去无关内容");
                    self.words.findings.push(finding("I101", message).at(source.clone()));
                }
                return;
            }
            let heading = if cover { None } else { self.heading(line) };
            if let Some(section) = heading {
                self.start(section, line, &source);
                continue;
            }
            // The title may stand above the first heading of a sheet that is named after a section.
            let untold = self.headed.iter().all(Option::is_none) && self.paragraphs < 5;
            let titled = untold && title::parse(line).is_some_and(|t| t.agency.is_some() || t.year.is_some());
            let Some(section) = self.current.filter(|_| !cover && !titled) else {
                self.front.push(Front { text: line.to_owned(), source: source.clone() });
                continue;
            };
            let text = self.normalised(line, &source);
            if text.is_empty() {
                continue;
            }
            let content = &mut self.words.sections[section];
            let paragraph = Paragraph { level: heading::level(&text), text };
            let behind = after_table.is_some() && self.form.sections[section].table == after_table;
            let after = behind || !content.after.is_empty();
            if after { &mut content.after } else { &mut content.before }.push(paragraph);
            self.read[section][usize::from(after)].push((source.clone(), line.to_owned()));
        }
    }

    /// The section a line heads: by its words, or as the next section by its number and most of its words.
    fn heading(&self, line: &str) -> Option<usize> {
        let folded = fold(line)?;
        self.wordings.section(&folded).or_else(|| {
            let next = self.current.map_or(0, |c| c + 1);
            let official = fold(&self.form.sections.get(next)?.heading)?;
            let short = folded.body.chars().count() <= 25 && !line.contains(['。', '；', '：', ':', '，']);
            let known = folded.body.chars().filter(|c| official.body.contains(*c)).count();
            let alike = known * 10 >= folded.body.chars().count() * 6;
            (short && alike && !folded.bracketed && folded.number.is_some() && folded.number == official.number)
                .then_some(next)
        })
    }

    fn start(&mut self, section: usize, line: &str, source: &Source) {
        self.current = Some(section);
        let official = &self.form.sections[section].heading;
        if body(line) != body(official) {
            let message = format!("{source} 的标题“{line}”按规定写作“{official}”");
            self.words.findings.push(finding("N112", message).at(source.clone()));
        }
        match &self.headed[section] {
            None => {
                self.origins.note(
                    Place::Section { section },
                    source.clone(),
                    self.form.sections[section].heading.as_str(),
                );
                self.headed[section] = Some(source.clone());
            }
            Some(first) => {
                let message = format!("“{}”的标题出现了两次：{first}和{source}", self.form.sections[section].heading);
                let fix = "一个工作簿只放一份报告；如果是目录，请删去目录";
                let f = finding("N204", message).at(source.clone()).related([first.clone()]).hint(fix);
                self.words.findings.push(f);
            }
        }
    }

    fn normalised(&mut self, line: &str, source: &Source) -> String {
        let (text, changes) = text::normalise(line, self.keep_text);
        if changes != Changes::default() {
            self.changes.push((source.clone(), changes));
        }
        text
    }

    /// Title, agency and year from cover, front lines, sheet names and file name, in this order.
    fn title(&mut self, name: &str, views: &[View<'_>], skip: &[bool]) {
        let facts = std::mem::take(&mut self.facts);
        let [agency, year, given, published, contact, index] = facts;
        let front = std::mem::take(&mut self.front);
        let found = find_title(&front);
        let mut preface_from = Vec::new();
        let mut title = None;
        if let Some((range, t)) = found {
            let source = front[range.start].source.clone();
            for (i, line) in front.into_iter().enumerate() {
                if !range.contains(&i) {
                    preface_from.push(line);
                }
            }
            title = Some((t, source));
        } else {
            preface_from = front;
        }
        if let Some((text, source)) = &given {
            // The cover's own title stands, whatever its wording.
            let parsed = title::parse(text);
            let words = text::joined(text);
            let t = parsed.unwrap_or(title::Title { text: words, agency: None, year: None });
            title = Some((t, source.clone()));
        }
        if title.is_none() {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let sheets = views.iter().zip(skip).filter(|(_, s)| !**s).map(|(v, _)| ("工作表名", v.sheet.name.as_str()));
            let elsewhere = sheets
                .chain([("文件名", unnumbered(stem))])
                .find_map(|(kind, text)| title::parse(text).map(|t| (kind, text, t)));
            // A bare 年度报告 in a file name says nothing that the parts do not.
            if let Some((kind, text, t)) = elsewhere.filter(|(_, _, t)| t.year.is_some() || t.agency.is_some()) {
                let message = format!("标题取自{kind}“{text}”");
                self.words.findings.push(finding("N108", message));
                title = Some((t, Source::sheet(text)));
            }
        }
        for line in preface_from {
            let text = self.normalised(&line.text, &line.source);
            let place = Place::Preface { paragraph: self.words.preface.len() };
            self.origins.note(place, line.source, line.text);
            self.words.preface.push(Paragraph { level: 0, text });
        }
        let known = |t: &title::Title| (t.agency.clone(), t.year);
        let (title_agency, title_year) = title.as_ref().map_or((None, None), |(t, _)| known(t));
        let cover_year = year.as_ref().map(|(text, source)| (title::year(text), text, source));
        match &cover_year {
            Some((None, text, source)) => {
                let message = format!("{source} 的年度“{text}”不是四位年份");
                self.words
                    .findings
                    .push(finding("N207", message).at((*source).clone()).hint("请填写如 2024 的四位年份"));
            }
            Some((Some(y), _, source)) if title_year.is_some_and(|t| t != *y) => {
                let message = format!("封面的年度是 {y}，标题写的是 {}", title_year.unwrap_or_default());
                let related = title.iter().map(|(_, s)| s.clone());
                let f = finding("N207", message)
                    .at((*source).clone())
                    .related(related)
                    .hint("请把封面和标题的年度改成一致");
                self.words.findings.push(f);
            }
            None if title_year.is_none() => {
                let fix = "请在标题里写明年度，或在标准模板的封面填写";
                self.words.findings.push(finding("N207", "找不到年度").at(self.asked[1].clone()).hint(fix));
            }
            _ => {}
        }
        let agency_cell = agency.as_ref().map(|(_, s)| s.clone());
        // A line such as 填报单位 outside the cover says less than the title.
        let on_cover = |s: &Source| same(&s.sheet, &labels().cover.sheet);
        let agency = agency.filter(|(_, s)| on_cover(s) || title_agency.is_none());
        let agency = agency.map(|(text, _)| text::joined(&text)).or(title_agency).unwrap_or_default();
        if agency.is_empty() {
            let fix = "请在标题里写明单位，或在标准模板的封面填写";
            self.words.findings.push(finding("N207", "找不到单位名称").at(self.asked[0].clone()).hint(fix));
        }
        let fact = |fact: Option<(String, Source)>, flow: &mut Self| {
            fact.map(|(text, source)| {
                let line = text::lines(&text).collect::<Vec<_>>().join(" ");
                flow.normalised(&line, &source)
            })
        };
        let (published, contact, index) = (fact(published, self), fact(contact, self), fact(index, self));
        let year = cover_year.and_then(|(y, ..)| y).or(title_year).unwrap_or_default();
        if let Some(source) = title.as_ref().map(|(_, s)| s.clone()).or(agency_cell) {
            self.origins.note(Place::Title, source, title.as_ref().map_or("", |(t, _)| &t.text));
        }
        let title = match title {
            Some((t, source)) => self.normalised(&t.text, &source),
            None => {
                let made = labels().report.made_title(&agency, year);
                if !agency.is_empty() && year != 0 {
                    self.words.findings.push(finding("N108", format!("没有写标题，按单位和年度生成“{made}”")));
                }
                made
            }
        };
        self.words.cover = Cover { agency, year, title, published, contact, index };
    }

    /// Subheadings that the standard workbook offers and nobody wrote under.
    fn drop_empty_subheadings(&mut self) {
        for (i, section) in self.form.sections.iter().enumerate() {
            let offered: Vec<String> = section.subheadings.iter().map(|h| body(h)).collect();
            let paragraphs = &mut self.words.sections[i].before;
            for p in (0..paragraphs.len()).rev() {
                let alone = paragraphs[p].level == 2 && paragraphs.get(p + 1).is_none_or(|next| next.level == 2);
                if alone && offered.contains(&body(&paragraphs[p].text)) {
                    let (source, _) = self.read[i][0].remove(p);
                    let message = format!("“{}”下面没有正文，已略去", paragraphs.remove(p).text);
                    self.words.findings.push(finding("N109", message).at(source));
                }
            }
        }
    }

    fn note_origins(&mut self) {
        for (section, read) in std::mem::take(&mut self.read).into_iter().enumerate() {
            for (paragraph, (source, written)) in read.into_iter().flatten().enumerate() {
                self.origins.note(Place::Paragraph { section, paragraph }, source, written);
            }
        }
    }

    fn report_changes(&mut self) {
        for kind in Changes::KINDS {
            let with: Vec<_> = self.changes.iter().filter(|(_, c)| c.count(kind) > 0).collect();
            let count: usize = with.iter().map(|(_, c)| c.count(kind)).sum();
            let Some((first, _)) = with.first() else { continue };
            let (code, what) = match kind {
                Change::Radical => ("P602", "形似汉字的部首或兼容字已换成汉字"),
                Change::Control => ("P602", "控制字符和零宽字符已去掉"),
                Change::Mark => ("N105", "半角标点改为全角"),
                Change::Space => ("N105", "多余的空格去掉"),
                Change::Quote => ("N105", "直引号改为弯引号"),
            };
            let message = format!("{what} {count} 处，首见于{first}");
            let mut places: Vec<Source> = with.iter().map(|(s, _)| s.clone()).collect();
            places.dedup();
            let f = finding(code, message).at(first.clone()).related(places.into_iter().skip(1));
            self.words.findings.push(f);
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    !a.is_empty() && body(a) == body(b) && fold(a).map(|f| f.number) == fold(b).map(|f| f.number)
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

/// A value of the cover without the room for a seal: （盖章）, ____.
fn unstamped(value: &str) -> String {
    let mut value = value.replace('_', "");
    for stamp in ["盖章", "公章", "签章"] {
        for (open, close) in [("（", "）"), ("(", ")")] {
            value = value.replace(&format!("{open}{stamp}{close}"), "");
        }
    }
    value.trim().to_owned()
}

/// Whether a value is nothing but units and counting words: 件、万元.
fn is_unit_note(value: &str) -> bool {
    let parts =
        value.split(['、', ',', '，', '/', '（', '）', '(', ')', ' ', '和']).map(str::trim).filter(|p| !p.is_empty());
    let unit = |p: &str| {
        labels().units.counters.iter().any(|c| c == p) || crate::form::Unit::ALL.iter().any(|u| u.word() == p)
    };
    let mut parts = parts.peekable();
    parts.peek().is_some() && parts.all(unit)
}

/// What a wording of a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    Official,
    Variant,
    /// A variant that a subheading may be called as well.
    Doubtful,
    Sheet,
}

/// Headings of the sections and labels of the cover, folded once: a workbook has many lines to compare them with.
struct Wordings {
    /// Folded headings, variants and sheet names, how far each may be taken, and the section.
    sections: Vec<(Folded, Wording, usize)>,
    /// Folded label and the field.
    fields: Vec<(String, usize)>,
}

impl Wordings {
    fn new(form: &Form) -> Wordings {
        let subheadings: Vec<String> = form.sections.iter().flat_map(|s| &s.subheadings).map(|h| body(h)).collect();
        let sections = form.sections.iter().enumerate().flat_map(|(i, s)| {
            let doubtful = |v: &String| subheadings.iter().any(|h| body(v).starts_with(h.as_str()));
            let kind = |v: &String| if doubtful(v) { Wording::Doubtful } else { Wording::Variant };
            let variants = s.variants.iter().map(|v| (v, kind(v)));
            let all = [(&s.heading, Wording::Official), (&s.sheet, Wording::Sheet)].into_iter().chain(variants);
            all.filter_map(move |(w, kind)| fold(w).map(|f| (f, kind, i))).collect::<Vec<_>>()
        });
        let fields = labels().cover.fields().into_iter().enumerate();
        let fields = fields.flat_map(|(i, f)| {
            std::iter::once(&f.label).chain(&f.variants).map(move |w| (body(w), i)).collect::<Vec<_>>()
        });
        Wordings { sections: sections.collect(), fields: fields.collect() }
    }

    /// The section a line heads. With the section's own number its words may be any of its wordings; without it, or with
    /// an Arabic one, not those that subheadings share.
    fn section(&self, line: &Folded) -> Option<usize> {
        let certain = |kind: Wording| matches!(kind, Wording::Official | Wording::Variant);
        let heads = |(w, kind, i): &&(Folded, Wording, usize)| {
            let agrees = match &line.number {
                Some(number) if w.number.as_ref() == Some(number) => *kind != Wording::Sheet,
                Some(number) => certain(*kind) && *number == (i + 1).to_string(),
                None => certain(*kind),
            };
            agrees && w.body == line.body
        };
        if line.bracketed { None } else { self.sections.iter().find(heads).map(|(.., i)| *i) }
    }

    /// The section a sheet is named after, in any wording.
    fn sheet(&self, name: &Folded) -> Option<usize> {
        let named = |(w, _, _): &&(Folded, Wording, usize)| {
            w.body == name.body && (name.number.is_none() || name.number == w.number)
        };
        self.sections.iter().find(named).map(|(.., i)| *i)
    }

    fn field(&self, label: &str) -> Option<usize> {
        let label = body(label);
        self.fields.iter().find(|(w, _)| !label.is_empty() && *w == label).map(|(_, i)| *i)
    }
}

/// The title among the front lines: the line that ends in the words of one, with up to two lines before it that complete
/// it (an agency alone, or the first half of a broken title).
fn find_title(front: &[Front]) -> Option<(std::ops::Range<usize>, title::Title)> {
    let short = |t: &str| t.chars().count() <= 60 && !t.contains(['。', '；', '：', ':', '，']);
    for last in 0..front.len().min(20) {
        let reach = (last.saturating_sub(2)..=last).rev().take_while(|first| short(&front[*first].text));
        let parsed = reach.filter_map(|first| {
            let text: String = front[first..=last].iter().map(|l| l.text.as_str()).collect();
            title::parse(&text).map(|t| (first, t))
        });
        // The one that says most; of two that say as much, the shorter.
        let said = |t: &title::Title| usize::from(t.agency.is_some()) + usize::from(t.year.is_some());
        let mut best: Option<(usize, title::Title)> = None;
        for (first, t) in parsed {
            if best.as_ref().is_none_or(|(_, b)| said(&t) > said(b)) {
                best = Some((first, t));
            }
        }
        let Some((first, mut title)) = best else { continue };
        // The year may stand alone below.
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
