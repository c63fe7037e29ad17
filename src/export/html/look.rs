//! Appearance of the parts of a document: classes on a page, which has a style element; `style` attributes in a fragment.
//!
//! Takes a part, gives its one attribute. It never sees text or numbers of a report.

/// Kind of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Page,
    Fragment,
}

/// A part of a document with an appearance of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The element around a fragment.
    Root,
    Title,
    /// Piece of a title or label: lines break between two of them first.
    Piece,
    /// A line under the title.
    Fact,
    /// A heading, by its level in the document, not by its rank in HTML.
    Heading(u8),
    Paragraph,
    /// Box around a table, which scrolls if the table is wider than the screen.
    Box,
    /// For readers who cannot see the table; visually hidden.
    Caption,
    ColumnHead,
    BlockHead,
    /// A label of a row, left-aligned or centred.
    Label {
        left: bool,
    },
    Figure,
}

macro_rules! ruled {
    ($more:literal) => {
        concat!("border:1px solid #555;padding:.35em .4em;", $more)
    };
}

impl Look {
    /// The attribute of a part: its name and value, which is empty if none is needed.
    pub fn of(self, part: Part) -> (&'static str, &'static str) {
        match self {
            Look::Page => ("class", class(part)),
            Look::Fragment => ("style", style(part)),
        }
    }
}

fn class(part: Part) -> &'static str {
    match part {
        Part::Root | Part::Title | Part::Piece | Part::Paragraph | Part::Caption => "",
        Part::ColumnHead | Part::Label { left: false } | Part::Figure => "",
        Part::Fact => "fact",
        Part::Heading(1) => "one",
        Part::Heading(2) => "two",
        Part::Heading(_) => "three",
        Part::Box => "box",
        Part::BlockHead => "block",
        Part::Label { left: true } => "left",
    }
}

fn style(part: Part) -> &'static str {
    match part {
        Part::Root => "line-height:1.8;overflow-wrap:anywhere",
        Part::Title => "margin:0 0 .6em;font-size:1.5em;line-height:1.4;text-align:center",
        Part::Piece => "display:inline-block",
        Part::Fact => "margin:0 0 .5em;text-align:center",
        Part::Heading(1) => "margin:1.4em 0 .5em;font-size:1.15em;font-weight:bold;text-indent:2em;text-wrap:pretty",
        Part::Heading(2) => "margin:1em 0 .4em;font-size:1em;font-weight:bold;text-indent:2em;text-wrap:pretty",
        Part::Heading(_) => "margin:.6em 0 .3em;font-size:1em;font-weight:normal;text-indent:2em;text-wrap:pretty",
        Part::Paragraph => "margin:0 0 .5em;text-indent:2em;text-align:justify",
        Part::Box => "margin:.8em 0;overflow-x:auto",
        // Visually hidden. If a portal strips this, the caption is displayed, which does no harm.
        Part::Caption => {
            "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
        }
        Part::ColumnHead | Part::Label { left: false } => {
            ruled!("text-align:center;word-break:keep-all;text-wrap:balance;font-weight:normal")
        }
        Part::BlockHead => ruled!("text-align:center;word-break:keep-all;font-weight:bold"),
        Part::Label { left: true } => ruled!("text-align:left;word-break:keep-all;font-weight:normal"),
        // A number broken over two lines would read as two numbers.
        Part::Figure => ruled!("text-align:center;white-space:nowrap"),
    }
}
