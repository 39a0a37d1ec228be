"""Check digits and checksums, each named after the rule that its standard states."""

from __future__ import annotations

import hashlib
import zlib

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

_VERHOEFF_PRODUCT = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_PERMUTATION = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)
_VERHOEFF_INVERSE = "0432156789"


def luhn(body: str) -> str:
    """The digit that makes `body` pass ISO/IEC 7812-1 annex B."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def verhoeff(body: str) -> str:
    """The check digit of Aadhaar numbers (Verhoeff 1969)."""
    check = 0
    for place, digit in enumerate(reversed(body), start=1):
        permuted = int(_VERHOEFF_PERMUTATION[place % 8][int(digit)])
        check = int(_VERHOEFF_PRODUCT[check][permuted])
    return _VERHOEFF_INVERSE[check]


def mod_11_10(body: str) -> str:
    """ISO 7064 MOD 11,10: the German tax number."""
    product = 10
    for digit in body:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def mod_11_2(body: str) -> str:
    """ISO 7064 MOD 11-2: the Chinese resident number, whose last sign may be an X."""
    value = 0
    for digit in body:
        value = (value + int(digit)) * 2 % 11
    return "0123456789X"[(12 - value) % 11]


def mod_97(country: str, account: str) -> str:
    """The two check digits of an IBAN (ISO 13616)."""
    digits = "".join(str(int(sign, 36)) for sign in account + country + "00")
    return f"{98 - int(digits) % 97:02}"


def weighted(body: str, weights: tuple[int, ...]) -> int:
    """The sum of digits times weights, before its modulus."""
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))


def crc32_base62(text: str, width: int = 6) -> str:
    """CRC-32 in base 62, as GitHub and npm end their tokens."""
    value, out = zlib.crc32(text.encode()), ""
    for _ in range(width):
        value, digit = divmod(value, 62)
        out = BASE62[digit] + out
    return out


def base58check(payload: bytes) -> str:
    """Base 58 with four bytes of double SHA-256, as wallets write private keys."""
    checked = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    value, out = int.from_bytes(checked, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        out = BASE58[digit] + out
    return "1" * (len(checked) - len(checked.lstrip(b"\0"))) + out


def bech32(prefix: str, payload: bytes) -> str:
    """BIP 173 without a version, as `age` writes its keys."""
    bits = "".join(f"{byte:08b}" for byte in payload)
    bits += "0" * (-len(bits) % 5)
    data = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    expanded = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = _bech32_polymod(expanded + data + [0] * 6) ^ 1
    data += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(BECH32[value] for value in data)


def _bech32_polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place & 1 else 0
    return check
