"""Credentials that their provider's prefix, length or checksum gives away."""

from __future__ import annotations

import json
import zlib
from random import Random

from .checks import bech32, crc32_base62
from .kinds import (
    ALNUM,
    BASE64,
    CREDENTIAL,
    DIGITS,
    HEX,
    LOWER,
    UPPER,
    WORD,
    Kind,
    b64,
    b64url,
    octets,
    pick,
)


def _shaped(
    name: str,
    prefix: str,
    alphabet: str,
    least: int,
    most: int | None = None,
    names: tuple[str, ...] = ("token", "api_key"),
) -> Kind:
    return Kind(name, CREDENTIAL, lambda rng: prefix + pick(rng, alphabet, least, most), names)


def aws_key_id(rng: Random) -> str:
    return rng.choice(["AKIA", "ASIA", "ABIA", "ACCA"]) + pick(rng, UPPER + "234567", 16)


def aws_session_token(rng: Random) -> str:
    head = rng.choice(["IQoJb3JpZ2luX2Vj", "FwoGZXIvYXdzE"])
    return head + pick(rng, BASE64, rng.choice([200, 348, 560, 800])) + rng.choice(["", "=", "=="])


def aws_bedrock(rng: Random) -> str:
    if rng.random() < 0.5:
        return "ABSK" + b64(b"BedrockAPIKey-" + pick(rng, ALNUM, 80, 150).encode())
    return "bedrock-api-key-" + b64(
        b"bedrock.amazonaws.com/?Action=CallWithBearerToken&" + pick(rng, ALNUM, 120).encode()
    )


def github(rng: Random) -> str:
    body = pick(rng, ALNUM, 30)
    return rng.choice(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"]) + body + crc32_base62(body)


def npm(rng: Random) -> str:
    body = pick(rng, ALNUM, 30)
    return "npm_" + body + crc32_base62(body)


def gitlab(rng: Random) -> str:
    shape = rng.randrange(7)
    if shape == 0:
        return "glptt-" + pick(rng, HEX, 40)
    if shape == 1:
        return "gloas-" + pick(rng, HEX, 64)
    if shape == 2:
        return "glagent-" + pick(rng, WORD, 50)
    if shape == 3:
        return "GR1348941" + pick(rng, WORD, 20)
    prefix = rng.choice(["glpat-", "gldt-", "glrt-", "glsoat-", "glft-", "glimt-"])
    return prefix + pick(rng, WORD, 20)


def slack(rng: Random) -> str:
    workspace, app = pick(rng, DIGITS, 11, 13), pick(rng, DIGITS, 12, 13)
    return rng.choice(
        [
            f"xoxb-{workspace}-{app}-{pick(rng, ALNUM, 24)}",
            f"xoxp-{workspace}-{app}-{pick(rng, DIGITS, 12)}-{pick(rng, HEX, 32)}",
            f"xapp-1-A{pick(rng, UPPER + DIGITS, 10)}-{pick(rng, DIGITS, 13)}-{pick(rng, HEX, 64)}",
        ]
    )


def slack_webhook(rng: Random) -> str:
    team, bot = pick(rng, UPPER + DIGITS, 9), pick(rng, UPPER + DIGITS, 10)
    return f"https://hooks.slack.com/services/T{team}/B{bot}/{pick(rng, ALNUM, 24)}"


def stripe(rng: Random) -> str:
    mode = rng.choice(["sk_live_", "sk_test_", "rk_live_", "rk_test_"])
    return mode + pick(rng, ALNUM, rng.choice([24, 34, 99]))


def openai(rng: Random) -> str:
    if rng.random() < 0.3:
        return "sk-" + pick(rng, ALNUM, 20) + "T3BlbkFJ" + pick(rng, ALNUM, 20)
    half = rng.choice([58, 74])
    prefix = rng.choice(["sk-proj-", "sk-svcacct-", "sk-admin-"])
    return prefix + pick(rng, WORD, half) + "T3BlbkFJ" + pick(rng, WORD, half)


def azure_storage(rng: Random) -> str:
    return b64(octets(rng, 57)) + "+ASt" + pick(rng, ALNUM, 6) + "=="


def pypi(rng: Random) -> str:
    caveat = json.dumps({"version": 1, "permissions": "user"}).encode()
    return "pypi-AgEIcHlwaS5vcmcC" + b64url(octets(rng, 27) + caveat + octets(rng, 42))


def atlassian(rng: Random) -> str:
    body = "ATATT3xFfGF0" + pick(rng, WORD, 171) + "="
    return body + f"{zlib.crc32(body.encode()):08X}"


def grafana(rng: Random) -> str:
    """Grafana's `PrefixedKey`: the CRC-32 is written with its lowest byte first."""
    body = "glsa_" + pick(rng, ALNUM, 32)
    return body + "_" + zlib.crc32(body.encode()).to_bytes(4, "little").hex()


def grafana_cloud(rng: Random) -> str:
    access = {"o": pick(rng, DIGITS, 6), "n": "stack-metrics", "k": pick(rng, ALNUM, 24), "m": {"r": "eu"}}
    return "glc_" + b64(json.dumps(access, separators=(",", ":")).encode())


def one_password(rng: Random) -> str:
    account = {
        "signInAddress": "team.1password.eu",
        "srpX": pick(rng, HEX, 64),
        "muk": {"alg": "A256GCM", "k": b64url(octets(rng, 32)), "kty": "oct"},
        "secretKey": "A3-" + pick(rng, UPPER + DIGITS, 26),
    }
    return "ops_" + b64url(json.dumps(account, separators=(",", ":")).encode())


def sentry(rng: Random) -> str:
    if rng.random() < 0.5:
        return "sntryu_" + pick(rng, HEX, 64)
    claim = json.dumps({"iat": 1760000000.1, "url": "https://sentry.io", "org": "acme"}).encode()
    return "sntrys_" + b64(claim) + "_" + pick(rng, ALNUM, 43)


def discord(rng: Random) -> str:
    user = b64(pick(rng, "123456789", 18).encode())
    return f"{user}.G{pick(rng, WORD, 5)}.{pick(rng, WORD, 38)}"


def discord_webhook(rng: Random) -> str:
    return f"https://discord.com/api/webhooks/{pick(rng, '123456789', 19)}/{pick(rng, WORD, 68)}"


def azure_ad(rng: Random) -> str:
    return pick(rng, ALNUM, 3) + rng.choice("78") + "Q~" + pick(rng, ALNUM + "_~.-", 31, 34)


def telegram(rng: Random) -> str:
    return rng.choice("123456789") + pick(rng, DIGITS, 8, 9) + ":AA" + pick(rng, WORD, 33)


def hashicorp_vault(rng: Random) -> str:
    return rng.choice(["hvs.", "hvb."]) + "CAESI" + pick(rng, WORD, 140, 170)


def age_key(rng: Random) -> str:
    return bech32("age-secret-key-", octets(rng, 32)).upper()


def tailscale(rng: Random) -> str:
    return f"tskey-auth-k{pick(rng, ALNUM, 10)}CNTRL-{pick(rng, ALNUM, 32)}"


TOKENS: tuple[Kind, ...] = (
    Kind("aws_access_key_id", CREDENTIAL, aws_key_id, ("AWS_ACCESS_KEY_ID", "accessKeyId")),
    Kind(
        "aws_session_token",
        CREDENTIAL,
        aws_session_token,
        ("AWS_SESSION_TOKEN", "sessionToken", "SessionToken"),
    ),
    Kind("aws_bedrock", CREDENTIAL, aws_bedrock, ("AWS_BEARER_TOKEN_BEDROCK",)),
    Kind("github", CREDENTIAL, github, ("GITHUB_TOKEN", "gh_token", "githubPat")),
    Kind(
        "github_fine_grained",
        CREDENTIAL,
        lambda rng: f"github_pat_{pick(rng, ALNUM, 22)}_{pick(rng, ALNUM, 59)}",
        ("GH_TOKEN",),
    ),
    Kind("gitlab", CREDENTIAL, gitlab, ("GITLAB_TOKEN", "CI_JOB_TOKEN", "private_token")),
    Kind("slack", CREDENTIAL, slack, ("SLACK_BOT_TOKEN", "slackToken")),
    Kind("slack_webhook", CREDENTIAL, slack_webhook, ("SLACK_WEBHOOK_URL", "webhook")),
    Kind("stripe", CREDENTIAL, stripe, ("STRIPE_SECRET_KEY", "stripeApiKey")),
    _shaped("stripe_webhook", "whsec_", ALNUM, 32, None, ("STRIPE_WEBHOOK_SECRET",)),
    _shaped("google_api_key", "AIza", WORD, 35, None, ("GOOGLE_API_KEY", "mapsKey")),
    _shaped("google_oauth", "ya29.", WORD, 120, 200, ("access_token", "GOOGLE_OAUTH_TOKEN")),
    _shaped("google_refresh", "1//0", WORD, 61, 98, ("refresh_token",)),
    _shaped("google_client_secret", "GOCSPX-", WORD, 28, None, ("client_secret",)),
    Kind("azure_storage", CREDENTIAL, azure_storage, ("AccountKey", "AZURE_STORAGE_KEY"), bare=False),
    Kind("azure_client_secret", CREDENTIAL, azure_ad, ("AZURE_CLIENT_SECRET", "clientSecret")),
    Kind(
        "azure_devops",
        CREDENTIAL,
        lambda rng: pick(rng, ALNUM, 76) + "AZDO" + pick(rng, ALNUM, 4),
        ("AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN"),
    ),
    Kind("atlassian", CREDENTIAL, atlassian, ("JIRA_API_TOKEN", "ATLASSIAN_TOKEN")),
    Kind(
        "airtable",
        CREDENTIAL,
        lambda rng: f"pat{pick(rng, ALNUM, 14)}.{pick(rng, HEX, 64)}",
        ("AIRTABLE_API_KEY",),
    ),
    Kind(
        "anthropic",
        CREDENTIAL,
        lambda rng: rng.choice(["sk-ant-api03-", "sk-ant-admin01-"]) + pick(rng, WORD, 93) + "AA",
        ("ANTHROPIC_API_KEY", "claudeApiKey"),
    ),
    Kind("openai", CREDENTIAL, openai, ("OPENAI_API_KEY", "openaiKey")),
    _shaped("xai", "xai-", ALNUM, 80, None, ("XAI_API_KEY",)),
    Kind(
        "groq",
        CREDENTIAL,
        lambda rng: "gsk_" + pick(rng, ALNUM, 20) + "WGdyb3FY" + pick(rng, ALNUM, 24),
        ("GROQ_API_KEY",),
    ),
    _shaped("perplexity", "pplx-", ALNUM, 48, None, ("PERPLEXITY_API_KEY",)),
    _shaped("hugging_face", "hf_", UPPER + LOWER, 34, None, ("HF_TOKEN", "huggingface_token")),
    _shaped("replicate", "r8_", ALNUM, 37, None, ("REPLICATE_API_TOKEN",)),
    Kind(
        "langsmith",
        CREDENTIAL,
        lambda rng: f"lsv2_pt_{pick(rng, HEX, 32)}_{pick(rng, HEX, 10)}",
        ("LANGSMITH_API_KEY",),
    ),
    Kind("npm", CREDENTIAL, npm, ("NPM_TOKEN", "_authToken")),
    Kind("pypi", CREDENTIAL, pypi, ("TWINE_PASSWORD", "UV_PUBLISH_TOKEN")),
    _shaped("crates_io", "cio", ALNUM, 32, None, ("CARGO_REGISTRY_TOKEN",)),
    _shaped("rubygems", "rubygems_", HEX, 48, None, ("GEM_HOST_API_KEY",)),
    _shaped("docker_hub", "dckr_pat_", WORD, 27, None, ("DOCKERHUB_TOKEN",)),
    Kind(
        "digitalocean",
        CREDENTIAL,
        lambda rng: rng.choice(["dop_v1_", "doo_v1_", "dor_v1_"]) + pick(rng, HEX, 64),
        ("DIGITALOCEAN_TOKEN",),
    ),
    _shaped("heroku", "HRKU-AA", WORD, 58, None, ("HEROKU_API_KEY",)),
    _shaped("supabase", "sbp_", HEX, 40, None, ("SUPABASE_ACCESS_TOKEN",)),
    Kind(
        "planetscale",
        CREDENTIAL,
        lambda rng: rng.choice(["pscale_tkn_", "pscale_pw_"]) + pick(rng, WORD, 43),
        ("PLANETSCALE_TOKEN",),
    ),
    Kind("tailscale", CREDENTIAL, tailscale, ("TS_AUTHKEY",)),
    Kind(
        "terraform_cloud",
        CREDENTIAL,
        lambda rng: f"{pick(rng, ALNUM, 14)}.atlasv1.{pick(rng, ALNUM, 60, 70)}",
        ("TF_TOKEN_app_terraform_io",),
    ),
    _shaped("pulumi", "pul-", HEX, 40, None, ("PULUMI_ACCESS_TOKEN",)),
    Kind("vault", CREDENTIAL, hashicorp_vault, ("VAULT_TOKEN", "X-Vault-Token")),
    _shaped("doppler", "dp.pt.", ALNUM, 43, None, ("DOPPLER_TOKEN",)),
    Kind("one_password", CREDENTIAL, one_password, ("OP_SERVICE_ACCOUNT_TOKEN",)),
    _shaped("new_relic", "NRAK-", UPPER + DIGITS, 27, None, ("NEW_RELIC_API_KEY",)),
    Kind("sentry", CREDENTIAL, sentry, ("SENTRY_AUTH_TOKEN",)),
    Kind("grafana", CREDENTIAL, grafana, ("GRAFANA_TOKEN",)),
    Kind("grafana_cloud", CREDENTIAL, grafana_cloud, ("GRAFANA_CLOUD_API_KEY",)),
    Kind(
        "postman",
        CREDENTIAL,
        lambda rng: f"PMAK-{pick(rng, HEX, 24)}-{pick(rng, HEX, 34)}",
        ("POSTMAN_API_KEY",),
    ),
    _shaped("linear", "lin_api_", ALNUM, 40, None, ("LINEAR_API_KEY",)),
    Kind(
        "notion",
        CREDENTIAL,
        lambda rng: "ntn_" + pick(rng, DIGITS, 11) + pick(rng, ALNUM, 35),
        ("NOTION_TOKEN",),
    ),
    _shaped("figma", "figd_", WORD, 40, None, ("FIGMA_TOKEN",)),
    _shaped("databricks", "dapi", HEX, 32, None, ("DATABRICKS_TOKEN",)),
    Kind(
        "circleci",
        CREDENTIAL,
        lambda rng: f"CCIPAT_{pick(rng, ALNUM, 22)}_{pick(rng, HEX, 40)}",
        ("CIRCLECI_TOKEN",),
    ),
    _shaped("buildkite", "bkua_", HEX, 40, None, ("BUILDKITE_API_TOKEN",)),
    _shaped("twilio", "SK", HEX, 32, None, ("TWILIO_API_KEY",)),
    Kind(
        "sendgrid",
        CREDENTIAL,
        lambda rng: f"SG.{pick(rng, WORD, 22)}.{pick(rng, WORD, 43)}",
        ("SENDGRID_API_KEY",),
    ),
    _shaped("mailgun", "key-", HEX, 32, None, ("MAILGUN_API_KEY",)),
    Kind(
        "mailchimp",
        CREDENTIAL,
        lambda rng: pick(rng, HEX, 32) + f"-us{rng.randint(1, 21)}",
        ("MAILCHIMP_API_KEY",),
    ),
    Kind("telegram", CREDENTIAL, telegram, ("TELEGRAM_BOT_TOKEN",)),
    Kind("discord", CREDENTIAL, discord, ("DISCORD_TOKEN",)),
    Kind("discord_webhook", CREDENTIAL, discord_webhook, ("DISCORD_WEBHOOK",)),
    Kind(
        "square",
        CREDENTIAL,
        lambda rng: rng.choice(["sq0csp-" + pick(rng, WORD, 43), "EAAA" + pick(rng, WORD, 60)]),
        ("SQUARE_ACCESS_TOKEN",),
    ),
    Kind(
        "shopify",
        CREDENTIAL,
        lambda rng: rng.choice(["shpat_", "shpss_", "shpca_", "shppa_"]) + pick(rng, HEX, 32),
        ("SHOPIFY_ACCESS_TOKEN",),
    ),
    Kind("age", CREDENTIAL, age_key, ("SOPS_AGE_KEY",)),
)
