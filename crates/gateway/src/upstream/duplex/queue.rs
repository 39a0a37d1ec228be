//! What waits for one reader: bounded by the bytes in it.

use std::sync::Arc;
use std::time::Duration;

use gate::{Answer, Ending};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;

/// Room of one queue, in units of [`UNIT_BYTES`]. A message that is larger than all of it waits
/// until the queue is empty, and then takes all of it.
const ROOM_UNITS: u32 = 1_024;

/// Every message takes one unit, and one more for each of these bytes.
const UNIT_BYTES: usize = 1_024;

/// The writing end.
#[derive(Debug, Clone)]
pub(super) struct Tx {
    items: mpsc::UnboundedSender<Item>,
    room: Arc<Semaphore>,
}

/// The reading end. Dropping it ends the interest in what comes.
#[derive(Debug)]
pub(super) struct Rx(mpsc::UnboundedReceiver<Item>);

/// Why something was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// Nobody reads any more.
    Left,
    /// The reader made no room in time.
    Stalled,
}

#[derive(Debug)]
struct Item {
    what: Result<Answer, Ending>,
    /// Given back when the item is taken.
    _room: Option<OwnedSemaphorePermit>,
}

pub(super) fn queue() -> (Tx, Rx) {
    let (items, reader) = mpsc::unbounded_channel();
    let room = Arc::new(Semaphore::new(ROOM_UNITS as usize));
    (Tx { items, room }, Rx(reader))
}

impl Tx {
    /// Puts an answer of `bytes` bytes at the end, once there is room for it.
    pub(super) async fn send(
        &self,
        answer: Answer,
        bytes: usize,
        patience: Duration,
    ) -> Result<(), NotTaken> {
        let units = u32::try_from(bytes / UNIT_BYTES).unwrap_or(ROOM_UNITS);
        let units = units.saturating_add(1).min(ROOM_UNITS);
        // A reader that leaves drops what is queued, which wakes this up.
        let room = timeout(patience, self.room.clone().acquire_many_owned(units)).await;
        let Ok(Ok(room)) = room else {
            return Err(NotTaken::Stalled);
        };
        let item = Item {
            what: Ok(answer),
            _room: Some(room),
        };
        self.items.send(item).map_err(|_| NotTaken::Left)
    }

    /// Puts an answer at the end without asking for room: for what is bounded elsewhere.
    pub(super) fn put(&self, answer: Answer) {
        self.put_any(Ok(answer));
    }

    /// Puts the ending behind everything else.
    pub(super) fn end(&self, ending: Ending) {
        self.put_any(Err(ending));
    }

    pub(super) fn is_left(&self) -> bool {
        self.items.is_closed()
    }

    fn put_any(&self, what: Result<Answer, Ending>) {
        // A reader that left wants no ending either.
        let _left = self.items.send(Item { what, _room: None });
    }
}

impl Rx {
    /// The next item; `None` when every writing end is gone.
    pub(super) async fn recv(&mut self) -> Option<Result<Answer, Ending>> {
        self.0.recv().await.map(|item| item.what)
    }
}
