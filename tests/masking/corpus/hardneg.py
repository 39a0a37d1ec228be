"""What looks like a secret and is none, where it tempts most: beside `token`, `card`, `key`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from random import Random

from . import hardmembers
from .harmless import (
    card_like_order,
    certificate,
    ean,
    git_hash,
    not_a_card,
    public_pem,
    sri,
    ssh_public,
    ulid,
    uuid4,
)
from .kinds import ALNUM, BASE64, DIGITS, HEX, LOWER, UPPER, b64, octets, pick

Harmless = Callable[[Random], str]


TEXTS: dict[str, Harmless] = {
    "uuid": lambda r: f"Session token refresh for request {uuid4(r)} took {r.randint(2, 90)} ms",
    "git_log": lambda r: "\n".join(
        f"{pick(r, HEX, 7)} {subject}"
        for subject in r.sample(
            [
                "Rotate the token cache",
                "Fix password reset link",
                "Add card component",
                "Bump secret store",
                "Explain API key scopes",
                "Drop unused key derivation",
            ],
            4,
        )
    ),
    "git_show": lambda r: (
        f"commit {git_hash(r)}\nMerge: {pick(r, HEX, 7)} {pick(r, HEX, 7)}\n"
        "Date:   Tue Mar 3 10:15:00 2026 +0100\n\n    Move token parsing into its own file"
    ),
    "diff": lambda r: (
        f"diff --git a/src/token.rs b/src/token.rs\nindex {pick(r, HEX, 8)}..{pick(r, HEX, 8)}"
        " 100644\n--- a/src/token.rs\n+++ b/src/token.rs\n@@ -10,7 +10,7 @@\n"
        "-    let token = lexer.next();\n+    let token = lexer.peek();"
    ),
    "trace": lambda r: f"trace_id={pick(r, HEX, 32)} span_id={pick(r, HEX, 16)} token validation ok",
    "digest": lambda r: f"{hashlib.sha256(octets(r, 8)).hexdigest()}  keyring-2.4.tar.gz",
    "md5": lambda r: f"MD5 (secret-santa.zip) = {pick(r, HEX, 32)}",
    "image_digest": lambda r: f"registry.acme.io/token-service@sha256:{pick(r, HEX, 64)}",
    "integrity": lambda r: f'"integrity": "{sri(r)}",',
    "go_sum": lambda r: (
        f"github.com/zalando/go-keyring v0.2.6 h1:{b64(octets(r, 32))}\n"
        f"golang.org/x/crypto v0.31.0/go.mod h1:{b64(octets(r, 32))}"
    ),
    "cargo_lock": lambda r: (
        f'[[package]]\nname = "secrecy"\nversion = "0.10.3"\nchecksum = "{pick(r, HEX, 64)}"'
    ),
    "pip_hash": lambda r: f"keyring==25.6.0 \\\n    --hash=sha256:{pick(r, HEX, 64)}",
    "ulid": lambda r: f"card event {ulid(r)} was delivered",
    "snowflake": lambda r: f"Message {r.randint(10**17, 10**19)} in channel {r.randint(10**17, 10**18)}",
    "order": lambda r: (
        f"Order no. {pick(r, '123456789', 1)}{pick(r, DIGITS, 9)}, invoice INV-2026-{pick(r, DIGITS, 6)}"
    ),
    "order_card_like": lambda r: f"order_id={card_like_order(r)} state=shipped",
    "sixteen_digits": lambda r: f"batch {not_a_card(r)} finished; gift card campaign unaffected",
    "tracking": lambda r: r.choice(
        [
            f"UPS tracking 1Z{pick(r, UPPER + DIGITS, 16)}",
            f"USPS tracking number 9400{pick(r, DIGITS, 18)}",
            f"DHL shipment JJD{pick(r, DIGITS, 18)}",
        ]
    ),
    "part": lambda r: (
        f"Part no. {pick(r, UPPER, 3)}-{pick(r, DIGITS, 5)}-{pick(r, UPPER, 2)}, key switch, black"
    ),
    "ean": lambda r: f"EAN {ean(r)} Key holder, leather",
    "isbn": lambda r: (
        f"ISBN 978-3-{pick(r, DIGITS, 2)}-{pick(r, DIGITS, 6)}-{pick(r, DIGITS, 1)}: The Secret Garden"
    ),
    "epoch": lambda r: (
        f"token expires_at={r.randint(1760000000000, 1799999999999)} "
        f"issued={r.randint(1760000000, 1799999999)}"
    ),
    "nanoseconds": lambda r: f'ts={r.randint(176 * 10**16, 179 * 10**16)} msg="key rotated"',
    "build": lambda r: f"Build 2026.03.{r.randint(100, 999)}-{pick(r, HEX, 9)} of password-checker",
    "kubernetes": lambda r: (
        f"secret-manager-{pick(r, HEX, 9)}-{pick(r, LOWER + DIGITS, 5)}   1/1   Running   0   "
        f'{r.randint(1, 90)}d\nresourceVersion: "{pick(r, "123456789", 9)}"'
    ),
    "ssh_public_key": ssh_public,
    "fingerprint": lambda r: f"256 SHA256:{b64(octets(r, 32)).rstrip('=')} deploy key (ED25519)",
    "colon_fingerprint": lambda r: "Key fingerprint: " + octets(r, 16).hex(":"),
    "certificate": certificate,
    "public_pem": public_pem,
    "arn": lambda r: (
        f"arn:aws:secretsmanager:eu-west-1:{pick(r, '123456789', 12)}:secret:prod/orders-{pick(r, ALNUM, 6)}"
    ),
    "arn_role": lambda r: f"arn:aws:iam::{pick(r, '123456789', 12)}:role/token-vendor",
    "stripe_public": lambda r: f'Stripe("pk_live_{pick(r, ALNUM, 24)}")',
    "stripe_objects": lambda r: (
        f"charge ch_{pick(r, ALNUM, 24)} card card_{pick(r, ALNUM, 24)} cus_{pick(r, ALNUM, 14)}"
    ),
    "google_client_id": lambda r: (
        f"client_id: {pick(r, DIGITS, 12)}-{pick(r, LOWER + DIGITS, 32)}.apps.googleusercontent.com"
    ),
    "references": lambda r: r.choice(
        [
            "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
            "password: ${DB_PASSWORD}",
            "password=$DB_PASSWORD",
            "token: vault:secret/data/ci#token",
            "secret: op://Private/orders-db/password",
            "password: {{ .Values.db.password }}",
            "api_key = var.datadog_api_key",
            "secret = data.aws_secretsmanager_secret.db.arn",
            "password: ENC[AES256_GCM,data:…]",
            "key: !Ref SigningKey",
            'token = os.environ["API_TOKEN"]',
            "password: process.env.DB_PASSWORD,",
            "apiKey: import.meta.env.VITE_API_KEY",
            "DB_PASSWORD_FILE=/run/secrets/db_password",
            '--token "$GITHUB_TOKEN"',
            "password: ''",
            "secret: null",
            'token: ""',
            "PASSWORD=",
            "password=%DB_PASSWORD%",
            "auth: {{ vault_auth }}",
            "password: <your-password>",
            "api_key=YOUR_API_KEY",
            "token: ********",
            "password: [REDACTED]",
            "secretName: orders-db",
        ]
    ),
    "secret_ref": lambda r: (
        "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n"
        "      name: orders-db\n      key: password"
    ),
    "python": lambda r: (
        "def get_token(secret_name: str) -> str:\n    password = getpass.getpass()\n"
        "    token = client.login(user, password)\n    if token is None:\n"
        '        raise AuthError("token missing")\n    return token'
    ),
    "typescript": lambda r: (
        "interface Login {\n  password: string;\n  token?: string | null;\n"
        "  apiKey: string;\n}\nconst token = await getToken(session);"
    ),
    "rust": lambda r: (
        "pub struct Auth {\n    pub token: Token,\n    password: SecretString,\n}\n"
        "let key = Key::new(&secret)?;\nassert_eq!(card.len(), 16);"
    ),
    "sql_ddl": lambda r: (
        "CREATE TABLE users (\n  id BIGSERIAL PRIMARY KEY,\n  password_hash VARCHAR(60) NOT NULL,\n"
        "  api_key UUID UNIQUE,\n  token TEXT,\n  pin SMALLINT\n);"
    ),
    "go": lambda r: (
        "func (s *Server) Token(ctx context.Context, secret string) (token string, err error) {\n"
        '\tkey := s.keys[kid]\n\tpassword := r.FormValue("password")\n'
    ),
    "calls": lambda r: r.choice(
        [
            "token = self.lexer.next_token(stream, mode=2)\nsecret = kdf.expand(prk, info, 32)",
            "masterSecret := suite.Expand(preMaster, clientRandom, serverRandom)\nsession := &SessionState{",
            "const auth = request.headers.get('authorization');\nconst session = sessions[request.id];",
            'let password = rpassword::prompt_password("Password: ")?;\nlet key = keys[0].clone();',
            "String token = tokens.get(i).getText();\nchar[] password = console.readPassword();",
        ]
    ),
    "go_literal": lambda r: (
        'u := url.URL{\n\tScheme: "https",\n\tUser:   login.User,\n\tHost:   "api.acme.io",\n'
        '\tPath:   "/v1/tokens",\n}\nserver.ClientAuth = tls.VerifyClientCertIfGiven\n'
        "cfg.Certificates[0].PrivateKey = testServerPrivateKey\n"
    ),
    "python_arguments": lambda r: (
        "command = HelpCommand(\n    session=self.session,\n    obj=self._service_model(),\n"
        "    command_table=command_table,\n    arg_table=None,\n)\n@password.setter\ndef password(self, value):"
    ),
    "struct_fields": lambda r: (
        "_fields_ = [\n    ('write_key', POINTER(c_ubyte)),\n    ('key_length', c_uint),\n"
        "    ('secret', c_ubyte * 32),\n    ('next', c_void_p),\n]"
    ),
    "constants": lambda r: (
        "TOKEN_KEY = 'TOKEN_KEY'\nAPI_KEY_HEADER = 'X-Api-Key'\nPASSWORD_FIELD = \"password\"\n"
        "AUTH_TYPE = 'bearer'\nSECRET_NAME = 'orders-db'"
    ),
    "colour_table": lambda r: (
        "COLORS = {\n    token.NAME:    Colors.Normal,\n    token.STRING:  Colors.Blue,\n"
        "    token.COMMENT: Colors.LightRed,\n}"
    ),
    "system_files": lambda r: r.choice(
        [
            "passwd:         files systemd\ngroup:          files systemd\nshadow:         files",
            "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin",
            "root:*:19700:0:99999:7:::\nsshd:!:19700::::::",
            "auth     required   pam_unix.so nullok\npassword requisite  pam_pwquality.so retry=3",
        ]
    ),
    "go_test": lambda r: (
        "func TestToken(t *testing.T) {\n\tif got, want := tok.Kind, token.STRING; got != want {\n"
        '\t\tt.Errorf("token kind = %v, want %v", got, want)\n\t}\n}'
    ),
    "hex_columns": lambda r: "\n".join(
        f"{line * 16:08x}  {octets(r, 8).hex(' ')}  {octets(r, 8).hex(' ')}  |................|"
        for line in range(6)
    ),
    "address_code": lambda r: (
        "// Addr is the TCP address to listen on,\n// in the form host:port, see RFC 9110 section 4.2.\n"
        "ReadTimeout:    10 * time.Second,\nWriteTimeout:   30 * time.Second,"
    ),
    "docs": lambda r: (
        "aws s3 presign ... &X-Amz-Signature=[signature]&X-Amz-Security-Token=[token]\n"
        "export API_KEY=<your key here>\nmodule@version.\nfunc parse(path string)"
    ),
    "prose": lambda r: r.choice(
        [
            "Your password must be at least 12 characters long and contain a digit.",
            "The token expires after 3600 seconds; ask for a new one with the refresh token.",
            "Tokens of the new form start with `ghp_` and have 40 characters.",
            "password: required, string. The user's password.",
            "Secret rotation: every 90 days.",
            "Enter the PIN on the device to continue.",
            "Authorization: none needed on localhost",
            "The API key goes into the header `X-Api-Key`.",
            "Card declined: insufficient funds (code 51)",
            "Authorization header is missing",
            "error: invalid token at line 3, column 17",
            "Invalid password: too short",
            "passwd: password expiry information changed.",
        ]
    ),
    "regex": lambda r: "ghp_[A-Za-z0-9]{36}|xox[baprs]-[0-9]{10,13}|AKIA[0-9A-Z]{16}",
    "shell_prompt": lambda r: f"deploy@web-{r.randint(1, 20):02}:~/token-service$ ls -la",
    "git_remote": lambda r: "origin\tgit@github.com:acme/secret-store.git (fetch)",
    "npm_packages": lambda r: "├── @types/jsonwebtoken@9.0.7\n├── keytar@7.9.0\n└── @auth/core@0.37.4",
    "actions": lambda r: f"uses: actions/create-github-app-token@v1\nuses: actions/checkout@{git_hash(r)}",
    "npm_lock": lambda r: (
        "node_modules/jsonwebtoken: version 9.0.2, resolved https://npm.acme.io/"
        f"jsonwebtoken-9.0.2.tgz, integrity {sri(r)}"
    ),
    "model": lambda r: (
        r.choice(
            [
                "gpt-4o-2024-11-20",
                "claude-sonnet-4-5-20250929",
                "text-embedding-3-small",
                "llama-3.3-70b-instruct",
            ]
        )
        + f" used {r.randint(100, 9000)} prompt tokens"
    ),
    "coordinates": lambda r: f"Key West lies at {r.uniform(24, 25):.6f}, {r.uniform(-82, -81):.6f}",
    "version": lambda r: (
        f"token-service 10.{r.randint(0, 40)}.{r.randint(0, 200)}.{r.randint(0, 9999)} (build 20260314.2)"
    ),
    "cve": lambda r: f"CVE-2025-{pick(r, DIGITS, 5)}: token leakage in logs, CVSS 7.5",
    "doi": lambda r: f"doi:10.1145/{pick(r, DIGITS, 7)}.{pick(r, DIGITS, 7)} On secret sharing",
    "colour": lambda r: f"--card-border: #{pick(r, HEX, 6)}; --key-color: #{pick(r, HEX, 8)};",
    "base64_text": lambda r: "data:image/png;base64,iVBORw0KGgo" + pick(r, BASE64, 160) + "=",
    "base64_words": lambda r: b64(
        b"Nothing to see here: the quick brown fox jumps over the lazy dog, and the token ring is closed."
    ),
    "address_range": lambda r: f"10.0.{r.randint(0, 255)}.0/24 via 192.168.1.1 dev eth0, key exchange done",
    "mac": lambda r: f"ether {octets(r, 6).hex(':')} txqueuelen 1000",
    "ipv6": lambda r: (
        f"inet6 fe80::{pick(r, HEX, 4)}:{pick(r, HEX, 4)}:{pick(r, HEX, 4)}:{pick(r, HEX, 4)}%eth0"
    ),
    "dates": lambda r: (
        f"valid from 2026-01-{r.randint(10, 28)} to 12/31/2026, card renewal in {r.randint(2, 9)} years"
    ),
    "amounts": lambda r: (
        f"total {r.randint(1000, 9999)}.{pick(r, DIGITS, 2)} EUR, tokens: {r.randint(10**5, 10**7)}"
    ),
    "file_list": lambda r: "\n".join(
        f"-rw-r--r-- 1 root root {r.randint(100, 99999):>7} Mar  3 09:1{r.randint(0, 9)} {name}"
        for name in ("id_ed25519.pub", "password.txt", "token.go", "cards.csv", ".env.example")
    ),
    "process_list": lambda r: (
        f"root  {r.randint(100, 32000)}  0.0  0.1  gpg-agent --homedir /etc/keys --use-standard-socket"
    ),
    "iban_like": lambda r: (
        f"Flight {pick(r, UPPER, 2)}{pick(r, DIGITS, 4)}, booking {pick(r, UPPER + DIGITS, 6)}"
    ),
    "css": lambda r: (
        f".token.keyword {{ color: #{pick(r, HEX, 6)} }} @media (min-width: 40em) {{ .card {{ width: 50% }} }}"
    ),
    "http_log": lambda r: (
        f'10.0.0.{r.randint(1, 254)} - - [14/Mar/2026:09:26:53 +0000] "GET /password/reset HTTP/1.1" 200 '
        f"{r.randint(100, 99999)}"
    ),
    "sitemap": lambda r: f"https://docs.acme.io/auth/token/introspection?v={r.randint(1, 9)}&lang=de#api-key",
    "jwt_parts": lambda r: 'A JWT has three parts; the first one decodes to {"alg":"HS256","typ":"JWT"}.',
    "hex_dump": lambda r: f"00000000: {octets(r, 16).hex(' ', 2)}  ................",
    "phone_like": lambda r: (
        f"Ticket 2026-{pick(r, DIGITS, 3)}-{pick(r, DIGITS, 4)}, room 4.{r.randint(10, 99)}, +{r.randint(2, 40)} more"
    ),
    "percent": lambda r: "path=%2Fapi%2Fv1%2Ftokens%3Flimit%3D20&done=100%25",
    "units": lambda r: (
        f"{r.randint(10**8, 10**9)} bytes in {r.randint(10**3, 10**5)} files, inode {r.randint(10**6, 10**8)}"
    ),
}


def anything(rng: Random) -> tuple[str, str | dict]:
    """A harmless text or object, with its group."""
    if rng.random() < 0.35:
        name = rng.choice(sorted(hardmembers.MEMBERS))
        return f"member:{name}", hardmembers.MEMBERS[name](rng)
    name = rng.choice(sorted(TEXTS))
    text = TEXTS[name](rng)
    if rng.random() < 0.4:
        other = rng.choice(sorted(TEXTS))
        text += rng.choice(["\n", "\n\n", "\r\n"]) + TEXTS[other](rng)
    return f"text:{name}", text
