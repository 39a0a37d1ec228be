//! The gateway's endpoint, as its client sees it.

use bytes::Bytes;
use gate::Ending;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;

use super::{ConnectError, ConnectOptions};
use crate::config::Limits;
use crate::upstream::HttpClient;

/// Header fields that say what a request is part of.
pub(super) type Fields = Vec<(HeaderName, HeaderValue)>;

/// Sends requests to one URL.
pub(super) struct Endpoint {
    client: HttpClient,
    url: http::Uri,
    authorization: Option<HeaderValue>,
    pub(super) limits: Limits,
}

impl Endpoint {
    pub(super) fn new(options: &ConnectOptions) -> Result<Self, ConnectError> {
        let authorization = match &options.token {
            None => None,
            Some(token) => {
                let text = format!("Bearer {}", token.expose());
                let mut value = HeaderValue::from_str(&text).map_err(|_| ConnectError::Token)?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        Ok(Self {
            client: HttpClient::new(&options.authorities_pem, options.limits.connect_ms_max)?,
            url: options.url.clone(),
            authorization,
            limits: options.limits.clone(),
        })
    }

    /// Sends messages.
    pub(super) async fn post(
        &self,
        fields: Fields,
        body: Bytes,
    ) -> Result<Response<Incoming>, Ending> {
        let json = HeaderValue::from_static("application/json");
        let accept = HeaderValue::from_static("application/json, text/event-stream");
        let own = [(header::CONTENT_TYPE, json), (header::ACCEPT, accept)];
        self.send(Method::POST, fields.into_iter().chain(own), body)
            .await
    }

    /// Opens or resumes a stream.
    pub(super) async fn get(&self, fields: Fields) -> Result<Response<Incoming>, Ending> {
        let accept = HeaderValue::from_static("text/event-stream");
        let fields = fields.into_iter().chain([(header::ACCEPT, accept)]);
        self.send(Method::GET, fields, Bytes::new()).await
    }

    /// Ends a session.
    pub(super) async fn delete(&self, fields: Fields) -> Result<Response<Incoming>, Ending> {
        self.send(Method::DELETE, fields, Bytes::new()).await
    }

    async fn send(
        &self,
        method: Method,
        fields: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Result<Response<Incoming>, Ending> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = self.url.clone();
        let headers = request.headers_mut();
        for (name, value) in fields {
            headers.insert(name, value);
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        self.client.send(request).await
    }
}
