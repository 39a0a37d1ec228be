/// Sectors survive or are lost one by one.
const SECTOR_BYTES: usize = 512;

/// A file's content: as the process sees it, as it is on the platter, and what lies between.
#[derive(Debug, Default, Clone)]
pub(super) struct Inode {
    seen: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Inode {
    pub(super) fn content(&self) -> &[u8] {
        &self.seen
    }

    pub(super) fn read(&mut self, buffer: &mut [u8], offset: u64) -> usize {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.seen.get(from..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (to, byte) in buffer.iter_mut().zip(rest) {
            *to = *byte;
        }
        count
    }

    pub(super) fn write(&mut self, bytes: &[u8], offset: u64) {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        put(&mut self.seen, offset, bytes);
        self.pending.push(Change::Write(offset, bytes.to_vec()));
    }

    pub(super) fn set_length(&mut self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.seen.resize(bytes, 0);
        self.pending.push(Change::Length(bytes));
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Write(offset, bytes) => put(&mut self.durable, offset, &bytes),
                Change::Length(bytes) => self.durable.resize(bytes, 0),
            }
        }
    }

    /// What of the unsynced changes is there is up to chance, sector by sector and in any order;
    /// a write that is not complete may leave its old content.
    pub(super) fn after_power_failure(&self, random: &mut Random) -> Self {
        let mut content = self.durable.clone();
        for change in &self.pending {
            match change {
                Change::Length(bytes) if random.below(2) == 0 => content.resize(*bytes, 0),
                Change::Length(_) => {}
                Change::Write(offset, bytes) => {
                    // All, nothing, or some sectors.
                    let mood = random.below(4);
                    for (number, sector) in bytes.chunks(SECTOR_BYTES).enumerate() {
                        let kept = match mood {
                            0 => false,
                            1 => true,
                            _ => random.below(2) == 0,
                        };
                        if kept {
                            put(&mut content, offset + number * SECTOR_BYTES, sector);
                        }
                    }
                }
            }
        }
        Self {
            seen: content.clone(),
            durable: content,
            pending: Vec::new(),
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    if let Some(place) = content.get_mut(offset..end) {
        place.copy_from_slice(bytes);
    }
}

/// SplitMix64: the same seed gives the same disk.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
