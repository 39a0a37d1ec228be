#!/usr/bin/env python3
"""Writes the labelled corpus: `generate.py FOLDER [--seed N] [--plain N] [--each-evasion N]`.

The same seed writes the same bytes. `corpus.jsonl` has one JSON object per line: the input of
`probity mask`, and beside it `labels`, `form` (`plain`, or the evasion's name) and `group`.
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from corpus import (
    composites,
    data,
    documents,
    evasions,
    hardmembers,
    hardneg,
    messages,
    objects,
    pools,
    stretch,
    texts,
)
from corpus.case import SERVER, Case
from corpus.people import CARDS, CONTACTS
from corpus.wire import Draft, line

# Of the plain messages, how many in a hundred hold something to be found.
SENSITIVE_PERCENT = 40


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--seed", type=int, default=20260728)
    options.add_argument("--plain", type=int, default=2400, help="messages in plain form")
    options.add_argument("--each-evasion", type=int, default=16, help="messages per evasion")
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    counts: collections.Counter[str] = collections.Counter()
    with (chosen.folder / "corpus.jsonl").open("w", encoding="utf-8") as out:
        for one in corpus(chosen.seed, chosen.plain, chosen.each_evasion):
            out.write(json.dumps(one, ensure_ascii=False) + "\n")
            counts[
                "evasions" if one["form"] != "plain" else "sensitive" if one["labels"] else "harmless"
            ] += 1
    print(", ".join(f"{number} {name}" for name, number in sorted(counts.items())))
    return 0


def corpus(seed: int, plain: int, each_evasion: int) -> Iterator[dict]:
    """All lines in their order. Each case has its own randomness, so that cases do not move others."""
    sensitive = plain * SENSITIVE_PERCENT // 100
    for number in range(sensitive):
        yield build(seed, f"p-{number:04}", plain_sensitive, number)
    for number in range(plain - sensitive):
        yield build(seed, f"n-{number:04}", plain_harmless, number)
    for form, (evasion, kinds) in {**evasions.EVASIONS, **stretch.STRETCH}.items():
        for number in range(each_evasion):
            case = Case(Random(f"{seed}/{form}/{number}"))
            kind = kinds[number % len(kinds)]
            draft = evasion(case, kind)
            yield line(case, draft, f"e-{form}-{number:02}", form, f"{form}/{kind.name}")


def build(seed: int, name: str, make, number: int) -> dict:
    case = Case(Random(f"{seed}/{name}"))
    draft, group = make(case, number)
    return line(case, draft, name, "plain", group)


def plain_sensitive(case: Case, number: int) -> tuple[Draft, str]:
    """A message with something to be found; kinds take turns, so that each occurs often."""
    rng = case.rng
    if number % 10 == 6:
        document = documents.DOCUMENTS[number // 10 % len(documents.DOCUMENTS)]
        return place(case, document(case)), f"document/{document.__name__}"
    if number % 5 == 4:
        composite = composites.COMPOSITES[number // 5 % len(composites.COMPOSITES)]
        return place(case, composite(case)), f"composite/{composite.__name__}"
    if number % 20 == 7:
        kinds = pools.PEOPLE
        return place(case, data.customer(case, kinds)), "record/customer"
    kind = pools.ALL[number % len(pools.ALL)]
    if number % 10 in (3, 8):
        kind = CARDS[0] if rng.random() < 0.6 else rng.choice(CONTACTS)
    content = texts.carry(case, kind) if rng.random() < 0.6 else data.carry(case, kind)
    if rng.random() < 0.15 and isinstance(content, str):
        content = hardneg.TEXTS[rng.choice(sorted(hardneg.TEXTS))](rng) + "\n" + content
    return place(case, content), f"{kind.group}/{kind.name}"


def plain_harmless(case: Case, number: int) -> tuple[Draft, str]:
    rng = case.rng
    if number % 12 == 0:
        return Draft(SERVER, [objects.tool_list(case)]), "message:tools"
    if number % 40 == 1:
        return place(case, hardmembers.bare_object(rng)), "member:bare"
    group, content = hardneg.anything(rng)
    draft = place(case, content)
    if rng.random() < 0.2 and draft.direction == SERVER:
        draft.messages.insert(0, messages.log_text(case, "token cache warmed up")[1])
    return draft, group


def place(case: Case, content: str | dict) -> Draft:
    """Puts a text or an object into a message."""
    places = messages.TEXT_PLACES if isinstance(content, str) else objects.DATA_PLACES
    if case.planted:
        # In a blob it is not in plain form any more.
        places = [place for place in places if place is not messages.resource_blob]
    if isinstance(content, str) and case.rng.random() < 0.03:
        content = long_text(case.rng, content)
    direction, message = case.pick(places)(case, content)
    if case.rng.random() < 0.02:
        # A batch, which only the revision of 2025-03-26 knows.
        return Draft(direction, [[message, {"jsonrpc": "2.0", "id": 3, "method": "ping"}]], "http-json")
    return Draft(direction, [message])


def long_text(rng: Random, text: str) -> str:
    """Some thousand bytes of harmless text around."""
    around = [hardneg.TEXTS[rng.choice(sorted(hardneg.TEXTS))](rng) for _ in range(rng.randint(20, 90))]
    around.insert(rng.randrange(len(around)), text)
    return "\n".join(around)


if __name__ == "__main__":
    sys.exit(main())
