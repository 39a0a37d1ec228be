//! Words and short numbers, as most texts of a message are: only a name can make one of them
//! something.

use super::recent::Recent;
use super::{credentials, identifiers};
use crate::lanes::is_token;

/// Shorter than a token, and than any address.
const WORD_BYTES_MAX: usize = 11;

/// Shorter than a security code with the word before it.
const MIXED_BYTES_MAX: usize = 5;

/// Shorter than a number that has a check digit.
const DIGITS_MAX: usize = 7;

/// Whether no detector finds anything in a text but by its names, and no view reads it otherwise.
pub(crate) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() > WORD_BYTES_MAX || matches!(bytes, [b'-', b'A'..=b'z', ..]) {
        return false;
    }
    if !bytes.iter().all(|byte| is_token(*byte) && *byte != b'=') {
        return false;
    }
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits == 0
        || bytes.len() <= MIXED_BYTES_MAX
        || bytes.len() <= DIGITS_MAX && digits == bytes.len()
}

/// Whether a name may say of whatever stands under it that it is something.
pub(crate) fn tells(name: &str) -> bool {
    thread_local! {
        static RECENT: Recent<bool> = const { Recent::new() };
    }
    let judge = |name: &str| credentials::tells(name) || identifiers::tells(name);
    RECENT.with(|recent| recent.said(name, judge))
}

#[cfg(test)]
mod tests {
    use super::{is_plain, tells};

    #[test]
    fn words_and_short_numbers_are_plain() {
        for text in ["text", "in_progress", "2.0", "1234567", "-12", "A4", "v1.2"] {
            assert!(is_plain(text), "{text}");
        }
        for text in [
            "-phunter",
            "cvv:123",
            "cvv.123",
            "a b",
            "12345678",
            "a=b",
            "twelve-bytes",
            "é",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn names_tell() {
        for name in ["password", "cvv", "secrets", "phone", "driving_licence"] {
            assert!(tells(name), "{name}");
        }
        for name in ["result", "content", "text", "total"] {
            assert!(!tells(name), "{name}");
        }
    }
}
