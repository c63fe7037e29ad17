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
    /// Headings, paragraphs and tables, in reading order.
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
        /// Level, from 1.
        level: u8,
        /// The heading, including its number.
        text: String,
    },
    /// A paragraph of body text.
    Paragraph {
        /// The text; the writers add indentation.
        text: String,
    },
    /// An official table.
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
    /// The rows from top to bottom, header rows included.
    pub rows: Vec<Row>,
}

/// One row: the cells that begin in it, left to right.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The cells; columns that a cell from a row above covers have none.
    pub cells: Vec<Cell>,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// First column, from 0.
    pub column: usize,
    /// Number of rows, at least 1.
    pub row_span: usize,
    /// Number of columns, at least 1.
    pub column_span: usize,
    /// Label or value as printed; may be empty.
    pub text: String,
    /// Whether it is a header, and of what.
    pub role: CellRole,
    /// Horizontal alignment of the text.
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
    /// A value, or the mark in its place.
    Data,
}

/// Horizontal alignment; vertically every cell is centred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left edge of the cell.
    Left,
    /// In the middle of the cell.
    Center,
}
