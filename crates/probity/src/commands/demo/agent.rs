//! The agent of the demo: a real MCP client that tells about progress.

use rmcp::model::{
    ClientCapabilities, ClientConfig, Implementation, ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::{
    ClientLifecycleMode, ClientServiceExt as _, NotificationContext, RunningService,
};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, RoleClient};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use anyhow::{Context as _, Result};

/// A connected agent, and the progress that it is told.
pub(super) struct Agent {
    pub(super) client: RunningService<RoleClient, Listener>,
    pub(super) progress: UnboundedReceiver<String>,
}

/// Passes progress on as text.
pub(super) struct Listener(UnboundedSender<String>);

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(
            ClientCapabilities::default(),
            Implementation::new("probity-demo-agent", env!("CARGO_PKG_VERSION")),
        )
        .with_protocol_version(ProtocolVersion::V_2025_11_25)
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        let total = params.total.unwrap_or_default();
        let message = params.message.unwrap_or_default();
        // The tour may have gone on already: then nobody needs it.
        let _ = self
            .0
            .send(format!("{} of {total}: {message}", params.progress));
    }
}

impl Agent {
    /// Connects over Streamable HTTP with a token, in one era of the protocol.
    pub(super) async fn connect(url: &str, token: &str, era: ClientLifecycleMode) -> Result<Self> {
        let config = StreamableHttpClientTransportConfig::with_uri(url).auth_header(token);
        // A proxy that the environment names has no business on the way to this machine.
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .context("no HTTP client")?;
        let transport = StreamableHttpClientTransport::with_client(http, config);
        let (sender, progress) = mpsc::unbounded_channel();
        let client = Listener(sender)
            .serve_with_lifecycle(transport, era)
            .await
            .context("the agent cannot connect")?;
        Ok(Self { client, progress })
    }
}
