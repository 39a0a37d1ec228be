use std::sync::Arc;

use aws_lc_rs::digest;
use model::Digest;

use crate::crossing::{Crossing, Direction};
use crate::detect::Class;
use crate::finding::Masked;
use crate::place::Place;
use crate::render::{Reader, masked};
use crate::rules::{self, Outside};
use crate::search::Search;
use crate::showing::{Showing, Styles};
use crate::style::Key;
use crate::view::Decoding;

/// Changes whenever the same bytes may give other findings or other masked bytes.
const ENGINE: &str = "probity mask 1";

/// The detectors in force, and what is shown to whom. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct MaskSet {
    /// `None`: the empty set.
    rules: Option<Arc<Rules>>,
    digest: Digest,
}

/// What decides.
#[derive(Debug)]
pub(crate) struct Rules {
    showing: Showing,
    key: Option<Key>,
    /// Classes that are not looked for.
    off: Vec<Class>,
    own: Option<Arc<dyn rules::Rules>>,
}

/// A [`MaskSet`] being made.
#[derive(Debug, Clone)]
pub struct Builder {
    showing: Showing,
    key: Option<Key>,
    off: Vec<Class>,
    own: Option<Arc<dyn rules::Rules>>,
}

impl MaskSet {
    /// No detector: every message is stored and relayed as it is. Its digest is all zeros.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Every detector but those for network addresses, with pseudonyms under `key`.
    pub fn standard(key: Key) -> Self {
        Self::builder().key(key).build()
    }

    /// A set of one's own: at first the standard one without a key.
    pub fn builder() -> Builder {
        Builder {
            showing: Showing::default(),
            key: None,
            off: vec![Class::Network],
            own: None,
        }
    }

    /// What identifies this set in a record: all zeros for the empty set.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn rules(&self) -> Option<&Rules> {
        self.rules.as_deref()
    }

    /// A message as it may be stored and as it may be relayed. What is no JSON is masked as text.
    pub fn apply<'a>(&self, message: &'a [u8], at: &Crossing<'_>) -> Masked<'a> {
        self.mask(message, at, |search, text| search.message(text))
    }

    /// A text that is no message, such as a line of a server's standard error.
    pub fn apply_text<'a>(&self, text: &'a [u8], at: &Crossing<'_>) -> Masked<'a> {
        self.mask(text, at, |search, text| search.free_text(text))
    }

    /// The same, with what somebody outside found in the text, whose path is empty.
    pub fn apply_text_with<'a>(
        &self,
        text: &'a [u8],
        at: &Crossing<'_>,
        outside: &Outside,
    ) -> Masked<'a> {
        self.mask_with(text, at, outside, |search, text| search.free_text(text))
    }

    /// A message, with what somebody outside found in its strings; in what is no JSON, under the
    /// empty path.
    pub fn apply_with<'a>(
        &self,
        message: &'a [u8],
        at: &Crossing<'_>,
        outside: &Outside,
    ) -> Masked<'a> {
        self.mask_with(message, at, outside, |search, text| search.message(text))
    }

    /// The value of an HTTP header field, under its name.
    pub fn apply_header<'a>(&self, name: &str, value: &'a [u8], at: &Crossing<'_>) -> Masked<'a> {
        self.mask(value, at, |search, text| search.header(name, text))
    }

    /// A URI: the target of an HTTP request, a resource's name.
    pub fn apply_uri<'a>(&self, uri: &'a [u8], at: &Crossing<'_>) -> Masked<'a> {
        self.mask(uri, at, |search, text| search.named_text(&["uri"], text))
    }

    fn mask<'a>(
        &self,
        bytes: &'a [u8],
        at: &Crossing<'_>,
        search: impl FnOnce(&mut Search<'_>, &str) -> Vec<Place>,
    ) -> Masked<'a> {
        self.mask_with(bytes, at, &Outside::default(), search)
    }

    fn mask_with<'a>(
        &self,
        bytes: &'a [u8],
        at: &Crossing<'_>,
        outside: &Outside,
        search: impl FnOnce(&mut Search<'_>, &str) -> Vec<Place>,
    ) -> Masked<'a> {
        let Some(rules) = &self.rules else {
            return Masked::untouched(bytes);
        };
        let mut state = Search::new(rules, *at, bytes.len()).with_outside(outside);
        let places = match std::str::from_utf8(bytes) {
            Ok(text) => search(&mut state, text),
            Err(_) => {
                let decoding = lossy(bytes);
                let mut places = search(&mut state, &decoding.text);
                for place in &mut places {
                    place.span = decoding.map.outer(&place.span);
                }
                places
            }
        };
        if places.is_empty() {
            return Masked::untouched(bytes);
        }
        masked(bytes, &places, rules, at)
    }
}

/// Bytes that are not all UTF-8, as text.
pub(crate) fn lossy(bytes: &[u8]) -> Decoding {
    let mut decoding = Decoding::default();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        decoding.copy(chunk.valid(), at);
        at += chunk.valid().len();
        let invalid = chunk.invalid().len();
        if invalid > 0 {
            decoding.unit_char(char::REPLACEMENT_CHARACTER, at..at + invalid);
            at += invalid;
        }
    }
    decoding
}

impl Builder {
    /// What is shown to whom.
    #[must_use]
    pub fn showing(mut self, showing: Showing) -> Self {
        self.showing = showing;
        self
    }

    /// The key of the pseudonyms; without one they are labels.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Looks for this class.
    #[must_use]
    pub fn with(mut self, class: Class) -> Self {
        self.off.retain(|off| *off != class);
        self
    }

    /// Does not look for this class.
    #[must_use]
    pub fn without(mut self, class: Class) -> Self {
        self.off.retain(|off| *off != class);
        self.off.push(class);
        self
    }

    /// Asks these rules as well.
    #[must_use]
    pub fn rules(mut self, rules: Arc<dyn rules::Rules>) -> Self {
        self.own = Some(rules);
        self
    }

    /// The set.
    pub fn build(mut self) -> MaskSet {
        self.off.sort_unstable();
        let rules = Rules {
            showing: self.showing,
            key: self.key,
            off: self.off,
            own: self.own,
        };
        MaskSet {
            digest: rules.digest(),
            rules: Some(Arc::new(rules)),
        }
    }
}

impl Rules {
    pub(crate) fn looks_for(&self, class: Class) -> bool {
        !self.off.contains(&class)
    }

    pub(crate) fn own(&self) -> Option<&dyn rules::Rules> {
        self.own.as_deref()
    }

    pub(crate) const fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    pub(crate) const fn stored(&self) -> Reader<'_> {
        Reader {
            styles: &self.showing.stored,
            key: self.key(),
            on_the_wire: false,
        }
    }

    pub(crate) const fn relayed(&self, direction: Direction) -> Reader<'_> {
        let styles: &Styles = match direction {
            Direction::ServerToClient => &self.showing.to_agent,
            Direction::ClientToServer => &self.showing.to_server,
        };
        Reader {
            styles,
            key: self.key(),
            on_the_wire: true,
        }
    }

    /// Over everything that decides, and of the key only what tells two keys apart.
    fn digest(&self) -> Digest {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(ENGINE.as_bytes());
        context.update(b"\n");
        context.update(self.showing.describe().as_bytes());
        context.update(format!("off {:?}\n", self.off).as_bytes());
        if let Some(own) = &self.own {
            context.update(own.digest().as_bytes());
        }
        if let Some(key) = &self.key {
            context.update(key.fingerprint().as_ref());
        }
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
            *to = *from;
        }
        Digest::from_bytes(bytes)
    }
}
