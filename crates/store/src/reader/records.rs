use std::collections::VecDeque;

use ledger::wal::Entry;
use model::EntryIndex;

use super::Reader;
use super::view::RecordView;
use crate::error::ReadError;
use crate::index::Span;
use crate::keys::SessionKey;

/// A session's records in order. Remembers no more than the places of those in one segment.
#[derive(Debug)]
pub struct Records<'a> {
    reader: &'a Reader,
    spans: VecDeque<Span>,
    key: Option<SessionKey>,
    /// Indexes of the current segment's records that are still to come.
    ready: VecDeque<u64>,
    skip: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(
        reader: &'a Reader,
        spans: Vec<Span>,
        key: Option<SessionKey>,
        from_seq: u64,
    ) -> Self {
        Self {
            reader,
            spans: spans.into(),
            key,
            ready: VecDeque::new(),
            skip: from_seq,
        }
    }

    fn read(&mut self) -> Result<Option<RecordView>, ReadError> {
        match self.entry()? {
            Some((index, entry)) => {
                let view = self.reader.view(index, &entry, self.key.as_ref());
                view.map(Some)
            }
            None => Ok(None),
        }
    }

    /// The next one as it lies in the log.
    pub(crate) fn entry(&mut self) -> Result<Option<(EntryIndex, Entry)>, ReadError> {
        loop {
            if let Some(index) = self.ready.pop_front() {
                let index = EntryIndex(index);
                return Ok(Some((index, self.reader.lookup.entry(index)?)));
            }
            let Some(span) = self.spans.pop_front() else {
                return Ok(None);
            };
            let skipped = self.skip.min(span.count);
            self.skip -= skipped;
            self.walk_back(span, span.count - skipped)?;
        }
    }

    /// Finds the last `count` records of a span, from the last backwards.
    fn walk_back(&mut self, span: Span, count: u64) -> Result<(), ReadError> {
        let mut next = Some(span.last);
        for left in (0..count).rev() {
            let Some(index) = next else { break };
            self.ready.push_front(index);
            if left > 0 {
                next = self.reader.lookup.entry(EntryIndex(index))?.previous_index;
            }
        }
        Ok(())
    }
}

impl Iterator for Records<'_> {
    type Item = Result<RecordView, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let result = self.read();
        if result.is_err() {
            self.spans.clear();
            self.ready.clear();
        }
        result.transpose()
    }
}
