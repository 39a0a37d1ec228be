"""One case of the corpus: what was planted in it, and the line that the program reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .kinds import Kind

CLIENT, SERVER = "client->server", "server->client"


@dataclass
class Planted:
    """A value and the texts, as they stand in leaves, that carry it."""

    kind: Kind
    value: str
    parts: list[str]
    where: str = "leaf"


@dataclass
class Case:
    """Collects what the carriers plant while they write their texts."""

    rng: Random
    planted: list[Planted] = field(default_factory=list)

    def plant(self, kind: Kind) -> str:
        """Draws a value, notes it, and returns it for the text."""
        return self.note(kind, kind.make(self.rng))

    def note(self, kind: Kind, value: str, *parts: str, where: str = "leaf") -> str:
        """Notes a value that stands in the text as `parts`, or as it is."""
        self.planted.append(Planted(kind, value, list(parts) or [value], where))
        return parts[0] if parts else value

    def pick(self, options):
        """One of them."""
        return self.rng.choice(options)


def pointer(parts: tuple[str | int, ...]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def leaves(node: Any, path: tuple[str | int, ...] = ()):
    """Every scalar with its path, and every member name as (path, name, True)."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield (*path, name), name, True
            yield from leaves(child, (*path, name))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from leaves(child, (*path, index))
    else:
        yield path, node if isinstance(node, str) else json.dumps(node), False


def labels(planted: list[Planted], messages: list[Any], http: dict | None) -> list[dict]:
    """The labels of a line: each planted value with all the places where its parts stand."""
    return [_label(one, messages, http) for one in planted]


def _label(one: Planted, messages: list[Any], http: dict | None) -> dict:
    places = []
    for index, message in enumerate(messages):
        for path, text, is_name in leaves(message):
            for part in one.parts:
                spelled = _spelling(part, text)
                if spelled is not None:
                    places.append(
                        {
                            "message": index,
                            "path": pointer(path),
                            "text": spelled,
                            "in": "name" if is_name else "leaf",
                        }
                    )
    for path, text in http_texts(http):
        for part in one.parts:
            if part in text:
                places.append({"message": None, "path": path, "text": part, "in": "http"})
    if not places:
        raise ValueError(f"`{one.kind.name}` was planted and does not stand in the message")
    return {
        "kind": one.kind.name,
        "class": one.kind.group,
        "value": one.value,
        "path": places[0]["path"],
        "where": one.where,
        "places": places,
    }


def _spelling(part: str, text: str) -> str | None:
    """How `part` stands in `text`: as it is, or as JSON inside of it, once or twice."""
    for _ in range(3):
        if part in text:
            return part
        part = json.dumps(part, ensure_ascii=False)[1:-1]
    return None


def http_texts(http: dict | None):
    """The texts of the `http` member with a path of their own."""
    if http:
        yield "/http/path", http["path"]
        for index, (_, value) in enumerate(http["headers"]):
            yield f"/http/headers/{index}/1", value
