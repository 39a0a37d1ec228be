//! Street addresses: what a name says to be one, and a house number with a street behind a word.

use super::topics::Topics;
use super::{Class, Hit, named};

/// Longest first line of an address, in bytes.
const ADDRESS_MAX: usize = 120;

/// A whole text under a name that says so.
pub(super) fn named_street(text: &str, topics: Topics) -> Option<Hit> {
    let value = text.trim();
    let start = text.find(value)?;
    (topics.meets(Topics::ADDRESS) && is_street(value))
        .then(|| named("street_address", Class::Contact, start..start + value.len()))
}

/// A house number and a name, in either order, and nothing of a URL, a network or a wallet.
fn is_street(value: &str) -> bool {
    let is_word = |word: &str| {
        word.chars().filter(|char| char.is_alphabetic()).count() >= 3
            && !word.bytes().any(|byte| byte.is_ascii_digit())
    };
    let is_house = |word: &str| {
        let word = word.trim_end_matches([',', '.']);
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        (1..=5).contains(&digits) && word.len() <= digits + 2 && !word.contains(['.', ':'])
    };
    let mut words = value.split_whitespace();
    (6..=ADDRESS_MAX).contains(&value.len())
        && !value.contains(['@', '{', '}', '<', '>', '=', '\\', '_', '$'])
        && !value.contains("://")
        && !value.contains("  ")
        && words.clone().any(is_house)
        && words.any(is_word)
        && value.split_whitespace().count() <= 14
}

/// A house number with up to four capitalised words and a kind of street, of which the last word
/// ends at `end`; found where a word about addresses stands before, or a town and its code behind.
pub(super) fn street_before(
    text: &str,
    end: usize,
    is_told: impl FnOnce(usize) -> bool,
) -> Option<Hit> {
    let before = text.get(..end)?;
    let mut words = before.rsplitn(8, ' ');
    let mut start = end - words.next()?.len();
    let mut names = 0;
    let mut house = None;
    for word in words {
        start = start.checked_sub(word.len() + 1)?;
        if is_house(word) {
            house = Some(start + (word.len() - house_len(word)));
            break;
        }
        let named = word.starts_with(|char: char| char.is_uppercase() || char.is_ascii_digit());
        if !named || word.ends_with([',', '.', ';', ':']) && word.len() > 3 {
            return None;
        }
        names += 1;
        if names > 4 {
            return None;
        }
    }
    let start = house.filter(|_| names > 0)?;
    let behind = text.get(end..)?.trim_start_matches(['.', ',']);
    (is_told(start) || has_town(behind))
        .then(|| named("street_address", Class::Contact, start..end))
}

/// The address that a word about addresses assigns, which ends at `from`: `address = '…'`,
/// `Address: (…)`. It is in quotes, in brackets, or the rest of the line, and has a town.
pub(super) fn street_after(text: &str, from: usize) -> Option<Hit> {
    const SIGNS: &[char] = &[
        ':', '=', ' ', '"', '\'', '`', '(', '<', '[', '*', '«', '“', '„', '\\', ']',
    ];
    const ENDS: &[char] = &[
        '\n', '\r', '"', '\'', '`', ')', '>', ']', '*', '»', '”', '|', ';', '\\', '“',
    ];
    const SIGNS_MAX: usize = 8;
    let rest = text.get(from..)?;
    let value = rest.trim_start_matches(SIGNS);
    let signs = rest.get(..rest.len() - value.len())?;
    (signs.len() <= SIGNS_MAX && signs.contains([':', '='])).then_some(())?;
    let mut most = value.len().min(ADDRESS_MAX);
    while !value.is_char_boundary(most) {
        most -= 1;
    }
    let value = value.get(..most)?.split(ENDS).next()?;
    let value = value.split(" --").next()?.trim_end_matches([' ', '.', ',']);
    let start = from + signs.len();
    let (_, town) = value.split_once(", ")?;
    let postcode = town.bytes().filter(u8::is_ascii_digit).count() >= 2;
    (postcode && !value.contains('(') && is_street(value))
        .then(|| named("street_address", Class::Contact, start..start + value.len()))
}

/// Whether a word ends the names of streets, as in `Baker Street`.
pub(super) fn is_kind(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_uppercase)
        && (2..=9).contains(&word.len())
        && KINDS
            .iter()
            .any(|kind| kind.as_bytes().eq_ignore_ascii_case(word))
}

/// The last part of a word that ends in a house number: `1234`, `12B`, `"1234`.
fn is_house(word: &str) -> bool {
    let len = house_len(word);
    let rest = word.get(..word.len() - len).unwrap_or_default();
    len > 0 && !rest.ends_with(|char: char| char.is_alphanumeric() || "._-#$/".contains(char))
}

fn house_len(word: &str) -> usize {
    let digits = word.trim_end_matches(|char: char| char.is_ascii_uppercase());
    let letters = word.len() - digits.len();
    let count = digits.bytes().rev().take_while(u8::is_ascii_digit).count();
    if letters <= 1 && (1..=5).contains(&count) {
        count + letters
    } else {
        0
    }
}

/// `Springfield, IL 62704` or a town and a British postcode within some forty bytes.
fn has_town(behind: &str) -> bool {
    let line = behind
        .split('\n')
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let mut words = line
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .take(8);
    let mut last = "";
    words.any(|word| {
        let code = word.trim_end_matches(['.', ';', '"']);
        let zip = code.len() >= 5
            && code
                .get(..5)
                .is_some_and(|five| five.bytes().all(|byte| byte.is_ascii_digit()))
            && last.len() == 2
            && last.bytes().all(|byte| byte.is_ascii_uppercase());
        let inward = code.len() == 3
            && code.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && code.bytes().skip(1).all(|byte| byte.is_ascii_uppercase())
            && last
                .bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_uppercase())
            && last.bytes().any(|byte| byte.is_ascii_digit());
        last = word;
        zip || inward
    })
}

/// The words that end a street in English.
pub(super) const KINDS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "boulevard",
    "blvd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "way",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "ter",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "crescent",
    "close",
    "circle",
    "cir",
    "trail",
    "broadway",
];

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn addresses_are_found() {
        for (text, value) in [
            (
                "ships to 742 Evergreen Terrace, Springfield",
                "742 Evergreen Terrace",
            ),
            (
                "address: 1600 Pennsylvania Avenue NW",
                "1600 Pennsylvania Avenue",
            ),
            (
                "Jane, 12 Old Mill Road, Springfield, IL 62704",
                "12 Old Mill Road",
            ),
            (
                "const street_address = '119 rue des Lilas, 75020 Paris';",
                "119 rue des Lilas, 75020 Paris",
            ),
            (
                "  address: \"177 Kingsway, London WC2B 6AA\"",
                "177 Kingsway, London WC2B 6AA",
            ),
            (
                "lautet Address: (Calle Mayor 107, 28013 Madrid) und",
                "Calle Mayor 107, 28013 Madrid",
            ),
            (
                "sync --address='Hauptstraße 229, 10115 Berlin' --dry-run",
                "Hauptstraße 229, 10115 Berlin",
            ),
            ("lives at 221B Baker Street", "221B Baker Street"),
            ("10 Downing Street, London SW1A 2AA", "10 Downing Street"),
        ] {
            found(&[], text, "street_address", value);
        }
        found(
            &[],
            "name,address,city\nBob,12 High Road,Rome",
            "street_address",
            "12 High Road",
        );
        for value in [
            "742 Evergreen Terrace",
            "Musterstraße 12",
            "12 rue de la Paix",
            "Calle Mayor 3, 2",
        ] {
            found(&["home_address"], value, "street_address", value);
            found(&["address", "street"], value, "street_address", value);
        }
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "Top 10 Places to See on the Way",
            "5 Sesame Street episodes",
            "run 3 Times a Day",
            "the address 0x7fff5fbff8c0 is on the way",
            "Section 12 Road map",
        ] {
            nothing(&[], text);
        }
        for value in [
            "0x7fff5fbff8c0",
            "127.0.0.1:8080",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "eth 0",
        ] {
            nothing(&["address"], value);
        }
    }
}
