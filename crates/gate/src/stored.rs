//! What of a message goes on record, and what of it is sent on. The unmasked original lives only
//! as long as the value that holds it: nothing here writes it anywhere.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use ledger::{CommandFacts, Facts, FindingFacts, HttpFacts, MaskFacts};
use mask::{Certainty, Class, Crossing, Direction, MaskSet, Masked, Outside, Relay, Spot};
use mcp::json::Limits;
use mcp::{Batch, Message};
use model::Digest;
use serde_json::Value;

use crate::mirror::{self, Mirrored};
use crate::{Call, Subject, facts};

/// One thing that crosses, after masking.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    masks: MaskSet,
    direction: Direction,
    /// `None`: nothing was masked, the thing's own bytes are stored.
    bytes: Option<Vec<u8>>,
    /// `None`: the thing's own bytes are sent on.
    relayed: Option<Bytes>,
    findings: Vec<FindingFacts>,
    /// The commands in it.
    commands: Option<CommandFacts>,
    /// Whether one of them is of a credential.
    credentials: bool,
    /// The tool, prompt, resource or task; empty: none. Never stored: the leaf has a keyed
    /// pseudonym of it, the facts have it masked.
    name: String,
    /// The head of the HTTP answer around it.
    head: Option<HttpFacts>,
    /// The header fields around it that repeat a part of it.
    mirrored: Vec<Mirrored>,
    /// How many of its values are sent on in other words than they are masked with elsewhere.
    fitted: usize,
    /// What of it is not sent on.
    left_out: Vec<Value>,
}

/// A masked message that is no message any more: it may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unmaskable;

impl Stored {
    /// Of a message, or of bytes that should be one.
    pub(crate) fn of_message(
        bytes: &[u8],
        masks: &MaskSet,
        at: &Crossing<'_>,
        outside: &Outside,
    ) -> Self {
        Self::new(bytes, masks.apply_with(bytes, at, outside), masks, at)
    }

    /// Of a text that is no message: standard error, what is left of a broken stream.
    pub(crate) fn of_text(
        bytes: &[u8],
        masks: &MaskSet,
        at: &Crossing<'_>,
        outside: &Outside,
    ) -> Self {
        let masked = masks.apply_text_with(bytes, at, outside);
        Self::new(bytes, masked, masks, at)
    }

    /// Of bytes that broke off: the value that they end with has no end by which it could be known.
    pub(crate) fn of_cut(
        bytes: &[u8],
        masks: &MaskSet,
        at: &Crossing<'_>,
        outside: &Outside,
    ) -> Self {
        let mut outside = outside.clone();
        let text = String::from_utf8_lossy(bytes);
        let span = unfinished(&text)..text.len();
        if !span.is_empty() {
            let spot = Spot {
                kind: "cut".into(),
                class: Class::Credential,
                certainty: Certainty::Named,
                span,
            };
            outside.add("", spot);
        }
        Self::of_text(bytes, masks, at, &outside)
    }

    /// Of a message that was searched together with those around it.
    pub(crate) fn of_relay(bytes: &[u8], relay: Relay, masks: &MaskSet, at: &Crossing<'_>) -> Self {
        let shown = |now: Vec<u8>| {
            if now == bytes {
                Cow::Borrowed(bytes)
            } else {
                Cow::Owned(now)
            }
        };
        let masked = Masked {
            stored: shown(relay.stored),
            relayed: shown(relay.relayed),
            findings: relay.findings,
        };
        Self::new(bytes, masked, masks, at)
    }

    /// Of what a client asks to have delivered.
    pub(crate) fn of_call(call: &Call, masks: &MaskSet, outside: &Outside) -> Self {
        let name = call.subject.message().and_then(Message::name);
        let at = Crossing::to_server(call.exchange.upstream.as_str()).of_tool(name.as_deref());
        let stored = Self::of_message(call.subject.bytes(), masks, &at, outside);
        let mirrored = mirror::mirrored(
            &call.exchange.arrival.headers,
            call.subject.message(),
            stored.bytes.as_deref(),
            stored.relayed.as_ref(),
            masks,
            &at,
        );
        Self {
            name: name.as_deref().unwrap_or_default().to_owned(),
            mirrored,
            ..stored
        }
    }

    /// Of what never had bytes.
    pub(crate) fn nothing(masks: &MaskSet) -> Self {
        Self::of_text(&[], masks, &Crossing::to_server(""), &Outside::default())
    }

    fn new(original: &[u8], masked: Masked<'_>, masks: &MaskSet, at: &Crossing<'_>) -> Self {
        let relayed = changed(masked.relayed).map(Bytes::from);
        let mut bytes = changed(masked.stored);
        if bytes.is_none() && relayed.is_some() {
            // Whoever takes the relayed bytes for the original still records the original.
            bytes = Some(original.to_vec());
        }
        Self {
            masks: masks.clone(),
            direction: at.direction,
            bytes,
            relayed,
            findings: masked.findings.iter().map(finding).collect(),
            commands: None,
            credentials: (masked.findings.iter())
                .any(|finding| finding.class == Some(Class::Credential)),
            name: String::new(),
            head: None,
            mirrored: Vec::new(),
            fitted: 0,
            left_out: Vec::new(),
        }
    }

    /// What is stored of a thing with these bytes.
    pub(crate) fn bytes<'a>(&'a self, original: &'a [u8]) -> &'a [u8] {
        self.bytes.as_deref().unwrap_or(original)
    }

    /// What is sent on, where that is not the thing itself.
    pub(crate) const fn relayed(&self) -> Option<&Bytes> {
        self.relayed.as_ref()
    }

    /// Sends other bytes on. `original` is what they are made of: it is recorded all the same.
    pub(crate) fn relay(&mut self, bytes: Bytes, original: &[u8]) {
        self.bytes.get_or_insert_with(|| original.to_vec());
        self.relayed = Some(bytes);
    }

    /// What is sent on, to be changed further.
    pub(crate) const fn relayed_mut(&mut self) -> Option<&mut Bytes> {
        self.relayed.as_mut()
    }

    /// The tool, prompt, resource or task; empty: none.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The header fields around it that repeat a part of it, as they are sent on.
    pub(crate) fn mirrored(&self) -> Vec<Arc<str>> {
        let fields = self.mirrored.iter();
        fields.map(|field| field.relayed.clone()).collect()
    }

    /// The kinds of sensitive data that were found.
    pub(crate) fn kinds(&self) -> BTreeSet<Arc<str>> {
        let findings = self.findings.iter();
        findings.map(|finding| finding.kind.clone()).collect()
    }

    /// Whether one of them is a credential.
    pub(crate) const fn has_credentials(&self) -> bool {
        self.credentials
    }

    /// The thing as it is sent to the server, where that is not the thing itself.
    pub(crate) fn shown_to_server(
        &self,
        subject: &Subject,
    ) -> Result<Option<Box<Subject>>, Unmaskable> {
        let Some(bytes) = self.relayed.clone() else {
            return Ok(None);
        };
        let limits = Self::limits();
        let shown = match subject {
            Subject::Message(_, answers) => {
                let message = Message::parse(bytes, &limits).map_err(|_| Unmaskable)?;
                Subject::Message(message, answers.clone())
            }
            Subject::Batch(_) => {
                Subject::Batch(Batch::parse(bytes, &limits).map_err(|_| Unmaskable)?)
            }
            Subject::Stream { .. } | Subject::EndSession => return Err(Unmaskable),
        };
        Ok(Some(Box::new(shown)))
    }

    /// Says how many values were fitted to a schema.
    pub(crate) const fn fitted(&mut self, values: usize) {
        self.fitted = values;
    }

    /// Keeps what of it is not sent on, for the record.
    pub(crate) fn leave_out(&mut self, what: Vec<Value>) {
        self.left_out = what;
    }

    /// Keeps what was read of the commands in it; of a batch, those of each message.
    pub(crate) fn keep_commands(&mut self, commands: CommandFacts) {
        match &mut self.commands {
            None => self.commands = Some(commands),
            Some(all) => {
                all.places.extend(commands.places);
                for (language, words) in commands.is {
                    let of = all.is.entry(language).or_default();
                    of.extend(words);
                    of.sort_unstable();
                    of.dedup();
                }
                all.unread |= commands.unread;
            }
        }
    }

    /// Keeps the head of the HTTP answer around it as it may be stored.
    pub(crate) fn keep_head(&mut self, head: HttpFacts, at: &Crossing<'_>) {
        self.head = Some(facts::masked_http(head, &self.masks, at));
    }

    /// The head of the HTTP answer around it.
    pub(crate) const fn head(&self) -> Option<&HttpFacts> {
        self.head.as_ref()
    }

    /// The value of a header field as it may be sent on; `None`: as it is.
    pub(crate) fn relayed_header(
        &self,
        name: &str,
        value: &str,
        at: &Crossing<'_>,
    ) -> Option<Arc<str>> {
        facts::relayed_header(name, value, &self.masks, at)
    }

    /// Masking makes a message longer, and it was within the limits of its transport.
    pub(crate) const fn limits() -> Limits {
        Limits {
            bytes_max: usize::MAX,
            depth_max: usize::MAX,
        }
    }

    /// Whether something would be masked in a text from the same side.
    pub(crate) fn masks(&self, text: &str) -> bool {
        let at = Crossing {
            direction: self.direction,
            upstream: "",
            tool: None,
        };
        facts::masked(&self.masks, text, &at).is_some()
    }

    /// A text as it may be stored.
    pub(crate) fn text(&self, text: String, at: &Crossing<'_>) -> String {
        facts::masked(&self.masks, &text, at).unwrap_or(text)
    }

    /// Says what masking found, and by which set (of the empty set the leaf's zeros say enough),
    /// and masks what the facts themselves quote.
    pub(crate) fn describe(&self, facts: &mut Facts) {
        facts.findings.clone_from(&self.findings);
        facts.commands.clone_from(&self.commands);
        if !self.left_out.is_empty() {
            facts::add(facts, "left_out", self.left_out.clone().into());
        }
        if self.fitted > 0 {
            // The client was shown something else in their places.
            facts::add(facts, "fitted", self.fitted.into());
        }
        let digest = self.masks.digest();
        if digest == Digest::default() {
            return;
        }
        if let Some(http) = &mut facts.http {
            let values = self.mirrored.iter().map(|field| field.stored.clone());
            mirror::put(&mut http.headers, values);
        }
        facts.mask = Some(MaskFacts {
            policy_digest: digest.to_string().into(),
        });
        let upstream = facts.upstream.clone().unwrap_or_else(|| "".into());
        let at = Crossing {
            direction: self.direction,
            upstream: &upstream,
            tool: None,
        };
        facts::mask(facts, &self.masks, &at);
    }
}

/// Where the value begins that a text ends with: a run of its letters, or groups of digits.
fn unfinished(text: &str) -> usize {
    let is_run = |char: char| char.is_alphanumeric() || "_-+/=.@%~:$!#&*?^|".contains(char);
    let is_group = |char: char| char.is_ascii_digit() || char == ' ' || char == '-';
    let run = text.trim_end_matches(is_run).len();
    let groups = text.trim_end_matches(is_group).len();
    run.min(groups)
}

fn changed(bytes: Cow<'_, [u8]>) -> Option<Vec<u8>> {
    match bytes {
        Cow::Borrowed(_) => None,
        Cow::Owned(bytes) => Some(bytes),
    }
}

fn finding(finding: &mask::Finding) -> FindingFacts {
    let place = |place: usize| u64::try_from(place).unwrap_or(u64::MAX);
    FindingFacts {
        kind: finding.kind.clone(),
        start: place(finding.stored_span.start),
        end: place(finding.stored_span.end),
    }
}

#[cfg(test)]
mod tests {
    use super::unfinished;

    #[test]
    fn what_a_text_ends_with_may_be_the_beginning_of_a_value() {
        for (text, kept) in [
            ("data: {\"t\":\"glpat-aB3", "data: {\"t\":\""),
            ("card 4111 1111 11", "card"),
            ("mail ann@exam", "mail "),
            ("password: hunter2", "password: "),
            ("done.\n", "done.\n"),
            ("{\"t\":\"", "{\"t\":\""),
            ("", ""),
        ] {
            assert_eq!(text.split_at(unfinished(text)).0, kept, "{text}");
        }
    }
}
