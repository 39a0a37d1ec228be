"""JSON values in which a secret stands under its name, beside its name, or in a list."""

from __future__ import annotations

from typing import Any

from .case import Case
from .kinds import DIGITS, LOWER, Kind, pick


def member(case: Case, kind: Kind) -> Any:
    """`{"password": …}` with other members around it, at a random depth."""
    inner: Any = {
        "id": case.rng.randint(1, 9999),
        case.pick(kind.names): case.plant(kind),
        "updated": "2026-02-11T08:00:00Z",
    }
    for _ in range(case.rng.randrange(4)):
        inner = case.pick(
            [
                lambda node: {"config": node, "version": 3},
                lambda node: {"items": [{"id": 1, "kind": "none"}, node], "total": 2},
                lambda node: {"connection": {"host": "db.internal", "port": 5432, "options": node}},
                lambda node: {"profile": node, "tags": ["a", "b"], "active": True},
            ]
        )(inner)
    return inner if isinstance(inner, dict) else {"value": inner}


def pair(case: Case, kind: Kind) -> Any:
    """Names and values as siblings, as in HAR files, container environments and query parameters."""
    name, value = case.pick(kind.names), case.plant(kind)
    one = case.pick(
        [
            {"name": name, "value": value},
            {"key": name, "value": value},
            {"Name": name, "Value": value},
            {"header": name, "value": value},
        ]
    )
    return case.pick(
        [
            {"env": [{"name": "LOG_LEVEL", "value": "info"}, one]},
            {"request": {"method": "GET", "headers": [{"name": "Accept", "value": "*/*"}, one]}},
            {"parameters": [one, {"name": "limit", "value": 20}]},
        ]
    )


def assignment_list(case: Case, kind: Kind) -> Any:
    """`KEY=VALUE` items, as `docker inspect` shows them."""
    name = case.pick([name for name in kind.names if " " not in name]).replace(".", "_")
    name = name.replace("-", "_").upper()
    return {"Config": {"Image": "api:2.1", "Env": ["PATH=/usr/bin", f"{name}={case.plant(kind)}"]}}


def argv(case: Case, kind: Kind) -> Any:
    """A command as a list of arguments."""
    option = "--" + case.pick([name for name in kind.names if " " not in name])
    option = option.replace("_", "-").replace(".", "-").lower()
    value = case.plant(kind)
    arguments = case.pick([[option, value], [f"{option}={value}"]])
    return {"command": "deploy", "args": ["--verbose", *arguments, "--region", "eu-west-1"]}


def rows(case: Case, kind: Kind) -> Any:
    """What a database tool returns: a list of objects, or columns and rows."""
    name = case.pick(kind.names)
    count = case.rng.randint(1, 4)
    if case.rng.random() < 0.5:
        return {
            "rows": [
                {"id": number, name: case.plant(kind), "state": "active"} for number in range(1, count + 1)
            ],
            "rowCount": count,
        }
    return {
        "columns": ["id", "label", name],
        "rows": [[number, pick(case.rng, LOWER, 6), case.plant(kind)] for number in range(1, count + 1)],
    }


FORMS = (member, member, pair, assignment_list, argv, rows)


def carry(case: Case, kind: Kind) -> Any:
    """A JSON object of a random form that carries one value of this kind (rows: several)."""
    forms = (member, pair) if kind.has_lines() else FORMS
    return case.pick(forms)(case, kind)


def customer(case: Case, kinds: tuple[Kind, ...]) -> Any:
    """A customer's record with several values of several kinds."""
    chosen = {case.pick(kind.names): kind for kind in case.rng.sample(kinds, k=min(3, len(kinds)))}
    return {
        "customer": {
            "number": f"C-{pick(case.rng, DIGITS, 6)}",
            **{name: case.plant(kind) for name, kind in chosen.items()},
            "newsletter": False,
        }
    }
