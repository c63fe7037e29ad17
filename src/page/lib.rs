//! The core for a WebAssembly host: a page in the browser, or Node.
//!
//! A host writes a request into memory that [`take`] gives, calls [`answer`], reads the answer and returns it with [`give_back`].
//! Requests and answers are a line of JSON and then bytes: a file's in a request, those of all files, one after the other, in an
//! answer. Nothing is kept between requests but the engine. A fault of this program traps, upon which the host reads what it was
//! (`fault`) and ends the instance.

use std::sync::LazyLock;

use nianbao::engine::Engine;
use nianbao::judge::{Judged, stem};
use nianbao::model::Finding;
use nianbao::pipeline::{Format, examine_bytes, produce};
use serde::{Deserialize, Serialize};

/// What a host asks for: the findings of a file, and its report in these formats.
#[derive(Debug, Deserialize)]
struct Request {
    name: String,
    #[serde(default)]
    formats: Vec<String>,
}

/// What it gets back.
#[derive(Debug, Default, Serialize)]
struct Answer {
    agency: Option<String>,
    year: Option<u16>,
    edition: Option<String>,
    findings: Vec<Finding>,
    files: Vec<File>,
    /// Why the files could not be made, or why the request is none.
    fault: Option<String>,
}

/// A file whose bytes follow.
#[derive(Debug, Serialize)]
struct File {
    format: &'static str,
    name: String,
    media_type: &'static str,
    bytes: usize,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);

/// Answers a request.
pub fn answered(request: &[u8]) -> Vec<u8> {
    let (answer, files) = match parsed(request) {
        Ok((request, bytes)) => converted(&request, bytes),
        Err(fault) => (Answer { fault: Some(fault), ..Answer::default() }, Vec::new()),
    };
    // Strings and numbers only: this cannot fail.
    let mut out = serde_json::to_vec(&answer).unwrap_or_default();
    out.push(b'\n');
    files.iter().for_each(|file| out.extend_from_slice(file));
    out
}

fn parsed(request: &[u8]) -> Result<(Request, &[u8]), String> {
    let end = request.iter().position(|b| *b == b'\n').ok_or("请求没有首行")?;
    let parsed = serde_json::from_slice(&request[..end]).map_err(|e| format!("请求的首行读不懂：{e}"))?;
    Ok((parsed, &request[end + 1..]))
}

fn converted(request: &Request, bytes: &[u8]) -> (Answer, Vec<Vec<u8>>) {
    let examined = examine_bytes(&request.name, bytes, &ENGINE);
    let judged = Judged { input: 1, file: request.name.clone(), sha256: None, key: "", strict: false };
    let name = stem(&judged.record(&examined, &ENGINE));
    let mut answer = Answer {
        agency: examined.agency.clone(),
        year: examined.year,
        edition: examined.edition.clone(),
        findings: examined.findings.clone(),
        ..Answer::default()
    };
    let Some(whole) = examined.whole().filter(|_| !request.formats.is_empty()) else { return (answer, Vec::new()) };
    let formats: Result<Vec<Format>, String> =
        request.formats.iter().map(|f| Format::named(f).ok_or_else(|| format!("没有 {f} 这种格式"))).collect();
    match formats.and_then(|formats| produce(whole, &formats, &ENGINE).map_err(|e| e.to_string())) {
        Ok(files) => {
            let of_file = |(format, bytes): &(Format, Vec<u8>)| File {
                format: format.name(),
                name: format!("{name}.{}", format.ending()),
                media_type: format.media_type(),
                bytes: bytes.len(),
            };
            answer.files = files.iter().map(of_file).collect();
            (answer, files.into_iter().map(|(_, bytes)| bytes).collect())
        }
        Err(fault) => (Answer { fault: Some(fault), ..answer }, Vec::new()),
    }
}

/// Functions that a host calls, with addresses in the memory of the instance.
#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "a host has addresses only; each is one that `take` gave and is used once")]
mod host {
    use std::sync::{Mutex, PoisonError};

    /// Bytes of the length that precedes an answer.
    const LENGTH: usize = 4;

    /// The message of the panic that is about to trap.
    static FAULT: Mutex<String> = Mutex::new(String::new());

    /// Prepares the instance: the host calls it once, before anything else.
    #[unsafe(no_mangle)]
    extern "C" fn begin() {
        std::panic::set_hook(Box::new(|fault| {
            *FAULT.lock().unwrap_or_else(PoisonError::into_inner) = fault.to_string();
        }));
    }

    /// What made the instance trap, in the form of an answer.
    #[unsafe(no_mangle)]
    extern "C" fn fault() -> *mut u8 {
        given(FAULT.lock().unwrap_or_else(PoisonError::into_inner).as_bytes())
    }

    /// Memory for a request of `length` bytes.
    #[unsafe(no_mangle)]
    extern "C" fn take(length: usize) -> *mut u8 {
        Box::into_raw(vec![0u8; length].into_boxed_slice()).cast()
    }

    /// Answers the request at `at`, whose memory is freed. Returns the address of the answer's length (four bytes, little-endian)
    /// followed by the answer.
    #[unsafe(no_mangle)]
    extern "C" fn answer(at: *mut u8, length: usize) -> *mut u8 {
        // SAFETY: the host got address and length from `take` and gives them up.
        let request = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(at, length)) };
        given(&super::answered(&request))
    }

    fn given(answer: &[u8]) -> *mut u8 {
        let mut out = Vec::with_capacity(LENGTH + answer.len());
        out.extend_from_slice(&(answer.len() as u32).to_le_bytes());
        out.extend_from_slice(answer);
        Box::into_raw(out.into_boxed_slice()).cast()
    }

    /// Frees an answer of `length` bytes.
    #[unsafe(no_mangle)]
    extern "C" fn give_back(at: *mut u8, length: usize) {
        // SAFETY: the host got address and length from `answer` and gives them up.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(at, LENGTH + length)) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_to(line: &str, bytes: &[u8]) -> (serde_json::Value, Vec<u8>) {
        let answer = answered(&[line.as_bytes(), b"\n", bytes].concat());
        let end = answer.iter().position(|b| *b == b'\n').expect("a line");
        (serde_json::from_slice(&answer[..end]).expect("JSON"), answer[end + 1..].to_vec())
    }

    #[test]
    fn a_report_is_answered_with_its_files_and_anything_else_with_why() {
        let sample = include_bytes!("../../samples/云泽市住房和城乡建设局-2023.xlsx");
        let (answer, files) = answer_to(r#"{"name":"x.xlsx","formats":["csv","JSON"]}"#, sample);
        assert_eq!((&answer["year"], &answer["fault"]), (&2023.into(), &serde_json::Value::Null));
        let sizes: Vec<u64> =
            answer["files"].as_array().expect("files").iter().filter_map(|f| f["bytes"].as_u64()).collect();
        assert_eq!((sizes.len(), sizes.iter().sum::<u64>()), (2, files.len() as u64));
        assert_eq!(answer["files"][0]["name"], "云泽市住房和城乡建设局2023年政府信息公开工作年度报告.csv");
        let (answer, files) = answer_to(r#"{"name":"x.xlsx","formats":["csv"]}"#, b"no workbook");
        assert!(files.is_empty() && answer["findings"].as_array().is_some_and(|f| f.len() == 1), "{answer}");
        for (line, why) in [(r#"{"name":"x.xlsx","formats":["odt"]}"#, "odt"), ("{", "读不懂"), ("[1]", "读不懂")]
        {
            assert!(answer_to(line, sample).0["fault"].as_str().is_some_and(|f| f.contains(why)), "{line}");
        }
    }
}
