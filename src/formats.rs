//! The table of formats that a report is published in: one row a format.
//!
//! A new format is a variant of [`Format`] and a row with its writer and the reader of the proof. Options, names, manifests,
//! packages and the proof read the table; the manuals list the formats by hand.

use crate::export::{self, Cache, ExportError};
use crate::fault::Fault;
use crate::import::Limits;
use crate::layout::{self, LayoutError, Pages};
use crate::model::{Code, Document, Finding, Report, Whole, finding};
use crate::proof::{self, Compared, ContentPiece, Unequal};
use crate::setting::Setting;

/// A format to publish in. The order of the variants is the order in which files are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Laid out pages with a tag tree.
    Pdf,
    /// A Word document.
    Docx,
    /// A workbook: a sheet per section of the form, and one with all values in long form.
    Xlsx,
    /// A web page.
    Html,
    /// The same without the page around it, for editors of portals.
    Fragment,
    /// All of the report, with origins and findings; it can be an input again.
    Json,
    /// The values in long form, one row per value.
    Csv,
}

/// The properties of a format.
struct FormatRow {
    format: Format,
    name: &'static str,
    word: &'static str,
    ending: &'static str,
    media_type: &'static str,
    is_compressed: bool,
    has_texts: bool,
    needs: Needs,
    write: fn(&Material<'_>) -> Result<Vec<u8>, ProduceError>,
    read_back: ReadBack,
}

/// What the writer of a format takes besides the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needs {
    /// Laid out pages, and so the faces.
    pub pages: bool,
    /// The tags of the site.
    pub site: bool,
    /// Findings, and where the report was read.
    pub findings: bool,
}

const NOTHING: Needs = Needs { pages: false, site: false, findings: false };

/// How the proof reads a file of a format.
enum ReadBack {
    /// As words and tables in reading order.
    Pieces(fn(&[u8]) -> Result<Vec<ContentPiece<'static>>, &'static str>),
    /// With the report at hand.
    Report(fn(&Report, &[u8], &Limits) -> Result<Compared, Unequal>),
}

/// In the order of [`Format`].
const ROWS: [FormatRow; 7] = [
    FormatRow {
        format: Format::Pdf,
        name: "pdf",
        word: "PDF",
        ending: "pdf",
        media_type: "application/pdf",
        is_compressed: true,
        has_texts: true,
        needs: Needs { pages: true, ..NOTHING },
        write: |m| Ok(export::pdf::write(m.pages()?, m.cache)?),
        read_back: ReadBack::Pieces(proof::pdf::read),
    },
    FormatRow {
        format: Format::Docx,
        name: "docx",
        word: "Word",
        ending: "docx",
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        is_compressed: true,
        has_texts: true,
        needs: NOTHING,
        write: |m| Ok(export::docx::write(m.document, &m.setting.style, m.cache)?),
        read_back: ReadBack::Pieces(proof::docx::read),
    },
    FormatRow {
        format: Format::Xlsx,
        name: "xlsx",
        word: "Excel",
        ending: "xlsx",
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        is_compressed: true,
        has_texts: true,
        needs: NOTHING,
        write: |m| Ok(export::xlsx::write(m.whole.report, m.cache)?),
        read_back: ReadBack::Report(proof::xlsx::prove),
    },
    FormatRow {
        format: Format::Html,
        name: "html",
        word: "网页",
        ending: "html",
        media_type: "text/html",
        is_compressed: false,
        has_texts: true,
        needs: Needs { site: true, ..NOTHING },
        write: |m| Ok(export::html::page(m.document, &m.setting.site, m.cache)),
        read_back: ReadBack::Pieces(proof::html::read),
    },
    FormatRow {
        format: Format::Fragment,
        name: "fragment",
        word: "网页片段",
        ending: "片段.html",
        media_type: "text/html",
        is_compressed: false,
        has_texts: true,
        needs: NOTHING,
        write: |m| Ok(export::html::fragment(m.document, m.cache)),
        read_back: ReadBack::Pieces(proof::html::read),
    },
    FormatRow {
        format: Format::Json,
        name: "json",
        word: "JSON",
        ending: "json",
        media_type: "application/json",
        is_compressed: false,
        has_texts: true,
        needs: Needs { findings: true, ..NOTHING },
        write: |m| readable(export::json::write(m.whole), &m.setting.limits),
        read_back: ReadBack::Report(proof::json::prove),
    },
    FormatRow {
        format: Format::Csv,
        name: "csv",
        word: "CSV",
        ending: "csv",
        media_type: "text/csv",
        is_compressed: false,
        has_texts: false,
        needs: NOTHING,
        write: |m| Ok(export::csv::write(m.whole.report)),
        read_back: ReadBack::Report(|report, bytes, _| proof::csv::prove(report, bytes)),
    },
];

impl Format {
    /// All formats, in order.
    pub const ALL: [Format; ROWS.len()] = {
        let mut all = [Format::Pdf; ROWS.len()];
        let mut i = 0;
        while i < all.len() {
            all[i] = ROWS[i].format;
            i += 1;
        }
        all
    };

    const fn row(self) -> &'static FormatRow {
        &ROWS[self as usize]
    }

    /// Its name in options, manifests and JSON.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The format with this name, in either case.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.name().eq_ignore_ascii_case(name))
    }

    /// Its name for readers, in Chinese.
    pub const fn word(self) -> &'static str {
        self.row().word
    }

    /// Extension of its file, without the dot. No two formats have the same.
    pub const fn ending(self) -> &'static str {
        self.row().ending
    }

    /// Its media type (RFC 6838).
    pub const fn media_type(self) -> &'static str {
        self.row().media_type
    }

    /// Whether its files are compressed already.
    pub const fn is_compressed(self) -> bool {
        self.row().is_compressed
    }

    /// Whether its files contain the texts of a report, and not its figures alone.
    pub const fn has_texts(self) -> bool {
        self.row().has_texts
    }

    /// The inputs of its writer besides the report.
    pub const fn needs(self) -> Needs {
        self.row().needs
    }

    /// Makes a file.
    pub(crate) fn write(self, material: &Material<'_>) -> Result<Vec<u8>, ProduceError> {
        (self.row().write)(material)
    }

    /// Reads a file back and compares it with its report, of which `expected` are the words and tables.
    pub(crate) fn prove(
        self,
        report: &Report,
        expected: &[ContentPiece<'_>],
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Compared, Unequal> {
        match self.row().read_back {
            ReadBack::Pieces(read) => {
                let found = read(bytes).map_err(|what| Unequal::unread(&format!("{what}读不出来")))?;
                proof::compare(expected, &found)
            }
            ReadBack::Report(prove) => prove(report, bytes, limits),
        }
    }
}

/// The input of the writers. Several of them share a document, and pages.
pub(crate) struct Material<'r> {
    pub whole: Whole<'r>,
    pub document: &'r Document,
    pages: Option<Pages>,
    pub setting: &'r Setting,
    pub cache: &'r Cache,
}

impl ProduceError {
    /// The finding on a report that was not written for this reason.
    pub fn finding(&self) -> Finding {
        match self {
            ProduceError::Internal(fault) => fault.finding(),
            ProduceError::Unfinished => finding(Code::X901, self.to_string()),
            _ => finding(Code::W401, self.to_string()),
        }
    }
}

impl<'r> Material<'r> {
    /// Lays the document out once if any of the formats needs pages.
    pub fn of(
        whole: Whole<'r>,
        document: &'r Document,
        formats: &[Format],
        setting: &'r Setting,
        cache: (&layout::Cache, &'r Cache),
    ) -> Result<Material<'r>, ProduceError> {
        let drawn = formats.iter().any(|f| f.needs().pages);
        let pages = drawn.then(|| layout::layout(document, &setting.style, &setting.faces, cache.0)).transpose()?;
        Ok(Material { whole, document, pages, setting, cache: cache.1 })
    }

    fn pages(&self) -> Result<&Pages, ProduceError> {
        self.pages.as_ref().ok_or(ProduceError::Unfinished)
    }
}

/// Why a report could not be turned into files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProduceError {
    /// The document could not be laid out as pages.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The writer of a format refused the report.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Size of the JSON, and the limit for reading it, in MB.
    #[error("写出的 JSON 会有 {0} MB，超过再读入的上限 {1} MB，不像是一份年度报告，请删去无关内容")]
    TooLargeToRead(usize, u64),
    /// A fault of this program.
    #[error(transparent)]
    Internal(#[from] Fault),
    /// A fault of this program: a format needs pages that its row does not state, or a thread ended outside its step.
    #[error("程序内部错误（没有做完），请把文件和这条信息反馈给我们")]
    Unfinished,
}

/// The JSON, or an error if it is too large to be read again.
fn readable(json: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, ProduceError> {
    match json.len() as u64 > limits.file_bytes {
        true => Err(ProduceError::TooLargeToRead(json.len() >> 20, limits.file_bytes >> 20)),
        false => Ok(json),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_are_in_the_order_of_the_formats_and_no_name_occurs_twice() {
        for (i, row) in ROWS.iter().enumerate() {
            assert_eq!(row.format as usize, i, "{}", row.name);
            assert_eq!(Format::named(&row.name.to_uppercase()), Some(row.format));
        }
        for of in [Format::name, Format::word, Format::ending] {
            assert_eq!(Format::ALL.map(of).iter().collect::<BTreeSet<_>>().len(), ROWS.len());
        }
    }
}
