"""How programs and configuration languages spell a name and its value."""

from __future__ import annotations

from .case import Case
from .kinds import Kind

# `{n}` is the name, `{N}` the name as a variable, `{v}` the value.
_SPELLINGS = (
    "set {N}={v}\r\nset PATH=%PATH%;C:\\tools\r\n",
    '$env:{N} = "{v}"\nInvoke-RestMethod -Uri $uri',
    "FROM node:22-slim\nENV {N}={v}\nCMD node server.js",
    "ARG {N}={v}",
    "[Service]\nEnvironment={N}={v}\nExecStart=/usr/bin/api",
    "spring.application.name=orders\nspring.datasource.{n}={v}\n",
    'resource "service" "main" {{\n  {n} = "{v}"\n  count = 2\n}}',
    "define('{N}', '{v}');",
    "$config = ['host' => 'db', '{n}' => '{v}'];",
    'Client.new(host: "db", {n}: "{v}")',
    ':{n} => "{v}",',
    'cfg := Config{{Host: "db", {n}: "{v}"}}',
    "conn = connect(host='db', {n}='{v}', timeout=3)",
    "{{'host': 'db', '{n}': '{v}'}}",
    "UPDATE settings SET {n} = '{v}' WHERE id = 4;",
    "SELECT id FROM accounts WHERE {n} = '{v}' LIMIT 1",
    "services:\n  api:\n    environment:\n      {N}: {v}\n",
    "{n}:\n  {v}\n",
    "export {N} := {v}",
    '{{"level":"debug","msg":"login","{n}":"{v}"}}',
    "{n}: {v}, retries: 3, region: eu",
    "* {n} - {v}",
    "| {n} | {v} |",
    "{n} is {v}",
    "the {n} for staging is {v}",
    "{n} → {v}",
    '<input type="hidden" name="{n}" value="{v}">',
    '<setting name="{n}">{v}</setting>',
    "{n}\t{v}\nregion\teu-west-1",
    "Request headers:\n  accept: */*\n  {n}: {v}\n",
    "kubectl create secret generic app --from-literal={n}={v}",
    "ansible-playbook site.yml -e {n}={v}",
    "-D{n}={v} -jar app.jar",
    '(setq {n} "{v}")',
    'let {n} = String::from("{v}");',
    'std::string {n} = "{v}";',
    'val {n}: String = "{v}"',
    '@{n} = "{v}"',
)


def spelled(case: Case, kind: Kind) -> str:
    """The value behind one of its names, in one of many languages. For values that need no escaping."""
    name = case.pick([name for name in kind.names if " " not in name and "." not in name])
    variable = name.replace("-", "_")
    variable = variable.upper() if variable.isascii() else variable
    return case.pick(_SPELLINGS).format(n=name, N=variable, v=case.plant(kind))
