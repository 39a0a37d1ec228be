//! Records as people and programs read them. Every payload is hostile: nothing that reaches a
//! terminal can command it.

mod escape;
pub(crate) mod held;
mod json;
mod line;
mod paint;
mod record;
mod session;

pub(crate) use escape::{escape, escape_lines};
pub(crate) use json::record_json;
pub(crate) use line::{PAYLOAD_CHARS_MAX, payload_lines, what, write_record};
pub(crate) use paint::{Colour, Paint};
pub(crate) use record::{Calls, Shown};
pub(crate) use session::{Listed, session_json, write_sessions};

#[cfg(test)]
mod tests;
