//! Typographic style of a report: page, type sizes, faces. Data with documented defaults (`default.toml`); unknown keys are
//! refused.
//!
//! Takes a style file's text, gives a [`Style`]. It opens no font and measures nothing.

use serde::Deserialize;

use crate::toml_error::sentence;

/// A complete style. Lengths are in millimetres in [`PageStyle`] and in points elsewhere.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Style {
    /// Margins, text area and page number.
    pub page: PageStyle,
    /// Type sizes.
    pub size: TypeSizes,
    /// Line spacing and the rules of tables.
    pub line: LineStyle,
    /// Faces of the PDF: file names of built-in faces, or paths of TrueType or OpenType fonts.
    pub face: FaceNames,
    /// Faces of the DOCX: names of fonts that offices have installed.
    pub docx: FaceNames,
}

/// The page, in millimetres. Paper is always A4, 210 × 297 mm.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PageStyle {
    /// From the top edge of the paper to the text area.
    pub margin_top: f32,
    /// From the left edge of the paper to the text area.
    pub margin_left: f32,
    /// Width of the text area.
    pub text_width: f32,
    /// Height of the text area; the page number is located below it.
    pub text_height: f32,
    /// Where the page number is located.
    pub page_number: PageNumber,
}

/// Position of the page number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PageNumber {
    /// In the middle of the page.
    Centered,
    /// Right on odd pages and left on even pages, one character from the edge of the text area.
    Outside,
}

/// Type sizes in points.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TypeSizes {
    /// The title of the report.
    pub title: f32,
    /// The lines under the title (index number, date).
    pub facts: f32,
    /// Headings of all levels.
    pub heading: f32,
    /// Body text.
    pub body: f32,
    /// The page number.
    pub page_number: f32,
    /// Tables, unless one must be smaller to fit on a page.
    pub table: f32,
    /// Smallest size to which a table may shrink; not larger than `table`.
    pub table_least: f32,
}

/// Line spacing and widths of rules in points.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LineStyle {
    /// From baseline to baseline.
    pub pitch: f32,
    /// From baseline to baseline of a title of several lines.
    pub title_pitch: f32,
    /// Width of the rules of tables.
    pub rule: f32,
}

/// One face per role: files for the PDF, names for the DOCX.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FaceNames {
    /// The title of the report.
    pub title: String,
    /// Body text.
    pub body: String,
    /// Headings of level 1.
    pub heading1: String,
    /// Headings of level 2.
    pub heading2: String,
    /// Tables.
    pub table: String,
    /// Latin letters and digits in all of these.
    pub latin: String,
}

impl FaceNames {
    /// The six roles: key in the style file, and face.
    pub fn roles(&self) -> [(&'static str, &str); 6] {
        [
            ("title", &self.title),
            ("body", &self.body),
            ("heading1", &self.heading1),
            ("heading2", &self.heading2),
            ("table", &self.table),
            ("latin", &self.latin),
        ]
    }
}

/// Why a style file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StyleError {
    /// Not valid TOML, or an unknown or mistyped key. Contains a Chinese clause with the line.
    #[error("样式文件{0}")]
    Syntax(String),
    /// A length out of its range.
    #[error("样式文件的 {key} 为 {value}，应在 {least} 到 {most} 之间")]
    Range {
        /// The key, e.g. `size.body`.
        key: &'static str,
        /// The length in the file.
        value: f32,
        /// Least permitted length.
        least: f32,
        /// Greatest permitted length.
        most: f32,
    },
    /// Lengths that are in range but do not fit together. Contains a Chinese clause.
    #[error("样式文件的页面放不下：{0}")]
    Page(&'static str),
}

const DEFAULT: &str = include_str!("default.toml");

impl Default for Style {
    fn default() -> Style {
        // Compiled in and parsed by a test: it cannot fail on a user's machine.
        toml::from_str(DEFAULT).expect("built-in style")
    }
}

impl Style {
    /// Parses a style file; keys that it omits keep their defaults. Fails on TOML errors, unknown keys and values out of range.
    pub fn parse(text: &str) -> Result<Style, StyleError> {
        let syntax = |e: toml::de::Error| StyleError::Syntax(sentence(&e, text));
        let mut base: toml::Table = toml::from_str(DEFAULT).map_err(syntax)?;
        let over: toml::Table = toml::from_str(text).map_err(syntax)?;
        for (name, part) in over {
            match (base.get_mut(&name), part) {
                (Some(toml::Value::Table(to)), toml::Value::Table(from)) => to.extend(from),
                (_, part) => _ = base.insert(name, part),
            }
        }
        let style: Style = base.try_into().map_err(syntax)?;
        style.check()?;
        Ok(style)
    }

    fn check(&self) -> Result<(), StyleError> {
        let (p, s, l) = (&self.page, &self.size, &self.line);
        for (key, value, least, most) in [
            ("page.margin_top", p.margin_top, 10.0, 150.0),
            ("page.margin_left", p.margin_left, 5.0, 100.0),
            ("page.text_width", p.text_width, 80.0, 200.0),
            ("page.text_height", p.text_height, 80.0, 280.0),
            ("size.title", s.title, 6.0, 48.0),
            ("size.facts", s.facts, 6.0, 36.0),
            ("size.heading", s.heading, 6.0, 36.0),
            ("size.body", s.body, 6.0, 36.0),
            ("size.page_number", s.page_number, 6.0, 24.0),
            ("size.table", s.table, 5.0, 24.0),
            ("size.table_least", s.table_least, 5.0, 24.0),
            ("line.pitch", l.pitch, 8.0, 72.0),
            ("line.title_pitch", l.title_pitch, 8.0, 96.0),
            ("line.rule", l.rule, 0.1, 3.0),
        ] {
            if !(least..=most).contains(&value) {
                return Err(StyleError::Range { key, value, least, most });
            }
        }
        if p.margin_left + p.text_width > 210.0 {
            return Err(StyleError::Page("左边距加版心宽度超过 210 毫米"));
        }
        // Room for the page number below the text.
        if p.margin_top + p.text_height > 287.0 {
            return Err(StyleError::Page("上边距加版心高度超过 287 毫米，页码没有位置"));
        }
        if s.table_least > s.table {
            return Err(StyleError::Page("size.table_least 大于 size.table"));
        }
        if l.pitch < s.body || l.title_pitch < s.title {
            return Err(StyleError::Page("行距小于字号"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a4_with_22_lines() {
        let style = Style::default();
        style.check().unwrap();
        let lines = style.page.text_height / 25.4 * 72.0 / style.line.pitch;
        assert_eq!(lines.round(), 22.0);
    }

    #[test]
    fn a_style_file_changes_only_what_it_names() {
        let style = Style::parse("[size]\nbody = 15.0\n[docx]\nbody = \"仿宋\"").unwrap();
        assert_eq!(style.size.body, 15.0);
        assert_eq!(style.docx.body, "仿宋");
        assert_eq!(style.size.title, Style::default().size.title);
    }

    #[test]
    fn faulty_style_files_are_refused() {
        for (text, fragment) in [
            ("[size]\nbodi = 15.0", "bodi"),
            ("[sizes]\nbody = 15.0", "sizes"),
            ("size = 3", "种类不对"),
            ("[size]\nbody = 400.0", "size.body"),
            ("[size]\nbody = nan", "size.body"),
            ("[page]\ntext_width = 199.0", "210"),
            ("[page]\npage_number = \"left\"", "left"),
            ("not toml", "第 1 行第 5 列写法不对"),
        ] {
            let error = Style::parse(text).unwrap_err().to_string();
            assert!(error.contains(fragment), "{text}: {error}");
        }
    }
}
