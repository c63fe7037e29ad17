//! Faces: which font file draws which role, and which one draws a given character.
//!
//! Takes a style and font files, gives [`Faces`]. Bytes of built-in faces are never copied, and a built-in face is parsed only
//! when a character needs it; a user's file is checked when it is loaded.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};

use super::class;
use super::embedded;
use crate::style::Style;

/// Index of a face in [`Faces`].
pub type FaceId = u8;

/// What a face is used for. Each role except the last has a key of its name in the style file, under `face`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// The title of the report.
    Title,
    /// Paragraphs, and headings of level 3 and deeper.
    Body,
    /// Headings of level 1.
    Heading1,
    /// Headings of level 2, and the lines under the title.
    Heading2,
    /// Cells of tables.
    Table,
    /// Latin letters and digits in texts of the other roles, unless their own face is bold.
    Latin,
    /// Page numbers: the table face, for digits as well.
    PageNumber,
}

impl Role {
    const ALL: [Role; 7] =
        [Role::Title, Role::Body, Role::Heading1, Role::Heading2, Role::Table, Role::Latin, Role::PageNumber];
}

/// Why a face of a style cannot be used. The message is shown to users; `role` is the key in the style file, `path` the font
/// file as the style names it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaceError {
    /// The caller could not read the file.
    #[error("样式文件的 face.{role} 所指的字体“{path}”读不出：{reason}")]
    Read {
        /// Key in the style file.
        role: &'static str,
        /// The font file.
        path: String,
        /// Message of the caller ([`FaceFile::bytes`]).
        reason: String,
    },
    /// The file is not a font, or lacks what drawing or embedding needs.
    #[error("样式文件的 face.{role} 所指的“{path}”不是可用的 TrueType/OpenType 字体：{reason}")]
    Format {
        /// Key in the style file.
        role: &'static str,
        /// The font file.
        path: String,
        /// What is missing, in Chinese.
        reason: &'static str,
    },
    /// The licence bits of the font forbid embedding a subset of it.
    #[error("样式文件的 face.{role} 所指的字体“{path}”不许嵌入文件（fsType {fs_type:#06x}），请换一个允许嵌入的字体")]
    Restricted {
        /// Key in the style file.
        role: &'static str,
        /// The font file.
        path: String,
        /// `fsType` of the table `OS/2` (OpenType).
        fs_type: u16,
    },
}

/// Largest font file in bytes, to be enforced by the caller that reads it; the largest Chinese faces have about 60 MB.
pub const MOST_FACE_BYTES: u64 = 128 << 20;

/// A font file that a style names, as the caller read it.
#[derive(Debug)]
pub struct FaceFile {
    /// Its path, for messages.
    pub path: String,
    /// Its bytes, or why it could not be read.
    pub bytes: Result<Vec<u8>, String>,
}

/// Bytes of a font file.
#[derive(Clone)]
pub enum FaceBytes {
    /// Built in.
    Static(&'static [u8]),
    /// A user's file, or an unpacked built-in one.
    Owned(Arc<Vec<u8>>),
}

impl FaceBytes {
    /// Whether both are the same bytes in memory, not merely equal ones.
    pub fn is(&self, other: &FaceBytes) -> bool {
        match (self, other) {
            (FaceBytes::Static(a), FaceBytes::Static(b)) => std::ptr::eq(*a, *b),
            (FaceBytes::Owned(a), FaceBytes::Owned(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The bytes of the font file.
    pub fn bytes(&self) -> &[u8] {
        match self {
            FaceBytes::Static(b) => b,
            FaceBytes::Owned(b) => b,
        }
    }
}

enum Source {
    Bytes(FaceBytes),
    /// HanaMinB, unpacked when a rare character first needs it.
    Hana(OnceLock<Option<FaceBytes>>),
}

/// The faces of a style and the fallback faces. Cloning is cheap.
#[derive(Clone)]
pub struct Faces(Arc<Inner>);

struct Inner {
    sources: Vec<Source>,
    /// Face of each role except [`Role::PageNumber`], in the order of [`Role`].
    roles: [FaceId; 6],
    song: FaceId,
    hana: FaceId,
    cache: FaceCache,
}

/// Cache of face lookups for characters of the basic plane: a report looks up the same few hundred characters thousands of
/// times. Two threads may compute the same entry, but always with the same result.
struct FaceCache {
    /// Results of [`Faces::can_draw`], one bit per character: drawable (`drawn`), not drawable (`undrawn`).
    drawn: Box<[AtomicU64]>,
    undrawn: Box<[AtomicU64]>,
    /// Face and glyph of each character in the upper and lower 16 bits, by role and row of the plane; 0 if not cached, since
    /// glyph 0 draws no character. Rows are allocated on first use: a report has characters in some rows only, and clearing
    /// memory for all rows would take longer than laying it out.
    glyphs: [Box<[OnceLock<Box<Row>>]>; Role::ALL.len()],
}

/// Number of characters in the basic plane, and in one row of it.
const PLANE: usize = 0x1_0000;
const ROW: usize = 0x100;

type Row = [AtomicU32; ROW];

impl FaceCache {
    fn empty() -> FaceCache {
        let bits = || (0..PLANE / 64).map(|_| AtomicU64::new(0)).collect();
        let rows = || (0..PLANE / ROW).map(|_| OnceLock::new()).collect();
        FaceCache { drawn: bits(), undrawn: bits(), glyphs: std::array::from_fn(|_| rows()) }
    }

    /// The cached face and glyph of a character, or the result of `find`, which is cached if there is one.
    fn drawing(&self, role: Role, c: char, find: impl FnOnce() -> Option<(FaceId, u16)>) -> Option<(FaceId, u16)> {
        let Some(row) = self.glyphs[role as usize].get(c as usize / ROW) else { return find() };
        let cached = &row.get_or_init(|| Box::new([const { AtomicU32::new(0) }; ROW]))[c as usize % ROW];
        match cached.load(Ordering::Relaxed) {
            0 => {
                let (face, glyph) = find()?;
                cached.store(u32::from(face) << 16 | u32::from(glyph), Ordering::Relaxed);
                Some((face, glyph))
            }
            found => Some(((found >> 16) as u8, found as u16)),
        }
    }

    /// The cached result of `can_draw` for a character, or that of `judge`, which is cached.
    fn answer(&self, c: char, judge: impl FnOnce() -> bool) -> bool {
        let (at, bit) = (c as usize / 64, 1 << (c as u32 % 64));
        let (Some(drawn), Some(undrawn)) = (self.drawn.get(at), self.undrawn.get(at)) else { return judge() };
        if drawn.load(Ordering::Relaxed) & bit != 0 {
            return true;
        }
        if undrawn.load(Ordering::Relaxed) & bit != 0 {
            return false;
        }
        let answer = judge();
        (if answer { drawn } else { undrawn }).fetch_or(bit, Ordering::Relaxed);
        answer
    }
}

impl fmt::Debug for Faces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faces({})", self.0.sources.len())
    }
}

impl Faces {
    /// The faces of the default style, which are all built in.
    #[cfg(feature = "faces")]
    pub fn built_in() -> Faces {
        // The default style names built-in files only; a test checks this.
        let file = |name: &str| FaceFile { path: name.to_owned(), bytes: Err(String::new()) };
        Faces::new(&Style::default(), file).expect("built-in faces")
    }

    /// The faces of a style: built-in ones by file name, all others read through `file`, and so are the built-in ones in a build
    /// without the feature `faces`. Fails on a file that could not be read, is not a usable font or must not be embedded.
    pub fn new(style: &Style, file: impl Fn(&str) -> FaceFile) -> Result<Faces, FaceError> {
        let mut names: Vec<&str> = Vec::new();
        let mut sources: Vec<Source> = Vec::new();
        let mut roles = [0; 6];
        for (i, (role, name)) in style.face.roles().into_iter().enumerate() {
            let at = match names.iter().position(|n| *n == name) {
                Some(at) => at,
                None => {
                    sources.push(Source::Bytes(face(role, name, &file)?));
                    names.push(name);
                    names.len() - 1
                }
            };
            roles[i] = at as FaceId;
        }
        let song = match names.iter().position(|n| *n == embedded::SONG) {
            Some(at) => at,
            None => {
                sources.push(Source::Bytes(face("table", embedded::SONG, &file)?));
                sources.len() - 1
            }
        };
        sources.push(Source::Hana(OnceLock::new()));
        let hana = sources.len() - 1;
        Ok(Faces(Arc::new(Inner {
            roles,
            song: song as FaceId,
            hana: hana as FaceId,
            cache: FaceCache::empty(),
            sources,
        })))
    }

    /// Whether both are the same instance, not merely equal ones.
    pub(super) fn is(&self, other: &Faces) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The bytes of the user's own font files.
    pub fn own(&self) -> impl Iterator<Item = &[u8]> {
        self.0.sources.iter().filter_map(|s| match s {
            Source::Bytes(FaceBytes::Owned(bytes)) => Some(bytes.as_slice()),
            _ => None,
        })
    }

    /// The files of the faces of all roles, each once.
    pub fn of_roles(&self) -> impl Iterator<Item = FaceBytes> {
        let roles: BTreeSet<FaceId> = self.0.roles.into_iter().collect();
        roles.into_iter().filter_map(|face| self.bytes(face))
    }

    /// The file of a face; `None` for an id that these faces do not have.
    pub fn bytes(&self, face: FaceId) -> Option<FaceBytes> {
        self.source(face).cloned()
    }

    fn source(&self, face: FaceId) -> Option<&FaceBytes> {
        match self.0.sources.get(usize::from(face))? {
            Source::Bytes(bytes) => Some(bytes),
            Source::Hana(unpacked) => {
                unpacked.get_or_init(|| Some(FaceBytes::Owned(Arc::new(embedded::hana()?)))).as_ref()
            }
        }
    }

    /// Whether a report may contain this character: some face draws it in every role, or it is never drawn (control,
    /// zero-width, tab, line end). Private-use characters are refused, since PDF/A-2a does not allow them.
    pub fn can_draw(&self, c: char) -> bool {
        self.0.cache.answer(c, || {
            class::is_dropped(c)
                || class::is_line_end(c)
                || c == '\t'
                || Role::ALL.iter().all(|role| self.drawing(*role, c, None).is_some())
        })
    }

    /// Whether the last fallback, which has the rare characters, is part of this program.
    pub fn has_rare(&self) -> bool {
        cfg!(feature = "faces")
    }

    /// The faces to try for a character of a role, in order.
    pub(super) fn chain(&self, role: Role, latin: bool) -> [FaceId; 5] {
        // Bold faces use their own digits, since those of the Latin face would not match; page numbers use those of the table
        // face.
        let latin = latin && !matches!(role, Role::PageNumber | Role::Title | Role::Heading1);
        let role = if role == Role::PageNumber { Role::Table } else { role };
        let own = self.0.roles[role as usize];
        let latin_face = self.0.roles[Role::Latin as usize];
        let table = self.0.roles[Role::Table as usize];
        if latin {
            [latin_face, own, table, self.0.song, self.0.hana]
        } else {
            [own, table, self.0.song, latin_face, self.0.hana]
        }
    }

    /// The face and glyph that draw a character, `None` if there are none; `open`: faces opened already.
    pub(super) fn drawing<'a>(&'a self, role: Role, c: char, open: Option<&OpenFaces<'a>>) -> Option<(FaceId, u16)> {
        if class::is_private(c) {
            return None;
        }
        self.0.cache.drawing(role, c, || {
            self.drawing_itself(role, c, open).or_else(|| self.drawing_itself(role, class::stand_in(c)?, open))
        })
    }

    fn drawing_itself<'a>(&'a self, role: Role, c: char, open: Option<&OpenFaces<'a>>) -> Option<(FaceId, u16)> {
        for face in self.chain(role, class::is_latin(c)) {
            // Unpacking the last face is slow, so it is tried for ideographs only.
            if face == self.0.hana && !class::is_ideograph(c) {
                continue;
            }
            let own;
            let font = match open {
                Some(open) => open.get(face).map(|o| &o.charmap),
                None => {
                    own = self.font(face).map(|f| f.charmap());
                    own.as_ref()
                }
            };
            if let Some(id) = font.and_then(|f| f.map(c)).and_then(|g| u16::try_from(g.to_u32()).ok())
                && id != 0
            {
                return Some((face, id));
            }
        }
        None
    }

    fn font(&self, face: FaceId) -> Option<FontRef<'_>> {
        FontRef::from_index(self.source(face)?.bytes(), 0).ok()
    }
}

/// A face opened for one layout.
pub(super) struct OpenFace<'a> {
    pub font: FontRef<'a>,
    pub charmap: skrifa::charmap::Charmap<'a>,
    pub metrics: skrifa::metrics::GlyphMetrics<'a>,
    /// Font units per em.
    pub em: f32,
    pub shaping: OnceCell<harfrust::ShaperData>,
    /// Shaping plan for Latin letters, cached since building it costs more than using it.
    pub plan: OnceCell<harfrust::ShapePlan>,
}

/// The faces opened so far by one layout.
pub(super) struct OpenFaces<'a> {
    faces: &'a Faces,
    open: Vec<OnceCell<Option<OpenFace<'a>>>>,
}

impl<'a> OpenFaces<'a> {
    pub fn new(faces: &'a Faces) -> OpenFaces<'a> {
        OpenFaces { faces, open: faces.0.sources.iter().map(|_| OnceCell::new()).collect() }
    }

    pub fn faces(&self) -> &'a Faces {
        self.faces
    }

    /// A face, opened on first use; `None` if there is no such face or it is not a font.
    pub fn get(&self, face: FaceId) -> Option<&OpenFace<'a>> {
        let open = || {
            let font = self.faces.font(face)?;
            let metrics =
                font.glyph_metrics(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
            let em = font.head().ok()?.units_per_em();
            let (shaping, plan) = (OnceCell::new(), OnceCell::new());
            (em > 0).then(|| OpenFace { charmap: font.charmap(), metrics, em: f32::from(em), font, shaping, plan })
        };
        self.open.get(usize::from(face))?.get_or_init(open).as_ref()
    }
}

/// A face by its name in a style: built in, or read through `file`.
fn face(role: &'static str, name: &str, file: &impl Fn(&str) -> FaceFile) -> Result<FaceBytes, FaceError> {
    if let Some(bytes) = embedded::file(name) {
        return Ok(FaceBytes::Static(bytes));
    }
    let FaceFile { path, bytes } = file(name);
    let bytes = bytes.map_err(|reason| FaceError::Read { role, path: path.clone(), reason })?;
    usable(role, &path, &bytes)?;
    Ok(FaceBytes::Owned(Arc::new(bytes)))
}

/// Refuses fonts that could not be embedded later, while the error can still name the file.
fn usable(role: &'static str, path: &str, bytes: &[u8]) -> Result<(), FaceError> {
    let format = |reason| FaceError::Format { role, path: path.to_owned(), reason };
    let font = FontRef::from_index(bytes, 0).map_err(|_| format("打不开"))?;
    let em = font.head().map_err(|_| format("没有 head 表"))?.units_per_em();
    if font.glyf().is_err() && font.cff().is_err() && font.cff2().is_err() {
        return Err(format("没有字形轮廓"));
    }
    if em == 0 || !font.charmap().has_map() || font.hmtx().is_err() {
        return Err(format("没有字符映射或字宽"));
    }
    let fs_type = font.os2().map_or(0, |t| t.fs_type());
    // fsType: restricted, no subsetting, or bitmaps only. Such a font cannot be embedded as a subset.
    if fs_type & 0x000F == 0x0002 || fs_type & 0x0300 != 0 {
        return Err(FaceError::Restricted { role, path: path.to_owned(), fs_type });
    }
    Ok(())
}
