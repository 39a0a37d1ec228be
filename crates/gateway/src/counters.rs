//! How much was called and answered of late: what policies set limits to.
//!
//! Each count is taken and read in one step, so that of calls that come at the same time every one sees
//! another number. Where there are more callers or tools than are counted apart, a count is never too low.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gate::{Call, Subject};
use mcp::{Message, Method};
use model::{Principal, Timestamp, UpstreamName};
use policy::Calls;

/// So many callers, and so many tools of callers, are counted apart within one minute.
const KEYS_MAX: usize = 16_384;

const SECONDS: usize = 60;

/// What is counted for everybody.
#[derive(Default)]
pub(crate) struct Counters {
    calls: Mutex<Table<Principal>>,
    tools: Mutex<Table<(Principal, UpstreamName, Box<str>)>>,
    bytes: Mutex<Table<Principal>>,
}

/// What is counted of one session.
#[derive(Default)]
pub(crate) struct SessionCounters(Mutex<OfSession>);

#[derive(Default)]
struct OfSession {
    calls: u64,
    bytes: u64,
    minute: Window,
}

impl Counters {
    /// Counts the calls of tools in `call`; gives what is counted then. Of the tools of a batch, the one
    /// that was called most.
    pub(crate) fn called(&self, call: &Call, session: &SessionCounters) -> Calls {
        let who = &call.exchange.caller.principal;
        let server = &call.exchange.upstream;
        let tools = tools(&call.subject);
        let count = u64::try_from(tools.len()).unwrap_or(u64::MAX);
        let second = call.at.unix_ms() / 1_000;
        let person_minute = lock(&self.calls).count(who, second, count).0;
        let mut tool_minute = 0;
        for tool in tools {
            let key = (who.clone(), server.clone(), tool);
            let (counted, apart) = lock(&self.tools).count(&key, second, 1);
            tool_minute = tool_minute.max(if apart { counted } else { person_minute });
        }
        let mut session = lock(&session.0);
        session.calls = session.calls.saturating_add(count);
        Calls {
            session: session.calls,
            session_minute: session.minute.add(second, count),
            person_minute,
            tool_minute,
            session_bytes: session.bytes,
            person_bytes_minute: lock(&self.bytes).count(who, second, 0).0,
        }
    }

    /// Counts what somebody was answered.
    pub(crate) fn answered(
        &self,
        who: &Principal,
        session: &SessionCounters,
        bytes: usize,
        at: Timestamp,
    ) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        lock(&self.bytes).count(who, at.unix_ms() / 1_000, bytes);
        let mut session = lock(&session.0);
        session.bytes = session.bytes.saturating_add(bytes);
    }
}

fn lock<T>(counted: &Mutex<T>) -> MutexGuard<'_, T> {
    counted.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The tools that are called, each as often as it is.
fn tools(subject: &Subject) -> Vec<Box<str>> {
    let messages = match subject {
        Subject::Message(message, _) => std::slice::from_ref(message),
        Subject::Batch(batch) => batch.messages(),
        Subject::Stream { .. } | Subject::EndSession => &[],
    };
    let calls = messages
        .iter()
        .filter(|message| message.method() == Some(Method::ToolsCall));
    calls
        .map(|call| Message::name(call).unwrap_or_default().into())
        .collect()
}

/// Counts by key; those of which nothing was heard for a minute are forgotten when there is no room.
struct Table<K> {
    windows: HashMap<K, Window>,
    /// Everything that found no room.
    others: Window,
    /// When room was looked for last.
    swept: u64,
    keys_max: usize,
}

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self {
            windows: HashMap::new(),
            others: Window::default(),
            swept: 0,
            keys_max: KEYS_MAX,
        }
    }
}

impl<K: Clone + Eq + Hash> Table<K> {
    /// Adds to a key's count and gives its sum over the last minute; whether it was counted apart.
    fn count(&mut self, key: &K, second: u64, add: u64) -> (u64, bool) {
        if let Some(window) = self.windows.get_mut(key) {
            return (window.add(second, add), true);
        }
        if add == 0 {
            return (self.others.add(second, 0), false);
        }
        if self.windows.len() >= self.keys_max && self.swept != second {
            self.swept = second;
            self.windows.retain(|_, window| window.add(second, 0) > 0);
        }
        if self.windows.len() >= self.keys_max {
            return (self.others.add(second, add), false);
        }
        let window = self.windows.entry(key.clone()).or_default();
        // It may have been among the others before.
        let earlier = self.others.add(second, 0);
        (window.add(second, add).saturating_add(earlier), true)
    }
}

/// A sum over the current second and the 59 before it.
struct Window {
    second: u64,
    sums: Box<[u64; SECONDS]>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            second: 0,
            sums: Box::new([0; SECONDS]),
        }
    }
}

impl Window {
    /// Adds, and gives the sum. A clock that is set back adds to the latest second that there was.
    fn add(&mut self, second: u64, add: u64) -> u64 {
        let passed = second.saturating_sub(self.second);
        if passed >= SECONDS as u64 {
            self.sums.fill(0);
        } else {
            for old in (self.second + 1..=second).map(slot) {
                if let Some(sum) = self.sums.get_mut(old) {
                    *sum = 0;
                }
            }
        }
        self.second = self.second.max(second);
        if let Some(sum) = self.sums.get_mut(slot(self.second)) {
            *sum = sum.saturating_add(add);
        }
        self.sums
            .iter()
            .fold(0, |all, sum| all.saturating_add(*sum))
    }
}

fn slot(second: u64) -> usize {
    usize::try_from(second % SECONDS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use super::{Table, Window, lock};

    #[test]
    fn a_minute_is_this_second_and_those_before_it() {
        let mut window = Window::default();
        for (second, add, expected) in [
            (1_000, 1, 1),
            (1_000, 1, 2),
            (1_030, 5, 7),
            (1_059, 0, 7),
            (1_060, 0, 5),
            (1_089, 0, 5),
            (1_090, 0, 0),
            (1_090, 3, 3),
            // Set back: it is not forgotten sooner.
            (1_000, 4, 7),
            (1_149, 0, 7),
            (1_150, 0, 0),
            (9_000, 1, 1),
        ] {
            assert_eq!(window.add(second, add), expected, "{second}");
        }
    }

    #[test]
    fn calls_at_the_same_time_see_different_numbers() {
        let table = Mutex::new(Table::<u8>::default());
        let seen = Mutex::new(BTreeSet::new());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let count = lock(&table).count(&1, 77, 1).0;
                        lock(&seen).insert(count);
                    }
                });
            }
        });
        assert!(lock(&seen).iter().copied().eq(1..=4_000));
    }

    #[test]
    fn without_room_a_count_is_never_too_low() {
        let mut table = Table {
            keys_max: 2,
            ..Table::default()
        };
        assert_eq!(table.count(&"a", 10, 1), (1, true));
        assert_eq!(table.count(&"b", 10, 1), (1, true));
        assert_eq!(table.count(&"c", 10, 1), (1, false));
        assert_eq!(table.count(&"d", 10, 1), (2, false));
        assert_eq!(table.count(&"c", 11, 1), (3, false));
        assert_eq!(table.count(&"a", 11, 1), (2, true));
        // What nobody counted for a minute makes room; what was among the others stays counted.
        assert_eq!(table.count(&"c", 70, 1), (2, true));
        assert_eq!(table.windows.len(), 2);
        assert_eq!(table.count(&"e", 200, 1), (1, true));
        assert_eq!(table.count(&"nobody", 200, 0), (0, false));
    }
}
