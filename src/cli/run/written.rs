//! What earlier runs wrote into an output folder: a file that was edited since, or that somebody else put there, is not replaced.
//!
//! Takes an open output folder and the files to be written, gives those that are in the way. Known are the outputs in the manifests
//! and journals of the folder, and those in the record beside them, which holds what no manifest lists: the outputs of runs over a
//! single report, and those that the manifest of a later run no longer lists. A digest in none of them is not one of this program.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use super::journal::lists_outputs;
use crate::batch::OutputFile;
use crate::cli::folder::{EntryKind, Folder};
use crate::cli::output::RECORD;
use crate::digest::sha256;

/// Most bytes of a manifest, a journal or the record that are read.
const MOST: u64 = 1 << 30;

/// Outputs of earlier runs, by path below the output folder; a path has several if a run was killed while it replaced a file.
#[derive(Debug, Default)]
pub struct Written(BTreeMap<String, Vec<OutputFile>>);

/// A line of the record, and the part that matters here of a line of a manifest or journal.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    #[serde(default)]
    outputs: std::borrow::Cow<'a, [OutputFile]>,
}

/// Why a file is not replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// This program wrote another content there.
    Edited,
    /// Not known to be written by this program.
    Foreign,
    /// A link or something else that is not a file.
    NoFile,
}

impl Obstacle {
    /// In Chinese, for a message.
    pub const fn meaning(self) -> &'static str {
        match self {
            Obstacle::Edited => "写出以后改动过",
            Obstacle::Foreign => "不能确定是程序写的",
            Obstacle::NoFile => "是链接或管道，不是文件",
        }
    }
}

impl Written {
    /// Reads what the folder lists. Unreadable files and lines are ignored: their outputs are then unknown and not replaced.
    pub fn read(folder: &Folder) -> Written {
        let mut all = Written::default();
        for (name, kind) in folder.entries().unwrap_or_default() {
            let Some(name) = name.to_str().filter(|n| kind == EntryKind::File && (*n == RECORD || lists_outputs(n)))
            else {
                continue;
            };
            if let Ok(file) = folder.file(name) {
                let lines = BufReader::new(file.take(MOST)).split(b'\n').map_while(Result::ok);
                all.extend(lines.filter_map(|line| serde_json::from_slice(&line).ok()));
            }
        }
        all
    }

    fn extend<'l>(&mut self, lines: impl Iterator<Item = Line<'l>>) {
        for output in lines.flat_map(|line| line.outputs.into_owned()) {
            let known = self.0.entry(output.path.clone()).or_default();
            if !known.contains(&output) {
                known.push(output);
            }
        }
    }

    /// Why a new content may not replace the entry `name` of a folder, which is an output by this path; `None` if it may, or if
    /// there is no such entry. A folder of that name is left to the writer, which refuses it.
    pub fn obstacle(&self, folder: &Folder, name: &str, path: &str, new: &[u8]) -> io::Result<Option<Obstacle>> {
        match folder.kind(name)? {
            None | Some(EntryKind::Folder) => return Ok(None),
            Some(EntryKind::Other) => return Ok(Some(Obstacle::NoFile)),
            Some(EntryKind::File) => {}
        }
        let known = self.0.get(path).map_or(&[][..], Vec::as_slice);
        let file = folder.file(name)?;
        let length = file.metadata()?.len();
        // A file of another length is not read: it may be of any size.
        let fits = |bytes: usize| bytes as u64 == length;
        if fits(new.len()) || known.iter().any(|o| fits(o.bytes)) {
            let mut there = Vec::new();
            file.take(length).read_to_end(&mut there)?;
            if there == new {
                return Ok(None);
            }
            let digest = sha256(&there);
            if known.iter().any(|o| o.sha256 == digest) {
                return Ok(None);
            }
        }
        Ok(Some(if known.is_empty() { Obstacle::Foreign } else { Obstacle::Edited }))
    }
}

/// Adds outputs to the record of a folder. This comes before the outputs get their names, or before the manifest that lists them is
/// replaced: killed in between, the program still knows its files.
pub fn remember(folder: &Folder, outputs: &[OutputFile]) -> io::Result<()> {
    if outputs.is_empty() {
        return Ok(());
    }
    let mut file = folder.own(RECORD)?;
    // Runs that share the folder take turns. Some network file systems have no locks; the user must then avoid two runs in one folder.
    let _ = file.lock();
    let mut text = Vec::new();
    (&file).take(MOST).read_to_end(&mut text)?;
    let mut line = serde_json::to_vec(&Line { outputs: outputs.into() })?;
    if text.split(|b| *b == b'\n').any(|known| known == line) {
        return Ok(());
    }
    // The last line may be cut off.
    if text.last().is_some_and(|b| *b != b'\n') {
        line.insert(0, b'\n');
    }
    line.push(b'\n');
    file.seek(SeekFrom::End(0))?;
    file.write_all(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(path: &str, bytes: &[u8]) -> OutputFile {
        OutputFile { format: "docx".to_owned(), path: path.to_owned(), bytes: bytes.len(), sha256: sha256(bytes) }
    }

    #[test]
    fn only_what_the_program_wrote_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let write = |bytes: &[u8]| std::fs::write(dir.path().join("a.docx"), bytes).unwrap();
        let obstacle = |new: &[u8]| Written::read(&folder).obstacle(&folder, "a.docx", "a.docx", new).unwrap();
        assert_eq!(obstacle(b"new"), None);
        write(b"old");
        assert_eq!(obstacle(b"new"), Some(Obstacle::Foreign));
        // Equal to what would be written: nothing is lost.
        assert_eq!(obstacle(b"old"), None);
        remember(&folder, &[output("a.docx", b"old")]).unwrap();
        remember(&folder, &[output("a.docx", b"old")]).unwrap();
        assert_eq!(obstacle(b"new"), None);
        assert_eq!(std::fs::read_to_string(dir.path().join(RECORD)).unwrap().lines().count(), 1);
        // Killed before or after it replaced the file.
        remember(&folder, &[output("a.docx", b"newer")]).unwrap();
        assert_eq!(obstacle(b"new"), None);
        write(b"newer");
        assert_eq!(obstacle(b"new"), None);
        write(b"hand");
        assert_eq!(obstacle(b"new"), Some(Obstacle::Edited));
        write(b"olD");
        assert_eq!(obstacle(b"new"), Some(Obstacle::Edited));
    }

    #[test]
    fn a_damaged_record_knows_what_is_left_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        std::fs::write(dir.path().join(RECORD), "\u{0}x\n{\"outputs\":[{\"format").unwrap();
        remember(&folder, &[output("a.docx", b"old")]).unwrap();
        std::fs::write(dir.path().join("a.docx"), b"old").unwrap();
        assert_eq!(Written::read(&folder).obstacle(&folder, "a.docx", "a.docx", b"new").unwrap(), None);
    }
}
