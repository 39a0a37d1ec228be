use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// Gets a document from outside.
///
/// Whoever implements it guards the way: only `https`, only addresses that the operator allows, no
/// redirect, a limit on size and time. Nothing is retried here or there; a failure is an answer.
pub trait Fetch: Send + Sync {
    /// Asks once.
    fn fetch(&self, ask: Ask) -> Fetching;
}

/// An answer that is on its way.
pub type Fetching = Pin<Box<dyn Future<Output = Result<Document, FetchError>> + Send>>;

/// What is asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask {
    /// An absolute URL.
    pub url: String,
    /// The `Authorization` header field.
    pub authorization: Option<String>,
    /// What is posted, as `application/x-www-form-urlencoded`; without it this is a GET.
    pub form: Option<String>,
}

impl Ask {
    /// A GET without credentials.
    pub fn get(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            authorization: None,
            form: None,
        }
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.form.as_ref().map_or("GET", |_| "POST");
        write!(f, "{method} {}", self.url)
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It is not asked at all.
    #[error("`{url}` is not asked: {why}")]
    Forbidden {
        /// What should have been asked.
        url: String,
        /// Which guard stopped it.
        why: String,
    },
    /// Nobody answers there, or not in HTTP.
    #[error("`{url}` does not answer: {why}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What the network says.
        why: String,
    },
    /// It took too long.
    #[error("`{url}` did not answer within {ms_max} ms")]
    TimedOut {
        /// What was asked.
        url: String,
        /// The limit in milliseconds.
        ms_max: u64,
    },
    /// Its answer is too large.
    #[error("the answer of `{url}` is larger than {bytes_max} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// The limit in bytes.
        bytes_max: usize,
    },
}
