//! Appearance of the parts of a document: classes on a page, which has a style element; `style` attributes in a fragment.
//!
//! Takes a part, gives its one attribute. It never sees text or numbers of a report.

/// Kind of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HtmlKind {
    Page,
    Fragment,
}

/// A part of a document with an appearance of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StyledPart {
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

impl HtmlKind {
    /// The attribute of a part: its name and value, which is empty if none is needed.
    pub fn attribute(self, part: StyledPart) -> (&'static str, &'static str) {
        match self {
            HtmlKind::Page => ("class", class(part)),
            HtmlKind::Fragment => ("style", style(part)),
        }
    }
}

fn class(part: StyledPart) -> &'static str {
    match part {
        StyledPart::Root | StyledPart::Title | StyledPart::Piece | StyledPart::Paragraph | StyledPart::Caption => "",
        StyledPart::ColumnHead | StyledPart::Label { left: false } | StyledPart::Figure => "",
        StyledPart::Fact => "fact",
        StyledPart::Heading(1) => "one",
        StyledPart::Heading(2) => "two",
        StyledPart::Heading(_) => "three",
        StyledPart::Box => "box",
        StyledPart::BlockHead => "block",
        StyledPart::Label { left: true } => "left",
    }
}

fn style(part: StyledPart) -> &'static str {
    match part {
        StyledPart::Root => "line-height:1.8;overflow-wrap:anywhere",
        StyledPart::Title => "margin:0 0 .6em;font-size:1.5em;line-height:1.4;text-align:center",
        StyledPart::Piece => "display:inline-block",
        StyledPart::Fact => "margin:0 0 .5em;text-align:center",
        StyledPart::Heading(1) => {
            "margin:1.4em 0 .5em;font-size:1.15em;font-weight:bold;text-indent:2em;text-wrap:pretty"
        }
        StyledPart::Heading(2) => "margin:1em 0 .4em;font-size:1em;font-weight:bold;text-indent:2em;text-wrap:pretty",
        StyledPart::Heading(_) => {
            "margin:.6em 0 .3em;font-size:1em;font-weight:normal;text-indent:2em;text-wrap:pretty"
        }
        StyledPart::Paragraph => "margin:0 0 .5em;text-indent:2em;text-align:justify",
        StyledPart::Box => "margin:.8em 0;overflow-x:auto",
        // Visually hidden. If a portal strips this, the caption is displayed, which does no harm.
        StyledPart::Caption => {
            "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
        }
        StyledPart::ColumnHead | StyledPart::Label { left: false } => {
            ruled!("text-align:center;word-break:keep-all;text-wrap:balance;font-weight:normal")
        }
        StyledPart::BlockHead => ruled!("text-align:center;word-break:keep-all;font-weight:bold"),
        StyledPart::Label { left: true } => ruled!("text-align:left;word-break:keep-all;font-weight:normal"),
        // A number broken over two lines would read as two numbers.
        StyledPart::Figure => ruled!("text-align:center;white-space:nowrap"),
    }
}
