//! Document → DOCX.
