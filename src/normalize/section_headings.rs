//! The headings of the report's sections and the subheadings in them: which lines they are, and which section they begin.
//!
//! Part of [`super::flow`]: takes lines and sheet names, gives the section that they begin or the level of a paragraph. Reports
//! headings whose wording differs from the form, that occur twice, or that have no text.

use super::edition::Recognised;
use super::flow::Flow;
use super::fold::{Folded, LabelBody};
use super::placed_headings::{Landmarks, LineAt};
use super::sheet_kind::SheetKind;
use super::view::View;
use super::{heading, text, title};
use crate::import::{Cell, Content};
use crate::model::{Address, Code, Paragraph, Place, Section, Source, finding};

impl Flow<'_> {
    /// The section that a sheet is named after.
    pub(super) fn section_by_name(&self, view: &View<'_>) -> Option<usize> {
        self.cache.fold(&view.sheet.name).and_then(|f| self.labels.wordings.sheet(&f))
    }

    /// Whether a sheet without tables contains the title of a report or the heading of a section.
    pub(super) fn is_of_the_report(&self, index: usize, view: &View<'_>) -> bool {
        let text = |c: &Cell| matches!(&c.content, Content::Text(t) if title::parse(t).is_some());
        let own = |at| view.text(at).is_some_and(|t| self.level(t.trim()) > 0);
        let heads = |(at, f): (Address, &Folded)| {
            self.labels.wordings.section(f).is_some() || self.form.free_headings && own(at)
        };
        view.labels().any(heads)
            || self.placed.keys().any(|(sheet, ..)| *sheet == index)
            || view.sheet.cells.iter().any(text)
    }

    /// Whether a text is a heading of any level.
    pub(super) fn heads_anything(&self, text: &str) -> bool {
        let text = text.trim();
        self.level(text) > 0 || self.cache.fold(text).is_some_and(|f| self.labels.wordings.section(&f).is_some())
    }

    /// Finds the lines that are section headings with unknown wording.
    pub(super) fn place_headings(&mut self, views: &[View<'_>], tables: &Recognised) {
        if self.form.free_headings {
            return;
        }
        let mut landmarks = Landmarks::default();
        for (index, view) in views.iter().enumerate() {
            let kind = SheetKind::of(view, &self.labels.wordings);
            if let Some(section) = self.section_by_name(view) {
                landmarks.section(section);
            }
            if kind.is_cover() {
                continue;
            }
            for cell in view.sheet.cells.iter().filter(|c| !view.sheet.hides(c.at)) {
                let area = tables.areas.iter().find(|a| a.sheet == index && a.rows(cell.at.row));
                match (area, &cell.content) {
                    (Some(area), _) => area.table.into_iter().for_each(|t| landmarks.table(self.form.section_of(t))),
                    (None, Content::Text(text)) if !self.furniture.contains(&text.trim()) => {
                        for (n, line) in text::lines(text).enumerate() {
                            landmarks.line(self.form, &self.labels.wordings, (index, cell.at, n), line, self.cache);
                        }
                    }
                    _ => {}
                }
            }
        }
        self.placed = landmarks.headings(self.form);
    }

    /// The level of a paragraph. If headings are free, the title of a table and 一、 have level 1.
    pub(super) fn level(&self, text: &str) -> u8 {
        match (self.form.free_headings, self.labels.wordings.title(text, self.cache)) {
            (true, Some(_)) => 1,
            (true, None) => heading::free_level(text),
            (false, _) => heading::level(text),
        }
    }

    /// Whether the heading of a section is printed as the agency wrote it: only the title of a table, if headings are free.
    pub(super) fn is_kept(&self, section: usize) -> bool {
        self.form.free_headings && self.form.sections[section].table.is_some()
    }

    /// The section that a line is the heading of: by its wording, or by its number and place, or as the next section by its
    /// number and most of its characters.
    pub(super) fn heading(&self, line: &str, at: LineAt) -> Option<usize> {
        if let Some(section) = self.labels.wordings.title(line, self.cache) {
            return Some(section);
        }
        let folded = self.cache.fold(line)?;
        if self.form.free_headings {
            return self.labels.wordings.section(&folded).filter(|s| !self.is_kept(*s));
        }
        self.labels.wordings.section(&folded).or_else(|| self.placed.get(&at).copied()).or_else(|| {
            let next = self.current.map_or(0, |c| c + 1);
            let official = self.cache.fold(&self.form.sections.get(next)?.heading)?;
            let short = folded.body.chars().count() <= 25 && !line.contains(['。', '；', '：', ':', '，']);
            let known = folded.body.chars().filter(|c| official.body.contains(*c)).count();
            let alike = known * 10 >= folded.body.chars().count() * 6;
            (short && alike && !folded.bracketed && folded.number.is_some() && folded.number == official.number)
                .then_some(next)
        })
    }

    pub(super) fn start(&mut self, section: usize, line: &str, source: &Source) {
        let again = self.current == Some(section);
        self.current = Some(section);
        if self.form.free_headings {
            self.headed[section].get_or_insert_with(|| source.clone());
            return;
        }
        let official = &self.form.sections[section].heading;
        if self.cache.body(line) != self.cache.body(official) {
            let message = format!("{source} 的标题“{line}”按规定写作“{official}”");
            self.prose.findings.push(finding(Code::N112, message).at(source.clone()));
        }
        let Some(first) = &self.headed[section] else {
            self.origins.note(Place::Section { section }, source.clone(), official.as_str());
            self.headed[section] = Some(source.clone());
            return;
        };
        // A heading pasted along with its text below the heading that was already there: only the section's own text is between
        // them.
        if again && first.sheet == source.sheet {
            let message = format!("“{official}”的标题写了两次（{first}和{source}），只用一次");
            self.prose.findings.push(finding(Code::N112, message).at(source.clone()).related([first.clone()]));
            return;
        }
        let contents = |section: &usize| self.prose.sections[*section].paragraphs().next().is_none();
        let listed = (0..self.headed.len()).filter(|s| self.headed[*s].is_some()).all(|s| contents(&s));
        let fix = if listed {
            "前面像是目录，请删去目录"
        } else {
            "一个工作簿只放一份报告；整份重复粘贴的请删去一份，正文里误写的标题请改成普通文字"
        };
        let message = format!("“{official}”的标题出现了两次：{first}和{source}");
        self.prose.findings.push(finding(Code::N204, message).at(source.clone()).related([first.clone()]).hint(fix));
    }

    /// Removes subheadings of the standard workbook without text below them, and notes it.
    pub(super) fn drop_empty_subheadings(&mut self) {
        for (i, section) in self.form.sections.iter().enumerate() {
            let offered: Vec<LabelBody> = section.subheadings.iter().map(|h| self.cache.body(h)).collect();
            let paragraphs = &mut self.prose.sections[i].before;
            for p in (0..paragraphs.len()).rev() {
                let alone = paragraphs[p].level == 2 && paragraphs.get(p + 1).is_none_or(|next| next.level == 2);
                if alone && offered.contains(&self.cache.body(&paragraphs[p].text)) {
                    let (source, _) = self.read[i][0].remove(p);
                    let message = format!("“{}”下面没有正文，已略去", paragraphs.remove(p).text);
                    self.prose.findings.push(finding(Code::N109, message).at(source));
                }
            }
        }
    }

    /// If headings are free: adds the form's title to a table without a title and without a heading directly above it.
    pub(super) fn entitle(&mut self, views: &[View<'_>], tables: &Recognised) {
        for (i, section) in self.form.sections.iter().enumerate() {
            let (true, Some(table)) = (self.is_kept(i), section.table) else { continue };
            let (before, own) = self.prose.sections.split_at_mut(i);
            let own = &mut own[0].before;
            let above = own.last().or(before.iter().flat_map(Section::paragraphs).last());
            if above.is_some_and(|p| p.level > 0) || own.iter().any(|p| p.level == 1) {
                continue;
            }
            let Some(Some(first)) = tables.places[table].first() else { continue };
            let source = Source::cell(&views[first.sheet].sheet.name, Address { row: first.top, column: first.left });
            own.insert(0, Paragraph::heading(1, &section.heading));
            self.read[i][0].insert(0, (source.clone(), String::new()));
            let message = format!("{source} 的表前没有标题，按表样加上“{}”", section.heading);
            self.prose.findings.push(finding(Code::N112, message).at(source));
        }
    }
}
