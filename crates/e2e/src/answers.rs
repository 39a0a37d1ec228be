//! The client's side of a conversation that the server leads: canned answers to sampling,
//! elicitation and roots, and a memory of everything the server said unasked.

#![expect(
    deprecated,
    reason = "sampling, roots and logging are deprecated, and in use"
)]

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        ClientCapabilities, ClientConfig, CreateMessageRequestParams, CreateMessageResult,
        ElicitRequestParams, ElicitResult, ElicitationAction, Implementation, ListRootsResult,
        LoggingMessageNotificationParam, ProgressNotificationParam, ProgressToken,
        ResourceUpdatedNotificationParam, Root, SamplingMessage,
    },
    service::{NotificationContext, RequestContext},
};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

/// What the server said that no step asked for.
#[derive(Default)]
pub(crate) struct Heard {
    said: Mutex<Said>,
    news: Notify,
}

#[derive(Default)]
pub(crate) struct Said {
    /// Methods of notifications, in order of arrival.
    pub(crate) notifications: Vec<String>,
    /// Methods of server requests that this client answered.
    pub(crate) answered: Vec<String>,
    pub(crate) progress: Vec<(ProgressToken, f64)>,
}

impl Heard {
    pub(crate) fn look<T>(&self, at: impl FnOnce(&Said) -> T) -> T {
        at(&self.said.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns once `condition` holds; the caller bounds the wait.
    pub(crate) async fn until(&self, condition: impl Fn(&Said) -> bool) {
        loop {
            let news = self.news.notified();
            if self.look(&condition) {
                return;
            }
            news.await;
        }
    }

    fn note(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner));
        self.news.notify_waiters();
    }

    fn notified(&self, method: &str) {
        self.note(|said| said.notifications.push(method.to_owned()));
    }

    fn answered(&self, method: &str) {
        self.note(|said| said.answered.push(method.to_owned()));
    }
}

/// The handler that `rmcp` calls.
pub(crate) struct Canned {
    pub(crate) heard: Arc<Heard>,
    /// Every session says which run it is, so that a recording of it can be found.
    pub(crate) run: String,
}

impl ClientHandler for Canned {
    fn get_info(&self) -> ClientConfig {
        let capabilities = ClientCapabilities::builder()
            .enable_sampling()
            .enable_elicitation()
            .enable_roots()
            .build();
        ClientConfig::new(
            capabilities,
            Implementation::new("probity-driver", &self.run),
        )
    }

    async fn create_message(
        &self,
        _params: CreateMessageRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        self.heard.answered("sampling/createMessage");
        let message = SamplingMessage::assistant_text("canned answer");
        Ok(CreateMessageResult::new(message, "canned-model".into())
            .with_stop_reason(CreateMessageResult::STOP_REASON_END_TURN))
    }

    async fn list_roots(
        &self,
        _context: RequestContext<RoleClient>,
    ) -> Result<ListRootsResult, ErrorData> {
        self.heard.answered("roots/list");
        Ok(ListRootsResult::new(vec![
            Root::new("file:///probity/share").with_name("share"),
        ]))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.heard.answered("elicitation/create");
        let accepted = ElicitResult::new(ElicitationAction::Accept);
        let ElicitRequestParams::FormElicitationParams {
            requested_schema, ..
        } = request
        else {
            return Ok(accepted);
        };
        let schema = serde_json::to_value(requested_schema)
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(accepted.with_content(fill_in(&schema)))
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        self.heard
            .note(|said| said.progress.push((params.progress_token, params.progress)));
    }

    async fn on_logging_message(
        &self,
        _params: LoggingMessageNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        self.heard.notified("notifications/message");
    }

    async fn on_resource_updated(
        &self,
        _params: ResourceUpdatedNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        self.heard.notified("notifications/resources/updated");
    }

    async fn on_resource_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.heard.notified("notifications/resources/list_changed");
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.heard.notified("notifications/tools/list_changed");
    }

    async fn on_prompt_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.heard.notified("notifications/prompts/list_changed");
    }
}

/// A form filled in with its defaults and otherwise with fixed values. The other drivers do the same.
fn fill_in(schema: &Value) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let content: Map<String, Value> = properties
        .into_iter()
        .flatten()
        .map(|(name, property)| (name.clone(), fill(property)))
        .collect();
    Value::Object(content)
}

fn fill(property: &Value) -> Value {
    let first = |pointer: &str| property.pointer(pointer).cloned();
    if let Some(value) = first("/default")
        .or_else(|| first("/enum/0"))
        .or_else(|| first("/oneOf/0/const"))
    {
        return value;
    }
    match property.get("type").and_then(Value::as_str) {
        Some("boolean") => json!(true),
        Some("integer" | "number") => first("/minimum").unwrap_or(json!(1)),
        Some("array") => {
            let item = first("/items/anyOf/0/const").or_else(|| first("/items").map(|i| fill(&i)));
            json!([item])
        }
        _ => match property.get("format").and_then(Value::as_str) {
            Some("email") => json!("ada@example.com"),
            Some("uri") => json!("https://example.com/"),
            Some("date") => json!("2026-01-01"),
            Some("date-time") => json!("2026-01-01T00:00:00Z"),
            _ => json!("Ada"),
        },
    }
}
