//! Who calls: credentials to callers.
//!
//! Deliberately absent: sockets, files and clocks. What has to be fetched or kept goes through
//! ports, time is an argument, so that every attack is a plain test.

mod api_key;
mod bearer;

pub use api_key::{ApiKey, ApiKeys, IssuedKey, KeyId, KeySecret, Pepper, Role};
pub use bearer::{AuthError, Credential, authorization};
