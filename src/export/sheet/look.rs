//! Cell formats: a few roles, with all sizes and colours in one place.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// Background of an input cell.
const INPUT: Color = Color::RGB(0x00FF_FBE0);
/// Background of a header cell.
const HEAD: Color = Color::RGB(0x00F2_F2F2);
/// Colour of a hint.
const HINT: Color = Color::RGB(0x0075_7575);
/// Background and text colour of a broken relation that is an error, and of one that is a warning.
const BROKEN: (Color, Color) = (Color::RGB(0x00FF_C7CE), Color::RGB(0x009C_0006));
const DOUBTFUL: (Color, Color) = (Color::RGB(0x00FF_D58A), Color::RGB(0x007F_4A00));
/// Font names as in Windows and WPS.
const SONG: &str = "宋体";
const HEI: &str = "黑体";

/// Look of a cell; text wraps except in values and single lines. Sizes in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    pub size: f64,
    face: &'static str,
    bold: bool,
    border: bool,
    fill: Option<Color>,
    colour: Option<Color>,
    align: FormatAlign,
    indent: u8,
    top: bool,
    wrap: bool,
    unlocked: bool,
    quoted: bool,
    number: Option<String>,
}

const PLAIN: Look = Look {
    size: 10.5,
    face: SONG,
    bold: false,
    border: false,
    fill: None,
    colour: None,
    align: FormatAlign::Left,
    indent: 0,
    top: false,
    wrap: true,
    unlocked: false,
    quoted: false,
    number: None,
};

impl Look {
    /// A section's official heading.
    pub fn heading() -> Look {
        Look { size: 14.0, face: HEI, ..PLAIN }
    }

    /// A subheading among paragraphs.
    pub fn subheading() -> Look {
        Look { size: 12.0, bold: true, top: true, ..PLAIN }
    }

    /// A paragraph.
    pub fn body() -> Look {
        Look { size: 12.0, top: true, ..PLAIN }
    }

    /// The header of a column.
    pub fn head() -> Look {
        Look { bold: true, border: true, fill: Some(HEAD), align: FormatAlign::Center, ..PLAIN }
    }

    /// A fixed label.
    pub fn label() -> Look {
        Look { border: true, indent: 1, ..PLAIN }
    }

    /// A hint beside an input.
    pub fn hint() -> Look {
        Look { size: 9.0, colour: Some(HINT), ..PLAIN }
    }

    /// A value of a table.
    pub fn value() -> Look {
        // Shrink to fit: a number too long for its cell would be shown as ####.
        Look { border: true, align: FormatAlign::Center, wrap: false, ..PLAIN }
    }

    /// An input cell: coloured, with border, unlocked.
    pub fn input(self) -> Look {
        Look { border: true, fill: Some(INPUT), unlocked: true, ..self }
    }

    /// On one line, shrunk if it does not fit.
    pub fn one_line(self) -> Look {
        Look { wrap: false, ..self }
    }

    /// Indented by levels of an outline.
    pub fn indented(self, levels: u8) -> Look {
        // Excel allows 15 steps; two of them are about one character.
        Look { indent: self.indent.saturating_add(levels.saturating_mul(2)).min(15), ..self }
    }

    /// Without borders.
    pub fn unruled(self) -> Look {
        Look { border: false, ..self }
    }

    pub fn centred(self) -> Look {
        Look { align: FormatAlign::Center, indent: 0, ..self }
    }

    /// With a number format (`@` is text).
    pub fn number(self, format: impl Into<String>) -> Look {
        Look { number: Some(format.into()), ..self }
    }

    /// With the quote prefix of Excel, as for a text typed with a leading apostrophe: editing the cell does not turn it into a
    /// formula.
    pub fn quoted(self) -> Look {
        Look { quoted: true, ..self }
    }

    /// Width of the indent in pixels.
    pub fn inset(&self) -> u32 {
        10 * u32::from(self.indent)
    }

    /// The format in the library.
    fn format(&self) -> Format {
        let mut f = Format::new().set_font_name(self.face).set_font_size(self.size).set_align(self.align);
        f = f.set_align(if self.top { FormatAlign::Top } else { FormatAlign::VerticalCenter });
        f = if self.wrap { f.set_text_wrap() } else { f.set_shrink() };
        if self.indent > 0 {
            f = f.set_indent(self.indent);
        }
        if self.bold {
            f = f.set_bold();
        }
        if self.border {
            f = f.set_border(FormatBorder::Thin);
        }
        if let Some(fill) = self.fill {
            f = f.set_background_color(fill);
        }
        if let Some(colour) = self.colour {
            f = f.set_font_color(colour);
        }
        if self.unlocked {
            f = f.set_unlocked();
        }
        if self.quoted {
            f = f.set_quote_prefix();
        }
        match &self.number {
            Some(number) => f.set_num_format(number),
            None => f,
        }
    }
}

/// The formats in the library by their looks, each made once, since a sheet uses the same few a thousand times.
#[derive(Default)]
pub struct Formats(Vec<(Look, Format)>);

impl Formats {
    /// The format of a look.
    pub fn of(&mut self, look: &Look) -> &Format {
        let at = self.0.iter().position(|(known, _)| known == look).unwrap_or_else(|| {
            self.0.push((look.clone(), look.format()));
            self.0.len() - 1
        });
        &self.0[at].1
    }
}

/// Format of cells without a look. Programs measure column widths by its font, which every office has.
pub fn default() -> Format {
    Format::new().set_font_name(SONG).set_font_size(11.0)
}

/// Conditional format of the cells of a broken relation; `doubtful` for one that is only a warning.
pub fn broken(doubtful: bool) -> Format {
    let (fill, text) = if doubtful { DOUBTFUL } else { BROKEN };
    Format::new().set_background_color(fill).set_font_color(text)
}
