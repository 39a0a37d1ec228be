/// The commented file that `probity init` writes.
pub(crate) const TEMPLATE: &str = r#"# Probity's configuration. Unknown keys are errors; `probity check` reports all mistakes at once.
# Any key can be overridden by a variable: limits.body_bytes_max is PROBITY_LIMITS__BODY_BYTES_MAX.

# Where agents connect. Anything but loopback needs a TLS terminator in front.
listen = "127.0.0.1:8808"

# The log, its keys and the tokens. One gateway process at a time.
data = "probity-data"

# The names in the log's origin, ORG/gw/NODE/EPOCH. Fixed once the log exists.
org = "probity"
node = "node-1"

# Host names that requests may name besides loopback's own.
hosts = []

# Web origins whose pages may call, such as "https://console.example".
origins = []

# Whether every answer names the record that it rests on (headers Probity-Log, -Index, -Leaf).
receipts = false

# Whether the published log is served under /log/NODE/EPOCH/, for whoever wants to verify it. It holds
# no message and no name in the clear.
serve_log = true

# One table per MCP server. Agents reach it at http://127.0.0.1:8808/mcp/NAME
#
# [upstreams.github]
# url = "https://api.example.com/mcp/"
# credential = { bearer = { env = "GITHUB_TOKEN" } }    # or { file = "/run/secrets/github" }
# # headers = { "x-team" = "payments" }
# # authorities = "corporate-ca.pem"                     # trusted besides the system's
# # transport = "http_sse"                               # for servers of the deprecated transport
#
# [upstreams.files]
# command = ["npx", "-y", "@modelcontextprotocol/server-filesystem", "/srv/share"]
# # env = { LOG_LEVEL = "info", API_KEY = { env = "FILES_API_KEY" } }
# # dir = "/srv"
# # anonymous = true                                     # loopback only; every record says so
# # authentication = ["keys", "corp"]                    # tokens of `probity token`, and of these issuers
# # scopes = ["mcp"]                                     # that every access token needs
# # tool_scopes = { "delete_*" = ["mcp:write"] }         # that calls of tools need besides
# # dialect = "postgresql"                               # of the SQL in its tools' arguments
# # roots = ["/srv/share"]                               # the folders that its tools may touch
# # arguments = [{ tool = "run", argument = "job", is = "shell" }]
#                                                        # sql, shell, powershell, http, path, mongodb,
#                                                        # redis, cypher, elasticsearch, or text

# Who vouches for callers: OAuth authorization servers whose access tokens are believed. Clients are told
# where to get one; tokens are issued for the URL of the endpoint, PUBLIC_URL/mcp/NAME.
#
# public_url = "https://probity.example"
#
# [identity]
# # networks = ["10.20.0.0/16"]                          # may be asked although they are not public
# # authorities = "corporate-ca.pem"
#
# [[identity.issuers]]
# name = "corp"
# url = "https://idp.example/realms/main"                # as it stands in its metadata and tokens
# # audiences = ["api://probity"]                        # besides the URL of the endpoint
# # algorithms = ["RS256", "ES256"]
# # token_type = "at+jwt"
# # claims = { subject = "sub", groups = "realm_access.roles", group_prefix = "corp/" }
# # introspection = { client_id = "probity", client_secret = { env = "IDP_SECRET" } }    # opaque tokens

# Who may do what: policies in Cedar. What no policy permits is refused. In force without this table are
# all policies that the product brings along (`probity policy defaults` prints them): reading passes,
# writing waits for a person, destroying does not pass. Changed files are in force within a second.
#
# [policy]
# defaults = ["allow", "sql", "shell", "cloud", "http", "paths", "nosql", "tools"]    # leave one out
# files = ["policies"]                                   # your own: files, or folders of `.cedar` files

# What is masked, by class of data and by reader: the record, the agent (of what servers send) and the
# server (of what agents send). Styles: reveal, label ([github_token]), partial (the last four digits),
# pseudonym (the same value, the same name), full ([masked]) and delete. These are the defaults:
#
# [masking]
# enabled = true
# network = false                                        # IP and MAC addresses, too
# record = { credential = "label", card = "partial", authentication = "delete", identifier = "label", contact = "pseudonym" }
# agent = { credential = "label", card = "partial", authentication = "delete", identifier = "label", contact = "reveal" }
# server = { credential = "reveal", card = "reveal", authentication = "reveal", identifier = "reveal", contact = "reveal" }
# # agent.kinds = { email = "pseudonym" }                # one kind differently from its class
#
# Rules of your own; the examples beside each are run when it is loaded:
#
# [[masking.rules]]
# kind = "employee_number"                               # it is shown as [employee_number]
# pattern = 'EMP-\d{6}'                                  # in values; a group (?<value>…) alone is masked
# # names = "(?i)^salary$"                               # values of members with such names
# # fields = ["$..address.street"]                       # values at these places (RFC 9535)
# # words = ["Project Falcon"]                           # a dictionary
# # class = "identifier"                                 # what styles go by
# # upstreams = ["hr"], tools = ["lookup"], direction = "to_agent"
# finds = ["EMP-123456"]
# keeps = ["EMP-12"]
#
# A detector outside, for what patterns cannot find (Microsoft Presidio's analyzer API):
#
# [masking.detector]
# url = "http://127.0.0.1:5002/analyze"
# entities = { PERSON = "contact", LOCATION = "contact" }
# on_failure = "refuse"                                  # or "mask": whole texts; never pass
# ms_max = 2000

# The root key, if it is not to be a file in the data directory: a key in Vault's or OpenBao's transit
# engine. Decide before the first start.
#
# [keys.root.vault]
# url = "https://vault.example:8200"
# key = "probity"
# token = { env = "VAULT_TOKEN" }                        # or { file = "/run/secrets/vault" }
# # mount = "transit"
# # namespace = "security"
# # authorities = "corporate-ca.pem"
# # answer_ms_max = 5000

# How many people must approve a purge.
#
# [purge]
# approvals_min = 2

# Witnesses cosign the logs' checkpoints (C2SP tlog-witness): a log that is rolled back or forked is
# found out. Give the witness's operator the verifier keys that `probity init` prints.
#
# [[witnesses]]
# url = "https://witness.example/submit"
# vkey = "witness.example/w1+3e1bbcf2+BE…"
# # logs = ["org", "node"]
# # interval_ms = 60000
#
# Timestamp authorities say when a checkpoint existed (RFC 3161).
#
# [[timestamps]]
# url = "https://tsa.example/tsr"
# # logs = ["org", "node"]
# # interval_ms = 3600000

# Limits, with their defaults. Uncomment to change.
#
# [limits]
# body_bytes_max = 4194304
# answer_bytes_max = 16777216
# answer_ms_max = 300000
# sessions_max = 20000
# session_idle_ms_max = 1800000
# drain_ms_max = 20000
# approval_wait_ms_max = 45000
"#;
