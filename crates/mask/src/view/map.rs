use std::ops::Range;

/// Which bytes of an outer text each byte of a decoded text came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Map {
    runs: Vec<Run>,
}

/// Bytes that were copied, where both lengths are equal, or one unit that was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    inner: Range<usize>,
    outer: Range<usize>,
}

impl Map {
    /// The outer bytes of a decoded span: whole units, without what was dropped around them.
    pub(crate) fn outer(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.runs.partition_point(|run| run.inner.end <= span.start);
        let last = self.runs.partition_point(|run| run.inner.start < span.end);
        let start = self.runs.get(first).map_or(0, |run| {
            if run.is_copy() {
                run.outer.start + span.start.saturating_sub(run.inner.start)
            } else {
                run.outer.start
            }
        });
        let end = last.checked_sub(1).and_then(|last| self.runs.get(last));
        let end = end.map_or(start, |run| {
            if run.is_copy() {
                run.outer.start + (span.end.min(run.inner.end) - run.inner.start)
            } else {
                run.outer.end
            }
        });
        start..end.max(start)
    }

    /// Whether a decoded span has no copied run of its own, or lies in one: then the outer text has
    /// the same bytes.
    pub(crate) fn is_copy(&self, span: &Range<usize>) -> bool {
        let first = self.runs.partition_point(|run| run.inner.end <= span.start);
        self.runs
            .get(first)
            .is_some_and(|run| run.is_copy() && span.end <= run.inner.end)
    }
}

impl Run {
    fn is_copy(&self) -> bool {
        self.inner.len() == self.outer.len()
    }
}

/// A text being decoded, with its map.
#[derive(Debug, Clone, Default)]
pub(crate) struct Decoding {
    pub(crate) text: String,
    pub(crate) map: Map,
}

impl Decoding {
    /// Copies text that begins at `at` in the outer text.
    pub(crate) fn copy(&mut self, text: &str, at: usize) {
        if text.is_empty() {
            return;
        }
        let inner = self.text.len();
        self.text.push_str(text);
        if let Some(last) = self.map.runs.last_mut()
            && last.is_copy()
            && last.outer.end == at
        {
            last.inner.end += text.len();
            last.outer.end += text.len();
            return;
        }
        self.map.runs.push(Run {
            inner: inner..inner + text.len(),
            outer: at..at + text.len(),
        });
    }

    /// Adds one unit: `outer` was decoded to `text`.
    pub(crate) fn unit(&mut self, text: &str, outer: Range<usize>) {
        if text.is_empty() {
            return;
        }
        let inner = self.text.len();
        self.text.push_str(text);
        self.map.runs.push(Run {
            inner: inner..inner + text.len(),
            outer,
        });
    }

    /// Adds one character that was decoded.
    pub(crate) fn unit_char(&mut self, char: char, outer: Range<usize>) {
        self.unit(char.encode_utf8(&mut [0; 4]), outer);
    }
}

#[cfg(test)]
mod tests {
    use super::Decoding;

    #[test]
    fn spans_come_back_as_whole_units_without_what_was_dropped() {
        // ab\u0041<zero width>cd
        let mut decoding = Decoding::default();
        decoding.copy("ab", 0);
        decoding.unit_char('A', 2..8);
        decoding.copy("cd", 11);
        assert_eq!(decoding.text, "abAcd");
        let outer = |span| decoding.map.outer(&span);
        assert_eq!(outer(0..2), 0..2);
        assert_eq!(outer(1..3), 1..8);
        assert_eq!(outer(2..3), 2..8);
        assert_eq!(outer(2..4), 2..12);
        assert_eq!(outer(3..5), 11..13);
        assert_eq!(outer(0..5), 0..13);
        assert!(decoding.map.is_copy(&(0..2)));
        assert!(!decoding.map.is_copy(&(1..3)));
    }
}
