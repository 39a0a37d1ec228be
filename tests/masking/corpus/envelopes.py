"""JSON-RPC envelopes of both eras."""

from __future__ import annotations

from .case import Case
from .kinds import HEX, pick

MODERN = "2026-07-28"


def meta(case: Case) -> dict:
    """What a modern request carries in `_meta`."""
    return {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}, "sampling": {}},
        "io.modelcontextprotocol/clientInfo": {"name": "agent", "version": "4.2.0"},
        "traceparent": f"00-{pick(case.rng, HEX, 32)}-{pick(case.rng, HEX, 16)}-01",
    }


def request(case: Case, method: str, params: dict) -> dict:
    if case.rng.random() < 0.4:
        params = {**params, "_meta": meta(case)}
    elif case.rng.random() < 0.3:
        params = {**params, "_meta": {"progressToken": case.rng.randint(1, 99)}}
    return {"jsonrpc": "2.0", "id": message_id(case), "method": method, "params": params}


def result(case: Case, body: dict) -> dict:
    if case.rng.random() < 0.4:
        body = {"resultType": "complete", **body}
    return {"jsonrpc": "2.0", "id": message_id(case), "result": body}


def notification(method: str, params: dict) -> dict:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def message_id(case: Case):
    return case.pick([case.rng.randint(0, 9999), f"req-{case.rng.randint(1, 999)}"])


def block(text: str) -> dict:
    return {"type": "text", "text": text}
