"""What masking may not do: lose members, break JSON or framing, touch what was not labelled."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from .wires import Token, Wire, split, tokens

# Members of the envelope that stay on the wire whatever they hold.
_PROTOCOL = (
    "/jsonrpc",
    "/id",
    "/method",
    "/params/_meta/progressToken",
    "/params/progressToken",
    "/params/cursor",
    "/result/nextCursor",
    "/params/requestState",
    "/result/requestState",
)


@dataclass
class Damage:
    """What was found wrong with one output."""

    envelope: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)


def compare(line: dict, answer: dict) -> Damage:
    """Compares a corpus line with the program's answer to it."""
    damage = Damage()
    before = split(line["transport"], line["wire"])
    after = split(line["transport"], answer["wire"])
    if before.frame != after.frame or len(before.bodies) != len(after.bodies):
        damage.envelope.append("framing changed")
    for index, (old, new) in enumerate(zip(before.bodies, after.bodies, strict=False)):
        labelled = {
            place["path"]: place["in"]
            for label in line["labels"]
            for place in label["places"]
            if place["message"] == index
        }
        _body(old, new, labelled, damage)
    _http(line, answer, after, damage)
    return damage


def _body(old: str, new: str, labelled: dict[str, str], damage: Damage) -> None:
    try:
        json.loads(new, object_pairs_hook=_no_twins)
    except ValueError as problem:
        damage.envelope.append(f"not JSON any more: {problem}")
        return
    was, now = tokens(old), tokens(new)
    if len(was) != len(now) or any(a.role != b.role for a, b in zip(was, now, strict=True)):
        damage.envelope.append("members or elements are missing, or there are more")
        return
    for a, b in zip(was, now, strict=True):
        if a.raw != b.raw:
            _changed(a, b, labelled, damage)


def _changed(a: Token, b: Token, labelled: dict[str, str], damage: Damage) -> None:
    if a.role == "punctuation":
        damage.envelope.append("structure or white space changed")
    elif a.path in _PROTOCOL:
        damage.envelope.append(f"protocol member changed: {a.path}")
    elif a.path not in labelled or (a.role == "name") != (labelled[a.path] == "name"):
        damage.stray.append(a.path)
    elif a.role == "scalar" and "structuredContent" in a.path and _type(a.raw) != _type(b.raw):
        damage.envelope.append(f"structured content changed its type: {a.path}")


def _type(raw: str) -> type:
    value = json.loads(raw)
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("two members have one name")
    return dict(pairs)


def _http(line: dict, answer: dict, after: Wire, damage: Damage) -> None:
    was, now = line.get("http"), answer.get("http")
    if was is None:
        return
    if (
        now is None
        or now["method"] != was["method"]
        or [name for name, _ in now["headers"]] != [name for name, _ in was["headers"]]
    ):
        damage.envelope.append("http: method or header names changed")
        return
    labelled = {
        place["path"] for label in line["labels"] for place in label["places"] if place["in"] == "http"
    }
    if now["path"] != was["path"] and "/http/path" not in labelled:
        damage.stray.append("/http/path")
    for index, ((name, a), (_, b)) in enumerate(zip(was["headers"], now["headers"], strict=True)):
        if name == "Content-Length":
            if b != str(len(answer["wire"].encode())):
                damage.envelope.append("Content-Length is not the body's")
        elif a != b and f"/http/headers/{index}/1" not in labelled:
            damage.stray.append(f"/http/headers/{index}/1")
        if name.startswith("Mcp-Param-"):
            _mirror(name.removeprefix("Mcp-Param-"), b, after, damage)
        elif name == "Mcp-Name":
            params = _first(after).get("params", {})
            if _plain(b) not in (params.get("name"), params.get("uri")):
                damage.envelope.append("Mcp-Name differs from the body")


def _mirror(name: str, header: str, after: Wire, damage: Damage) -> None:
    value = _first(after).get("params", {}).get("arguments", {}).get(name)
    if _plain(header) != value:
        damage.envelope.append(f"Mcp-Param-{name} differs from the argument")


def _first(after: Wire) -> dict:
    try:
        return json.loads(after.bodies[0])
    except (ValueError, IndexError):
        return {}


def _plain(header: str) -> str:
    if header.startswith("=?base64?") and header.endswith("?="):
        return base64.b64decode(header[9:-2]).decode("utf-8", "replace")
    return header
