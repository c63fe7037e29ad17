//! What the styles of an OpenDocument add to its cells and text: scaled numbers, units, raised words, hidden sheets.
//!
//! Takes the parts with styles, gives [`OdsStyles`], which answers by the name of a style. It never reads cells.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::ImportError;
use super::attributes::own_attribute as attribute;
use super::attributes::xml_unescaped;
use super::formats;
use super::workbook::FormatEffect;
use super::xml::ill_formed;
use crate::form::Unit;

/// Longest chain of parent styles that is followed; in a hostile document, it may be a cycle.
const DEEPEST: usize = 16;

#[derive(Debug, Default)]
struct CellStyle {
    parent: Option<String>,
    /// `None` if inherited from the parent.
    effect: Option<Option<FormatEffect>>,
}

/// The styles of the two parts that contain styles.
#[derive(Debug, Default)]
pub(super) struct OdsStyles {
    cells: BTreeMap<String, CellStyle>,
    formats: BTreeMap<String, Option<FormatEffect>>,
    hidden_tables: BTreeSet<String>,
    marked_words: BTreeSet<String>,
}

impl OdsStyles {
    /// Adds the styles of a part. Those of the document's content must be added last, because they override the common ones.
    pub fn read(&mut self, xml: &str) -> Result<(), ImportError> {
        let mut reader = Reader::from_str(xml);
        let mut part = Part::default();
        loop {
            match reader.read_event().map_err(|_| ill_formed())? {
                // The body contains cells and no styles.
                Event::Start(e) | Event::Empty(e) if e.name().as_ref() == "office:body" => break,
                Event::Start(e) | Event::Empty(e) => {
                    self.add(&e, &mut part);
                    part.add(&e);
                }
                Event::Text(t) => {
                    if let Some(format) = &mut part.format {
                        format.text.push_str(&t);
                    }
                }
                Event::End(e) if is_format(e.name().as_ref()) => {
                    part.formats.extend(part.format.take().map(|f| (f.name.clone(), f)));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        self.resolve(part);
        Ok(())
    }

    /// Adds what an element says about the style that encloses it.
    fn add(&mut self, e: &BytesStart<'_>, part: &mut Part) {
        match e.name().as_ref() {
            "style:style" => {
                part.style = (named(e), attribute(e, "style:family").unwrap_or_default());
                let (name, family) = &part.style;
                if family == "table-cell" {
                    let parent = attribute(e, "style:parent-style-name");
                    self.cells.insert(name.clone(), CellStyle { parent, effect: None });
                    part.formatted.extend(attribute(e, "style:data-style-name").map(|f| (name.clone(), f)));
                }
            }
            "style:table-properties" if attribute(e, "table:display").is_some_and(|d| d == "false") => {
                self.hidden_tables.insert(part.style.0.clone());
            }
            "style:text-properties" if part.style.1 == "text" && is_marked(e) => {
                self.marked_words.insert(part.style.0.clone());
            }
            _ => {}
        }
    }

    /// Resolves the number formats of a part, and the cell styles that refer to them.
    fn resolve(&mut self, part: Part) {
        self.formats.extend(part.formats.values().map(|f| (f.name.clone(), f.resolved(&part.formats))));
        for (style, format) in part.formatted {
            let effect = self.formats.get(&format).copied();
            if let (Some(style), Some(effect)) = (self.cells.get_mut(&style), effect) {
                style.effect = Some(effect);
            }
        }
    }

    /// Returns the effect of the number format of a cell style.
    pub fn effect(&self, style: &str) -> Option<FormatEffect> {
        let mut style = self.cells.get(style)?;
        for _ in 0..DEEPEST {
            match (style.effect, &style.parent) {
                (Some(effect), _) => return effect,
                (None, Some(parent)) => style = self.cells.get(parent)?,
                (None, None) => return None,
            }
        }
        None
    }

    pub fn hides_table(&self, style: &str) -> bool {
        self.hidden_tables.contains(style)
    }

    /// Whether words of this style are raised, lowered or struck out.
    pub fn marks(&self, style: &str) -> bool {
        self.marked_words.contains(style)
    }
}

/// A part with styles, as far as it was read.
#[derive(Default)]
struct Part {
    /// Name and family of the enclosing style.
    style: (String, String),
    /// The enclosing number format.
    format: Option<DataStyle>,
    formats: BTreeMap<String, DataStyle>,
    /// Name and number format of each cell style that has one.
    formatted: Vec<(String, String)>,
}

impl Part {
    /// Adds what an element says about number formats.
    fn add(&mut self, e: &BytesStart<'_>) {
        match (e.name().as_ref(), &mut self.format) {
            ("number:number" | "number:scientific-number", Some(format)) => {
                let factor = attribute(e, "number:display-factor");
                format.scaled |= factor.and_then(|f| f.parse::<f64>().ok()).is_some_and(|f| f != 1.0);
            }
            ("style:map", Some(format)) => {
                let condition = attribute(e, "style:condition").map(|c| xml_unescaped(&c)).unwrap_or_default();
                format.others.extend(attribute(e, "style:apply-style-name").map(|other| (condition, other)));
            }
            (name, format) if is_format(name) => {
                let scaled = name == "number:percentage-style";
                *format = Some(DataStyle { name: named(e), scaled, ..DataStyle::default() });
            }
            _ => {}
        }
    }
}

/// Whether an element is a number format.
fn is_format(element: &str) -> bool {
    element.starts_with("number:") && element.ends_with("-style")
}

#[derive(Debug, Default)]
struct DataStyle {
    name: String,
    scaled: bool,
    text: String,
    /// Formats for certain numbers: condition and name of the format.
    others: Vec<(String, String)>,
}

/// Whether a condition such as `value()>=0` is true for 0.
fn is_of_zero(condition: &str) -> bool {
    let Some(rest) = condition.trim().strip_prefix("value()") else { return false };
    let number = rest.trim_start_matches(['<', '>', '=', '!']);
    let Ok(n) = number.trim().parse::<f64>() else { return false };
    match &rest[..rest.len() - number.len()] {
        "<" => 0.0 < n,
        "<=" => 0.0 <= n,
        ">" => 0.0 > n,
        ">=" => 0.0 >= n,
        "!=" => n != 0.0,
        _ => n == 0.0,
    }
}

impl DataStyle {
    /// Returns the effect of the format, given all formats of the part: it may refer to others for negative numbers or for zero.
    fn resolved(&self, all: &BTreeMap<String, DataStyle>) -> Option<FormatEffect> {
        let others: Vec<_> = self.others.iter().filter_map(|(c, o)| Some((c, all.get(o)?))).collect();
        let of_zero = others.iter().find(|(condition, _)| is_of_zero(condition)).map_or(self, |(_, o)| o);
        let replaced = formats::has_figure(&of_zero.text).then_some(FormatEffect::Replaced);
        replaced.or(self.effect()).or_else(|| others.iter().find_map(|(_, o)| o.effect()))
    }

    /// Returns the effect that the format itself has.
    fn effect(&self) -> Option<FormatEffect> {
        let unit = || Unit::ALL.into_iter().find(|u| self.text.contains(u.word())).map(FormatEffect::Unit);
        let words = Unit::ALL.iter().fold(self.text.clone(), |text, unit| text.replace(unit.word(), ""));
        let scaled = self.scaled || formats::has_digits(&words) || formats::scales(&words);
        if scaled { Some(FormatEffect::Scaled) } else { unit() }
    }
}

fn named(e: &BytesStart<'_>) -> String {
    attribute(e, "style:name").unwrap_or_default()
}

fn is_marked(e: &BytesStart<'_>) -> bool {
    let struck = ["style:text-line-through-style", "style:text-line-through-type"];
    let is_struck = struck.iter().any(|n| attribute(e, n).is_some_and(|v| v != "none"));
    // `super 58%`, `sub 58%` or `33% 58%`.
    let raised = attribute(e, "style:text-position").is_some_and(|p| !p.trim_start().starts_with("0%"));
    is_struck || raised
}
