"""Public identifiers and digests: what hard negatives are made of."""

from __future__ import annotations

import json
import uuid
from random import Random

from .checks import luhn
from .kinds import DIGITS, HEX, b64, octets, pick


def uuid4(rng: Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def ulid(rng: Random) -> str:
    return "01" + pick(rng, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)


def git_hash(rng: Random) -> str:
    return pick(rng, HEX, 40)


def sri(rng: Random) -> str:
    size, name = rng.choice([(32, "sha256"), (48, "sha384"), (64, "sha512")])
    return f"{name}-{b64(octets(rng, size))}"


def ean(rng: Random) -> str:
    body = rng.choice(["400", "978", "590", "501"]) + pick(rng, DIGITS, 9)
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return body + str(-total % 10)


def card_like_order(rng: Random) -> str:
    """An order number that happens to pass the cards' checksum, under a name that says what it is."""
    body = rng.choice(["4", "51", "37"]) + pick(rng, DIGITS, 13)
    return (body + luhn(body))[:16]


def not_a_card(rng: Random) -> str:
    """Sixteen digits that fail the checksum."""
    body = rng.choice(["4", "51", "60"]) + pick(rng, DIGITS, 14)
    body = body[:15]
    return body + str((int(luhn(body)) + rng.randint(1, 9)) % 10)


def ssh_public(rng: Random) -> str:
    key = b64(b"\0\0\0\x0bssh-ed25519\0\0\0 " + octets(rng, 32))
    return f"ssh-ed25519 {key} deploy-2026"


def certificate(rng: Random) -> str:
    body = b64(b"\x30\x82\x03\x5f\x30\x82\x02\x47\xa0\x03\x02\x01\x02" + octets(rng, 500))
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----"


def public_pem(rng: Random) -> str:
    body = b64(b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" + octets(rng, 277))
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----"


def cursor(rng: Random) -> str:
    page = {"offset": rng.randint(10, 500), "sort": "created"}
    return b64(json.dumps(page).encode())
