//! The records of an .xls stream: kind, length and body; a body may continue in the records that follow.

use super::ImportError;
use super::biff::{Fields, truncated};

const CONTINUE: u16 = 0x3C;

/// One record; its parts are its own body and those of the CONTINUE records that follow it.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub kind: u16,
    pub parts: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    /// The fields of its own body.
    pub fn fields(&self) -> Fields<'a> {
        Fields(self.parts.first().copied().unwrap_or_default())
    }

    pub fn text(&self) -> Text<'a, '_> {
        Text { parts: &self.parts, part: 0, at: 0 }
    }
}

/// Walks the records from an offset.
#[derive(Debug)]
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    pub fn new(stream: &'a [u8], at: usize) -> Records<'a> {
        Records { stream, at }
    }

    /// Whether only up to 3 zero bytes are left: neither a record nor the beginning of one.
    pub fn is_at_end(&self) -> bool {
        self.stream.get(self.at..).is_some_and(|rest| rest.len() < 4 && rest.iter().all(|b| *b == 0))
    }

    /// Kind and body of the current record, and where the next one is.
    fn peek(&self) -> Option<(u16, &'a [u8], usize)> {
        let head = Fields(self.stream.get(self.at..)?);
        let body = head.bytes(4, usize::from(head.u16(2)?))?;
        Some((head.u16(0)?, body, self.at + 4 + body.len()))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, body, next) = self.peek()?;
        self.at = next;
        let mut parts = vec![body];
        while let Some((CONTINUE, body, next)) = self.peek() {
            parts.push(body);
            self.at = next;
        }
        Some(Record { kind, parts })
    }
}

/// A text from a record, with its runs.
#[derive(Debug, Default)]
pub(super) struct RichText {
    pub units: Vec<u16>,
    /// First character and font of each run.
    pub runs: Vec<(u16, u16)>,
}

/// Reads texts from the body of a record and those of its continuations.
#[derive(Debug)]
pub(super) struct Text<'a, 'r> {
    parts: &'r [&'a [u8]],
    part: usize,
    at: usize,
}

impl Text<'_, '_> {
    pub fn skip(&mut self, mut bytes: usize) -> Result<(), ImportError> {
        while bytes > 0 {
            let here = self.rest()?.len().min(bytes);
            self.at += here;
            bytes -= here;
        }
        Ok(())
    }

    /// Whether nothing follows.
    pub fn is_done(&self) -> bool {
        self.parts.iter().enumerate().skip(self.part).all(|(i, p)| p.len() <= if i == self.part { self.at } else { 0 })
    }

    /// The unread bytes of the current part, or of the next part that is not empty.
    fn rest(&mut self) -> Result<&[u8], ImportError> {
        loop {
            let part = self.parts.get(self.part).ok_or_else(truncated)?;
            if self.at < part.len() {
                return Ok(&part[self.at..]);
            }
            self.part += 1;
            self.at = 0;
        }
    }

    fn byte(&mut self) -> Result<u8, ImportError> {
        let byte = self.rest()?[0];
        self.at += 1;
        Ok(byte)
    }

    fn u16(&mut self) -> Result<u16, ImportError> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u32(&mut self) -> Result<u32, ImportError> {
        Ok(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    /// Reads a text with a length of 16 bits, and its runs.
    pub fn rich(&mut self) -> Result<RichText, ImportError> {
        let length = self.u16()?;
        self.body(length)
    }

    /// Reads a text with a length of 8 bits.
    pub fn short(&mut self) -> Result<RichText, ImportError> {
        let length = u16::from(self.byte()?);
        self.body(length)
    }

    fn body(&mut self, length: u16) -> Result<RichText, ImportError> {
        // Some writers omit the flags of an empty text.
        if length == 0 && self.is_done() {
            return Ok(RichText::default());
        }
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.u16()? } else { 0 };
        let more = if flags & 4 != 0 { self.u32()? } else { 0 };
        let units = self.units(length, flags)?;
        let runs = self.run_list(runs)?;
        // Phonetic guides are not read; the last one may be shorter than stated.
        _ = self.skip(more as usize);
        Ok(RichText { units, runs })
    }

    /// Reads runs that are preceded by their number.
    pub fn runs(&mut self) -> Result<Vec<(u16, u16)>, ImportError> {
        let count = self.u16()?;
        self.run_list(count)
    }

    fn run_list(&mut self, count: u16) -> Result<Vec<(u16, u16)>, ImportError> {
        (0..count).map(|_| Ok((self.u16()?, self.u16()?))).collect()
    }

    /// Reads characters of one byte or two; each record that continues a text states again which.
    fn units(&mut self, length: u16, mut flags: u8) -> Result<Vec<u16>, ImportError> {
        let mut units = Vec::new();
        while units.len() < usize::from(length) {
            let part = self.part;
            let wide = flags & 1 != 0;
            let width = if wide { 2 } else { 1 };
            let wanted = (usize::from(length) - units.len()) * width;
            // At the end of a part, the text continues in the next one, after its flags.
            if self.parts.get(part).is_none_or(|p| self.at >= p.len()) {
                flags = self.byte()?;
                continue;
            }
            let rest = self.rest()?;
            let here = wanted.min(rest.len());
            if wide {
                if here < 2 {
                    return Err(truncated());
                }
                units.extend(rest[..here].chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])));
                self.at += here - here % 2;
            } else {
                units.extend(rest[..here].iter().map(|b| u16::from(*b)));
                self.at += here;
            }
        }
        Ok(units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_on_in_the_next_record_in_another_width() {
        // Four characters: two wide ones, then two narrow ones in a CONTINUE record.
        let first = [&[0xFC, 0, 7, 0][..], &[4, 0, 1, 0x32, 0x75, 0x59, 0x4E]].concat();
        let second = [&[0x3C, 0, 3, 0][..], &[0, b'a', b'b']].concat();
        let all = [first, second].concat();
        let record = Records::new(&all, 0).next().unwrap();
        let mut text = record.text();
        assert_eq!(String::from_utf16(&text.rich().unwrap().units).unwrap(), "甲乙ab");
        assert!(text.is_done());
    }

    #[test]
    fn a_text_that_is_cut_off_is_damage() {
        let stream = [0xFC, 0, 4, 0, 0xFF, 0xFF, 1, 0x32];
        let record = Records::new(&stream, 0).next().unwrap();
        assert!(record.text().rich().is_err());
        // A record longer than the rest of the stream is not returned.
        let mut records = Records::new(&[0xFC, 0, 9, 0, 1], 0);
        assert!(records.next().is_none() && !records.is_at_end());
        let mut records = Records::new(&[0xFC, 0, 0, 0, 0, 0], 0);
        assert!(records.next().is_some() && records.is_at_end());
    }
}
