//! Edits: the bytes of each place are replaced as its reader may see it, and nothing else is.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::crossing::Crossing;
use crate::detect::Class;
use crate::finding::{Finding, Masked, Part};
use crate::place::{Mark, Place, What};
use crate::search::unique;
use crate::set::Rules;
use crate::showing::Styles;
use crate::style::{Key, Style, show};

/// Who will see the bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) styles: &'a Styles,
    pub(crate) key: Option<&'a Key>,
    /// Fields that the protocol needs stay as they are.
    pub(crate) on_the_wire: bool,
}

/// The message for both readers, with what was found. The places are in order and apart.
pub(crate) fn masked<'a>(
    bytes: &'a [u8],
    places: &[Place],
    rules: &Rules,
    at: &Crossing<'_>,
) -> Masked<'a> {
    let (stored, spans) = edit(bytes, places, rules.stored());
    let (relayed, _) = edit(bytes, places, rules.relayed(at.direction));
    Masked {
        findings: findings(places, &spans),
        relayed: relayed.map_or(Cow::Borrowed(bytes), Cow::Owned),
        stored: stored.map_or(Cow::Borrowed(bytes), Cow::Owned),
    }
}

fn findings(places: &[Place], spans: &[Range<usize>]) -> Vec<Finding> {
    let mut findings = Vec::with_capacity(places.len());
    for (place, stored_span) in places.iter().zip(spans) {
        for (number, mark) in place.marks.iter().enumerate() {
            let at = place.at.as_ref();
            let span = at.and_then(|at| at.spans.get(number)).unwrap_or(&mark.span);
            findings.push(Finding {
                kind: Arc::from(&*mark.kind),
                class: mark.class,
                certainty: mark.certainty,
                path: at.map_or_else(|| Arc::from(""), |at| at.path.clone()),
                part: match at {
                    Some(at) if at.name.is_some() => Part::Name,
                    _ => Part::Value,
                },
                span: span.clone(),
                stored_span: stored_span.clone(),
                views: mark.views.iter().rev().copied().collect(),
            });
        }
    }
    findings
}

/// The edited bytes (`None`: nothing changed), and where each place is in them.
fn edit(
    bytes: &[u8],
    places: &[Place],
    reader: Reader<'_>,
) -> (Option<Vec<u8>>, Vec<Range<usize>>) {
    let mut out = Vec::new();
    let mut spans = Vec::with_capacity(places.len());
    let mut copied = 0;
    let mut changed = false;
    for place in places {
        let before = bytes.get(copied..place.span.start).unwrap_or_default();
        out.extend_from_slice(before);
        let start = out.len();
        match replacement(place, reader) {
            Some(shown) => {
                out.extend_from_slice(shown.as_bytes());
                changed = true;
            }
            None => out.extend_from_slice(bytes.get(place.span.clone()).unwrap_or_default()),
        }
        spans.push(start..out.len());
        copied = place.span.end;
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    (changed.then_some(out), spans)
}

/// What stands in a place for this reader; `None`: what stands there already.
fn replacement(place: &Place, reader: Reader<'_>) -> Option<String> {
    if reader.on_the_wire && place.at.as_ref().is_some_and(|at| at.fixed) {
        return None;
    }
    let mark = place.marks.first()?;
    let mut shown = match &place.what {
        What::Opaque => return None,
        What::Value(value) => value_shown(place, mark, value, reader)?.into_owned(),
        What::Rest => {
            let style = reader.styles.of(mark.class?, &mark.kind);
            (style != Style::Reveal).then(String::new)?
        }
        What::Whole(whole) => {
            let (edited, _) = edit(&whole.decoded, &whole.inner, reader);
            let edited = edited?;
            whole
                .codec
                .encode(&edited)
                .unwrap_or_else(|| format!("[{}]", mark.kind))
        }
    };
    for layer in &place.layers {
        shown = layer.encode(&shown);
    }
    Some(shown)
}

fn value_shown(
    place: &Place,
    mark: &Mark,
    value: &str,
    reader: Reader<'_>,
) -> Option<Cow<'static, str>> {
    let class = mark.class.unwrap_or(Class::Credential);
    let style = reader.styles.of(class, &mark.kind);
    let Some(number) = place.at.as_ref().and_then(|at| at.name) else {
        return show(style, &mark.kind, class, value, reader.key);
    };
    // Two members may not become one.
    let style = match style {
        Style::Reveal | Style::Pseudonym => style,
        _ => Style::Label,
    };
    let shown = show(style, &mark.kind, class, value, reader.key)?;
    Some(Cow::Owned(unique(&shown, number)))
}
