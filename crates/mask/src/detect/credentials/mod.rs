//! Credentials: tokens with a shape, keys, hashes, URLs that let in, and whatever a name gives away.

mod aws;
mod azure;
mod bytes;
mod checks;
mod governed;
mod hashes;
mod jwt;
mod labels;
pub(crate) mod names;
mod pem;
mod tokens;
mod urls;
mod values;
pub(crate) mod wallets;

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong slice fails the test")]
mod testing;
#[cfg(test)]
mod tests;

use super::{Class, Hit, Scope};

/// Adds what it finds in one text; the order does not matter, overlaps are allowed.
pub(crate) fn find(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let before = hits.len();
    let governing = match scope.definition {
        true => None,
        false => governed::governing(scope.names),
    };
    if !scope.candidates.tokens.is_empty() {
        by_shape(scope, before, hits);
    }
    urls::find(scope, hits);
    pem::find(scope, hits);
    let phrase = governing == Some(names::Sensitive::SeedPhrase);
    wallets::find(scope, phrase, hits);
    if let Some(what) = governing {
        governed::find(scope, what, hits);
    }
    if !scope.names.is_empty() {
        governed::argument(scope, hits);
    }
    labels::find(scope, hits);
}

/// Whether a name says of the text under it, or two levels under it, that it is a secret.
pub(crate) fn tells(name: &str) -> bool {
    names::sensitive(name).is_some() || names::holds_secrets(name)
}

/// What the token runs of a text are by themselves.
fn by_shape(scope: &Scope<'_>, before: usize, hits: &mut Vec<Hit>) {
    let text = scope.text.as_bytes();
    tokens::find(scope, hits);
    let mut found = hits.split_off(before);
    if found.iter().any(|hit| hit.kind.starts_with("aws_")) {
        aws::secrets(scope, &mut found);
    }
    hits.append(&mut found);
    labels::behind_scheme(scope, hits);
    for run in &scope.candidates.tokens {
        let key = (run.len() >= 44).then(|| azure::key(text, run)).flatten();
        if let Some(found) = key.or_else(|| hashes::at(text, run)) {
            hits.push(Hit {
                kind: found.kind,
                class: Class::Credential,
                span: found.span,
                certainty: found.certainty,
            });
        }
    }
}
