//! A configuration, and every mistake in it.

use std::path::Path;

use expect_test::{Expect, expect};

use super::{Given, Mistakes, Override, parse, print_text};

fn check(text: &str, expected: Expect) {
    check_with(text, Vec::new(), expected);
}

fn check_with(text: &str, overrides: Vec<Override>, expected: Expect) {
    let parsed = parse(
        "p.toml",
        text,
        Path::new("/etc"),
        overrides,
        Mistakes::default(),
    );
    expected.assert_eq(&match parsed {
        Ok(config) => print_text(&config)
            .lines()
            .filter(|line| !line.starts_with("limit ") && !line.is_empty())
            .map(|line| format!("{line}\n"))
            .collect(),
        Err(mistakes) => format!("{mistakes}\n"),
    });
}

#[test]
fn a_root_key_in_vault() {
    check(
        "[keys.root.vault]\nurl = \"https://vault.example:8200\"\nkey = \"probity\"\n\
         token = \"s.1234\"\nmount = \"a b\"\n[purge]\napprovals_min = 0\n",
        expect![[r#"
            p.toml:4:9: a secret may not stand in the file: write { env = "NAME" } or { file = "PATH" }
            p.toml:5:9: `a b` is no name in Vault: letters, digits, `-`, `_`, `.`, `/`
            p.toml:7:17: somebody must approve a purge: `approvals_min` is at least 1
        "#]],
    );
    check(
        "[keys]\nroot = { vault = { url = \"https://v\" } }\n",
        expect![[r#"
            p.toml:2:18: a key in Vault needs a `url`, a `key` and a `token`
        "#]],
    );
    check(
        "[keys.root.vault]\nurl = \"https://vault.example:8200\"\nkey = \"probity\"\n\
         token = { env = \"PATH\" }\n[purge]\napprovals_min = 2\n",
        expect![[r#"
            listen                   127.0.0.1:8808
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 probity in https://vault.example:8200/, mounted at transit, token from env PATH
            purge approvals          2
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
        "#]],
    );
}

#[test]
fn nothing_at_all_is_a_configuration() {
    check(
        "",
        expect![[r#"
            listen                   127.0.0.1:8808
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
        "#]],
    );
}

#[test]
fn the_template_is_right() {
    check(
        super::TEMPLATE,
        expect![[r#"
            listen                   127.0.0.1:8808
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
        "#]],
    );
}

#[test]
fn upstreams_of_every_kind() {
    check(
        r#"
listen = "127.0.0.1:1"
[upstreams.web]
url = "https://example.com/mcp/"
headers = { "X-Team" = "payments" }
anonymous = true
[upstreams.old]
url = "http://127.0.0.1:9/sse"
transport = "http_sse"
[upstreams.files]
command = ["npx", "-y", "server", "a b"]
env = { LOG = "info" }
"#,
        expect![[r#"
            listen                   127.0.0.1:1
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
            upstream files           npx -y server 'a b'
              endpoint               http://127.0.0.1:1/mcp/files
              anonymous              false
              opened by              keys
              LOG                    "info"
            upstream old             http://127.0.0.1:9/sse
              endpoint               http://127.0.0.1:1/mcp/old
              anonymous              false
              opened by              keys
            upstream web             https://example.com/mcp/
              endpoint               http://127.0.0.1:1/mcp/web
              anonymous              true
              opened by              keys
              x-team                 "payments"
        "#]],
    );
}

#[test]
fn all_mistakes_are_reported_together() {
    check(
        r#"
listen = "localhost"
listn = "127.0.0.1:1"
receipts = "yes"
origins = ["console.example"]
org = "a/b"

[upstreams.web]
url = "ftp://example.com"
headers = { Authorization = "Bearer abc", "bad name" = "x" }
credential = { bearer = { env = "PROBITY_TEST_NOT_SET" } }
colour = 3

[upstreams.files]
command = []
env = { A = { env = "B", file = "C" } }

[upstreams.UPPER]
url = "http://a"
command = ["x"]

[upstreams.nothing]

[limits]
body_bytes_max = 0
depth_max = "deep"
"#,
        expect![[r#"
            p.toml:2:10: `localhost` is no address and port; write it like `127.0.0.1:8808`
            p.toml:3:1: unknown field `listn`, expected one of `listen`, `data`, `org`, `node`, `hosts`, `origins`, `receipts`, `serve_log`, `anonymous`, `public_url`, `identity`, `upstreams`, `policy`, `masking`, `witnesses`, `timestamps`, `limits`, `keys`, `purge`
            p.toml:4:12: invalid type: string "yes", expected a boolean
            p.toml:5:12: `console.example` is no origin; write it like `https://console.example`
            p.toml:6:7: `org` is made of letters, digits, `-`, `_` and `.`
            p.toml:9:7: `ftp://example.com` is no http or https URL
            p.toml:10:29: a secret may not stand in the file: write { env = "NAME" } or { file = "PATH" }
            p.toml:10:43: `bad name` is no name of a header field
            p.toml:11:25: the environment variable `PROBITY_TEST_NOT_SET` is not set: set it before you start
            p.toml:12:1: unknown field `colour`, expected one of `url`, `transport`, `credential`, `headers`, `authorities`, `command`, `env`, `dir`, `anonymous`, `authentication`, `scopes`, `tool_scopes`, `dialect`, `roots`, `arguments`
            p.toml:15:11: `command` names no program
            p.toml:16:13: needs exactly one of `env` and `file`
            p.toml:18:12: `U` cannot be in an upstream's name: use a-z, 0-9, `-`, `_` and `.`
            p.toml:20:11: an upstream has a `url` or a `command`, not both
            p.toml:22:1: an upstream needs a `url` or a `command`
            p.toml:25:18: `body_bytes_max` is at least 1
            p.toml:26:13: invalid type: string "deep", expected usize
        "#]],
    );
}

#[test]
fn a_syntax_error_is_reported_alone() {
    check(
        "listen = \n[upstreams.x]\nurl = 1 2\n",
        expect![[r#"
        p.toml:1:10: string values must be quoted, expected literal string
        p.toml:3:7: string values must be quoted, expected literal string
    "#]],
    );
}

#[test]
fn a_secret_may_not_stand_in_a_url() {
    check(
        "[upstreams.a]\nurl = \"https://me:secret@example.com/\"\n",
        expect![[r#"
            p.toml:2:7: a URL may not carry a user name or password; use `credential` or `headers`
        "#]],
    );
}

#[test]
fn anonymous_callers_are_let_in_on_loopback_only() {
    check(
        "listen = \"0.0.0.0:1\"\n[upstreams.a]\nurl = \"http://a/\"\nanonymous = true\n",
        expect![[r#"
            p.toml:4:13: anonymous callers are let in on loopback only, and this listens on `0.0.0.0:1`
        "#]],
    );
}

#[test]
fn variables_and_flags_lie_over_the_file() {
    let variable = |name: &str, path: &[&str], value: &str| {
        Override::new(name, path, Given::Variable(value.to_owned()))
    };
    check_with(
        "listen = \"127.0.0.1:1\"\n[upstreams.a]\nurl = \"http://a/\"\n",
        vec![
            variable("PROBITY_LISTEN", &["listen"], "127.0.0.1:2"),
            variable("PROBITY_RECEIPTS", &["receipts"], "true"),
            variable(
                "PROBITY_UPSTREAMS__A__URL",
                &["upstreams", "a", "url"],
                "http://b/",
            ),
            Override::new("--anonymous", &["anonymous"], Given::Yes),
        ],
        expect![[r#"
            listen                   127.0.0.1:2
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 true
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
            upstream a               http://b/
              endpoint               http://127.0.0.1:2/mcp/a
              anonymous              true
              opened by              keys
        "#]],
    );
    check_with(
        "",
        vec![
            variable("PROBITY_RECEIPTS", &["receipts"], "perhaps"),
            variable("PROBITY_LIMITS__SIZE", &["limits", "size"], "1"),
            Override::new("--listen", &["listen"], Given::Text("here".to_owned())),
        ],
        expect![[r#"
            --listen: `here` is no address and port; write it like `127.0.0.1:8808`
            PROBITY_LIMITS__SIZE: unknown field `size`, expected one of `body_bytes_max`, `answer_bytes_max`, `head_bytes_max`, `head_ms_max`, `body_ms_max`, `depth_max`, `connections_max`, `sessions_max`, `session_streams_max`, `calls_max`, `answer_ms_max`, `connect_ms_max`, `session_idle_ms_max`, `keep_alive_ms`, `approval_wait_ms_max`, `drain_ms_max`, `stream_ahead_max`
            PROBITY_RECEIPTS: invalid type: string "perhaps", expected a boolean
        "#]],
    );
}

#[test]
fn masking_is_set_by_reader_class_and_kind() {
    check(
        "[masking]\nnetwork = true\nagent = { contact = \"pseudonym\", kinds = { iban = \"reveal\" } }\n",
        expect![[r#"
            listen                   127.0.0.1:8808
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym, network label
            masking agent            credential label, card partial, authentication delete, identifier label, contact pseudonym, network reveal, iban reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal, network reveal
        "#]],
    );
    check(
        "[masking]\nrecord = { card = \"plain\", authentication = \"pseudonym\", secrets = \"full\" }\n",
        expect![[r#"
            p.toml:2:19: `plain` is no style; there are reveal, label, partial, pseudonym, full and delete
            p.toml:2:45: security codes, PINs and seed phrases are not stored: write `delete`, `label` or `full`
            p.toml:2:58: unknown field `secrets`, expected one of `credential`, `card`, `authentication`, `identifier`, `contact`, `network`, `kinds`
        "#]],
    );
    // Nor is one of their kinds.
    check(
        r#"[masking.record.kinds]
card_security_code = "reveal"
pin = "label"
door_code = "pseudonym"
[[masking.rules]]
kind = "door_code"
class = "authentication"
words = ["sesame"]
finds = ["sesame"]
"#,
        expect![[r#"
            p.toml:2:22: security codes, PINs and seed phrases are not stored: write `delete`, `label` or `full`
            p.toml:4:13: security codes, PINs and seed phrases are not stored: write `delete`, `label` or `full`
        "#]],
    );
}

#[test]
fn rules_of_ones_own_are_proven_when_they_are_loaded() {
    check(
        r#"
[[masking.rules]]
kind = "employee"
pattern = 'EMP-(?<value>\d{6})'
finds = ["EMP-123456"]
keeps = ["EMP-1"]

[masking.detector]
url = "http://127.0.0.1:5002/analyze"
"#,
        expect![[r#"
            listen                   127.0.0.1:8808
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
            masking rule             employee
            masking detector         http://127.0.0.1:5002/analyze
        "#]],
    );
    check(
        r#"
[[masking.rules]]
kind = "Employee"
class = "secret"
pattern = "("

[[masking.rules]]
kind = "never"
pattern = "a"
direction = "up"
fields = ["$[?@.a]"]

[[masking.rules]]
kind = "silent"
pattern = 'b\b\Bb'
finds = ["bb"]
keeps = ["x"]

[masking.detector]
url = "nowhere"
score_min = 2.0
on_failure = "pass"
entities = { PERSON = "people" }
"#,
        expect![[r#"
            p.toml:2:1: the rule for `Employee`: `pattern`: regex parse error:
                (
                ^
            error: unclosed group
            p.toml:2:1: the rule for `Employee`: a kind is made of lower-case letters, digits and `_`, and begins with a letter
            p.toml:4:9: `secret` is no class; there are credential, card, authentication, identifier, contact, network
            p.toml:7:1: the rule for `never`: `$[?@.a]`: character 3: filters and counting from the end need the whole message; name the place
            p.toml:10:13: `up` is no direction; there are to_server and to_agent
            p.toml:13:1: the rule for `silent`: it finds nothing in example 1 of `finds`
            p.toml:20:7: `nowhere` is no http or https URL
            p.toml:21:13: `score_min` lies between 0 and 1
            p.toml:22:14: `pass` is no choice; there are refuse and mask
            p.toml:23:23: `people` is no class; there are credential, card, authentication, identifier, contact, network
        "#]],
    );
}

#[test]
fn witnesses_and_timestamp_authorities() {
    check(
        r#"
[[witnesses]]
url = "https://witness.example/submit"
vkey = "witness.example/w1+0+A"
[[timestamps]]
url = "nowhere"
logs = ["all"]
interval_ms = 0
[[timestamps]]
"#,
        expect![[r#"
            p.toml:4:8: `vkey` is no witness's verifier key: a key is `<name>+<8 hexadecimal digits>+<base64>`
            p.toml:6:7: `nowhere` is no http or https URL
            p.toml:7:9: `all` is no log; there are `org` and `node`
            p.toml:8:15: `interval_ms` is at least 1
            p.toml:9:1: a `url` is missing
        "#]],
    );
    check(
        r#"
[[timestamps]]
url = "https://tsa.example/tsr"
logs = ["org"]
"#,
        expect![[r#"
            listen                   127.0.0.1:8808
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
            timestamps               https://tsa.example/tsr every 3600000 ms
        "#]],
    );
}

#[test]
fn who_vouches_for_callers() {
    check(
        "listen = \"0.0.0.0:80\"\npublic_url = \"https://gw.example\"\n\
         [identity]\nnetworks = [\"10.0.0.0/8\"]\n\
         [[identity.issuers]]\nname = \"corp\"\nurl = \"https://idp.example/realms/main\"\n\
         audiences = [\"api://p\"]\nalgorithms = [\"RS256\", \"EdDSA\"]\ntoken_type = \"at+jwt\"\n\
         claims = { groups = \"realm_access.roles\", group_prefix = \"corp/\", service_when = { gty = \"m2m\" } }\n\
         introspection = { client_id = \"p\", client_secret = { env = \"PATH\" } }\n\
         [[identity.issuers]]\nname = \"partner\"\nurl = \"https://login.partner.example\"\n\
         [upstreams.db]\nurl = \"https://db.example/mcp\"\nauthentication = [\"corp\"]\n\
         scopes = [\"mcp\"]\ntool_scopes = { \"drop_*\" = [\"mcp\", \"mcp:write\"] }\n\
         [upstreams.web]\nurl = \"https://web.example/mcp\"\n",
        expect![[r#"
            listen                   0.0.0.0:80
            data                     /etc/probity-data
            log origin               probity/gw/node-1
            hosts                    none besides loopback
            origins                  none besides loopback
            receipts                 false
            root key                 a file in the data directory
            purge approvals          1
            serve_log                true
            policies                 defaults
            masking record           credential label, card partial, authentication delete, identifier label, contact pseudonym
            masking agent            credential label, card partial, authentication delete, identifier label, contact reveal
            masking server           credential reveal, card reveal, authentication reveal, identifier reveal, contact reveal
            issuer corp
              url                    https://idp.example/realms/main
              audiences              the endpoint's own URL, api://p
              algorithms             RS256, EdDSA
              token type             at+jwt
              claims                 subject sub, client client_id or azp, groups realm_access.roles, scopes scope or scp, groups are called corp/NAME, a service when gty is m2m
              introspection          where its metadata says as p, secret from env PATH, remembered 30000 ms
            issuer partner
              url                    https://login.partner.example
              audiences              the endpoint's own URL
              algorithms             RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
              token type             any
              claims                 subject sub, client client_id or azp, groups none, scopes scope or scp
            identity networks        10.0.0.0/8
            upstream db              https://db.example/mcp
              endpoint               https://gw.example/mcp/db
              anonymous              false
              opened by              corp
              scopes                 mcp; drop_*: mcp mcp:write
            upstream web             https://web.example/mcp
              endpoint               https://gw.example/mcp/web
              anonymous              false
              opened by              keys, corp, partner
        "#]],
    );
}

#[test]
fn who_cannot_vouch_for_callers() {
    check(
        "listen = \"0.0.0.0:80\"\n[identity]\nnetworks = [\"10.0.0.0/33\"]\n\
         [[identity.issuers]]\nname = \"corp\"\nurl = \"http://idp.example\"\n\
         algorithms = [\"HS256\"]\ntoken_type = \"jwt\"\nskew_ms_max = 3600000\n\
         [[identity.issuers]]\nname = \"keys\"\nurl = \"https://b.example?x\"\nalgorithms = []\n\
         [[identity.issuers]]\nname = \"c\"\nurl = \"https://c.example\"\n\
         introspection = { client_id = \"p\", client_secret = \"plain\" }\n\
         [[identity.issuers]]\nname = \"d\"\nurl = \"https://d.example\"\nkeys_fresh_ms = 0\n\
         introspection = { client_id = \"p\" }\n\
         [[identity.issuers]]\nurl = \"https://e.example\"\n\
         [[identity.issuers]]\nname = \"f\"\nurl = \"https://f.example\"\n\
         [[identity.issuers]]\nname = \"f\"\nurl = \"https://f2.example\"\n\
         [[identity.issuers]]\nname = \"g\"\nurl = \"http://127.0.0.1:9\"\n\
         [upstreams.db]\nurl = \"https://db.example/mcp\"\nauthentication = []\n\
         [upstreams.web]\nurl = \"https://web.example/mcp\"\nauthentication = [\"nobody\"]\n\
         scopes = [\"a b\"]\n",
        expect![[r#"
            p.toml:3:13: `10.0.0.0/33` is no network; write it like `10.20.0.0/16`
            p.toml:4:1: tokens are issued for a URL: say with `public_url` how clients reach this
            p.toml:6:7: `http://idp.example` must be `https`: it is not loopback
            p.toml:7:15: `HS256` is no algorithm with a public key; there are RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
            p.toml:8:14: `jwt` is no type of tokens; there are `at+jwt` and `any`
            p.toml:9:15: `skew_ms_max` is at most 600000: set the clocks
            p.toml:11:8: `keys` cannot be the name of an issuer
            p.toml:12:7: `https://b.example?x` may have no query and no fragment
            p.toml:13:14: an issuer that may use no algorithm vouches for nobody
            p.toml:17:52: a secret may not stand in the file: write { env = "NAME" } or { file = "PATH" }
            p.toml:21:17: `keys_fresh_ms` is at least 1
            p.toml:22:17: introspection needs a `client_id` and a `client_secret`
            p.toml:23:1: an issuer needs a `name` and a `url`
            p.toml:28:1: another issuer has this name or this URL
            p.toml:33:7: `http://127.0.0.1:9` is on loopback; list `127.0.0.0/8` in `identity.networks` to allow it
            p.toml:36:18: nothing opens this upstream; name `keys` or an issuer
            p.toml:39:19: there is no issuer `nobody`
            p.toml:40:11: `a b` is no scope: no space, no quote
        "#]],
    );
}
