"""How messages cross: lines of stdio, a body, the text of an event stream, and the cuts in it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from random import Random
from typing import Any

from .case import CLIENT, SERVER, Case, labels
from .kinds import HEX, LOWER, pick


@dataclass
class Draft:
    """A case before it is written: messages, and how they shall cross."""

    direction: str
    messages: list[Any]
    transport: str | None = None
    http: dict | None = None
    # Where the stream is to be cut: texts on the wire, each to be cut in its middle.
    cut_inside: tuple[str, ...] = ()
    # How the wire spells strings, if not as `json.dumps` does.
    spell: Any = None


def line(case: Case, draft: Draft, name: str, form: str, group: str) -> dict:
    """The corpus line of a draft: the program's input with its labels."""
    rng = case.rng
    transport = draft.transport or _transport(rng, draft)
    bodies = [(draft.spell or _spell(rng, transport))(message) for message in draft.messages]
    wire = {"stdio": _stdio, "http-json": _body, "sse": _events}[transport](rng, bodies)
    http = draft.http
    if http is None and transport != "stdio" and rng.random() < 0.6:
        http = _http(rng, draft)
        if rng.random() < 0.2:
            http["headers"].append(["Content-Length", str(len(wire.encode()))])
    out = {"id": name, "direction": draft.direction, "transport": transport, "wire": wire}
    if http is not None:
        out["http"] = http
    chunks = _chunks(rng, wire, draft.cut_inside)
    if chunks and transport != "http-json":
        out["chunks"] = chunks
    return {**out, "form": form, "group": group, "labels": labels(case.planted, draft.messages, http)}


def _transport(rng: Random, draft: Draft) -> str:
    if draft.direction == CLIENT:
        return rng.choice(["stdio", "http-json"]) if len(draft.messages) == 1 else "stdio"
    return rng.choice(["stdio", "http-json", "sse"] if len(draft.messages) == 1 else ["stdio", "sse"])


def _spell(rng: Random, transport: str):
    """The ways in which common libraries write JSON; only a line of stdio must be one line."""
    ascii_only, loose = rng.random() < 0.3, rng.random() < 0.3
    separators = (", ", ": ") if loose else (",", ":")
    slashes = rng.random() < 0.1
    indent = 2 if transport != "stdio" and rng.random() < 0.08 else None

    def spell(message: Any) -> str:
        text = json.dumps(message, ensure_ascii=ascii_only, separators=separators, indent=indent)
        return text.replace("/", "\\/") if slashes else text

    return spell


def _stdio(_rng: Random, bodies: list[str]) -> str:
    return "".join(body + "\n" for body in bodies)


def _body(_rng: Random, bodies: list[str]) -> str:
    return bodies[0]


def _events(rng: Random, bodies: list[str]) -> str:
    out = rng.choice(["", "", ": keep-alive\n\n", "retry: 3000\n\n"])
    named, numbered = rng.random() < 0.7, rng.random() < 0.5
    newline = "\r\n" if rng.random() < 0.1 else "\n"
    for number, body in enumerate(bodies, start=1):
        out += "event: message\n" if named else ""
        out += f"id: s1-{number}\n" if numbered else ""
        out += "".join(f"data: {part}\n" for part in body.split("\n")) + "\n"
    return out.replace("\n", newline)


def _http(rng: Random, draft: Draft) -> dict:
    headers = [
        ["Host", "mcp.acme.io"],
        ["Accept", "application/json, text/event-stream"],
        ["Content-Type", "application/json"],
    ]
    if draft.direction == SERVER:
        headers = [["Content-Type", "text/event-stream"], ["Cache-Control", "no-store"]]
    else:
        message = draft.messages[0]
        headers.append(["MCP-Protocol-Version", rng.choice(["2025-11-25", "2026-07-28"])])
        headers += rng.sample(
            [
                ["Mcp-Session-Id", str(uuid.UUID(int=rng.getrandbits(128), version=4))],
                ["traceparent", f"00-{pick(rng, HEX, 32)}-{pick(rng, HEX, 16)}-01"],
                ["User-Agent", "python-httpx/0.28.1"],
                ["Origin", "http://localhost:6274"],
                ["X-Request-Id", pick(rng, HEX, 32)],
            ],
            k=rng.randrange(4),
        )
        if isinstance(message, dict) and "method" in message and rng.random() < 0.5:
            headers.append(["Mcp-Method", message["method"]])
            name = message.get("params", {}).get("name")
            if isinstance(name, str):
                headers.append(["Mcp-Name", name])
    return {
        "method": "POST",
        "path": rng.choice(["/mcp", "/v1/mcp", f"/{pick(rng, LOWER, 5)}/mcp"]),
        "headers": headers,
    }


def _chunks(rng: Random, wire: str, inside: tuple[str, ...]) -> list[int]:
    """Byte offsets of cuts: through the middle of what must be split, and a few anywhere."""
    data = wire.encode()
    cuts = set()
    for text in inside:
        at = data.find(text.encode())
        if at < 0:
            raise ValueError("what shall be cut does not stand on the wire")
        length = len(text.encode())
        cuts.update({at + length // 2, at + rng.randrange(1, length)})
    if inside or rng.random() < 0.25:
        cuts.update(rng.randrange(1, len(data)) for _ in range(rng.randint(0, 3)))
    return sorted(cuts)
