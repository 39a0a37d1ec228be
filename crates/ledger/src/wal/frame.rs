//! A frame: one aligned, checksummed, chained and signed write.

use aws_lc_rs::digest::{Context, SHA256};
use model::Digest;

use super::EntryView;
use crate::format::{Fields, FormatError};
use crate::merkle::sha256;
use crate::note::{LogKey, LogPublicKey};

/// Frames begin at multiples of this many bytes, so that no write touches a sector that holds
/// acknowledged bytes.
pub const ALIGNMENT: u64 = 4096;
/// Length of a frame's header in bytes.
pub const FRAME_HEADER_BYTES: usize = 224;
/// How much of the header the checksum covers.
const COVERED_BYTES: usize = 128;
const MAGIC: [u8; 8] = *b"PROBWAL1";
/// What a frame's signature covers, before the frame's hash. No note begins like this.
const SIGNED: &[u8] = b"probity/v1/frame\0";

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// The state of the log where a segment begins.
    SegmentStart,
    /// Entries.
    Batch,
}

/// Where a frame lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The segment's number.
    pub segment: u64,
    /// The first byte of the frame in its segment.
    pub position: u64,
}

/// The header of a frame, 224 bytes in this order, all numbers big-endian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameHeader {
    /// What it holds.
    pub kind: FrameKind,
    /// The epoch of the log.
    pub epoch: u32,
    /// Where it lies.
    pub place: Place,
    /// The frame's number in its log, counted from 0.
    pub number: u64,
    /// Length of what follows the header, in bytes, without padding.
    pub payload_bytes: u32,
    /// How many entries it holds.
    pub count: u32,
    /// The index of its first entry; in a segment start, that of the next entry.
    pub first_index: u64,
    /// How many frames were durable when this one was written.
    pub watermark: u64,
    /// The hash of the frame before this one.
    pub previous: Digest,
    /// The root of the tree after this frame.
    pub root: Digest,
    /// SHA-256 over the header up to here and the payload.
    pub hash: Digest,
    /// Ed25519 signature of the log's key over `"probity/v1/frame" 0x00 hash`.
    pub signature: [u8; 64],
}

impl FrameHeader {
    fn covered(&self) -> [u8; COVERED_BYTES] {
        let mut out = Vec::with_capacity(COVERED_BYTES);
        out.extend_from_slice(&MAGIC);
        let kind = match self.kind {
            FrameKind::SegmentStart => 1_u32,
            FrameKind::Batch => 2,
        };
        out.extend_from_slice(&kind.to_be_bytes());
        out.extend_from_slice(&self.epoch.to_be_bytes());
        out.extend_from_slice(&self.place.segment.to_be_bytes());
        out.extend_from_slice(&self.place.position.to_be_bytes());
        out.extend_from_slice(&self.number.to_be_bytes());
        out.extend_from_slice(&self.payload_bytes.to_be_bytes());
        out.extend_from_slice(&self.count.to_be_bytes());
        out.extend_from_slice(&self.first_index.to_be_bytes());
        out.extend_from_slice(&self.watermark.to_be_bytes());
        out.extend_from_slice(self.previous.as_bytes());
        out.extend_from_slice(self.root.as_bytes());
        out.first_chunk().copied().unwrap_or([0; COVERED_BYTES])
    }

    /// From the first [`FRAME_HEADER_BYTES`] of a frame. Says nothing yet about the payload.
    ///
    /// # Errors
    ///
    /// If there are too few bytes, or they do not begin like a frame.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut from = Fields::new(bytes, "a frame's header");
        if from.array::<8>()? != MAGIC {
            return Err(FormatError::Value("the first bytes of a frame"));
        }
        let kind = match from.u32()? {
            1 => FrameKind::SegmentStart,
            2 => FrameKind::Batch,
            _ => return Err(FormatError::Value("the kind of a frame")),
        };
        Ok(Self {
            kind,
            epoch: from.u32()?,
            place: Place {
                segment: from.u64()?,
                position: from.u64()?,
            },
            number: from.u64()?,
            payload_bytes: from.u32()?,
            count: from.u32()?,
            first_index: from.u64()?,
            watermark: from.u64()?,
            previous: from.digest()?,
            root: from.digest()?,
            hash: from.digest()?,
            signature: from.array()?,
        })
    }

    /// Length of the whole frame with its padding.
    pub fn frame_bytes(&self) -> u64 {
        (FRAME_HEADER_BYTES as u64 + u64::from(self.payload_bytes)).next_multiple_of(ALIGNMENT)
    }

    /// The index after its last entry.
    pub fn end_index(&self) -> u64 {
        self.first_index.saturating_add(u64::from(self.count))
    }

    /// Whether the log's key signed the frame.
    pub fn is_signed_by(&self, key: &LogPublicKey) -> bool {
        key.verifies(&[SIGNED, self.hash.as_bytes()].concat(), &self.signature)
    }
}

/// A frame whose checksum was found right.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// Its header.
    pub header: FrameHeader,
    payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// From bytes that begin with a frame.
    ///
    /// # Errors
    ///
    /// If they are too few, or the checksum does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let header = FrameHeader::decode(bytes)?;
        let mut from = Fields::new(bytes, "a frame");
        let covered = from.take(COVERED_BYTES)?;
        from.take(FRAME_HEADER_BYTES - COVERED_BYTES)?;
        let payload_bytes = usize::try_from(header.payload_bytes)
            .map_err(|_| FormatError::Value("a frame's length"))?;
        let payload = from.take(payload_bytes)?;
        if sha256(&[covered, payload]) != header.hash {
            return Err(FormatError::Checksum("a frame"));
        }
        Ok(Self { header, payload })
    }

    /// The same without looking at the checksum: for bytes that were checked before, and for
    /// verifiers that look at each entry by itself.
    ///
    /// # Errors
    ///
    /// If they are too few.
    pub fn decode_checked(bytes: &'a [u8], header: &FrameHeader) -> Result<Self, FormatError> {
        let mut from = Fields::new(bytes, "a frame");
        from.take(FRAME_HEADER_BYTES)?;
        let payload_bytes = usize::try_from(header.payload_bytes)
            .map_err(|_| FormatError::Value("a frame's length"))?;
        Ok(Self {
            payload: from.take(payload_bytes)?,
            header: header.clone(),
        })
    }

    /// What follows the header, without padding.
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The bytes of the entry with this number in the batch.
    ///
    /// # Errors
    ///
    /// If there is no such entry, or the offset table is out of order.
    pub fn entry_bytes(&self, number: u32) -> Result<&'a [u8], FormatError> {
        let wrong = || FormatError::Value("the offset table of a frame");
        let table_at = self
            .payload
            .len()
            .checked_sub(4 * usize::try_from(self.header.count).map_err(|_| wrong())?)
            .ok_or_else(wrong)?;
        let (entries, table) = self.payload.split_at_checked(table_at).ok_or_else(wrong)?;
        let (offsets, _) = table.as_chunks::<4>();
        let at = |number: usize| {
            offsets
                .get(number)
                .map(|offset| u32::from_be_bytes(*offset))
                .and_then(|offset| usize::try_from(offset).ok())
        };
        let number = usize::try_from(number).map_err(|_| wrong())?;
        let start = at(number).ok_or_else(wrong)?;
        let end = at(number + 1).unwrap_or(entries.len());
        entries.get(start..end).ok_or_else(wrong)
    }

    /// All entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = Result<EntryView<'a>, FormatError>> + '_ {
        (0..self.header.count).map(|number| self.entry_bytes(number).and_then(EntryView::decode))
    }
}

/// Makes frames: keeps the chain's end and signs.
#[derive(Debug)]
pub struct Framer {
    epoch: u32,
    key: LogKey,
    number: u64,
    previous: Digest,
}

/// What a frame says about the log.
#[derive(Debug, Clone, Copy)]
pub struct FrameFacts {
    /// What it holds.
    pub kind: FrameKind,
    /// How many entries it holds.
    pub count: u32,
    /// The index of its first entry.
    pub first_index: u64,
    /// The root of the tree after this frame.
    pub root: Digest,
}

impl Framer {
    /// Goes on after the frame with the number `number - 1` and the hash `previous`; for a new log
    /// 0 and [`chain_start`].
    pub const fn new(epoch: u32, key: LogKey, number: u64, previous: Digest) -> Self {
        Self {
            epoch,
            key,
            number,
            previous,
        }
    }

    /// Completes a frame in place: `buffer` holds [`FRAME_HEADER_BYTES`] of room and the payload.
    /// Fills the room and pads to [`ALIGNMENT`]. The frame counts as written; whoever calls writes
    /// it, or uses neither this framer nor the log again.
    ///
    /// # Errors
    ///
    /// If the payload is longer than 4 GiB, or the buffer has no room for the header.
    pub fn complete(
        &mut self,
        buffer: &mut Vec<u8>,
        place: Place,
        facts: FrameFacts,
    ) -> Result<(), FormatError> {
        let wrong = || FormatError::Value("a frame's length");
        let (room, payload) = buffer
            .split_at_mut_checked(FRAME_HEADER_BYTES)
            .ok_or_else(wrong)?;
        let mut header = FrameHeader {
            kind: facts.kind,
            epoch: self.epoch,
            place,
            number: self.number,
            payload_bytes: u32::try_from(payload.len()).map_err(|_| wrong())?,
            count: facts.count,
            first_index: facts.first_index,
            watermark: self.number,
            previous: self.previous,
            root: facts.root,
            hash: Digest::default(),
            signature: [0; 64],
        };
        let covered = header.covered();
        header.hash = hash(&covered, payload);
        let (head, tail) = room.split_at_mut(COVERED_BYTES);
        head.copy_from_slice(&covered);
        let (hash_room, signature_room) = tail.split_at_mut(32);
        hash_room.copy_from_slice(header.hash.as_bytes());
        let signed = [SIGNED, header.hash.as_bytes()].concat();
        signature_room.copy_from_slice(&self.key.sign(&signed));
        self.number += 1;
        self.previous = header.hash;
        let alignment = usize::try_from(ALIGNMENT).unwrap_or(1);
        buffer.resize(buffer.len().next_multiple_of(alignment), 0);
        Ok(())
    }
}

fn hash(covered: &[u8], payload: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(covered);
    context.update(payload);
    let digest = context.finish();
    Digest::from_bytes(digest.as_ref().first_chunk().copied().unwrap_or_default())
}

/// The hash that stands for the frame before the first one.
pub fn chain_start(origin: &str) -> Digest {
    sha256(&[b"probity/v1/chain\0", origin.as_bytes()])
}
