"""Counts: what was found, what was reported without cause, what was damaged."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field

from .envelope import compare
from .recover import is_short, recovered, views
from .wires import split, tokens


@dataclass
class Tally:
    """Found of planted, with the cases that were missed."""

    planted: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, case: str, found: bool) -> None:
        self.planted += 1
        self.found += found
        if not found:
            self.missed.append(case)

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0


@dataclass
class Score:
    """All counts over a corpus."""

    classes: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    forms: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    findings: int = 0
    false_findings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    harmless: int = 0
    altered: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    damaged: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stray: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, list[str]] = field(default_factory=dict)

    def evasions(self) -> Tally:
        """All evasions that must be handled."""
        total = Tally()
        for form, tally in self.forms.items():
            if not form.startswith("stretch:"):
                total.planted += tally.planted
                total.found += tally.found
        return total

    def precision(self) -> float:
        wrong = sum(len(cases) for cases in self.false_findings.values())
        return 1 - wrong / self.findings if self.findings else 1.0

    def altered_share(self) -> float:
        return sum(len(cases) for cases in self.altered.values()) / self.harmless if self.harmless else 0.0

    def count(self, line: dict, answer: dict) -> None:
        """Adds one case and the program's answer to it."""
        name, group = line["id"], line["group"]
        damage = compare(line, answer)
        for what in damage.envelope:
            self.damaged[what].append(name)
        if damage.stray:
            self.stray[group].append(name)
        if not line["labels"]:
            self.harmless += 1
            if answer["wire"] != line["wire"] or answer.get("http") != line.get("http"):
                self.altered[group].append(name)
        for finding in answer["findings"]:
            self.findings += 1
            if not any(
                touches(line, finding, place) for label in line["labels"] for place in label["places"]
            ):
                self.false_findings[f"{finding['kind']} in {group}"].append(name)
        self._recall(line, answer)

    def _recall(self, line: dict, answer: dict) -> None:
        if not line["labels"]:
            return
        try:
            messages = split(line["transport"], answer["wire"]).messages()
        except ValueError:
            messages = [answer["wire"]]
        readable = views(messages, answer.get("http"))
        for label in line["labels"]:
            # What stays on the wire, and what the judge cannot read itself, is found if it is reported.
            if label["where"] == "protocol" or line["form"].startswith("stretch:"):
                found = any(
                    touches(line, finding, place)
                    for finding in answer["findings"]
                    for place in label["places"]
                )
            elif is_short(label["value"]):
                found = not _stands(label, messages, answer)
            else:
                found = not recovered(label["value"], label["class"], readable)
            self._note(line, label, found)

    def _note(self, line: dict, label: dict, found: bool) -> None:
        if line["form"] == "plain":
            self.classes[label["class"]].add(line["id"], found)
            self.kinds[f"{label['kind']} ({line['group']})"].add(line["id"], found)
        else:
            self.forms[line["form"]].add(line["id"], found)
        if not found:
            self.values.setdefault(line["id"], []).append(label["value"])


def touches(line: dict, finding: dict, place: dict) -> bool:
    """Whether a finding lies, at least in part, on what was planted at a place."""
    if not _is_there(line, finding, place):
        return False
    data, part = _text_at(line, place).encode(), place["text"].encode()
    at = data.find(part)
    while at >= 0:
        if finding["start"] < at + len(part) and finding["end"] > at:
            return True
        at = data.find(part, at + 1)
    return False


def _is_there(line: dict, finding: dict, place: dict) -> bool:
    """Whether a finding means the leaf, the name or the header of a place."""
    if place["in"] == "http":
        parts = place["path"].split("/")
        name = "path" if parts[2] == "path" else "header:" + line["http"]["headers"][int(parts[3])][0]
        return finding.get("in") == name
    if "in" in finding:
        return False
    planted = [
        other["text"] for label in line["labels"] for other in label["places"] if other["in"] == "name"
    ]
    shown, meant = finding["path"].split("/"), place["path"].split("/")
    # A name that was masked is shown masked in the paths below it, too.
    return len(shown) == len(meant) and all(
        a == b or any(text in b.replace("~1", "/").replace("~0", "~") for text in planted)
        for a, b in zip(shown, meant, strict=True)
    )


def _text_at(line: dict, place: dict) -> str:
    """The decoded text of the leaf, name or header in which a place lies."""
    if place["in"] == "http":
        parts = place["path"].split("/")
        return line["http"]["path"] if parts[2] == "path" else line["http"]["headers"][int(parts[3])][1]
    body = split(line["transport"], line["wire"]).bodies[place["message"]]
    role = "name" if place["in"] == "name" else "scalar"
    for token in tokens(body):
        if token.path == place["path"] and token.role == role:
            return json.loads(token.raw) if token.raw.startswith('"') else token.raw
    raise LookupError(f"nothing stands at `{place['path']}` of `{line['id']}`")


def _stands(label: dict, messages: list, answer: dict) -> bool:
    """Whether a short value still stands at one of its places."""
    for place in label["places"]:
        if place["in"] == "http":
            continue
        node = messages[place["message"]] if place["message"] < len(messages) else None
        for part in place["path"].split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict):
                node = node.get(part)
            elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
                node = node[int(part)]
        text = node if isinstance(node, str) else json.dumps(node)
        if place["text"] in text:
            return True
    return False
