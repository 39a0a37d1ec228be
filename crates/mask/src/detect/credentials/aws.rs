//! Amazon Web Services: access keys and the secrets beside them.

use super::bytes::{Class, is_varied};
use super::tokens::Found;
use crate::detect::{Certainty, Class as HitClass, Hit, Scope};

const ACCESS_KEY: &str = "aws_access_key_id";
/// A secret access key has no mark of its own: 40 characters of base 64 this near to an access key
/// are taken for one, in bytes.
const SECRET_DISTANCE_MAX: usize = 120;

/// An access key that begins at `at`: four letters and 16 of base 32. (docs.aws.amazon.com, IAM,
/// "Identifiers": `AKIA`, `ASIA`, `ABIA`, `ACCA` act; `AIDA`, `AROA` and others are names only.)
/// The account number within is no checksum: nearly every key names some account.
pub(super) fn access_key(text: &[u8], at: usize) -> Option<Found> {
    let body = text.get(at + 4..at + 20)?;
    let different = body.iter().fold(0u128, |seen, b| seen | 1 << (b & 0x7f));
    let fits = Class::UPPER_DIGIT.has(*text.get(at + 3)?)
        && Class::BASE32.run(body, 0) == 16
        && different.count_ones() >= 6
        && Class::ALNUM.run(text, at + 20) == 0;
    fits.then(|| Found::shaped(ACCESS_KEY, at..at + 20))?
}

/// Secrets near the access keys that were found.
pub(super) fn secrets(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let text = scope.text.as_bytes();
    let mut found = Vec::new();
    for key in hits.iter().filter(|hit| hit.kind == ACCESS_KEY) {
        let to = (key.span.end + SECRET_DISTANCE_MAX).min(text.len());
        let mut at = key.span.start.saturating_sub(SECRET_DISTANCE_MAX);
        // What the window cuts through is not measured.
        at += Class::BASE64.run(text, at);
        while at < to {
            let length = Class::BASE64.run(text, at);
            let word = text.get(at..at + length).unwrap_or_default();
            if length == 40 && is_secret(word) {
                found.push(Hit {
                    kind: "aws_secret_access_key",
                    class: HitClass::Credential,
                    span: at..at + length,
                    certainty: Certainty::Shaped,
                });
            }
            at += length.max(1);
        }
    }
    hits.append(&mut found);
}

/// 40 characters with both cases and a digit: not a commit, not a path.
fn is_secret(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_uppercase)
        && word.iter().any(u8::is_ascii_lowercase)
        && word.iter().any(u8::is_ascii_digit)
        && is_varied(word)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, survives};

    const SECRET: &str = "q8Zr2Lm/Xc4Vb7Nk+Jh5Gf1Ds9Ap3Oi6Uy0Te/Wq";

    #[test]
    fn a_key_and_the_secret_beside_it() {
        check(
            "AKIAQ4ZT7XK2M5NWPRLB is the key",
            &[("aws_access_key_id", "AKIAQ4ZT7XK2M5NWPRLB")],
        );
        check(
            &format!("ASIAQ4ZT7XK2M5NWPRLB,{SECRET}\n"),
            &[
                ("aws_access_key_id", "ASIAQ4ZT7XK2M5NWPRLB"),
                ("aws_secret_access_key", SECRET),
            ],
        );
    }

    #[test]
    fn names_of_roles_and_lone_base64_survive() {
        survives(&[
            "AIDAQ4ZT7XK2M5NWPRLB",
            "AROAQ4ZT7XK2M5NWPRLB:session",
            "arn:aws:iam::123456789012:user/alice",
            "AKIAXXXXXXXXXXXXXXXX",
            "AKIAQ4ZT7XK2M5NWPRLBMORE",
            SECRET,
        ]);
        check(
            "AKIAQ4ZT7XK2M5NWPRLB at da39a3ee5e6b4b0d3255bfef95601890afd80709",
            &[("aws_access_key_id", "AKIAQ4ZT7XK2M5NWPRLB")],
        );
    }
}
