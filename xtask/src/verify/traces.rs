//! Checks that no file of a package reveals who made it, where, or at what time of day.
//!
//! Takes the folder of a package and words that would reveal the machine. Searches the files as far as they can be unpacked:
//! parts of DOCX, XLSX and the zip, objects and metadata of the PDF. The agency may be named as the author, and a day as a
//! date.

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use zip::ZipArchive;

use super::stdout_of;
use crate::project;

/// Elements of metadata that name a person or a company.
const AUTHORS: [&str; 5] = ["dc:creator", "cp:lastModifiedBy", "Manager", "Company", "pdf:Author"];

/// The only extra field that an entry of a zip may have: the time of its last change, set to the earliest day of the zip
/// format.
const FIRST_DAY: [u8; 9] = [b'U', b'T', 5, 0, 1, 0x00, 0xa6, 0xce, 0x12];

/// Fails on the first trace in a package.
pub fn none(package: &Path, machine: &[String]) -> Result<()> {
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(package.join("manifest.json"))?)?;
    let agency = manifest["agency"].as_str().context("manifest.json names no agency")?;
    let mut files = Vec::new();
    project::walk(package, &mut files)?;
    let mut zip = package.as_os_str().to_owned();
    zip.push(".zip");
    files.push(zip.into());
    for file in &files {
        let name = || file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (part, bytes) in unpacked(file).with_context(name)? {
            let place = || format!("{} {part}", name());
            of_machine(&bytes, machine).with_context(place)?;
            times(&bytes).with_context(place)?;
            authors(&String::from_utf8_lossy(&bytes), agency).with_context(place)?;
        }
    }
    Ok(())
}

/// Fails if bytes contain a word that reveals the machine.
pub fn of_machine(bytes: &[u8], machine: &[String]) -> Result<()> {
    for word in machine {
        ensure!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "it holds {word}");
    }
    Ok(())
}

/// Returns the contents of a file, by the names of its parts.
fn unpacked(file: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let bytes = fs::read(file)?;
    match file.extension().and_then(|e| e.to_str()) {
        Some("docx" | "xlsx" | "zip") => parts(&bytes),
        Some("pdf") => {
            let mut qpdf = Command::new("qpdf");
            let objects = stdout_of(qpdf.args(["--qdf", "--object-streams=disable"]).arg(file).arg("-"))?;
            let info = stdout_of(Command::new("pdfinfo").args(["-enc", "UTF-8", "-rawdates"]).arg(file))?;
            Ok(vec![("objects".to_owned(), objects), ("Info".to_owned(), as_elements(&String::from_utf8(info)?))])
        }
        _ => Ok(vec![(String::new(), bytes)]),
    }
}

/// Returns the output of pdfinfo with the author as an element, as in the metadata of other formats.
fn as_elements(info: &str) -> Vec<u8> {
    let author = info.lines().find_map(|l| l.strip_prefix("Author:")).unwrap_or_default().trim();
    format!("{info}\n<pdf:Author>{author}</pdf:Author>").into_bytes()
}

/// Returns the parts of a zip; fails if one has a time of its own.
fn parts(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut parts = Vec::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index)?;
        let name = part.name()?.into_owned();
        let time = part.last_modified().context("a part without a time")?;
        ensure!((time.hour(), time.minute(), time.second()) == (0, 0, 0), "{name} is of {time}");
        let field = part.extra_data().unwrap_or_default();
        ensure!(field.is_empty() || field[..] == FIRST_DAY, "{name} has a field of its own: {field:?}");
        let mut data = Vec::new();
        part.read_to_end(&mut data)?;
        parts.push((name, data));
    }
    Ok(parts)
}

/// Fails on a time of day, as written in files (`2024-12-31T08:30:00`, `D:20241231083000`), that is not midnight.
fn times(bytes: &[u8]) -> Result<()> {
    let digits = |at: usize, n: usize| bytes.get(at..at + n).filter(|d| d.iter().all(u8::is_ascii_digit));
    let fail = |at: usize| {
        let found = String::from_utf8_lossy(&bytes[at.saturating_sub(10)..(at + 12).min(bytes.len())]).into_owned();
        anyhow::bail!("a time of day: {found}")
    };
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'T' if at >= 10 && bytes[at - 3] == b'-' && bytes.get(at + 3) == Some(&b':') => {
                let of_date = digits(at - 10, 4).and(digits(at - 2, 2));
                let time = digits(at + 1, 2).zip(digits(at + 4, 2)).filter(|_| of_date.is_some());
                if time.is_some_and(|t| t != (&b"00"[..], &b"00"[..])) {
                    return fail(at);
                }
            }
            b'D' if bytes.get(at + 1) == Some(&b':') && digits(at + 2, 8).is_some() => {
                let time = digits(at + 10, 6);
                if time.is_some_and(|t| t != b"000000") {
                    return fail(at);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Fails if metadata name anybody but the agency.
fn authors(text: &str, agency: &str) -> Result<()> {
    for name in AUTHORS {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        for element in text.split(open.as_str()).skip(1) {
            let inner = element.split(close.as_str()).next().unwrap_or_default();
            // XMP contains its authors as a list.
            let plain: String = inner.split('<').map(|t| t.split_once('>').map_or(t, |(_, text)| text)).collect();
            ensure!(plain.trim().is_empty() || plain.trim() == agency, "{name} is {plain}");
        }
    }
    ensure!(!text.to_ascii_lowercase().contains("name=\"author\""), "a page names its author");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_no_time_and_a_time_is_one() {
        for good in ["2024-12-31T00:00:00Z", "(D:20241231000000Z)", "(D:20241231)", "T12:30", "A-12T30", "TD:", ""] {
            times(good.as_bytes()).unwrap();
        }
        for bad in ["<a>2024-12-31T08:00:00Z</a>", "(D:20241231083000+08'00')", "2024-12-31T00:01Z"] {
            assert!(times(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_agency_may_be_author_and_nobody_else() {
        for good in [
            "<dc:creator>某局</dc:creator><cp:lastModifiedBy></cp:lastModifiedBy><Company/>",
            "<dc:creator><rdf:Seq><rdf:li>某局</rdf:li></rdf:Seq></dc:creator>",
        ] {
            authors(good, "某局").unwrap();
        }
        for bad in [
            "<dc:creator>张三</dc:creator>",
            "<dc:creator></dc:creator><dc:creator><rdf:Seq><rdf:li>某局</rdf:li><rdf:li>张三</rdf:li></rdf:Seq></dc:creator>",
            "<Company>某公司</Company>",
            "<META NAME=\"author\" content=\"某局\">",
        ] {
            assert!(authors(bad, "某局").is_err(), "{bad}");
        }
        assert!(of_machine(b"a /home/b c", &["/home/b".to_owned()]).is_err());
    }
}
