//! Everything that is not a table: sections and their paragraphs in reading order, and the text before them.
//!
//! Takes the sheets and the location of the tables, gives the [`Prose`] of the report. Words are changed only by [`super::text`],
//! and everything that is omitted is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cache::Cache;
use super::edition::{Area, Recognised};
use super::fold::Folded;
use super::form_labels::FormLabels;
use super::placed_headings::LineAt;
use super::remarks::{self, Remarks};
use super::sheet_kind::SheetKind;
use super::text::{self, Change, Changes};
use super::view::View;
use super::{Options, title};
use crate::form::{Form, labels};
use crate::import::{Cell, Content};
use crate::model::{Address, Code, Cover, Finding, Findings, Origins, Paragraph, Place, Section, Source, finding};

/// Everything in a workbook that is not a table, with the section it belongs to.
#[derive(Debug, Default)]
pub struct Prose {
    pub cover: Cover,
    pub preface: Vec<Paragraph>,
    pub sections: Vec<Section>,
    pub findings: Findings,
}

/// Reads the text of all sheets.
pub fn read(
    name: &str,
    views: &[View<'_>],
    tables: &Recognised,
    keep_text: bool,
    cache: &Cache,
    origins: &mut Origins,
) -> Prose {
    let form = &tables.form;
    let mut flow = Flow {
        form,
        cache,
        keep_text,
        origins,
        prose: Prose { sections: vec![Section::default(); form.sections.len()], ..Prose::default() },
        changes: Vec::new(),
        current: None,
        headed: vec![None; form.sections.len()],
        front: Vec::new(),
        facts: Default::default(),
        asked: Default::default(),
        read: vec![Default::default(); form.sections.len()],
        furniture: labels().furniture(),
        labels: cache.form(form),
        placed: BTreeMap::new(),
        paragraphs: 0,
        characters: 0,
    };
    flow.place_headings(views, tables);
    for (i, view) in views.iter().enumerate() {
        flow.read_sheet(i, view, tables);
    }
    flow.finish_cover(name, views);
    flow.drop_empty_subheadings();
    flow.entitle(views, tables);
    flow.note_origins();
    flow.report_changes();
    flow.prose
}

/// Agency and year of a workbook without official tables, as far as cover and title state them.
pub fn agency_and_year(
    name: &str,
    views: &[View<'_>],
    options: &Options,
    cache: &Cache,
) -> (Option<String>, Option<u16>) {
    let Some(form) = options.forms.first() else { return (None, None) };
    let (places, areas, findings) = (form.tables.iter().map(|_| Vec::new()).collect(), Vec::new(), Vec::new());
    let nothing = Recognised { form: form.clone(), places, areas, certain: false, findings };
    let cover = read(name, views, &nothing, options.keep_text, cache, &mut Origins::default()).cover;
    (Some(cover.agency).filter(|a| !a.is_empty()), Some(cover.year).filter(|y| *y > 0))
}

/// More paragraphs than any report has.
pub(super) const MOST_PARAGRAPHS: usize = 20_000;

/// Most characters of all texts of a report together: a thousand pages, more than any report has. JSON written from such a
/// report, with its findings, stays within the limits for reading it again.
pub(super) const MOST_CHARACTERS: usize = 1_000_000;
/// Most characters of a paragraph: more than an Excel cell can have, and in bytes within the limit for texts of JSON that is read
/// again.
const LONGEST_PARAGRAPH: usize = 200_000;

/// A paragraph before the first section, not yet known to be title or preface.
pub(super) struct Front {
    pub(super) text: String,
    pub(super) source: Source,
}

/// A fact as stated in the workbook.
pub(super) struct StatedFact {
    pub(super) text: String,
    pub(super) source: Source,
    /// Whether it is stated on a cover.
    pub(super) on_cover: bool,
}

pub(super) struct Flow<'a> {
    pub(super) form: &'a Form,
    pub(super) cache: &'a Cache,
    keep_text: bool,
    pub(super) origins: &'a mut Origins,
    pub(super) prose: Prose,
    /// The place of each changed text, and its changes.
    changes: Vec<(Source, Changes)>,
    /// The section that the next paragraph belongs to; `None` before the first.
    pub(super) current: Option<usize>,
    /// Where each section's heading was found.
    pub(super) headed: Vec<Option<Source>>,
    pub(super) front: Vec<Front>,
    /// Cover fields in the order of the labels.
    pub(super) facts: [Option<StatedFact>; 6],
    /// Where each field's value was expected.
    pub(super) asked: [Option<Source>; 6],
    /// Where each paragraph was read and what was written there, by section: before the table and after it.
    pub(super) read: Vec<[Vec<(Source, String)>; 2]>,
    /// Words that belong to the standard workbook, not to the report.
    pub(super) furniture: Vec<&'static str>,
    pub(super) labels: Arc<FormLabels>,
    /// Lines that are section headings with unknown wording, and their section.
    pub(super) placed: BTreeMap<LineAt, usize>,
    /// Paragraphs and characters read so far.
    paragraphs: usize,
    characters: usize,
}

/// The sheet being read.
pub(super) struct OnSheet<'v, 's> {
    index: usize,
    pub(super) view: &'v View<'s>,
    pub(super) kind: SheetKind,
    /// The tables of this sheet.
    areas: Vec<&'v Area>,
    /// Cells that were read as facts.
    pub(super) used: BTreeSet<Address>,
    /// The last table above the current cell.
    after_table: Option<usize>,
    /// Cells whose text was taken as paragraphs.
    paragraphs: Vec<Address>,
    omitted: Omitted,
}

/// Cells of a sheet that are not part of the report, by the reason.
#[derive(Default)]
struct Omitted {
    outside_inputs: Remarks,
    outside_tables: Remarks,
    uncomputed: Remarks,
    errors: Remarks,
}

impl Omitted {
    fn findings(self) -> impl Iterator<Item = Finding> {
        let Omitted { outside_inputs, outside_tables, uncomputed, errors } = self;
        let found = [
            outside_inputs.outside_inputs(),
            outside_tables.outside_tables(),
            uncomputed.uncomputed(),
            errors.errors(),
        ];
        found.into_iter().flatten()
    }
}

impl Flow<'_> {
    fn read_sheet(&mut self, index: usize, view: &View<'_>, tables: &Recognised) {
        let kind = SheetKind::of(view, &self.labels.wordings);
        let areas: Vec<&Area> = tables.areas.iter().filter(|a| a.sheet == index).collect();
        let by_name = self.section_by_name(view);
        self.current = by_name.or_else(|| self.section_above_table(index, view, &areas)).or(self.current);
        if !kind.is_cover() && by_name.is_none() && areas.is_empty() && !self.is_of_the_report(index, view) {
            self.report_foreign_sheet(view);
            return;
        }
        self.hidden_text(view, &areas);
        let (used, paragraphs, omitted) = Default::default();
        let mut sheet = OnSheet { index, view, kind, areas, used, after_table: None, paragraphs, omitted };
        for cell in &view.sheet.cells {
            if !sheet.used.contains(&cell.at) && !view.sheet.hides(cell.at) {
                self.read_cell(&mut sheet, cell);
            }
        }
        self.prose.findings.extend(sheet.omitted.findings());
        if kind == SheetKind::Own {
            let beside = remarks::beside_text(view, &sheet.paragraphs, |text| self.heads_anything(text));
            self.prose.findings.extend(beside);
        }
    }

    /// The section of the text above the first table of a sheet: that of the table, unless a heading says otherwise; `None` if the
    /// section does not change.
    fn section_above_table(&self, index: usize, view: &View<'_>, areas: &[&Area]) -> Option<usize> {
        let (first, table) = first_table(areas)?;
        let by_words = |(_, f): (Address, &Folded)| self.labels.wordings.section(f).is_some();
        let headed = view.labels().take_while(|(at, _)| at.row < first.top).any(by_words)
            || self.placed.keys().any(|(sheet, at, _)| *sheet == index && at.row < first.top);
        (!headed && self.current.is_some()).then(|| self.form.section_of(table))
    }

    fn report_foreign_sheet(&mut self, view: &View<'_>) {
        let name = &view.sheet.name;
        if !view.sheet.cells.is_empty() {
            let message = format!("工作表“{name}”没有官方表格，也没有报告的标题，没有采用");
            let hint = "如果它属于报告，请在上面写明是哪个部分的标题";
            self.prose.findings.push(finding(Code::N111, message).at(Source::sheet(name)).hint(hint));
        }
    }

    /// Reads a cell as a fact or a paragraph, or records why it is omitted.
    fn read_cell(&mut self, sheet: &mut OnSheet<'_, '_>, cell: &Cell) {
        let row = cell.at.row;
        let above = sheet.areas.iter().filter(|a| a.top <= row && a.table.is_some()).max_by_key(|a| a.top);
        if let Some(table) = above.and_then(|a| a.table)
            && sheet.after_table != Some(table)
        {
            sheet.after_table = Some(table);
            self.current = Some(self.form.section_of(table));
        }
        if sheet.areas.iter().any(|a| a.rows(row)) {
            if !sheet.areas.iter().any(|a| a.holds(cell.at)) {
                sheet.omitted.outside_tables.add(sheet.view, cell);
            }
            return;
        }
        match &cell.content {
            Content::Text(text) => {
                let front = self.current.is_none() || sheet.kind.is_cover();
                if front && self.field(sheet, cell.at, text) || self.furniture.contains(&text.trim()) {
                    return;
                }
                if sheet.kind.takes_words(cell.at) {
                    sheet.paragraphs.push(cell.at);
                    self.read_text(sheet, cell.at, text);
                } else if text::lines(text).next().is_some() {
                    sheet.omitted.outside_inputs.add(sheet.view, cell);
                }
            }
            Content::Uncomputed => sheet.omitted.uncomputed.add(sheet.view, cell),
            Content::Error(_) => sheet.omitted.errors.add(sheet.view, cell),
            _ => sheet.omitted.outside_tables.add(sheet.view, cell),
        }
    }

    /// Reports content in hidden rows and columns, which is not published.
    fn hidden_text(&mut self, view: &View<'_>, here: &[&Area]) {
        let placed = |c: &&Cell| here.iter().any(|a| a.rows(c.at.row));
        let mut hidden = view.sheet.cells.iter().filter(|c| view.sheet.hides(c.at)).filter(|c| !placed(c));
        if let Some(first) = hidden.next() {
            let source = Source::cell(&view.sheet.name, first.at);
            let message = format!("{source} 等 {} 个格子在隐藏的行或列里，没有采用", hidden.count() + 1);
            self.prose.findings.push(finding(Code::N107, message).at(source).hint("如果属于报告，请取消隐藏"));
        }
    }

    fn read_text(&mut self, sheet: &OnSheet<'_, '_>, at: Address, text: &str) {
        let (cover, after_table) = (sheet.kind.is_cover(), sheet.after_table);
        let source = Source::cell(&sheet.view.sheet.name, at);
        for (n, line) in text::lines(text).enumerate() {
            self.paragraphs += 1;
            if self.paragraphs > MOST_PARAGRAPHS {
                if self.paragraphs == MOST_PARAGRAPHS + 1 {
                    let message = format!("正文超过上限 {MOST_PARAGRAPHS} 段，不像是一份年度报告，请删去无关内容");
                    self.prose.findings.push(finding(Code::I101, message).at(source.clone()));
                }
                return;
            }
            if !self.admit_text(line, &source) {
                return;
            }
            self.report_marked(line, &source);
            let heading = if cover { None } else { self.heading(line, (sheet.index, at, n)) };
            if let Some(section) = heading {
                self.start(section, line, &source);
                if !self.is_kept(section) {
                    continue;
                }
            }
            // The title may be at the top of a sheet that is named after a section, or of one that is not the first.
            let titled = at.row < 3 && title::parse(line).is_some_and(|t| t.agency.is_some() && t.year.is_some());
            // If the agency chooses the headings, the text begins with the first of them.
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
            let content = &mut self.prose.sections[section];
            let behind = after_table.is_some() && self.form.sections[section].table == after_table;
            let after = behind || !content.after.is_empty();
            if after { &mut content.after } else { &mut content.before }.push(paragraph);
            self.read[section][usize::from(after)].push((source.clone(), line.to_owned()));
        }
    }

    /// Whether a text is within the limits of one paragraph and of all texts together. Reports each paragraph that is too long,
    /// and the first text beyond the total.
    pub(super) fn admit_text(&mut self, text: &str, source: &Source) -> bool {
        let (before, length) = (self.characters, text.chars().count());
        self.characters = before.saturating_add(length);
        if length > LONGEST_PARAGRAPH {
            let most = LONGEST_PARAGRAPH / 10_000;
            let message = format!("{source} 的一段文字超过上限 {most} 万字，不像是一份年度报告，请删去无关内容");
            self.prose.findings.push(finding(Code::I101, message).at(source.clone()));
            return false;
        }
        let held = self.characters <= MOST_CHARACTERS;
        if !held && before <= MOST_CHARACTERS {
            let message = format!("正文超过上限 {} 万字，不像是一份年度报告，请删去无关内容", MOST_CHARACTERS / 10_000);
            self.prose.findings.push(finding(Code::I101, message).at(source.clone()));
        }
        held
    }

    /// Reports superscripts, subscripts and struck-out words, which plain text does not show.
    pub(super) fn report_marked(&mut self, text: &str, source: &Source) {
        let Some((words, changes)) = text::marked(text) else { return };
        let found = if changes {
            let message = format!("{source} 的“{words}”里有上标、下标或划掉的数字，按普通文字会成为别的数");
            finding(Code::N210, message).hint("请改成普通文字（如 10 的 6 次方写作 100 万），划掉的请删去")
        } else {
            let message = format!("{source} 的“{words}”里有上标、下标或划掉的字，已按普通文字采用");
            finding(Code::N114, message).hint("划掉的字请删去")
        };
        self.prose.findings.push(found.at(source.clone()));
    }

    pub(super) fn normalised(&mut self, line: &str, source: &Source) -> String {
        let (text, changes) = text::normalise(line, self.keep_text);
        if changes != Changes::default() {
            self.changes.push((source.clone(), changes));
        }
        text
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
                Change::Radical => (Code::P602, "形似汉字的部首或兼容字已换成汉字"),
                Change::Control => (Code::P602, "控制字符和零宽字符已去掉"),
                Change::Mark => (Code::N105, "半角标点改为全角"),
                Change::Space => (Code::N105, "多余的空格去掉"),
                Change::Quote => (Code::N105, "直引号改为弯引号"),
            };
            let message = format!("{what} {count} 处，首见于{first}");
            let mut places: Vec<Source> = with.iter().map(|(s, _)| s.clone()).collect();
            places.dedup();
            self.prose.findings.push(finding(code, message).at_all(places.into_iter().collect()));
        }
    }
}

/// The topmost table of a sheet.
fn first_table<'a>(areas: &[&'a Area]) -> Option<(&'a Area, usize)> {
    areas.iter().filter_map(|a| Some((*a, a.table?))).min_by_key(|(a, _)| a.top)
}
