#!/usr/bin/env python3
"""Writes a harmless corpus out of text files: `files.py FOLDER PATH [PATH …]`.

Each PATH is a file or a folder. What people and programs wrote for other purposes is cut into pieces and put
into MCP messages, without a label: whatever is found there is either a false finding or a surprise. Lines
with an e-mail address are left out, because contact data is there to be found. Judge it with `evaluate.py`;
only precision and the share of altered messages mean something.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from corpus import messages
from corpus.case import Case
from corpus.wire import Draft, line

_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_PIECE_BYTES_MAX = 4000
_FILE_BYTES_MAX = 2_000_000


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("paths", type=Path, nargs="+")
    options.add_argument("--most", type=int, default=20_000, help="messages at most")
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    number = 0
    with (chosen.folder / "corpus.jsonl").open("w", encoding="utf-8") as out:
        for number, (path, text) in enumerate(pieces(chosen.paths), start=1):
            case = Case(Random(f"{path}/{number}"))
            direction, message = case.pick(messages.TEXT_PLACES)(case, text)
            draft = Draft(direction, [message])
            out.write(json.dumps(line(case, draft, f"f-{number:05}", "plain", str(path))) + "\n")
            if number == chosen.most:
                break
    print(f"{number} messages")
    return 0


def pieces(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Whole lines of text files, some thousand bytes at a time."""
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_symlink() or not file.is_file() or file.stat().st_size > _FILE_BYTES_MAX:
                continue
            try:
                text = file.read_text(encoding="utf-8")
            except (UnicodeDecodeError, PermissionError):
                continue
            if "\0" not in text:
                yield from ((file, piece) for piece in _cut(text))


def _cut(text: str) -> Iterator[str]:
    piece = ""
    for row in text.splitlines(keepends=True):
        if _MAIL.search(row):
            continue
        if piece and len(piece) + len(row) > _PIECE_BYTES_MAX:
            yield piece
            piece = ""
        piece += row
    if piece.strip():
        yield piece


if __name__ == "__main__":
    sys.exit(main())
