//! The blank (or filled) standard workbook.
