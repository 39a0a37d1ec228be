//! What is known around a call before it is judged.

use std::net::SocketAddr;

use gate::{Call, Circumstances, Refusal, Subject};
use mask::Outside;
use mcp::Method;
use policy::Calls;

use super::Flight;
use crate::detector::Unseen;
use crate::door;

impl Flight {
    /// What the caller's token lacks for the tools that are called, if it lacks something.
    pub(super) fn scope_fault(&self, call: &Call) -> Option<Refusal> {
        let exchange = &call.exchange;
        let upstream = self.shared.upstreams.get(&exchange.upstream)?;
        let messages = match &call.subject {
            Subject::Message(message, _) => std::slice::from_ref(message),
            Subject::Batch(batch) => batch.messages(),
            Subject::Stream { .. } | Subject::EndSession => return None,
        };
        let calls = messages
            .iter()
            .filter(|m| m.method() == Some(Method::ToolsCall));
        let names: Vec<_> = calls.filter_map(mcp::Message::name).collect();
        let names = names.iter().map(|name| &**name);
        door::covered(
            &exchange.caller,
            upstream,
            exchange.arrival.transport,
            names,
        )
    }

    /// What is known around a call, which is counted by this.
    pub(super) fn around(&self, call: &Call) -> Circumstances {
        let counters = &self.shared.counters;
        self.around_counted(call, counters.called(call, self.owner.counters()))
    }

    /// The same of a call that was counted with `calls`.
    pub(super) fn around_counted(&self, call: &Call, calls: Calls) -> Circumstances {
        let peer = call.exchange.arrival.http.peer.as_ref();
        let address = peer.and_then(|peer| peer.parse::<SocketAddr>().ok());
        let upstream = self.shared.config.upstreams.get(&call.exchange.upstream);
        Circumstances {
            groups: call.exchange.caller.groups.to_vec(),
            calls,
            address: address.map(|address| address.ip()),
            arguments: upstream
                .map(|upstream| upstream.arguments.clone())
                .unwrap_or_default(),
            pins: self.shared.wiring.definitions.pins(),
        }
    }

    /// What an outside detector finds in a call, where there is one.
    pub(super) async fn look(&self, call: &Call) -> Result<Outside, Unseen> {
        match &self.shared.detector {
            Some(detector) => detector.look(call.subject.bytes()).await,
            None => Ok(Outside::default()),
        }
    }
}
