"""Texts in which a value has its usual company: files, tables, command lines, sentences."""

from __future__ import annotations

import json

from .case import Case
from .kinds import DIGITS, HEX, LOWER, Kind, pick, simple
from .languages import spelled

_HOSTS = ("db.internal", "10.4.2.17", "orders-db.prod.svc.cluster.local", "localhost", "cache01")


# What people put around a value in a sentence.
_MARKS = (
    ("", ""),
    ("", ""),
    ("`", "`"),
    ('"', '"'),
    ("(", ")"),
    ("<", ">"),
    ("«", "»"),
    ("**", "**"),
    ("'", "'"),
)


def sentence(case: Case, kind: Kind) -> str:
    """The value in prose. What has no shape of its own gets its words before it."""
    value = case.plant(kind)
    lead = f"{case.pick(kind.words)}: " if kind.words else ""
    if not lead and not kind.bare:
        lead = f"{case.pick(kind.names)}: "
    elif kind.bare and case.rng.random() < 0.3:
        lead = ""
    before, after = case.pick(_MARKS) if "\n" not in value else ("", "")
    value = before + value + after
    return case.pick(
        [
            f"Done. {lead}{value}",
            f"I found this in the thread from Tuesday: {lead}{value} - please rotate or remove it.",
            f"{lead}{value}\n\nLet me know if that works for you.",
            f"Der Eintrag lautet {lead}{value} und wurde gestern geändert.",
            f"La valeur est {lead}{value} (voir le ticket).",
            f"メモ: {lead}{value} を確認してください。",
            f"1. open the settings\n2. paste {lead}{value}\n3. press save",
            f"El valor actual es {lead}{value}; no lo comparta.",
        ]
    )


def env_file(case: Case, kind: Kind) -> str:
    name = _variable(case, kind)
    value = case.plant(kind)
    quote = "" if simple(value) and case.rng.random() < 0.6 else case.pick(['"', "'"])
    before, after = case.pick(["", "export "]), case.pick(["", "\nLOG_LEVEL=info", "\nDEBUG=false\n"])
    return (
        f"# settings\nPORT={pick(case.rng, DIGITS, 4)}\nDB_HOST={case.pick(_HOSTS)}\n"
        f"{before}{name}={quote}{value}{quote}{after}"
    )


def yaml_file(case: Case, kind: Kind) -> str:
    value = case.plant(kind)
    quote = "" if simple(value) and not value.isdigit() else '"'
    if "\n" in value:
        block = "\n".join("    " + line for line in value.splitlines())
        case.planted[-1].parts = [block]
        return f"service:\n  name: orders\n  {_plain(case, kind)}: |\n{block}\n  replicas: 3\n"
    return (
        f"service:\n  name: orders\n  replicas: {case.rng.randint(1, 9)}\n"
        f"  {_plain(case, kind)}: {quote}{value}{quote}\n  timeout: 30s\n"
    )


def kubernetes_env(case: Case, kind: Kind) -> str:
    name, value = _variable(case, kind), case.plant(kind)
    return (
        "spec:\n  containers:\n  - name: api\n    image: registry.local/api:1.14.2\n    env:\n"
        f'    - name: LOG_LEVEL\n      value: info\n    - name: {name}\n      value: "{value}"\n'
    )


def ini_file(case: Case, kind: Kind) -> str:
    return (
        f"[client]\nhost = {case.pick(_HOSTS)}\nport = 5432\n"
        f"{_plain(case, kind)} = {case.plant(kind)}\n\n[pool]\nsize = {case.rng.randint(2, 50)}\n"
    )


def toml_file(case: Case, kind: Kind) -> str:
    return (
        f'[registry]\nname = "internal"\nretries = 3\n{_plain(case, kind).replace(".", "_")} = '
        f'"{case.plant(kind)}"\n'
    )


def xml_file(case: Case, kind: Kind) -> str:
    name, value = _plain(case, kind), case.plant(kind)
    return case.pick(
        [
            f"<server><id>nexus</id><username>ci</username><{name}>{value}</{name}></server>",
            f'<add key="{name}" value="{value}" />',
            f'<datasource host="{case.pick(_HOSTS)}" {name}="{value}" pool="8"/>',
        ]
    )


def source_code(case: Case, kind: Kind) -> str:
    name, value = _variable(case, kind).lower(), case.plant(kind)
    return case.pick(
        [
            f'import os\n\n{name.upper()} = "{value}"\n\ndef main():\n    connect({name.upper()})\n',
            f"const {name} = '{value}';\nexport default {{ retries: 3 }};\n",
            f'    private static final String {name.upper()} = "{value}";\n',
            f'let client = Client::new()\n    .{name}("{value}")\n    .build()?;\n',
            f'-    {name}: "{value}",\n+    {name}: process.env.{name.upper()},\n',
        ]
    )


def command_line(case: Case, kind: Kind) -> str:
    option, value = _plain(case, kind).replace("_", "-").replace(".", "-").lower(), case.plant(kind)
    quoted = value if simple(value) else f"'{value}'"
    return case.pick(
        [
            f"$ deploy --region eu-west-1 --{option} {quoted} --wait",
            f"./bin/sync --{option}={quoted} --dry-run",
            f"docker run -d --name api -e {_variable(case, kind)}={quoted} registry.local/api:2.1",
        ]
    )


def query_string(case: Case, kind: Kind) -> str:
    name = _plain(case, kind).replace(".", "_").replace("-", "_")
    return f"GET https://api.service.internal/v2/items?limit=50&{name}={case.plant(kind)}&sort=asc 200"


def log_line(case: Case, kind: Kind) -> str:
    level = case.pick(["INFO", "DEBUG", "WARN"])
    return (
        f"2026-03-14T09:26:53.{pick(case.rng, DIGITS, 3)}Z {level} worker-{case.rng.randint(1, 9)} "
        f"request={pick(case.rng, HEX, 16)} {_plain(case, kind)}={case.plant(kind)} status=ok"
    )


def json_text(case: Case, kind: Kind) -> str:
    return json.dumps(
        {"region": "eu-central-1", "enabled": True, case.pick(kind.names): case.plant(kind)},
        ensure_ascii=False,
        indent=case.pick([None, 2]),
    )


def csv_table(case: Case, kind: Kind) -> str:
    header = _plain(case, kind)
    rows = [
        f"{number},{pick(case.rng, LOWER, 6)},{_cell(case.plant(kind))},active"
        for number in range(1001, 1001 + case.rng.randint(2, 5))
    ]
    return "\n".join([f"id,name,{header},status", *rows])


def psql_table(case: Case, kind: Kind) -> str:
    header = _plain(case, kind)
    values = [case.plant(kind) for _ in range(case.rng.randint(1, 4))]
    width = max(len(header), *(len(value) for value in values))
    lines = [f" id |   name   | {header.ljust(width)} ", f"----+----------+-{'-' * width}-"]
    lines += [
        f" {number:2} | {pick(case.rng, LOWER, 8)} | {value.ljust(width)} "
        for number, value in enumerate(values, start=1)
    ]
    return "\n".join([*lines, f"({len(values)} row{'s' * (len(values) > 1)})"])


def markdown_table(case: Case, kind: Kind) -> str:
    header = case.pick(kind.words or kind.names)
    return f"| id | {header} | state |\n|---|---|---|\n| 17 | {case.plant(kind)} | open |\n"


def insert_statement(case: Case, kind: Kind) -> str:
    column = _plain(case, kind).replace(".", "_").replace("-", "_")
    return (
        f"INSERT INTO accounts (id, name, {column}, created) VALUES\n"
        f"  ({case.rng.randint(1, 999)}, '{pick(case.rng, LOWER, 7)}', '{case.plant(kind)}', "
        "'2026-01-02');"
    )


def _cell(value: str) -> str:
    return f'"{value}"' if "," in value or "\n" in value else value


def _plain(case: Case, kind: Kind) -> str:
    """A name that fits into a file: without spaces."""
    return case.pick([name for name in kind.names if " " not in name])


def _variable(case: Case, kind: Kind) -> str:
    """A name as an environment variable."""
    name = _plain(case, kind).replace("-", "_").replace(".", "_")
    return name if name.isupper() or not name.isascii() else name.upper() if "_" in name else name


# What takes any value, what needs a value of one line, and what is only for values with few signs.
ANY = (sentence, yaml_file, json_text)
LINES = (
    env_file,
    kubernetes_env,
    ini_file,
    toml_file,
    source_code,
    command_line,
    log_line,
    csv_table,
    psql_table,
    markdown_table,
    insert_statement,
)
SIMPLE = (xml_file, query_string, spelled, spelled, spelled)


def carry(case: Case, kind: Kind) -> str:
    """A text of a random form that carries one value of this kind (tables: several)."""
    forms = ANY if kind.has_lines() else ANY + LINES + (SIMPLE if kind.is_simple() else ())
    return case.pick(forms)(case, kind)
