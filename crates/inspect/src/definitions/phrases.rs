//! Sentences that speak to the model: sequences of words with little between them.

use super::Suspicion;
use super::Suspicion::{Exfiltration, Markup, Override, Secrecy, SecretFiles, Steering};

/// A sequence of steps in this order, each one of some words, with at most so many words between
/// two steps. A word that ends with `*` is the beginning of a word.
struct Phrase {
    what: Suspicion,
    gap: usize,
    steps: &'static [&'static [&'static str]],
}

const fn phrase(what: Suspicion, gap: usize, steps: &'static [&'static [&'static str]]) -> Phrase {
    Phrase { what, gap, steps }
}

const DROP: &[&str] = &["ignore", "disregard", "forget", "override", "bypass"];
const EARLIER: &[&str] = &[
    "previous",
    "prior",
    "above",
    "earlier",
    "preceding",
    "existing",
    "system",
    "other",
    "all",
    "your",
    "safety",
];
const ORDERS: &[&str] = &[
    "instruction*",
    "prompt*",
    "rule",
    "rules",
    "directive*",
    "guideline*",
    "guardrail*",
    "polic*",
];
const NEVER: &[&str] = &["don't", "dont", "never", "without"];
const MUST: &[&str] = &["do", "must", "should", "shall", "may"];
const TELL: &[&str] = &[
    "tell",
    "telling",
    "mention",
    "mentioning",
    "inform",
    "informing",
    "notify",
    "notifying",
    "reveal",
    "revealing",
    "disclose",
    "disclosing",
    "show",
    "showing",
    "alert",
    "alerting",
    "warn",
    "warning",
    "explain",
    "explaining",
];
const USER: &[&str] = &[
    "user", "users", "human", "person", "anyone", "anybody", "operator",
];
const READ: &[&str] = &[
    "read", "open", "cat", "load", "fetch", "access", "include", "pass", "provide", "send",
    "attach", "upload", "copy", "get", "paste",
];
const SECRETS: &[&str] = &[
    "~/.ssh*",
    ".ssh/*",
    "id_rsa*",
    "id_ed25519*",
    "~/.aws*",
    ".aws/credentials*",
    "~/.kube*",
    "~/.gnupg*",
    "~/.netrc*",
    "~/.npmrc*",
    "~/.docker*",
    "/etc/shadow*",
    "/etc/passwd*",
    "~/.bash_history*",
    "~/.cursor*",
    "mcp.json",
    "claude_desktop_config*",
    "~/.env*",
    ".env",
];
const SEND: &[&str] = &[
    "send",
    "forward",
    "post",
    "upload",
    "transmit",
    "exfiltrate",
    "leak",
    "bcc",
];
const KNOWN: &[&str] = &[
    "conversation",
    "chat",
    "history",
    "context",
    "credential*",
    "password*",
    "secret*",
    "token",
    "tokens",
    "keys",
    "prompt",
    "prompts",
];
const FIRST: &[&str] = &["before", "prior"];
const ANY: &[&str] = &["any", "every", "each", "all", "other", "another"];
const TOOL: &[&str] = &["tool", "tools"];

const PHRASES: &[Phrase] = &[
    phrase(Override, 3, &[DROP, EARLIER, ORDERS]),
    phrase(
        Override,
        2,
        &[
            &["new", "updated", "real", "actual", "true"],
            &["system"],
            &["instruction*", "prompt*"],
        ],
    ),
    phrase(
        Override,
        1,
        &[
            &["you"],
            &["are"],
            &["now"],
            &["in", "a", "an", "the"],
            &[
                "mode",
                "assistant",
                "admin*",
                "developer",
                "unrestricted",
                "jailbroken",
            ],
        ],
    ),
    phrase(
        Override,
        1,
        &[&["supersede*", "overrides"], EARLIER, ORDERS],
    ),
    phrase(Secrecy, 2, &[NEVER, TELL, USER]),
    phrase(Secrecy, 2, &[MUST, &["not"], TELL, USER]),
    phrase(
        Secrecy,
        2,
        &[
            &["hide", "conceal", "keep"],
            &["this", "it", "that"],
            &["from", "secret", "hidden"],
        ],
    ),
    phrase(
        Secrecy,
        3,
        &[
            &["user"],
            &["must", "should"],
            &["not", "never"],
            &["know", "see", "notice", "learn", "find"],
        ],
    ),
    phrase(
        Secrecy,
        1,
        &[
            &["never", "don't"],
            &["mention", "reveal", "disclose"],
            &["this", "it", "that", "these"],
        ],
    ),
    phrase(SecretFiles, 8, &[READ, SECRETS]),
    phrase(
        Exfiltration,
        5,
        &[
            SEND,
            KNOWN,
            &["to"],
            &[
                "http*",
                "https*",
                "www*",
                "server",
                "endpoint",
                "url",
                "address",
                "attacker*",
            ],
        ],
    ),
    phrase(
        Exfiltration,
        5,
        &[SEND, KNOWN, &["sidenote", "parameter", "argument", "field"]],
    ),
    phrase(
        Exfiltration,
        4,
        &[
            &["include", "put", "pass", "append", "write"],
            &[
                "conversation",
                "history",
                "system",
                "credential*",
                "password*",
                "secrets",
            ],
            &["parameter", "argument", "field", "sidenote"],
        ],
    ),
    phrase(
        Steering,
        3,
        &[
            &["call", "use", "run", "invoke", "execute"],
            &["this"],
            &["first"],
            FIRST,
            ANY,
        ],
    ),
    phrase(
        Steering,
        3,
        &[
            FIRST,
            &["using", "calling", "invoking", "running"],
            ANY,
            TOOL,
        ],
    ),
    phrase(
        Steering,
        4,
        &[
            &["whenever", "when", "if", "after"],
            ANY,
            TOOL,
            &["called", "used", "invoked", "available", "present"],
            &[
                "must", "always", "change", "modify", "redirect", "replace", "instead",
            ],
        ],
    ),
    phrase(
        Steering,
        2,
        &[
            &["must", "always"],
            &["call", "use", "invoke"],
            &["this"],
            &["instead"],
            &["of"],
        ],
    ),
    phrase(
        Steering,
        2,
        &[
            &["do", "never"],
            &["not", "use", "call"],
            &["use", "call", "other", "any"],
            &["other", "any"],
            TOOL,
        ],
    ),
];

/// Names of tags that speak to a model, as `<name>`, `[name]` or `<|name|>`.
const TAGS: &[&str] = &[
    "important",
    "system",
    "system_prompt",
    "secret",
    "hidden",
    "instructions",
    "instruction",
    "override",
    "admin",
    "assistant",
    "inst",
    "im_start",
    "im_end",
    "sys",
    "critical",
    "begin_of_text",
    "end_of_text",
    "endoftext",
];

/// What a text asks of the model, each kind once.
pub(super) fn find(text: &str) -> Vec<Suspicion> {
    let seen: String = text.chars().filter(|char| !is_invisible(*char)).collect();
    let lower = seen.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
    let mut found = Vec::new();
    if has_tag(&lower) {
        found.push(Markup);
    }
    let words = words(&lower);
    for phrase in PHRASES {
        if !found.contains(&phrase.what) && phrase.is_in(&words) {
            found.push(phrase.what);
        }
    }
    found
}

impl Phrase {
    fn is_in(&self, words: &[&str]) -> bool {
        let Some((first, rest)) = self.steps.split_first() else {
            return false;
        };
        words.iter().enumerate().any(|(at, word)| {
            is_one_of(word, first) && self.goes_on(words.get(at + 1..).unwrap_or_default(), rest)
        })
    }

    /// Whether the next steps come, each within reach of the one before. The nearest word is taken:
    /// a later one would only reach further into the text, so each choice is tried.
    fn goes_on(&self, words: &[&str], steps: &[&[&str]]) -> bool {
        let Some((next, rest)) = steps.split_first() else {
            return true;
        };
        let within = words.iter().take(self.gap + 1).enumerate();
        let mut reached = within.filter(|(_, word)| is_one_of(word, next));
        reached.any(|(at, _)| self.goes_on(words.get(at + 1..).unwrap_or_default(), rest))
    }
}

fn is_one_of(word: &str, of: &[&str]) -> bool {
    of.iter().any(|one| match one.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == *one,
    })
}

/// Words with what belongs to paths, without the punctuation around them.
fn words(text: &str) -> Vec<&str> {
    let outside = |char: char| {
        !(char.is_alphanumeric() || matches!(char, '~' | '/' | '.' | '_' | '-' | '\'' | ':'))
    };
    text.split(outside)
        .map(|word| {
            let word = word.trim_end_matches(['.', ':', '\'', '-']);
            word.trim_start_matches(['\'', ':', '-'])
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn has_tag(text: &str) -> bool {
    let opens = |char: char| char == '<' || char == '[';
    text.match_indices(opens).any(|(at, open)| {
        let rest = text.get(at + open.len()..).unwrap_or_default();
        let rest = rest.trim_start_matches(['|', '/', ' ']);
        let end = rest.find(|char: char| !(char.is_alphanumeric() || "_- ".contains(char)));
        let Some((name, close)) = end.and_then(|end| rest.split_at_checked(end)) else {
            return false;
        };
        let name = name.trim().replace([' ', '-'], "_");
        let closed = close.trim_start_matches('|').starts_with(['>', ']']);
        closed && TAGS.contains(&name.as_str())
    })
}

/// What somebody may have put between letters so that phrases are not found.
const fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e01ef}'
    )
}
