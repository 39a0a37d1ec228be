//! Private keys in text: PEM (RFC 7468 §10, §11), OpenSSH, OpenPGP (RFC 9580 §6.2), PuTTY, and the
//! base 64 of their DER where the armour was lost.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::bytes::Class;
use super::tokens::Found;
use crate::detect::{Certainty, Class as HitClass, Hit, Scope};

/// Fewest characters of base 64 between the lines for a key to be one, and not a manual's example.
const BODY_CHARS_MIN: usize = 24;

static PRIVATE_KEY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"PRIVATE KEY"));
static PRIVATE_LINES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"Private-Lines: "));

/// Blocks with a begin line; what lies between begin and end is taken whole. A block that was cut
/// off ends where its base 64 ends.
pub(super) fn find(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let text = scope.text;
    if text.len() < BODY_CHARS_MIN {
        return;
    }
    let (mut from, mut next_end) = (0, None);
    while let Some(at) = rest(text, from).and_then(|tail| PRIVATE_KEY.find(tail)) {
        let word = from + at;
        from = word + 11;
        let Some(start) = armour_before(text, word, b"BEGIN ") else {
            hits.extend(end_of_a_block(text, word).map(private_key));
            continue;
        };
        if next_end.is_none_or(|end| end < from) {
            next_end = rest(text, from)
                .and_then(|tail| memmem::find(tail, b"END "))
                .map(|at| from + at)
                .or(Some(text.len()));
        }
        let end = end_of(text, from, next_end.unwrap_or(text.len()));
        if text.get(from..end).is_some_and(holds_a_body) {
            hits.push(private_key(start..end));
        }
        from = end;
    }
    putty(text, hits);
}

/// Begin lines of the key types: DER in base 64 has a constant first part. (RFC 5958 §2, RFC 8017
/// A.1.2, RFC 5915 §3; OpenSSH, PROTOCOL.key.)
pub(super) fn bare(text: &[u8], at: usize) -> Option<Found> {
    const HEADS: &[&[u8]] = &[
        // PKCS #8 with rsaEncryption, 1024 to 4096 bits.
        b"IBADANBgkqhkiG9w0BAQEFAASC",
        // PKCS #1: version 0 and the beginning of a modulus.
        b"IBAAKC",
        b"ICXAIBAAKB",
    ];
    let head = text.get(at..at + 40)?;
    let known =
        !head.starts_with(b"MII") || HEADS.iter().any(|mark| memmem::find(head, mark).is_some());
    known.then_some(())?;
    let length = Class::BASE64_PADDED.run(text, at);
    (length >= 64).then(|| Found::shaped("private_key", at..at + length))?
}

fn private_key(span: std::ops::Range<usize>) -> Hit {
    Hit {
        kind: "private_key",
        class: HitClass::Credential,
        span,
        certainty: Certainty::Shaped,
    }
}

fn rest(text: &str, from: usize) -> Option<&[u8]> {
    text.as_bytes().get(from..)
}

/// The second part of a block whose beginning went another way, such as in an earlier message: what
/// stands before the end line that holds the word at `word`, as far as it is base 64 in lines.
fn end_of_a_block(text: &str, word: usize) -> Option<std::ops::Range<usize>> {
    let end = armour_before(text, word, b"END ")?;
    let before = text.as_bytes().get(..end)?;
    let is_body = |b: &u8| Class::ANY64.has(*b) || matches!(b, b'\n' | b'\r' | b'\\');
    let start = before
        .iter()
        .rposition(|b| !is_body(b))
        .map_or(0, |at| at + 1);
    let start = end - text.get(start..end)?.trim_ascii_start().len();
    text.get(start..end).filter(|body| holds_a_body(body))?;
    let dashes = rest(text, word + 11).unwrap_or_default();
    let count = dashes.iter().take_while(|b| **b == b'-').count();
    Some(start..word + 11 + count)
}

/// Where the dashes of the line stand that holds the word at `word`, behind this first word.
fn armour_before(text: &str, word: usize, first: &[u8]) -> Option<usize> {
    const LINE_BYTES_MAX: usize = 48;
    let bytes = text.as_bytes();
    let floor = word.saturating_sub(LINE_BYTES_MAX);
    let line = bytes.get(floor..word)?;
    let begin = memmem::rfind(line, first)?;
    // An end line between them would make this another block's.
    memmem::find(line.get(begin + first.len()..)?, b"END")
        .is_none()
        .then_some(())?;
    let dashes = line.get(..begin)?;
    let trimmed = dashes.trim_ascii_end();
    let count = trimmed.iter().rev().take_while(|b| **b == b'-').count();
    (count >= 2).then_some(floor + trimmed.len() - count)
}

/// The end of the block whose begin line's words end at `from`: after the end line, which could be
/// the one at `next_end`, or after the last character that could belong to the body.
fn end_of(text: &str, from: usize, next_end: usize) -> usize {
    let tail = rest(text, from).unwrap_or_default();
    let at = next_end - from;
    if at < tail.len() {
        let after = tail.get(at..tail.len().min(at + 64)).unwrap_or_default();
        let line = after
            .iter()
            .position(|b| matches!(b, b'\n' | b'"' | b'\\'))
            .unwrap_or(after.len());
        let words = after.get(..line).unwrap_or_default();
        if let Some(key) = memmem::find(words, b"PRIVATE KEY") {
            let mut end = at + key + 11;
            let more = tail.get(end..).unwrap_or_default();
            end += if more.starts_with(b" BLOCK") { 6 } else { 0 };
            let dashes = tail.get(end..).unwrap_or_default();
            let spaces = dashes.iter().take_while(|b| **b == b' ').count();
            let count = dashes
                .iter()
                .skip(spaces)
                .take_while(|b| **b == b'-')
                .count();
            return from + end + if count == 0 { 0 } else { spaces + count };
        }
    }
    let body = tail
        .iter()
        .position(|b| {
            !(Class::ANY64.has(*b) || matches!(b, b'\n' | b'\r' | b'\\' | b' ' | b':' | b','))
        })
        .unwrap_or(tail.len());
    let body = tail.get(..body).unwrap_or_default().trim_ascii_end();
    from + body.len()
}

fn holds_a_body(block: &str) -> bool {
    let mut longest = 0;
    let mut at = 0;
    let bytes = block.as_bytes();
    while at < bytes.len() {
        let run = Class::BASE64_PADDED.run(bytes, at);
        longest = longest.max(run);
        at += run + 1;
    }
    longest >= BODY_CHARS_MIN
}

/// PuTTY: the lines after `Private-Lines:`. (PuTTY manual, appendix C, "PPK file format")
fn putty(text: &str, hits: &mut Vec<Hit>) {
    let Some(at) = PRIVATE_LINES.find(text.as_bytes()) else {
        return;
    };
    let start = at + 15 + Class::DIGIT.run(text.as_bytes(), at + 15);
    let tail = rest(text, start).unwrap_or_default();
    let start = start + tail.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let tail = rest(text, start).unwrap_or_default();
    let body = memmem::find(tail, b"Private-MAC").unwrap_or(tail.len());
    let body = tail.get(..body).unwrap_or_default().trim_ascii_end();
    if body.len() >= BODY_CHARS_MIN && text.is_char_boundary(start + body.len()) {
        hits.push(private_key(start..start + body.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, survives};

    const BODY: &str = "MC4CAQAwBQYDK2VwBCIEIH3k9Qd1Zz8mT0b5Rr7Xn2Lw6Yp4Vs1Uj9Gc3Ha5Fe8D";

    #[test]
    fn every_armour_is_taken_whole() {
        for label in [
            "PRIVATE KEY",
            "RSA PRIVATE KEY",
            "EC PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "PGP PRIVATE KEY BLOCK",
        ] {
            let block = format!("-----BEGIN {label}-----\n{BODY}\n-----END {label}-----");
            check(&format!("key:\n{block}\n\nbye"), &[("private_key", &block)]);
            let flat = block.replace('\n', "\\n");
            check(&format!("\"{flat}\","), &[("private_key", &flat)]);
        }
    }

    #[test]
    fn a_block_that_was_cut_off_is_still_a_key() {
        let block = format!("-----BEGIN PRIVATE KEY-----\n{BODY}");
        check(&format!("{block}… 12 more"), &[("private_key", &block)]);
    }

    #[test]
    fn a_block_whose_beginning_went_another_way_is_still_a_key() {
        let line = BODY.get(8..).unwrap();
        let block = format!("{line}\n{line}\n-----END RSA PRIVATE KEY-----");
        check(&format!("{block}\nok"), &[("private_key", &block)]);
        check(&format!("and so on: {block}"), &[("private_key", &block)]);
        survives(&[
            "a file that must end with -----END PRIVATE KEY-----",
            "see the line\n-----END PRIVATE KEY-----",
        ]);
    }

    #[test]
    fn keys_without_armour_are_found() {
        check(&format!("k {BODY}"), &[("private_key", BODY)]);
    }

    #[test]
    fn public_keys_certificates_and_talk_of_keys_survive() {
        survives(&[
            &format!("-----BEGIN PUBLIC KEY-----\n{BODY}\n-----END PUBLIC KEY-----")
                .replace("MC4C", "MCow"),
            "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQIRi6zePL6mKjOipn+dNuaTAKBggqhkjOPQQDAjASMRAw\n-----END CERTIFICATE-----",
            "the file must begin with -----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@host",
        ]);
    }
}
