//! The places of a message that hold ids of other messages, and putting other ids there.
//!
//! Many clients on one stdio server share one space of ids: what each client chose is replaced on
//! the way in and put back on the way out.

use bytes::Bytes;

use super::facts::key;
use super::{Kind, Message};
use crate::Method;
use crate::json::{Json, Span, splice};

/// A place that holds an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// `id`.
    Id,
    /// `params._meta.progressToken` of a request, `params.progressToken` of
    /// `notifications/progress`.
    ProgressToken,
    /// `params.requestId` of `notifications/cancelled`.
    CancelledRequest,
    /// `_meta["io.modelcontextprotocol/subscriptionId"]`: the id of a `subscriptions/listen`.
    SubscriptionId,
    /// `_meta["io.modelcontextprotocol/related-task"].taskId` (MCP 2025-11-25 tasks).
    RelatedTask,
}

impl Message {
    /// What is in a slot; `None` where this message has no such slot.
    pub fn slot(&self, slot: Slot) -> Option<Json<'_>> {
        match slot {
            Slot::Id => self.json(self.at.id),
            Slot::ProgressToken => self.progress_token(),
            Slot::CancelledRequest => match self.method() {
                Some(Method::NotificationsCancelled) => self.params()?.get("requestId"),
                _ => None,
            },
            Slot::SubscriptionId => match self.kind() {
                Kind::Notification | Kind::Response => self.meta()?.get(key::SUBSCRIPTION_ID),
                Kind::Request | Kind::ErrorResponse => None,
            },
            Slot::RelatedTask => self.meta()?.at(&[key::RELATED_TASK, "taskId"]),
        }
    }

    /// The bytes of this message with other JSON texts in some slots; every other byte is the
    /// same. Slots that the message does not have are passed over.
    pub fn rewritten(&self, edits: &[(Slot, &str)]) -> Bytes {
        let mut spans: Vec<(Span, &[u8])> = edits
            .iter()
            .filter_map(|(slot, lexeme)| Some((self.slot(*slot)?.span(), lexeme.as_bytes())))
            .collect();
        spans.sort_unstable_by_key(|(span, _)| *span);
        spans.dedup_by_key(|(span, _)| *span);
        match splice(&self.bytes, &spans) {
            Ok(bytes) if !spans.is_empty() => Bytes::from(bytes),
            // Slots are different members, so their spans cannot overlap.
            _ => self.bytes.clone(),
        }
    }
}
