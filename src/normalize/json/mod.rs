//! A report as JSON → the report. Every name and number is checked against its form; nothing is guessed or corrected.
//!
//! Takes the tree of a JSON that is a report according to its format member, and the known forms; gives the same as
//! [`super::normalize`]. Texts are kept as they are. An origin is kept only if what was read there equals the part, so a number
//! that was changed by hand has no origin. Only findings about how a workbook was read are repeated; `check` finds all others
//! again.

mod figures;
mod object;

use std::sync::Arc;

use super::cover::is_agency_name;
use super::flow::{MOST_CHARACTERS, MOST_PARAGRAPHS};
use super::text::unified;
use super::{Normalized, Options, misdated, settle, title};
use crate::form::{DataLabels, Form, labels};
use crate::import::{Json, MARKED};
use crate::model::{
    CellEntry, Code, Cover, Fact, Finding, Origins, Paragraph, Place, Report, Section, Source, finding, is_invisible,
};
use object::{JsonError, Object, Path, printable_start};

/// Reads a tree as one report.
pub fn normalize(json: &Json, options: &Options) -> Normalized {
    read(json, options, false)
}

/// Reads a tree for a proof: every name that the JSON repeats must be exactly the form's.
pub fn normalize_exact(json: &Json, options: &Options) -> Normalized {
    read(json, options, true)
}

fn read(json: &Json, options: &Options, exact: bool) -> Normalized {
    let mut reader = ReportReader {
        exact,
        same_words: true,
        renamed: Vec::new(),
        origins: Origins::default(),
        edited: Vec::new(),
        words: Vec::new(),
        paragraphs: 0,
        characters: 0,
    };
    match reader.report(json, options) {
        Err(JsonError(what)) => {
            let hint = "请改正这一处，或重新生成；写法见 samples/report.schema.json";
            let findings = vec![finding(Code::N211, format!("JSON 的 {}", what.trim_start())).hint(hint)];
            let (agency, year, edition) = named(json, options);
            Normalized { report: None, agency, year, edition, origins: Origins::default(), findings }
        }
        Ok((mut report, repeated)) => {
            let mut findings = repeated;
            findings.append(&mut reader.edited);
            findings.extend(reader.edited_words());
            findings.extend(reader.renamed_parts());
            findings.extend(misdated(&report, &reader.origins));
            findings.extend(settle(&mut report, &reader.origins).into_iter().map(Finding::in_reading));
            Normalized {
                agency: Some(report.cover.agency.clone()),
                year: Some(report.cover.year),
                edition: Some(report.form.id.clone()),
                report: Some(report),
                origins: reader.origins,
                findings,
            }
        }
    }
}

struct ReportReader {
    /// Whether names must agree even if the form was renamed.
    exact: bool,
    /// Whether the form's names are those it had when the JSON was written. If not, values and texts are found by their keys and
    /// take the form's current names.
    same_words: bool,
    /// Names that differ from the form's.
    renamed: Vec<String>,
    origins: Origins,
    /// Findings on values that differ from what was read from the workbook.
    edited: Vec<Finding>,
    /// Paths of texts that differ from what was read from the workbook.
    words: Vec<String>,
    paragraphs: usize,
    characters: usize,
}

impl ReportReader {
    fn report(&mut self, json: &Json, options: &Options) -> Result<(Report, Vec<Finding>), JsonError> {
        let members = ["version", "edition", "cover", "preface", "sections", "tables", "findings", DataLabels::FORMAT];
        let top = Object::of(json, Path::default(), &members)?;
        let version = top.whole("version")?;
        if version != i128::from(labels().data.version) {
            let what = format!("是 {version}，这个版本的 nianbao 只认 {}", labels().data.version);
            return Err(top.member_error("version", &what));
        }
        let (form, same_words, notice) = form(&top, options)?;
        self.same_words = same_words || self.exact;
        self.agreed(notice)?;
        let mut report = Report::blank(form);
        report.cover = self.cover(&top)?;
        report.preface = self.paragraphs(&top, "preface", false, |paragraph| Place::Preface { paragraph })?;
        self.sections(&top, &mut report)?;
        self.tables(&top, &mut report)?;
        let mut findings = Vec::new();
        for (i, json) in top.any("findings")?.iter().enumerate() {
            findings.extend(repeated_finding(json, top.item("findings", i))?);
        }
        Ok((report, findings))
    }

    fn cover(&mut self, top: &Object<'_>) -> Result<Cover, JsonError> {
        let mut known = vec!["agency", "year", "title", "published", "contact", "index", "origin"];
        known.extend(Fact::ALL.map(Fact::origin));
        let cover = Object::of(top.need("cover")?, top.at("cover"), &known)?;
        let agency = words(&cover, "agency")?;
        if !is_agency_name(&agency) {
            return Err(cover.member_error("agency", "不是单位名称，请填写全称"));
        }
        let given = cover.whole("year")?;
        let year = u16::try_from(given).ok().filter(|y| title::year(&y.to_string()).is_some());
        let year = year.ok_or_else(|| cover.member_error("year", "不是四位年份，如 2024"))?;
        let fact = |name| cover.optional(name)?.map(|_| words(&cover, name)).transpose();
        let stated_title = fact("title")?;
        if let Some(other) = stated_title.as_deref().and_then(title::parse).and_then(|t| t.year).filter(|y| *y != year)
        {
            return Err(cover.member_error("year", &format!("是 {year}，标题写的是 {other}，请改成一致")));
        }
        let title = stated_title.unwrap_or_else(|| labels().report.made_title(&agency, year));
        let (published, contact, index) = (fact("published")?, fact("contact")?, fact("index")?);
        let cover_read = Cover { agency, year, title, published, contact, index };
        if self.origin(&cover, Place::Title, &cover_read.words())?.is_some() {
            self.words.push(top.at("cover").to_string());
        }
        for fact in Fact::ALL {
            let name = fact.origin();
            let now = cover_read.fact(fact).unwrap_or_default();
            if self.origin_at(&cover, name, Place::Fact(fact), now)?.is_some() {
                self.words.push(cover.at(name).to_string());
            }
        }
        Ok(cover_read)
    }

    fn paragraphs(
        &mut self,
        object: &Object<'_>,
        name: &'static str,
        free: bool,
        place: impl Fn(usize) -> Place,
    ) -> Result<Vec<Paragraph>, JsonError> {
        let mut out = Vec::new();
        for (i, json) in object.any(name)?.iter().enumerate() {
            self.paragraphs += 1;
            if self.paragraphs > MOST_PARAGRAPHS {
                return Err(object.member_error(name, &format!("使正文超过上限 {MOST_PARAGRAPHS} 段，请删去无关内容")));
            }
            let path = object.item(name, i);
            let one = Object::of(json, path.clone(), &["level", "text", "origin"])?;
            let level = u8::try_from(one.whole("level")?).ok().filter(|l| *l <= 3 && (*l != 1 || free));
            let levels = if free { "0、1、2 或 3" } else { "0、2 或 3" };
            let level = level.ok_or_else(|| one.member_error("level", &format!("应当是 {levels}")))?;
            let text = words(&one, "text")?;
            self.characters = self.characters.saturating_add(text.chars().count());
            if self.characters > MOST_CHARACTERS {
                let most = MOST_CHARACTERS / 10_000;
                return Err(one.member_error("text", &format!("使正文超过上限 {most} 万字，请删去无关内容")));
            }
            if self.origin(&one, place(i), &text)?.is_some() {
                self.words.push(path.to_string());
            }
            out.push(Paragraph { level, text });
        }
        Ok(out)
    }

    fn sections(&mut self, top: &Object<'_>, report: &mut Report) -> Result<(), JsonError> {
        let form = report.form.clone();
        let keys: Vec<&str> = form.sections.iter().map(|s| s.key.as_str()).collect();
        let mut objects: Vec<Option<Object<'_>>> = vec![None; keys.len()];
        for (i, json) in top.list("sections")?.iter().enumerate() {
            let path = top.item("sections", i);
            let one = Object::of(json, path, &["key", "heading", "origin", "before", "after"])?;
            let section = place(&one, &keys, &mut objects)?;
            self.agreed(one.agrees("heading", &form.sections[section].heading)?)?;
        }
        for (section, (object, official)) in objects.into_iter().zip(&form.sections).enumerate() {
            let Some(one) = object else { return Err(lacking(top, "sections", &official.key, &official.heading)) };
            one.list("before")?;
            if official.table.is_none() && !one.any("after")?.is_empty() {
                return Err(one.member_error("after", "应当是空的，这一部分没有表格，文字都写在 before 里"));
            }
            let paragraph = |first: usize| move |i: usize| Place::Paragraph { section, paragraph: first + i };
            let before = self.paragraphs(&one, "before", form.free_headings, paragraph(0))?;
            let after = self.paragraphs(&one, "after", form.free_headings, paragraph(before.len()))?;
            // The text is the form's heading, so a difference is not reported.
            self.origin(&one, Place::Section { section }, &official.heading)?;
            report.sections[section] = Section { before, after };
        }
        Ok(())
    }

    fn tables(&mut self, top: &Object<'_>, report: &mut Report) -> Result<(), JsonError> {
        let form = report.form.clone();
        let keys: Vec<&str> = form.tables.iter().map(|t| t.key.as_str()).collect();
        let mut objects: Vec<Option<Object<'_>>> = vec![None; keys.len()];
        for (i, json) in top.list("tables")?.iter().enumerate() {
            let one = Object::of(json, top.item("tables", i), &["key", "name", "caption", "values"])?;
            let table = place(&one, &keys, &mut objects)?;
            self.agreed(one.agrees("name", &form.tables[table].name)?)?;
            self.agreed(one.agrees("caption", &form.tables[table].caption)?)?;
        }
        for (t, (object, table)) in objects.into_iter().zip(&form.tables).enumerate() {
            let Some(one) = object else { return Err(lacking(top, "tables", &table.key, &table.name)) };
            for (slot, (value, object)) in
                figures::read(table, &one, &mut |other| self.agreed(other))?.into_iter().enumerate()
            {
                report.tables[t][slot] = value;
                if let Some((source, read)) =
                    self.origin(&object, Place::Value { table: t, slot }, &value.to_string())?
                {
                    let shown = |text: &str| {
                        if text.is_empty() { "空白".to_owned() } else { format!(" {}", printable_start(text)) }
                    };
                    let (name, now) = (figures::name(table, slot), shown(&value.to_string()));
                    // A cell address is separated from the following words by a space, a quoted sheet name is not.
                    let apart = if source.cell.is_some() { " " } else { "" };
                    let read = shown(&read);
                    let message = format!("JSON 里{name}是{now}，从{source}{apart}读到的是{read}，出处不再采用");
                    self.edited.push(finding(Code::N116, message).found(value).in_reading());
                }
            }
        }
        Ok(())
    }

    /// Accepts a name that differs from the form's only if the form was renamed since.
    fn agreed(&mut self, other: Option<JsonError>) -> Result<(), JsonError> {
        match other {
            Some(error) if self.same_words => Err(error),
            Some(JsonError(what)) => {
                self.renamed.push(what);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Records where a part was read, if what was read there equals `now`; otherwise returns the source and what was read.
    fn origin(&mut self, object: &Object<'_>, place: Place, now: &str) -> Result<Option<(Source, String)>, JsonError> {
        self.origin_at(object, "origin", place, now)
    }

    /// Like [`ReportReader::origin`], for a member with another name.
    fn origin_at(
        &mut self,
        object: &Object<'_>,
        name: &'static str,
        place: Place,
        now: &str,
    ) -> Result<Option<(Source, String)>, JsonError> {
        let Some(json) = object.get(name) else { return Ok(None) };
        let origin = Object::of(json, object.at(name), &["sheet", "cell", "written", "read", "entry"])?;
        let (source, written) = (source(&origin)?, origin.text("written")?);
        let read = origin.optional("read")?.unwrap_or(written);
        if read != now {
            return Ok(Some((source, read.to_owned())));
        }
        self.origins.note(place, source, written);
        self.origins.note_entry(place, entry(&origin)?);
        Ok(None)
    }

    /// One finding for all names that the form has changed since the JSON was written.
    fn renamed_parts(&self) -> Option<Finding> {
        let first = self.renamed.first()?;
        let first = first.split(object::UNSURE).next().unwrap_or(first);
        let many = if self.renamed.len() > 1 { format!(" 等 {} 处", self.renamed.len()) } else { String::new() };
        let message = format!("JSON 里的名称不是表样现在的写法，按键对应，输出用表样的写法：{first}{many}");
        Some(finding(Code::N112, message).in_reading())
    }

    /// One finding for all texts that differ from what was read.
    fn edited_words(&self) -> Option<Finding> {
        let first = self.words.first()?;
        let many = if self.words.len() > 1 { format!(" 等 {} 处", self.words.len()) } else { String::new() };
        let message = format!("JSON 里的文字与从工作簿读到的不同，出处不再采用：{first}{many}");
        Some(finding(Code::N116, message).in_reading())
    }
}

/// The form of the report, identified by its id and layout; whether its names are those of the report; and an error if the report
/// names another notice.
fn form(top: &Object<'_>, options: &Options) -> Result<(Arc<Form>, bool, Option<JsonError>), JsonError> {
    let edition = Object::of(top.need("edition")?, top.at("edition"), &["id", "notice", "digest", "wording"])?;
    let (id, digest) = (edition.text("id")?, edition.text("digest")?);
    let mut of_id = options.forms.iter().filter(|f| f.id == id).peekable();
    if of_id.peek().is_none() {
        let known: Vec<&str> = options.forms.iter().map(|f| f.id.as_str()).collect();
        let what = format!(
            "是“{}”，没有这一版表样，可以是 {}；地方的表样用 --form 加上",
            printable_start(id),
            known.join("、")
        );
        return Err(edition.member_error("id", &what));
    }
    // Earlier versions did not write the digest of the wording.
    let wording = edition.optional("wording")?;
    let known: Vec<_> = of_id.filter(|f| f.has_structure(digest)).collect();
    let same = known.iter().find(|f| wording == Some(f.wording()));
    let form = same.or(known.first());
    let form =
        form.ok_or_else(|| edition.member_error("digest", &format!("不是这里的 {id} 版表样，行和列可能不同")))?;
    Ok(((*form).clone(), same.is_some(), edition.agrees("notice", &form.notice)?))
}

/// Agency, year and edition of a refused JSON, as far as they are certain.
fn named(json: &Json, options: &Options) -> (Option<String>, Option<u16>, Option<String>) {
    let member = |name| Object::whatever(json)?.get(name).and_then(Object::whatever);
    let (cover, edition) = (member("cover"), member("edition"));
    let agency = cover.as_ref().and_then(|c| words(c, "agency").ok());
    let year = cover.and_then(|c| c.whole("year").ok()).and_then(|y| title::year(&y.to_string()));
    let id = edition.as_ref().and_then(|e| e.text("id").ok()).filter(|id| options.forms.iter().any(|f| f.id == *id));
    (agency, year, id.map(str::to_owned))
}

/// Stores an object by its key, and returns the index.
fn place<'j>(one: &Object<'j>, keys: &[&str], objects: &mut [Option<Object<'j>>]) -> Result<usize, JsonError> {
    let key = one.text("key")?;
    let Some(index) = keys.iter().position(|k| *k == key) else {
        return Err(
            one.member_error("key", &format!("是“{}”，表样里没有，可以是 {}", printable_start(key), keys.join("、")))
        );
    };
    match objects[index].replace(one.clone()) {
        Some(_) => Err(one.member_error("key", &format!("“{key}”写了两次，请只保留一处"))),
        None => Ok(index),
    }
}

fn lacking(top: &Object<'_>, list: &str, key: &str, name: &str) -> JsonError {
    top.member_error(list, &format!("里缺少 key 为 {key} 的一项（{name}），请补上"))
}

/// A text of a report: not empty, one line, without invisible characters.
fn words(object: &Object<'_>, name: &str) -> Result<String, JsonError> {
    let text = object.text(name)?;
    if text.is_empty() {
        return Err(object.member_error(name, "是空的，请填写或删去"));
    }
    let ends = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}');
    match text.chars().find(|c| ends(*c) || is_invisible(*c) || *c == MARKED || unified(*c) != *c) {
        Some(c) if ends(c) => Err(object.member_error(name, "里有换行、制表符或不换行的空格，请一段写一项")),
        Some(c) => Err(object.member_error(name, &format!("里有不能照印的字符 U+{:04X}，请改成规范的字", c as u32))),
        None => Ok(text.to_owned()),
    }
}

/// How a value was stored in its cell.
fn entry(origin: &Object<'_>) -> Result<CellEntry, JsonError> {
    match origin.optional("entry")? {
        None => Ok(CellEntry::Number),
        Some("text") => Ok(CellEntry::Text),
        Some("formula") => Ok(CellEntry::Formula),
        Some(_) => Err(origin.member_error("entry", "应当是 text 或 formula")),
    }
}

/// A place in the workbook that was read.
fn source(object: &Object<'_>) -> Result<Source, JsonError> {
    let cell =
        object.optional("cell")?.map(|c| c.parse().map_err(|_| object.member_error("cell", "不是单元格地址，如 D28")));
    Ok(Source { file: None, sheet: object.text("sheet")?.into(), cell: cell.transpose()? })
}

/// A finding that cannot be derived again without the workbook; `None` for all others, which are not trusted.
fn repeated_finding(json: &Json, path: Path) -> Result<Option<Finding>, JsonError> {
    let known =
        ["code", "severity", "stage", "sheet", "cell", "message", "expected", "found", "related", "more", "hint"];
    let one = Object::of(json, path, &known)?;
    let (code, stage) = (one.text("code")?, one.text("stage")?);
    let code = code.parse().ok().filter(|c: &Code| c.rule().reading && !c.rule().refuses);
    let Some(code) = code.filter(|_| stage == "reading") else { return Ok(None) };
    let mut repeated = finding(code, one.text("message")?).in_reading();
    if one.get("sheet").is_some() {
        repeated.source = Some(source(&one)?);
    }
    let own = |text: Option<&str>| text.map(str::to_owned);
    repeated.expected = own(one.optional("expected")?);
    repeated.found = own(one.optional("found")?);
    repeated.hint = own(one.optional("hint")?);
    for (i, json) in one.any("related")?.iter().enumerate() {
        let path = one.item("related", i);
        repeated = repeated.related([source(&Object::of(json, path, &["sheet", "cell"])?)?]);
    }
    if one.get("more").is_some() {
        let more = usize::try_from(one.whole("more")?).ok().and_then(|more| repeated.more.checked_add(more));
        repeated.more = more.ok_or_else(|| one.member_error("more", "应当是其余各处的数目"))?;
    }
    Ok(Some(repeated))
}
