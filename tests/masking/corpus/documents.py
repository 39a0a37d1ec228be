"""Longer texts as tools return them, with several values of several kinds at once."""

from __future__ import annotations

import json

from . import hardneg, people
from .case import Case
from .composites import kind_named
from .europe import de_tax_id, iban
from .kinds import ALNUM, BASE64, CREDENTIAL, DIGITS, HEX, IDENTIFIER, LOWER, Kind, b64, octets, pick
from .secrets import crypt_hash, jwt, pem, simple_password
from .tokens import aws_key_id, aws_session_token, github, stripe

_EMAIL, _PHONE, _CARD = people.CONTACTS[0], people.CONTACTS[1], people.CARDS[0]
_CODE = people.AUTHENTICATIONS[0]
_IBAN = Kind("iban", IDENTIFIER, iban)
_HASH = Kind("password_hash", CREDENTIAL, crypt_hash)


def git_log(case: Case) -> str:
    """Authors have addresses; hashes and subjects are harmless."""
    commits = []
    for _ in range(case.rng.randint(1, 4)):
        name = people.full_name(case.rng)
        commits.append(
            f"commit {pick(case.rng, HEX, 40)}\nAuthor: {name} <{case.plant(_EMAIL)}>\n"
            f"Date:   Tue Mar 3 10:15:{pick(case.rng, '012345', 2)} 2026 +0100\n\n"
            "    Keep the token cache between requests\n"
        )
    return "\n".join(commits)


def mail(case: Case) -> str:
    sender, receiver = case.plant(_EMAIL), case.plant(_EMAIL)
    return (
        f"From: {people.full_name(case.rng)} <{sender}>\nTo: {receiver}\nSubject: Re: access\n"
        f"Message-ID: <{pick(case.rng, HEX, 32)}>\nContent-Type: text/plain; charset=utf-8\n\n"
        f"Hi,\n\nthe token is {case.plant(Kind('github', CREDENTIAL, github))}. Do not forward it.\n"
        f"Call me at {case.plant(_PHONE)} if it fails.\n"
    )


def vcard(case: Case) -> str:
    return (
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{people.full_name(case.rng)}\nEMAIL;TYPE=work:{case.plant(_EMAIL)}\n"
        f"TEL;TYPE=cell:{case.plant(_PHONE)}\nREV:20260314T092653Z\nEND:VCARD\n"
    )


def calendar(case: Case) -> str:
    return (
        f"BEGIN:VEVENT\nUID:{hardneg.uuid4(case.rng)}\nDTSTART:20260401T090000Z\n"
        f"ORGANIZER;CN=Team:mailto:{case.plant(_EMAIL)}\nSUMMARY:Key ceremony\nEND:VEVENT\n"
    )


def shadow_file(case: Case) -> str:
    return (
        "root:*:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::\n"
        f"deploy:{case.plant(_HASH)}:20100:0:99999:7:::\nsshd:!:19700::::::\n"
    )


def htpasswd(case: Case) -> str:
    return f"admin:{case.plant(_HASH)}\nreader:{case.plant(_HASH)}\n"


def kubeconfig(case: Case) -> str:
    key = pem(case.rng)
    encoded = case.note(Kind("private_key", CREDENTIAL, pem), key, b64(key.encode()))
    token = case.plant(Kind("jwt", CREDENTIAL, jwt))
    return (
        "apiVersion: v1\nkind: Config\ncurrent-context: prod\nclusters:\n- name: prod\n  cluster:\n"
        f"    server: https://10.0.0.1:6443\n    certificate-authority-data: {pick(case.rng, BASE64, 200)}\n"
        f"users:\n- name: admin\n  user:\n    client-key-data: {encoded}\n- name: ci\n  user:\n"
        f"    token: {token}\n"
    )


def aws_credentials_answer(case: Case) -> str:
    secret = b64(octets(case.rng, 30))
    return json.dumps(
        {
            "Credentials": {
                "AccessKeyId": case.plant(Kind("aws_access_key_id", CREDENTIAL, aws_key_id)),
                "SecretAccessKey": case.note(Kind("aws_secret_key", CREDENTIAL, simple_password), secret),
                "SessionToken": case.plant(Kind("aws_session_token", CREDENTIAL, aws_session_token)),
                "Expiration": "2026-03-14T10:26:53Z",
            },
            "AssumedRoleUser": {"Arn": "arn:aws:sts::" + pick(case.rng, DIGITS, 12) + ":assumed-role/ci/run"},
        },
        indent=4,
    )


def compose_file(case: Case) -> str:
    password = case.note(kind_named("compose_password"), simple_password(case.rng))
    key = case.plant(Kind("stripe", CREDENTIAL, stripe))
    return (
        "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: app\n"
        f"      POSTGRES_PASSWORD: {password}\n  api:\n    environment:\n      - LOG_LEVEL=info\n"
        f"      - STRIPE_SECRET_KEY={key}\n    ports: ['8080:8080']\n"
    )


def terraform_state(case: Case) -> str:
    password = case.note(kind_named("state_password"), simple_password(case.rng))
    return json.dumps(
        {
            "version": 4,
            "lineage": hardneg.uuid4(case.rng),
            "resources": [
                {
                    "type": "aws_db_instance",
                    "name": "orders",
                    "instances": [
                        {"attributes": {"engine": "postgres", "master_password": password, "port": 5432}}
                    ],
                }
            ],
        },
        indent=2,
    )


def har_entry(case: Case) -> str:
    cookie = case.note(kind_named("session_cookie"), pick(case.rng, LOWER + DIGITS, 32))
    bearer = case.plant(Kind("jwt", CREDENTIAL, jwt))
    return json.dumps(
        {
            "log": {
                "entries": [
                    {
                        "request": {
                            "method": "GET",
                            "url": "https://api.acme.io/v1/me",
                            "headers": [
                                {"name": "accept", "value": "application/json"},
                                {"name": "authorization", "value": f"Bearer {bearer}"},
                            ],
                            "cookies": [{"name": "sessionid", "value": cookie}],
                        },
                        "response": {"status": 200, "bodySize": 512},
                    }
                ]
            }
        }
    )


def customers(case: Case) -> str:
    rows = ["customer_no,name,email,phone,iban,city"]
    for _ in range(case.rng.randint(2, 5)):
        rows.append(
            f"K-{pick(case.rng, DIGITS, 6)},{people.full_name(case.rng)},{case.plant(_EMAIL)},"
            f"{case.plant(_PHONE)},{case.plant(_IBAN)},Köln"
        )
    return "\n".join(rows)


def payment(case: Case) -> str:
    return json.dumps(
        {
            "payment": {
                "id": "pay_" + pick(case.rng, ALNUM, 16),
                "amount": case.rng.randint(100, 99999),
                "currency": "EUR",
                "card": {
                    "number": case.plant(_CARD),
                    "cvc": case.plant(_CODE),
                    "exp_month": 11,
                    "exp_year": 2029,
                    "brand": "visa",
                },
                "trace": pick(case.rng, HEX, 32),
            }
        }
    )


def support_chat(case: Case) -> str:
    return (
        f"Customer: hi, my card {case.plant(_CARD)} was charged twice, order {pick(case.rng, '123456789', 10)}\n"
        f"Agent: what address is the account on?\nCustomer: {case.plant(_EMAIL)}\n"
        "Agent: thanks, the refund takes 3-5 days."
    )


def german_letter(case: Case) -> str:
    tax = case.plant(Kind("de_tax_id", IDENTIFIER, de_tax_id))
    return (
        f"Sehr geehrte Damen und Herren,\n\nmeine Steuer-ID lautet {tax}. Bitte überweisen Sie auf das Konto\n"
        f"{case.plant(_IBAN)}. Rückfragen unter {case.plant(_PHONE)}.\n\nAktenzeichen 2026/{pick(case.rng, DIGITS, 5)}\n"
    )


def telegram_url(case: Case) -> str:
    token = case.note(
        kind_named("telegram"), f"{pick(case.rng, '123456789', 10)}:AA{pick(case.rng, ALNUM, 33)}"
    )
    return f'curl "https://api.telegram.org/bot{token}/sendMessage?chat_id=42&text=done"'


def git_credentials(case: Case) -> str:
    token = case.plant(Kind("github", CREDENTIAL, github))
    return case.pick(
        [
            f"https://ci:{token}@github.com\n",
            f"remote: https://x-access-token:{token}@github.com/acme/orders.git (fetch)",
        ]
    )


def ci_log(case: Case) -> str:
    token = case.plant(Kind("github", CREDENTIAL, github))
    return (
        "\x1b[32;1m$ ./release.sh\x1b[0;m\n+ git fetch --tags\n"
        f"+ curl -H 'Authorization: token {token}' https://api.github.com/repos/acme/orders/releases\n"
        f"  % Total    % Received\n100  {pick(case.rng, DIGITS, 4)}  100\nUploading orders-1.4.2.tar.gz "
        f"sha256:{pick(case.rng, HEX, 64)}\n"
    )


DOCUMENTS = (
    git_log,
    mail,
    vcard,
    calendar,
    shadow_file,
    htpasswd,
    kubeconfig,
    aws_credentials_answer,
    compose_file,
    terraform_state,
    har_entry,
    customers,
    payment,
    support_chat,
    german_letter,
    telegram_url,
    git_credentials,
    ci_log,
)
