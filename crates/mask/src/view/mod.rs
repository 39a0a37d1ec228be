//! Views: other readings of a text, each with an exact way back to its bytes.
//!
//! A *reading* maps each decoded byte to the bytes that it came from, and a replacement is written
//! there by its [`Layer`]. What was encoded as a whole is decoded, edited and encoded again by its
//! [`Codec`].

mod layer;
mod map;
pub(crate) mod string;

pub(crate) use layer::{Codec, Layer};
pub(crate) use map::{Decoding, Map};
