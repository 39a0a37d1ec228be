"""National identifiers and health numbers of the other continents, and the table of all."""

from __future__ import annotations

from random import Random

from .checks import luhn, mod_11_2, verhoeff, weighted
from .europe import (
    be_nrn,
    de_tax_id,
    es_dni,
    es_nie,
    fi_hetu,
    fr_nir,
    iban,
    it_cf,
    nl_bsn,
    pl_pesel,
    se_personnummer,
    tr_tckn,
    uk_nhs,
    uk_nino,
)
from .kinds import DIGITS, DOCUMENT, IDENTIFIER, UPPER, Kind, birthday, pick, until_valid


def us_ssn(rng: Random) -> str:
    area = rng.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"


def us_itin(rng: Random) -> str:
    group = rng.choice([*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)])
    return f"9{pick(rng, DIGITS, 2)}-{group}-{pick(rng, DIGITS, 4)}"


def aba(rng: Random) -> str:
    body = f"{rng.choice([*range(1, 13), *range(21, 33)]):02}" + pick(rng, DIGITS, 6)
    return body + str(-weighted(body, (3, 7, 1, 3, 7, 1, 3, 7)) % 10)


def npi(rng: Random) -> str:
    body = rng.choice("12") + pick(rng, DIGITS, 8)
    return body + luhn("80840" + body)


def mbi(rng: Random) -> str:
    letters = "".join(sign for sign in UPPER if sign not in "SLOIBZ")
    classes = [
        "123456789",
        letters,
        letters + DIGITS,
        DIGITS,
        letters,
        letters + DIGITS,
        DIGITS,
        letters,
        letters,
        DIGITS,
        DIGITS,
    ]
    value = "".join(rng.choice(alphabet) for alphabet in classes)
    return value if rng.random() < 0.5 else f"{value[:4]}-{value[4:7]}-{value[7:]}"


def ca_sin(rng: Random) -> str:
    body = rng.choice("1234567") + pick(rng, DIGITS, 7)
    value = body + luhn(body)
    return rng.choice(
        [value, f"{value[:3]} {value[3:6]} {value[6:]}", f"{value[:3]}-{value[3:6]}-{value[6:]}"]
    )


def in_aadhaar(rng: Random) -> str:
    body = rng.choice("23456789") + pick(rng, DIGITS, 10)
    value = body + verhoeff(body)
    return rng.choice([value, f"{value[:4]} {value[4:8]} {value[8:]}"])


def in_pan(rng: Random) -> str:
    return (
        f"{pick(rng, UPPER, 3)}{rng.choice('PCHFAT')}{pick(rng, UPPER, 1)}"
        f"{pick(rng, DIGITS, 4)}{pick(rng, UPPER, 1)}"
    )


def cn_resident(rng: Random) -> str:
    year, month, day = birthday(rng)
    region = rng.choice(["110105", "310104", "440106", "330102", "510107", "420106"])
    body = f"{region}{year}{month:02}{day:02}{pick(rng, DIGITS, 3)}"
    return body + mod_11_2(body)


def kr_rrn(rng: Random) -> str:
    year, month, day = birthday(rng)
    body = f"{year % 100:02}{month:02}{day:02}{rng.choice('12')}{pick(rng, DIGITS, 5)}"
    check = (11 - weighted(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return f"{body[:6]}-{body[6:]}{check}"


def jp_my_number(rng: Random) -> str:
    body = rng.choice("123456789") + pick(rng, DIGITS, 10)
    rest = weighted(body, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    value = body + str(0 if rest <= 1 else 11 - rest)
    return rng.choice([value, f"{value[:4]} {value[4:8]} {value[8:]}"])


def sg_nric(rng: Random) -> str:
    prefix, body = rng.choice("STFG"), pick(rng, DIGITS, 7)
    total = weighted(body, (2, 7, 6, 5, 4, 3, 2)) + (4 if prefix in "TG" else 0)
    table = "JZIHGFEDCBA" if prefix in "ST" else "XWUTRQPNMLK"
    return prefix + body + table[total % 11]


def au_tfn(rng: Random) -> str:
    def attempt(rng: Random) -> str | None:
        body = rng.choice("123456789") + pick(rng, DIGITS, 8)
        return body if weighted(body, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0 else None

    value = until_valid(rng, attempt)
    return rng.choice([value, f"{value[:3]} {value[3:6]} {value[6:]}"])


def br_cpf(rng: Random) -> str:
    body = pick(rng, DIGITS, 9)
    for weights in (tuple(range(10, 1, -1)), tuple(range(11, 1, -1))):
        rest = weighted(body, weights) * 10 % 11
        body += str(rest % 10)
    return rng.choice([body, f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"])


_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def mx_curp(rng: Random) -> str:
    year, month, day = birthday(rng)
    letters = pick(rng, UPPER, 1) + rng.choice("AEIOU") + pick(rng, UPPER, 2)
    body = (
        f"{letters}{year % 100:02}{month:02}{day:02}{rng.choice('HM')}"
        f"{rng.choice(['DF', 'JC', 'NL', 'PL', 'OC'])}{pick(rng, 'BCDFGHJKLMNPQRSTVWXYZ', 3)}0"
    )
    total = sum(_CURP.index(sign) * (18 - place) for place, sign in enumerate(body))
    return body + str(-total % 10)


def za_id(rng: Random) -> str:
    year, month, day = birthday(rng)
    body = f"{year % 100:02}{month:02}{day:02}{pick(rng, DIGITS, 4)}{rng.choice('01')}8"
    return body + luhn(body)


def _row(name, make, names, words, bare=False, group=IDENTIFIER) -> Kind:
    return Kind(name, group, make, names, bare, words)


IDENTIFIERS: tuple[Kind, ...] = (
    _row("us_ssn", us_ssn, ("ssn", "social_security_number"), ("SSN", "Social security number"), True),
    _row("us_itin", us_itin, ("itin", "taxpayer_id"), ("ITIN",), True),
    _row("us_bank_routing", aba, ("routing_number", "aba_routing"), ("ABA routing number", "Routing no.")),
    _row("us_npi", npi, ("npi", "provider_npi"), ("NPI", "National provider identifier")),
    _row("us_mbi", mbi, ("mbi", "medicare_id"), ("MBI", "Medicare beneficiary")),
    _row("uk_nhs", uk_nhs, ("nhs_number", "nhsNumber"), ("NHS number", "NHS no.")),
    _row("uk_nino", uk_nino, ("nino", "national_insurance"), ("NI number", "National insurance no."), True),
    _row("ca_sin", ca_sin, ("sin", "social_insurance_number"), ("SIN", "Social insurance number")),
    _row(
        "de_tax_id",
        de_tax_id,
        ("steuer_id", "idnr", "tax_id"),
        ("Steuer-ID", "IdNr.", "Steueridentifikationsnummer"),
    ),
    _row("fr_nir", fr_nir, ("nir", "numero_securite_sociale"), ("NIR", "N° de sécurité sociale"), True),
    _row("es_dni", es_dni, ("dni", "nif"), ("DNI", "NIF"), True),
    _row("es_nie", es_nie, ("nie",), ("NIE",), True),
    _row("it_codice_fiscale", it_cf, ("codice_fiscale", "cf"), ("Codice fiscale", "C.F."), True),
    _row("nl_bsn", nl_bsn, ("bsn", "burgerservicenummer"), ("BSN", "Burgerservicenummer")),
    _row(
        "be_nrn",
        be_nrn,
        ("rijksregisternummer", "nrn"),
        ("Rijksregisternummer", "Numéro de registre national"),
        True,
    ),
    _row("pl_pesel", pl_pesel, ("pesel",), ("PESEL", "Nr PESEL")),
    _row("fi_hetu", fi_hetu, ("hetu", "henkilotunnus"), ("Henkilötunnus", "HETU"), True),
    _row("se_personnummer", se_personnummer, ("personnummer",), ("Personnummer", "Pnr"), True),
    _row("tr_tckn", tr_tckn, ("tckn", "tc_kimlik_no"), ("T.C. Kimlik No", "TCKN")),
    _row("in_aadhaar", in_aadhaar, ("aadhaar", "aadhaar_number"), ("Aadhaar", "Aadhaar number")),
    _row("in_pan", in_pan, ("pan_number", "permanent_account_number"), ("Permanent account number",)),
    _row("cn_resident_id", cn_resident, ("id_card", "身份证号"), ("身份证号", "Resident identity"), True),
    _row("kr_rrn", kr_rrn, ("rrn", "주민등록번호"), ("주민등록번호", "RRN"), True),
    _row("jp_my_number", jp_my_number, ("my_number", "マイナンバー"), ("マイナンバー", "My Number")),
    _row("sg_nric", sg_nric, ("nric", "fin"), ("NRIC", "NRIC/FIN"), True),
    _row("au_tfn", au_tfn, ("tfn", "tax_file_number"), ("TFN", "Tax file number")),
    _row("br_cpf", br_cpf, ("cpf",), ("CPF", "CPF nº")),
    _row("mx_curp", mx_curp, ("curp",), ("CURP",), True),
    _row("za_id", za_id, ("sa_id_number", "id_number"), ("SA ID number", "South African ID"), True),
    _row("iban", iban, ("iban", "account_iban"), ("IBAN", "Kontonummer", "Compte"), True),
    _row(
        "passport",
        lambda rng: pick(rng, UPPER, 1, 2) + pick(rng, DIGITS, 7),
        ("passport_number", "passportNo"),
        ("Passport no.", "Passport number"),
        False,
        DOCUMENT,
    ),
    _row(
        "driving_licence",
        lambda rng: pick(rng, UPPER, 1) + pick(rng, DIGITS, 7),
        ("drivers_license", "driving_licence_number"),
        ("Driver's license", "Driving licence no."),
        False,
        DOCUMENT,
    ),
    _row(
        "us_bank_account",
        lambda rng: pick(rng, DIGITS, 9, 12),
        ("bank_account_number",),
        ("Bank account number",),
        False,
        DOCUMENT,
    ),
)
