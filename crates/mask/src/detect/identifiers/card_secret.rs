//! Security codes and PINs: a few digits that only the word before them or their name gives away.

use std::ops::{Range, RangeInclusive};

use super::number::ends_freely;
use super::topics::Topics;
use super::{Class, Hit, named};

/// A whole text under a name that says so.
pub(super) fn named_secret(text: &str, topics: Topics) -> Option<Hit> {
    let value = text.trim();
    let start = text.find(value)?;
    let digits = |lengths: RangeInclusive<usize>| {
        lengths.contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
    };
    let kind = if topics.meets(Topics::SECURITY_CODE) && digits(3..=4) {
        SECURITY_CODE
    } else if topics.meets(Topics::PIN) && digits(4..=8) {
        PIN
    } else {
        return None;
    };
    Some(named(
        kind,
        Class::Authentication,
        start..start + value.len(),
    ))
}

/// The digits behind a word such as `CVV` or `PIN`, which ends at `word.end`.
pub(super) fn secret_after(text: &str, word: &Range<usize>) -> Option<Hit> {
    let written = text
        .get(word.clone())
        .filter(|written| (3..=4).contains(&written.len()))?;
    let is = |known: &[&str]| {
        known
            .iter()
            .any(|known| written.eq_ignore_ascii_case(known))
    };
    let follows = |phrase: &str| {
        let from = word.start.checked_sub(phrase.len());
        let before = from.and_then(|from| text.get(from..word.start));
        before.is_some_and(|before| before.replace(['_', '-'], " ").eq_ignore_ascii_case(phrase))
    };
    if is(&["cvv", "cvc", "csc", "cvn", "cvv2", "cvc2"])
        || is(&["code"]) && (follows("security ") || follows("card verification "))
    {
        let span = digits_after(text, word.end, 3..=4)?;
        return Some(named(SECURITY_CODE, Class::Authentication, span));
    }
    if is(&["pin"]) {
        let span = digits_after(text, word.end, 4..=6)?;
        let between = text.get(word.end..span.start)?;
        let code = between.to_ascii_lowercase().contains("code");
        let told = between.contains([':', '=']) || between.contains(" is ") || written == "PIN";
        // Six digits of a `pin code` are an Indian postal code.
        return (told && !(code && span.len() != 4))
            .then(|| named(PIN, Class::Authentication, span));
    }
    None
}

const SECURITY_CODE: &str = "card_security_code";
const PIN: &str = "card_pin";

/// The last words of those that secrets are behind.
pub(super) const WORDS: &[&str] = &["cvv", "cvc", "csc", "cvn", "code", "pin"];

/// Words and signs that may stand between the word and its digits.
const BETWEEN: &[&str] = &["code", "number", "no", "nr", "is", "was", "the", "value"];

/// Digits of the right number behind a few words and signs.
fn digits_after(text: &str, from: usize, lengths: RangeInclusive<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from;
    for _ in 0..6 {
        at += run(bytes, at, |byte| b" :=#\"'`-.()[]<>*\t".contains(&byte));
        let word = run(bytes, at, |byte| byte.is_ascii_alphanumeric());
        let span = at..at + word;
        let written = text.get(span.clone())?;
        if lengths.contains(&word)
            && written.bytes().all(|byte| byte.is_ascii_digit())
            && ends_freely(bytes, span.end)
            && bytes.get(span.end) != Some(&b'/')
        {
            return Some(span);
        }
        if !BETWEEN
            .iter()
            .any(|known| written.eq_ignore_ascii_case(known))
        {
            return None;
        }
        at = span.end;
    }
    None
}

fn run(bytes: &[u8], from: usize, like: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().take_while(|&&byte| like(byte)).count()
}

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn security_codes_are_found_by_their_word() {
        for (text, value) in [
            ("CVV: 123", "123"),
            ("cvv2 is 1234.", "1234"),
            ("the security code is 737", "737"),
            ("cvc=\"999\"", "999"),
            ("CVV: **781**;", "781"),
            ("SECURITY_CODE=903", "903"),
            ("sync --security-code=9586 --dry-run", "9586"),
            ("<security_code>801</security_code>", "801"),
            ("CVC: `338`", "338"),
            ("exp 12/27 CVV 123", "123"),
        ] {
            found(&[], text, "card_security_code", value);
        }
        found(&[], "name,cvv\nBob,123", "card_security_code", "123");
        for name in ["cvv", "cvc", "securityCode", "card_verification_value"] {
            found(&[name], "123", "card_security_code", "123");
        }
    }

    #[test]
    fn pins_are_found_by_their_word() {
        for (text, value) in [
            ("PIN: 1234", "1234"),
            ("my pin is 9876", "9876"),
            ("PIN 4321", "4321"),
        ] {
            found(&[], text, "card_pin", value);
        }
        found(&["pin"], "1234", "card_pin", "1234");
    }

    #[test]
    fn other_small_numbers_stay() {
        for text in [
            "error code 123",
            "code: 404",
            "pin 13",
            "GPIO pin 1234",
            "pin code 560001",
            "cvv required",
            "cvv 12",
            "cvv 12345",
            "security code 2024-01-02",
        ] {
            nothing(&[], text);
        }
        nothing(&["code"], "123");
        nothing(&["pin"], "13");
        nothing(&["cvv"], "true");
    }
}
