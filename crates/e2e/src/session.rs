//! One session of the `rmcp` client: connecting in the mode and over the transport of the plan, and
//! hanging up.

use std::{process::Stdio, sync::Arc};

use rmcp::{
    RoleClient, ServiceExt,
    model::ProtocolVersion,
    service::{ClientInitializeError, ClientLifecycleMode, ClientServiceExt, RunningService},
    transport::{
        StreamableHttpClientTransport, TokioChildProcess,
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::{Value, json};
use tokio::{process::Command, sync::Mutex};

use crate::{
    answers::{Canned, Heard},
    plan::Run,
    steps::Failure,
};

/// A connected client and what it has heard.
pub(crate) struct Session {
    pub(crate) client: Mutex<RunningService<RoleClient, Canned>>,
    pub(crate) heard: Arc<Heard>,
}

impl Session {
    pub(crate) async fn connect(run: &Run) -> Result<Self, Failure> {
        let heard = Arc::new(Heard::default());
        let canned = Canned {
            heard: heard.clone(),
            run: run.id.clone(),
        };
        let client = match run.transport.as_str() {
            "stdio" => {
                let transport = child(run)?;
                connect(canned, transport, &run.mode).await
            }
            "http" => {
                let url = run.url.clone().unwrap_or_default();
                let mut config = StreamableHttpClientTransportConfig::with_uri(url);
                config.auth_header.clone_from(&run.token);
                let transport = StreamableHttpClientTransport::from_config(config);
                connect(canned, transport, &run.mode).await
            }
            other => return Err(Failure::said(format!("`rmcp` has no transport `{other}`"))),
        };
        let client = Mutex::new(client.map_err(Failure::to_connect)?);
        Ok(Self { client, heard })
    }

    /// What was agreed when the session opened.
    pub(crate) fn connected(&self) -> Value {
        let Some(info) = self
            .client
            .try_lock()
            .ok()
            .and_then(|client| client.peer().peer_info())
        else {
            return Value::Null;
        };
        let capabilities = serde_json::to_value(&info.capabilities).unwrap_or_default();
        let names: Vec<&String> = capabilities
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys())
            .collect();
        json!({
            "version": info.protocol_version,
            "server": info.server_info.as_ref().map(|server| &server.name),
            "capabilities": names,
        })
    }

    pub(crate) async fn close(&self) -> Result<Value, Failure> {
        let ended = self.client.lock().await.close().await;
        ended.map_err(|error| Failure::said(error.to_string()))?;
        Ok(json!({}))
    }
}

async fn connect<T, E, A>(
    handler: Canned,
    transport: T,
    mode: &str,
) -> Result<RunningService<RoleClient, Canned>, ClientInitializeError>
where
    T: rmcp::transport::IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    match mode {
        "legacy" => handler.serve(transport).await,
        "auto" => {
            let lifecycle = ClientLifecycleMode::Auto {
                preferred_versions,
                legacy_version: None,
            };
            handler.serve_with_lifecycle(transport, lifecycle).await
        }
        _ => {
            let lifecycle = ClientLifecycleMode::Discover { preferred_versions };
            handler.serve_with_lifecycle(transport, lifecycle).await
        }
    }
}

fn child(run: &Run) -> Result<TokioChildProcess, Failure> {
    let (program, arguments) = run
        .command
        .split_first()
        .ok_or_else(|| Failure::said("the plan names no command".into()))?;
    let mut command = Command::new(program);
    command.args(arguments).envs(&run.env);
    let spawned = TokioChildProcess::builder(command)
        .stderr(Stdio::null())
        .spawn();
    let (transport, _) = spawned.map_err(|error| Failure::said(error.to_string()))?;
    Ok(transport)
}
