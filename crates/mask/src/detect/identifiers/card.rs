//! Payment card numbers: issuer ranges and Luhn; and the tracks of a magnetic stripe around them.

use std::ops::Range;

use super::checksum::{luhn, number, weighted};
use super::context::Context;
use super::number::{Number, is_glued, loose_digits};
use super::topics::Topics;
use super::{Class, Hit, checked};

/// A card number, or the track that it stands in.
pub(super) fn card(text: &str, number: &Number<'_>, context: &Context<'_>) -> Option<Hit> {
    let issuer = issuer(number.digits)?;
    if !luhn(number.digits) {
        return None;
    }
    if let Some(track) = track(text.as_bytes(), number) {
        return Some(checked("card_track", Class::Authentication, track));
    }
    let said = context.around(&number.span);
    let grouped = number.is_shaped(GROUPED);
    let is_row = || is_row(text.as_bytes(), &number.span);
    let is_misleading = number.glued || is_article_number(number) || grouped && is_row();
    let is_told = said.says(Topics::CARD) && (grouped || number.is_solid() || !is_row());
    let is_open = match number.is_solid() {
        true => said.leaves_open(),
        false => grouped && !said.is_thing(),
    };
    let found = is_told || issuer == Issuer::Sure && is_open && !is_misleading;
    found.then(|| checked("payment_card", Class::Card, number.span.clone()))
}

/// A card number with unusual separators, from a token of digits and signs: `4111_1111_1111_1111`.
pub(super) fn odd_card(text: &str, token: &Range<usize>, context: &Context<'_>) -> Option<Hit> {
    let written = text.get(token.clone())?;
    let odd = |byte: u8| matches!(byte, b'_' | b'~' | b'+');
    let doubled = || written.contains("--") || written.contains("..") || written.contains("-.");
    if !written
        .bytes()
        .all(|byte| !byte.is_ascii_alphabetic() && byte != b'=')
        || !(written.bytes().any(odd) || doubled())
        || is_glued(text.as_bytes(), token.start)
    {
        return None;
    }
    let written = written.trim_matches(|char: char| !char.is_ascii_digit());
    let start = token.start + text.get(token.clone())?.find(written)?;
    let mut groups = written
        .split(|char: char| !char.is_ascii_digit())
        .filter(|group| !group.is_empty());
    let mut digits = [0; 19];
    let len = loose_digits(written, &mut digits)?;
    let digits = digits.get(..len)?;
    let span = start..start + written.len();
    let found = groups.all(|group| group.len() <= 6 && group.len() >= 3)
        && issuer(digits) == Some(Issuer::Sure)
        && luhn(digits)
        && !context.around(&span).is_thing();
    found.then(|| checked("payment_card", Class::Card, span))
}

/// How sure an issuer range is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Issuer {
    /// A large scheme at its usual length.
    Sure,
    /// A wide or old range: only a word about cards makes it one.
    Possible,
}

/// The range of an issuer identification number, ISO/IEC 7812-1, with the lengths that its scheme
/// issues (the schemes' published ranges).
fn issuer(digits: &[u8]) -> Option<Issuer> {
    use Issuer::{Possible, Sure};
    let len = digits.len();
    let six = number(digits.get(..6)?);
    let four = six / 100;
    let sure = match four {
        // Visa; of thirteen digits until the nineties, of nineteen like ids of chats are few.
        4000..=4999 => len == 16,
        // Mastercard; Mir has 2200 to 2204.
        5100..=5599 | 2221..=2720 | 2200..=2204 => len == 16,
        // American Express.
        3400..=3499 | 3700..=3799 => len == 15,
        // Diners Club.
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => len == 14,
        // Discover, and RuPay in 65.
        6011 | 6440..=6599 => matches!(len, 16 | 19),
        // JCB, of old with fifteen digits.
        3528..=3589 => len == 16,
        1800 | 2131 => len == 15,
        // UnionPay.
        6200..=6299 => matches!(len, 16..=19),
        // Maestro.
        5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 => matches!(len, 12..=19),
        // Dankort, Troy, RuPay, Elo.
        5019 | 9792 | 5080..=5089 | 5090..=5099 => len == 16,
        _ => match six {
            // Elo, Hipercard, Verve.
            506_699..=506_778 | 636_297 | 636_368 | 606_282 => len == 16,
            506_099..=506_198 => matches!(len, 16 | 18 | 19),
            _ => false,
        },
    };
    let possible = || match four / 100 {
        // Maestro and the schemes of one country.
        50 | 56..=58 | 60..=69 | 81 | 82 | 86 | 98 => matches!(len, 12..=19),
        22 | 30 | 35 | 36 | 38 | 39 => matches!(len, 14..=19),
        10..=19 => len == 15,
        40..=49 => matches!(len, 13..=19),
        _ => false,
    };
    if sure {
        Some(Sure)
    } else {
        possible().then_some(Possible)
    }
}

/// How cards print and people type the groups.
const GROUPED: &[&str] = &[
    "9999?9999?9999?9999",
    "9999?9999?9999?9999?999",
    "9999?9999?9999?9999?99",
    "9999?9999?9999?999",
    "9999?9999?9999?99",
    "9999?999999?99999",
    "9999?999999?9999",
    "999999?9999999999999",
    "99999999?99999999",
];

/// Twelve or thirteen digits that are a right UPC-A or EAN-13 (GS1 General Specifications §7.9).
fn is_article_number(number: &Number<'_>) -> bool {
    let weights: &[u32] = match number.digits.len() {
        12 => &[3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1],
        13 => &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1],
        _ => return false,
    };
    number.is_solid() && weighted(number.digits, weights).is_multiple_of(10)
}

/// A row of numbers, cut at random: a group of four goes on before or behind and is no year, or many
/// groups do. Hexadecimal ones count.
fn is_row(bytes: &[u8], span: &Range<usize>) -> bool {
    let is_four = |group: Option<&[u8]>, beyond: Option<&u8>| {
        group.is_some_and(|group| {
            group.iter().all(u8::is_ascii_hexdigit)
                && !group.starts_with(b"19")
                && !group.starts_with(b"20")
        }) && !beyond.is_some_and(u8::is_ascii_alphanumeric)
    };
    let parted = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b' ');
    let back = |by: usize| span.start.checked_sub(by);
    let behind = is_four(
        bytes.get(span.end + 1..span.end + 5),
        bytes.get(span.end + 5),
    );
    let before = back(5).and_then(|from| bytes.get(from..span.start - 1));
    let beyond = back(6).and_then(|at| bytes.get(at));
    let gaps = |rest: &mut dyn Iterator<Item = &u8>| {
        rest.take(60)
            .take_while(|byte| byte.is_ascii_hexdigit() || **byte == b' ')
            .filter(|byte| **byte == b' ')
            .count()
    };
    let more = gaps(&mut bytes.get(span.end..).unwrap_or_default().iter())
        + gaps(&mut bytes.get(..span.start).unwrap_or_default().iter().rev());
    more >= 4 || parted(Some(span.end)) && behind || parted(back(1)) && is_four(before, beyond)
}

/// The track around a number, ISO/IEC 7813: `%B…^NAME^YYMM…?` or `;…=YYMM…?`, its sentinels
/// included where they are there.
fn track(bytes: &[u8], number: &Number<'_>) -> Option<Range<usize>> {
    let Range { start, end } = number.span;
    let before = |back: usize| {
        start
            .checked_sub(back)
            .and_then(|at| bytes.get(at))
            .copied()
    };
    let is_data = |byte: &u8| byte.is_ascii_digit();
    match bytes.get(end)? {
        b'^' if matches!(before(1), Some(b'B' | b'b')) => {
            let rest = bytes.get(end + 1..(end + 100).min(bytes.len()))?;
            let name = rest.iter().position(|&byte| byte == b'^')?;
            let data = rest.get(name + 1..)?;
            let is_track = data.iter().take_while(|byte| is_data(byte)).count() >= 4
                && !rest.get(..name)?.contains(&b'\n');
            let len = data.iter().position(|&byte| byte == b'?').map_or_else(
                || data.iter().take_while(|byte| is_data(byte)).count(),
                |at| at + 1,
            );
            let begin = start - if before(2) == Some(b'%') { 2 } else { 1 };
            is_track.then_some(begin..end + 1 + name + 1 + len)
        }
        b'=' => {
            let len = bytes
                .get(end + 1..)?
                .iter()
                .take_while(|byte| is_data(byte))
                .count();
            let last = end + 1 + len;
            let sentinel = usize::from(bytes.get(last) == Some(&b'?'));
            let begin = start - usize::from(before(1) == Some(b';'));
            (7..=40).contains(&len).then_some(begin..last + sentinel)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Issuer, issuer};
    use crate::detect::identifiers::checksum::luhn;
    use crate::detect::identifiers::testing::{digits_of, found, nothing, random_digits};

    #[test]
    fn cards_are_found() {
        for (text, value) in [
            ("4111111111111111", "4111111111111111"),
            ("4111 1111 1111 1111", "4111 1111 1111 1111"),
            ("pay with 4111-1111-1111-1111.", "4111-1111-1111-1111"),
            ("4111.1111.1111.1111", "4111.1111.1111.1111"),
            ("3782 822463 10005", "3782 822463 10005"),
            ("378282246310005", "378282246310005"),
            ("6011111111111117", "6011111111111117"),
            ("3530111333300000", "3530111333300000"),
            ("3623-9414-3274-13", "3623-9414-3274-13"),
            (
                "I saw it in the order from May: 4111 1111 1111 1111",
                "4111 1111 1111 1111",
            ),
            ("30569309025904", "30569309025904"),
            ("6200000000000000000", "6200000000000000000"),
            ("2223003122003222", "2223003122003222"),
            ("Maestro 6759649826438453", "6759649826438453"),
            ("card 4111 1111 1111 1111 12/27 123", "4111 1111 1111 1111"),
            ("2024-01-02 4111 1111 1111 1111", "4111 1111 1111 1111"),
            ("card=4222222222222", "4222222222222"),
            ("card_4111111111111111", "4111111111111111"),
            ("4111_1111_1111_1111", "4111_1111_1111_1111"),
            ("4111--1111--1111--1111", "4111--1111--1111--1111"),
            ("Karte: 41 11 11 11 11 11 11 11", "41 11 11 11 11 11 11 11"),
            ("order 77 paid by card 4111111111111111", "4111111111111111"),
            ("カード番号4111111111111111", "4111111111111111"),
            ("/cards/4111111111111111/limits", "4111111111111111"),
            (
                "customer said 5555555555554444, then left",
                "5555555555554444",
            ),
        ] {
            found(&[], text, "payment_card", value);
        }
        for name in ["card_number", "pan", "cardId", "value", "creditCard", "cc"] {
            found(
                &[name],
                "4111111111111111",
                "payment_card",
                "4111111111111111",
            );
        }
    }

    #[test]
    fn numbers_of_other_things_stay() {
        for text in [
            "order 4111111111111111",
            "Order #4111111111111111",
            "tracking number: 4111111111111111",
            "invoice_id=4111111111111111",
            "build-4111111111111111",
            "0.4111111111111111",
            "3.4111111111111111",
            "4111111111111111.25",
            "$4111111111111111",
            "x4111111111111111",
            "4111111111111111n",
            "4111111111111112",
            "6f9619ff-8b86-4011-4111-411111111111",
            "1732550400000",
            "Message 4095113053513167790 in channel",
            "tracking number is 4111 1111 1111 1111",
            "1732550400000000000",
            "4006381333931",
            "9783161484100",
            "1024 4111 1111 1111 1111",
            "cc 00 0a 48 89 44 24 18 48 85 c0 0f",
            "00000ed0: 2600 0000 0000 0000 a502 0000",
            "ts=4111111111111111",
        ] {
            nothing(&[], text);
        }
        for name in [
            "id",
            "orderId",
            "trackingNumber",
            "created_at",
            "sku",
            "traceId",
        ] {
            nothing(&[name], "4111111111111111");
        }
        nothing(&["order_number"], "4111 1111 1111 1111");
    }

    #[test]
    fn tracks_are_found_whole() {
        for track in [
            "%B4111111111111111^DOE/JANE^27121011000000000000?",
            "B4111111111111111^DOE/JANE^2712101",
            ";4111111111111111=27121010000000000?",
            "4111111111111111=27121010000000000",
        ] {
            found(&[], &format!("swipe {track} end"), "card_track", track);
        }
    }

    #[test]
    fn few_random_numbers_look_like_cards() {
        let accepted = random_digits(16, 40_000)
            .filter(|digits| luhn(digits) && issuer(digits) == Some(Issuer::Sure))
            .count();
        // One in twenty-nine with every range of Maestro; these are fewer.
        assert!((600..1200).contains(&accepted), "{accepted}");
        assert_eq!(issuer(&digits_of("9999999999999999")), None);
    }
}
