"""Whether a planted value can still be read from an output, after undoing what hides values.

The search knows nothing of how a value was hidden. It decodes whatever can be decoded, a few times over,
and looks for the value, and for any long fragment of it, in every view.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import quopri
import re
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

# Views of views: a gzip stream in base64 in a JSON string in a JSON string needs four.
_DEPTH_MAX = 5
# No case of the corpus needs more; what a broken program writes shall not take all day.
_VIEWS_MAX = 3000

_BASE64 = re.compile(r"[A-Za-z0-9+/_-](?:[A-Za-z0-9+/_-]|\\?[\r\n]+[ \t]*){10,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[ :]?){6,}")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4})\}?|\\x([0-9a-fA-F]{2})|\\([nrt\"'/\\])")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_SEPARATORS = re.compile(r"[\s\\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d._]+")


def fold(text: str) -> str:
    """A text without the differences that no reader cares for."""
    text = _INVISIBLE.sub("", _ANSI.sub("", text))
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        str(unicodedata.digit(sign)) if sign.isdigit() and not sign.isascii() else sign for sign in text
    )
    return _SEPARATORS.sub("", text)


def views(messages: list[Any], http: dict | None) -> list[str]:
    """Every text that can be read from an output, folded."""
    seen: set[str] = set()
    level = [text for text in _texts(messages, http) if text]
    for _ in range(_DEPTH_MAX):
        level = [text for text in dict.fromkeys(level) if text not in seen]
        seen.update(level)
        if not level or len(seen) > _VIEWS_MAX:
            break
        level = [decoded for text in level for decoded in _decoded(text)]
    return [fold(text) for text in seen]


def recovered(value: str, group: str, folded_views: list[str]) -> bool:
    """Whether the value, or so much of it that it is as good as the value, stands in a view."""
    needle = fold(value)
    length = _fragment(needle, group)
    step = max(1, length // 4)
    starts = {*range(0, len(needle) - length + 1, step), len(needle) - length}
    fragments = [needle[start : start + length] for start in starts]
    return any(fragment in view for view in folded_views for fragment in fragments)


def is_short(value: str) -> bool:
    """Too short to be searched for everywhere: such values are judged at their places."""
    return len(fold(value)) < 7


def _fragment(needle: str, group: str) -> int:
    """How many signs in a row give a value away. Six and four digits of a card may stay (PCI DSS 3.4.1)."""
    if group == "contact":
        return len(needle)
    if group in ("card", "identifier", "document", "authentication"):
        return min(len(needle), max(7, (len(needle) + 1) // 2))
    return min(len(needle), 24, max(8, (len(needle) + 1) // 2))


def _texts(messages: list[Any], http: dict | None) -> Iterator[str]:
    """Leaves and names, and leaves of one shape of path joined: values are split over several."""
    joined: dict[tuple, list[str]] = {}
    for message in messages:
        for shape, text in _leaves(message, ()):
            joined.setdefault(shape, []).append(text)
            yield text
    for parts in joined.values():
        if len(parts) > 1:
            yield "".join(parts)
    if http:
        yield http["path"]
        yield from (value for _, value in http["headers"])


def _leaves(node: Any, shape: tuple) -> Iterator[tuple[tuple, str]]:
    if isinstance(node, dict):
        for name, child in node.items():
            yield ("name",), name
            yield from _leaves(child, (*shape, name))
    elif isinstance(node, list):
        for child in node:
            yield from _leaves(child, (*shape, "*"))
    else:
        yield shape, node if isinstance(node, str) else json.dumps(node)


def _decoded(text: str) -> Iterator[str]:
    """Every decoding of a text that is not the text itself."""
    if text[:1] in "{[":
        try:
            parsed = json.loads(text)
        except ValueError:
            pass
        else:
            yield from (leaf for _, leaf in _leaves(parsed, ()))
    if "\\" in text:
        yield _ESCAPE.sub(_unescape, text)
    if "%" in text:
        yield unquote(text)
    if "&" in text:
        yield html.unescape(text)
    if "=" in text:
        yield quopri.decodestring(text.encode()).decode("utf-8", "replace")
    if "\x1b" in text or not text.isascii():
        yield unicodedata.normalize("NFKC", _INVISIBLE.sub("", _ANSI.sub("", text)))
    for match in _HEX.finditer(text):
        digits = match.group().replace(" ", "").replace(":", "")
        yield from _bytes_as_text(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for match in _BASE64.finditer(text):
        signs = re.sub(r"[^A-Za-z0-9+/_-]", "", match.group()).replace("-", "+").replace("_", "/")
        for skip in range(4):
            run = signs[skip:]
            run = run[: len(run) - (len(run) % 4 == 1)]
            try:
                yield from _bytes_as_text(base64.b64decode(run + "=" * (-len(run) % 4)))
            except binascii.Error:
                continue


def _unescape(match: re.Match) -> str:
    if code := match.group(1) or match.group(2):
        return chr(int(code, 16))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(match.group(3), match.group(3))


def _bytes_as_text(data: bytes) -> Iterator[str]:
    if data[:2] == b"\x1f\x8b":
        try:
            yield from _bytes_as_text(gzip.decompress(data))
        except (OSError, EOFError, zlib.error):
            pass
        return
    at = data.find(b"zTXtComment\0\0")
    if at >= 0:
        yield zlib.decompressobj().decompress(data[at + 13 :]).decode("utf-8", "replace")
    if data.count(0) * 3 >= len(data):
        yield data[len(data) % 2 :].decode("utf-16-le", "replace")
    yield data.decode("utf-8", "replace")
