//! Europe: numbers without letters.

use super::super::checksum::{luhn, mod_11_10, number, weighted};
use super::{Rule, Topics, is_date};

/// NHS number (NHS Data Dictionary): weights 10 to 2, modulo 11.
pub(super) const UK_NHS: Rule = Rule::new("uk_nhs", Topics::UK_NHS, |digits| {
    let sum = weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits.last().map(|&digit| u32::from(digit)) == Some((11 - sum % 11) % 11)
        && digits.iter().any(|&digit| digit != 0)
})
.told(&["9999999999", "999 999 9999", "999-999-9999"]);

/// Steuer-Identifikationsnummer (BZSt): MOD 11,10; of the first ten digits one or two occur twice or
/// three times in all, and the first is not 0.
pub(super) const DE_TAX_ID: Rule = Rule::new("de_tax_id", Topics::DE_TAX, |digits| {
    let mut counts = [0_u8; 10];
    for &digit in digits.iter().take(10) {
        if let Some(count) = counts.get_mut(usize::from(digit)) {
            *count += 1;
        }
    }
    let twice = counts.iter().filter(|&&count| count == 2).count();
    let thrice = counts.iter().filter(|&&count| count == 3).count();
    let more = counts.iter().any(|&count| count > 3);
    !more
        && (twice + thrice == 1)
        && digits.first().is_some_and(|&digit| digit != 0)
        && mod_11_10(digits)
})
.alone(&["99999999999", "99 999 999 999"])
.told(&[
    "999 999 999 99",
    "99-999-999-999",
    "99/999/999/999",
    "99.999.999.999",
]);

/// NIR (INSEE, décret 82-103): the key is 97 less the remainder by 97. Letters of Corsica are read
/// with the codes.
pub(super) const FR_NIR: Rule = Rule::new("fr_nir", Topics::FR_NIR, |digits| {
    let part = |from, to| digits.get(from..to).map_or(0, number);
    is_nir(part(0, 1), part(3, 5)) && part(5, 7) != 0 && 97 - part(0, 13) % 97 == part(13, 15)
})
.alone(&[
    "999999999999999",
    "9 99 99 99 999 999 99",
    "9-99-99-99-999-999-99",
])
.told(&[
    "9999999999999 99",
    "9999999999999-99",
    "9 99 99 99 999 999/99",
    "9.99.99.99.999.999.99",
]);

/// Whether sex and month may begin a NIR; months from 20 on are those of people whose month is not
/// known.
pub(in super::super) fn is_nir(sex: u64, month: u64) -> bool {
    matches!(sex, 1..=4 | 7 | 8) && matches!(month, 1..=12 | 20..=42 | 50..=99)
}

/// Burgerservicenummer (Wet algemene bepalingen burgerservicenummer): weights 9 to 2 and -1, modulo
/// 11.
pub(super) const NL_BSN: Rule = Rule::new("nl_bsn", Topics::NL_BSN, |digits| {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2, 10]);
    sum != 0 && sum.is_multiple_of(11)
})
.told(&[
    "999999999",
    "999 999 999",
    "999.999.999",
    "9999.99.999",
    "9999 99 999",
    "999-999-999",
]);

/// National number (arrêté royal du 3 avril 1984): the key is 97 less the remainder by 97, from 2000
/// on with a 2 before.
pub(super) const BE_NATIONAL_NUMBER: Rule =
    Rule::new("be_national_number", Topics::BE_NN, |digits| {
        let part = |from, to| digits.get(from..to).map_or(0, number);
        let key = |prefix: u64| 97 - (prefix + part(0, 9)) % 97;
        // The register of those without residence adds 20 or 40 to the month.
        let month = part(2, 4) % 20;
        (month == 0 || is_date(part(0, 2), month, part(4, 6)))
            && part(2, 4) <= 52
            && part(4, 6) <= 31
            && part(6, 9) != 0
            && (key(0) == part(9, 11) || key(2_000_000_000) == part(9, 11))
    })
    .alone(&["99999999999", "99.99.99-999.99", "99.99.99-999-99"])
    .told(&[
        "99 99 99 999 99",
        "99.99.99.999.99",
        "99-99-99-999-99",
        "999999-999-99",
        "999999-999.99",
        "99/99/99-999.99",
    ]);

/// PESEL (ustawa o ewidencji ludności): weights 1, 3, 7, 9; the month carries the century.
pub(super) const PL_PESEL: Rule = Rule::new("pl_pesel", Topics::PL_PESEL, |digits| {
    let part = |from, to| digits.get(from..to).map_or(0, number);
    is_date(part(0, 2), part(2, 4) % 20, part(4, 6))
        && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
})
.alone(&["99999999999"]);

/// Personnummer and samordningsnummer (Skatteverket SKV 704, 707): Luhn; the latter add 60 to the
/// day.
pub(super) const SE_PERSONNUMMER: Rule =
    Rule::new("se_personnummer", Topics::SE_PN, is_personnummer)
        .alone(&["9999999999", "999999-9999"])
        .told(&["999999 9999"])
        // Times, and the names of builds by their day.
        .unless(|digits| matches!(digits, [1, 5..=9, ..] | [2, ..] | [3, 0, ..]));

/// The same with the century.
pub(super) const SE_PERSONNUMMER_LONG: Rule =
    Rule::new("se_personnummer", Topics::SE_PN, |digits| {
        matches!(digits, [1, 8 | 9, ..] | [2, 0, ..])
            && digits.get(2..).is_some_and(is_personnummer)
    })
    .alone(&["999999999999", "99999999-9999"])
    .told(&["99999999 9999"])
    .unless(|digits| matches!(digits, [2, ..]));

fn is_personnummer(digits: &[u8]) -> bool {
    let part = |from, to| digits.get(from..to).map_or(0, number);
    let day = part(4, 6);
    let day = if day > 60 { day - 60 } else { day };
    is_date(part(0, 2), part(2, 4), day) && part(6, 9) != 0 && luhn(digits)
}

/// T.C. kimlik numarası (Nüfus ve Vatandaşlık İşleri): two check digits modulo 10.
pub(super) const TR_TCKN: Rule = Rule::new("tr_tckn", Topics::TR_TCKN, |digits| {
    let odd = weighted(digits, &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(digits, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let digit = |at: usize| digits.get(at).map(|&digit| u32::from(digit));
    let tenth = (odd * 7 + 100 - even) % 10;
    digits.first().is_some_and(|&first| first != 0)
        && digit(9) == Some(tenth)
        && digit(10) == Some((odd + even + tenth) % 10)
})
.alone(&["99999999999"])
.told(&["999 999 999 99", "999 99 999 999"]);

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn european_numbers_are_found() {
        for (text, kind, value) in [
            ("NHS number 943 476 5919", "uk_nhs", "943 476 5919"),
            ("nhs: 9434765919", "uk_nhs", "9434765919"),
            ("86095742719", "de_tax_id", "86095742719"),
            ("IdNr. 86 095 742 719", "de_tax_id", "86 095 742 719"),
            ("255081416802538", "fr_nir", "255081416802538"),
            ("2 55 08 14 168 025 38", "fr_nir", "2 55 08 14 168 025 38"),
            ("BSN 111222333", "nl_bsn", "111222333"),
            ("burgerservicenummer: 123456782", "nl_bsn", "123456782"),
            ("85073003328", "be_national_number", "85073003328"),
            ("85.07.30-033.28", "be_national_number", "85.07.30-033.28"),
            ("44051401359", "pl_pesel", "44051401359"),
            ("811218-9876", "se_personnummer", "811218-9876"),
            ("19811218-9876", "se_personnummer", "19811218-9876"),
            ("8112189876", "se_personnummer", "8112189876"),
            (
                "personnummer 198112189876",
                "se_personnummer",
                "198112189876",
            ),
            ("10000000146", "tr_tckn", "10000000146"),
        ] {
            found(&[], text, kind, value);
        }
        found(&["bsn"], "111222333", "nl_bsn", "111222333");
        found(&["pesel"], "44051401359", "pl_pesel", "44051401359");
    }

    #[test]
    fn numbers_that_are_not_right_stay() {
        for text in [
            "943 476 5919",
            "9434765919",
            "111222333",
            "NHS number 9434765918",
            "86095742718",
            "255081416802539",
            "44051401358",
            "44053401359",
            "811218-9875",
            "20240115-1238",
            "1712251234",
            "10000000147",
            "order 44051401359",
        ] {
            nothing(&[], text);
        }
    }
}
