//! Signed tokens (RFC 7515, RFC 7517, RFC 7519): read strictly, verified by aws-lc-rs.

mod algorithm;
mod compact;
mod json;
mod key;
#[cfg(test)]
mod vectors;

pub use algorithm::Algorithm;
pub(crate) use compact::{Compact, Header};
pub(crate) use json::object;
pub(crate) use key::{Key, key_set};
