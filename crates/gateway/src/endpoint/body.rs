use std::time::Duration;

use bytes::{Bytes, BytesMut};
use gate::Refusal;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use crate::config::Limits;

/// Reads a request's body within the limits of size and time.
pub(crate) async fn collect(body: Incoming, limits: &Limits) -> Result<Bytes, Refusal> {
    let bytes_max = u64::try_from(limits.body_bytes_max).unwrap_or(u64::MAX);
    if body.size_hint().lower() > bytes_max {
        return Err(Refusal::BodyTooLarge { bytes_max });
    }
    let ms_max = limits.body_ms_max;
    tokio::time::timeout(
        Duration::from_millis(ms_max),
        read(body, limits.body_bytes_max),
    )
    .await
    .unwrap_or(Err(Refusal::BodyTimedOut { ms_max }))
}

async fn read(mut body: Incoming, body_bytes_max: usize) -> Result<Bytes, Refusal> {
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refusal::BodyBroken)?.into_data() else {
            continue;
        };
        let so_far = all.len() + first.as_ref().map_or(0, Bytes::len);
        if so_far + data.len() > body_bytes_max {
            let bytes_max = u64::try_from(body_bytes_max).unwrap_or(u64::MAX);
            return Err(Refusal::BodyTooLarge { bytes_max });
        }
        // Most bodies come in one piece: that piece is the body.
        match first.take() {
            None if all.is_empty() => first = Some(data),
            None => all.extend_from_slice(&data),
            Some(head) => {
                all.extend_from_slice(&head);
                all.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| all.freeze()))
}
