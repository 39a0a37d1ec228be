"""MCP messages of both directions with a place for a text. Each function returns direction and message."""

from __future__ import annotations

from .case import CLIENT, SERVER, Case
from .envelopes import block, message_id, meta, notification, request, result
from .kinds import HEX, b64, pick


def call_argument(case: Case, text: str):
    name, argument = case.pick(
        [
            ("run_query", "sql"),
            ("write_file", "content"),
            ("send_message", "text"),
            ("shell", "command"),
            ("create_issue", "body"),
            ("http", "payload"),
        ]
    )
    return CLIENT, request(
        case,
        "tools/call",
        {"name": name, "arguments": {argument: text, "timeout_ms": 5000, "options": {"dry_run": False}}},
    )


def prompt_argument(case: Case, text: str):
    return CLIENT, request(case, "prompts/get", {"name": "review", "arguments": {"diff": text}})


def completion_argument(case: Case, text: str):
    return CLIENT, request(
        case,
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "review"}, "argument": {"name": "query", "value": text}},
    )


def sampling_answer(case: Case, text: str):
    return CLIENT, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "result": {
            "role": "assistant",
            "content": block(text),
            "model": "local-model-7b",
            "stopReason": "endTurn",
        },
    }


def elicitation_answer(case: Case, text: str):
    return CLIENT, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "result": {"action": "accept", "content": {"note": text, "confirmed": True}},
    }


def input_responses(case: Case, text: str):
    return CLIENT, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "method": "tools/call",
        "params": {
            "name": "book",
            "arguments": {"seats": 2},
            "_meta": meta(case),
            "inputResponses": {"note": {"action": "accept", "content": {"text": text}}},
        },
    }


def tool_result(case: Case, text: str):
    blocks = [block(text)]
    if case.rng.random() < 0.3:
        blocks.insert(0, block("2 results, the newest first"))
    return SERVER, result(case, {"content": blocks, "isError": case.rng.random() < 0.1})


def resource_text(case: Case, text: str):
    return SERVER, result(
        case, {"contents": [{"uri": "file:///srv/app/settings.conf", "mimeType": "text/plain", "text": text}]}
    )


def embedded_resource(case: Case, text: str):
    return SERVER, result(
        case,
        {
            "content": [
                {
                    "type": "resource",
                    "resource": {"uri": "repo://main/config", "mimeType": "text/plain", "text": text},
                }
            ]
        },
    )


def resource_blob(case: Case, text: str):
    """The text as bytes: whatever was planted in it now stands in the base64 of all of it."""
    blob = b64(text.encode())
    for one in case.planted:
        one.parts = [blob]
    return SERVER, result(
        case,
        {
            "contents": [
                {"uri": "file:///srv/app/dump.bin", "mimeType": "application/octet-stream", "blob": blob}
            ]
        },
    )


def prompt_message(case: Case, text: str):
    return SERVER, result(
        case, {"description": "Review a change", "messages": [{"role": "user", "content": block(text)}]}
    )


def log_text(case: Case, text: str):
    return SERVER, notification(
        "notifications/message",
        {"level": case.pick(["info", "debug", "error"]), "logger": "orders", "data": text},
    )


def progress_text(case: Case, text: str):
    return SERVER, notification(
        "notifications/progress",
        {"progressToken": case.rng.randint(1, 99), "progress": 3, "total": 10, "message": text},
    )


def error_message(case: Case, text: str):
    return SERVER, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "error": {"code": -32603, "message": f"upstream failed: {text}"},
    }


def error_text(case: Case, text: str):
    return SERVER, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "error": {"code": -32000, "message": "query failed", "data": {"detail": text, "retryable": False}},
    }


def elicitation(case: Case, text: str):
    return SERVER, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "method": "elicitation/create",
        "params": {
            "message": text,
            "requestedSchema": {
                "type": "object",
                "properties": {"ok": {"type": "boolean"}},
                "required": ["ok"],
            },
        },
    }


def sampling(case: Case, text: str):
    return SERVER, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "method": "sampling/createMessage",
        "params": {
            "messages": [{"role": "user", "content": block(text)}],
            "systemPrompt": "You answer briefly.",
            "maxTokens": 400,
        },
    }


def completion_values(case: Case, text: str):
    return SERVER, result(case, {"completion": {"values": ["main", text], "total": 2, "hasMore": False}})


def task_status(case: Case, text: str):
    return SERVER, notification(
        "notifications/tasks", {"taskId": pick(case.rng, HEX, 24), "status": "working", "statusMessage": text}
    )


def task_result(case: Case, text: str):
    return SERVER, result(
        case,
        {
            "taskId": pick(case.rng, HEX, 24),
            "status": "completed",
            "result": {"content": [block(text)], "isError": False},
        },
    )


def tool_description(case: Case, text: str):
    return SERVER, result(
        case,
        {
            "tools": [
                {"name": "search", "description": "Finds things.", "inputSchema": {"type": "object"}},
                {
                    "name": "fetch",
                    "description": f"Fetches a page. Example: {text}",
                    "inputSchema": {"type": "object", "properties": {"url": {"type": "string"}}},
                },
            ]
        },
    )


def schema_default(case: Case, text: str):
    return SERVER, result(
        case,
        {
            "tools": [
                {
                    "name": "connect",
                    "inputSchema": {
                        "type": "object",
                        "properties": {
                            "target": {"type": "string", "default": text},
                            "retries": {"type": "integer", "default": 3},
                        },
                    },
                }
            ]
        },
    )


def instructions(case: Case, text: str):
    return SERVER, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "result": {
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {"listChanged": True}},
            "serverInfo": {"name": "orders", "version": "1.4.0"},
            "instructions": text,
        },
    }


def input_required(case: Case, text: str):
    return SERVER, {
        "jsonrpc": "2.0",
        "id": message_id(case),
        "result": {
            "resultType": "input_required",
            "requestState": b64(pick(case.rng, HEX, 30).encode()),
            "inputRequests": {"ask": {"method": "elicitation/create", "params": {"message": text}}},
        },
    }


TEXT_PLACES = (
    call_argument,
    call_argument,
    call_argument,
    prompt_argument,
    completion_argument,
    sampling_answer,
    elicitation_answer,
    input_responses,
    tool_result,
    tool_result,
    tool_result,
    tool_result,
    resource_text,
    resource_text,
    embedded_resource,
    resource_blob,
    prompt_message,
    log_text,
    progress_text,
    error_message,
    error_text,
    elicitation,
    sampling,
    completion_values,
    task_status,
    task_result,
    tool_description,
    schema_default,
    instructions,
    input_required,
)
