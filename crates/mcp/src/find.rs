//! Finding a byte in long runs of others, a block at a time.

/// Where the first byte is that fits. A block is looked at as a whole, which the compiler turns
/// into vector instructions.
pub(crate) fn find(bytes: &[u8], fits: impl Fn(u8) -> bool + Copy) -> Option<usize> {
    let (blocks, _) = bytes.as_chunks::<32>();
    let holds = |block: &[u8; 32]| block.iter().fold(false, |any, &b| any | fits(b));
    let passed = blocks.iter().take_while(|block| !holds(block)).count() * 32;
    let rest = bytes.get(passed..).unwrap_or_default();
    rest.iter().position(|&b| fits(b)).map(|at| passed + at)
}

/// Whether a byte ends a line, alone or as one half of CRLF.
pub(crate) fn is_line_end(byte: u8) -> bool {
    (byte == b'\n') | (byte == b'\r')
}
