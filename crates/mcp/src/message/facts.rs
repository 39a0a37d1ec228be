//! What a message says about itself, read on demand from its bytes.

use std::borrow::Cow;

use super::{Kind, Message};
use crate::json::Json;
use crate::{Method, RequestId};

/// Keys of `_meta` that MCP reserves (MCP 2026-07-28 basic, General fields).
pub(crate) mod key {
    pub(crate) const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    pub(crate) const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
    pub(crate) const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    pub(crate) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
    pub(crate) const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
    pub(crate) const RELATED_TASK: &str = "io.modelcontextprotocol/related-task";
}

/// Software, as it describes itself. Never an identity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Implementation {
    /// `name`, or empty.
    pub name: String,
    /// `version`, or empty.
    pub version: String,
}

impl Implementation {
    fn of(info: Json<'_>) -> Option<Self> {
        let text = |name| {
            let text = info.get(name).and_then(Json::text);
            text.map(Cow::into_owned).unwrap_or_default()
        };
        info.is_object().then(|| Self {
            name: text("name"),
            version: text("version"),
        })
    }
}

/// What requests and notifications say.
impl Message {
    /// `params._meta` of requests and notifications, `result._meta` of answers.
    pub fn meta(&self) -> Option<Json<'_>> {
        self.json(self.at.params_meta.or(self.at.result_meta))
    }

    /// What the method is about, by the method table: a tool, a prompt, a URI or a task.
    pub fn name(&self) -> Option<Cow<'_, str>> {
        let member = self.method()?.info()?.names?;
        self.params()?.get(member)?.text()
    }

    /// `params.arguments`.
    pub fn arguments(&self) -> Option<Json<'_>> {
        self.params()?.get("arguments")
    }

    /// `params._meta["io.modelcontextprotocol/protocolVersion"]`: a modern request has it.
    pub fn meta_protocol_version(&self) -> Option<Cow<'_, str>> {
        self.request_meta(key::PROTOCOL_VERSION)?.text()
    }

    /// The client, from `initialize` or from a modern request.
    pub fn client_info(&self) -> Option<Implementation> {
        let info = self.opening("clientInfo");
        Implementation::of(info.or_else(|| self.request_meta(key::CLIENT_INFO))?)
    }

    /// The client's capabilities, from `initialize` or from a modern request.
    pub fn client_capabilities(&self) -> Option<Json<'_>> {
        let capabilities = self.opening("capabilities");
        capabilities.or_else(|| self.request_meta(key::CLIENT_CAPABILITIES))
    }

    /// The revision that `initialize` asks for.
    pub fn requested_version(&self) -> Option<Cow<'_, str>> {
        self.opening("protocolVersion")?.text()
    }

    /// The token that ties a request to the progress reported for it.
    pub fn progress_token(&self) -> Option<Json<'_>> {
        if self.method() == Some(Method::NotificationsProgress) {
            return self.params()?.get("progressToken");
        }
        self.request_meta("progressToken")
    }

    /// `_meta.traceparent` (W3C Trace Context). Never an identity.
    pub fn traceparent(&self) -> Option<Cow<'_, str>> {
        self.meta()?.get("traceparent")?.text()
    }

    /// `_meta.tracestate` (W3C Trace Context).
    pub fn tracestate(&self) -> Option<Cow<'_, str>> {
        self.meta()?.get("tracestate")?.text()
    }

    /// The request that `notifications/cancelled` is about.
    pub fn cancelled_request(&self) -> Option<RequestId> {
        self.slot(super::Slot::CancelledRequest)
            .and_then(RequestId::of)
    }

    /// The `subscriptions/listen` request that a notification was sent for.
    pub fn subscription_id(&self) -> Option<RequestId> {
        self.slot(super::Slot::SubscriptionId)
            .and_then(RequestId::of)
    }

    /// The task that a message belongs to (MCP 2025-11-25 tasks).
    pub fn related_task(&self) -> Option<Cow<'_, str>> {
        self.slot(super::Slot::RelatedTask)?.text()
    }

    /// A member of the parameters of `initialize`.
    fn opening(&self, name: &str) -> Option<Json<'_>> {
        if self.method() != Some(Method::Initialize) {
            return None;
        }
        self.params()?.get(name)
    }

    pub(crate) fn request_meta(&self, name: &str) -> Option<Json<'_>> {
        self.json(self.at.params_meta)?.get(name)
    }
}

/// What answers say, and what both may.
impl Message {
    /// `resultType`; absent means `complete` (MCP 2026-07-28 basic, ResultType).
    pub fn result_type(&self) -> Option<Cow<'_, str>> {
        self.result()?.get("resultType")?.text()
    }

    /// Whether this is the result of a tool that failed: `isError` is `true`.
    pub fn is_tool_error(&self) -> bool {
        let flag = self.result().and_then(|result| result.get("isError"));
        flag.and_then(Json::as_bool) == Some(true)
    }

    /// The revision that the answer to `initialize` settles on.
    pub fn negotiated_version(&self) -> Option<Cow<'_, str>> {
        self.result()?.get("protocolVersion")?.text()
    }

    /// The server, from the answer to `initialize` or from the `_meta` of a modern answer.
    pub fn server_info(&self) -> Option<Implementation> {
        Implementation::of(self.server_description()?)
    }

    /// The same with all its members.
    pub fn server_description(&self) -> Option<Json<'_>> {
        let info = self.result()?.get("serverInfo");
        info.or_else(|| self.meta()?.get(key::SERVER_INFO))
    }

    /// The server's capabilities, from the answer to `initialize` or to `server/discover`.
    pub fn server_capabilities(&self) -> Option<Json<'_>> {
        self.result()?.get("capabilities")
    }

    /// What the server tells the model about itself, from the same answers.
    pub fn instructions(&self) -> Option<Cow<'_, str>> {
        self.result()?.get("instructions")?.text()
    }

    /// The opaque state of a multi round-trip request, from either side.
    pub fn request_state(&self) -> Option<Json<'_>> {
        self.params().or(self.result())?.get("requestState")
    }

    /// The task that a request asks about, or that an answer made: both families of tasks.
    pub fn task_id(&self) -> Option<Cow<'_, str>> {
        let body = self.params().or(self.result())?;
        let id = body.get("taskId").or_else(|| body.at(&["task", "taskId"]));
        id?.text()
    }

    /// `error.code` of an error reply.
    pub fn error_code(&self) -> Option<i64> {
        self.error()?.get("code")?.as_i64()
    }

    /// `error.message` of an error reply.
    pub fn error_message(&self) -> Option<Cow<'_, str>> {
        self.error()?.get("message")?.text()
    }

    /// Whether this answers a request.
    pub fn is_answer(&self) -> bool {
        matches!(self.kind(), Kind::Response | Kind::ErrorResponse)
    }
}
