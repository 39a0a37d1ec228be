//! What of a server's answers passes.

use gate::{Answer, Ending, Settled, Transport};
use mcp::Kind;

use super::Relay;

impl Relay<'_> {
    /// Puts something that a server sent on record as far as policy lets it pass.
    pub(super) async fn judge(&mut self, settled: Settled) {
        let settled = self.flight.judged_answer(&self.forwarded, settled).await;
        // What the client does not see it does not answer.
        if let (Some(asked), Some(session)) = (settled.refused(), self.flight.owner.session())
            && let Some(id) = asked.id().filter(|_| asked.kind() == Kind::Request)
        {
            session.answered(&id.key());
        }
        self.commit(settled);
    }

    /// An HTTP error for a client of the HTTP+SSE transport, which has no status to see.
    pub(super) fn failure_without_message(&self, answer: &Answer) -> Option<Ending> {
        let Answer::Whole(head, _, message) = answer else {
            return None;
        };
        if message
            .as_ref()
            .is_some_and(|message| message.kind() == Kind::ErrorResponse)
        {
            return None;
        }
        let exchange = self.forwarded.exchange();
        let unseen = exchange.arrival.transport == Transport::HttpSse
            && self.forwarded.request().is_some()
            && !(200..300).contains(&head.status);
        unseen.then(|| Ending::UpstreamBroke {
            detail: format!("the server answered with HTTP status {}", head.status),
            cut: bytes::Bytes::new(),
        })
    }
}
