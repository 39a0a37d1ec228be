use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::detect::{Certainty, Class};

/// A message after masking.
#[derive(Debug, Clone)]
pub struct Masked<'a> {
    /// The bytes that may be stored: the message itself where nothing was found.
    pub stored: Cow<'a, [u8]>,
    /// The bytes that may be sent on: the message itself where nothing was found, or where everything
    /// that was found may be seen.
    pub relayed: Cow<'a, [u8]>,
    /// What was found, in the order of the places.
    pub findings: Vec<Finding>,
}

impl<'a> Masked<'a> {
    pub(crate) const fn untouched(bytes: &'a [u8]) -> Self {
        Self {
            stored: Cow::Borrowed(bytes),
            relayed: Cow::Borrowed(bytes),
            findings: Vec::new(),
        }
    }
}

/// Something sensitive, by kind and place; never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind of data, in snake case, such as `email`. `opaque`: something that could not be looked
    /// into within the limits, and stayed.
    pub kind: Arc<str>,
    /// What policy goes by; `None` for `opaque`.
    pub class: Option<Class>,
    /// How sure the detector is.
    pub certainty: Certainty,
    /// A JSON Pointer (RFC 6901) into the message; empty for what is no JSON. A member name in which
    /// something was found is shown masked.
    pub path: Arc<str>,
    /// What is meant at the path.
    pub part: Part,
    /// The bytes of the decoded string (of a number: of its lexeme) at the path, in the message as it
    /// came; of a text that is no JSON, its bytes.
    pub span: Range<usize>,
    /// Where the replacement is in [`Masked::stored`].
    pub stored_span: Range<usize>,
    /// The views through which it was seen, the outermost first, such as `json` or `base64`.
    pub views: Vec<&'static str>,
}

/// What is meant at the path of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The value there.
    Value,
    /// The name of the member there.
    Name,
}
