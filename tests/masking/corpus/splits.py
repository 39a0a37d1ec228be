"""Values that no single leaf holds, and values in the text chunks of images."""

from __future__ import annotations

import json
import struct
import zlib

from . import messages, texts
from .case import SERVER, Case
from .envelopes import block, notification, result
from .kinds import Kind, b64, octets
from .wire import Draft


def _halves(case: Case, kind: Kind, count: int = 2) -> list[str]:
    """The value, cut into pieces of three signs and more; notes them as the places of the label."""
    while len(value := kind.make(case.rng)) < 3 * count + 2 or "\n" in value:
        if "\n" in value:
            break
    cuts = sorted(case.rng.sample(range(3, len(value) - 2, 3), count - 1))
    pieces = [value[start:end] for start, end in zip([0, *cuts], [*cuts, len(value)], strict=True)]
    case.note(kind, value, *pieces)
    return pieces


def blocks(case: Case, kind: Kind) -> Draft:
    pieces = _halves(case, kind)
    pieces[0] = "the value: " + pieces[0]
    pieces[-1] += "\nend of output"
    return Draft(SERVER, [result(case, {"content": [block(piece) for piece in pieces], "isError": False})])


def _series(case: Case, kind: Kind) -> list[dict]:
    pieces = _halves(case, kind, case.pick([2, 2, 3]))
    pieces[0] = "reading: " + pieces[0]
    pieces[-1] += " done"
    if case.rng.random() < 0.5:
        return [
            notification("notifications/message", {"level": "info", "logger": "tail", "data": piece})
            for piece in pieces
        ]
    return [
        notification("notifications/progress", {"progressToken": 5, "progress": number, "message": piece})
        for number, piece in enumerate(pieces, start=1)
    ]


def notifications(case: Case, kind: Kind) -> Draft:
    return Draft(SERVER, _series(case, kind), "stdio")


def events(case: Case, kind: Kind) -> Draft:
    answer = result(case, {"content": [block("finished")], "isError": False})
    return Draft(SERVER, [*_series(case, kind), answer], "sse")


def chunks(case: Case, kind: Kind) -> Draft:
    """One message that arrives in pieces, cut inside of the value."""
    direction, message = messages.tool_result(case, texts.carry(case, kind))
    last = case.planted[-1]
    inside = json.dumps(last.parts[0], ensure_ascii=False)[1:-1]

    def spell(message) -> str:
        return json.dumps(message, ensure_ascii=False, separators=(",", ":"))

    written = spell(message)
    while inside not in written:
        inside = json.dumps(inside, ensure_ascii=False)[1:-1]
    return Draft(direction, [message], case.pick(["stdio", "sse"]), cut_inside=(inside,), spell=spell)


def image(case: Case, kind: Kind, exposed) -> Draft:
    """A picture whose metadata has a text: PNG `tEXt`, `zTXt`, `iTXt`, or a JPEG comment."""
    value = kind.make(case.rng)
    text = exposed(case, kind, value).encode()
    form = case.pick(["tEXt", "zTXt", "iTXt", "jpeg"])
    if form == "jpeg":
        picture, mime = _jpeg(text, octets(case.rng, 60)), "image/jpeg"
    else:
        picture, mime = _png(form, text), "image/png"
    encoded = case.note(kind, value, b64(picture))
    return Draft(
        SERVER,
        [
            result(
                case, {"content": [{"type": "image", "data": encoded, "mimeType": mime}, block("a picture")]}
            )
        ],
    )


def _png(form: str, text: bytes) -> bytes:
    payload = {
        "tEXt": b"Comment\0" + text,
        "zTXt": b"Comment\0\0" + zlib.compress(text),
        "iTXt": b"Comment\0\0\0en\0\0" + text,
    }[form]
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (form.encode(), payload),
        (b"IDAT", zlib.compress(b"\0\x10\x20\x30")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def _jpeg(text: bytes, scan: bytes) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text
    return b"\xff\xd8" + comment + b"\xff\xda\x00\x08" + scan.replace(b"\xff", b"\xfe") + b"\xff\xd9"
