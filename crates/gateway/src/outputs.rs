//! What clients hold the structured results of tools to: the schemas that each caller was listed, by
//! server.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gate::{Forwarded, OutputSchema, Settled};
use mcp::{Message, Method};
use model::{Principal, UpstreamName};

/// All schemas together; the lists that were seen first are forgotten first.
const BYTES_MAX: usize = 16 << 20;

/// So much a tool without a schema counts, and the name of one that has one.
const TOOL_BYTES: usize = 128;

/// Whose list it is: what one caller is listed may not be what another one is.
type Key = (UpstreamName, Principal);

type Schema = Option<Arc<OutputSchema>>;

/// The schemas that are known.
#[derive(Default)]
pub(crate) struct Outputs(Mutex<Known>);

#[derive(Default)]
struct Known {
    lists: HashMap<Key, HashMap<Arc<str>, Schema>>,
    /// The keys of `lists`, the oldest first.
    order: VecDeque<Key>,
    bytes: usize,
}

impl Outputs {
    /// Says what the client of this call holds its answer to.
    pub(crate) fn expect(&self, forwarded: &mut Forwarded) {
        let Some(tool) = forwarded.tool() else {
            return;
        };
        let known = self.known();
        let list = known.lists.get(&key(forwarded));
        let schema = list.and_then(|list| list.get(tool)).cloned().flatten();
        drop(known);
        forwarded.expect_output(schema);
    }

    /// Remembers what a client is told of the server's tools. A list comes in pages: those that were
    /// not named stay.
    pub(crate) fn learn(&self, forwarded: &Forwarded, settled: &Settled) {
        let request = forwarded.request();
        if request.and_then(Message::method) == Some(Method::ToolsList) {
            let tools = settled.listed();
            self.known().learn(&key(forwarded), tools, BYTES_MAX);
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn learn(&mut self, key: &Key, tools: Vec<(String, Option<OutputSchema>)>, bytes_max: usize) {
        if tools.is_empty() {
            return;
        }
        if !self.lists.contains_key(key) {
            self.order.push_back(key.clone());
        }
        let list = self.lists.entry(key.clone()).or_default();
        for (name, schema) in tools {
            let schema = schema.map(Arc::new);
            self.bytes += size(schema.as_ref());
            let before = list.insert(name.into(), schema);
            self.bytes -= before.map_or(0, |before| size(before.as_ref()));
        }
        while self.bytes > bytes_max
            && let Some(oldest) = self.order.pop_front()
        {
            let list = self.lists.remove(&oldest).unwrap_or_default();
            self.bytes -= list
                .values()
                .map(|schema| size(schema.as_ref()))
                .sum::<usize>();
        }
    }
}

fn key(forwarded: &Forwarded) -> Key {
    let exchange = forwarded.exchange();
    (exchange.upstream.clone(), exchange.caller.principal.clone())
}

fn size(schema: Option<&Arc<OutputSchema>>) -> usize {
    TOOL_BYTES + schema.map_or(0, |schema| schema.bytes())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Principal;

    use super::{Key, Known, TOOL_BYTES};

    fn key(subject: &str) -> Key {
        let principal = Principal::Service {
            issuer: Arc::from("key"),
            subject: Arc::from(subject),
        };
        ("shop".parse().expect("a name"), principal)
    }

    #[test]
    fn what_was_listed_first_is_forgotten_first() {
        let mut known = Known::default();
        let tools = |names: &[&str]| {
            names
                .iter()
                .map(|name| ((*name).to_owned(), None))
                .collect()
        };
        known.learn(&key("a"), tools(&["x", "y"]), 3 * TOOL_BYTES);
        // A page more, and a page again: no tool counts twice.
        known.learn(&key("a"), tools(&["y", "z"]), 3 * TOOL_BYTES);
        assert_eq!(known.bytes, 3 * TOOL_BYTES);
        assert_eq!(known.lists[&key("a")].len(), 3);
        known.learn(&key("b"), tools(&["x"]), 3 * TOOL_BYTES);
        assert_eq!(known.bytes, TOOL_BYTES);
        assert!(known.lists.contains_key(&key("b")) && known.order.len() == 1);
        // A list that is larger than everything is not kept either.
        known.learn(&key("b"), tools(&["1", "2", "3", "4"]), 3 * TOOL_BYTES);
        assert_eq!(
            (known.bytes, known.lists.len(), known.order.len()),
            (0, 0, 0)
        );
    }
}
