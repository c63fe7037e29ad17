//! Archives and mails among the inputs: what is in them, and the bytes of one member when it is its turn.
//!
//! Opens the files. A member is read again whenever it is needed; of the containers only the last few are kept in memory, because
//! members of one container follow each other.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{reading, regular_file};
use crate::import::container::{self, ContainerKind, HEAD, Member, MemberState, Place};
use crate::import::{ImportError, Limits};
use crate::publish::packaged;

/// Most bytes of containers that are kept; the last one is kept whatever its size.
const KEPT_BYTES: usize = 512 << 20;
/// Most containers that are kept.
const KEPT: usize = 16;

/// What a container holds.
pub struct Contents {
    pub kind: ContainerKind,
    pub members: Vec<Member>,
}

/// Reads containers.
pub struct Containers {
    limits: Limits,
    /// The containers that were read last, the newest last.
    kept: Mutex<Vec<Kept>>,
}

/// A container: a file, or a member of one.
struct Kept {
    file: PathBuf,
    way: Place,
    bytes: Arc<Vec<u8>>,
}

impl Containers {
    pub fn new(limits: &Limits) -> Containers {
        Containers { limits: limits.clone(), kept: Mutex::default() }
    }

    /// The members of a file that is a container; `None` if it is none, or cannot be opened.
    ///
    /// # Errors
    /// If it is a container that cannot be read, or has no members.
    pub fn contents(&self, path: &Path) -> Option<Result<Contents, ImportError>> {
        let mut head = Vec::new();
        let file = regular_file::open(path).ok()??;
        file.take(HEAD as u64).read_to_end(&mut head).ok()?;
        if !container::may_be_container(&head) {
            return None;
        }
        let bytes = match self.bytes(path, &[]) {
            Ok(bytes) => bytes,
            Err(e) => return Some(Err(e)),
        };
        let kind = container::kind(&bytes)?;
        let members = match container::members(&bytes, &self.limits) {
            Ok(members) if members.is_empty() => Err(ImportError::NoWorkbook("压缩包里没有工作簿".into())),
            all => all,
        };
        Some(members.map(|members| Contents { kind, members }))
    }

    /// The bytes of the member at a place in a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn member(&self, path: &Path, place: &[usize]) -> Result<Vec<u8>, ImportError> {
        let Some((last, way)) = place.split_last() else { return reading::load(path, &self.limits) };
        container::content(&self.bytes(path, way)?, *last, self.limits.file_bytes, &self.limits)
    }

    /// Whether an archive is what publishing writes: packages, and perhaps an index page beside them.
    pub fn is_published(&self, path: &Path, contents: &Contents) -> bool {
        let files = || contents.members.iter().filter(|m| m.state == MemberState::File);
        let is_manifest = |m: &&Member| m.path.ends_with("/manifest.json");
        let holds = |m: &Member| self.member(path, &m.place).is_ok_and(|bytes| packaged(&bytes).is_some());
        let packages: Vec<&str> =
            files().filter(is_manifest).filter(|m| holds(m)).filter_map(|m| Some(m.path.rsplit_once('/')?.0)).collect();
        let is_own = |m: &Member| match m.path.rsplit_once('/') {
            Some((folder, _)) => packages.contains(&folder),
            None => m.path == "index.html",
        };
        !packages.is_empty() && files().all(is_own)
    }

    /// The bytes of a container: a file, or what the numbers of `way` lead to in it.
    fn bytes(&self, file: &Path, way: &[usize]) -> Result<Arc<Vec<u8>>, ImportError> {
        if let Some(bytes) = self.known(file, way) {
            return Ok(bytes);
        }
        let most = self.limits.container_bytes;
        let bytes = match way.split_last() {
            Some((last, before)) => container::content(&self.bytes(file, before)?, *last, most, &self.limits)?,
            None => reading::load_up_to(file, most, || self.limits.container_error())?,
        };
        let bytes = Arc::new(bytes);
        self.keep(Kept { file: file.to_owned(), way: way.to_vec(), bytes: bytes.clone() });
        Ok(bytes)
    }

    fn known(&self, file: &Path, way: &[usize]) -> Option<Arc<Vec<u8>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|k| k.file == file && k.way == way).map(|k| k.bytes.clone())
    }

    fn keep(&self, newest: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(newest);
        while kept.len() > 1 && (kept.len() > KEPT || kept.iter().map(|k| k.bytes.len()).sum::<usize>() > KEPT_BYTES) {
            kept.remove(0);
        }
    }
}
