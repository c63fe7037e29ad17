//! The built-in faces. HanaMinB is compressed.

use std::io::Read;

/// A built-in face by its file name; `None` for other names.
pub(super) fn file(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "NotoSerifSC-Bold.ttf" => include_bytes!("../../fonts/NotoSerifSC-Bold.ttf"),
        "NotoSerifSC-Regular.ttf" => song(),
        "NotoSansSC-Medium.ttf" => include_bytes!("../../fonts/NotoSansSC-Medium.ttf"),
        #[cfg(feature = "fandol")]
        "FandolFang-Regular.ttf" => include_bytes!("../../fonts/FandolFang-Regular.ttf"),
        #[cfg(feature = "fandol")]
        "FandolKai-Regular.ttf" => include_bytes!("../../fonts/FandolKai-Regular.ttf"),
        // A build without the GPL faces uses Song for their roles.
        #[cfg(not(feature = "fandol"))]
        "FandolFang-Regular.ttf" | "FandolKai-Regular.ttf" => song(),
        "ReportLatin-Regular.ttf" => include_bytes!("../../fonts/ReportLatin-Regular.ttf"),
        _ => return None,
    })
}

/// The Song face: tables, page numbers and the first fallback.
pub(super) fn song() -> &'static [u8] {
    include_bytes!("../../fonts/NotoSerifSC-Regular.ttf")
}

/// Unpacks the last fallback; `None` only if the packed bytes in the program are damaged.
pub(super) fn hana() -> Option<Vec<u8>> {
    let packed: &[u8] = include_bytes!("../../fonts/HanaMinB.ttf.zst");
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed).ok()?;
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
