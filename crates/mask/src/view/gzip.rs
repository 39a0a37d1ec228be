//! Compressed text: gzip (RFC 1952) and zlib (RFC 1950), as much as the limit allows.

use miniz_oxide::inflate;

/// A text may not be longer than this, however much may still be decoded.
const BYTES_MAX: usize = 4 << 20;

pub(super) enum Opened {
    Text(Vec<u8>),
    TooLong,
    Broken,
}

pub(super) fn opened(bytes: &[u8], bytes_max: usize) -> Opened {
    let limit = bytes_max.min(BYTES_MAX);
    let result = match bytes {
        [0x1f, 0x8b, ..] => match body(bytes) {
            Some(body) => inflate::decompress_to_vec_with_limit(body, limit),
            None => return Opened::Broken,
        },
        _ => inflate::decompress_to_vec_zlib_with_limit(bytes, limit),
    };
    match result {
        Ok(decoded) => Opened::Text(decoded),
        Err(error) if error.status == inflate::TINFLStatus::HasMoreOutput => Opened::TooLong,
        // What could be read of a body that was cut is read.
        Err(error) if !error.output.is_empty() => Opened::Text(error.output),
        Err(_) => Opened::Broken,
    }
}

/// What follows the header of a gzip member.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CHECKSUM: u8 = 2;
    let flags = *bytes.get(3)?;
    let mut rest = bytes.get(10..)?;
    if flags & EXTRA != 0 {
        let length = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            rest = rest.get(memchr::memchr(0, rest)? + 1..)?;
        }
    }
    if flags & CHECKSUM != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}
