"""Where a value hides: every item of the list that must be handled, as messages."""

from __future__ import annotations

import json
from collections.abc import Callable

from . import data, encoders, messages, objects, pools, splits, texts
from .case import CLIENT, SERVER, Case
from .composites import url_password
from .envelopes import meta, notification, request, result
from .kinds import Kind, b64
from .wire import Draft

Evasion = Callable[[Case, Kind], Draft]


def exposed(case: Case, kind: Kind, value: str) -> str:
    """A text that gives the value away: alone, or with its name or words."""
    if kind.bare and case.rng.random() < 0.5:
        return value
    name = case.pick([name for name in kind.names if " " not in name])
    if kind.words and case.rng.random() < 0.5:
        return f"{case.pick(kind.words)}: {value}"
    return f"{name}={value}"


def place_text(case: Case, text: str) -> Draft:
    places = [place for place in messages.TEXT_PLACES if place is not messages.resource_blob]
    direction, message = case.pick(places)(case, text)
    return Draft(direction, [message])


def place_data(case: Case, value) -> Draft:
    direction, message = case.pick(objects.DATA_PLACES)(case, value)
    return Draft(direction, [message])


def whole(encode) -> Evasion:
    """The text with its name goes through the encoding."""

    def evasion(case: Case, kind: Kind) -> Draft:
        value = kind.make(case.rng)
        encoded = encode(case.rng, exposed(case, kind, value))
        case.note(kind, value, encoded)
        lead, tail = case.pick([("", ""), ("payload: ", ""), ("see ", " for the rest"), ('data="', '"')])
        if "\n" in encoded:
            lead, tail = case.pick([("", ""), ("payload:\n", "\n")])
        return place_text(case, lead + encoded + tail)

    return evasion


def disguised(encode) -> Evasion:
    """Only the value is changed; its name, if it needs one, stays readable."""

    def evasion(case: Case, kind: Kind) -> Draft:
        value = kind.make(case.rng)
        disguise = case.note(kind, value, encode(case.rng, value))
        return place_text(case, "note - " + exposed(case, kind, disguise) + " - end")

    return evasion


def json_in_string(case: Case, kind: Kind) -> Draft:
    inner = json.dumps(data.carry(case, kind), ensure_ascii=False)
    return place_text(case, inner)


def json_twice(case: Case, kind: Kind) -> Draft:
    inner = json.dumps(data.carry(case, kind), ensure_ascii=False)
    return place_text(case, json.dumps({"status": 200, "body": inner}, ensure_ascii=False))


def combined(case: Case, kind: Kind) -> Draft:
    """One encoding inside of another, as pipelines make them without anybody's intent."""
    inner = json.dumps(data.member(case, kind), ensure_ascii=False)
    outer = case.pick(
        [
            lambda text: json.dumps({"event": "webhook", "body": b64(text.encode())}),
            lambda text: "data=" + encoders.percent(case.rng, b64(text.encode())),
            lambda text: b64(json.dumps({"raw": text}).encode()),
            lambda text: json.dumps({"payload": encoders.hexadecimal(case.rng, text)}),
            lambda text: "<pre>" + encoders.html_some(case.rng, text) + "</pre>",
            lambda text: encoders.gzip_base64(case.rng, json.dumps({"inner": text})),
        ]
    )
    encoded = outer(inner)
    case.planted[-1].parts = [encoded]
    return place_text(case, encoded)


def property_name(case: Case, kind: Kind) -> Draft:
    value = case.plant(kind)
    return place_data(case, case.pick([{value: {"count": 3}}, {"owners": {value: "admin"}, "total": 1}]))


def name_value_pair(case: Case, kind: Kind) -> Draft:
    return place_data(case, data.pair(case, kind))


def number(case: Case, kind: Kind) -> Draft:
    while True:
        value = kind.make(case.rng).replace(" ", "").replace("-", "").replace(".", "")
        if value.isdigit() and value[0] != "0":
            break
    case.note(kind, value)
    return place_data(case, {"id": 4711, case.pick(kind.names): int(value)})


def neighbour(case: Case, kind: Kind) -> Draft:
    if case.rng.random() < 0.3:
        return place_data(case, data.rows(case, kind))
    return place_text(case, case.pick([texts.csv_table, texts.psql_table, texts.markdown_table])(case, kind))


def escapes_on_wire(case: Case, kind: Kind) -> Draft:
    value = case.plant(kind)
    draft = place_text(case, exposed(case, kind, value))

    def spell(message) -> str:
        part = json.dumps(value, ensure_ascii=False)[1:-1]
        escaped = part if "\\" in part else "".join(f"\\u{ord(sign):04x}" for sign in part)
        return json.dumps(message, ensure_ascii=False).replace(part, escaped)

    draft.spell = spell
    return draft


def resource_blob(case: Case, kind: Kind) -> Draft:
    value = kind.make(case.rng)
    text = f"# settings\n{exposed(case, kind, value)}\nregion=eu-west-1\n"
    blob = case.note(kind, value, b64(text.encode()))
    return Draft(
        SERVER,
        [
            result(
                case,
                {
                    "contents": [
                        {
                            "uri": "file:///srv/app/settings.env",
                            "mimeType": "application/octet-stream",
                            "blob": blob,
                        }
                    ]
                },
            )
        ],
    )


def resource_text(case: Case, kind: Kind) -> Draft:
    return Draft(*_one(messages.resource_text(case, texts.carry(case, kind))))


def resource_uri(case: Case, kind: Kind) -> Draft:
    if case.rng.random() < 0.3:
        uri = url_password(case)
    else:
        name = case.pick([name for name in kind.names if name.isascii() and " " not in name])
        uri = f"https://files.acme.io/report.csv?page=2&{name}={case.plant(kind)}"
    if case.rng.random() < 0.5:
        return Draft(
            SERVER,
            [
                result(
                    case,
                    {
                        "content": [
                            {"type": "resource_link", "uri": uri, "name": "report", "mimeType": "text/csv"}
                        ]
                    },
                )
            ],
        )
    message = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "resources/read",
        "params": {"uri": uri, "_meta": meta(case)},
    }
    return Draft(
        CLIENT,
        [message],
        "http-json",
        {
            "method": "POST",
            "path": "/mcp",
            "headers": [
                ["Mcp-Method", "resources/read"],
                ["Mcp-Name", uri],
                ["MCP-Protocol-Version", "2026-07-28"],
            ],
        },
    )


def url_credentials(case: Case, _kind: Kind) -> Draft:
    return place_text(case, f"connect with {url_password(case)} and retry")


def mirrored_header(case: Case, kind: Kind) -> Draft:
    """`x-mcp-header`: the argument stands in the body and in a header, encoded if it is not plain."""
    value = case.plant(kind)
    name = case.pick(["apiKey", "password", "accountToken"])
    spelled = value
    if not value.isascii() or case.rng.random() < 0.4:
        spelled = f"=?base64?{b64(value.encode())}?="
        case.planted[-1].parts.append(spelled)
    message = {
        "jsonrpc": "2.0",
        "id": 12,
        "method": "tools/call",
        "params": {"name": "lookup", "arguments": {name: value, "limit": 5}, "_meta": meta(case)},
    }
    return Draft(
        CLIENT,
        [message],
        "http-json",
        {
            "method": "POST",
            "path": "/mcp",
            "headers": [
                ["Content-Type", "application/json"],
                ["Mcp-Method", "tools/call"],
                ["Mcp-Name", "lookup"],
                [f"Mcp-Param-{name}", spelled],
            ],
        },
    )


def http_header(case: Case, kind: Kind) -> Draft:
    """The call's own credential, in a header or in the request's query."""
    value = case.plant(kind)
    path, headers = "/mcp", [["Content-Type", "application/json"], ["User-Agent", "agent/4.2"]]
    shape = case.rng.randrange(4)
    if shape == 0:
        path = f"/mcp?tenant=acme&api_key={value}"
    elif shape == 1:
        headers.append(["Cookie", f"theme=dark; session={value}"])
    else:
        headers.append(
            case.pick(
                [
                    ["Authorization", f"Bearer {value}"],
                    ["X-Api-Key", value],
                    ["X-Auth-Token", value],
                    ["Proxy-Authorization", f"Bearer {value}"],
                ]
            )
        )
    return Draft(
        CLIENT,
        [request(case, "tools/list", {})],
        "http-json",
        {"method": "POST", "path": path, "headers": headers},
    )


def rpc_id(case: Case, kind: Kind) -> Draft:
    value = case.note(kind, kind.make(case.rng), where="protocol")
    return Draft(CLIENT, [{"jsonrpc": "2.0", "id": value, "method": "tools/list", "params": {}}])


def progress_token(case: Case, kind: Kind) -> Draft:
    value = case.note(kind, kind.make(case.rng), where="protocol")
    return Draft(
        SERVER,
        [
            notification(
                "notifications/progress",
                {"progressToken": value, "progress": 1, "total": 4, "message": "reading"},
            )
        ],
    )


def error(case: Case, kind: Kind) -> Draft:
    if case.rng.random() < 0.5:
        return Draft(*_one(objects.error_data(case, data.carry(case, kind))))
    place = case.pick([messages.error_message, messages.error_text])
    return Draft(*_one(place(case, texts.carry(case, kind))))


def in_notification(case: Case, kind: Kind) -> Draft:
    if case.rng.random() < 0.3:
        return Draft(*_one(objects.log_data(case, data.carry(case, kind))))
    place = case.pick([messages.progress_text, messages.log_text, messages.task_status])
    return Draft(*_one(place(case, texts.carry(case, kind))))


def definition(case: Case, kind: Kind) -> Draft:
    shape = case.rng.randrange(4)
    if shape == 0:
        name = case.pick(kind.names)
        tool = {
            "name": "connect",
            "inputSchema": {
                "type": "object",
                "properties": {name: {"type": "string", "default": case.plant(kind)}},
            },
        }
        return Draft(SERVER, [result(case, {"tools": [tool]})])
    text = texts.sentence(case, kind)
    if shape == 1:
        return Draft(SERVER, [result(case, {"prompts": [{"name": "greet", "description": text}]})])
    if shape == 2:
        return Draft(
            SERVER,
            [result(case, {"resources": [{"uri": "file:///srv/a", "name": "a", "description": text}]})],
        )
    return Draft(*_one(messages.tool_description(case, text)))


def embedded_schema_message(case: Case, kind: Kind) -> Draft:
    """Elicitation and sampling: what the server asks, what the user and the model answer."""
    place = case.pick(
        [
            messages.elicitation,
            messages.sampling,
            messages.sampling_answer,
            messages.elicitation_answer,
            messages.input_required,
            messages.input_responses,
        ]
    )
    return Draft(*_one(place(case, texts.carry(case, kind))))


def image_metadata(case: Case, kind: Kind) -> Draft:
    return splits.image(case, kind, exposed)


def _one(placed):
    direction, message = placed
    return direction, [message]


EVASIONS: dict[str, tuple[Evasion, tuple[Kind, ...]]] = {
    **{name: (whole(encode), pools.MIXED) for name, encode in encoders.WHOLE.items()},
    **{name: (disguised(encode), pools.ONE_LINE) for name, encode in encoders.VALUE.items()},
    "other_digits": (disguised(encoders.other_digits), pools.DIGITS_ONLY),
    "odd_dashes": (disguised(encoders.odd_dashes), pools.DASHED),
    "odd_spaces": (disguised(encoders.odd_spaces), pools.DASHED),
    "json_in_string": (json_in_string, pools.MIXED),
    "json_twice": (json_twice, pools.MIXED),
    "combined": (combined, pools.MIXED),
    "property_name": (property_name, pools.BARE),
    "name_value_pair": (name_value_pair, pools.ONLY_BY_NAME),
    "number": (number, pools.NUMBERS),
    "neighbour": (neighbour, pools.ONLY_BY_NAME),
    "escapes_on_wire": (escapes_on_wire, pools.MIXED),
    "resource_blob": (resource_blob, pools.MIXED),
    "resource_text": (resource_text, pools.MIXED),
    "resource_uri": (resource_uri, pools.TOKENS_ONLY),
    "url_credentials": (url_credentials, pools.named("password")),
    "mirrored_header": (mirrored_header, pools.TOKENS_ONLY),
    "http_header": (http_header, pools.TOKENS_ONLY),
    "rpc_id": (rpc_id, pools.TOKENS_ONLY),
    "progress_token": (progress_token, pools.TOKENS_ONLY),
    "error": (error, pools.MIXED),
    "notification": (in_notification, pools.MIXED),
    "definition": (definition, pools.MIXED),
    "elicitation_sampling": (embedded_schema_message, pools.MIXED),
    "image_metadata": (image_metadata, pools.MIXED),
    "split_blocks": (splits.blocks, pools.BARE),
    "split_notifications": (splits.notifications, pools.BARE),
    "split_events": (splits.events, pools.BARE),
    "split_chunks": (splits.chunks, pools.MIXED),
}
