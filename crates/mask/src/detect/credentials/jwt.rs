//! JSON Web Tokens: signed (RFC 7515 §7.1: three parts) and encrypted (RFC 7516 §7.1: five).

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::bytes::Class;
use super::tokens::Found;

/// Longest header that is decoded, in characters; a longer one is judged by its form.
const HEADER_CHARS_MAX: usize = 2048;

/// How much is decoded at first, in characters.
const OPENING_CHARS: usize = 24;

const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The token whose header begins at `at`. The header must be JSON that names an algorithm: other
/// things begin with `eyJ` too, such as cursors.
pub(super) fn at(text: &[u8], at: usize) -> Option<Found> {
    // JSON begins within the first characters, or it is none: most is refused here.
    let opening = at + Class::URL.run_to(text, at, OPENING_CHARS);
    (decoded(text.get(at..opening)?, <[u8]>::is_ascii) == Some(true)).then_some(())?;
    let header_end = at + Class::URL.run_to(text, at, HEADER_CHARS_MAX);
    let header = text.get(at..header_end)?;
    let named = decoded(header, |json| {
        json.starts_with(b"{\"") && memchr::memmem::find(json, b"\"alg\"").is_some()
    })?;
    named.then_some(())?;
    let mut end = header_end;
    let mut parts = 1;
    while parts < 5 && text.get(end) == Some(&b'.') {
        let length = Class::URL.run(text, end + 1);
        // A full stop at the end belongs to the sentence; an unsigned token ends with one.
        if length == 0 && parts != 2 {
            break;
        }
        end += 1 + length;
        parts += 1;
    }
    (parts >= 2).then(|| Found::shaped("jwt", at..end))?
}

/// What `judge` says of the bytes behind a text in base 64, either alphabet without padding.
pub(super) fn decoded(text: &[u8], judge: impl FnOnce(&[u8]) -> bool) -> Option<bool> {
    let mut buffer = [0; HEADER_CHARS_MAX];
    let text = text.get(..text.len().min(HEADER_CHARS_MAX / 4 * 4))?;
    let length = URL_SAFE.decode_slice(text, &mut buffer).ok()?;
    buffer.get(..length).map(judge)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, survives};

    #[test]
    fn signed_encrypted_and_unsigned_tokens_are_found() {
        let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        check(
            &format!("sent {header}.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0."),
            &[(
                "jwt",
                &format!("{header}.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0"),
            )],
        );
        let sealed = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.b2s.aXY.Y2lwaGVy.dGFn";
        check(sealed, &[("jwt", sealed)]);
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.";
        check(&format!("={unsigned}"), &[("jwt", unsigned)]);
    }

    #[test]
    fn cursors_and_public_map_tokens_survive() {
        survives(&[
            "eyJvZmZzZXQiOjEwMCwibGltaXQiOjUwfQ==",
            "pk.eyJ1IjoiZXhhbXBsZSIsImEiOiJjbGV4YW1wbGUifQ.c2lnbmF0dXJlLW9mLWl0",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 is a header alone",
        ]);
    }
}
