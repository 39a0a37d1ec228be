//! What stands behind a sensitive name: a secret, or a reference to one, a type, a word about it.

mod other;

use super::jwt;
use super::names::Sensitive;
use other::{is_public, is_word_about};

pub(super) use other::{is_masked, is_reference};

/// How a value was found, which decides how much it must look like a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It is all there is, or stands in quotes: a string, and nothing but the value.
    Whole,
    /// It follows `=` or `:` and ends with its line.
    Line,
    /// It is a word in code or prose.
    Word,
}

/// Longest value that is taken by its name alone, in bytes.
const VALUE_BYTES_MAX: usize = 8192;

/// Whether the value is what its name says.
pub(super) fn is_secret(what: Sensitive, value: &str, found: Found) -> bool {
    let value = value.trim();
    if value.is_empty()
        || value.len() > VALUE_BYTES_MAX
        || is_reference(value)
        || is_masked(value)
        || is_public(value)
        || is_word_about(value)
        || (found != Found::Whole && is_code(value))
    {
        return false;
    }
    let digits_only = value.bytes().all(|byte| byte.is_ascii_digit());
    match what {
        Sensitive::Password => match found {
            _ if digits_only => value.len() >= 4 && found != Found::Word,
            Found::Whole => value.chars().count() >= 3 && !is_sentence(value),
            Found::Line => value.chars().count() >= 4 && !is_sentence(value),
            Found::Word => is_strong(value),
        },
        Sensitive::Pass => is_strong(value) && !value.contains(' '),
        Sensitive::Secret => {
            !digits_only
                && !value.contains(' ')
                && match found {
                    Found::Word => value.len() >= 8 && is_strong(value) && !is_identifier(value),
                    _ => value.len() >= 6 && (is_random(value) || !is_name(value)),
                }
        }
        Sensitive::Token | Sensitive::ApiKey | Sensitive::Session => match found {
            Found::Word => value.len() >= 10 && is_random(value),
            _ => is_token(value),
        },
        Sensitive::PrivateKey => value.len() >= 16 && !value.contains(' ') && is_random(value),
        Sensitive::Authorization | Sensitive::Cookie => is_token(value),
        Sensitive::ConnectionString => {
            found == Found::Whole && value.len() >= 12 && !value.contains("://")
        }
        Sensitive::Hash => value.len() >= 16 && is_random(value),
        Sensitive::SeedPhrase => {
            value.split_whitespace().count() >= 12 || (value.len() >= 32 && is_random(value))
        }
        Sensitive::Pin => digits_only && (4..=12).contains(&value.len()),
        Sensitive::SecurityCode => digits_only && (3..=4).contains(&value.len()),
        Sensitive::OneTimeCode => {
            (digits_only && (4..=10).contains(&value.len()))
                || (found == Found::Whole && is_token(value))
        }
    }
}

/// Drawn at random, by its looks: letters and digits together, or both cases within one word, or
/// long.
pub(super) fn is_random(value: &str) -> bool {
    let (mut upper, mut lower, mut digit, mut turns) = (0, 0, 0, 0);
    let mut last = b'A';
    for byte in value.bytes() {
        if byte.is_ascii_whitespace() {
            return false;
        }
        upper += usize::from(byte.is_ascii_uppercase());
        lower += usize::from(byte.is_ascii_lowercase());
        digit += usize::from(byte.is_ascii_digit());
        turns += usize::from(last.is_ascii_lowercase() && byte.is_ascii_uppercase());
        last = byte;
    }
    let letters = upper + lower;
    value.len() >= 8
        && ((digit >= 2 && letters >= 2)
            || (upper >= 2 && lower >= 2 && turns >= 3)
            || (digit >= 1 && upper >= 1 && lower >= 1))
}

/// A word that no sentence contains: letters and digits, or letters and signs.
pub(super) fn is_strong(value: &str) -> bool {
    let letter = value.chars().any(char::is_alphabetic);
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let sign = value.bytes().any(|b| {
        matches!(
            b,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'=' | b'?'
        )
    });
    let inner = value.trim_end_matches(['!', '?']);
    let inner_sign = inner.bytes().any(|b| {
        matches!(
            b,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'?'
        )
    });
    value.len() >= 5 && ((letter && digit) || (letter && sign && inner_sign))
}

/// What a token may be that stands alone behind its name: random, or one long word.
fn is_token(value: &str) -> bool {
    if value.contains(char::is_whitespace) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    is_random(value)
        || (digits == value.len() && value.len() >= 8)
        || (value.len() >= 16 && !is_name(value) && !value.contains("://"))
}

/// Lower-case words joined by dashes, dots or underscores: names of things.
fn is_name(value: &str) -> bool {
    let joined = value.contains(['-', '_', '.', '/', ':']);
    joined
        && value
            .bytes()
            .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':'))
}

/// A name in code: letters, digits and underscores, without a digit inside of letters.
fn is_identifier(value: &str) -> bool {
    value
        .bytes()
        .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
}

/// A call, a member, an operator: code that fetches the value.
fn is_code(value: &str) -> bool {
    let called = value.contains('(') && value.contains(')');
    let indexed = value.contains("[\"") || value.contains("['");
    let member = value.contains('.') && is_identifier(value) && !value.ends_with('.');
    let typed =
        value.starts_with(['&', '*', '[', '{', '|', '>']) && value.len() > 1 && !is_strong(value);
    let arrow = value.contains("->") || value.contains("=>") || value.starts_with("new ");
    let opened = value.ends_with(['(', '[']);
    called || opened || indexed || member || typed || arrow
}

/// Words about a password and not one: several, and one of them names it.
fn is_sentence(value: &str) -> bool {
    let words = value.split_whitespace().count();
    let lower = value.to_lowercase();
    words >= 3
        && (words > 8
            || value.ends_with('.')
            || [
                "password",
                "must",
                " the ",
                "characters",
                "required",
                "should",
            ]
            .iter()
            .any(|word| lower.contains(word)))
}

/// Whether a text is `user:password` in base 64 (RFC 7617 §2).
pub(super) fn is_basic(value: &str) -> bool {
    let text = value.trim_end_matches('=').as_bytes();
    let url_safe: Vec<u8> = text
        .iter()
        .map(|b| match b {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        })
        .collect();
    text.len() >= 6
        && jwt::decoded(&url_safe, |plain| {
            plain.contains(&b':')
                && plain.iter().all(|b| (0x20..0x7f).contains(b) || *b >= 0x80)
                && std::str::from_utf8(plain).is_ok()
        }) == Some(true)
}

#[cfg(test)]
mod tests;
