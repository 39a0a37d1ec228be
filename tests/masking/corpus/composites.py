"""Texts whose grammar says which part is the secret: URLs, connection strings, headers, commands."""

from __future__ import annotations

import json
from random import Random
from urllib.parse import quote

from .case import Case
from .kinds import CREDENTIAL, DIGITS, HEX, LOWER, Kind, b64, octets, pick
from .secrets import base32_secret, jwt, pem, simple_password
from .tokens import aws_key_id, aws_session_token

_USERS = ("app", "svc_orders", "root", "reader", "ci-bot")
_SCHEMES = (
    "postgres",
    "postgresql",
    "mysql",
    "mongodb+srv",
    "redis",
    "amqp",
    "mssql",
    "clickhouse",
    "https",
    "ftp",
    "smtp",
    "postgresql+psycopg2",
)
_AWS_KEY_ID = Kind("aws_access_key_id", CREDENTIAL, aws_key_id)


def kind_named(name: str) -> Kind:
    """A credential that its place in the text gives away."""
    return Kind(name, CREDENTIAL, simple_password)


def url_password(case: Case) -> str:
    rng = case.rng
    value = simple_password(rng) + rng.choice(["", "", "@", "#", "/"])
    scheme = rng.choice(_SCHEMES)
    case.note(kind_named("url_password"), value, quote(value, safe=""))
    user = "" if scheme == "redis" and rng.random() < 0.5 else rng.choice(_USERS)
    return (
        f"{scheme}://{user}:{quote(value, safe='')}@{rng.choice(['db', 'mq', 'host'])}"
        f"{rng.randint(1, 30)}.internal:{rng.randint(1000, 9999)}/{pick(rng, LOWER, 6)}"
    )


def ado_connection(case: Case) -> str:
    value = case.note(kind_named("connection_string"), simple_password(case.rng))
    name = case.pick(["Password", "Pwd", "password"])
    return f"Server=tcp:sql01.internal,1433;Database=orders;User ID=app;{name}={value};Encrypt=true;"


def jdbc_connection(case: Case) -> str:
    value = case.note(kind_named("connection_string"), simple_password(case.rng))
    return f"jdbc:postgresql://db.internal:5432/orders?user=app&password={value}&ssl=true"


def libpq_connection(case: Case) -> str:
    value = case.note(kind_named("connection_string"), simple_password(case.rng))
    return f"host=db.internal port=5432 dbname=orders user=app password={value} sslmode=require"


def azure_connection(case: Case) -> str:
    value = b64(octets(case.rng, 64))
    case.note(Kind("azure_storage", CREDENTIAL, simple_password), value)
    return (
        f"DefaultEndpointsProtocol=https;AccountName=acme{pick(case.rng, LOWER, 4)};"
        f"AccountKey={value};EndpointSuffix=core.windows.net"
    )


def azure_sas(case: Case) -> str:
    value = b64(octets(case.rng, 32))
    case.note(Kind("azure_sas", CREDENTIAL, simple_password), value, quote(value, safe=""))
    return (
        "https://acme.blob.core.windows.net/exports/2026/orders.csv?sv=2024-11-04&ss=b&srt=sco"
        f"&sp=rl&se=2026-12-01T00%3A00%3A00Z&spr=https&sig={quote(value, safe='')}"
    )


def aws_presigned(case: Case) -> str:
    key_id = case.plant(_AWS_KEY_ID)
    signature = case.note(Kind("aws_presigned", CREDENTIAL, simple_password), pick(case.rng, HEX, 64))
    session = ""
    if case.rng.random() < 0.4:
        value = aws_session_token(case.rng)
        case.note(Kind("aws_session_token", CREDENTIAL, simple_password), value, quote(value, safe=""))
        session = f"&X-Amz-Security-Token={quote(value, safe='')}"
    return (
        "https://acme-exports.s3.eu-west-1.amazonaws.com/2026/report.pdf"
        f"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key_id}%2F20260314%2Feu-west-1%2Fs3"
        f"%2Faws4_request&X-Amz-Date=20260314T092653Z&X-Amz-Expires=3600{session}"
        f"&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    )


def aws_profile(case: Case) -> str:
    key_id = case.plant(_AWS_KEY_ID)
    secret = case.note(Kind("aws_secret_key", CREDENTIAL, simple_password), b64(octets(case.rng, 30)))
    return f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\nregion = eu-west-1\n"


def otpauth(case: Case) -> str:
    value = case.note(Kind("totp_uri", CREDENTIAL, simple_password), base32_secret(case.rng))
    return f"otpauth://totp/Acme:{case.pick(_USERS)}?secret={value}&issuer=Acme&digits=6"


def authorization(case: Case) -> str:
    rng = case.rng
    if rng.random() < 0.5:
        value = case.note(
            Kind("bearer", CREDENTIAL, jwt), rng.choice([jwt(rng), pick(rng, LOWER + DIGITS, 40)])
        )
        return f"Authorization: Bearer {value}"
    password = simple_password(rng)
    encoded = b64(f"{rng.choice(_USERS)}:{password}".encode())
    case.note(Kind("basic_auth", CREDENTIAL, simple_password), password, encoded)
    return f"Authorization: Basic {encoded}"


def cookies(case: Case) -> str:
    value = case.note(
        Kind("session_cookie", CREDENTIAL, simple_password), pick(case.rng, LOWER + DIGITS, 26, 40)
    )
    name = case.pick(["sessionid", "PHPSESSID", "JSESSIONID", "connect.sid", "_gitlab_session"])
    return case.pick(
        [
            f"Cookie: theme=dark; {name}={value}; lang=de",
            f"Set-Cookie: {name}={value}; Path=/; HttpOnly; Secure; SameSite=Lax",
        ]
    )


def http_exchange(case: Case) -> str:
    return (
        f"POST /v1/orders HTTP/1.1\r\nHost: api.acme.io\r\n{authorization(case)}\r\n"
        'Content-Type: application/json\r\n\r\n{"sku": "A-17"}'
    )


def curl(case: Case) -> str:
    if case.rng.random() < 0.5:
        return f"curl -sS -H '{authorization(case)}' https://api.acme.io/v1/orders?limit=10"
    value = case.note(kind_named("command_password"), simple_password(case.rng))
    return f"curl -sS -u {case.pick(_USERS)}:{value} https://nexus.acme.io/repository/maven/"


def database_command(case: Case) -> str:
    value = case.note(kind_named("command_password"), simple_password(case.rng))
    return case.pick(
        [
            f"mysql -h db.internal -u root -p{value} orders",
            f"PGPASSWORD={value} psql -h db.internal -U app orders",
            f"docker login -u ci --password {value} registry.acme.io",
            f"redis-cli -h cache01 -a {value} --no-auth-warning PING",
            f"sshpass -p {value} ssh deploy@web-01 uptime",
        ]
    )


def sql_user(case: Case) -> str:
    value = case.note(kind_named("sql_password"), simple_password(case.rng))
    return case.pick(
        [
            f"CREATE USER app IDENTIFIED BY '{value}';",
            f"ALTER ROLE reporting WITH LOGIN PASSWORD '{value}' VALID UNTIL 'infinity';",
            f"CREATE LOGIN svc WITH PASSWORD = '{value}';",
            f"SET PASSWORD FOR 'app'@'%' = PASSWORD('{value}');",
        ]
    )


def netrc(case: Case) -> str:
    value = case.note(kind_named("netrc_password"), simple_password(case.rng))
    return case.pick(
        [
            f"machine api.heroku.com\n  login ci@acme\n  password {value}\n",
            f"machine git.acme.io login ci password {value}",
            f"db.internal:5432:orders:app:{value}",
        ]
    )


def npmrc(case: Case) -> str:
    value = case.note(kind_named("npmrc"), simple_password(case.rng) + pick(case.rng, HEX, 12))
    return f"@acme:registry=https://npm.acme.io/\n//npm.acme.io/:_authToken={value}\nalways-auth=true\n"


def wireguard(case: Case) -> str:
    value = case.note(Kind("wireguard", CREDENTIAL, simple_password), b64(octets(case.rng, 32)))
    return (
        f"[Interface]\nAddress = 10.8.0.2/24\nPrivateKey = {value}\n\n[Peer]\n"
        f"PublicKey = {b64(octets(case.rng, 32))}\nAllowedIPs = 0.0.0.0/0\n"
    )


def service_account(case: Case) -> str:
    value = case.note(Kind("private_key", CREDENTIAL, pem), _google_key(case.rng))
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "acme-orders",
            "private_key_id": pick(case.rng, HEX, 40),
            "private_key": value,
            "client_id": pick(case.rng, DIGITS, 21),
            "universe_domain": "googleapis.com",
        },
        indent=2,
    )


def _google_key(rng: Random) -> str:
    while not (value := pem(rng)).startswith("-----BEGIN PRIVATE KEY"):
        pass
    return value + "\n"


def kubernetes_secret(case: Case) -> str:
    password = simple_password(case.rng)
    case.note(kind_named("kubernetes_secret"), password, b64(password.encode()))
    return (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: orders-db\n  namespace: shop\ntype: Opaque\n"
        f"data:\n  password: {b64(password.encode())}\n"
    )


def docker_config(case: Case) -> str:
    password = simple_password(case.rng)
    encoded = b64(f"ci:{password}".encode())
    case.note(kind_named("docker_auth"), password, encoded)
    return json.dumps({"auths": {"registry.acme.io": {"auth": encoded}}}, indent=2)


COMPOSITES = (
    url_password,
    url_password,
    ado_connection,
    jdbc_connection,
    libpq_connection,
    azure_connection,
    azure_sas,
    aws_presigned,
    aws_profile,
    otpauth,
    authorization,
    cookies,
    http_exchange,
    curl,
    database_command,
    sql_user,
    netrc,
    npmrc,
    wireguard,
    service_account,
    kubernetes_secret,
    docker_config,
)
