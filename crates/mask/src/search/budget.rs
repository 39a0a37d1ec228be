/// How deep views are nested.
const DEPTH_MAX: u8 = 8;

/// How many views one message may have.
const VIEWS_MAX: usize = 16_384;

/// How many findings one message may have; a text with more is masked whole.
const HITS_MAX: usize = 65_536;

/// How many bytes may be decoded besides four times the message's own.
const BYTES_SPARE: usize = 4 << 20;

/// What one message may cost.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    views: usize,
    hits: usize,
    bytes: usize,
}

impl Budget {
    pub(crate) const fn new(message_bytes: usize) -> Self {
        Self {
            views: VIEWS_MAX,
            hits: HITS_MAX,
            bytes: BYTES_SPARE + 4 * message_bytes,
        }
    }

    /// Takes one view of so many bytes out of a text that is `depth` views deep.
    pub(crate) const fn view(&mut self, depth: u8, bytes: usize) -> bool {
        if depth >= DEPTH_MAX || self.views == 0 || self.bytes < bytes {
            return false;
        }
        self.views -= 1;
        self.bytes -= bytes;
        true
    }

    /// How many bytes a view may still decode.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) const fn hit(&mut self) -> bool {
        if self.hits == 0 {
            return false;
        }
        self.hits -= 1;
        true
    }
}
