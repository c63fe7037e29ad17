//! The bytes of a stream. Not decoded by the library, which would return what it can of a damaged one.

use hayro_syntax::object::{Name, Stream};

use crate::inflate::zlib;

/// Most bytes of a decoded stream; ours are smaller.
const MOST_BYTES: usize = 64 << 20;

/// The decoded bytes of a stream; an error if they are damaged or packed in any other way than our writer's.
pub(super) fn decoded(stream: &Stream<'_>) -> Result<Vec<u8>, &'static str> {
    let (dict, flate) = (stream.dict(), |name: Name<'_>| name.as_str() == "FlateDecode");
    if !dict.get("Filter").is_some_and(flate) || dict.contains_key("DecodeParms") {
        return Err("内容的压缩方法");
    }
    zlib(&stream.raw_data(), MOST_BYTES).ok_or("压缩的内容")
}
