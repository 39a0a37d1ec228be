#!/usr/bin/env python3
"""Measures `probity mask` beside other scanners, on the same bytes: MB per CPU second.

    peers.py FOLDER/corpus.jsonl --program PROBITY --python PYTHON [--python PYTHON …]

Each PYTHON is an interpreter (a venv's) with some of the peers from PyPI: `cpex-pii-filter` with
`cpex-secrets-detection`, `detect-secrets`, `presidio-analyzer`. A peer that none of them has is named and
skipped. Every program gets each message whole and does its own decoding; loading and set-up are not counted
for the peers, and for Probity a run over nothing is subtracted. The exit code is 1 if Probity is not
`--times` as fast as the fastest peer.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from judge.wires import split

# Looks through one message; returns how many findings it has.
Scan = Callable[[str], int]
_MEASURE_S_MIN, _MEASURE_S_MAX = 2, 10


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("corpus", type=Path)
    options.add_argument("--program", default="probity")
    options.add_argument("--python", action="append", default=[], help="an interpreter with peers")
    options.add_argument("--times", type=float, default=5.0)
    options.add_argument("--measure", choices=sorted(PEERS), help=argparse.SUPPRESS)
    options.add_argument("--dense", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, bodies(chosen.corpus, chosen.dense))))
        return 0
    slow = False
    for dense in (False, True):
        slow |= compare(chosen, dense)
    return int(slow)


def bodies(corpus: Path, dense: bool) -> list[str]:
    """The messages without anything to find, or those with something; in plain form."""
    lines = [json.loads(text) for text in corpus.read_text(encoding="utf-8").splitlines()]
    return [
        body
        for line in lines
        if line["form"] == "plain" and bool(line["labels"]) == dense
        for body in split(line["transport"], line["wire"]).bodies
    ]


def compare(options: argparse.Namespace, dense: bool) -> bool:
    """Prints one table; true if Probity is not fast enough."""
    messages = bodies(options.corpus, dense)
    size = sum(len(body.encode()) for body in messages)
    print(f"\n{'dense' if dense else 'clean'} traffic: {len(messages)} messages, {size / 1e6:.2f} MB")
    rates = {name: rate for name in PEERS if (rate := _peer(options, name, dense)) is not None}
    own = probity(options.program, messages)
    print(f"  {own:10.3f} MB per CPU second  probity mask")
    for name, rate in sorted(rates.items(), key=lambda row: -row[1]):
        print(f"  {rate:10.3f} MB per CPU second  {name}; probity is {own / rate:.1f} times as fast")
    return bool(rates) and own < options.times * max(rates.values())


def _peer(options: argparse.Namespace, name: str, dense: bool) -> float | None:
    for python in options.python or [sys.executable]:
        command = [python, __file__, str(options.corpus), "--measure", name, *(["--dense"] if dense else [])]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode == 0:
            return json.loads(done.stdout)
        if "PackageNotFoundError" not in done.stderr and "ModuleNotFoundError" not in done.stderr:
            print(f"  {name} failed: {done.stderr.strip().splitlines()[-1]}")
            return None
    print(f"  skipped: {name} is not installed in any interpreter named with --python")
    return None


def probity(program: str, messages: list[str]) -> float:
    """MB per CPU second of `PROGRAM mask`, with its own reading and writing of lines."""
    lines = "".join(
        json.dumps(
            {"id": str(number), "direction": "server->client", "transport": "http-json", "wire": body},
            ensure_ascii=False,
        )
        + "\n"
        for number, body in enumerate(messages)
    )
    rounds = max(1, 20_000_000 // len(lines))
    idle = _cpu(program, "")
    busy = _cpu(program, lines * rounds)
    size = sum(len(body.encode()) for body in messages) * rounds
    return size / 1e6 / max(busy - idle, 1e-6)


def _cpu(program: str, lines: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "mask"], input=lines.encode(), stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(name: str, messages: list[str]) -> float:
    """MB per CPU second of a peer, over whole rounds unless one takes too long."""
    with PEERS[name]() as scan:
        scan(messages[0])
        size, began = 0, time.process_time()
        while True:
            for body in messages:
                scan(body)
                size += len(body.encode())
                if time.process_time() - began > _MEASURE_S_MAX:
                    break
            if (used := time.process_time() - began) > _MEASURE_S_MIN:
                return size / 1e6 / used


@contextmanager
def cpex() -> Iterator[Scan]:
    """ContextForge's plug-ins: personal data, then secrets, both with everything switched on."""
    importlib.metadata.version("cpex-pii-filter")
    importlib.metadata.version("cpex-secrets-detection")
    from cpex_pii_filter import PIIDetectorRust
    from cpex_secrets_detection import py_scan_container

    personal = PIIDetectorRust({})
    secrets = {
        "enabled": dict.fromkeys(
            (
                "aws_access_key_id",
                "aws_secret_access_key",
                "google_api_key",
                "github_token",
                "stripe_secret_key",
                "generic_api_key_assignment",
                "slack_token",
                "private_key_block",
                "jwt_like",
                "hex_secret_32",
                "base64_24",
            ),
            True,
        ),
        "redact": True,
    }

    def scan(body: str) -> int:
        _, masked, _ = personal.process_nested(json.loads(body), "")
        found, masked, _ = py_scan_container(masked, secrets)
        json.dumps(masked)
        return found

    yield scan


@contextmanager
def detect_secrets() -> Iterator[Scan]:
    """Every plug-in that is on by default, line by line."""
    importlib.metadata.version("detect-secrets")
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import default_settings

    def scan(body: str) -> int:
        return sum(
            1 for text in leaves(json.loads(body)) for line in text.splitlines() for _ in scan_line(line)
        )

    with default_settings():
        yield scan


@contextmanager
def presidio() -> Iterator[Scan]:
    """The recognisers that are patterns; no language model, no context."""
    importlib.metadata.version("presidio-analyzer")
    from presidio_analyzer import PatternRecognizer, RecognizerRegistry

    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    patterns = [one for one in registry.recognizers if isinstance(one, PatternRecognizer)]

    def scan(body: str) -> int:
        return sum(
            len(one.analyze(text, one.supported_entities, None))
            for text in leaves(json.loads(body))
            for one in patterns
        )

    yield scan


def leaves(node: Any) -> Iterator[str]:
    """The strings of a message."""
    if isinstance(node, dict):
        for child in node.values():
            yield from leaves(child)
    elif isinstance(node, list):
        for child in node:
            yield from leaves(child)
    elif isinstance(node, str):
        yield node


PEERS: dict[str, Callable[[], AbstractContextManager[Scan]]] = {
    "cpex-pii-filter with cpex-secrets-detection": cpex,
    "detect-secrets": detect_secrets,
    "presidio-analyzer, pattern recognisers": presidio,
}

if __name__ == "__main__":
    sys.exit(main())
