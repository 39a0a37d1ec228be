"""Which kinds an evasion is tried with."""

from __future__ import annotations

from .identifiers import IDENTIFIERS
from .kinds import DOCUMENT, Kind
from .people import AUTHENTICATIONS, CARDS, CONTACTS
from .secrets import NAMED, STRUCTURED
from .tokens import TOKENS

ALL: tuple[Kind, ...] = (*TOKENS, *STRUCTURED, *NAMED, *IDENTIFIERS, *CARDS, *AUTHENTICATIONS, *CONTACTS)
BY_NAME = {kind.name: kind for kind in ALL}


def named(*names: str) -> tuple[Kind, ...]:
    return tuple(BY_NAME[name] for name in names)


# Values of several classes that are found wherever they stand.
BARE = named(
    "github",
    "card_number",
    "aws_access_key_id",
    "email",
    "jwt",
    "us_ssn",
    "stripe",
    "iban",
    "anthropic",
    "slack",
    "private_key",
    "gitlab",
    "it_codice_fiscale",
    "npm",
    "openai",
    "sendgrid",
    "cn_resident_id",
    "google_api_key",
)
# Those that stand in one line.
ONE_LINE = tuple(kind for kind in BARE if kind.name != "private_key")
# The same as `BARE` with values that only their name gives away.
MIXED = named(
    "github",
    "password",
    "card_number",
    "jwt",
    "secret",
    "us_ssn",
    "email",
    "stripe",
    "aws_secret_key",
    "iban",
    "gitlab",
    "api_key",
    "uk_nhs",
    "private_key",
    "openai",
    "nl_bsn",
    "slack",
    "datadog",
)
TOKENS_ONLY = named(
    "github",
    "stripe",
    "aws_access_key_id",
    "jwt",
    "anthropic",
    "gitlab",
    "npm",
    "slack",
    "openai",
    "sendgrid",
    "google_api_key",
    "hugging_face",
    "digitalocean",
    "figma",
)
ONLY_BY_NAME = named(
    "password",
    "secret",
    "api_key",
    "token",
    "aws_secret_key",
    "datadog",
    "uk_nhs",
    "nl_bsn",
    "ca_sin",
    "us_npi",
    "localised_password",
    "in_aadhaar",
    "jp_my_number",
    "au_tfn",
    "twilio_auth_token",
    "date_of_birth",
    "security_code",
    "wallet_hex",
)
DIGITS_ONLY = named(
    "card_number",
    "us_ssn",
    "iban",
    "in_aadhaar",
    "uk_nhs",
    "cn_resident_id",
    "br_cpf",
    "fr_nir",
    "za_id",
    "kr_rrn",
)
DASHED = named("us_ssn", "card_number", "us_itin", "kr_rrn", "se_personnummer", "be_nrn", "phone")
NUMBERS = named(
    "uk_nhs",
    "nl_bsn",
    "pl_pesel",
    "tr_tckn",
    "de_tax_id",
    "za_id",
    "us_npi",
    "us_bank_routing",
    "jp_my_number",
    "in_aadhaar",
    "au_tfn",
    "ca_sin",
    "card_number",
    "br_cpf",
)
PEOPLE = tuple(kind for kind in (*IDENTIFIERS, *CARDS, *CONTACTS) if kind.group != DOCUMENT)
