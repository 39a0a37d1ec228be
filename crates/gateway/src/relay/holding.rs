//! Messages of a stream, and those that wait for the next one because a value may be split over both.

use std::collections::VecDeque;
use std::time::Duration;

use gate::Answer;
use mask::{Crossing, Framing, MaskSet, Outside, Relay, Stream};
use model::Digest;
use tokio::time::Instant;

/// The longest that a complete message waits for the next one.
const HOLD: Duration = Duration::from_millis(250);

/// The messages of one relay on their way through masking.
#[derive(Default)]
pub(super) struct Holding {
    stream: Option<(Digest, Stream)>,
    /// What is in the stream, the oldest first.
    answers: VecDeque<Answer>,
    until: Option<Instant>,
}

/// A message and what masking leaves of it.
pub(super) type Searched = (Answer, Relay);

impl Holding {
    /// Whether it is of the kind that comes in pieces: a message of a stream.
    pub(super) fn takes(answer: &Answer) -> bool {
        match answer {
            Answer::Message(_) => true,
            Answer::Event(frame, _) => frame.data.as_ref().is_some_and(|data| !data.is_empty()),
            _ => false,
        }
    }

    /// Takes a message; gives what may be settled now.
    pub(super) fn push(
        &mut self,
        answer: Answer,
        masks: &MaskSet,
        at: &Crossing<'_>,
        outside: &Outside,
    ) -> Vec<Searched> {
        let digest = masks.digest();
        let mut ready = match &self.stream {
            Some((of, _)) if *of != digest => self.flush(),
            _ => Vec::new(),
        };
        let (_, stream) = self
            .stream
            .get_or_insert_with(|| (digest, Stream::new(masks.clone(), Framing::Body, at)));
        let relays = stream.push_frame_with(answer.payload(), outside);
        let holds = stream.is_holding();
        self.answers.push_back(answer);
        ready.extend(self.pair(relays));
        self.until = holds.then(|| self.until.unwrap_or_else(|| Instant::now() + HOLD));
        ready
    }

    /// Gives everything that waits.
    pub(super) fn flush(&mut self) -> Vec<Searched> {
        let relays = match self.stream.take() {
            Some((_, stream)) => stream.finish(),
            None => Vec::new(),
        };
        self.until = None;
        self.pair(relays)
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Until when what waits may wait.
    pub(super) const fn until(&self) -> Option<Instant> {
        self.until
    }

    fn pair(&mut self, relays: Vec<Relay>) -> Vec<Searched> {
        relays
            .into_iter()
            .filter_map(|relay| Some((self.answers.pop_front()?, relay)))
            .collect()
    }
}
