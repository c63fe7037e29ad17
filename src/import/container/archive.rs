//! A zip that is an archive → its entries, and the bytes of one.
//!
//! Takes the bytes of the zip, gives names, sizes and what forbids reading an entry. The directory decides, and whatever another
//! program could read differently is refused: two entries of one name, a header that differs from the directory, entries that
//! share bytes. Nothing is inflated before its size was compared with a limit.

use std::borrow::Cow;
use std::collections::BTreeMap;

use libdeflater::crc32;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord, ZipSliceArchive};

use super::names::{SafePath, decoded, is_of_system, noise, safe_path};
use super::{Entry, EntryState, HEAD};
use crate::import::{ImportError, Limits};
use crate::inflate::{EntryError, Packed};

/// Largest ratio of the files of an archive to the archive: workbooks are compressed already, or shrink to a twentieth.
const MOST_GROWTH: u64 = 200;

/// The extra field with a name in UTF-8 (APPNOTE 4.6.9).
const UNICODE_PATH: u16 = 0x7075;

/// An archive that was opened.
pub(super) struct Archive<'z> {
    zip: ZipSliceArchive<&'z [u8]>,
    records: Vec<Record>,
}

/// What the directory states about an entry.
struct Record {
    way: ZipArchiveEntryWayfinder,
    raw_name: Vec<u8>,
    named: SafePath,
    method: CompressionMethod,
    is_locked: bool,
    is_folder: bool,
    is_link: bool,
    size: u64,
    checksum: u32,
    offset: u64,
}

impl<'z> Archive<'z> {
    /// Opens an archive and reads its directory, which must have as many entries as it states.
    pub(super) fn open(bytes: &'z [u8], limits: &Limits) -> Result<Archive<'z>, ImportError> {
        let zip = ZipArchive::from_slice(bytes).map_err(|_| damaged())?;
        let stated = zip.entries_hint();
        if stated > limits.members as u64 {
            return Err(limits.members_error());
        }
        let mut records = Vec::new();
        let mut entries = zip.entries();
        while let Some(record) = entries.next_entry().map_err(|_| damaged())? {
            if records.len() >= limits.members {
                return Err(limits.members_error());
            }
            records.push(Record::of(&record));
        }
        // A directory of something that lies further back, such as a workbook in an archive that was cut off.
        let begins = records.is_empty() || records.iter().any(|r| r.offset == 0);
        if begins && records.len() as u64 == stated { Ok(Archive { zip, records }) } else { Err(damaged()) }
    }

    /// Lists the files, in the order of the directory; folders and what systems add are omitted.
    pub(super) fn entries(&self, limits: &Limits) -> Result<Vec<Entry>, ImportError> {
        if self.shares_bytes() {
            return Err(unsound("压缩包里几个文件占用同一段内容"));
        }
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for record in self.records.iter().filter(|r| !r.is_folder) {
            *count.entry(&record.named.path).or_default() += 1;
        }
        let files = self.records.iter().enumerate().filter(|(_, r)| !r.is_folder && !is_of_system(&r.named.path));
        let entry = |(number, record): (usize, &Record)| {
            let is_repeated = count.get(&*record.named.path).is_some_and(|n| *n > 1);
            Entry {
                number,
                name: record.named.path.clone(),
                bytes: record.size,
                state: self.state(record, is_repeated),
            }
        };
        let entries: Vec<Entry> = files.map(entry).collect();
        let all_are_locked = entries.iter().all(|e| e.state == EntryState::Refused(ImportError::Locked));
        if all_are_locked && !entries.is_empty() {
            return Err(ImportError::Locked);
        }
        self.refuse_growth(&entries, limits)?;
        Ok(entries)
    }

    /// The bytes of an entry, at most `most`.
    pub(super) fn content(&self, number: usize, most: u64, limits: &Limits) -> Result<Vec<u8>, ImportError> {
        self.packed(self.record(number)?)?.unpack(most).map_err(|e| unread(e, limits))
    }

    /// The first bytes of an entry, at most [`HEAD`], not verified.
    pub(super) fn head(&self, number: usize) -> Result<Vec<u8>, ImportError> {
        Ok(self.packed(self.record(number)?)?.head(HEAD))
    }

    fn record(&self, number: usize) -> Result<&Record, ImportError> {
        self.records.get(number).ok_or_else(|| unsound("压缩包刚才被改动了"))
    }

    fn state(&self, record: &Record, is_repeated: bool) -> EntryState {
        let path = &record.named.path;
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(fault) = record.named.fault {
            EntryState::Refused(unsound(format!("压缩包里这个文件的{fault}")))
        } else if let Some(why) = noise(file) {
            EntryState::PassedOver(why)
        } else if folders.split('/').any(|folder| folder.starts_with('.')) {
            EntryState::PassedOver("在隐藏的文件夹里，没有读取")
        } else if record.is_link {
            EntryState::PassedOver("是链接，没有跟进")
        } else if is_repeated {
            EntryState::Refused(unsound("压缩包里有两个同名的文件，不能确定用哪一个"))
        } else {
            self.packed(record).map_or_else(EntryState::Refused, |_| EntryState::File)
        }
    }

    /// The compressed bytes of an entry, or why they cannot be read.
    fn packed(&self, record: &Record) -> Result<Packed<'_>, ImportError> {
        let entry = self.zip.get_entry(record.way).map_err(|_| damaged())?;
        let header = entry.local_header();
        if record.is_locked || header.flags().is_encrypted() {
            return Err(ImportError::Locked);
        }
        if record.method != header.compression_method() || record.raw_name != header.file_path().as_bytes() {
            return Err(unsound("压缩包的目录与里面的内容不一致"));
        }
        let (method, size, checksum) = (record.method.as_u16(), record.size, record.checksum);
        let packed = Packed { bytes: entry.data(), method, size, checksum };
        if packed.is_known() { Ok(packed) } else { Err(unread_method()) }
    }

    /// Whether two entries have bytes in common, as those of archives that grow without bounds.
    fn shares_bytes(&self) -> bool {
        let range = |r: &Record| Some((r.offset, self.zip.get_entry(r.way).ok()?.compressed_data_range().1));
        let mut ranges: Vec<(u64, u64)> = self.records.iter().filter_map(range).collect();
        ranges.sort_unstable();
        ranges.windows(2).any(|two| two[1].0 < two[0].1)
    }

    fn refuse_growth(&self, entries: &[Entry], limits: &Limits) -> Result<(), ImportError> {
        let read = |e: &&Entry| e.state == EntryState::File && e.bytes <= limits.file_bytes;
        let total: u64 = entries.iter().filter(read).map(|e| e.bytes).fold(0, u64::saturating_add);
        let most = (self.zip.get_ref().len() as u64).saturating_mul(MOST_GROWTH).max(limits.file_bytes);
        if total > most { Err(unsound("压缩包解压后大得不合常理")) } else { Ok(()) }
    }
}

impl Record {
    fn of(record: &ZipFileHeaderRecord<'_>) -> Record {
        Record {
            way: record.wayfinder(),
            raw_name: record.file_path().as_bytes().to_vec(),
            named: safe_path(&name(record)),
            method: record.compression_method(),
            is_locked: record.flags().is_encrypted(),
            is_folder: record.is_dir(),
            is_link: record.mode().is_symlink(),
            size: record.uncompressed_size_hint(),
            checksum: record.crc32(),
            offset: record.local_header_offset(),
        }
    }
}

fn name(record: &ZipFileHeaderRecord<'_>) -> String {
    let path = record.file_path();
    let raw: &[u8] = path.as_bytes();
    // A version, the checksum of the plain name, which must not have been changed since, and the name.
    let unicode = record.extra_fields().filter(|(id, _)| id.as_u16() == UNICODE_PATH).find_map(|(_, field)| {
        let (own, name) = field.strip_prefix(&[1])?.split_at_checked(4)?;
        let is_current = u32::from_le_bytes(own.try_into().ok()?) == crc32(raw);
        std::str::from_utf8(name).ok().filter(|_| is_current)
    });
    decoded(raw, unicode).into_owned()
}

/// Whether a zip is an office document: it has a part that such a document must have. `None` if its directory cannot be read, or is
/// that of a zip within it.
pub(super) fn is_document(bytes: &[u8]) -> Option<bool> {
    let archive = ZipArchive::from_slice(bytes).ok()?;
    let mut entries = archive.entries();
    let (mut is_document, mut begins) = (false, false);
    while let Some(record) = entries.next_entry().ok()? {
        is_document |= is_document_part(record.file_path().as_bytes());
        begins |= record.local_header_offset() == 0;
    }
    (begins || !is_document).then_some(is_document)
}

/// Whether only office documents have an entry of this name.
pub(super) fn is_document_part(name: &[u8]) -> bool {
    const PARTS: [&str; 10] = [
        "[content_types].xml",
        "_rels/.rels",
        "mimetype",
        "content.xml",
        "ofd.xml",
        "xl/workbook.xml",
        "xl/workbook.bin",
        "word/document.xml",
        "ppt/presentation.xml",
        "index/document.iwa",
    ];
    let name = String::from_utf8_lossy(name).replace('\\', "/").to_ascii_lowercase();
    PARTS.contains(&name.as_str())
}

fn unread(e: EntryError, limits: &Limits) -> ImportError {
    match e {
        EntryError::Encrypted => ImportError::Locked,
        EntryError::Method => unread_method(),
        EntryError::Large => limits.file_error(),
        EntryError::Damaged => unsound("压缩包里的这个文件读不出来，可能没有拷贝完整"),
    }
}

fn unread_method() -> ImportError {
    unsound("压缩包里这个文件的压缩方式不受支持")
}

fn damaged() -> ImportError {
    unsound("压缩包读不出来，可能没有拷贝完整")
}

fn unsound(what: impl Into<Cow<'static, str>>) -> ImportError {
    ImportError::Archive(what.into())
}
