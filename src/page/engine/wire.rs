//! Requests and answers as bytes: a line of JSON, which names files and their lengths, and then the bytes of the files.

use nianbao::pipeline::Format;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Ask;

/// Media type of a workbook.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Debug, Deserialize)]
struct Header {
    #[serde(flatten)]
    ask: Ask,
    #[serde(default)]
    files: Vec<Sent>,
}

/// A file of a request, whose bytes follow.
#[derive(Debug, Deserialize)]
struct Sent {
    name: String,
    bytes: usize,
}

/// A file that came with a request.
#[derive(Debug)]
pub struct Received<'a> {
    /// Its name, or its path below the folder that was dropped.
    pub name: String,
    pub bytes: &'a [u8],
}

/// What a host gets back.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    result: Value,
    files: Vec<MadeFile>,
    /// Why there is no answer.
    fault: Option<String>,
    #[serde(skip)]
    contents: Vec<Vec<u8>>,
}

/// A file of an answer, whose bytes follow.
#[derive(Debug, Serialize)]
struct MadeFile {
    name: String,
    /// Name of its format; empty for a file that is in none.
    format: &'static str,
    media_type: &'static str,
    bytes: usize,
}

impl Answer {
    pub fn of(result: impl Serialize) -> Result<Answer, String> {
        let result = serde_json::to_value(result).map_err(|e| e.to_string())?;
        Ok(Answer { result, ..Answer::default() })
    }

    pub fn fault(fault: String) -> Answer {
        Answer { fault: Some(fault), ..Answer::default() }
    }

    /// The same with another file.
    pub fn with(self, name: String, media_type: &'static str, content: Vec<u8>) -> Answer {
        self.with_file(MadeFile { name, format: "", media_type, bytes: content.len() }, content)
    }

    /// The same with a report in a format.
    pub fn with_format(self, stem: &str, format: Format, content: Vec<u8>) -> Answer {
        let name = format!("{stem}.{}", format.ending());
        let (format, media_type) = (format.name(), format.media_type());
        self.with_file(MadeFile { name, format, media_type, bytes: content.len() }, content)
    }

    fn with_file(mut self, file: MadeFile, content: Vec<u8>) -> Answer {
        self.files.push(file);
        self.contents.push(content);
        self
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings and numbers only: this cannot fail.
        let mut out = serde_json::to_vec(self).unwrap_or_default();
        out.push(b'\n');
        self.contents.iter().for_each(|content| out.extend_from_slice(content));
        out
    }
}

/// The request in bytes, with its files.
pub fn parsed(request: &[u8]) -> Result<(Ask, Vec<Received<'_>>), String> {
    let end = request.iter().position(|b| *b == b'\n').ok_or("请求没有首行")?;
    let header: Header = serde_json::from_slice(&request[..end]).map_err(|e| format!("请求的首行读不懂：{e}"))?;
    let mut rest = &request[end + 1..];
    let mut files = Vec::with_capacity(header.files.len());
    for Sent { name, bytes } in header.files {
        let (own, behind) = rest.split_at_checked(bytes).ok_or_else(|| format!("{name} 没有送全"))?;
        files.push(Received { name, bytes: own });
        rest = behind;
    }
    if rest.is_empty() { Ok((header.ask, files)) } else { Err("请求比说的长".to_owned()) }
}
