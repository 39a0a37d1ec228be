"""Tests of the corpus and of its judge: `python3 -m unittest` in this folder."""

from __future__ import annotations

import json
import unittest
from random import Random

from corpus import checks, europe, pools
from generate import corpus
from judge.envelope import compare
from judge.score import Score
from judge.wires import split, tokens


class Checksums(unittest.TestCase):
    """Published examples of each rule."""

    def test_published_examples(self) -> None:
        self.assertEqual(checks.luhn("411111111111111"), "1")
        self.assertEqual(checks.luhn("80840123456789"), "3", "the example of the NPI standard")
        self.assertEqual(checks.verhoeff("236"), "3")
        self.assertEqual(checks.mod_11_10("8609574271"), "9", "the example of the German tax office")
        self.assertEqual(checks.mod_11_2("11010519491231002"), "X", "the example of GB 11643")
        self.assertEqual(checks.mod_97("GB", "WEST12345698765432"), "82", "the IBAN registry's example")
        self.assertEqual(europe.codice_fiscale("RSSMRA80A01H501"), "U")

    def test_wallet_key(self) -> None:
        key = bytes.fromhex("0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d")
        self.assertEqual(
            checks.base58check(b"\x80" + key), "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"
        )

    def test_each_kind_is_deterministic(self) -> None:
        for kind in pools.ALL:
            self.assertEqual(kind.make(Random(7)), kind.make(Random(7)), kind.name)


class Judge(unittest.TestCase):
    """Two programs whose score is known: one that changes nothing, one that knows the labels."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.lines = list(corpus(seed=3, plain=200, each_evasion=5))

    def test_the_corpus_is_reproducible(self) -> None:
        self.assertEqual(self.lines, list(corpus(seed=3, plain=200, each_evasion=5)))

    def test_who_changes_nothing_finds_nothing(self) -> None:
        score = Score()
        for line in self.lines:
            score.count(line, _answer(line, line["wire"], line.get("http"), []))
        self.assertEqual({name: tally.found for name, tally in score.classes.items() if tally.found}, {})
        self.assertEqual(score.evasions().found, 0)
        self.assertFalse(score.damaged or score.stray or score.altered)

    def test_who_knows_the_labels_finds_all(self) -> None:
        score = Score()
        for line in self.lines:
            score.count(line, _oracle(line))
        self.assertEqual([tally.missed for tally in score.classes.values() if tally.missed], [])
        self.assertEqual([tally.missed for tally in score.forms.values() if tally.missed], [])
        self.assertEqual(score.precision(), 1.0)
        self.assertFalse(score.damaged or score.stray or score.altered)

    def test_a_fragment_counts_as_a_miss(self) -> None:
        score = Score()
        line = next(line for line in self.lines if line["group"] == "credential/gitlab")
        value = line["labels"][0]["value"]
        score.count(line, _answer(line, line["wire"].replace(value, value[:-6] + "[x]"), None, []))
        self.assertEqual(score.classes["credential"].found, 0)

    def test_damage_is_seen(self) -> None:
        wire = '{"jsonrpc":"2.0","id":1,"result":{"a":[1,2],"b":"x"}}'
        line = {"transport": "http-json", "wire": wire, "labels": []}
        for change, envelope, stray in (
            (('"x"}}', '"x"}'), True, False),
            ((',"b":"x"', ""), True, False),
            (('"id":1', '"id":2'), True, False),
            (('"b":"x"', '"a":"x"'), True, False),
            (("[1,2]", "[1, 2]"), True, False),
            (('"x"', '"[y]"'), False, True),
        ):
            damage = compare(line, {"wire": wire.replace(*change), "http": None})
            self.assertEqual((bool(damage.envelope), bool(damage.stray)), (envelope, stray), change)


def _answer(line: dict, wire: str, http: dict | None, findings: list[dict]) -> dict:
    return {"id": line["id"], "wire": wire, "http": http, "findings": findings}


def _oracle(line: dict) -> dict:
    """Replaces what the labels name, wherever it stands, and reports it."""
    parts: dict[tuple, set[str]] = {}
    for label in line["labels"]:
        for place in label["places"]:
            if label["where"] != "protocol":
                parts.setdefault((place["message"], place["path"], place["in"]), set()).add(place["text"])
    wire = line["wire"]
    for index, body in enumerate(split(line["transport"], wire).bodies):
        masked = ""
        for token in tokens(body):
            where = "name" if token.role == "name" else "leaf"
            known = parts.get((index, token.path, where)) if token.role != "punctuation" else None
            masked += _masked(token.raw, known) if known else token.raw
        for old, new in zip(body.split("\n"), masked.split("\n"), strict=True):
            wire = wire.replace(old, new, 1) if old != new else wire
    findings = [_finding(line, label["kind"], place) for label in line["labels"] for place in label["places"]]
    return _answer(line, wire, _oracle_http(line, wire, parts), findings)


def _finding(line: dict, kind: str, place: dict) -> dict:
    finding = {"kind": kind, "path": place["path"], "start": 0, "end": 10**9}
    if place["in"] == "http":
        part = place["path"].split("/")
        header = "" if part[2] == "path" else line["http"]["headers"][int(part[3])][0]
        finding |= {"path": "", "in": f"header:{header}" if header else "path"}
    return finding


def _masked(raw: str, known: set[str]) -> str:
    if not raw.startswith('"'):
        return "0"
    text = json.loads(raw)
    for part in sorted(known, key=len, reverse=True):
        text = text.replace(part, "[x]")
    return json.dumps(text)


def _oracle_http(line: dict, wire: str, parts: dict[tuple, set[str]]) -> dict | None:
    http = line.get("http")
    if http is None:
        return None
    http = json.loads(json.dumps(http))
    for header in http["headers"]:
        header[1] = str(len(wire.encode())) if header[0] == "Content-Length" else header[1]
    for (_, path, where), known in parts.items():
        if where != "http":
            continue
        for part in known:
            if path == "/http/path":
                http["path"] = http["path"].replace(part, "[x]")
            else:
                header = http["headers"][int(path.split("/")[3])]
                header[1] = header[1].replace(part, "[x]")
    return http


if __name__ == "__main__":
    unittest.main()
