//! Places: what was found in a text, and how a replacement has to be written there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::detect::{Certainty, Class};
use crate::view::{Codec, Layer, Map};

/// What was found, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) kind: Cow<'static, str>,
    pub(crate) class: Option<Class>,
    pub(crate) certainty: Certainty,
    /// The bytes of the text that the place is about.
    pub(crate) span: Range<usize>,
    /// The views through which it was seen, the innermost first.
    pub(crate) views: Vec<&'static str>,
}

/// A part of a text to be replaced.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The bytes to be replaced, in the text that the place is about.
    pub(crate) span: Range<usize>,
    pub(crate) what: What,
    /// At least one.
    pub(crate) marks: Vec<Mark>,
    /// How a replacement is written, innermost first.
    pub(crate) layers: Vec<Layer>,
    /// Where it is: known once the place is about a message.
    pub(crate) at: Option<At>,
}

/// What stands at a place.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// A value.
    Value(Box<str>),
    /// The second part of a value that is split over two texts: it goes, whatever replaces the first.
    Rest,
    /// An encoded text with places of its own.
    Whole(Box<Whole>),
    /// Something that could not be looked into within the limits; it stays.
    Opaque,
}

/// An encoded text, decoded.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) decoded: Vec<u8>,
    pub(crate) codec: Codec,
    pub(crate) inner: Vec<Place>,
}

/// Where in a message.
#[derive(Debug, Clone)]
pub(crate) struct At {
    /// A JSON Pointer (RFC 6901).
    pub(crate) path: Arc<str>,
    /// The spans of the marks, in the decoded string or the lexeme at that path.
    pub(crate) spans: Vec<Range<usize>>,
    pub(crate) fixed: bool,
    /// The text is the member's name: each value gets a replacement of its own, by this number.
    pub(crate) name: Option<usize>,
}

impl Place {
    /// A value that a detector found.
    pub(crate) fn value(
        kind: Cow<'static, str>,
        class: Class,
        certainty: Certainty,
        span: Range<usize>,
        value: &str,
    ) -> Self {
        Self::of(
            What::Value(value.into()),
            Mark {
                kind,
                class: Some(class),
                certainty,
                span: span.clone(),
                views: Vec::new(),
            },
            span,
        )
    }

    /// Something that could not be looked into.
    pub(crate) fn opaque(span: Range<usize>) -> Self {
        let mark = Mark {
            kind: Cow::Borrowed("opaque"),
            class: None,
            certainty: Certainty::Named,
            span: span.clone(),
            views: Vec::new(),
        };
        Self::of(What::Opaque, mark, span)
    }

    fn of(what: What, mark: Mark, span: Range<usize>) -> Self {
        Self {
            span,
            what,
            marks: vec![mark],
            layers: Vec::new(),
            at: None,
        }
    }

    /// Makes it about the text from which its own text was decoded.
    pub(crate) fn lift(&mut self, map: &Map, layer: Layer) {
        self.span = map.outer(&self.span);
        for mark in &mut self.marks {
            mark.span = map.outer(&mark.span);
        }
        self.layers.push(layer);
    }

    /// Makes it about a text in which its own begins at `by`.
    pub(crate) fn shift(&mut self, by: usize) {
        shift(&mut self.span, by);
        for mark in &mut self.marks {
            shift(&mut mark.span, by);
        }
    }

    /// Says through which view it was seen.
    pub(crate) fn seen_through(&mut self, view: &'static str) {
        for mark in &mut self.marks {
            mark.views.push(view);
        }
    }

    /// Where two overlap, the surer one stays, then the longer one.
    fn rank(&self) -> (Option<Certainty>, usize) {
        let certainty = match self.what {
            What::Opaque => None,
            _ => self.marks.iter().map(|mark| mark.certainty).max(),
        };
        (certainty, self.span.len())
    }

    /// Whether no byte of it may stay: a key that encloses an address is a key all the same.
    fn is_indivisible(&self) -> bool {
        matches!(self.what, What::Value(_))
            && self
                .marks
                .iter()
                .any(|mark| matches!(mark.class, Some(Class::Credential | Class::Authentication)))
    }

    fn encloses(&self, other: &Self) -> bool {
        self.span.start <= other.span.start && other.span.end <= self.span.end
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.span.start < other.span.end && other.span.start < self.span.end
    }
}

fn shift(span: &mut Range<usize>, by: usize) {
    span.start += by;
    span.end += by;
}

/// Leaves places that do not overlap, in their order.
pub(crate) fn resolve(places: &mut Vec<Place>) {
    places.retain(|place| !place.span.is_empty());
    if places.len() < 2 {
        return;
    }
    places.sort_by(|a, b| {
        let by_rank = b.rank().cmp(&a.rank());
        by_rank.then_with(|| a.span.start.cmp(&b.span.start))
    });
    let mut resolved: BTreeMap<usize, Place> = BTreeMap::new();
    for place in places.drain(..) {
        let rivals: Vec<usize> = resolved
            .range(..place.span.end)
            .rev()
            .take_while(|(_, rival)| rival.overlaps(&place))
            .map(|(start, _)| *start)
            .collect();
        let Some(nearest) = rivals.first() else {
            resolved.insert(place.span.start, place);
            continue;
        };
        let enclosed = resolved
            .get(nearest)
            .is_some_and(|rival| rival.encloses(&place));
        if enclosed || !place.is_indivisible() {
            continue;
        }
        let rivals = rivals.iter().filter_map(|start| resolved.remove(start));
        let whole = rivals.fold(place, join);
        resolved.insert(whole.span.start, whole);
    }
    places.extend(resolved.into_values());
}

/// One place for a key and a surer place that it overlaps: all of both goes.
fn join(key: Place, surer: Place) -> Place {
    let span = key.span.start.min(surer.span.start)..key.span.end.max(surer.span.end);
    let named_by = if surer.is_indivisible() { surer } else { key };
    Place { span, ..named_by }
}

#[cfg(test)]
mod tests {
    use super::{Place, resolve};
    use crate::detect::{Certainty, Class};

    fn check(places: &[(&'static str, Class, Certainty, std::ops::Range<usize>)], expected: &str) {
        for turned in [false, true] {
            let mut list: Vec<Place> = places
                .iter()
                .map(|(kind, class, certainty, span)| {
                    Place::value((*kind).into(), *class, *certainty, span.clone(), "")
                })
                .collect();
            if turned {
                list.reverse();
            }
            resolve(&mut list);
            let shown: Vec<String> = list
                .iter()
                .map(|place| format!("{} {:?}", place.marks[0].kind, place.span))
                .collect();
            assert_eq!(shown.join(", "), expected);
        }
    }

    #[test]
    fn the_surer_one_stays_then_the_longer_one() {
        use Certainty::{Checked, Named, Shaped};
        use Class::{Card, Contact, Credential};
        check(
            &[("a", Contact, Shaped, 0..5), ("b", Card, Checked, 4..9)],
            "b 4..9",
        );
        check(
            &[("a", Contact, Shaped, 0..5), ("b", Contact, Shaped, 4..12)],
            "b 4..12",
        );
        check(
            &[("a", Contact, Shaped, 0..5), ("b", Contact, Shaped, 5..12)],
            "a 0..5, b 5..12",
        );
        check(
            &[
                ("key", Credential, Named, 0..20),
                ("b", Card, Checked, 4..9),
            ],
            "key 0..20",
        );
        check(
            &[
                ("key", Credential, Named, 0..20),
                ("token", Credential, Checked, 4..9),
            ],
            "token 0..20",
        );
        check(
            &[
                ("a", Contact, Shaped, 0..5),
                ("b", Contact, Shaped, 3..12),
                ("c", Card, Checked, 10..14),
            ],
            "a 0..5, c 10..14",
        );
    }
}
