"""Disguises that are welcome to be found and are not counted against anybody."""

from __future__ import annotations

from . import pools
from .case import Case
from .evasions import Evasion, exposed, place_text
from .kinds import Kind
from .wire import Draft

_NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelled_mail(case: Case, kind: Kind) -> Draft:
    value = kind.make(case.rng)
    local, host = value.split("@")
    spelled = f"{local} at {host.replace('.', ' dot ')}"
    return place_text(case, f"write to {case.note(kind, value, spelled)}, please")


def number_words(case: Case, kind: Kind) -> Draft:
    value = kind.make(case.rng)
    spelled = " ".join(_NUMBER_WORDS[int(sign)] for sign in value if sign.isdigit())
    return place_text(case, f"my card is {case.note(kind, value, spelled)}")


def reversed_text(case: Case, kind: Kind) -> Draft:
    value = kind.make(case.rng)
    return place_text(case, f"backwards: {case.note(kind, value, value[::-1])}")


def concatenated(case: Case, kind: Kind) -> Draft:
    value = kind.make(case.rng)
    at = case.rng.randrange(4, len(value) - 2)
    spelled = f'"{value[:at]}" + "{value[at:]}"'
    return place_text(case, f"const t = {case.note(kind, value, spelled)};")


def homoglyphs(case: Case, kind: Kind) -> Draft:
    value = kind.make(case.rng)
    spelled = value.translate(str.maketrans("aeopcx", "аеорсх"))
    return place_text(case, "note " + exposed(case, kind, case.note(kind, value, spelled)))


STRETCH: dict[str, tuple[Evasion, tuple[Kind, ...]]] = {
    "stretch:spelled_mail": (spelled_mail, pools.named("email")),
    "stretch:number_words": (number_words, pools.named("card_number")),
    "stretch:reversed": (reversed_text, pools.TOKENS_ONLY),
    "stretch:concatenated": (concatenated, pools.TOKENS_ONLY),
    "stretch:homoglyphs": (homoglyphs, pools.TOKENS_ONLY),
}
