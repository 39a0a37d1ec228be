"""Payment cards and what people are reached by."""

from __future__ import annotations

from random import Random

from .checks import luhn
from .kinds import AUTHENTICATION, CARD, CONTACT, DIGITS, LOWER, Kind, pick

# Issuer ranges and lengths as the schemes publish them.
# fmt: off
_ISSUERS: tuple[tuple[str, int], ...] = (
    ("4", 16), ("4", 16), ("4", 16), ("4", 16), ("4", 19), ("51", 16), ("52", 16), ("53", 16),
    ("54", 16), ("55", 16), ("2221", 16), ("2500", 16), ("2720", 16), ("34", 15), ("37", 15),
    ("6011", 16), ("644", 16), ("65", 16), ("3528", 16), ("3589", 16), ("36", 14), ("38", 14),
    ("300", 14), ("62", 16), ("62", 17), ("62", 19), ("6759", 16), ("6304", 16), ("5018", 15),
    ("6763", 18), ("2200", 16), ("2204", 16),
)
# fmt: on

NAMES = (
    ("Anna", "Schmidt"),
    ("José", "García"),
    ("Mei", "Tanaka"),
    ("Olu", "Adeyemi"),
    ("Ivan", "Petrov"),
    ("Chloé", "Dubois"),
    ("Liam", "O'Connor"),
    ("Priya", "Raman"),
    ("Lars", "Nilsson"),
    ("Ana", "Souza"),
    ("Wei", "Zhang"),
    ("Giulia", "Rossi"),
    ("Noah", "Miller"),
    ("Zofia", "Nowak"),
    ("Yusuf", "Demir"),
)

_HOSTS = (
    "example-mail.com",
    "nordwind.de",
    "studio-k.fr",
    "uni-lab.ac.uk",
    "corp.acme.io",
    "posta.it",
    "kaisha.co.jp",
    "correo.com.mx",
    "mail.example-shop.org",
    "firma.com.pl",
)


def full_name(rng: Random) -> str:
    return " ".join(rng.choice(NAMES))


def plain_card(rng: Random) -> str:
    prefix, length = rng.choice(_ISSUERS)
    body = prefix + pick(rng, DIGITS, length - len(prefix) - 1)
    return body + luhn(body)


def card(rng: Random) -> str:
    """A card number as people and systems write it: together, or in groups."""
    value = plain_card(rng)
    separator = rng.choice(["", "", " ", "-"])
    if len(value) == 15:
        return separator.join([value[:4], value[4:10], value[10:]])
    return separator.join(value[at : at + 4] for at in range(0, len(value), 4))


def short_card(rng: Random) -> str:
    prefix, length = rng.choice([("6304", 12), ("5018", 13), ("6759", 13)])
    body = prefix + pick(rng, DIGITS, length - len(prefix) - 1)
    return body + luhn(body)


def track_1(rng: Random) -> str:
    first, last = rng.choice(NAMES)
    holder = f"{last}/{first}".upper().encode("ascii", "ignore").decode()
    return (
        f"%B{plain_card(rng)}^{holder}^{rng.randint(27, 32)}{rng.randint(1, 12):02}101"
        f"{pick(rng, DIGITS, 12)}?"
    )


def track_2(rng: Random) -> str:
    return f";{plain_card(rng)}={rng.randint(27, 32)}{rng.randint(1, 12):02}101{pick(rng, DIGITS, 9)}?"


def email(rng: Random) -> str:
    first, last = (
        part.lower().encode("ascii", "ignore").decode().replace("'", "") for part in rng.choice(NAMES)
    )
    local = rng.choice(
        [
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}_{last}{rng.randint(1, 99)}",
            f"{last}+{pick(rng, LOWER, 4)}",
            f"{first}-{last}",
        ]
    )
    return f"{local}@{rng.choice(_HOSTS)}"


def phone(rng: Random) -> str:
    """Numbers that regulators set aside for fiction, so that they are nobody's."""
    four, three, two = pick(rng, DIGITS, 4), pick(rng, DIGITS, 3), pick(rng, DIGITS, 2)
    area = rng.choice(["212", "415", "303", "617"])
    return rng.choice(
        [
            f"+1 {area}-555-01{two}",
            f"+1{area}55501{two}",
            f"+1 ({area}) 555-01{two}",
            f"+44 20 7946 0{three}",
            f"+4420794 60{three}".replace(" ", ""),
            f"+49 30 23125{three}",
            f"+49 (0)30 23125 {three}",
            f"+33 1 99 00 {four[:2]} {four[2:]}",
            f"+61 2 5550 {four}",
            f"+61 491 570 {rng.choice([156, 157, 158, 159])}",
        ]
    )


def national_phone(rng: Random) -> str:
    two, three = pick(rng, DIGITS, 2), pick(rng, DIGITS, 3)
    return rng.choice(
        [
            f"(415) 555-01{two}",
            f"212-555-01{two}",
            f"303.555.01{two}",
            f"020 7946 0{three}",
            f"030 23125{three}",
        ]
    )


def date_of_birth(rng: Random) -> str:
    year, month, day = rng.randint(1935, 2008), rng.randint(1, 12), rng.randint(13, 28)
    return rng.choice([f"{year}-{month:02}-{day}", f"{day}.{month:02}.{year}", f"{month:02}/{day}/{year}"])


def address(rng: Random) -> str:
    number = rng.randint(2, 240)
    return rng.choice(
        [
            f"{number} Maple Street, Springfield, IL 62704",
            f"Hauptstraße {number}, 10115 Berlin",
            f"{number} rue des Lilas, 75020 Paris",
            f"Calle Mayor {number}, 28013 Madrid",
            f"{number} Kingsway, London WC2B 6AA",
            f"{number} Ocean Avenue, Apt 4B, Santa Monica, CA 90401",
        ]
    )


CARDS: tuple[Kind, ...] = (
    Kind(
        "card_number",
        CARD,
        card,
        ("card_number", "cardNumber", "pan", "credit_card"),
        True,
        ("Card", "Credit card", "Kreditkarte", "Carte bancaire", "charged to"),
    ),
    # Lengths that so many numbers have that nothing but a word tells a card.
    Kind(
        "short_card_number",
        CARD,
        short_card,
        ("card_number", "maestro_card", "credit_card"),
        False,
        ("Card number", "Maestro card", "Credit card"),
    ),
)

AUTHENTICATIONS: tuple[Kind, ...] = (
    Kind(
        "security_code",
        AUTHENTICATION,
        lambda rng: pick(rng, DIGITS, 3, 4),
        ("cvv", "cvc", "cvv2", "security_code", "cardVerificationValue"),
        False,
        ("CVV", "CVC"),
    ),
    Kind("pin", AUTHENTICATION, lambda rng: pick(rng, DIGITS, 4), ("pin", "card_pin"), False, ("PIN",)),
    Kind("track_1", AUTHENTICATION, track_1, ("track1", "magstripe"), True, ("Track 1",)),
    Kind("track_2", AUTHENTICATION, track_2, ("track2", "track_data"), True, ("Track 2",)),
)

CONTACTS: tuple[Kind, ...] = (
    Kind("email", CONTACT, email, ("email", "contact_email", "replyTo"), True, ("E-mail", "Contact", "Mail")),
    Kind("phone", CONTACT, phone, ("phone", "phone_number", "mobile"), True, ("Tel.", "Phone", "Mobile")),
    Kind("national_phone", CONTACT, national_phone, ("phone", "telephone", "phoneNumber"), False, ("Phone",)),
    Kind(
        "date_of_birth",
        CONTACT,
        date_of_birth,
        ("date_of_birth", "dob", "birthDate"),
        False,
        ("DOB", "Date of birth", "geboren am"),
    ),
    Kind(
        "address",
        CONTACT,
        address,
        ("street_address", "address", "shippingAddress"),
        False,
        ("Address", "Anschrift"),
    ),
    Kind(
        "medical_record",
        CONTACT,
        lambda rng: pick(rng, DIGITS, 7, 8),
        ("mrn", "medical_record_number"),
        False,
        ("MRN", "Medical record number"),
    ),
)
