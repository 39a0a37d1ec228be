"""What a planted value is, and the sources of randomness that all kinds share."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
ALNUM = UPPER + LOWER + DIGITS
WORD = ALNUM + "_-"
HEX = "0123456789abcdef"
BASE64 = ALNUM + "+/"

CREDENTIAL, CARD, AUTHENTICATION = "credential", "card", "authentication"
IDENTIFIER, DOCUMENT, CONTACT = "identifier", "document", "contact"


@dataclass(frozen=True)
class Kind:
    """One row of the catalogue.

    `names` are what people call the value in members, variables and columns. `bare` says that the
    value may stand alone in a sentence: its shape or its checksum gives it away. `words` stand
    before it in prose.
    """

    name: str
    group: str
    make: Callable[[Random], str]
    names: tuple[str, ...] = ("token",)
    bare: bool = True
    words: tuple[str, ...] = ()

    def has_lines(self) -> bool:
        """Whether its values have several lines."""
        return any("\n" in value for value in self._examples())

    def is_simple(self) -> bool:
        """Whether all its values can do without quotes."""
        return all(simple(value) for value in self._examples())

    def _examples(self) -> list[str]:
        return [self.make(Random(number)) for number in range(12)]


def simple(value: str) -> bool:
    """Whether a shell, an INI file or a URL takes the value without quotes."""
    return all((sign.isalnum() and sign.isascii()) or sign in "_-." for sign in value)


def pick(rng: Random, alphabet: str, least: int, most: int | None = None) -> str:
    """A string over `alphabet` of `least` to `most` signs."""
    length = least if most is None else rng.randint(least, most)
    return "".join(rng.choice(alphabet) for _ in range(length))


def octets(rng: Random, count: int) -> bytes:
    return bytes(rng.randrange(256) for _ in range(count))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def birthday(rng: Random, since: int = 1940, until: int = 1999) -> tuple[int, int, int]:
    return rng.randint(since, until), rng.randint(1, 12), rng.randint(1, 28)


def until_valid(rng: Random, attempt) -> str:
    """Some rules have no check digit for some bodies: draw again."""
    while (value := attempt(rng)) is None:
        pass
    return value
