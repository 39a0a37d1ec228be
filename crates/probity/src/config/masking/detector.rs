//! The outside detector, as it is written.

use std::collections::BTreeMap;

use gateway::{DetectorConfig, OnFailure};
use http::Uri;
use mask::Class;
use serde::Deserialize;
use toml::Spanned;

use super::class_named;
use crate::config::document::Document;
use crate::config::mistake::Mistakes;

/// The longest that a message waits unless something else is written, in milliseconds.
const MS_MAX: u64 = 2_000;
/// The most text of one message unless something else is written, in bytes.
const TEXT_BYTES_MAX: usize = 256 << 10;
/// Findings below this do not count unless something else is written.
const SCORE_MIN: f64 = 0.5;

/// The `[masking.detector]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DetectorFile {
    url: Option<Spanned<String>>,
    language: Option<String>,
    score_min: Option<Spanned<f64>>,
    entities: BTreeMap<String, Spanned<String>>,
    ms_max: Option<u64>,
    text_bytes_max: Option<usize>,
    on_failure: Option<Spanned<String>>,
}

/// What the data path is told of it.
pub(super) fn resolve(
    written: &Spanned<DetectorFile>,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Option<DetectorConfig> {
    let file = written.get_ref();
    let mut mistake = |span: std::ops::Range<usize>, message: String| {
        mistakes.push(document.at(&span, message));
    };
    let url = match &file.url {
        None => {
            let message = "`url` is missing: the address of the analyzer, ending in `/analyze`";
            mistake(written.span(), message.to_owned());
            None
        }
        Some(url) => {
            let parsed = url.get_ref().parse::<Uri>().ok();
            let parsed = parsed.filter(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
            });
            if parsed.is_none() {
                let message = format!("`{}` is no http or https URL", url.get_ref());
                mistake(url.span(), message);
            }
            parsed
        }
    };
    let score_min = file.score_min.as_ref().map_or(SCORE_MIN, |s| *s.get_ref());
    if !(0.0..=1.0).contains(&score_min) {
        let span = file.score_min.as_ref().map_or(0..0, Spanned::span);
        mistake(span, "`score_min` lies between 0 and 1".to_owned());
    }
    let on_failure = match file
        .on_failure
        .as_ref()
        .map(|w| (w.get_ref().as_str(), w.span()))
    {
        None | Some(("refuse", _)) => OnFailure::Refuse,
        Some(("mask", _)) => OnFailure::Mask,
        Some((other, span)) => {
            mistake(
                span,
                format!("`{other}` is no choice; there are refuse and mask"),
            );
            OnFailure::Refuse
        }
    };
    let mut entities = BTreeMap::new();
    for (entity, class) in &file.entities {
        if let Some(class) = class_named(class, document, mistakes) {
            entities.insert(entity.clone(), (entity.to_lowercase(), class));
        }
    }
    if file.entities.is_empty() {
        for entity in ["PERSON", "LOCATION"] {
            entities.insert(entity.to_owned(), (entity.to_lowercase(), Class::Contact));
        }
    }
    Some(DetectorConfig {
        url: url?,
        language: file.language.clone().unwrap_or_else(|| "en".to_owned()),
        score_min,
        entities,
        ms_max: file.ms_max.unwrap_or(MS_MAX),
        text_bytes_max: file.text_bytes_max.unwrap_or(TEXT_BYTES_MAX),
        on_failure,
    })
}
