"""Credentials without a provider's prefix: by structure, by name, and passwords that people choose."""

from __future__ import annotations

import base64
import json
from random import Random

from .checks import base58check
from .kinds import (
    ALNUM,
    BASE64,
    CREDENTIAL,
    DIGITS,
    HEX,
    LOWER,
    UPPER,
    WORD,
    Kind,
    b64,
    b64url,
    octets,
    pick,
)

# The test vectors of BIP 39: published phrases whose checksums hold.
_PHRASES = (
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
    "cat swing flag economy stadium alone churn speed unique patch report train",
    "vessel ladder alter error federal sibling chat ability sun glass valve picture",
    "gravity machine north sort system female filter attitude volume fold club stay feature office"
    " ecology stable narrow fog",
    "horn tenant knee talent sponsor spell gate clip pulse soap slush warm silver nephew swap uncle"
    " crack brave",
    "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy"
    " gospel tennis maple dilemma loan word shrug inflict delay length",
    "panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich alcohol speed"
    " nation flash devote level hobby quick inner drive ghost inside",
    "all hour make first leader extend hole alien behind guard gospel lava path output census"
    " museum junior mass reopen famous sing advance salt reform",
    "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing"
    " screen patrol group space point ten exist slush involve unfold",
)

_WORDS = (
    "Sommer",
    "Dragon",
    "kaffee",
    "Winter",
    "orange",
    "Falcon",
    "soleil",
    "Montag",
    "rocket",
    "granite",
    "pepper",
    "Lisboa",
)


def password(rng: Random) -> str:
    """What people and password managers choose, from weak to random."""
    word, other = rng.choice(_WORDS), rng.choice(_WORDS)
    return rng.choice(
        [
            f"{word}{rng.randint(1970, 2026)}!",
            f"{word}-{other}-{rng.randint(10, 99)}",
            pick(rng, ALNUM, 12, 24),
            pick(rng, ALNUM, 5) + rng.choice("!#*+^~") + pick(rng, ALNUM + "!#*+^~", 8, 14),
            f"{word[0].upper()}{pick(rng, LOWER, 4)}{pick(rng, DIGITS, 3)}{rng.choice('$!?')}"
            f"{pick(rng, ALNUM, 4)}",
            b64(octets(rng, 18)),
            pick(rng, HEX, 32),
            f"{word.lower()}{other.lower()}{pick(rng, DIGITS, 2)}",
        ]
    )


def simple_password(rng: Random) -> str:
    """A password without signs that a URL or a shell would have to escape."""
    return rng.choice(_WORDS) + pick(rng, ALNUM, 6, 18)


def jwt(rng: Random) -> str:
    header = {"alg": rng.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"}
    claims = {"sub": pick(rng, DIGITS, 10), "iat": 1767225600 + rng.randrange(10**7), "scope": "read write"}
    return ".".join(
        [
            b64url(json.dumps(header, separators=(",", ":")).encode()),
            b64url(json.dumps(claims, separators=(",", ":")).encode()),
            b64url(octets(rng, 32 if header["alg"] == "HS256" else 64)),
        ]
    )


def jwe(rng: Random) -> str:
    header = b64url(b'{"alg":"RSA-OAEP-256","enc":"A256GCM"}')
    return ".".join(
        [
            header,
            b64url(octets(rng, 256)),
            b64url(octets(rng, 12)),
            b64url(octets(rng, 90)),
            b64url(octets(rng, 16)),
        ]
    )


def pem(rng: Random) -> str:
    """A private key in the armour of RFC 7468, OpenSSH or OpenPGP."""
    name, head, size = rng.choice(
        [
            ("RSA PRIVATE KEY", b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00", 1180),
            ("PRIVATE KEY", b"\x30\x82\x04\xbe\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48", 1204),
            ("EC PRIVATE KEY", b"\x30\x77\x02\x01\x01\x04\x20", 114),
            ("ENCRYPTED PRIVATE KEY", b"\x30\x82\x05\x2d\x30\x57\x06\x09\x2a\x86\x48", 1310),
            ("OPENSSH PRIVATE KEY", b"openssh-key-v1\0\0\0\0\4none\0\0\0\4none\0\0\0\0\0\0\0\1", 370),
            ("PGP PRIVATE KEY BLOCK", b"\x95\x01\xd8\x04", 480),
        ]
    )
    width = 70 if name.startswith("OPENSSH") else 64
    body = b64(head + octets(rng, size))
    lines = [body[at : at + width] for at in range(0, len(body), width)]
    if name.startswith("PGP"):
        lines.insert(0, "")
        lines.append("=" + pick(rng, BASE64, 4))
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----"])


def wif(rng: Random) -> str:
    compressed = b"\x01" if rng.random() < 0.7 else b""
    return base58check(b"\x80" + octets(rng, 32) + compressed)


def crypt_hash(rng: Random) -> str:
    """bcrypt, SHA-crypt and Argon2 in the modular crypt format."""
    salted = ALNUM + "./"
    return rng.choice(
        [
            f"$2b${rng.choice(['10', '12'])}${pick(rng, salted, 53)}",
            f"$2a$12${pick(rng, salted, 53)}",
            f"$6${pick(rng, salted, 16)}${pick(rng, salted, 86)}",
            f"$5${pick(rng, salted, 16)}${pick(rng, salted, 43)}",
            "$argon2id$v=19$m=65536,t=3,p=4$"
            f"{b64(octets(rng, 16)).rstrip('=')}${b64(octets(rng, 32)).rstrip('=')}",
        ]
    )


def base32_secret(rng: Random) -> str:
    return base64.b32encode(octets(rng, rng.choice([10, 20]))).decode()


STRUCTURED: tuple[Kind, ...] = (
    Kind("jwt", CREDENTIAL, jwt, ("id_token", "access_token", "jwt")),
    Kind("jwe", CREDENTIAL, jwe, ("encrypted_token", "access_token")),
    Kind("private_key", CREDENTIAL, pem, ("private_key", "sshKey", "TLS_KEY")),
    Kind("wif", CREDENTIAL, wif, ("wallet_key", "privkey")),
    Kind("password_hash", CREDENTIAL, crypt_hash, ("password_hash", "passwd", "hash")),
    Kind(
        "seed_phrase",
        CREDENTIAL,
        lambda rng: rng.choice(_PHRASES),
        ("mnemonic", "seed_phrase", "recoveryPhrase"),
    ),
)

# Nothing but the name beside it says that the value is a secret.
NAMED: tuple[Kind, ...] = (
    Kind(
        "password",
        CREDENTIAL,
        password,
        (
            "password",
            "passwd",
            "pwd",
            "passphrase",
            "DB_PASSWORD",
            "dbPassword",
            "MYSQL_ROOT_PASSWORD",
            "smtp_pass",
            "admin-password",
            "userPassword",
            "POSTGRES_PASSWORD",
            "redis.password",
        ),
        False,
    ),
    Kind(
        "localised_password",
        CREDENTIAL,
        password,
        ("contraseña", "mot de passe", "senha", "Passwort", "пароль", "パスワード", "密码", "비밀번호"),
        False,
    ),
    Kind(
        "secret",
        CREDENTIAL,
        lambda rng: pick(rng, WORD, 24, 48),
        (
            "secret",
            "client_secret",
            "clientSecret",
            "APP_SECRET",
            "JWT_SECRET",
            "webhookSecret",
            "signing_key",
            "encryptionKey",
            "SESSION_SECRET",
            "cookie_secret",
        ),
        False,
    ),
    Kind(
        "api_key",
        CREDENTIAL,
        lambda rng: pick(rng, ALNUM, 20, 40),
        ("api_key", "apiKey", "X-Api-Key", "API_KEY", "apikey", "access_key", "service.api-key"),
        False,
    ),
    Kind(
        "token",
        CREDENTIAL,
        lambda rng: pick(rng, ALNUM, 24, 44),
        (
            "token",
            "access_token",
            "authToken",
            "refresh_token",
            "X-Auth-Token",
            "csrf_token",
            "sessionToken",
            "bot_token",
        ),
        False,
    ),
    Kind(
        "aws_secret_key",
        CREDENTIAL,
        lambda rng: pick(rng, BASE64, 40),
        ("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "SecretAccessKey", "secretKey"),
        False,
    ),
    Kind(
        "datadog",
        CREDENTIAL,
        lambda rng: pick(rng, HEX, rng.choice([32, 40])),
        ("DD_API_KEY", "DATADOG_APP_KEY"),
        False,
    ),
    Kind(
        "cloudflare",
        CREDENTIAL,
        lambda rng: pick(rng, WORD, 40),
        ("CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"),
        False,
    ),
    Kind("okta", CREDENTIAL, lambda rng: "00" + pick(rng, WORD, 40), ("OKTA_API_TOKEN",), False),
    Kind("twilio_auth_token", CREDENTIAL, lambda rng: pick(rng, HEX, 32), ("TWILIO_AUTH_TOKEN",), False),
    Kind(
        "wireguard",
        CREDENTIAL,
        lambda rng: b64(octets(rng, 32)),
        ("PrivateKey", "PresharedKey", "WG_PRIVATE_KEY"),
        False,
    ),
    Kind(
        "wallet_hex",
        CREDENTIAL,
        lambda rng: rng.choice(["0x", ""]) + pick(rng, HEX, 64),
        ("private_key", "ETH_PRIVATE_KEY", "walletPrivateKey"),
        False,
    ),
    Kind("totp_secret", CREDENTIAL, base32_secret, ("totp_secret", "mfaSecret", "otp_secret"), False),
    Kind(
        "passphrase",
        CREDENTIAL,
        lambda rng: " ".join(rng.sample([word.lower() for word in _WORDS], 4)),
        ("passphrase", "vault_password", "keyPassphrase"),
        False,
    ),
    Kind(
        "session_cookie",
        CREDENTIAL,
        lambda rng: pick(rng, LOWER + DIGITS, 26, 40),
        ("sessionid", "PHPSESSID", "session_cookie"),
        False,
    ),
    Kind(
        "uppercase_key",
        CREDENTIAL,
        lambda rng: pick(rng, UPPER + DIGITS, 20, 32),
        ("LICENSE_SECRET", "apiSecret", "consumer_secret"),
        False,
    ),
)
