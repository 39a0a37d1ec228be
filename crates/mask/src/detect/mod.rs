//! Detectors: pure functions from one text to the places in it.
//!
//! The engine decodes, normalises and scans; a detector sees flat text, the candidates of the one
//! pass over its bytes, and the names that govern it. It never sees where the text came from.

use std::ops::Range;

use crate::lanes::Lanes;

pub(crate) mod credentials;
pub(crate) mod identifiers;
pub(crate) mod plain;
mod recent;

/// One text to be searched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// A string of the message, or what a view decoded from one.
    pub(crate) text: &'a str,
    /// What the pass over its bytes found.
    pub(crate) candidates: &'a Candidates,
    /// The names that govern the text, the nearest last: JSON members, a header, the name of a
    /// name/value pair, a column. Empty for free text.
    pub(crate) names: &'a [&'a str],
    /// The text stands in a schema or a tool definition, where a member named `password` describes
    /// one and holds none.
    pub(crate) definition: bool,
}

/// Places where something may be, from one pass over a text's bytes. Byte offsets, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Candidates {
    /// Its bytes by class.
    pub(crate) lanes: Lanes,
    /// Runs of at least 12 of `[A-Za-z0-9_+/=.~-]`.
    pub(crate) tokens: Vec<Range<usize>>,
    /// Runs that begin and end with a digit, of digits and single separators (space, `-`, `.`, `/`),
    /// with at least 6 digits.
    pub(crate) digits: Vec<Range<usize>>,
    /// There is any digit; nearly everything that identifies has some.
    pub(crate) has_digits: bool,
    /// There is an end of a line.
    pub(crate) has_lines: bool,
    /// A digit is followed by two separators.
    pub(crate) doubled: bool,
    /// Each `@`.
    pub(crate) ats: Vec<usize>,
    /// Each `://`.
    pub(crate) schemes: Vec<usize>,
}

impl Candidates {
    /// None yet, and room for those of most texts.
    pub(crate) fn with_room() -> Self {
        const TOKENS: usize = 32;
        const DIGITS: usize = 16;
        Self {
            lanes: Lanes::with_room(),
            tokens: Vec::with_capacity(TOKENS),
            digits: Vec::with_capacity(DIGITS),
            ..Self::default()
        }
    }
}

/// Something that a detector found in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The kind of data, in snake case: `github_token`, `payment_card`, `email`.
    pub(crate) kind: &'static str,
    /// What policy and style go by.
    pub(crate) class: Class,
    /// The bytes in [`Scope::text`], of the value alone: no quotes, no name, no scheme.
    pub(crate) span: Range<usize>,
    /// Where two overlap, the surer one stays, then the longer one.
    pub(crate) certainty: Certainty,
}

/// What policy and style go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Whoever has it may act: tokens, keys, passwords.
    Credential,
    /// A payment card number.
    Card,
    /// Security codes, PINs, full tracks, seed phrases: deleted, never pseudonymised.
    Authentication,
    /// A person's or an account's identifier at an authority.
    Identifier,
    /// E-mail, phone, address, date of birth.
    Contact,
    /// IP and MAC addresses; off by default.
    Network,
}

/// How sure a detector is; the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// A name or a word nearby says so.
    Named,
    /// Prefix, alphabet and length say so.
    Shaped,
    /// A checksum says so as well.
    Checked,
}
