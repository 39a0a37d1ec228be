//! What stands behind a sensitive name: a secret, or a reference to one, a type, a word about it.

mod looks;
mod other;

use super::jwt;
use super::names::Sensitive;
use looks::{is_code, is_code_in_field, is_file, is_identifier, is_name, is_sentence, is_token};
use other::{is_public, is_word_about};

pub(super) use looks::{is_random, is_strong};
pub(super) use other::{is_masked, is_reference};

/// How a value was found, which decides how much it must look like a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It is all there is, or stands in quotes: a string, and nothing but the value.
    Whole,
    /// It is a field of a line that is no code: of a connection string, a query, an option.
    Field,
    /// It follows `=` or `:` and ends with its line.
    Line,
    /// It is a word in code or prose.
    Word,
}

/// Longest value that is looked at, in bytes; a longer word is taken by its name alone.
const VALUE_BYTES_MAX: usize = 8192;

/// Whether the value is what its name says.
pub(super) fn is_secret(what: Sensitive, value: &str, found: Found) -> bool {
    let value = value.trim();
    if value.len() > VALUE_BYTES_MAX {
        return !value.contains(char::is_whitespace);
    }
    if value.is_empty()
        || is_reference(value)
        || is_masked(value)
        || is_public(value)
        || is_word_about(value)
        || match found {
            Found::Whole => false,
            Found::Field => is_code_in_field(value),
            Found::Line | Found::Word => is_code(value),
        }
    {
        return false;
    }
    let digits_only = value.bytes().all(|byte| byte.is_ascii_digit());
    match what {
        Sensitive::Password => match found {
            _ if is_file(value) => false,
            _ if digits_only => value.len() >= 4 && found != Found::Word,
            Found::Whole => value.chars().count() >= 3 && !is_sentence(value),
            Found::Field | Found::Line => value.chars().count() >= 4 && !is_sentence(value),
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
