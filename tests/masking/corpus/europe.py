"""National identifiers and bank accounts of Europe, with the checksums of their issuers."""

from __future__ import annotations

from random import Random

from .checks import luhn, mod_11_10, mod_97, weighted
from .kinds import DIGITS, UPPER, birthday, pick, until_valid


def uk_nhs(rng: Random) -> str:
    def attempt(rng: Random) -> str | None:
        body = pick(rng, "123456789", 1) + pick(rng, DIGITS, 8)
        check = -weighted(body, tuple(range(10, 1, -1))) % 11
        return None if check == 10 else body + str(check)

    value = until_valid(rng, attempt)
    return value if rng.random() < 0.3 else f"{value[:3]} {value[3:6]} {value[6:]}"


def uk_nino(rng: Random) -> str:
    prefix = pick(rng, "ABCEGHJKLMNPRSTWXYZ", 1) + pick(rng, "ABCEGHJKLMPRSTWXYZ", 1)
    if prefix in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}:
        prefix = "AB"
    number = pick(rng, DIGITS, 6)
    spaced = " ".join([prefix, number[:2], number[2:4], number[4:], ""])
    return rng.choice([prefix + number, spaced]) + rng.choice("ABCD")


def de_tax_id(rng: Random) -> str:
    """Ten digits, one of which stands twice and one not at all, and ISO 7064 MOD 11,10."""
    signs = rng.sample(DIGITS, 9)
    signs.append(rng.choice(signs))
    rng.shuffle(signs)
    while signs[0] == "0":
        rng.shuffle(signs)
    body = "".join(signs)
    return body + mod_11_10(body)


def fr_nir(rng: Random) -> str:
    year, month, _ = birthday(rng)
    department = rng.choice([f"{number:02}" for number in range(1, 96) if number != 20])
    body = (
        f"{rng.choice('12')}{year % 100:02}{month:02}{department}{rng.randint(1, 990):03}"
        f"{rng.randint(1, 999):03}"
    )
    key = f"{97 - int(body) % 97:02}"
    spaced = " ".join([body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:], key])
    return rng.choice([body + key, spaced])


_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


def es_dni(rng: Random) -> str:
    number = rng.randint(10**6, 10**8 - 1)
    return f"{number:08}{rng.choice(['', '-'])}{_DNI[number % 23]}"


def es_nie(rng: Random) -> str:
    first, number = rng.randrange(3), pick(rng, DIGITS, 7)
    return "XYZ"[first] + number + _DNI[int(f"{first}{number}") % 23]


# fmt: off
_CF_ODD = dict(zip(DIGITS + UPPER, (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
), strict=True))
# fmt: on


def codice_fiscale(body: str) -> str:
    """The control letter of the Italian codice fiscale."""
    total = sum(
        _CF_ODD[sign] if place % 2 == 0 else (int(sign) if sign in DIGITS else ord(sign) - 65)
        for place, sign in enumerate(body)
    )
    return UPPER[total % 26]


def it_cf(rng: Random) -> str:
    year, month, day = birthday(rng)
    name = pick(rng, "BCDFGLMNPRSTVZ", 6)
    body = (
        f"{name}{year % 100:02}{'ABCDEHLMPRST'[month - 1]}{day + rng.choice([0, 40]):02}"
        f"{rng.choice(['H501', 'F205', 'L219', 'D612', 'A944'])}"
    )
    return body + codice_fiscale(body)


def nl_bsn(rng: Random) -> str:
    def attempt(rng: Random) -> str | None:
        body = rng.choice("123456789") + pick(rng, DIGITS, 7)
        check = weighted(body, tuple(range(9, 1, -1))) % 11
        return None if check == 10 else body + str(check)

    return until_valid(rng, attempt)


def be_nrn(rng: Random) -> str:
    year, month, day = birthday(rng)
    body = f"{year % 100:02}{month:02}{day:02}{rng.randint(1, 997):03}"
    check = f"{97 - int(body) % 97:02}"
    return f"{body[:2]}.{body[2:4]}.{body[4:6]}-{body[6:]}.{check}"


def pl_pesel(rng: Random) -> str:
    year, month, day = birthday(rng, 1940, 2009)
    body = f"{year % 100:02}{month + (20 if year >= 2000 else 0):02}{day:02}{pick(rng, DIGITS, 4)}"
    return body + str(-weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10)


def fi_hetu(rng: Random) -> str:
    year, month, day = birthday(rng, 1940, 2009)
    date, number = f"{day:02}{month:02}{year % 100:02}", f"{rng.randint(2, 899):03}"
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(date + number) % 31]
    return date + ("A" if year >= 2000 else "-") + number + check


def se_personnummer(rng: Random) -> str:
    year, month, day = birthday(rng)
    body = f"{year % 100:02}{month:02}{day:02}{rng.randint(0, 999):03}"
    century = rng.choice(["", "19"])
    return f"{century}{body[:6]}-{body[6:]}{luhn(body)}"


def tr_tckn(rng: Random) -> str:
    body = rng.choice("123456789") + pick(rng, DIGITS, 8)
    signs = [int(sign) for sign in body]
    tenth = (sum(signs[::2]) * 7 - sum(signs[1::2])) % 10
    return body + str(tenth) + str((sum(signs) + tenth) % 10)


# ISO 13616: country, and the shape of its account part (n: digit, a: capital letter, c: either).
_IBAN = {
    "DE": "n18",
    "GB": "a4n14",
    "FR": "n10c11n2",
    "ES": "n20",
    "IT": "a1n10c12",
    "NL": "a4n10",
    "CH": "n5c12",
    "AT": "n16",
    "BE": "n12",
    "PL": "n24",
    "SE": "n20",
    "NO": "n11",
    "PT": "n21",
    "IE": "a4n14",
    "DK": "n14",
    "FI": "n14",
    "CZ": "n20",
    "SA": "n2c18",
    "AE": "n19",
    "TR": "n6c16",
}


def iban(rng: Random) -> str:
    country = rng.choice(sorted(_IBAN))
    account, shape = "", _IBAN[country]
    while shape:
        alphabet = {"n": DIGITS, "a": UPPER, "c": DIGITS + UPPER}[shape[0]]
        length = shape[1:3] if shape[2:3].isdigit() else shape[1:2]
        account, shape = account + pick(rng, alphabet, int(length)), shape[1 + len(length) :]
    value = country + mod_97(country, account) + account
    grouped = " ".join(value[at : at + 4] for at in range(0, len(value), 4))
    return rng.choice([value, grouped])
