//! Telephone numbers: international ones by ITU-T E.164, others by a word or by the form of North
//! America.

use std::ops::Range;

use super::context::Context;
use super::number::{ends_freely, is_glued};
use super::topics::Topics;
use super::{Certainty, Class, Hit};

/// Longest number with its country code, ITU-T E.164 §6.1.
const DIGITS_MAX: usize = 15;
const DIGITS_MIN: usize = 7;

/// The number that a run of digits belongs to, with the `+` and the parentheses before it.
///
/// `may_be_told`: whether the text or its names have a word about telephones anywhere.
pub(super) fn phone(
    text: &str,
    run: &Range<usize>,
    context: &Context<'_>,
    may_be_told: impl Fn() -> bool,
) -> Option<Hit> {
    let bytes = text.as_bytes();
    let start = beginning(bytes, run.start);
    let plus = bytes.get(start) == Some(&b'+');
    let bracket = bytes.get(start..run.start)?.contains(&b')');
    let touched = start.checked_sub(1).is_some_and(|at| touches(bytes, at));
    if plus && (touched || is_added(text, start)) || !ends_freely(bytes, run.end) {
        return None;
    }
    let glued = !plus && is_glued(bytes, start);
    ends(bytes, run).find_map(|end| {
        let span = start..end;
        let mut digits = [0; DIGITS_MAX];
        let digits = digits_of(bytes.get(span.clone())?, &mut digits)?;
        if digits.len() < DIGITS_MIN {
            return None;
        }
        let written = text.get(span.clone())?;
        let planned = plus && is_international(digits);
        let american = is_american(digits) && !glued && (bracket || is_american_form(written));
        if !(planned || american || may_be_told()) {
            return None;
        }
        let said = context.around(&span);
        let certainty = if planned && !said.is_thing() {
            Certainty::Shaped
        } else if said.says_closely(Topics::PHONE) && !glued && !is_other(written) {
            Certainty::Named
        } else if american && said.leaves_open() {
            Certainty::Shaped
        } else {
            return None;
        };
        Some(Hit {
            kind: "phone",
            class: Class::Contact,
            span,
            certainty,
        })
    })
}

/// Where a number begins that goes on at `start`: `+1 (415) `, `(0)`, `+`.
fn beginning(bytes: &[u8], start: usize) -> usize {
    let at = |at: usize| bytes.get(at).copied();
    let back = |from: usize, like: fn(u8) -> bool, most: usize| {
        let run = bytes.get(..from).unwrap_or_default();
        from - run
            .iter()
            .rev()
            .take(most)
            .take_while(|&&byte| like(byte))
            .count()
    };
    let is_gap = |byte: u8| matches!(byte, b' ' | b'-' | b'.');
    let mut begin = start;
    let bracket = back(begin, is_gap, 1);
    if bracket.checked_sub(1).and_then(at) == Some(b')') {
        let inner = back(bracket - 1, |byte| byte.is_ascii_digit(), 5);
        if inner < bracket - 1 && inner.checked_sub(1).and_then(at) == Some(b'(') {
            begin = inner - 1;
        }
    }
    let code = back(begin, is_gap, 1);
    let digits = back(code, |byte| byte.is_ascii_digit(), 3);
    match digits.checked_sub(1) {
        Some(plus) if at(plus) == Some(b'+') => plus,
        _ => begin,
    }
}

/// A letter or a digit before a `+`: `UTC+0100`, `1.0.0+20240115`.
fn touches(bytes: &[u8], at: usize) -> bool {
    bytes
        .get(at)
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'+')
}

/// A `+` at the beginning of a line of a unified diff.
fn is_added(text: &str, plus: usize) -> bool {
    const REACH: usize = 4096;
    let bytes = text.as_bytes();
    plus.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\n')
        && bytes
            .get(plus.saturating_sub(REACH)..plus)
            .is_some_and(|before| before.windows(4).any(|four| four == b"@@ -"))
}

/// Where the number may end, the farthest first: at the end of the run, or before a space or slash.
fn ends<'b>(bytes: &'b [u8], run: &Range<usize>) -> impl Iterator<Item = usize> + 'b {
    let (start, end) = (run.start, run.end);
    let gap = move |&at: &usize| matches!(bytes.get(at), Some(b' ' | b'/'));
    let from = start.max(end.saturating_sub(200));
    std::iter::once(end).chain((from..end).rev().filter(gap).take(16))
}

/// The digits, without the `(0)` of `+44 (0)20`.
fn digits_of<'d>(written: &[u8], digits: &'d mut [u8; DIGITS_MAX]) -> Option<&'d [u8]> {
    let mut len = 0;
    for (at, byte) in written.iter().enumerate() {
        let trunk = written.first() == Some(&b'+')
            && at.checked_sub(1).and_then(|before| written.get(before)) == Some(&b'(')
            && written.get(at + 1) == Some(&b')');
        if byte.is_ascii_digit() && !trunk {
            *digits.get_mut(len)? = byte - b'0';
            len += 1;
        }
    }
    digits.get(..len)
}

/// A country code, and as many digits as its plan has.
fn is_international(digits: &[u8]) -> bool {
    if digits.first() == Some(&1) {
        return digits.len() == 11 && is_american(digits);
    }
    (1..=3).any(|len| {
        let (Some(code), Some(rest)) = (digits.get(..len), digits.get(len..)) else {
            return false;
        };
        let code = code
            .iter()
            .fold(0, |sum, &digit| sum * 10 + u16::from(digit));
        let found = PLANS.binary_search_by_key(&code, |&(known, ..)| known);
        found
            .ok()
            .and_then(|at| PLANS.get(at))
            .is_some_and(|&(_, least, most)| (least..=most).contains(&rest.len()))
    })
}

/// Area and exchange of the North American Numbering Plan: neither begins with 0 or 1, and no area
/// ends in 11 or has a 9 in the middle.
fn is_american(digits: &[u8]) -> bool {
    let digits = match digits {
        [1, rest @ ..] if rest.len() == 10 => rest,
        rest => rest,
    };
    matches!(digits, [2..=9, 0..=8, _, 2..=9, ..])
        && !matches!(digits, [_, 1, 1, ..])
        && digits.len() == 10
}

fn is_american_form(written: &str) -> bool {
    const FORMS: &[&str] = &[
        "999-999-9999",
        "999.999.9999",
        "9-999-999-9999",
        "9.999.999.9999",
        "9 999 999 9999",
    ];
    FORMS.iter().any(|form| has_form(written, form))
}

/// Dates, network addresses, times and articles under a name such as `call`.
fn is_other(written: &str) -> bool {
    const DATES: &[&str] = &[
        "9999-99-99",
        "9999/99/99",
        "99/99/9999",
        "99.99.9999",
        "9999.99.99",
        "99-99-9999",
    ];
    let dots = written.matches('.').count();
    let address = dots == 3 && written.split('.').all(|part| part.len() <= 3);
    address || DATES.iter().any(|date| has_form(written, date))
}

fn has_form(written: &str, form: &str) -> bool {
    let fits = |(byte, like): (u8, u8)| match like {
        b'9' => byte.is_ascii_digit(),
        other => byte == other,
    };
    written.len() == form.len() && written.bytes().zip(form.bytes()).all(fits)
}

/// Country codes, and how many digits follow them (ITU-T E.164 assigned country codes; the national
/// numbering plans notified to the ITU).
#[rustfmt::skip]
const PLANS: &[(u16, usize, usize)] = &[
    (7, 10, 10), (20, 8, 10), (27, 9, 9), (30, 10, 10), (31, 9, 9), (32, 8, 9), (33, 9, 9),
    (34, 9, 9), (36, 8, 9), (39, 6, 11), (40, 9, 9), (41, 9, 9), (43, 7, 13), (44, 9, 10),
    (45, 8, 8), (46, 7, 10), (47, 8, 8), (48, 9, 9), (49, 7, 12), (51, 8, 9), (52, 10, 10),
    (53, 8, 8), (54, 10, 11), (55, 10, 11), (56, 9, 9), (57, 8, 10), (58, 10, 10), (60, 8, 10),
    (61, 9, 9), (62, 8, 12), (63, 8, 10), (64, 8, 10), (65, 8, 8), (66, 8, 9), (81, 9, 10),
    (82, 8, 10), (84, 9, 10), (86, 10, 11), (90, 10, 10), (91, 10, 10), (92, 9, 10), (93, 9, 9),
    (94, 9, 9), (95, 7, 10), (98, 10, 10), (211, 9, 9), (212, 9, 9), (213, 8, 9), (216, 8, 8),
    (218, 9, 9), (220, 7, 7), (221, 9, 9), (222, 8, 8), (223, 8, 8), (224, 9, 9), (225, 10, 10),
    (226, 8, 8), (227, 8, 8), (228, 8, 8), (229, 8, 10), (230, 7, 8), (231, 7, 9), (232, 8, 8),
    (233, 9, 9), (234, 8, 10), (235, 8, 8), (236, 8, 8), (237, 9, 9), (238, 7, 7), (239, 7, 7),
    (240, 9, 9), (241, 7, 8), (242, 9, 9), (243, 9, 9), (244, 9, 9), (245, 7, 9), (246, 7, 7),
    (248, 7, 7), (249, 9, 9), (250, 9, 9), (251, 9, 9), (252, 7, 9), (253, 8, 8), (254, 9, 9),
    (255, 9, 9), (256, 9, 9), (257, 8, 8), (258, 8, 9), (260, 9, 9), (261, 9, 9), (262, 9, 9),
    (263, 9, 9), (264, 8, 9), (265, 7, 9), (266, 8, 8), (267, 7, 8), (268, 8, 8), (269, 7, 7),
    (291, 7, 7), (297, 7, 7), (298, 6, 6), (299, 6, 6), (350, 8, 8), (351, 9, 9), (352, 6, 11),
    (353, 7, 10), (354, 7, 9), (355, 8, 9), (356, 8, 8), (357, 8, 8), (358, 6, 12), (359, 8, 9),
    (370, 8, 8), (371, 8, 8), (372, 7, 8), (373, 8, 8), (374, 8, 8), (375, 9, 9), (376, 6, 9),
    (377, 8, 9), (378, 6, 10), (380, 9, 9), (381, 8, 9), (382, 8, 8), (383, 8, 9), (385, 8, 9),
    (386, 8, 8), (387, 8, 9), (389, 8, 8), (420, 9, 9), (421, 9, 9), (423, 7, 9), (501, 7, 7),
    (502, 8, 8), (503, 8, 8), (504, 8, 8), (505, 8, 8), (506, 8, 8), (507, 7, 8), (508, 6, 9),
    (509, 8, 8), (590, 9, 9), (591, 8, 8), (592, 7, 7), (593, 8, 9), (594, 9, 9), (595, 9, 9),
    (596, 9, 9), (597, 6, 7), (598, 8, 8), (599, 7, 8), (670, 7, 8), (673, 7, 7), (674, 7, 7),
    (675, 7, 8), (676, 5, 7), (677, 5, 7), (678, 5, 7), (679, 7, 7), (680, 7, 7), (685, 5, 7),
    (686, 5, 8), (687, 6, 6), (689, 6, 8), (691, 7, 7), (692, 7, 7), (800, 8, 8), (850, 8, 10),
    (852, 8, 8), (853, 8, 8), (855, 8, 9), (856, 8, 10), (870, 9, 9), (880, 8, 10), (886, 8, 9),
    (960, 7, 7), (961, 7, 8), (962, 8, 9), (963, 9, 9), (964, 8, 10), (965, 8, 8), (966, 9, 9),
    (967, 7, 9), (968, 8, 8), (970, 8, 9), (971, 8, 9), (972, 8, 9), (973, 8, 8), (974, 8, 8),
    (975, 8, 8), (976, 8, 8), (977, 8, 10), (992, 9, 9), (993, 8, 8), (994, 9, 9), (995, 9, 9),
    (996, 9, 9), (998, 9, 9),
];

#[cfg(test)]
mod tests {
    use super::PLANS;
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn numbers_are_found() {
        for (text, value) in [
            ("+14155552671", "+14155552671"),
            ("+1 (415) 555-2671", "+1 (415) 555-2671"),
            ("+44 20 7946 0018.", "+44 20 7946 0018"),
            ("+44 (0)20 7946 0018", "+44 (0)20 7946 0018"),
            ("+49-170-1234567", "+49-170-1234567"),
            ("+81 90-1234-5678", "+81 90-1234-5678"),
            ("(415) 555-2671", "(415) 555-2671"),
            ("Jane, 415-555-2671", "415-555-2671"),
            ("call me at 415.555.2671 today", "415.555.2671"),
            ("Tel. 030 901820", "030 901820"),
            ("mobile: 07700 900123", "07700 900123"),
            ("電話090-1234-5678", "090-1234-5678"),
            ("tel:+14155552671", "+14155552671"),
            ("phone 555-2671", "555-2671"),
            ("name,phone\nBob,07700900123", "07700900123"),
        ] {
            found(&[], text, "phone", value);
        }
        for name in ["phone", "mobileNumber", "fax", "contact_phone"] {
            found(&[name], "5552671234", "phone", "5552671234");
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "5552671234",
            "0012345678",
            "UTC+01003456789",
            "1.0.0+20240115103000",
            "+999 123 456",
            "ticket 415-555-2671",
            "order +14155552671",
            "115-555-2671",
            "415-155-2671",
            "call on 2024-01-02",
            "phone 10.20.30.40",
            "2024-01-15 10",
            "build-415-555-2671",
            "1 2 3 4 5 6 7 8",
        ] {
            nothing(&[], text);
        }
        nothing(&["ref"], "415-555-2671");
    }

    #[test]
    fn the_plans_are_sorted() {
        assert!(PLANS.is_sorted_by_key(|&(code, ..)| code));
    }
}
