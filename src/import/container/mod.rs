//! Archives and mails → the files in them, as if they lay in a folder.
//!
//! Takes the bytes of a container: a zip that is no office document, or a mail with attachments. Gives a list of its members, those
//! of containers within it included, and the bytes of one member at a time; where a member is, its [`Place`] says. The content
//! decides what is a container, never a name. Everything is bounded: the number of members, how deep containers lie in each other,
//! the size of a member and of all together. It never writes, and it reads no cell.

mod archive;
mod mail;
mod names;
mod words;

use super::{ImportError, Limits};
use archive::Archive;
use mail::Mail;

pub use names::noise;

/// Bytes of the beginning of a file that decide whether it may be a container.
pub const HEAD: usize = 4096;

/// A kind of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContainerKind {
    /// A zip that is no office document.
    Archive,
    /// A mail with its attachments.
    Mail,
}

/// Where a member is: its number in the container, and in each further container on the way to it. Numbers count all entries.
pub type Place = Vec<usize>;

/// A file in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// Its path in the container, through folders and containers, with `/` between the parts; safe to show.
    pub path: String,
    /// The folder for what is made of it: as `path` without the file, an archive without its extension, and no level for a mail,
    /// which is only an envelope.
    pub folder: String,
    /// Where it is.
    pub place: Place,
    /// Whether it can be read.
    pub state: MemberState,
}

/// Whether a member can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberState {
    /// A file.
    File,
    /// Something that nobody means to hand in; why, as a Chinese clause.
    PassedOver(&'static str),
    /// It cannot be read.
    Refused(ImportError),
    /// A container that cannot be opened, or cannot be opened here.
    Closed(ImportError),
}

/// A file in one container.
struct Entry {
    /// Its number among all entries.
    number: usize,
    /// Its safe path.
    name: String,
    /// Its size, as the container states it.
    bytes: u64,
    state: EntryState,
}

#[derive(Debug, PartialEq, Eq)]
enum EntryState {
    File,
    PassedOver(&'static str),
    Refused(ImportError),
}

/// What kind of container bytes are; `None` if they are none. A zip is none if it begins as an office document does, whatever its
/// directory lists, and one if it does not and its directory cannot be read.
pub fn kind(bytes: &[u8]) -> Option<ContainerKind> {
    if is_zip(bytes) {
        let is_document = begins_as_document(bytes) || archive::is_document(bytes).unwrap_or_default();
        return (!is_document).then_some(ContainerKind::Archive);
    }
    mail::is_mail(bytes).then_some(ContainerKind::Mail)
}

/// Whether a file that begins with these bytes (at least [`HEAD`] of them, if it has as many) may be a container; if not, it is
/// none.
pub fn may_be_container(head: &[u8]) -> bool {
    if is_zip(head) { !begins_as_document(head) } else { mail::is_mail(head) }
}

/// Lists the members of a container.
///
/// # Errors
/// If the bytes are no container, or one that is damaged, locked, or exceeds a limit.
pub fn members(bytes: &[u8], limits: &Limits) -> Result<Vec<Member>, ImportError> {
    if bytes.len() as u64 > limits.container_bytes {
        return Err(limits.container_error());
    }
    let mut listing = Listing { limits, left: limits.unpacked_bytes, all: Vec::new(), contents: None };
    listing.within(bytes, &Level::default())?;
    Ok(listing.all)
}

/// The bytes of a member, or why they cannot be read; none if it is no [`MemberState::File`].
pub type MemberContent = Option<Result<Vec<u8>, ImportError>>;

/// Lists the members of a container with the bytes of all files, which is much faster than [`members`] and [`member`] of each, and
/// keeps all of them in memory.
///
/// # Errors
/// As [`members`].
pub fn unpacked(bytes: &[u8], limits: &Limits) -> Result<Vec<(Member, MemberContent)>, ImportError> {
    if bytes.len() as u64 > limits.container_bytes {
        return Err(limits.container_error());
    }
    let mut listing = Listing { limits, left: limits.unpacked_bytes, all: Vec::new(), contents: Some(Vec::new()) };
    listing.within(bytes, &Level::default())?;
    Ok(listing.all.into_iter().zip(listing.contents.unwrap_or_default()).collect())
}

/// The bytes of a container's entry with this number, which may be a container in turn.
///
/// # Errors
/// If there is no such entry, or it is damaged, locked, or larger than `most`.
pub fn content(bytes: &[u8], number: usize, most: u64, limits: &Limits) -> Result<Vec<u8>, ImportError> {
    Opened::open(bytes, limits)?.content(number, most, limits)
}

/// The bytes of the member at a place.
///
/// # Errors
/// As [`content`]; a member is at most `limits.file_bytes` large, a container on the way to it `limits.container_bytes`.
pub fn member(bytes: &[u8], place: &[usize], limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let (last, way) = place.split_last().ok_or_else(no_container)?;
    let mut within = None;
    for number in way {
        let bytes = within.as_deref().unwrap_or(bytes);
        within = Some(content(bytes, *number, limits.container_bytes, limits)?);
    }
    content(within.as_deref().unwrap_or(bytes), *last, limits.file_bytes, limits)
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Whether the first entry of a zip is one that only office documents have.
fn begins_as_document(bytes: &[u8]) -> bool {
    // A local header: 30 bytes, the length of the name at 26, then the name.
    let length = bytes.get(26..28).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes).unwrap_or_default();
    let name = bytes.get(30..).and_then(|rest| rest.get(..usize::from(length)));
    name.is_some_and(archive::is_document_part)
}

fn no_container() -> ImportError {
    ImportError::Archive("这不是压缩包，也不是邮件".into())
}

/// A container whose directory or structure was read.
enum Opened<'b> {
    Archive(Archive<'b>),
    Mail(Mail<'b>),
}

impl<'b> Opened<'b> {
    fn open(bytes: &'b [u8], limits: &Limits) -> Result<Opened<'b>, ImportError> {
        Ok(match kind(bytes).ok_or_else(no_container)? {
            ContainerKind::Archive => Opened::Archive(Archive::open(bytes, limits)?),
            ContainerKind::Mail => Opened::Mail(Mail::open(bytes)?),
        })
    }

    fn entries(&self, limits: &Limits) -> Result<Vec<Entry>, ImportError> {
        match self {
            Opened::Archive(archive) => archive.entries(limits),
            Opened::Mail(mail) => mail.entries(limits),
        }
    }

    fn content(&self, number: usize, most: u64, limits: &Limits) -> Result<Vec<u8>, ImportError> {
        match self {
            Opened::Archive(archive) => archive.content(number, most, limits),
            Opened::Mail(mail) => mail.content(number, most, limits),
        }
    }

    /// Whether an entry may be a container; attachments are not compressed, so that all of them are looked into.
    fn may_be_container(&self, number: usize) -> Result<bool, ImportError> {
        match self {
            Opened::Archive(archive) => Ok(may_be_container(&archive.head(number)?)),
            Opened::Mail(_) => Ok(true),
        }
    }
}

/// A container within those around it.
#[derive(Default)]
struct Level {
    path: String,
    folder: String,
    place: Place,
}

struct Listing<'l> {
    limits: &'l Limits,
    /// Bytes that further members may have.
    left: u64,
    all: Vec<Member>,
    /// What the members contain, if that is wanted.
    contents: Option<Vec<MemberContent>>,
}

impl Listing<'_> {
    fn within(&mut self, bytes: &[u8], level: &Level) -> Result<(), ImportError> {
        let opened = Opened::open(bytes, self.limits)?;
        for entry in opened.entries(self.limits)? {
            if self.all.len() >= self.limits.members {
                return Err(self.limits.members_error());
            }
            let (folder, _) = entry.name.rsplit_once('/').unwrap_or_default();
            let path = joined(&level.path, &entry.name);
            let place = level.place.iter().copied().chain([entry.number]).collect();
            let member = Member { path, folder: joined(&level.folder, folder), place, state: MemberState::File };
            match entry.state {
                EntryState::File => self.file(&opened, &entry, member)?,
                EntryState::PassedOver(why) => self.push(member, MemberState::PassedOver(why)),
                EntryState::Refused(e) => self.push(member, MemberState::Refused(e)),
            }
        }
        Ok(())
    }

    /// Lists a file, or what it contains if it is a container.
    fn file(&mut self, opened: &Opened<'_>, entry: &Entry, member: Member) -> Result<(), ImportError> {
        let limits = self.limits;
        let may_be_container = opened.may_be_container(entry.number)?;
        let most = if may_be_container { limits.container_bytes } else { limits.file_bytes };
        if entry.bytes > most {
            self.push(member, MemberState::Refused(limits.file_error()));
            return Ok(());
        }
        self.left = self.left.checked_sub(entry.bytes).ok_or_else(|| limits.unpacked_error())?;
        if !may_be_container {
            self.push_file(member, || opened.content(entry.number, limits.file_bytes, limits));
            return Ok(());
        }
        let content = match opened.content(entry.number, most, limits) {
            Ok(content) => content,
            Err(e) => {
                self.push(member, MemberState::Refused(e));
                return Ok(());
            }
        };
        let Some(inner) = kind(&content) else {
            let is_large = content.len() as u64 > limits.file_bytes;
            self.push_file(member, || if is_large { Err(limits.file_error()) } else { Ok(content) });
            return Ok(());
        };
        if member.place.len() >= limits.nesting {
            let deep = format!("压缩包和邮件套了 {} 层以上，没有再往里找", limits.nesting);
            self.push(member, MemberState::Closed(ImportError::Archive(deep.into())));
            return Ok(());
        }
        let level = Level {
            path: member.path.clone(),
            folder: folder_of(inner, &member.folder, &entry.name),
            place: member.place.clone(),
        };
        match self.within(&content, &level) {
            // What concerns all members together ends the listing.
            Err(e @ ImportError::TooManyFiles { .. }) => Err(e),
            Err(e) => {
                self.push(member, MemberState::Closed(e));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn push(&mut self, member: Member, state: MemberState) {
        self.all.push(Member { state, ..member });
        if let Some(contents) = &mut self.contents {
            contents.push(None);
        }
    }

    fn push_file(&mut self, member: Member, content: impl FnOnce() -> Result<Vec<u8>, ImportError>) {
        self.all.push(Member { state: MemberState::File, ..member });
        if let Some(contents) = &mut self.contents {
            contents.push(Some(content()));
        }
    }
}

/// The folder for what is made of the members of a container with this name, which is in `folder`.
pub fn folder_of(kind: ContainerKind, folder: &str, name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or_default();
    match kind {
        ContainerKind::Archive => joined(folder, file.rsplit_once('.').map_or(file, |(stem, _)| stem)),
        ContainerKind::Mail => folder.to_owned(),
    }
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() || name.is_empty() { format!("{folder}{name}") } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests;
