//! The named styles of a DOCX: title, headings, body, table text, page number.
//!
//! Takes the style and the type sizes of the tables, gives the styles of the document. Changing a style in Word changes all
//! text that uses it.

use docx_rs::{
    AlignmentType, LineSpacing, LineSpacingType, RunFonts, Style as Named, StyleType, Styles, TableBorder,
    TableBorderPosition, TableBorders, TableCellMargins,
};

use super::finish::{Notes, StyleNote};
use super::fit;
use super::text::{half_points, line, points, twips};
use crate::style::Style;

pub(super) const TITLE: &str = "Title";
pub(super) const FACTS: &str = "Subtitle";
pub(super) const BODY: &str = "BodyText";
pub(super) const TABLE: &str = "TableText";
pub(super) const GRID: &str = "TableGrid";
pub(super) const FOOTER: &str = "Footer";
pub(super) const PAGE_NUMBER: &str = "PageNumber";

/// The style id of a heading; levels that the form does not have count as the nearest.
pub(super) fn heading(level: u8) -> &'static str {
    match level {
        0 | 1 => "Heading1",
        2 => "Heading2",
        _ => "Heading3",
    }
}

/// The style id of table text of a size in points.
pub(super) fn table(size: f32, style: &Style) -> String {
    if size == style.size.table { TABLE.to_owned() } else { format!("{TABLE}{}", half_points(size)) }
}

/// All styles, with additions in `notes`. `sizes` are those of the tables, in points.
pub(super) fn make(style: &Style, sizes: &[f32], notes: &mut Notes) -> Styles {
    let mut styles = Styles::new()
        .default_fonts(fonts(&style.docx.body, &style.docx.latin))
        .default_size(half_points(style.size.body))
        .add_style(title(style))
        .add_style(facts(style))
        .add_style(body(style));
    for level in 1..=3 {
        styles = styles.add_style(heading_style(level, style));
        notes.style(heading_note(level, style));
    }
    notes.style(body_note(style));
    notes.style(StyleNote { id: "Normal".to_owned(), attribute: Some(r#"w:default="1""#), ..StyleNote::default() });
    styles = styles.add_style(footer(style)).add_style(page_number(style)).add_style(grid(style));
    let mut sizes: Vec<usize> = sizes.iter().copied().chain([style.size.table]).map(half_points).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for half in sizes.into_iter().rev() {
        let points = half as f32 / 2.0;
        let main = half == half_points(style.size.table);
        let (id, name) = if main {
            (TABLE.to_owned(), "表格文字".to_owned())
        } else {
            (format!("{TABLE}{half}"), format!("表格文字 {points} 磅"))
        };
        styles = styles.add_style(table_text(&id, &name, points, style));
        // Names unknown to Word need this attribute, or Word takes the styles for built-in ones.
        notes.style(StyleNote { id, attribute: Some(r#"w:customStyle="1""#), ..StyleNote::default() });
    }
    styles
}

fn paragraph(id: &str, name: &str) -> Named {
    Named::new(id, StyleType::Paragraph).name(name).based_on("Normal")
}

/// Lines of exactly this height, in points, without space before and after the paragraph.
fn flush(points: f32) -> LineSpacing {
    LineSpacing::new().line(twips(points)).line_rule(LineSpacingType::Exact).before(0).after(0)
}

fn title(style: &Style) -> Named {
    paragraph(TITLE, "Title")
        .next(BODY)
        .fonts(fonts(&style.docx.title, &style.docx.latin))
        .size(half_points(style.size.title))
        .align(AlignmentType::Center)
        .line_spacing(flush(style.line.title_pitch).after(twips(style.line.pitch / 2.0) as u32))
}

/// The lines under the title.
fn facts(style: &Style) -> Named {
    paragraph(FACTS, "Subtitle")
        .next(BODY)
        .fonts(fonts(&style.docx.body, &style.docx.latin))
        .size(half_points(style.size.facts))
        .align(AlignmentType::Center)
        .line_spacing(flush(style.line.pitch))
}

fn body(style: &Style) -> Named {
    let mut body = paragraph(BODY, "Body Text")
        .fonts(fonts(&style.docx.body, &style.docx.latin))
        .size(half_points(style.size.body))
        .align(AlignmentType::Both)
        .line_spacing(flush(style.line.pitch));
    body.run_property = body.run_property.character_spacing(tightening(style));
    body
}

fn body_note(style: &Style) -> StyleNote {
    StyleNote {
        id: BODY.to_owned(),
        paragraph: vec![
            ("w:overflowPunct", r#"<w:overflowPunct w:val="0"/>"#.to_owned()),
            ("w:widowControl", "<w:widowControl/>".to_owned()),
            ("w:ind", two_characters(style.size.body)),
        ],
        ..StyleNote::default()
    }
}

/// The style of headings of a level, from 1 to 3.
fn heading_style(level: u8, style: &Style) -> Named {
    let faces = &style.docx;
    let face = match level {
        1 => &faces.heading1,
        2 => &faces.heading2,
        _ => &faces.body,
    };
    paragraph(heading(level), &format!("heading {level}"))
        .next(BODY)
        .fonts(fonts(face, &faces.latin))
        .size(half_points(style.size.heading))
        .align(AlignmentType::Both)
        .line_spacing(flush(style.line.pitch))
        .outline_lvl(usize::from(level) - 1)
}

fn heading_note(level: u8, style: &Style) -> StyleNote {
    StyleNote {
        id: heading(level).to_owned(),
        paragraph: vec![
            ("w:keepNext", "<w:keepNext/>".to_owned()),
            ("w:keepLines", "<w:keepLines/>".to_owned()),
            ("w:ind", two_characters(style.size.heading)),
        ],
        ..StyleNote::default()
    }
}

fn footer(style: &Style) -> Named {
    paragraph(FOOTER, "footer")
        .fonts(fonts(&style.docx.table, &style.docx.table))
        .size(half_points(style.size.page_number))
        .align(AlignmentType::Center)
        .snap_to_grid(false)
        .line_spacing(flush(fit::pitch(style.size.page_number)))
}

fn page_number(style: &Style) -> Named {
    Named::new(PAGE_NUMBER, StyleType::Character)
        .name("page number")
        .fonts(fonts(&style.docx.table, &style.docx.table))
        .size(half_points(style.size.page_number))
}

fn grid(style: &Style) -> Named {
    Named::new(GRID, StyleType::Table)
        .name("Table Grid")
        .margins(TableCellMargins::new().margin(0, 60, 0, 60))
        .set_borders(borders(style))
}

/// The style of table text of a size in points.
fn table_text(id: &str, name: &str, points: f32, style: &Style) -> Named {
    paragraph(id, name)
        .fonts(fonts(&style.docx.table, &style.docx.latin))
        .size(half_points(points))
        .align(AlignmentType::Center)
        .snap_to_grid(false)
        .line_spacing(flush(fit::pitch(points)))
}

/// Change of the spacing after each body character, in twips, with which a whole number of them fills a line: 28 at 16 points
/// in 156 mm. A grid of characters would do the same, but LibreOffice then sets titles and body at double width.
fn tightening(style: &Style) -> i32 {
    let (width, size) = (points(style.page.text_width), style.size.body);
    let characters = (width / size).round().max(1.0);
    let gain = ((width / characters - size) * 20.0).floor() as i32;
    // Only tightening, and no more than is invisible.
    if (-8..=0).contains(&gain) { gain } else { 0 }
}

/// First line indented by two characters: in characters for Word, in twips for other programs.
fn two_characters(size: f32) -> String {
    format!(r#"<w:ind w:firstLineChars="200" w:firstLine="{}"/>"#, twips(size * 2.0))
}

/// Fonts by name: one for Chinese, one for Latin and digits.
fn fonts(chinese: &str, latin: &str) -> RunFonts {
    let (chinese, latin) = (line(chinese), line(latin));
    RunFonts::new().ascii(&latin).hi_ansi(&latin).cs(&latin).east_asia(chinese)
}

/// Rules on all sides of all cells; `w:sz` counts eighths of a point.
pub(super) fn borders(style: &Style) -> TableBorders {
    use TableBorderPosition::{Bottom, InsideH, InsideV, Left, Right, Top};
    let size = (style.line.rule * 8.0).round().max(2.0) as usize;
    [Top, Left, Bottom, Right, InsideH, InsideV]
        .into_iter()
        .fold(TableBorders::with_empty(), |all, side| all.set(TableBorder::new(side).size(size).color("000000")))
}
