use aws_lc_rs::digest::{Context, SHA256};
use model::Digest;

/// SHA-256 over texts. Each is preceded by its length, so that no two lists share their input to the hash.
pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Digest {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    Digest::from_bytes(bytes)
}
