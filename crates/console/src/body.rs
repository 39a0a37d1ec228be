use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::api::Limits;
use crate::problem::Problem;

/// The whole body, within its limits. What is not empty has to say that it is JSON: a browser sends no
/// such request across origins without asking first.
pub(crate) async fn read<B>(request: Request<B>, limits: &Limits) -> Result<Bytes, Problem>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    let bytes_max = limits.body_bytes_max;
    let announced = body.size_hint().lower();
    if usize::try_from(announced).is_ok_and(|bytes| bytes > bytes_max) {
        return Err(Problem::too_large(bytes_max));
    }
    let wait = Duration::from_millis(limits.body_ms_max);
    let collected = tokio::time::timeout(wait, Limited::new(body, bytes_max).collect()).await;
    let bytes = match collected {
        Err(_) => return Err(Problem::too_slow(limits.body_ms_max)),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return Err(Problem::too_large(bytes_max));
        }
        Ok(Err(_)) => return Err(Problem::malformed("the body ended early")),
        Ok(Ok(collected)) => collected.to_bytes(),
    };
    let kind = head.headers.get(header::CONTENT_TYPE);
    let is_json = kind
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !bytes.is_empty() && !is_json {
        return Err(Problem::media_type());
    }
    Ok(bytes)
}
