use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{Algorithm, object};

/// Smallest modulus of an RSA key (RFC 7518 §3.3: 2048 bits), in bytes.
const RSA_BYTES_MIN: usize = 256;
/// Keys of one set that are looked at.
const KEYS_MAX: usize = 100;

/// A public key of an issuer, ready for the algorithms that the issuer may use.
pub(crate) struct Key {
    pub(crate) kid: Option<String>,
    ready: Vec<(Algorithm, ParsedPublicKey)>,
}

/// The keys of a JWK Set (RFC 7517 §5) that verify signatures with one of these algorithms; others
/// are left out, as §5 says. `None`: this is no JWK Set.
pub(crate) fn key_set(bytes: &[u8], allowed: &[Algorithm]) -> Option<Vec<Key>> {
    let set = object(bytes)?;
    let keys = set.get("keys")?.as_array()?;
    let keys = keys.iter().filter_map(Value::as_object).take(KEYS_MAX);
    Some(keys.filter_map(|jwk| Key::of(jwk, allowed)).collect())
}

impl Key {
    fn of(jwk: &Map<String, Value>, allowed: &[Algorithm]) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|of| of != "sig") {
            return None;
        }
        if let Some(ops) = jwk.get("key_ops").and_then(Value::as_array)
            && !ops.iter().any(|op| op == "verify")
        {
            return None;
        }
        // A key that names its algorithm is for no other (RFC 7517 §4.4).
        let own = text("alg");
        let ready: Vec<_> = allowed
            .iter()
            .filter(|alg| own.is_none_or(|own| Algorithm::named(own) == Some(**alg)))
            .filter_map(|alg| Some((*alg, parsed(jwk, *alg)?)))
            .collect();
        (!ready.is_empty()).then(|| Self {
            kid: text("kid").map(str::to_owned),
            ready,
        })
    }

    /// Whether it can have signed with this algorithm.
    pub(crate) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.ready.iter().any(|(alg, _)| *alg == algorithm)
    }

    /// Whether it signed this with this algorithm.
    pub(crate) fn verifies(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
        self.ready
            .iter()
            .any(|(alg, key)| *alg == algorithm && key.verify_sig(signed, signature).is_ok())
    }
}

/// The key for one algorithm, if it is of that algorithm's type: the type of the key decides which
/// algorithms exist, never the token.
fn parsed(jwk: &Map<String, Value>, algorithm: Algorithm) -> Option<ParsedPublicKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    match kind(algorithm) {
        Kind::Rsa(parameters) if text("kty") == Some("RSA") => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            let n: Vec<u8> = n.into_iter().skip_while(|byte| *byte == 0).collect();
            if n.len() < RSA_BYTES_MIN {
                return None;
            }
            let key = RsaPublicKeyComponents { n: &n, e: &e };
            key.to_parsed_public_key(parameters).ok()
        }
        Kind::Ec(how, curve, len) if text("kty") == Some("EC") && text("crv") == Some(curve) => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            // RFC 7518 §6.2.1.2: the length is that of the curve's field.
            if x.len() != len || y.len() != len {
                return None;
            }
            ParsedPublicKey::new(how, [&[4][..], &x, &y].concat()).ok()
        }
        Kind::Ed25519 if text("kty") == Some("OKP") && text("crv") == Some("Ed25519") => {
            ParsedPublicKey::new(&ED25519, bytes("x")?).ok()
        }
        Kind::Rsa(_) | Kind::Ec(..) | Kind::Ed25519 => None,
    }
}

/// The type of key that an algorithm takes.
enum Kind {
    Rsa(&'static RsaParameters),
    Ec(&'static dyn VerificationAlgorithm, &'static str, usize),
    Ed25519,
}

fn kind(algorithm: Algorithm) -> Kind {
    match algorithm {
        Algorithm::Rs256 => Kind::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Kind::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Kind::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Kind::Rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Kind::Rsa(&RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Kind::Rsa(&RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 => Kind::Ec(&ECDSA_P256_SHA256_FIXED, "P-256", 32),
        Algorithm::Es384 => Kind::Ec(&ECDSA_P384_SHA384_FIXED, "P-384", 48),
        Algorithm::Es512 => Kind::Ec(&ECDSA_P521_SHA512_FIXED, "P-521", 66),
        Algorithm::EdDsa => Kind::Ed25519,
    }
}
