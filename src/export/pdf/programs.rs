//! Font programs: the stand-in that krilla is given for a face, and the subset that is embedded.
//!
//! Takes the bytes of a face, gives a font for krilla and subsets to embed. krilla draws every glyph of a subset to compute the
//! font's box and deflates the subset at a level of its own, again for every document; both took most of the time of a document.
//! So krilla gets a stand-in with the same metrics and name, without outlines, and with the number of each glyph as its left side
//! bearing: the subset that krilla makes from it shows which glyphs the real one needs. A stand-in is made once per engine, a
//! subset that documents share once per worker. A face without TrueType outlines, or with variations, has no stand-in; krilla
//! embeds it itself.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use krilla::text::Font;
use skrifa::raw::types::Tag;
use skrifa::raw::{FontRef, TableProvider};
use skrifa::{MetadataProvider, string::StringId};
use subsetter::{GlyphRemapper, subset};
use write_fonts::FontBuilder;

use super::fault;
use crate::digest::sha256_of;
use crate::export::ExportError;
use crate::export::deflate::{Deflater, Effort};
use crate::layout::{FaceBytes, Faces};

/// Tables copied unchanged into a stand-in.
const TABLES: [&[u8; 4]; 3] = [b"maxp", b"OS/2", b"post"];
/// Most faces and most subsets cached; a document may have nine programs.
const MOST_FACES: usize = 16;
const MOST_SUBSETS: usize = 32;

/// What a program draws. Page numbers have a program of their own: then the glyphs of the official tables, and with them their
/// subset, are mostly the same in the same order on any page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Text,
    PageNumber,
}

/// A face opened for krilla, for one use.
pub(super) struct Program {
    bytes: FaceBytes,
    font: Font,
    /// The mark of its stand-in; `None` if it has none.
    mark: Option<StandInMark>,
}

/// A face with its stand-in and programs.
struct Face {
    bytes: FaceBytes,
    /// The stand-in before it is marked for a use; `None` if the face has none.
    light: OnceLock<Option<Vec<u8>>>,
    /// By use; `None` if the bytes are not a font.
    programs: [OnceLock<Option<Arc<Program>>>; 2],
}

/// A subset to embed.
#[derive(Clone)]
pub(super) struct Subset {
    /// The subset, deflated.
    pub deflated: Arc<[u8]>,
    /// Its size in bytes before that.
    pub size: usize,
}

/// A cached subset with its program and the numbers of its glyphs in the face.
type CachedSubset = (Arc<Program>, Vec<u16>, Subset);

/// Replaces the times of creation and change in the table `head` of a stand-in. It depends on the face and its use only,
/// because krilla's digest of the file, from which the id of the file is made, covers it.
type StandInMark = [u8; 16];

/// First half of a mark: a time of creation that no font has.
const MADE: [u8; 8] = *b"stand-in";
/// Positions of the mark, of the checksum of the file and of the format of offsets in the table `head`.
const MARK: std::ops::Range<usize> = 20..36;
const CHECKSUM: std::ops::Range<usize> = 8..12;
const LONG_OFFSETS: usize = 51;

/// The opened faces, shared between workers: opening a face with all ideographs takes a good part of the time of a single
/// document.
#[derive(Default)]
pub struct Programs(Mutex<Vec<Arc<Face>>>);

/// The subsets that documents share, of one worker.
#[derive(Default)]
pub(in crate::export) struct SubsetCache(RefCell<Vec<CachedSubset>>);

impl Programs {
    /// Opens the faces of all roles, which every document needs, before the first document and in parallel with reading its
    /// input.
    pub fn warm(&self, faces: &Faces) {
        for bytes in faces.of_roles() {
            self.open(&bytes, Use::Text);
        }
    }

    /// Opens a face for a use, once; `None` if the bytes are not a font.
    pub(super) fn open(&self, bytes: &FaceBytes, of: Use) -> Option<Arc<Program>> {
        let face = self.face(bytes);
        face.programs[of as usize].get_or_init(|| face.program(of).map(Arc::new)).clone()
    }

    fn face(&self, bytes: &FaceBytes) -> Arc<Face> {
        // A panic cannot leave the list incomplete, so a poisoned lock is usable.
        let mut faces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = faces.iter().find(|f| f.bytes.is(bytes)) {
            return known.clone();
        }
        let face = Arc::new(Face { bytes: bytes.clone(), light: OnceLock::new(), programs: Default::default() });
        keep(&mut faces, MOST_FACES, face.clone());
        face
    }
}

impl Face {
    fn program(&self, of: Use) -> Option<Program> {
        let bytes = self.bytes.clone();
        let light = self.light.get_or_init(|| stand_in(bytes.bytes()));
        if let Some((own, mark)) = light.as_ref().and_then(|light| marked(light, of)) {
            return Some(Program { font: Font::new(own.into(), 0)?, bytes, mark: Some(mark) });
        }
        let data = match &bytes {
            FaceBytes::Static(bytes) => (*bytes).into(),
            FaceBytes::Owned(bytes) => bytes.clone().into(),
        };
        Some(Program { font: Font::new(data, 0)?, bytes, mark: None })
    }
}

impl Program {
    /// The font for krilla.
    pub fn font(&self) -> Font {
        self.font.clone()
    }
}

/// Number of stand-ins that krilla embeds for these programs. Files with the same content are one font to krilla.
pub(super) fn stand_ins(programs: &[Arc<Program>]) -> usize {
    programs.iter().filter_map(|p| p.mark).collect::<BTreeSet<StandInMark>>().len()
}

/// The subset to embed instead of one that krilla made; `None` if that subset was not made from a stand-in.
pub(super) fn real(
    embedded: &[u8],
    programs: &[Arc<Program>],
    cache: &SubsetCache,
    deflater: &Deflater,
) -> Result<Option<Subset>, ExportError> {
    let Some((mark, glyphs)) = read(embedded) else { return Ok(None) };
    let Some(program) = programs.iter().find(|p| p.mark == Some(mark)) else { return Ok(None) };
    let known = |(p, g, _): &CachedSubset| Arc::ptr_eq(p, program) && *g == glyphs;
    let mut all = cache.0.borrow_mut();
    if let Some(at) = all.iter().position(known) {
        // Moved to the end, so that it is removed last; subsets of single documents are removed first.
        all[at..].rotate_left(1);
        return Ok(all.last().map(|(.., subset)| subset.clone()));
    }
    let wanted = GlyphRemapper::new_from_glyphs(&glyphs);
    if !wanted.remapped_gids().eq(glyphs.iter().copied()) {
        return Err(fault("字体的字形次序和预期的不同".to_owned()));
    }
    let bytes = subset(program.bytes.bytes(), 0, &wanted).map_err(|e| fault(format!("字体取不出子集：{e}")))?;
    let subset = Subset { deflated: deflater.zlib(&bytes, Effort::Least, "PDF")?.into(), size: bytes.len() };
    keep(&mut all, MOST_SUBSETS, (program.clone(), glyphs, subset.clone()));
    Ok(Some(subset))
}

/// Appends an item; removes the first one if there are too many.
fn keep<T>(all: &mut Vec<T>, most: usize, another: T) {
    if all.len() >= most {
        all.remove(0);
    }
    all.push(another);
}

/// The face without outlines, the numbers of its glyphs as their left side bearings; `None` if it has no TrueType outlines or
/// has variations.
fn stand_in(bytes: &[u8]) -> Option<Vec<u8>> {
    let font = FontRef::from_index(bytes, 0).ok()?;
    if font.fvar().is_ok() {
        return None;
    }
    let table = |tag: &[u8; 4]| font.data_for_tag(Tag::new(tag)).map(|t| t.as_bytes());
    let (outlines, offsets, metrics) = (table(b"glyf")?, font.loca(None).ok()?, font.hmtx().ok()?);
    let maxima = font.maxp().ok()?;
    let count = maxima.num_glyphs();
    let (mut glyf, mut loca, mut hmtx) = (Vec::new(), vec![0; 4], Vec::with_capacity(4 * usize::from(count)));
    // Composite glyphs keep their outlines, since their components belong to a subset, too. A face without composite glyphs
    // need not be read through.
    if maxima.max_component_elements() != Some(0) {
        for glyph in 0..count {
            let at = |n: u16| offsets.get_raw(n.into()).map(|offset| offset as usize);
            let outline = outlines.get(at(glyph)?..at(glyph.checked_add(1)?)?)?;
            if outline.first().is_some_and(|sign| *sign >= 0x80) {
                glyf.extend_from_slice(outline);
                glyf.resize(glyf.len().next_multiple_of(2), 0);
            }
            loca.extend_from_slice(&u32::try_from(glyf.len()).ok()?.to_be_bytes());
        }
    }
    loca.resize(4 * (usize::from(count) + 1), 0);
    // Glyphs after the last one with an advance have the same advance.
    let (own, last) = (metrics.h_metrics(), metrics.h_metrics().last()?);
    for (glyph, metric) in (0..count).zip(own.iter().chain(std::iter::repeat(last))) {
        hmtx.extend_from_slice(&metric.advance().to_be_bytes());
        hmtx.extend_from_slice(&glyph.to_be_bytes());
    }
    let (mut head, mut hhea) = (table(b"head")?.to_vec(), table(b"hhea")?.to_vec());
    // Without the outlines, which are many megabytes; their offsets distinguish faces as well.
    let digest = sha256_of([&head, table(b"loca")?, table(b"hmtx")?]);
    let mark = head.get_mut(MARK)?;
    mark[..8].copy_from_slice(&MADE);
    mark[8..].copy_from_slice(&digest.as_bytes()[..8]);
    *head.get_mut(LONG_OFFSETS)? = 1;
    let long_metrics = hhea.len().checked_sub(2)?;
    hhea[long_metrics..].copy_from_slice(&count.to_be_bytes());
    let mut light = FontBuilder::new();
    for (tag, table) in TABLES.iter().filter_map(|tag| Some((tag, table(tag)?))) {
        light.add_raw(Tag::new(tag), table);
    }
    for (tag, table) in
        [(b"head", head), (b"hhea", hhea), (b"hmtx", hmtx), (b"glyf", glyf), (b"loca", loca), (b"name", name(&font)?)]
    {
        light.add_raw(Tag::new(tag), table);
    }
    Some(light.build())
}

/// A stand-in for one use, and its mark.
fn marked(light: &[u8], of: Use) -> Option<(Vec<u8>, StandInMark)> {
    let mut own = light.to_vec();
    let tables = FontRef::new(light).ok()?.table_directory().table_records();
    let head = tables.iter().find(|t| t.tag() == Tag::new(b"head"))?.offset() as usize;
    // krilla distinguishes fonts by the checksum of the file.
    for at in [CHECKSUM.end - 1, MARK.end - 1] {
        *own.get_mut(head + at)? ^= of as u8;
    }
    let mark = own.get(head + MARK.start..head + MARK.end)?.try_into().ok()?;
    Some((own, mark))
}

/// A table `name` with the PostScript name only; copyright and licence are in the real font.
fn name(font: &FontRef<'_>) -> Option<Vec<u8>> {
    let name = font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first()?.to_string();
    let text: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    // One record: Windows, Unicode, English.
    let fields = [0, 1, 18, 3, 1, 0x409, 6, u16::try_from(text.len()).ok()?, 0];
    Some(fields.into_iter().flat_map(u16::to_be_bytes).chain(text).collect())
}

/// The mark of a stand-in's subset, and the numbers of its glyphs in the face; `None` for any other font.
fn read(embedded: &[u8]) -> Option<(StandInMark, Vec<u16>)> {
    let font = FontRef::new(embedded).ok()?;
    let mark: StandInMark = font.data_for_tag(Tag::new(b"head"))?.as_bytes().get(MARK)?.try_into().ok()?;
    if !mark.starts_with(&MADE) {
        return None;
    }
    let (metrics, count) = (font.hmtx().ok()?, font.maxp().ok()?.num_glyphs());
    let number = |glyph: u16| Some(metrics.side_bearing(skrifa::GlyphId::from(glyph))? as u16);
    Some((mark, (0..count).map(number).collect::<Option<_>>()?))
}
