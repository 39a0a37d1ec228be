use std::time::Duration;

use rmcp::handler::server::router::prompt::PromptRouter;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{
    Implementation, ListResourceTemplatesResult, ListResourcesResult, PaginatedRequestParams,
    ProgressNotificationParam, PromptMessage, ReadResourceRequestParams, ReadResourceResponse,
    ReadResourceResult, Role, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{
    ErrorData, RoleServer, ServerHandler, prompt, prompt_handler, prompt_router, tool,
    tool_handler, tool_router,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::export::Csv;
use crate::{Customer, Order, Refund, Shop, orders, resources, sql};

/// Most customers in one answer.
const LIMIT_MAX: u32 = 200;
/// Orders between two progress notifications of an export.
const EXPORT_BATCH: usize = 20;
/// Longest pause between two batches of an export, in milliseconds.
const PAUSE_MS_MAX: u64 = 2_000;

/// The shop as an MCP server: five tools, a resource, a resource template and a prompt.
#[derive(Debug, Clone)]
pub struct ShopServer {
    shop: Shop,
    tool_router: ToolRouter<Self>,
    prompt_router: PromptRouter<Self>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct QueryArguments {
    /// One SQL statement in SQLite's dialect.
    sql: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ListArguments {
    /// Only customers of this country, ISO 3166-1 alpha-2.
    country: Option<String>,
    /// At most this many; 20 if absent, 200 at most.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OrderArguments {
    /// The order's number.
    order_id: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct RefundArguments {
    /// The order's number.
    order_id: i64,
    /// How much to give back, in cents; all that is left if absent.
    amount_cents: Option<i64>,
    /// Why.
    reason: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ExportArguments {
    /// Orders from this day on, `YYYY-MM-DD`; all if absent.
    since: Option<String>,
    /// Wait this long between two batches, in milliseconds, to watch the progress; 2000 at most.
    pause_ms: Option<u64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ReplyArguments {
    /// The order's number.
    order_id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Customers {
    customers: Vec<Customer>,
}

#[tool_router]
impl ShopServer {
    /// Serves `shop`.
    pub fn new(shop: Shop) -> Self {
        Self {
            shop,
            tool_router: Self::tool_router(),
            prompt_router: Self::prompt_router(),
        }
    }

    #[tool(
        description = "Run one SQL statement on the shop's database, reading or writing",
        annotations(title = "Run SQL", destructive_hint = true)
    )]
    async fn query(
        &self,
        Parameters(arguments): Parameters<QueryArguments>,
    ) -> Result<Json<sql::Answer>, String> {
        let work = move |connection: &mut _| sql::run(connection, &arguments.sql);
        self.shop.run(work).await.map(Json).map_err(text)
    }

    #[tool(
        description = "List customers with their contact data",
        annotations(title = "List customers", read_only_hint = true)
    )]
    async fn list_customers(
        &self,
        Parameters(arguments): Parameters<ListArguments>,
    ) -> Result<Json<Customers>, String> {
        let limit = arguments.limit.unwrap_or(20).min(LIMIT_MAX);
        let customers = self
            .shop
            .run(move |connection| {
                orders::customers(connection, arguments.country.as_deref(), limit)
            })
            .await
            .map_err(text)?;
        Ok(Json(Customers { customers }))
    }

    #[tool(
        description = "Look up one order",
        annotations(title = "Get an order", read_only_hint = true)
    )]
    async fn get_order(
        &self,
        Parameters(arguments): Parameters<OrderArguments>,
    ) -> Result<Json<Order>, String> {
        self.order(arguments.order_id).await.map(Json)
    }

    #[tool(
        description = "Give money back for an order; reports its steps as progress",
        annotations(title = "Refund an order", destructive_hint = true)
    )]
    async fn refund_order(
        &self,
        Parameters(arguments): Parameters<RefundArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<Json<Refund>, String> {
        let steps = Progress::new(&context, 3.0);
        steps.tell(1.0, "looking up the order").await;
        self.order(arguments.order_id).await?;
        steps.tell(2.0, "giving the money back").await;
        let refund = self
            .shop
            .run(move |connection| {
                orders::refund(
                    connection,
                    arguments.order_id,
                    arguments.amount_cents,
                    &arguments.reason,
                )
            })
            .await
            .map_err(text)?;
        steps.tell(3.0, "done").await;
        Ok(Json(refund))
    }

    #[tool(
        description = "Export orders as CSV; reports how far it is as progress, and stops when it is cancelled",
        annotations(title = "Export orders", read_only_hint = true)
    )]
    async fn export_orders(
        &self,
        Parameters(arguments): Parameters<ExportArguments>,
        context: RequestContext<RoleServer>,
    ) -> Result<String, String> {
        let pause = Duration::from_millis(arguments.pause_ms.unwrap_or(0).min(PAUSE_MS_MAX));
        let since = arguments.since.unwrap_or_default();
        let work = move |connection: &mut _| orders::orders_since(connection, &since);
        let found = self.shop.run(work).await.map_err(text)?;
        let total = f64::from(u32::try_from(found.len()).unwrap_or(u32::MAX));
        let steps = Progress::new(&context, total);
        let (mut csv, mut done) = (Csv::new(), 0_u32);
        for batch in found.chunks(EXPORT_BATCH) {
            if context.ct.is_cancelled() {
                return Err("the export was cancelled".to_owned());
            }
            batch.iter().for_each(|order| csv.push(order));
            done = done.saturating_add(u32::try_from(batch.len()).unwrap_or(u32::MAX));
            steps.tell(f64::from(done), "exporting orders").await;
            if !pause.is_zero() {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = context.ct.cancelled() => {}
                }
            }
        }
        Ok(csv.into_text())
    }

    async fn order(&self, id: i64) -> Result<Order, String> {
        let work = move |connection: &mut _| orders::order(connection, id);
        self.shop.run(work).await.map_err(text)
    }
}

#[prompt_router]
#[expect(
    missing_docs,
    reason = "the macro writes a public function without a doc line"
)]
impl ShopServer {
    #[prompt(
        name = "refund_reply",
        description = "Draft an answer to a customer who wants their money back"
    )]
    async fn refund_reply(
        &self,
        Parameters(arguments): Parameters<ReplyArguments>,
    ) -> Vec<PromptMessage> {
        vec![PromptMessage::new_text(
            Role::User,
            format!(
                "Look up order {} with `get_order`. If it can be refunded, draft a short, friendly \
                 answer that names the product and the amount, and ask me before you refund.",
                arguments.order_id
            ),
        )]
    }
}

#[tool_handler(router = self.tool_router)]
#[prompt_handler(router = self.prompt_router)]
impl ServerHandler for ShopServer {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(
                Implementation::new("probity-sample-shop", env!("CARGO_PKG_VERSION"))
                    .with_title("Sample shop"),
            )
            .with_instructions(
                "A small shop with customers, orders and refunds in SQLite. Amounts are in cents.",
            )
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::list()))
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(
            resources::templates(),
        ))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let contents = resources::read(&self.shop, &request.uri).await?;
        Ok(ReadResourceResult::new(vec![contents]).into())
    }
}

/// Tells the client how far a call is, if the client asked to be told.
struct Progress<'a> {
    context: &'a RequestContext<RoleServer>,
    total: f64,
}

impl<'a> Progress<'a> {
    fn new(context: &'a RequestContext<RoleServer>, total: f64) -> Self {
        Self { context, total }
    }

    async fn tell(&self, done: f64, message: &str) {
        let Some(token) = self.context.meta.get_progress_token() else {
            return;
        };
        let progress = ProgressNotificationParam::new(token, done)
            .with_total(self.total)
            .with_message(message);
        // A client that is gone cannot be told; the call itself will notice.
        let _ = self.context.peer.notify_progress(progress).await;
    }
}

fn text(error: crate::ShopError) -> String {
    error.to_string()
}
