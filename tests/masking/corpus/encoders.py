"""Encodings in which a value hides. Each is a function from a text to the text that carries it."""

from __future__ import annotations

import base64
import gzip
import quopri
import textwrap
from random import Random
from urllib.parse import quote

from .kinds import b64


def base64_text(_rng: Random, text: str) -> str:
    return b64(text.encode())


def base64_url(_rng: Random, text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def base64_wrapped(rng: Random, text: str) -> str:
    padded = f"# exported settings, do not edit by hand\nregion=eu-west-1\n{text}\n# end of the export\n"
    return "\n".join(textwrap.wrap(b64(padded.encode()), rng.choice([64, 76])))


def base64_utf16(rng: Random, text: str) -> str:
    return b64(text.encode(rng.choice(["utf-16-le", "utf-16"])))


def base64_twice(_rng: Random, text: str) -> str:
    return b64(b64(text.encode()).encode())


def gzip_base64(_rng: Random, text: str) -> str:
    return b64(gzip.compress(f"region=eu-west-1\n{text}\nretries=3\n".encode(), mtime=0))


def hexadecimal(rng: Random, text: str) -> str:
    digits = text.encode().hex()
    return rng.choice([digits, digits.upper(), "0x" + digits, text.encode().hex(" ")])


def percent(rng: Random, text: str) -> str:
    if rng.random() < 0.5:
        return "".join(f"%{byte:02X}" for byte in text.encode())
    return "".join(
        f"%{byte:02x}" if index % 3 == 0 or byte > 127 else quote(chr(byte), safe="")
        for index, byte in enumerate(text.encode())
    )


def percent_twice(_rng: Random, text: str) -> str:
    return "".join(f"%25{byte:02X}" for byte in text.encode())


def html_entities(rng: Random, text: str) -> str:
    shape = rng.choice(["&#{};", "&#x{:x};", "&#{:05};"])
    return "".join(shape.format(ord(sign)) for sign in text)


def html_some(_rng: Random, text: str) -> str:
    """Only what pages must escape, and every fourth sign besides."""
    return "".join(
        f"&#{ord(sign)};" if index % 4 == 1 or sign in "<>&\"'" else sign for index, sign in enumerate(text)
    )


def quoted_printable(_rng: Random, text: str) -> str:
    """A line of a mail that is long enough to be broken inside of the value."""
    line = f"Grüße aus Köln, hier die Angaben - {text} - bitte mit aller Sorgfalt behandeln"
    return quopri.encodestring(line.encode()).decode()


def escapes_in_text(rng: Random, text: str) -> str:
    shape = rng.choice(["\\u{:04x}", "\\x{:02x}"] if text.isascii() else ["\\u{:04x}"])
    return "".join(shape.format(ord(sign)) for sign in text)


def zero_width(rng: Random, text: str) -> str:
    sign = rng.choice(["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"])
    step = rng.randint(3, 6)
    return sign.join(text[at : at + step] for at in range(0, len(text), step))


def ansi(rng: Random, text: str) -> str:
    """A terminal's colours around and inside of the value, as `grep --color` leaves them."""
    at = rng.randrange(2, len(text) - 1)
    return f"\x1b[31m{text[:at]}\x1b[0m\x1b[1;32m{text[at:]}\x1b[0m"


def full_width(_rng: Random, text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def other_digits(rng: Random, text: str) -> str:
    zero = ord(rng.choice(["٠", "۰", "०", "０", "𝟎"]))
    return "".join(chr(zero + int(sign)) if sign.isascii() and sign.isdigit() else sign for sign in text)


def odd_dashes(rng: Random, text: str) -> str:
    dash = rng.choice("‐‑‒–—−﹣")
    return text.replace("-", dash).replace(" ", dash)


def odd_spaces(rng: Random, text: str) -> str:
    return text.replace(" ", rng.choice(["\u00a0", "\u202f", "\u2009", "  ", " - "])).replace(
        "-", rng.choice(["--", " - ", "\u00a0"])
    )


def line_wrap(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) // 3, 2 * len(text) // 3 + 1)
    return text[:at] + rng.choice(["\n", "\r\n", "\n    ", "\\\n"]) + text[at:]


# Encodings that carry a whole text with the name in it.
WHOLE = {
    "base64": base64_text,
    "base64_url": base64_url,
    "base64_wrapped": base64_wrapped,
    "base64_utf16": base64_utf16,
    "base64_twice": base64_twice,
    "gzip_base64": gzip_base64,
    "hex": hexadecimal,
    "percent": percent,
    "percent_twice": percent_twice,
    "html_entities": html_entities,
    "quoted_printable": quoted_printable,
    "escapes_in_text": escapes_in_text,
}
# Disguises of the value alone; a name beside it stays readable.
VALUE = {
    "html_some": html_some,
    "zero_width": zero_width,
    "ansi": ansi,
    "full_width": full_width,
    "line_wrap": line_wrap,
}
