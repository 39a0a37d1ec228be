//! Clouds, platforms, databases and stores of secrets. Amazon's and Azure's formats without a plain
//! prefix have files of their own.

use super::super::bytes::Class;
use super::Part::{Literal, Of};
use super::{Shape, from, of};

/// Rows are grouped by issuer; the source of each group stands above it.
pub(super) const SHAPES: &[Shape] = &[
    // cloud.google.com/docs, "Manage API keys"; Google Identity, "Using OAuth 2.0".
    Shape::new("AIza", "google_api_key", &[of(Class::URL, 35)]),
    Shape::new("AQ.Ab", "google_api_key", &[from(Class::URL, 40)]),
    Shape::new("GOCSPX-", "google_client_secret", &[from(Class::URL, 24)]),
    Shape::new("ya29.", "google_access_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("1//0", "google_refresh_token", &[from(Class::URL, 40)]),
    // docs.aws.amazon.com, Amazon Bedrock, "Generate an API key": `ABSK` and base 64; short-lived
    // ones carry a signed request.
    Shape::new(
        "ABSK",
        "aws_bedrock_key",
        &[from(Class::BASE64_PADDED, 100)],
    ),
    Shape::new(
        "bedrock-api-key-",
        "aws_bedrock_key",
        &[from(Class::ANY64, 100)],
    ),
    // docs.aws.amazon.com, IAM, "Temporary security credentials": session tokens have no fixed
    // size; their first bytes are constant.
    Shape::new(
        "IQoJb3JpZ2lu",
        "aws_session_token",
        &[from(Class::ANY64, 80)],
    ),
    Shape::new(
        "FwoGZXIvYXdz",
        "aws_session_token",
        &[from(Class::ANY64, 80)],
    ),
    Shape::new(
        "FQoGZXIvYXdz",
        "aws_session_token",
        &[from(Class::ANY64, 80)],
    ),
    // developers.cloudflare.com, "Token formats": 40 characters and a checksum; Origin CA keys.
    Shape::new("cfk_", "cloudflare_token", &[from(Class::ALNUM, 40)]),
    Shape::new("cfut_", "cloudflare_token", &[from(Class::ALNUM, 40)]),
    Shape::new("cfat_", "cloudflare_token", &[from(Class::ALNUM, 40)]),
    Shape::new(
        "v1.0-",
        "cloudflare_token",
        &[of(Class::HEX, 24), Literal("-"), of(Class::HEX, 146)],
    ),
    // docs.digitalocean.com, "How to create a personal access token"; managed databases (Aiven's
    // format).
    Shape::new("dop_v1_", "digitalocean_token", &[of(Class::HEX, 64)]),
    Shape::new("doo_v1_", "digitalocean_token", &[of(Class::HEX, 64)]),
    Shape::new("dor_v1_", "digitalocean_token", &[of(Class::HEX, 64)]),
    Shape::new("AVNS_", "database_password", &[from(Class::URL, 16)]),
    // devcenter.heroku.com, "OAuth", Token format.
    Shape::new("HRKU-", "heroku_key", &[from(Class::URL, 36)]),
    // docs.databricks.com, "Personal access tokens".
    Shape::new(
        "dapi",
        "databricks_token",
        &[of(Class::HEX, 32), Literal("-"), of(Class::DIGIT, 1)],
    ),
    Shape::new("dapi", "databricks_token", &[of(Class::HEX, 32)]),
    Shape::new("dose", "databricks_token", &[of(Class::HEX, 32)]),
    // docs.doppler.com, "Auth token formats".
    Shape::new("dp.pt.", "doppler_token", &[from(Class::ALNUM, 40)]),
    Shape::new("dp.ct.", "doppler_token", &[from(Class::ALNUM, 40)]),
    Shape::new("dp.st.", "doppler_token", &[from(Class::URL_DOT, 40)]),
    Shape::new("dp.sa.", "doppler_token", &[from(Class::ALNUM, 40)]),
    Shape::new("dp.said.", "doppler_token", &[from(Class::ALNUM, 40)]),
    Shape::new("dp.scim.", "doppler_token", &[from(Class::ALNUM, 40)]),
    Shape::new("dp.audit.", "doppler_token", &[from(Class::ALNUM, 40)]),
    // developer.hashicorp.com, Vault, "Tokens", Token prefixes; HCP Terraform is in `special`.
    Shape::new("hvs.", "vault_token", &[from(Class::URL, 24)]),
    Shape::new("hvb.", "vault_token", &[from(Class::URL, 24)]),
    Shape::new("hvr.", "vault_token", &[from(Class::URL, 24)]),
    // developer.1password.com, "Service accounts"; "Secret Key".
    Shape::new("ops_eyJ", "onepassword_token", &[from(Class::ANY64, 60)]),
    Shape::new(
        "A3-",
        "onepassword_secret_key",
        &[
            of(Class::UPPER_DIGIT, 6),
            Literal("-"),
            of(Class::UPPER_DIGIT, 6),
            Literal("-"),
            of(Class::UPPER_DIGIT, 5),
            Literal("-"),
            of(Class::UPPER_DIGIT, 5),
            Literal("-"),
            of(Class::UPPER_DIGIT, 5),
            Literal("-"),
            of(Class::UPPER_DIGIT, 5),
        ],
    ),
    // tailscale.com/kb, "Key and secret formats".
    Shape::new("tskey-", "tailscale_key", &[from(Class::ALNUM_DASH, 20)]),
    // supabase.com/docs, "Understanding API keys": `sb_publishable_` is public.
    Shape::new("sbp_", "supabase_token", &[from(Class::WORD, 40)]),
    Shape::new("sb_secret_", "supabase_key", &[from(Class::URL, 20)]),
    // planetscale.com/docs, "Service tokens", "Connection strings".
    Shape::new(
        "pscale_tkn_",
        "planetscale_token",
        &[from(Class::URL_DOT, 30)],
    ),
    Shape::new(
        "pscale_pw_",
        "planetscale_password",
        &[from(Class::URL_DOT, 30)],
    ),
    Shape::new(
        "pscale_oauth_",
        "planetscale_token",
        &[from(Class::URL_DOT, 30)],
    ),
    // neon.com/docs, "Manage API keys".
    Shape::new("napi_", "neon_key", &[from(Class::ALNUM, 40)]),
    // fly.io/docs, "Access tokens"; docs.netlify.com; vercel.com/docs; render.com/docs: API keys.
    Shape::new("fm2_", "fly_token", &[from(Class::ANY64, 80)]),
    Shape::new("fm1_", "fly_token", &[from(Class::ANY64, 80)]),
    Shape::new("fm1r_", "fly_token", &[from(Class::ANY64, 80)]),
    Shape::new("fo1_", "fly_token", &[of(Class::URL, 43)]),
    Shape::new("nfp_", "netlify_token", &[Of(Class::ALNUM, 34, 48)]),
    Shape::new("vcp_", "vercel_token", &[from(Class::ALNUM, 24)]),
    Shape::new("vci_", "vercel_token", &[from(Class::ALNUM, 24)]),
    Shape::new("vca_", "vercel_token", &[from(Class::ALNUM, 24)]),
    Shape::new("vcr_", "vercel_token", &[from(Class::ALNUM, 24)]),
    Shape::new("vck_", "vercel_token", &[from(Class::ALNUM, 24)]),
    Shape::new("rnd_", "render_key", &[Of(Class::ALNUM, 28, 40)]),
    // cockroachlabs.com/docs, "Managing access", API keys; MongoDB Atlas, "Service accounts".
    Shape::new("CCDB1_", "cockroach_key", &[from(Class::WORD, 40)]),
    Shape::new("mdb_sa_sk_", "mongodb_secret", &[from(Class::URL, 30)]),
    // docs.redhat.com, OpenShift, "Managing user-owned OAuth access tokens".
    Shape::new("sha256~", "openshift_token", &[of(Class::URL, 43)]),
    // docs.dynatrace.com, "Access tokens": prefix, public part, secret part.
    Shape::new(
        "dt0",
        "dynatrace_token",
        &[
            of(Class::ALNUM, 3),
            Literal("."),
            of(Class::UPPER_DIGIT, 24),
            Literal("."),
            of(Class::UPPER_DIGIT, 64),
        ],
    ),
    // alibabacloud.com/help, "Obtain an AccessKey pair"; tencentcloud.com, "Access key".
    Shape::new("LTAI", "alibaba_access_key_id", &[Of(Class::ALNUM, 16, 26)]),
    Shape::new("AKID", "tencent_secret_id", &[of(Class::ALNUM, 32)]),
    // yandex.cloud/docs, "OAuth token", "API key".
    Shape::new("y0_", "yandex_token", &[from(Class::URL, 50)]),
    Shape::new("AQVN", "yandex_key", &[Of(Class::URL, 35, 38)]),
    // docs.confluent.io, "API keys": secrets of the new format.
    Shape::new("cflt", "confluent_secret", &[of(Class::BASE64, 60)]),
];
