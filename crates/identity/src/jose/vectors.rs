//! Published examples: RFC 7515 appendix A, RFC 8037 appendix A.

use super::{Algorithm, Compact, key_set};
use crate::TokenFault;

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const RS256: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const ES256: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const ED25519: &str =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const HS256: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const KEYS: &str = r#"{"keys":[
{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}
]}"#;

/// `Ok`: a key of the set signed it.
fn verify(token: &str) -> Result<bool, TokenFault> {
    let compact = Compact::parse(token)?;
    let keys = key_set(KEYS.as_bytes(), &Algorithm::ALL).expect("a set");
    assert_eq!(keys.len(), 3, "a shared secret is no public key");
    let algorithm = compact.header.algorithm;
    let mut keys = keys.iter().filter(|key| key.is_for(algorithm));
    Ok(keys.any(|key| key.verifies(algorithm, compact.signed, &compact.signature)))
}

#[test]
fn published_examples() {
    // RFC 7515 A.2 and A.3, RFC 8037 A.4.
    for token in [
        format!("eyJhbGciOiJSUzI1NiJ9.{CLAIMS}.{RS256}"),
        format!("eyJhbGciOiJFUzI1NiJ9.{CLAIMS}.{ES256}"),
        format!("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.{ED25519}"),
    ] {
        assert_eq!(verify(&token), Ok(true), "{token}");
        let changed = token.replacen('.', ".A", 1);
        assert_ne!(verify(&changed), Ok(true), "{changed}");
    }
}

#[test]
fn published_examples_that_prove_nothing_here() {
    // RFC 7515 A.1 (and RFC 7519 §3.1) is signed with a shared secret, A.5 not at all.
    let shared = format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{CLAIMS}.{HS256}");
    assert_eq!(verify(&shared), Err(TokenFault::Algorithm("HS256".into())));
    let unsecured = format!("eyJhbGciOiJub25lIn0.{CLAIMS}.");
    assert_eq!(
        verify(&unsecured),
        Err(TokenFault::Algorithm("none".into()))
    );
}
