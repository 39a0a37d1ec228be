//! Scripts against the server: one line of call, one line of what came back.

use std::sync::{Arc, Mutex};

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientRequest, GetPromptRequestParams,
    ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams, Request,
};
use rmcp::service::{
    ClientLifecycleMode, ClientServiceExt as _, PeerRequestOptions, RunningService,
};
use rmcp::{ClientHandler, RoleClient, ServiceExt as _, service::NotificationContext};
use sample::{Shop, ShopServer};
use serde_json::{Value, json};

#[derive(Clone, Default)]
struct Client {
    progress: Arc<Mutex<Vec<f64>>>,
}

impl ClientHandler for Client {
    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        self.progress
            .lock()
            .expect("not poisoned")
            .push(params.progress);
    }
}

struct Conversation {
    client: RunningService<RoleClient, Client>,
    _dir: tempfile::TempDir,
}

async fn open(mode: ClientLifecycleMode) -> Conversation {
    let dir = tempfile::tempdir().expect("a folder");
    let server = ShopServer::new(Shop::open(&dir.path().join("shop.db")).expect("opens"));
    let (here, there) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        if let Ok(running) = server.serve(there).await {
            let _ = running.waiting().await;
        }
    });
    let client = Client::default()
        .serve_with_lifecycle(here, mode)
        .await
        .expect("a conversation");
    Conversation { client, _dir: dir }
}

impl Conversation {
    async fn call(&self, tool: &'static str, arguments: Value) -> CallToolResult {
        let arguments = arguments.as_object().cloned().unwrap_or_default();
        self.client
            .call_tool(CallToolRequestParams::new(tool).with_arguments(arguments))
            .await
            .expect("an answer")
    }

    async fn data(&self, tool: &'static str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_ne!(result.is_error, Some(true), "{result:?}");
        result.structured_content.expect("structured")
    }

    async fn error(&self, tool: &'static str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result.is_error, Some(true), "{result:?}");
        let text = result.content.first().and_then(|c| c.as_text());
        text.expect("text").text.clone()
    }
}

#[tokio::test]
async fn sql_reads_and_writes_and_fails_with_sqlites_own_words() {
    let shop = open(ClientLifecycleMode::Initialize).await;
    let count = shop
        .data("query", json!({"sql": "SELECT count(*) AS n FROM orders"}))
        .await;
    assert_eq!(
        count,
        json!({"rows": [{"n": 240}], "rows_changed": 0, "truncated": false})
    );
    let deleted = shop
        .data(
            "query",
            json!({"sql": "DELETE FROM orders WHERE id = 1001"}),
        )
        .await;
    assert_eq!(deleted["rows_changed"], 1);
    let many = shop
        .data("query", json!({"sql": "SELECT * FROM orders"}))
        .await;
    assert_eq!(many["truncated"], true);
    for (sql, words) in [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM nobody", "no such table: nobody"),
        ("SELECT 1; SELECT 2", "multiple statements"),
        (
            "INSERT INTO orders VALUES (1, 99999, 'x', 1, 1, 'paid', '2026-01-01')",
            "FOREIGN KEY",
        ),
    ] {
        let error = shop
            .error("query", json!({"sql": sql}))
            .await
            .to_lowercase();
        assert!(error.contains(&words.to_lowercase()), "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_refund_changes_the_order_and_cannot_exceed_it() {
    let shop = open(ClientLifecycleMode::Initialize).await;
    let before = shop.data("get_order", json!({"order_id": 1007})).await;
    let total = before["total_cents"].as_i64().expect("a number");
    let part = shop
        .data(
            "refund_order",
            json!({"order_id": 1007, "amount_cents": 100, "reason": "scratched"}),
        )
        .await;
    assert_eq!(part["order"]["refunded_cents"], 100);
    let error = shop
        .error(
            "refund_order",
            json!({"order_id": 1007, "amount_cents": total, "reason": "more"}),
        )
        .await;
    assert!(
        error.contains(&format!("has {} cents left", total - 100)),
        "{error}"
    );
    let rest = shop
        .data(
            "refund_order",
            json!({"order_id": 1007, "reason": "all of it"}),
        )
        .await;
    assert_eq!(rest["order"]["status"], "refunded");
    let error = shop.error("get_order", json!({"order_id": 7})).await;
    assert_eq!(error, "there is no order 7");
}

#[tokio::test]
async fn an_export_reports_its_progress_in_both_eras() {
    for mode in [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        },
    ] {
        let shop = open(mode).await;
        let request = CallToolRequestParams::new("export_orders");
        let handle = shop
            .client
            .send_cancellable_request(
                ClientRequest::CallToolRequest(Request::new(request)),
                PeerRequestOptions::no_options(),
            )
            .await
            .expect("sent");
        let answer = handle.await_response().await.expect("an answer");
        let csv = serde_json::to_value(answer).expect("JSON")["content"][0]["text"].to_string();
        assert_eq!(csv.matches("\\n").count(), 241, "a header and 240 orders");
        let told = shop
            .client
            .service()
            .progress
            .lock()
            .expect("not poisoned")
            .clone();
        assert!(told.is_sorted() && told.len() >= 11, "{told:?}");
    }
}

#[tokio::test]
async fn resources_and_the_prompt_can_be_read() {
    let shop = open(ClientLifecycleMode::Initialize).await;
    let read = async |uri: &str| {
        let read = shop
            .client
            .read_resource(ReadResourceRequestParams::new(uri))
            .await;
        read.map(|r| serde_json::to_value(r).expect("JSON")["contents"][0]["text"].to_string())
    };
    assert!(
        read("shop://schema")
            .await
            .expect("schema")
            .contains("CREATE TABLE customers")
    );
    assert!(
        read("shop://customers/3")
            .await
            .expect("a customer")
            .contains("@example.com")
    );
    assert!(read("shop://customers/0").await.is_err());
    assert!(read("shop://elsewhere").await.is_err());
    let arguments = json!({"order_id": "1004"})
        .as_object()
        .cloned()
        .expect("an object");
    let prompt = shop
        .client
        .get_prompt(GetPromptRequestParams::new("refund_reply").with_arguments(arguments))
        .await
        .expect("a prompt");
    assert!(
        serde_json::to_string(&prompt)
            .expect("JSON")
            .contains("order 1004")
    );
}
