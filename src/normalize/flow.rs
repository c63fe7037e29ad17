//! Everything that is not a table: sections and their paragraphs in reading order, and what stands before them.
//!
//! Takes the sheets and where the tables stand, gives the [`Words`] of the report. It changes words only by
//! [`super::text`], and tells what it leaves out.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::edition::Recognised;
use super::find::Located;
use super::fold::{Body, body, fold};
use super::known::OfForm;
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

/// Reads the words of all sheets.
pub fn read(name: &str, views: &[View<'_>], tables: &Recognised, keep_text: bool, origins: &mut Origins) -> Words {
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
        known: OfForm::of(form),
        paragraphs: 0,
    };
    for (i, view) in views.iter().enumerate() {
        flow.sheet(i, view, tables);
    }
    flow.title(name, views);
    flow.drop_empty_subheadings();
    flow.entitle(views, tables);
    flow.note_origins();
    flow.report_changes();
    flow.words
}

/// More paragraphs than any report has.
pub(super) const MOST_PARAGRAPHS: usize = 20_000;

/// A paragraph before the first section, not yet known to be title or preface.
pub(super) struct Front {
    pub(super) text: String,
    pub(super) source: Source,
}

pub(super) struct Flow<'a> {
    form: &'a Form,
    keep_text: bool,
    pub(super) origins: &'a mut Origins,
    pub(super) words: Words,
    /// First place and sum of each kind of change.
    changes: Vec<(Source, Changes)>,
    current: Option<usize>,
    /// Where each section's heading was met.
    headed: Vec<Option<Source>>,
    pub(super) front: Vec<Front>,
    /// Cover fields in the order of the labels.
    pub(super) facts: [Option<(String, Source)>; 6],
    /// Where each field's value was expected.
    pub(super) asked: [Option<Source>; 6],
    /// Where each paragraph was read and what was written there, by section: before the table and after it.
    read: Vec<[Vec<(Source, String)>; 2]>,
    /// Words that belong to the standard workbook, not to the report.
    pub(super) furniture: Vec<&'static str>,
    pub(super) known: Rc<OfForm>,
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
        let by_name = fold(name).and_then(|f| self.known.wordings.sheet(&f));
        if let Some(section) = by_name {
            self.current = Some(section);
        } else if let Some((table, first)) = here.iter().min_by_key(|(_, b)| b.top) {
            // Prose above a table on a sheet of its own belongs to the table, unless a heading says otherwise.
            let headed = view
                .labels()
                .take_while(|(at, _)| at.row < first.top)
                .any(|(_, f)| self.known.wordings.section(f).is_some());
            if !headed && self.current.is_some() {
                self.current = Some(form.section_of(*table));
            }
        }
        let titled =
            || view.sheet.cells.iter().any(|c| matches!(&c.content, Content::Text(t) if title::parse(t).is_some()));
        let own = |at| view.text(at).is_some_and(|t| self.level(t.trim()) > 0);
        let headed =
            || view.labels().any(|(at, f)| self.known.wordings.section(f).is_some() || form.free_headings && own(at));
        if !cover_sheet && by_name.is_none() && here.is_empty() && !headed() && !titled() {
            if !view.sheet.cells.is_empty() {
                let message = format!("工作表“{name}”没有官方表格，也没有报告的标题，没有采用");
                let hint = "如果它属于报告，请在上面写明是哪个部分的标题";
                self.words.findings.push(finding("N111", message).at(Source::sheet(name)).hint(hint));
            }
            return;
        }
        self.hidden_text(view, &here);
        // The standard cover has its facts in cells of their own: 联系电话：… below them is a line of the preface.
        let head = labels().cover.head.iter().map(String::as_str);
        let first = view.row(0).iter().map(|c| match &c.content {
            Content::Text(text) => text.trim(),
            _ => "",
        });
        let standard = cover_sheet && first.take(labels().cover.head.len()).eq(head);
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
            let row = cell.at.row;
            if let Some((table, _)) = here.iter().filter(|(_, b)| b.top <= row).max_by_key(|(_, b)| b.top) {
                let section = form.section_of(*table);
                if after_table != Some(*table) {
                    after_table = Some(*table);
                    self.current = Some(section);
                }
            }
            if let Some((_, block)) = here.iter().find(|(_, b)| (b.top..=b.bottom).contains(&row)) {
                if block.holds(cell.at) {
                    continue;
                }
                unused.push(Source::cell(name, cell.at));
                continue;
            }
            match &cell.content {
                Content::Text(text) => {
                    let field = if self.current.is_none() || cover_sheet {
                        self.field(view, cell.at, text, !standard, &mut used)
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
                Content::Error(e) => {
                    let source = Source::cell(name, cell.at);
                    let message = format!("{source} 是错误值 {e}");
                    self.words.findings.push(finding("N209", message).at(source).hint("请改正或删去这个格子"));
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
        let hint = "属于报告的，请写进标准模板相应的格子；自己核对用的可以留着";
        self.words.findings.push(finding("N111", message).at(first).related(sources.into_iter().skip(1)).hint(hint));
    }

    fn text(&mut self, view: &View<'_>, at: Address, text: &str, after_table: Option<usize>, cover: bool) {
        let source = Source::cell(&view.sheet.name, at);
        for line in text::lines(text) {
            self.tell_marked(line, &source);
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
                if !self.is_kept(section) {
                    continue;
                }
            }
            // The title may stand at the top of a sheet that is named after a section, or of one that is not the first.
            let titled = at.row < 3 && title::parse(line).is_some_and(|t| t.agency.is_some() && t.year.is_some());
            // Text under headings of the agency's own begins with the first of them.
            if self.form.free_headings && self.current.is_none() && !cover && !titled && self.level(line) > 0 {
                self.current = self.form.sections.iter().position(|s| s.table.is_none());
            }
            let Some(section) = self.current.filter(|_| !cover && !titled) else {
                self.front.push(Front { text: line.to_owned(), source: source.clone() });
                continue;
            };
            let text = self.normalised(line, &source);
            if text.is_empty() {
                continue;
            }
            let paragraph = Paragraph { level: self.level(&text), text };
            let content = &mut self.words.sections[section];
            let behind = after_table.is_some() && self.form.sections[section].table == after_table;
            let after = behind || !content.after.is_empty();
            if after { &mut content.after } else { &mut content.before }.push(paragraph);
            self.read[section][usize::from(after)].push((source.clone(), line.to_owned()));
        }
    }

    /// The level of a paragraph: where headings are free, a table's title and 一、 are of the first.
    fn level(&self, text: &str) -> u8 {
        match (self.form.free_headings, self.known.wordings.title(text)) {
            (true, Some(_)) => 1,
            (true, None) => heading::free_level(text),
            (false, _) => heading::level(text),
        }
    }

    /// Whether the heading of a section is printed as the agency wrote it: the title of a table where headings are free.
    fn is_kept(&self, section: usize) -> bool {
        self.form.free_headings && self.form.sections[section].table.is_some()
    }

    /// The section a line heads: by its words, or as the next section by its number and most of its words.
    fn heading(&self, line: &str) -> Option<usize> {
        if let Some(section) = self.known.wordings.title(line) {
            return Some(section);
        }
        let folded = fold(line)?;
        if self.form.free_headings {
            return self.known.wordings.section(&folded).filter(|s| !self.is_kept(*s));
        }
        self.known.wordings.section(&folded).or_else(|| {
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
        if self.form.free_headings {
            self.headed[section].get_or_insert_with(|| source.clone());
            return;
        }
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

    /// Tells of words that are seen apart from the others and will not be.
    pub(super) fn tell_marked(&mut self, text: &str, source: &Source) {
        let Some((words, changes)) = text::marked(text) else { return };
        let found = if changes {
            let message = format!("{source} 的“{words}”里有上标、下标或划掉的数字，按普通文字会成为别的数");
            finding("N210", message).hint("请改成普通文字（如 10 的 6 次方写作 100 万），划掉的请删去")
        } else {
            let message = format!("{source} 的“{words}”里有上标、下标或划掉的字，已按普通文字采用");
            finding("N114", message).hint("划掉的字请删去")
        };
        self.words.findings.push(found.at(source.clone()));
    }

    pub(super) fn normalised(&mut self, line: &str, source: &Source) -> String {
        let (text, changes) = text::normalise(line, self.keep_text);
        if changes != Changes::default() {
            self.changes.push((source.clone(), changes));
        }
        text
    }

    /// Subheadings that the standard workbook offers and nobody wrote under.
    fn drop_empty_subheadings(&mut self) {
        for (i, section) in self.form.sections.iter().enumerate() {
            let offered: Vec<Body> = section.subheadings.iter().map(|h| body(h)).collect();
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

    /// Where headings are free, a table that stands without one directly above it and without a title gets the form's.
    fn entitle(&mut self, views: &[View<'_>], tables: &Recognised) {
        for (i, section) in self.form.sections.iter().enumerate() {
            let (true, Some(table)) = (self.is_kept(i), section.table) else { continue };
            let (before, own) = self.words.sections.split_at_mut(i);
            let own = &mut own[0].before;
            let above = own.last().or(before.iter().flat_map(Section::paragraphs).last());
            if above.is_some_and(|p| p.level > 0) || own.iter().any(|p| p.level == 1) {
                continue;
            }
            let Some(first) = tables.places[table].first() else { continue };
            let source = Source::cell(&views[first.sheet].sheet.name, Address { row: first.top, column: first.left });
            own.insert(0, Paragraph::heading(1, &section.heading));
            self.read[i][0].insert(0, (source.clone(), String::new()));
            let message = format!("{source} 的表前没有标题，按表样加上“{}”", section.heading);
            self.words.findings.push(finding("N112", message).at(source));
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

pub(super) fn same(a: &str, b: &str) -> bool {
    !a.is_empty() && body(a) == body(b) && fold(a).map(|f| f.number.clone()) == fold(b).map(|f| f.number.clone())
}
