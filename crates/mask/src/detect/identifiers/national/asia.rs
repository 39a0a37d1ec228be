//! Asia, Africa and Oceania: numbers without letters.

use super::super::checksum::{luhn, mod_11_2, number, verhoeff, weighted};
use super::{Certainty, Rule, Topics, is_date, is_epoch};

/// Aadhaar (UIDAI): Verhoeff; 0 and 1 do not begin one.
pub(super) const IN_AADHAAR: Rule = Rule::new("in_aadhaar", Topics::IN_AADHAAR, |digits| {
    matches!(digits.first(), Some(2..=9)) && verhoeff(digits)
})
.told(&["999999999999", "9999 9999 9999", "9999-9999-9999"]);

/// My Number (Order of the Ministry of Internal Affairs 85 of 2014): weights modulo 11.
pub(super) const JP_MY_NUMBER: Rule = Rule::new("jp_my_number", Topics::JP_MY, |digits| {
    let rest = weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest <= 1 { 0 } else { 11 - rest };
    digits.last().map(|&digit| u32::from(digit)) == Some(check)
})
.told(&["999999999999", "9999 9999 9999", "9999-9999-9999"]);

/// Resident registration number (주민등록법): weights modulo 11, until October 2020.
pub(super) const KR_RRN: Rule = Rule::new("kr_rrn", Topics::KR_RRN, |digits| {
    let sum = weighted(digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    is_korean(digits) && digits.last().map(|&digit| u32::from(digit)) == Some((11 - sum % 11) % 10)
})
.alone(&["9999999999999", "999999-9999999"])
.unless(is_epoch);

/// The same since then: the last six digits are random.
pub(super) const KR_RRN_NEW: Rule = Rule::new("kr_rrn", Topics::KR_RRN, is_korean)
    .told(&["999999-9999999", "9999999999999"])
    .certain(Certainty::Named);

/// A date, and a digit for sex and century.
fn is_korean(digits: &[u8]) -> bool {
    let part = |from, to| digits.get(from..to).map_or(0, number);
    is_date(part(0, 2), part(2, 4), part(4, 6)) && matches!(part(6, 7), 1..=8)
}

/// Identity number (South African Identification Act 68 of 1997): a date, citizenship 0 to 2, Luhn.
pub(super) const ZA_ID: Rule = Rule::new("za_id", Topics::ZA_ID, |digits| {
    let part = |from, to| digits.get(from..to).map_or(9, number);
    is_date(part(0, 2), part(2, 4), part(4, 6)) && part(10, 11) <= 2 && luhn(digits)
})
.alone(&["9999999999999"])
.told(&["999999 9999 999", "999999 9999 99 9", "999999-9999-999"])
.unless(is_epoch);

/// Resident identity number (GB 11643-1999): a region, a date, ISO/IEC 7064 MOD 11-2.
pub(super) const CN_RESIDENT_ID: Rule = Rule::new("cn_resident_id", Topics::CN_ID, |digits| {
    let (Some(body), Some(&check)) = (digits.get(..17), digits.last()) else {
        return false;
    };
    is_chinese(body) && mod_11_2(body) == check
})
.alone(&["999999999999999999"]);

/// Whether the first seventeen digits have a region and a date.
pub(in super::super) fn is_chinese(body: &[u8]) -> bool {
    let part = |from, to| body.get(from..to).map_or(0, number);
    matches!(part(0, 1), 1..=6 | 8)
        && matches!(part(1, 2), 1..=6)
        && matches!(part(6, 10), 1900..=2100)
        && is_date(part(8, 10), part(10, 12), part(12, 14))
}

/// Tax file number (ATO): weights modulo 11.
pub(super) const AU_TFN: Rule = Rule::new("au_tfn", Topics::AU_TFN, |digits| {
    weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
})
.told(&["999999999", "999 999 999", "999-999-999"]);

/// The old kind with eight digits.
pub(super) const AU_TFN_OLD: Rule = Rule::new("au_tfn", Topics::AU_TFN, |digits| {
    weighted(digits, &[10, 7, 8, 4, 6, 3, 5, 1]).is_multiple_of(11)
})
.told(&["99999999", "99 999 999", "999 999 99"]);

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn numbers_are_found() {
        for (text, kind, value) in [
            ("Aadhaar 2341 2341 2346", "in_aadhaar", "2341 2341 2346"),
            ("aadhaar number: 234123412346", "in_aadhaar", "234123412346"),
            ("マイナンバー：123456789018", "jp_my_number", "123456789018"),
            ("9001011234568", "kr_rrn", "9001011234568"),
            ("주민등록번호 210101-3123456", "kr_rrn", "210101-3123456"),
            ("8001015009087", "za_id", "8001015009087"),
            (
                "身份证号110105194912310011",
                "cn_resident_id",
                "110105194912310011",
            ),
            ("TFN 123 456 782", "au_tfn", "123 456 782"),
        ] {
            found(&[], text, kind, value);
        }
    }

    #[test]
    fn numbers_that_are_not_right_stay() {
        for text in [
            "2341 2341 2346",
            "234123412346",
            "123456789018",
            "9001011234567",
            "1701011234567",
            "8001015009086",
            "110105194912310012",
            "123456782",
            "978316148410",
        ] {
            nothing(&[], text);
        }
    }
}
