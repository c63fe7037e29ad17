//! The built-in faces that are part of this program. HanaMinB is compressed.
//!
//! Without the feature `faces` none is part of it, and the host has to give the files.

/// File of the Song face: tables, page numbers and the first fallback.
pub(super) const SONG: &str = "NotoSerifSC-Regular.ttf";

/// A built-in face by its file name; `None` for other names, and if this program has no faces.
#[cfg(feature = "faces")]
pub(super) fn file(name: &str) -> Option<&'static [u8]> {
    let song: &[u8] = include_bytes!("../../fonts/NotoSerifSC-Regular.ttf");
    Some(match name {
        "NotoSerifSC-Bold.ttf" => include_bytes!("../../fonts/NotoSerifSC-Bold.ttf"),
        SONG => song,
        "NotoSansSC-Medium.ttf" => include_bytes!("../../fonts/NotoSansSC-Medium.ttf"),
        #[cfg(feature = "fandol")]
        "FandolFang-Regular.ttf" => include_bytes!("../../fonts/FandolFang-Regular.ttf"),
        #[cfg(feature = "fandol")]
        "FandolKai-Regular.ttf" => include_bytes!("../../fonts/FandolKai-Regular.ttf"),
        // A build without the GPL faces uses Song for their roles.
        #[cfg(not(feature = "fandol"))]
        "FandolFang-Regular.ttf" | "FandolKai-Regular.ttf" => song,
        "ReportLatin-Regular.ttf" => include_bytes!("../../fonts/ReportLatin-Regular.ttf"),
        _ => return None,
    })
}

#[cfg(not(feature = "faces"))]
pub(super) fn file(_name: &str) -> Option<&'static [u8]> {
    None
}

/// The files of the default style's faces, each once, with their names: without the last fallback.
#[cfg(feature = "faces")]
pub fn built_in_faces() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    const NAMES: [&str; 6] = [
        "NotoSerifSC-Bold.ttf",
        SONG,
        "NotoSansSC-Medium.ttf",
        "FandolFang-Regular.ttf",
        "FandolKai-Regular.ttf",
        "ReportLatin-Regular.ttf",
    ];
    NAMES.into_iter().filter_map(|name| Some((name, file(name)?)))
}

/// Unpacks the last fallback; `None` if the packed bytes in the program are damaged or it has no faces.
#[cfg(feature = "faces")]
pub(super) fn hana() -> Option<Vec<u8>> {
    use std::io::Read as _;
    let packed: &[u8] = include_bytes!("../../fonts/HanaMinB.ttf.zst");
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed).ok()?;
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(not(feature = "faces"))]
pub(super) fn hana() -> Option<Vec<u8>> {
    None
}
