//! A finding: one thing that is wrong or worth knowing, as a value.

use super::Source;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something was understood or filled in; the reader may want to know.
    Note,
    /// Probably wrong, never in the way.
    Warning,
    /// Wrong.
    Error,
}

/// From what a finding was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// From how the workbook was written: nobody can find it again in the report alone.
    Reading,
    /// From what the report says: whoever has the report finds it again.
    Report,
}

/// One finding. The message is one Chinese sentence that names both places; `hint` says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule, e.g. `K301`; `explain` knows every code.
    pub code: &'static str,
    pub severity: Severity,
    pub stage: Stage,
    pub source: Option<Source>,
    pub message: String,
    pub expected: Option<String>,
    pub found: Option<String>,
    pub related: Vec<Source>,
    pub hint: Option<String>,
}

impl Finding {
    /// A finding with the catalogue's severity is made by [`crate::rules::finding`]; this is the bare constructor.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            code,
            severity,
            stage: Stage::Report,
            source: None,
            message: message.into(),
            expected: None,
            found: None,
            related: Vec::new(),
            hint: None,
        }
    }

    pub fn at(mut self, source: impl Into<Option<Source>>) -> Finding {
        self.source = source.into();
        self
    }

    pub fn expected(mut self, text: impl ToString) -> Finding {
        self.expected = Some(text.to_string());
        self
    }

    pub fn found(mut self, text: impl ToString) -> Finding {
        self.found = Some(text.to_string());
        self
    }

    pub fn related(mut self, sources: impl IntoIterator<Item = Source>) -> Finding {
        self.related.extend(sources);
        self
    }

    /// The same, as found in how a workbook was written.
    pub fn in_reading(mut self) -> Finding {
        self.stage = Stage::Reading;
        self
    }

    pub fn hint(mut self, text: impl Into<String>) -> Finding {
        self.hint = Some(text.into());
        self
    }
}
