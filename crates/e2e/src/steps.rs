//! The verbs of a plan, as `rmcp` carries them out.

#![expect(
    deprecated,
    reason = "subscribing and log levels are deprecated, and in use"
)]

use rmcp::{
    ServiceError,
    model::{
        CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest,
        CompleteRequestParams, CustomRequest, GetPromptRequestParams, PingRequest,
        ReadResourceRequestParams, ServerNotification, SetLevelRequestParams,
        SubscribeRequestParams, UnsubscribeRequestParams,
    },
    service::{ClientInitializeError, PeerRequestOptions},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{plan::Step, session::Session};

/// Why a step did not come to its end, in the words of the library.
pub(crate) struct Failure {
    pub(crate) code: Option<i32>,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn said(message: String) -> Self {
        Self {
            code: None,
            message,
        }
    }

    pub(crate) fn to_connect(error: ClientInitializeError) -> Self {
        match error {
            ClientInitializeError::JsonRpcError(error) => Self {
                code: Some(error.code.0),
                message: error.message.into_owned(),
            },
            other => Self::said(other.to_string()),
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::McpError(error) => Self {
                code: Some(error.code.0),
                message: error.message.into_owned(),
            },
            other => Self::said(other.to_string()),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::said(error.to_string())
    }
}

impl Session {
    /// Carries out one step and returns what the client saw.
    pub(crate) async fn perform(&self, step: &Step) -> Result<Value, Failure> {
        if let Some(wanted) = &step.answers {
            self.heard
                .until(|said| said.answered.contains(wanted))
                .await;
        }
        let (notified_before, answered_before) = self
            .heard
            .look(|said| (said.notifications.len(), said.answered.len()));
        let mut detail = self.carry_out(step).await?;
        if let Some(wanted) = step.hears.as_ref().filter(|_| step.verb != "listen") {
            self.heard
                .until(|said| {
                    said.notifications
                        .iter()
                        .skip(notified_before)
                        .any(|m| m == wanted)
                })
                .await;
            put(&mut detail, "heard", json!(wanted));
        }
        // Servers ask for roots when they please; every other request belongs to the step that caused it.
        let asked: Vec<String> = self.heard.look(|said| {
            let new = said.answered.iter().skip(answered_before);
            new.filter(|method| *method != "roots/list")
                .cloned()
                .collect()
        });
        if !asked.is_empty() {
            put(&mut detail, "asked", json!(asked));
        }
        Ok(detail)
    }

    async fn carry_out(&self, step: &Step) -> Result<Value, Failure> {
        let client = self.client.lock().await;
        Ok(match step.verb.as_str() {
            "ping" => {
                let ping = ClientRequest::PingRequest(PingRequest::default());
                client.send_request(ping).await?;
                json!({})
            }
            "tools" => {
                let tools = client.list_all_tools().await?;
                json!({ "names": tools.iter().map(|tool| &tool.name).collect::<Vec<_>>() })
            }
            "call" => answer(&client.call_tool(call(step)).await?)?,
            "progress" => {
                let before = self.heard.look(|said| said.progress.len());
                let mut detail = answer(&client.call_tool(call(step)).await?)?;
                self.heard
                    .until(|said| said.progress.len() >= before + step.count)
                    .await;
                let seen: Vec<f64> = self.heard.look(|said| {
                    said.progress
                        .iter()
                        .skip(before)
                        .map(|(_, value)| *value)
                        .collect()
                });
                put(&mut detail, "progress", json!(seen));
                detail
            }
            "cancel" => {
                let request = ClientRequest::CallToolRequest(CallToolRequest::new(call(step)));
                let options = PeerRequestOptions::no_options();
                let handle = client.send_cancellable_request(request, options).await?;
                let token = handle.progress_token.clone();
                self.heard
                    .until(|said| said.progress.iter().any(|(of, _)| *of == token))
                    .await;
                handle
                    .cancel(Some("the caller lost interest".into()))
                    .await?;
                json!({ "cancelled": true })
            }
            "resources" => {
                let resources = client.list_all_resources().await?;
                json!({ "uris": resources.iter().map(|resource| &resource.uri).collect::<Vec<_>>() })
            }
            "templates" => {
                let templates = client.list_all_resource_templates().await?;
                let uris: Vec<_> = templates
                    .iter()
                    .map(|template| &template.uri_template)
                    .collect();
                json!({ "templates": uris })
            }
            "read" => {
                let params = ReadResourceRequestParams::new(&step.uri);
                json!({ "contents": client.read_resource(params).await?.contents })
            }
            "prompts" => {
                let prompts = client.list_all_prompts().await?;
                json!({ "names": prompts.iter().map(|prompt| &prompt.name).collect::<Vec<_>>() })
            }
            "prompt" => {
                let params =
                    GetPromptRequestParams::new(&step.name).with_arguments(step.arguments.clone());
                json!({ "messages": client.get_prompt(params).await?.messages })
            }
            "complete" => {
                let params: CompleteRequestParams =
                    read(json!({ "ref": step.reference, "argument": step.argument }))?;
                json!({ "values": client.complete(params).await?.completion.values })
            }
            "level" => {
                client
                    .set_level(SetLevelRequestParams::new(read(step.level.clone())?))
                    .await?;
                json!({})
            }
            "subscribe" => {
                client
                    .subscribe(SubscribeRequestParams::new(&step.uri))
                    .await?;
                json!({})
            }
            "unsubscribe" => {
                client
                    .unsubscribe(UnsubscribeRequestParams::new(&step.uri))
                    .await?;
                json!({})
            }
            "listen" => {
                let mut subscription = client.listen(read(step.filter.clone())?).await?;
                let honored = write(subscription.acknowledged())?;
                if let Some(then) = &step.then {
                    client.call_tool(call(then)).await?;
                }
                let wanted = step.hears.as_deref().unwrap_or_default();
                loop {
                    match subscription.next().await? {
                        Some(notification) if method_of(&notification)? == wanted => break,
                        Some(_) => {}
                        None => {
                            return Err(Failure::said(
                                "the subscription ended before its event came".into(),
                            ));
                        }
                    }
                }
                subscription.cancel().await?;
                json!({ "honored": honored, "heard": wanted })
            }
            "method" => {
                let params = Some(step.params.clone()).filter(|params| !params.is_null());
                let request = CustomRequest::new(&step.method, params);
                let result = client
                    .send_request(ClientRequest::CustomRequest(request))
                    .await?;
                json!({ "result": write(&result)? })
            }
            other => return Err(Failure::said(format!("unknown step `{other}`"))),
        })
    }
}

fn call(step: &Step) -> CallToolRequestParams {
    CallToolRequestParams::new(step.name.clone()).with_arguments(step.arguments.clone())
}

fn answer(result: &CallToolResult) -> Result<Value, Failure> {
    let mut seen = json!({ "content": result.content });
    if result.is_error == Some(true) {
        put(&mut seen, "isError", json!(true));
    }
    if let Some(structured) = &result.structured_content {
        put(&mut seen, "structuredContent", structured.clone());
    }
    Ok(seen)
}

fn method_of(notification: &ServerNotification) -> Result<String, Failure> {
    let wire = write(notification)?;
    let method = wire.get("method").and_then(Value::as_str);
    Ok(method.unwrap_or_default().to_owned())
}

fn put(detail: &mut Value, member: &str, value: Value) {
    if let Some(object) = detail.as_object_mut() {
        object.insert(member.to_owned(), value);
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    Ok(serde_json::from_value(value)?)
}

fn write<T: Serialize>(value: &T) -> Result<Value, Failure> {
    Ok(serde_json::to_value(value)?)
}
