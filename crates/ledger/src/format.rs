//! Reading fixed binary layouts: every length is checked, nothing panics.

use model::Digest;

/// Why bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The bytes end inside of the named part.
    #[error("the bytes end inside of {0}")]
    Truncated(&'static str),
    /// Bytes follow after the end.
    #[error("{0} bytes follow after the end of {1}")]
    Trailing(usize, &'static str),
    /// A version that this program does not know.
    #[error("version {0} of {1} is not known to this program")]
    Version(u8, &'static str),
    /// A field has a value that it cannot have.
    #[error("{0} has an impossible value")]
    Value(&'static str),
    /// A checksum or hash does not fit.
    #[error("the checksum of {0} does not fit")]
    Checksum(&'static str),
}

/// A cursor over bytes; `part` is what an error names.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    part: &'static str,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8], part: &'static str) -> Self {
        Self { rest: bytes, part }
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let (head, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(FormatError::Truncated(self.part))?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (head, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(FormatError::Truncated(self.part))?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FormatError> {
        self.array::<1>().map(|[b]| b)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, FormatError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FormatError> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn digest(&mut self) -> Result<Digest, FormatError> {
        self.array().map(Digest::from_bytes)
    }

    /// A length that is stored in 32 bits, checked against what is left.
    pub(crate) fn length(&mut self) -> Result<usize, FormatError> {
        let length = usize::try_from(self.u32()?).map_err(|_| FormatError::Value(self.part))?;
        if length > self.rest.len() {
            return Err(FormatError::Truncated(self.part));
        }
        Ok(length)
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn end(self) -> Result<(), FormatError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(FormatError::Trailing(self.rest.len(), self.part))
        }
    }
}
