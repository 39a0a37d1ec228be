//! The fields of one record, found once and kept without a copy of what can be pointed at.

use std::ops::Range;

use super::{Field, FieldType};

/// The fields of one record, in their order. To be used again and again: it keeps its memory.
#[derive(Debug, Default)]
pub(super) struct FieldList {
    /// Paths, and strings that had escapes.
    text: String,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    path: Range<usize>,
    kind: FieldType,
    value: Value,
}

/// Where a value is.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Facts(Range<usize>),
    Payload(Range<usize>),
    /// In [`FieldList::text`].
    Text(Range<usize>),
}

/// How much a list held, to return to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    text: usize,
    slots: usize,
}

impl FieldList {
    pub(super) const fn new() -> Self {
        Self {
            text: String::new(),
            slots: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.slots.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            slots: self.slots.len(),
        }
    }

    pub(super) fn return_to(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        self.slots.truncate(mark.slots);
    }

    pub(super) fn push(&mut self, path: &str, kind: FieldType, value: Value) {
        let from = self.text.len();
        self.text.push_str(path);
        self.slots.push(Slot {
            path: from..self.text.len(),
            kind,
            value,
        });
    }

    /// Appends a string's text, which is then the value of a field.
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    pub(super) fn iter<'a>(
        &'a self,
        facts: &'a [u8],
        payload: &'a [u8],
    ) -> impl Iterator<Item = Field<'a>> {
        self.slots.iter().map(move |slot| {
            let (of, range) = match &slot.value {
                Value::Facts(range) => (facts, range),
                Value::Payload(range) => (payload, range),
                Value::Text(range) => (self.text.as_bytes(), range),
            };
            Field {
                path: self.text.get(slot.path.clone()).unwrap_or_default(),
                kind: slot.kind,
                value: of.get(range.clone()).unwrap_or_default(),
            }
        })
    }

    pub(super) fn give_back(&mut self, bytes_kept: usize) {
        if self.text.capacity() > bytes_kept {
            *self = Self::new();
        }
    }
}
