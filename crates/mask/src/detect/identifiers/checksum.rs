//! Check digits. Every function takes digits as values 0 to 9, the check digit included.

/// Luhn, ISO/IEC 7812-1 annex B: from the right, every second digit doubled.
pub(super) fn luhn(digits: &[u8]) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

/// The Luhn sum, for schemes that count a constant prefix with it.
pub(super) fn luhn_sum(digits: &[u8]) -> u32 {
    let doubled = |digit: u8| {
        [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
            .get(usize::from(digit))
            .copied()
    };
    let pick = |(place, &digit): (usize, &u8)| match place % 2 {
        0 => u32::from(digit),
        _ => doubled(digit).unwrap_or(0),
    };
    digits.iter().rev().enumerate().map(pick).sum()
}

/// The sum of digits times weights, as far as both go.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    let product = |(&digit, &weight): (&u8, &u32)| u32::from(digit) * weight;
    digits.iter().zip(weights).map(product).sum()
}

/// The digits as a number.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum: u64, &digit| {
        sum.wrapping_mul(10) + u64::from(digit)
    })
}

/// ISO/IEC 7064 MOD 11,10: a pure system with one check digit.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((&check, body)) = digits.split_last() else {
        return false;
    };
    let product = body.iter().fold(10, |product: u32, &digit| {
        let sum = (product + u32::from(digit)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(check)
}

/// ISO/IEC 7064 MOD 11-2 of the body; 10 is written `X`.
pub(super) fn mod_11_2(body: &[u8]) -> u8 {
    let sum = body
        .iter()
        .fold(0, |sum: u32, &digit| (sum + u32::from(digit)) * 2 % 11);
    u8::try_from((12 - sum) % 11).unwrap_or(0)
}

/// Remainder by 97 of letters and digits, letters counting 10 to 35 (ISO 13616-1, ISO/IEC 7064
/// MOD 97-10). `None` for any other byte.
pub(super) fn mod_97(text: impl Iterator<Item = u8>) -> Option<u32> {
    let mut rest = 0;
    for byte in text {
        let value = char::from(byte).to_digit(36)?;
        rest = (rest * if value < 10 { 10 } else { 100 } + value) % 97;
    }
    Some(rest)
}

/// Verhoeff, Error Detecting Decimal Codes, 1969: the dihedral group of order ten.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    let step = |sum: u8, (place, &digit): (usize, &u8)| {
        let permuted = PERMUTATION
            .get(place % 8)
            .and_then(|row| row.get(usize::from(digit)));
        dihedral(sum, permuted.copied().unwrap_or(0))
    };
    digits.iter().rev().enumerate().fold(0, step) == 0
}

/// The product of two elements: 0 to 4 are rotations, 5 to 9 reflections.
fn dihedral(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

const PERMUTATION: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{luhn, mod_11_2, mod_11_10, mod_97, verhoeff};
    use crate::detect::identifiers::testing::digits_of;

    #[test]
    fn published_examples_pass() {
        assert!(luhn(&digits_of("79927398713"))); // ISO/IEC 7812-1
        assert!(verhoeff(&digits_of("2363"))); // Verhoeff, 1969
        assert!(mod_11_10(&digits_of("07945"))); // ISO/IEC 7064: 0794 has check digit 5
        assert_eq!(mod_11_2(&digits_of("0794")), 0); // ISO/IEC 7064: 0794-0
        assert_eq!(mod_97("WEST12345698765432GB82".bytes()), Some(1)); // ISO 13616
        assert_eq!(mod_97("WEST-1".bytes()), None);
    }

    /// Every check refuses a number in which one digit was mistyped.
    fn refuses_one_wrong_digit(check: fn(&[u8]) -> bool, body: &[u8], place: usize, add: u8) {
        let mut digits = body.to_vec();
        digits.push(0);
        let last = digits.len() - 1;
        let Some(right) = (0..10).find(|&digit| {
            digits[last] = digit;
            check(&digits)
        }) else {
            panic!("no check digit for {body:?}");
        };
        digits[last] = right;
        let place = place % digits.len();
        digits[place] = (digits[place] + add) % 10;
        assert!(!check(&digits), "{digits:?}");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_refused(
            body in prop::collection::vec(0_u8..10, 1..18), place in 0_usize..18, add in 1_u8..10,
        ) {
            refuses_one_wrong_digit(luhn, &body, place, add);
            refuses_one_wrong_digit(verhoeff, &body, place, add);
            refuses_one_wrong_digit(mod_11_10, &body, place, add);
        }

        #[test]
        fn two_swapped_digits_are_refused_by_verhoeff(body in prop::collection::vec(0_u8..10, 2..18)) {
            let mut digits = body;
            digits.push(0);
            let last = digits.len() - 1;
            while !verhoeff(&digits) {
                digits[last] += 1;
            }
            if digits[0] != digits[1] {
                digits.swap(0, 1);
                prop_assert!(!verhoeff(&digits));
            }
        }
    }
}
