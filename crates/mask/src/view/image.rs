//! The text metadata of PNG and JPEG images. Replacements keep their length, so that every offset
//! inside of an image stays right.

use std::ops::Range;

use memchr::memchr;

use super::gzip;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Shorter runs of characters are no texts.
const TEXT_BYTES_MIN: usize = 8;

/// The texts in an image's metadata.
pub(super) fn texts(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut texts = Vec::new();
    if bytes.starts_with(PNG) {
        for (kind, data) in chunks(bytes) {
            if matches!(kind, b"tEXt" | b"iTXt" | b"eXIf") {
                runs(bytes, data, &mut texts);
            }
        }
    } else {
        segments(bytes, |segment| runs(bytes, segment, &mut texts));
    }
    texts
}

/// The compressed texts of a PNG image (PNG §11.3.3), decoded, and the places of their chunks' data.
pub(crate) fn compressed_texts(bytes: &[u8], bytes_max: usize) -> Vec<(Range<usize>, String)> {
    if !bytes.starts_with(PNG) {
        return Vec::new();
    }
    let mut texts = Vec::new();
    for (kind, span) in chunks(bytes) {
        let data = bytes.get(span.clone()).unwrap_or_default();
        if let Some(body) = compressed_body(kind, data)
            && let gzip::Opened::Text(text) = gzip::opened(body, bytes_max)
        {
            texts.push((span, String::from_utf8_lossy(&text).into_owned()));
        }
    }
    texts
}

/// What follows the keyword, and in `iTXt` the language and the translated keyword.
fn compressed_body<'a>(kind: &[u8; 4], data: &'a [u8]) -> Option<&'a [u8]> {
    let keyword = memchr(0, data)?;
    match kind {
        b"zTXt" => data.get(keyword + 2..),
        b"iTXt" if data.get(keyword + 1) == Some(&1) => {
            let rest = data.get(keyword + 3..)?;
            let rest = rest.get(memchr(0, rest)? + 1..)?;
            rest.get(memchr(0, rest)? + 1..)
        }
        _ => None,
    }
}

/// The image with the checksums of its chunks as they have to be (PNG §5.3). `None`: it is none.
pub(super) fn sealed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut image = bytes.to_vec();
    if bytes.starts_with(PNG) {
        for (kind, data) in chunks(bytes) {
            let sum = crc32(kind, bytes.get(data.clone())?);
            image
                .get_mut(data.end..data.end + 4)?
                .copy_from_slice(&sum.to_be_bytes());
        }
    }
    Some(image)
}

/// The chunks of a PNG image: their types and the places of their data.
fn chunks(bytes: &[u8]) -> Vec<(&[u8; 4], Range<usize>)> {
    let mut chunks = Vec::new();
    let mut at = PNG.len();
    while let Some(chunk) = chunk(bytes, at) {
        at = chunk.1.end + 4;
        chunks.push(chunk);
    }
    chunks
}

fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8; 4], Range<usize>)> {
    let length: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    let kind = bytes.get(at + 4..at + 8)?.try_into().ok()?;
    let data = at + 8..(at + 8).checked_add(length)?;
    bytes.get(data.start..data.end.checked_add(4)?)?;
    Some((kind, data))
}

/// The application segments and comments of a JPEG image (ITU-T T.81 §B.1.1).
fn segments(bytes: &[u8], mut see: impl FnMut(Range<usize>)) {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let data = at + 4..at + 2 + length.max(2);
        if matches!(marker, 0xe1..=0xef | 0xfe) && bytes.get(data.clone()).is_some() {
            see(data);
        }
        // After the start of a scan come the picture's own bytes.
        if *marker == 0xda {
            return;
        }
        at += 2 + length.max(2);
    }
}

fn runs(bytes: &[u8], within: Range<usize>, texts: &mut Vec<Range<usize>>) {
    let data = bytes.get(within.clone()).unwrap_or_default();
    let mut start = None;
    for (at, byte) in data.iter().chain(&[0]).enumerate() {
        let readable = matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
        match start {
            None if readable => start = Some(at),
            Some(from) if !readable => {
                if at - from >= TEXT_BYTES_MIN {
                    texts.push(within.start + from..within.start + at);
                }
                start = None;
            }
            _ => {}
        }
    }
}

/// Over a chunk's type and data (PNG §5.3).
fn crc32(kind: &[u8], data: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(kind);
    sum.update(data);
    sum.finalize()
}

#[cfg(test)]
mod tests {
    use super::{PNG, crc32, sealed, texts};

    fn png(text: &[u8]) -> Vec<u8> {
        let mut image = PNG.to_vec();
        for (kind, data) in [(b"IHDR", &[0; 13][..]), (b"tEXt", text), (b"IEND", &[])] {
            let length = u32::try_from(data.len()).unwrap_or_default();
            image.extend(length.to_be_bytes());
            image.extend(kind);
            image.extend(data);
            image.extend(crc32(kind, data).to_be_bytes());
        }
        image
    }

    #[test]
    fn the_texts_of_a_png_are_found_and_its_checksums_mended() {
        let image = png(b"Comment\0by ann@example.com");
        let found = texts(&image);
        let text = found.last().and_then(|text| image.get(text.clone()));
        assert_eq!(text, Some(&b"by ann@example.com"[..]));
        assert_eq!(sealed(&image).as_ref(), Some(&image));
        let mut edited = image.clone();
        let span = found.last().cloned().unwrap_or_default();
        edited[span].fill(b'x');
        assert_eq!(sealed(&edited), Some(png(b"Comment\0xxxxxxxxxxxxxxxxxx")));
    }

    #[test]
    fn the_comment_of_a_jpeg_is_found() {
        let mut image = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xfe, 0, 14];
        image.extend(b"ann@exam.org");
        image.extend([0xff, 0xda, 0, 2]);
        let found = texts(&image);
        assert_eq!(found.first(), Some(&(12..24)));
        assert_eq!(found.len(), 1);
    }
}
