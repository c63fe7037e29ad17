//! Draws documents with genpdf: paragraphs and tables of the same content, without spans, which genpdf has not.
//!
//! Takes a font file, an output folder and documents as JSON; writes a PDF for each.

use std::error::Error;
use std::path::PathBuf;

use genpdf::elements::{FrameCellDecorator, Paragraph, TableLayout};
use genpdf::fonts::{FontData, FontFamily};
use genpdf::{Document, Element as _, SimplePageDecorator};
use serde::Deserialize;

#[derive(Deserialize)]
struct Content {
    title: String,
    blocks: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Block {
    Text(String),
    /// Rows of cells, all as long as the first.
    Table(Vec<Vec<String>>),
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(font), Some(folder)) = (args.next(), args.next()) else { return Err("FONT FOLDER DOCUMENT...".into()) };
    let font = std::fs::read(font)?;
    for input in args {
        let content: Content = serde_json::from_slice(&std::fs::read(&input)?)?;
        let face = || FontData::new(font.clone(), None);
        let family = FontFamily { regular: face()?, bold: face()?, italic: face()?, bold_italic: face()? };
        let mut document = Document::new(family);
        let mut decorator = SimplePageDecorator::new();
        decorator.set_margins(25);
        document.set_page_decorator(decorator);
        document.set_title(content.title.as_str());
        document.set_font_size(12);
        document.push(Paragraph::new(spaced(&content.title)));
        for block in content.blocks {
            match block {
                Block::Text(text) => document.push(Paragraph::new(spaced(&text))),
                Block::Table(rows) => {
                    let mut table = TableLayout::new(vec![1; rows.first().map_or(1, Vec::len)]);
                    table.set_cell_decorator(FrameCellDecorator::new(true, true, false));
                    for cells in rows {
                        let mut row = table.row();
                        for cell in cells {
                            row.push_element(Paragraph::new(spaced(&cell)).styled(genpdf::style::Style::new().with_font_size(6)));
                        }
                        row.push()?;
                    }
                    document.push(table);
                }
            }
        }
        let name = input.with_extension("pdf");
        document.render_to_file(folder.join(name.file_name().ok_or("a document without a name")?))?;
    }
    Ok(())
}

/// genpdf breaks lines at spaces only, so Chinese gets one after each character.
fn spaced(text: &str) -> String {
    text.chars().flat_map(|c| [c, ' ']).collect()
}
