"""MCP messages with a place for a JSON value, and lists of tools."""

from __future__ import annotations

import json
from typing import Any

from .case import CLIENT, SERVER, Case
from .envelopes import block, message_id, notification, request, result
from .kinds import HEX, b64, pick


def call_data(case: Case, data: Any):
    return CLIENT, request(case, "tools/call", {"name": "apply", "arguments": data})


def elicitation_data(case: Case, data: Any):
    return CLIENT, {"jsonrpc": "2.0", "id": message_id(case), "result": {"action": "accept", "content": data}}


def structured(case: Case, data: Any):
    mirror = json.dumps(data, ensure_ascii=False, indent=case.pick([None, 2]))
    return SERVER, result(case, {"content": [block(mirror)], "structuredContent": data, "isError": False})


def log_data(case: Case, data: Any):
    return SERVER, notification("notifications/message", {"level": "warning", "data": data})


def error_data(case: Case, data: Any):
    return SERVER, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "error": {"code": -32603, "message": "internal error", "data": data},
    }


def vendor_meta(case: Case, data: Any):
    return SERVER, result(case, {"content": [block("ok")], "_meta": {"com.acme/context": data}})


def task_data(case: Case, data: Any):
    return SERVER, result(
        case,
        {
            "taskId": pick(case.rng, HEX, 24),
            "status": "completed",
            "result": {"content": [], "structuredContent": data},
        },
    )


def schema_example(case: Case, data: Any):
    return SERVER, result(
        case, {"tools": [{"name": "connect", "inputSchema": {"type": "object", "examples": [data]}}]}
    )


DATA_PLACES = (
    call_data,
    call_data,
    call_data,
    elicitation_data,
    structured,
    structured,
    structured,
    log_data,
    error_data,
    vendor_meta,
    task_data,
    schema_example,
)


def tool_list(case: Case) -> dict:
    """A page of tools as servers describe them, with cursors and schemas that name secrets."""
    chosen = case.rng.sample(_TOOLS, k=case.rng.randint(2, len(_TOOLS)))
    tools = [
        {
            "name": name,
            "description": description,
            "inputSchema": {
                "type": "object",
                "required": [required],
                "properties": {
                    required: {"type": "string", "description": hint},
                    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
                },
            },
        }
        for name, description, required, hint in chosen
    ]
    page = {"tools": tools}
    if case.rng.random() < 0.5:
        page["nextCursor"] = b64(json.dumps({"after": chosen[-1][0], "page": 2}).encode())
    return result(case, page)


_TOOLS = (
    (
        "get_secret",
        "Reads a secret by its name. Never returns the value.",
        "secret_name",
        "e.g. prod/orders-db",
    ),
    (
        "rotate_token",
        "Rotates an API token and stores it in the vault.",
        "token_id",
        "The token's id, not the token.",
    ),
    ("reset_password", "Sends a password reset link.", "user", "The user's login."),
    ("list_cards", "Lists the payment cards of a customer by their last four digits.", "customer", "cus_…"),
    ("query", "Runs a read-only SQL query.", "sql", "One statement, without a semicolon."),
    (
        "search_code",
        "Searches the repository with a regular expression.",
        "pattern",
        "RE2 syntax, e.g. token\\s*=",
    ),
    ("login", "Signs in; the host asks the user for the password.", "password", "Asked by elicitation."),
    ("key_info", "Shows fingerprint and age of a signing key.", "kid", "The key id from the JWKS."),
)
