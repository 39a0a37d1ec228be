//! Changes to a message, as spans of its bytes: everything else stays as it is.

use mcp::json::{Json, Span, SpliceError, splice};

/// The changes to one message.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<(Span, Vec<u8>)>);

impl Edits {
    /// Leaves some elements of an array out.
    pub(crate) fn keep_elements(&mut self, array: Json<'_>, keep: impl Fn(usize) -> bool) {
        let all = array.elements().enumerate();
        let kept: Vec<&[u8]> = all
            .clone()
            .filter(|(at, _)| keep(*at))
            .map(|(_, element)| element.raw())
            .collect();
        if kept.len() == all.count() {
            return;
        }
        let joined = [b"[".as_slice(), &kept.join(&b','), b"]"].concat();
        self.0.push((array.span(), joined));
    }

    /// Leaves a member of an object out.
    pub(crate) fn remove_member(&mut self, object: Json<'_>, name: &str) {
        let members: Vec<_> = object.members().collect();
        let Some(at) = members.iter().position(|member| member.is_called(name)) else {
            return;
        };
        let span = |at: usize| members.get(at).map(|member| member.span());
        let Some(own) = span(at) else { return };
        // With the comma behind it, or of the last one, with that before it.
        let span = match (at.checked_sub(1).and_then(span), span(at + 1)) {
            (_, Some(next)) => Span {
                start: own.start,
                end: next.start,
            },
            (Some(before), None) => Span {
                start: before.end,
                end: own.end,
            },
            (None, None) => own,
        };
        self.0.push((span, Vec::new()));
    }

    /// Nobody keeps the result for somebody else, nor for long (MCP 2026-07-28 caching). What does not
    /// say how it may be kept may not be.
    pub(crate) fn keep_private(&mut self, result: Json<'_>, ttl_ms_max: u64) {
        if let Some(scope) = result.get("cacheScope")
            && scope.text().as_deref() != Some("private")
        {
            self.0.push((scope.span(), b"\"private\"".to_vec()));
        }
        if let Some(ttl) = result.get("ttlMs")
            && ttl.as_u64().is_none_or(|ttl| ttl > ttl_ms_max)
        {
            self.0.push((ttl.span(), ttl_ms_max.to_string().into()));
        }
    }

    /// The message with the changes; `None`: there are none.
    pub(crate) fn apply(mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, SpliceError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        self.0.sort_by_key(|(span, _)| span.start);
        self.0.dedup_by_key(|(span, _)| *span);
        let edits: Vec<(Span, &[u8])> = self.0.iter().map(|(span, new)| (*span, &**new)).collect();
        splice(bytes, &edits).map(Some)
    }
}
