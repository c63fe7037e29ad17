//! The content that a reader sees, independent of any file format: title, headings, paragraphs, tables with spans.

/// A document, composed from a report and drawn by every exporter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// Language tag, `zh-CN`.
    pub language: &'static str,
    /// The title in parts between which a line may break (agency | year | 政府信息公开 | 工作年度报告); joined, they are the title.
    pub title: Vec<String>,
    /// Agency name, for metadata.
    pub agency: String,
    /// The year reported on, for metadata.
    pub year: u16,
    /// Date of publication as written, for metadata; it is also one of the printed facts.
    pub published: Option<String>,
    /// Lines under the title (index number, date), already worded.
    pub facts: Vec<String>,
    pub blocks: Vec<Block>,
}

impl Document {
    /// The title as one line.
    pub fn title_text(&self) -> String {
        self.title.concat()
    }
}

/// One piece of a document, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Level 1 is 一、, level 2 （一）, level 3 1. and （1）.
    Heading {
        level: u8,
        text: String,
    },
    Paragraph {
        text: String,
    },
    Table(Table),
}

/// A table whose cells tile `rows × columns` without gap or overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Accessible name; not printed.
    pub caption: String,
    /// Relative widths of the columns.
    pub widths: Vec<f32>,
    /// Rows at the top that are repeated after a page break; 0 if none can be.
    pub header_rows: usize,
    /// Leading columns that contain row labels.
    pub label_columns: usize,
    pub rows: Vec<Row>,
}

/// One row: the cells that begin in it, left to right.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    pub cells: Vec<Cell>,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// First column, from 0.
    pub column: usize,
    pub row_span: usize,
    pub column_span: usize,
    pub text: String,
    pub role: CellRole,
    pub align: Align,
    /// Indentation of the text from the left, in levels: the level of a label in an outline.
    pub indent: u8,
}

/// The role of a cell, for readers who cannot see the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellRole {
    /// Heads the columns below it.
    ColumnHeader,
    /// Heads the row (or rows) to its right.
    RowHeader,
    /// Heads everything below it over the whole width (a block's title).
    BlockHeader,
    Data,
}

/// Horizontal alignment; vertically every cell is centred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Center,
}
