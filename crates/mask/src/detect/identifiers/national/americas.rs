//! The Americas: USA, Canada, Brazil.

use super::super::checksum::{luhn, luhn_sum, number, weighted};
use super::{Certainty, Rule, Topics};

/// Social security number (SSA, randomisation of 2011): area, group and serial are never zero, and
/// area is never 666 or from 900 on. It has no check digit.
pub(super) const US_SSN: Rule = Rule::new("us_ssn", Topics::US_SSN, |digits| {
    let parts = ssn_parts(digits);
    parts.is_some_and(|(area, group, serial)| {
        area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
    })
})
.alone(&["999-99-9999"])
.told(&[
    "999999999",
    "999 99 9999",
    "999.99.9999",
    "999/99/9999",
    "999-999999",
])
.certain(Certainty::Shaped);

/// Individual taxpayer identification number (IRS Publication 1915): area from 900 on, and only
/// some groups.
pub(super) const US_ITIN: Rule = Rule::new("us_itin", Topics::US_SSN, |digits| {
    let parts = ssn_parts(digits);
    parts.is_some_and(|(area, group, _)| {
        area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
    })
})
.alone(&["999-99-9999"])
.told(&["999999999", "999 99 9999"])
.certain(Certainty::Shaped);

fn ssn_parts(digits: &[u8]) -> Option<(u64, u64, u64)> {
    let part = |from, to| digits.get(from..to).map(number);
    Some((part(0, 3)?, part(3, 5)?, part(5, 9)?))
}

/// Routing number (ABA Key to Routing Numbers): weights 3, 7, 1, and only some first two digits.
pub(super) const US_ROUTING: Rule = Rule::new("us_aba_routing", Topics::ROUTING, |digits| {
    let two = digits.get(..2).map_or(99, number);
    matches!(two, 1..=12 | 21..=32 | 61..=72 | 80)
        && weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
})
.told(&["999999999", "9999-9999-9"]);

/// National provider identifier (45 CFR 162.406): Luhn with the prefix 80840, which adds 24.
pub(super) const US_NPI: Rule = Rule::new("us_npi", Topics::US_NPI, |digits| {
    matches!(digits.first(), Some(1 | 2)) && (luhn_sum(digits) + 24).is_multiple_of(10)
})
.told(&["9999999999"]);

/// Social insurance number (Service Canada): Luhn; 0 and 8 do not begin one.
pub(super) const CA_SIN: Rule = Rule::new("ca_sin", Topics::CA_SIN, |digits| {
    !matches!(digits.first(), Some(0 | 8)) && luhn(digits)
})
.told(&["999999999", "999 999 999", "999-999-999"]);

/// CPF (Receita Federal): two check digits modulo 11; all digits alike are refused.
pub(super) const BR_CPF: Rule = Rule::new("br_cpf", Topics::BR_CPF, |digits| {
    let check = |len: usize| {
        let weights = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
        let sum = weighted(digits, weights.get(10 - len..).unwrap_or_default());
        digits.get(len).map(|&digit| u32::from(digit)) == Some(sum * 10 % 11 % 10)
    };
    !are_alike(digits) && check(9) && check(10)
})
.alone(&["99999999999", "999.999.999-99"])
.told(&[
    "999 999 999 99",
    "999.999.999.99",
    "999999999-99",
    "999 999 999-99",
    "999-999-999-99",
]);

/// CNPJ (Receita Federal): as CPF, with weights of 2 to 9.
pub(super) const BR_CNPJ: Rule = Rule::new("br_cnpj", Topics::BR_CNPJ, |digits| {
    let check = |len: usize| {
        let weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
        let rest = weighted(digits, weights.get(13 - len..).unwrap_or_default()) % 11;
        let expected = if rest < 2 { 0 } else { 11 - rest };
        digits.get(len).map(|&digit| u32::from(digit)) == Some(expected)
    };
    !are_alike(digits) && check(12) && check(13)
})
.alone(&["99999999999999", "99.999.999/9999-99"])
.told(&[
    "99 999 999 9999 99",
    "99999999/9999-99",
    "99.999.999.9999-99",
])
.unless(|digits| matches!(digits, [2, 0, 0..=3, ..]));

fn are_alike(digits: &[u8]) -> bool {
    digits
        .iter()
        .zip(digits.iter().skip(1))
        .all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn american_numbers_are_found() {
        for (text, kind, value) in [
            ("219-09-9999", "us_ssn", "219-09-9999"),
            ("SSN: 219099999", "us_ssn", "219099999"),
            (
                "social security number 219 09 9999",
                "us_ssn",
                "219 09 9999",
            ),
            ("912-70-1234", "us_itin", "912-70-1234"),
            ("routing number 021000021", "us_aba_routing", "021000021"),
            ("NPI 1234567893", "us_npi", "1234567893"),
            ("SIN 046 454 286", "ca_sin", "046 454 286"),
            ("social insurance number: 130692544", "ca_sin", "130692544"),
            ("529.982.247-25", "br_cpf", "529.982.247-25"),
            ("cliente 52998224725", "br_cpf", "52998224725"),
            ("11.222.333/0001-81", "br_cnpj", "11.222.333/0001-81"),
        ] {
            if value != "046 454 286" {
                found(&[], text, kind, value);
            }
        }
        for name in ["ssn", "taxId", "socialSecurityNumber", "national_id"] {
            found(&[name], "219099999", "us_ssn", "219099999");
        }
    }

    #[test]
    fn numbers_that_are_not_right_stay() {
        for text in [
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "219-00-9999",
            "219-09-0000",
            "219099999",
            "219 09 9999",
            "part number 219-09-9999",
            "x219-09-9999",
            "219-09-9999-1",
            "routing number 021000022",
            "021000021",
            "1234567893",
            "046454286",
            "111.111.111-11",
            "52998224726",
            "order_id: 52998224725",
            "20240115103000",
        ] {
            nothing(&[], text);
        }
        nothing(&["part_number"], "219-09-9999");
        nothing(&["id"], "52998224725");
    }
}
