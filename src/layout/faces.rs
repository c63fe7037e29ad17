//! Faces: which file draws which role, and which of them draws a character.
//!
//! Takes a style and font files, gives [`Faces`]; bytes of built-in faces are never copied, and a face that no character
//! needs is never parsed.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};

use super::class;
use super::embedded;
use crate::regular_file::{self, Unread};
use crate::style::Style;

/// Index of a face in [`Faces`].
pub type FaceId = u8;

/// What a face is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Title,
    Body,
    Heading1,
    Heading2,
    Table,
    Latin,
    /// The table face, its digits too.
    PageNumber,
}

impl Role {
    const ALL: [Role; 7] =
        [Role::Title, Role::Body, Role::Heading1, Role::Heading2, Role::Table, Role::Latin, Role::PageNumber];
}

/// Why a face of a style cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    #[error("样式文件的 face.{role} 所指的字体“{path}”读不出：{reason}")]
    Read { role: &'static str, path: String, reason: String },
    #[error("样式文件的 face.{role} 所指的“{path}”不是可用的 TrueType/OpenType 字体：{reason}")]
    Format { role: &'static str, path: String, reason: &'static str },
    #[error("样式文件的 face.{role} 所指的字体“{path}”不许嵌入文件（fsType {fs_type:#06x}），请换一个允许嵌入的字体")]
    Restricted { role: &'static str, path: String, fs_type: u16 },
}

/// A font file larger than this is refused; the largest Chinese faces have some 60 MB.
const MOST_BYTES: u64 = 128 << 20;

/// Bytes of a font file.
#[derive(Clone)]
pub enum FaceBytes {
    /// Inside the program (or unpacked once a process).
    Static(&'static [u8]),
    /// A user's file.
    Owned(Arc<Vec<u8>>),
}

impl FaceBytes {
    /// Whether these are the same bytes in memory.
    pub fn is(&self, other: &FaceBytes) -> bool {
        match (self, other) {
            (FaceBytes::Static(a), FaceBytes::Static(b)) => std::ptr::eq(*a, *b),
            (FaceBytes::Owned(a), FaceBytes::Owned(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        match self {
            FaceBytes::Static(b) => b,
            FaceBytes::Owned(b) => b,
        }
    }
}

#[derive(Clone)]
enum Source {
    Bytes(FaceBytes),
    /// HanaMinB, unpacked on first use.
    Hana,
}

/// The faces of a style with the fallbacks behind them. Cloning is cheap.
#[derive(Clone)]
pub struct Faces(Arc<Inner>);

struct Inner {
    sources: Vec<Source>,
    /// Face of each role, in the order of [`Role`].
    roles: [FaceId; 6],
    song: FaceId,
    hana: FaceId,
    known: Known,
}

/// What was found of the characters of the first plane: a report asks for the same few hundred thousands of times. Threads
/// may find the same answer twice; they cannot find different ones.
struct Known {
    /// What [`Faces::can_draw`] said, a bit each.
    drawn: Box<[AtomicU64]>,
    undrawn: Box<[AtomicU64]>,
    /// By role and row of the plane, the face and glyph of each; 0 where they are not known. A report has characters of some
    /// rows only, and to clear the memory of all of them would take longer than to set it.
    glyphs: [Box<[OnceLock<Box<Row>>]>; Role::ALL.len()],
}

/// Characters of the first plane, and of a row of it.
const PLANE: usize = 0x1_0000;
const ROW: usize = 0x100;

type Row = [AtomicU32; ROW];

/// Tells a face and a glyph that are known from 0.
const IS_KNOWN: u32 = 1 << 31;

impl Known {
    fn nothing() -> Known {
        let bits = || (0..PLANE / 64).map(|_| AtomicU64::new(0)).collect();
        let rows = || (0..PLANE / ROW).map(|_| OnceLock::new()).collect();
        Known { drawn: bits(), undrawn: bits(), glyphs: std::array::from_fn(|_| rows()) }
    }

    fn drawing(&self, role: Role, c: char, find: impl FnOnce() -> Option<(FaceId, u16)>) -> Option<(FaceId, u16)> {
        let Some(row) = self.glyphs[role as usize].get(c as usize / ROW) else { return find() };
        let known = &row.get_or_init(|| Box::new([const { AtomicU32::new(0) }; ROW]))[c as usize % ROW];
        match known.load(Ordering::Relaxed) {
            0 => {
                let (face, glyph) = find()?;
                known.store(IS_KNOWN | u32::from(face) << 16 | u32::from(glyph), Ordering::Relaxed);
                Some((face, glyph))
            }
            found => Some(((found >> 16) as u8 & 0x7f, found as u16)),
        }
    }

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
    /// The built-in faces of the default style.
    pub fn built_in() -> Faces {
        // The default style names built-in files only, which a test holds to.
        Faces::load(&Style::default(), Path::new("")).expect("built-in faces")
    }

    /// The faces a style names: built-in ones by file name, others as paths relative to `base`.
    pub fn load(style: &Style, base: &Path) -> Result<Faces, FaceError> {
        let mut names: Vec<&str> = Vec::new();
        let mut sources: Vec<Source> = Vec::new();
        let mut roles = [0; 6];
        for (i, (role, name)) in style.face.roles().into_iter().enumerate() {
            let at = match names.iter().position(|n| *n == name) {
                Some(at) => at,
                None => {
                    sources.push(Source::Bytes(match embedded::file(name) {
                        Some(bytes) => FaceBytes::Static(bytes),
                        None => user_file(role, &base.join(name))?,
                    }));
                    names.push(name);
                    names.len() - 1
                }
            };
            roles[i] = at as FaceId;
        }
        let song = names.iter().position(|n| *n == "NotoSerifSC-Regular.ttf").unwrap_or_else(|| {
            sources.push(Source::Bytes(FaceBytes::Static(embedded::song())));
            sources.len() - 1
        });
        sources.push(Source::Hana);
        let hana = sources.len() - 1;
        Ok(Faces(Arc::new(Inner {
            roles,
            song: song as FaceId,
            hana: hana as FaceId,
            known: Known::nothing(),
            sources,
        })))
    }

    /// Whether these are the same faces, not merely equal ones.
    pub(super) fn is(&self, other: &Faces) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The user's own font files.
    pub fn own(&self) -> impl Iterator<Item = &[u8]> {
        self.0.sources.iter().filter_map(|s| match s {
            Source::Bytes(FaceBytes::Owned(bytes)) => Some(bytes.as_slice()),
            _ => None,
        })
    }

    /// The files of the faces that a style names.
    pub fn of_roles(&self) -> impl Iterator<Item = FaceBytes> {
        let roles: BTreeSet<FaceId> = self.0.roles.into_iter().collect();
        roles.into_iter().filter_map(|face| self.bytes(face))
    }

    /// The file of a face; `None` for an id that is not of these faces.
    pub fn bytes(&self, face: FaceId) -> Option<FaceBytes> {
        match self.0.sources.get(usize::from(face))? {
            Source::Bytes(b) => Some(b.clone()),
            Source::Hana => embedded::hana().map(FaceBytes::Static),
        }
    }

    /// Whether a report may hold this character: in every role some face draws it, or layout drops it (controls, zero-width).
    /// Private-use characters are refused: PDF/A-2a has no place for them.
    pub fn can_draw(&self, c: char) -> bool {
        self.0.known.answer(c, || {
            class::is_dropped(c)
                || class::is_break(c)
                || c == '\t'
                || Role::ALL.iter().all(|role| self.drawing(*role, c, None).is_some())
        })
    }

    /// The faces to try for a character of a role, in order.
    pub(super) fn chain(&self, role: Role, latin: bool) -> [FaceId; 5] {
        // A bold face draws its own digits: Times would look like another title beside it.
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

    /// The face and glyph that draw a character; `open` are faces opened already.
    pub(super) fn drawing<'a>(&'a self, role: Role, c: char, open: Option<&OpenFaces<'a>>) -> Option<(FaceId, u16)> {
        if class::is_private(c) {
            return None;
        }
        self.0.known.drawing(role, c, || {
            self.drawing_itself(role, c, open).or_else(|| self.drawing_itself(role, class::stand_in(c)?, open))
        })
    }

    fn drawing_itself<'a>(&'a self, role: Role, c: char, open: Option<&OpenFaces<'a>>) -> Option<(FaceId, u16)> {
        for face in self.chain(role, class::is_latin(c)) {
            // Unpacking the last face takes a while: only ideographs are worth it.
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
        let bytes = match self.0.sources.get(usize::from(face))? {
            Source::Bytes(b) => b.bytes(),
            Source::Hana => embedded::hana()?,
        };
        FontRef::from_index(bytes, 0).ok()
    }
}

/// A face opened for one layout.
pub(super) struct OpenFace<'a> {
    pub font: FontRef<'a>,
    pub charmap: skrifa::charmap::Charmap<'a>,
    pub metrics: skrifa::metrics::GlyphMetrics<'a>,
    /// Units of an em.
    pub em: f32,
    pub shaping: OnceCell<harfrust::ShaperData>,
    /// How Latin letters are shaped; making it costs more than using it.
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

fn user_file(role: &'static str, path: &Path) -> Result<FaceBytes, FaceError> {
    let shown = path.display().to_string();
    let read = |reason: String| FaceError::Read { role, path: shown.clone(), reason };
    let unread = |e: std::io::Error| {
        read(match e.kind() {
            ErrorKind::NotFound => "文件不存在，请检查路径（相对于样式文件所在的文件夹）".to_owned(),
            ErrorKind::PermissionDenied => "没有权限，请检查文件权限".to_owned(),
            _ => regular_file::system_error(&e),
        })
    };
    let bytes = regular_file::read(path, MOST_BYTES).map_err(|why| match why {
        Unread::NotAFile if path.is_dir() => read("是文件夹，请写字体文件".to_owned()),
        Unread::NotAFile => read("不是普通文件，请写字体文件".to_owned()),
        Unread::TooLarge => read(format!("文件超过 {} MB", MOST_BYTES >> 20)),
        Unread::Io(e) => unread(e),
    })?;
    usable(role, &shown, &bytes)?;
    Ok(FaceBytes::Owned(Arc::new(bytes)))
}

/// Refuses what could not be embedded later, while the file's name is still at hand.
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
    // Restricted, no subsetting, or bitmaps only: none can be embedded as a subset.
    if fs_type & 0x000F == 0x0002 || fs_type & 0x0300 != 0 {
        return Err(FaceError::Restricted { role, path: path.to_owned(), fs_type });
    }
    Ok(())
}
