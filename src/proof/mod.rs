//! Readers of produced files that are independent of their writers, and the comparison with a report, word by word and number by
//! number.
//!
//! Takes the bytes of one file, gives what was found or how much of it was compared. Repairs nothing, and does not judge what a
//! difference means.

pub(crate) mod csv;
pub(crate) mod docx;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod pdf;
mod pieces;
mod value_rows;
pub(crate) mod xlsx;
mod xml;

pub use pieces::Compared;
pub(crate) use pieces::{ContentPiece, Unequal, compare, expected_pieces};
