#!/usr/bin/env python3
"""Runs a masking program over the corpus and judges what came out.

    generate.py FOLDER
    evaluate.py FOLDER/corpus.jsonl --program PATH/TO/probity

The program is started once, as `PROGRAM mask`, and sees neither the labels nor their number. A value counts
as found only if it cannot be read from the output any more, whatever was done to hide it. The exit code is
1 if a threshold is missed. Values are printed with `--show-values` only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from judge.score import Score, Tally

_INPUT = ("id", "direction", "transport", "wire", "http", "chunks")
# The classes for which the recall of the plain form has a threshold.
_STRICT = ("credential", "card", "identifier")


def main() -> int:
    options = _options()
    lines = [json.loads(text) for text in options.corpus.read_text(encoding="utf-8").splitlines()]
    answers = run(options.program, lines)
    score = Score()
    for line, answer in zip(lines, answers, strict=True):
        score.count(line, answer)
    report(score, options.worst, options.show_values)
    missed = misses(score, options)
    if options.json:
        options.json.write_text(json.dumps(summary(score, missed), indent=2) + "\n", encoding="utf-8")
    for text in missed:
        print(f"below the threshold: {text}")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("corpus", type=Path)
    options.add_argument("--program", default="probity")
    options.add_argument("--json", type=Path, help="where the summary goes, as JSON")
    options.add_argument("--worst", type=int, default=25, help="how many groups of each table are listed")
    options.add_argument("--show-values", action="store_true")
    options.add_argument("--recall", type=float, default=0.99, help="plain form, each strict class")
    options.add_argument("--evasion-recall", type=float, default=0.95, help="over all evasions")
    options.add_argument("--precision", type=float, default=0.97, help="of findings")
    options.add_argument("--altered", type=float, default=0.02, help="share of harmless messages")
    return options.parse_args()


def run(program: str, lines: list[dict]) -> list[dict]:
    """The program's answers, one for each line, in the order of the lines."""
    asked = "".join(
        json.dumps({name: line[name] for name in _INPUT if name in line}, ensure_ascii=False) + "\n"
        for line in lines
    )
    done = subprocess.run([program, "mask"], input=asked.encode(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(text) for text in done.stdout.decode().splitlines()]
    if [answer["id"] for answer in answers] != [line["id"] for line in lines]:
        raise SystemExit(f"{len(lines)} lines were asked and {len(answers)} answered, or in another order")
    return answers


def misses(score: Score, options: argparse.Namespace) -> list[str]:
    """The thresholds that are missed, in words."""
    out = [
        f"recall of `{name}` in plain form is {score.classes[name].recall:.4f}"
        for name in _STRICT
        if score.classes[name].recall < options.recall
    ]
    if score.evasions().recall < options.evasion_recall:
        out.append(f"recall over all evasions is {score.evasions().recall:.4f}")
    if score.precision() < options.precision:
        out.append(f"precision is {score.precision():.4f}")
    if score.altered_share() > options.altered:
        out.append(f"of the harmless messages {score.altered_share():.4f} are altered")
    if score.damaged:
        out.append(f"{sum(map(len, score.damaged.values()))} envelopes are damaged")
    return out


def report(score: Score, worst: int, show_values: bool) -> None:
    """The tables."""
    _table("recall in plain form, by class", score.classes)
    _table("recall of evasions", {**score.forms, "all that must be handled": score.evasions()})
    print(
        f"\nprecision {score.precision():.4f} of {score.findings} findings; "
        f"{sum(map(len, score.altered.values()))} of {score.harmless} harmless messages altered "
        f"({score.altered_share():.2%})"
    )
    low = sorted((tally for tally in score.kinds.items() if tally[1].missed), key=lambda row: row[1].recall)
    _cases("kinds with misses in plain form", {name: tally.missed for name, tally in low}, worst)
    forms = sorted((row for row in score.forms.items() if row[1].missed), key=lambda row: row[1].recall)
    _cases("evasions with misses", {name: tally.missed for name, tally in forms}, worst, examples=16)
    _cases("findings without a label", score.false_findings, worst)
    _cases("harmless messages altered", score.altered, worst)
    _cases("bytes changed outside of labelled leaves", score.stray, worst)
    _cases("damaged envelopes", score.damaged, worst)
    if show_values:
        print("\nvalues that can be read from the output")
        for case, values in score.values.items():
            print(f"  {case}: {values}")


def _table(title: str, rows: dict[str, Tally]) -> None:
    print(f"\n{title}")
    for name, tally in sorted(rows.items(), key=lambda row: row[1].recall):
        print(f"  {tally.recall:7.4f}  {tally.found:5}/{tally.planted:<5} {name}")


def _cases(title: str, groups: dict[str, list[str]], worst: int, examples: int = 5) -> None:
    if not groups:
        return
    print(f"\n{title}")
    ordered = sorted(groups.items(), key=lambda row: -len(row[1]))
    for name, cases in ordered[:worst]:
        shown = " ".join(dict.fromkeys(cases[:examples]))
        print(f"  {len(cases):4}  {name}: {shown}")
    if len(ordered) > worst:
        print(f"        and {len(ordered) - worst} more groups")


def summary(score: Score, missed: list[str]) -> dict:
    """The figures, for programs."""
    return {
        "recall": {name: round(tally.recall, 4) for name, tally in sorted(score.classes.items())},
        "evasion_recall": round(score.evasions().recall, 4),
        "evasions": {name: round(tally.recall, 4) for name, tally in sorted(score.forms.items())},
        "precision": round(score.precision(), 4),
        "findings": score.findings,
        "harmless_altered": round(score.altered_share(), 4),
        "damaged": {name: len(cases) for name, cases in score.damaged.items()},
        "changed_outside_of_labels": sum(map(len, score.stray.values())),
        "below_threshold": missed,
    }


if __name__ == "__main__":
    sys.exit(main())
