//! What others add to the detectors: an operator's own rules, and an outside detector's findings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use model::Digest;

use crate::crossing::Crossing;
use crate::detect::{Certainty, Class};

/// Something that a rule, or somebody outside, found in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The kind of data, in snake case.
    pub kind: Cow<'static, str>,
    /// What policy and style go by.
    pub class: Class,
    /// Where two overlap, the surer one stays, then the longer one.
    pub certainty: Certainty,
    /// The bytes of the text, of the value alone.
    pub span: Range<usize>,
}

/// One text of a message, as a rule sees it: a string or a number as it stands there, or what a view
/// decoded from one.
#[derive(Clone, Copy)]
pub struct Leaf<'a> {
    /// The text, decoded.
    pub text: &'a str,
    /// The names that govern it, the nearest last.
    pub names: &'a [&'a str],
    /// It stands in a schema, where names describe values and hold none.
    pub definition: bool,
    /// How many views deep it is; 0: it is a value of the message itself.
    pub depth: u8,
    /// Where the message crosses.
    pub at: Crossing<'a>,
    pub(crate) path: Option<&'a dyn Fn() -> String>,
}

impl Leaf<'_> {
    /// The JSON Pointer (RFC 6901) to it: in the message, or in the JSON text that a view found.
    /// `None`: it is no value of JSON.
    pub fn path(&self) -> Option<String> {
        self.path.map(|path| path())
    }
}

/// The text itself stays out of every log.
impl fmt::Debug for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf")
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

/// Rules of one's own: asked for each text, beside the detectors.
pub trait Rules: fmt::Debug + Send + Sync {
    /// Over everything that decides.
    fn digest(&self) -> Digest;

    /// Adds what it finds; the order does not matter, overlaps are allowed. It must take time linear
    /// in the text, and give the same for the same leaf.
    fn find(&self, leaf: &Leaf<'_>, found: &mut Vec<Spot>);
}

/// What somebody outside found in a message, by the JSON Pointers of its strings. What is no JSON is
/// one string, its pointer is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    spots: BTreeMap<String, Vec<Spot>>,
}

impl Outside {
    /// Adds what was found in the string at `path`, its bytes being those of the decoded string.
    pub fn add(&mut self, path: impl Into<String>, spot: Spot) {
        self.spots.entry(path.into()).or_default().push(spot);
    }

    pub(crate) fn at(&self, path: &str) -> &[Spot] {
        self.spots.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }
}
