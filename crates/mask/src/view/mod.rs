//! Views: other readings of a text, each with an exact way back to its bytes.
//!
//! A *reading* maps each decoded byte to the bytes that it came from, and a replacement is written
//! there by its [`Layer`]. What was encoded as a whole is decoded, edited and encoded again by its
//! [`Codec`].

mod codec;
pub(crate) mod encoded;
mod escapes;
mod gzip;
mod image;
mod layer;
mod map;
mod normal;
pub(crate) mod string;
mod wrap;

pub(crate) use codec::{Bytes, Codec};
use escapes::{backslash, entities, percent, quoted_printable};
pub(crate) use image::compressed_texts;
pub(crate) use layer::Layer;
pub(crate) use map::{Decoding, Map};
/// A way to read a text in which something may hide.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) name: &'static str,
    pub(crate) layer: Layer,
    /// The next place from an offset on where it may differ from the text.
    pub(crate) find: fn(&str, usize) -> Option<usize>,
    pub(crate) decode: fn(&str) -> Option<Decoding>,
    /// Only what lies across something that was decoded counts.
    pub(crate) across_only: bool,
}

/// Every reading; those after one are tried again on what it gives, those before it are not.
pub(crate) static READINGS: [Reading; 7] = [
    reading("unicode", Layer::Plain, normal::find, normal::decode),
    reading(
        "separators",
        Layer::Plain,
        normal::find_doubled,
        normal::decode,
    ),
    reading("percent", Layer::Percent, percent::find, percent::decode),
    reading("html", Layer::Entities, entities::find, entities::decode),
    reading(
        "backslash",
        Layer::Backslash,
        backslash::find,
        backslash::decode,
    ),
    reading(
        "quoted-printable",
        Layer::QuotedPrintable,
        quoted_printable::find,
        quoted_printable::decode,
    ),
    Reading {
        across_only: true,
        ..reading("lines", Layer::Plain, wrap::find, wrap::decode)
    },
];

const fn reading(
    name: &'static str,
    layer: Layer,
    find: fn(&str, usize) -> Option<usize>,
    decode: fn(&str) -> Option<Decoding>,
) -> Reading {
    Reading {
        name,
        layer,
        find,
        decode,
        across_only: false,
    }
}
