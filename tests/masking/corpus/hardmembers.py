"""Harmless JSON objects with tempting names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from random import Random

from .harmless import card_like_order, cursor, ean, git_hash, sri, uuid4
from .kinds import ALNUM, DIGITS, HEX, LOWER, WORD, b64, b64url, octets, pick

# Members whose names hold a telling word and whose values are none of anybody's business to hide.
MEMBERS: dict[str, Callable[[Random], dict]] = {
    "token_counts": lambda r: {
        "max_tokens": r.randint(100, 9000),
        "prompt_tokens": r.randint(1, 99999),
        "completion_tokens": r.randint(1, 9999),
        "tokenizer": "cl100k_base",
    },
    "token_facts": lambda r: {
        "token_type": "Bearer",
        "token_url": "https://auth.acme.io/oauth2/token",
        "expires_in": 3600,
        "token_endpoint_auth_method": "none",
    },
    "pages": lambda r: {
        "next_page_token": cursor(r),
        "nextPageToken": b64url(octets(r, 24)),
        "pageToken": "",
        "total": r.randint(1, 500),
    },
    "key_facts": lambda r: {
        "key_id": pick(r, HEX, 16),
        "kid": b64url(octets(r, 20)),
        "key_name": "deploy-2026",
        "algorithm": "ES256",
    },
    "public_keys": lambda r: {
        "public_key": b64(octets(r, 32)),
        "publishable_key": "pk_test_" + pick(r, ALNUM, 24),
    },
    "jwks": lambda r: {
        "keys": [
            {
                "kty": "EC",
                "crv": "P-256",
                "kid": pick(r, HEX, 8),
                "use": "sig",
                "x": b64url(octets(r, 32)),
                "y": b64url(octets(r, 32)),
            }
        ]
    },
    "table_keys": lambda r: {
        "partition_key": f"tenant-{r.randint(1, 99)}",
        "sort_key": f"2026#{pick(r, DIGITS, 6)}",
        "primary_key": "id",
        "foreign_keys": ["orders.id"],
    },
    "cache_keys": lambda r: {"cache_key": f"v3-linux-{pick(r, HEX, 40)}", "idempotency_key": uuid4(r)},
    "password_flags": lambda r: {
        "password_reset_required": True,
        "password_enabled": False,
        "password_policy": "strong",
        "password_changed_at": "2026-01-02T03:04:05Z",
    },
    "empty_secrets": lambda r: {"password": None, "token": "", "secret": False, "api_key": None},
    "secret_refs": lambda r: {
        "password": "${DB_PASSWORD}",
        "token": "vault:kv/ci#token",
        "secret": {"secretKeyRef": {"name": "orders-db", "key": "password"}},
    },
    "masked": lambda r: {"password": "********", "token": "[redacted]", "secret": "***"},
    "schema": lambda r: {
        "type": "object",
        "required": ["password"],
        "properties": {
            "password": {"type": "string", "minLength": 12, "description": "At least 12 characters."},
            "token": {"type": ["string", "null"], "format": "uuid"},
            "pin": {"type": "integer"},
        },
    },
    "commits": lambda r: {
        "sha": git_hash(r),
        "tree": git_hash(r),
        "parents": [git_hash(r)],
        "node_id": "C_kwDO" + pick(r, ALNUM, 40),
    },
    "orders": lambda r: {
        "order_id": int(card_like_order(r)),
        "order_number": card_like_order(r),
        "tracking_number": pick(r, "123456789", 12),
        "sku": pick(r, DIGITS, 9),
    },
    "ids": lambda r: {
        "id": uuid4(r),
        "request_id": pick(r, HEX, 32),
        "snowflake": str(r.randint(10**17, 10**18)),
        "etag": f'W/"{pick(r, HEX, 32)}"',
        "object": "card",
        "customer": "cus_" + pick(r, ALNUM, 14),
    },
    "times": lambda r: {
        "created": r.randint(1760000000000, 1799999999999),
        "iat": r.randint(176 * 10**7, 179 * 10**7),
        "monotonic_ns": r.randint(10**15, 10**18),
    },
    "places": lambda r: {
        "lat": round(r.uniform(-60, 60), 7),
        "lon": round(r.uniform(-170, 170), 7),
        "zoom": 12,
    },
    "numbers": lambda r: {
        "rows": r.randint(10**8, 10**9),
        "bytes": r.randint(10**10, 10**12),
        "checksum": r.randint(10**8, 4 * 10**9),
        "isbn": ean(r),
    },
    "kubernetes": lambda r: {
        "uid": uuid4(r),
        "resourceVersion": pick(r, "123456789", 10),
        "secretName": f"orders-db-{pick(r, LOWER + DIGITS, 5)}",
        "serviceAccountName": "token-vendor",
    },
    "arns": lambda r: {
        "SecretArn": f"arn:aws:secretsmanager:eu-west-1:{pick(r, '123456789', 12)}:secret:db-{pick(r, ALNUM, 6)}",
        "KmsKeyId": f"arn:aws:kms:eu-west-1:{pick(r, '123456789', 12)}:key/{uuid4(r)}",
    },
    "blob_hashes": lambda r: {
        "sha256": pick(r, HEX, 64),
        "integrity": sri(r),
        "md5": pick(r, HEX, 32),
        "signature_algorithm": "ed25519",
    },
    "auth_facts": lambda r: {
        "auth_type": "oauth2",
        "authenticated": True,
        "authorization_url": "https://auth.acme.io/authorize",
        "session_count": r.randint(1, 30),
        "cookie_policy": "lax",
        "secret_count": r.randint(0, 9),
    },
}


def bare_object(rng: Random) -> dict:
    """Names of tokens and keys with identifiers of several kinds that are public."""
    return {
        "cardId": uuid4(rng),
        "keyVersion": rng.randint(1, 9),
        "tokenId": rng.randint(1, 10**6),
        "hash": hashlib.sha1(octets(rng, 9)).hexdigest(),
        "slug": pick(rng, WORD, 11),
    }
