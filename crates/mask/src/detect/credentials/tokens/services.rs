//! Commerce, chat, mail, observation, office.

use super::super::bytes::Class;
use super::super::checks::crc32_hex_little;
use super::Part::{Literal, Of};
use super::{Shape, from, of};

/// Rows are grouped by issuer; the source of each group stands above it.
pub(super) const SHAPES: &[Shape] = &[
    // docs.slack.dev, "Tokens"; "Token rotation" (`xoxe.`).
    Shape::new("xoxb-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxp-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxa-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxr-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxs-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxo-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxc-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxd-", "slack_token", &[from(Class::ANY64, 16)]),
    Shape::new("xoxe-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxe.xoxb-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xoxe.xoxp-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    Shape::new("xapp-", "slack_token", &[from(Class::ALNUM_DASH, 30)]),
    Shape::new("xwfp-", "slack_token", &[from(Class::ALNUM_DASH, 16)]),
    // docs.stripe.com, "API keys": `pk_` is publishable; webhooks, "Verify signatures". Paystack,
    // Clerk and others took the form over.
    Shape::new("sk_live_", "stripe_key", &[from(Class::ALNUM, 10)]),
    Shape::new("sk_test_", "stripe_key", &[from(Class::ALNUM, 10)]),
    Shape::new("sk_prod_", "stripe_key", &[from(Class::ALNUM, 10)]),
    Shape::new("sk_org_", "stripe_key", &[from(Class::WORD, 20)]),
    Shape::new("rk_live_", "stripe_key", &[from(Class::ALNUM, 10)]),
    Shape::new("rk_test_", "stripe_key", &[from(Class::ALNUM, 10)]),
    Shape::new("rk_prod_", "stripe_key", &[from(Class::ALNUM, 10)]),
    Shape::new("whsec_", "webhook_secret", &[from(Class::ANY64, 24)]),
    // twilio.com/docs, "API keys": `AC…` is the account's public name.
    Shape::new("SK", "twilio_key", &[of(Class::HEX, 32)]),
    // sendgrid.com/docs, "API keys": `SG.`, identifier, secret.
    Shape::new(
        "SG.",
        "sendgrid_key",
        &[Of(Class::URL, 16, 32), Literal("."), from(Class::URL, 30)],
    ),
    // documentation.mailgun.com, "API keys": the older form; the newer is in `special`.
    Shape::new("key-", "mailgun_key", &[of(Class::HEX, 32)]),
    // mailchimp.com/developer, Transactional; developers.brevo.com; resend.com/docs: API keys.
    Shape::new("md-", "mandrill_key", &[of(Class::URL, 22)]),
    Shape::new("xkeysib-", "brevo_key", &[from(Class::ALNUM_DASH, 60)]),
    Shape::new("xsmtpsib-", "brevo_key", &[from(Class::ALNUM_DASH, 60)]),
    Shape::new(
        "re_",
        "resend_key",
        &[of(Class::ALNUM, 8), Literal("_"), of(Class::ALNUM, 24)],
    ),
    // developer.squareup.com, "Access tokens"; "OAuth".
    Shape::new("sq0csp-", "square_secret", &[from(Class::URL, 40)]),
    Shape::new("sq0atp-", "square_token", &[from(Class::URL, 20)]),
    Shape::new("EAAA", "square_token", &[of(Class::URL, 60)]),
    // developers.facebook.com, "Access tokens".
    Shape::new("EAA", "facebook_token", &[from(Class::ALNUM, 100)]),
    // shopify.dev, "Access tokens".
    Shape::new("shpat_", "shopify_token", &[of(Class::HEX_ANY, 32)]),
    Shape::new("shpca_", "shopify_token", &[of(Class::HEX_ANY, 32)]),
    Shape::new("shppa_", "shopify_token", &[of(Class::HEX_ANY, 32)]),
    Shape::new("shpss_", "shopify_secret", &[of(Class::HEX_ANY, 32)]),
    Shape::new("shptka_", "shopify_token", &[of(Class::HEX_ANY, 32)]),
    // developer.paypal.com, Braintree; plaid.com/docs, "Tokens"; developer.flutterwave.com;
    // docs.easypost.com; docs.goshippo.com; duffel.com/docs: API keys.
    Shape::new(
        "access_token$production$",
        "braintree_token",
        &[of(Class::LOWER_DIGIT, 16), Literal("$"), of(Class::HEX, 32)],
    ),
    Shape::new("access-sandbox-", "plaid_token", &[of(Class::UUID, 36)]),
    Shape::new("access-development-", "plaid_token", &[of(Class::UUID, 36)]),
    Shape::new("access-production-", "plaid_token", &[of(Class::UUID, 36)]),
    Shape::new(
        "FLWSECK-",
        "flutterwave_key",
        &[from(Class::ALNUM_DASH, 20)],
    ),
    Shape::new(
        "FLWSECK_TEST-",
        "flutterwave_key",
        &[from(Class::ALNUM_DASH, 12)],
    ),
    Shape::new("EZAK", "easypost_key", &[of(Class::ALNUM, 54)]),
    Shape::new("EZTK", "easypost_key", &[of(Class::ALNUM, 54)]),
    Shape::new("shippo_live_", "shippo_token", &[of(Class::HEX, 40)]),
    Shape::new("shippo_test_", "shippo_token", &[of(Class::HEX, 40)]),
    Shape::new("duffel_live_", "duffel_token", &[from(Class::URL, 40)]),
    Shape::new("duffel_test_", "duffel_token", &[from(Class::URL, 40)]),
    // airtable.com/developers, "Personal access tokens".
    Shape::new(
        "pat",
        "airtable_token",
        &[of(Class::ALNUM, 14), Literal("."), of(Class::HEX, 64)],
    ),
    // linear.app/developers; developers.notion.com; developers.figma.com: authentication.
    Shape::new("lin_api_", "linear_key", &[from(Class::ALNUM, 32)]),
    Shape::new("lin_oauth_", "linear_token", &[from(Class::ALNUM, 32)]),
    Shape::new("lin_wh_", "webhook_secret", &[from(Class::ALNUM, 32)]),
    Shape::new("ntn_", "notion_token", &[from(Class::ALNUM, 40)]),
    Shape::new("secret_", "notion_token", &[of(Class::ALNUM, 43)]),
    Shape::new("figd_", "figma_token", &[from(Class::URL, 36)]),
    Shape::new("figo_", "figma_token", &[from(Class::URL, 36)]),
    Shape::new("figu_", "figma_token", &[from(Class::URL, 36)]),
    // dropbox.com/developers; contentful.com/developers; typeform.com/developers; readme.com:
    // access tokens.
    Shape::new("sl.", "dropbox_token", &[from(Class::URL_DOT, 100)]),
    Shape::new("CFPAT-", "contentful_token", &[from(Class::URL, 40)]),
    Shape::new("tfp_", "typeform_token", &[from(Class::URL_DOT, 40)]),
    Shape::new("rdme_", "readme_key", &[from(Class::LOWER_DIGIT, 60)]),
    // developers.hubspot.com, "Private apps".
    Shape::new("pat-na1-", "hubspot_token", &[of(Class::UUID, 36)]),
    Shape::new("pat-na2-", "hubspot_token", &[of(Class::UUID, 36)]),
    Shape::new("pat-na3-", "hubspot_token", &[of(Class::UUID, 36)]),
    Shape::new("pat-eu1-", "hubspot_token", &[of(Class::UUID, 36)]),
    Shape::new("pat-ap1-", "hubspot_token", &[of(Class::UUID, 36)]),
    // developers.intercom.com, "Authentication": `tok:` in base 64.
    Shape::new("dG9rO", "intercom_token", &[from(Class::BASE64_PADDED, 50)]),
    // developer.clickup.com, "Authentication": a personal key, though it begins as public ones do.
    Shape::new(
        "pk_",
        "clickup_token",
        &[
            Of(Class::DIGIT, 5, 10),
            Literal("_"),
            of(Class::UPPER_DIGIT, 32),
        ],
    ),
    // posthog.com/docs, "API overview": `phc_` is public.
    Shape::new("phx_", "posthog_key", &[from(Class::ALNUM, 36)]),
    Shape::new("phs_", "posthog_key", &[from(Class::ALNUM, 36)]),
    // docs.honeycomb.io, "API keys"; docs.newrelic.com, "New Relic API keys".
    Shape::new("hcaik_", "honeycomb_key", &[from(Class::LOWER_DIGIT, 50)]),
    Shape::new("hcxik_", "honeycomb_key", &[from(Class::LOWER_DIGIT, 50)]),
    Shape::new("NRAK-", "newrelic_key", &[of(Class::UPPER_DIGIT, 27)]),
    Shape::new("NRII-", "newrelic_key", &[of(Class::URL, 32)]),
    Shape::new("NRIQ-", "newrelic_key", &[of(Class::URL, 32)]),
    // grafana.com/docs, "Service accounts"; github.com/grafana/grafana, `satokengen`: the CRC-32 of
    // all before the last `_`, least significant byte first. Cloud and older keys are JSON in
    // base 64.
    Shape::summed(
        "glsa_",
        "grafana_token",
        &[of(Class::ALNUM, 32), Literal("_"), of(Class::HEX_ANY, 8)],
        grafana_sum,
    ),
    Shape::new("glc_", "grafana_token", &[from(Class::ANY64, 40)]),
    Shape::new("eyJrIjoi", "grafana_token", &[from(Class::ANY64, 60)]),
    // launchdarkly.com/docs, "Keys": `mob-` is public.
    Shape::new("sdk-", "launchdarkly_key", &[of(Class::UUID, 36)]),
    Shape::new("api-", "launchdarkly_key", &[of(Class::UUID, 36)]),
    // developer.adobe.com; docs.mapbox.com, "Access tokens" (`pk.` is public); frame.io.
    Shape::new("p8e-", "adobe_secret", &[of(Class::ALNUM, 32)]),
    Shape::new("sk.eyJ", "mapbox_token", &[from(Class::URL_DOT, 40)]),
    Shape::new("fio-u-", "frameio_token", &[from(Class::URL, 60)]),
    // docs.adafruit.com, "Adafruit IO".
    Shape::new("aio_", "adafruit_key", &[of(Class::ALNUM, 28)]),
    // polar.sh/docs, "Organization access tokens".
    Shape::new("polar_oat_", "polar_token", &[from(Class::ALNUM, 30)]),
    Shape::new("polar_pat_", "polar_token", &[from(Class::ALNUM, 30)]),
    // discord.com/developers, user tokens with a second factor.
    Shape::new("mfa.", "discord_token", &[from(Class::URL, 80)]),
];

fn grafana_sum(token: &[u8]) -> bool {
    token
        .split_last_chunk::<8>()
        .and_then(|(head, sum)| Some((head.strip_suffix(b"_")?, sum)))
        .is_some_and(|(head, sum)| crc32_hex_little(head, sum))
}
