"""Takes wires apart: JSON into its tokens, event streams into lines and events."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r'\s+|"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


@dataclass(frozen=True)
class Token:
    """A part of a JSON text: `punctuation` (with white space), `name` or `scalar`."""

    role: str
    path: str
    raw: str


def tokens(text: str) -> list[Token]:
    """The tokens of a JSON text that is known to be JSON."""
    out: list[Token] = []
    stack: list[list] = []
    for raw in _TOKEN.findall(text):
        if raw.isspace():
            out.append(Token("punctuation", "", raw))
        elif raw in "{[":
            out.append(Token("punctuation", _path(stack), raw))
            stack.append(["{", None, "name"] if raw == "{" else ["[", 0, "value"])
        elif raw in "}]":
            stack.pop()
            out.append(Token("punctuation", _path(stack), raw))
        elif raw == ":":
            stack[-1][2] = "value"
            out.append(Token("punctuation", "", raw))
        elif raw == ",":
            top = stack[-1]
            if top[0] == "{":
                top[2] = "name"
            else:
                top[1] += 1
            out.append(Token("punctuation", "", raw))
        elif stack and stack[-1][2] == "name":
            stack[-1][1] = json.loads(raw)
            out.append(Token("name", _path(stack), raw))
        else:
            out.append(Token("scalar", _path(stack), raw))
    return out


def _path(stack: list[list]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for _, part, _ in stack)


@dataclass
class Wire:
    """A wire as messages and as what stands between them, which masking may not touch."""

    bodies: list[str]
    frame: list[str]

    def messages(self) -> list[Any]:
        return [json.loads(body) for body in self.bodies]


def split(transport: str, wire: str) -> Wire:
    """Messages and frame of a wire."""
    if transport == "http-json":
        return Wire([wire], [])
    if transport == "stdio":
        lines = wire.split("\n")
        return Wire(
            [line for line in lines if line.strip()], ["" if line.strip() else line for line in lines]
        )
    return _events(wire)


def _events(wire: str) -> Wire:
    bodies: list[str] = []
    frame: list[str] = []
    data: list[str] = []
    for line in re.split(r"\r\n|\n|\r", wire):
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
            frame.append("data:")
            continue
        frame.append(line)
        if not line and data:
            bodies.append("\n".join(data))
            data = []
    frame.append(f"line ends: {len(re.findall(chr(13), wire))} CR")
    return Wire(bodies, frame)
