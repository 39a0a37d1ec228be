//! Checksums that formats of credentials carry.

use aws_lc_rs::digest::{SHA256, digest};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// BIP-173, "Bech32".
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Whether the last six characters are the CRC-32 of what stands before them in base 62, padded
/// with zeros. (github.blog, "Behind GitHub's new authentication token formats", 2021: the same
/// scheme is in use at npm.)
pub(super) fn crc32_base62(body: &[u8]) -> bool {
    let Some((head, tail)) = body.split_last_chunk::<6>() else {
        return false;
    };
    tail == &base62(crc32fast::hash(head))
}

/// Whether `hex` is the CRC-32 of `body` in eight hexadecimal digits, most significant first.
pub(super) fn crc32_hex(body: &[u8], hex: &[u8]) -> bool {
    std::str::from_utf8(hex)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .is_some_and(|expected| expected == crc32fast::hash(body))
}

/// The same with the least significant byte first.
pub(super) fn crc32_hex_little(body: &[u8], hex: &[u8]) -> bool {
    std::str::from_utf8(hex)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .is_some_and(|expected| expected.swap_bytes() == crc32fast::hash(body))
}

/// The bytes that a base58check text carries, if its checksum holds: the first four bytes of the
/// double SHA-256 of the others. (Bitcoin wiki, "Base58Check encoding".)
pub(super) fn base58check(text: &[u8]) -> Option<Vec<u8>> {
    const TEXT_BYTES_MAX: usize = 128;
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let mut number: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        let mut carry = BASE58.iter().position(|c| c == byte)?;
        for digit in &mut number {
            carry += usize::from(*digit) * 58;
            *digit = u8::try_from(carry & 0xff).ok()?;
            carry >>= 8;
        }
        while carry > 0 {
            number.push(u8::try_from(carry & 0xff).ok()?);
            carry >>= 8;
        }
    }
    let zeros = text.iter().take_while(|byte| **byte == b'1').count();
    number.extend(std::iter::repeat_n(0, zeros));
    number.reverse();
    let (payload, sum) = number.split_last_chunk::<4>()?;
    let twice = digest(&SHA256, digest(&SHA256, payload).as_ref());
    let payload = payload.to_vec();
    (twice.as_ref().first_chunk() == Some(sum)).then_some(payload)
}

/// Whether a bech32 text of one case is intact: human-readable part, `1`, data, six characters of
/// checksum. (BIP-173; age's keys: C2SP age.md.)
pub(super) fn bech32(text: &[u8]) -> bool {
    let Some(separator) = text.iter().rposition(|byte| *byte == b'1') else {
        return false;
    };
    let (human, data) = text.split_at(separator);
    let lower = |byte: &u8| u32::from(byte.to_ascii_lowercase());
    let mut sum = 1u32;
    for value in human.iter().map(|byte| lower(byte) >> 5) {
        sum = bech32_step(sum, value);
    }
    sum = bech32_step(sum, 0);
    for value in human.iter().map(|byte| lower(byte) & 31) {
        sum = bech32_step(sum, value);
    }
    for byte in data.iter().skip(1) {
        let folded = byte.to_ascii_lowercase();
        match BECH32.iter().zip(0u32..).find(|(c, _)| **c == folded) {
            Some((_, value)) => sum = bech32_step(sum, value),
            None => return false,
        }
    }
    sum == 1
}

fn bech32_step(sum: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let top = sum >> 25;
    let mut next = ((sum & 0x01ff_ffff) << 5) ^ value;
    for (bit, word) in GENERATOR.into_iter().enumerate() {
        if (top >> bit) & 1 == 1 {
            next ^= word;
        }
    }
    next
}

/// CRC-16/XMODEM, least significant byte first, over the decoded text. (Stellar SEP-23, strkey.)
pub(super) fn strkey(text: &[u8]) -> bool {
    let (mut bits, mut held, mut crc, mut tail) = (0u32, 0u32, 0u16, [0u8; 2]);
    let mut count = 0usize;
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return false,
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            let [_, _, _, whole] = (held >> bits).to_be_bytes();
            // The two bytes of the sum follow the rest: what is hashed lags by two.
            let [first, second] = tail;
            if count >= 2 {
                crc = xmodem(crc, first);
            }
            tail = [second, whole];
            count += 1;
        }
    }
    count > 2 && crc == u16::from_le_bytes(tail)
}

fn xmodem(mut crc: u16, byte: u8) -> u16 {
    crc ^= u16::from(byte) << 8;
    for _ in 0..8 {
        crc = if crc & 0x8000 == 0 {
            crc << 1
        } else {
            (crc << 1) ^ 0x1021
        };
    }
    crc
}

pub(super) fn base62(mut number: u32) -> [u8; 6] {
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        let digit = usize::try_from(number % 62).unwrap_or_default();
        *place = BASE62.get(digit).copied().unwrap_or(b'0');
        number /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{base58check, base62, bech32, crc32_base62, crc32_hex, strkey};

    #[test]
    fn published_vectors_hold() {
        // BIP-173, "Test vectors"; a WIF from the Bitcoin wiki; a seed from Stellar's SEP-23 family.
        assert!(bech32(b"A12UEL5L"));
        assert!(bech32(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
        assert!(!bech32(b"A12UEL5A"));
        let wif = base58check(b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ");
        assert_eq!(wif.map(|payload| payload.len()), Some(33));
        assert!(base58check(b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK").is_none());
        assert!(strkey(
            b"GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"
        ));
        assert!(!strkey(
            b"GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGA"
        ));
        assert!(crc32_hex(b"123456789", b"cbf43926"));
    }

    proptest! {
        #[test]
        fn a_changed_character_breaks_the_sum(
            head in "[0-9A-Za-z]{30}", at in 0usize..36, other in "[0-9A-Za-z]"
        ) {
            let mut body = head.into_bytes();
            body.extend(base62(crc32fast::hash(&body)));
            prop_assert!(crc32_base62(&body));
            let other = other.into_bytes()[0];
            prop_assume!(body[at] != other);
            body[at] = other;
            prop_assert!(!crc32_base62(&body));
        }
    }
}
