//! Shared parts of the integration tests: samples, workbooks edited cell by cell, and runs of the program.

pub mod generated;
pub mod html;
pub mod schema;

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub const SAMPLE: &str = "老城区科学技术局-2024.xlsx";

pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// Runs the program as a script does, without a desktop.
pub fn nianbao<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    command.args(args).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap()
}

/// Writes a script that can be executed at once: another process makes the file, since a child that a test beside this one starts would
/// keep a file open that is written here, and what is open for writing cannot be executed.
#[cfg(unix)]
pub fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let draft = path.with_extension("draft");
    fs::write(&draft, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Command::new("cp").arg(&draft).arg(path).status().unwrap().success());
    fs::remove_file(draft).unwrap();
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Returns all parts of a zip with their names, in their order.
pub fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut file = zip.by_index(i).unwrap();
            let mut data = Vec::new();
            file.read_to_end(&mut data).unwrap();
            (file.name().unwrap().into_owned(), data)
        })
        .collect()
}

pub fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook being edited in its XML, independently of every library that wrote it.
pub struct Book {
    parts: Vec<(String, Vec<u8>)>,
    /// Sheet names in order: the n-th is `xl/worksheets/sheet{n+1}.xml`, as rust_xlsxwriter numbers them.
    sheets: Vec<String>,
}

impl Book {
    pub fn open(path: &Path) -> Book {
        let parts = parts(&fs::read(path).unwrap());
        let book = parts.iter().find(|(n, _)| n == "xl/workbook.xml").unwrap();
        let xml = String::from_utf8(book.1.clone()).unwrap();
        let sheets = xml.split("<sheet name=\"").skip(1).map(|s| s.split('"').next().unwrap().to_owned()).collect();
        Book { parts, sheets }
    }

    fn sheet(&mut self, name: &str) -> &mut Vec<u8> {
        let number = self.sheets.iter().position(|s| s == name).unwrap_or_else(|| panic!("no sheet {name}")) + 1;
        let part = format!("xl/worksheets/sheet{number}.xml");
        &mut self.parts.iter_mut().find(|(n, _)| *n == part).unwrap().1
    }

    /// Replaces the whole content of a cell with `inner` and sets the attribute `kind` (`t="…"`); the address is kept.
    pub fn cell(&mut self, sheet: &str, address: &str, kind: &str, inner: &str) {
        let data = self.sheet(sheet);
        let xml = String::from_utf8(data.clone()).unwrap();
        let cell = format!("<c r=\"{address}\"{kind}>{inner}</c>");
        let start = xml.find(&format!("<c r=\"{address}\"")).unwrap_or_else(|| panic!("no cell {sheet}!{address}"));
        let tag = start + xml[start..].find('>').unwrap();
        let end =
            if xml.as_bytes()[tag - 1] == b'/' { tag + 1 } else { start + xml[start..].find("</c>").unwrap() + 4 };
        *data = format!("{}{cell}{}", &xml[..start], &xml[end..]).into_bytes();
    }

    /// Fills in a cell as typed: text that is a number becomes a number.
    pub fn fill(&mut self, sheet: &str, address: &str, typed: &str) {
        match typed.parse::<f64>() {
            Ok(_) => self.cell(sheet, address, "", &format!("<v>{typed}</v>")),
            Err(_) => self.text(sheet, address, typed),
        }
    }

    pub fn text(&mut self, sheet: &str, address: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        self.cell(sheet, address, " t=\"inlineStr\"", &format!("<is><t xml:space=\"preserve\">{text}</t></is>"));
    }

    /// Replaces text in a sheet's XML, which must contain it.
    pub fn replace(&mut self, sheet: &str, from: &str, to: &str) {
        let data = self.sheet(sheet);
        let xml = String::from_utf8(data.clone()).unwrap();
        assert!(xml.contains(from), "{sheet} has no {from}");
        *data = xml.replace(from, to).into_bytes();
    }

    /// Returns the bytes of a part.
    pub fn part(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.parts.iter_mut().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no part {name}")).1
    }

    /// Replaces text in the XML of a part, which must contain it.
    pub fn edit(&mut self, part: &str, from: &str, to: &str) {
        let data = self.part(part);
        let xml = String::from_utf8(data.clone()).unwrap();
        assert!(xml.contains(from), "{part} has no {from}");
        *data = xml.replace(from, to).into_bytes();
    }

    pub fn add(&mut self, name: &str, data: &str) {
        self.parts.push((name.to_owned(), data.as_bytes().to_vec()));
    }

    pub fn rename(&mut self, from: &str, to: &str) {
        self.parts.iter_mut().find(|(n, _)| n == from).unwrap_or_else(|| panic!("no part {from}")).0 = to.to_owned();
    }

    pub fn bytes(&self) -> Vec<u8> {
        zipped(&self.parts)
    }

    pub fn save(&self, path: &Path) {
        fs::write(path, zipped(&self.parts)).unwrap();
    }
}

/// Name of the record of what `convert` wrote.
pub const RECORD: &str = ".nianbao-written.jsonl";

/// Returns the names of the entries of a folder, without the record of `convert`; none if the folder does not exist.
pub fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name != RECORD);
    names.sort();
    names
}

/// Whether the tests run under `nohup`, which their children inherit: then SIGHUP ends none of them.
#[cfg(unix)]
pub fn ignores_hangup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 != 0)
}
