//! Headers of HTTP: credentials behind a scheme, cookies.

use super::super::bytes::{Class as Letters, follows, is_varied};
use super::super::names::{Sensitive, sensitive};
use super::super::values::{self, Found};
use super::{Label, Value, credential, push};
use crate::detect::{Certainty, Class, Hit, Scope};

/// The value of `Authorization` (RFC 9110 §11.6.2): a scheme and credentials, or a token alone.
pub(in super::super) fn authorization(text: &str, value: &Value, hits: &mut Vec<Hit>) {
    let (span, found) = (value.span.clone(), value.found);
    let line_end = value_end(text, span.start);
    let Some(value) = text.get(span.start..line_end.max(span.end)) else {
        return;
    };
    let Some((scheme, rest)) = value.split_once(' ') else {
        if values::is_secret(Sensitive::Authorization, value, found) {
            push(Sensitive::Authorization, span, hits);
        }
        return;
    };
    let start = span.start + scheme.len() + 1 + (rest.len() - rest.trim_start().len());
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("digest") || scheme.to_ascii_uppercase().starts_with("AWS4-") {
        // Only the answer is secret: RFC 7616 §3.4, Signature Version 4.
        for name in ["response=\"", "Signature="] {
            if let Some(at) = rest.find(name) {
                let from = start + at + name.len();
                let length = Letters::HEX_ANY.run(text.as_bytes(), from);
                if length >= 16 {
                    credential("authorization", from..from + length, hits);
                }
            }
        }
        return;
    }
    let is_scheme = scheme
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let word = rest
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')' | '<'))
        .next()
        .unwrap_or_default();
    if !is_scheme || word.is_empty() {
        return;
    }
    let basic = scheme.eq_ignore_ascii_case("basic") && values::is_basic(word);
    if basic || values::is_secret(Sensitive::Token, word, Found::Whole) {
        let kind = match scheme {
            _ if basic => "basic_auth",
            _ if scheme.eq_ignore_ascii_case("bearer") => "bearer_token",
            _ => "authorization",
        };
        credential(kind, start..start + word.len(), hits);
    }
}

/// The values of cookies: of `Cookie` all (RFC 6265 §4.2), of `Set-Cookie` the first (§4.1). Cookies
/// that hold a choice of language or look are left.
pub(super) fn cookie(label: &Label<'_>, value: &Value, hits: &mut Vec<Hit>) {
    let start = value.span.start;
    let whole = start..value_end(label.text, start);
    // Each cookie is read by its name and by its value, and more than once.
    label.work.read(8 * whole.len());
    let name = label.text.get(label.name.clone()).unwrap_or_default();
    let value = Value {
        span: whole,
        found: value.found,
    };
    cookies(label.text, &value, name, hits);
}

/// Where a header's value ends in a text: with its line, or with the quote around it.
pub(super) fn value_end(text: &str, at: usize) -> usize {
    const HEADER_BYTES_MAX: usize = 16 * 1024;
    let tail = text.as_bytes().get(at..).unwrap_or_default();
    let tail = tail
        .get(..tail.len().min(HEADER_BYTES_MAX))
        .unwrap_or_default();
    let length = tail
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b'`'))
        .unwrap_or(tail.len());
    let mut end = at + length;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// The same for a text that is such a header's whole value.
pub(in super::super) fn cookies(text: &str, value: &Value, name: &str, hits: &mut Vec<Hit>) {
    let (span, found) = (value.span.clone(), value.found);
    let lower = name.to_ascii_lowercase();
    let one = lower.starts_with("set") || lower.contains("set-cookie");
    let Some(value) = text.get(span.clone()) else {
        return;
    };
    let mut at = span.start;
    for (number, pair) in value.split(';').enumerate() {
        if one && number > 0 {
            break;
        }
        if let Some((name, value)) = pair.split_once('=') {
            let start = at + pair.len() - value.len();
            let value = value.trim_end();
            if is_cookie(name.trim(), value) {
                push(Sensitive::Cookie, start..start + value.len(), hits);
            }
        } else if number == 0 && values::is_secret(Sensitive::Cookie, pair, found) {
            push(Sensitive::Cookie, at..at + pair.len(), hits);
        }
        at += pair.len() + 1;
    }
}

fn is_cookie(name: &str, value: &str) -> bool {
    const HARMLESS: &[&str] = &[
        "theme",
        "lang",
        "locale",
        "language",
        "consent",
        "cookie_consent",
        "tz",
        "timezone",
        "currency",
        "_ga",
        "_gid",
        "_gat",
        "dark_mode",
        "path",
        "domain",
        "expires",
        "max-age",
        "samesite",
        "i18n",
        "country",
        "region",
    ];
    let lower = name.to_ascii_lowercase();
    !HARMLESS.contains(&lower.as_str())
        && !lower.starts_with("_ga")
        && !values::is_reference(value)
        && !values::is_masked(value)
        && (values::is_random(value) || (sensitive(name).is_some() && value.len() >= 6))
}

/// Tokens behind `Bearer`, `Basic` and their kin, wherever they stand.
pub(in super::super) fn behind_scheme(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let text = scope.text.as_bytes();
    for run in &scope.candidates.tokens {
        let Some(b' ') = run.start.checked_sub(1).and_then(|at| text.get(at)) else {
            continue;
        };
        // The last letter first: it decides nearly always.
        let Some(last) = run.start.checked_sub(2).and_then(|at| text.get(at)) else {
            continue;
        };
        let kind = match last {
            b'r' | b'R' if follows(text, run.start, "bearer ") => "bearer_token",
            b'c' | b'C' if follows(text, run.start, "basic ") => "basic_auth",
            b'S' if follows(text, run.start, "SSWS ") => "okta_token",
            _ => continue,
        };
        let length = Letters::ANY64
            .run(text, run.start)
            .max(Letters::URL_DOT_TILDE.run(text, run.start));
        let Some(value) = scope.text.get(run.start..run.start + length) else {
            continue;
        };
        let value = value.trim_end_matches('.');
        let fits = match kind {
            "basic_auth" => values::is_basic(value),
            _ => value.len() >= 16 && values::is_random(value) && is_varied(value.as_bytes()),
        };
        if fits {
            hits.push(Hit {
                kind,
                class: Class::Credential,
                span: run.start..run.start + value.len(),
                certainty: Certainty::Named,
            });
        }
    }
}
