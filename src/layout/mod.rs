//! Document → pages of positioned glyph runs.
