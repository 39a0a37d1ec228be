//! What can be read: the schema, and one customer at a time.

use rmcp::ErrorData;
use rmcp::model::{Resource, ResourceContents, ResourceTemplate};

use crate::{Shop, seed, sql};

/// The text of the tables.
pub(crate) const SCHEMA_URI: &str = "shop://schema";
/// What a customer's URI begins with; the number follows.
const CUSTOMER_PREFIX: &str = "shop://customers/";

pub(crate) fn list() -> Vec<Resource> {
    vec![
        Resource::new(SCHEMA_URI, "schema")
            .with_title("Database schema")
            .with_description("The CREATE statements of the shop's tables")
            .with_mime_type("application/sql"),
    ]
}

pub(crate) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{CUSTOMER_PREFIX}{{id}}"), "customer")
            .with_title("A customer")
            .with_description("One customer's row and the numbers of their orders")
            .with_mime_type("application/json"),
    ]
}

/// The contents behind a URI; `-32602` or the era's "not found" for one that leads nowhere.
pub(crate) async fn read(shop: &Shop, uri: &str) -> Result<ResourceContents, ErrorData> {
    if uri == SCHEMA_URI {
        return Ok(ResourceContents::text(seed::SCHEMA, uri).with_mime_type("application/sql"));
    }
    let missing = || ErrorData::resource_not_found(format!("there is no resource `{uri}`"), None);
    let id: i64 = uri
        .strip_prefix(CUSTOMER_PREFIX)
        .and_then(|id| id.parse().ok())
        .ok_or_else(missing)?;
    let answer = shop
        .run(move |connection| {
            sql::run(
                connection,
                &format!(
                    "SELECT c.*, (SELECT group_concat(id) FROM orders WHERE customer_id = c.id)
                     AS orders FROM customers c WHERE c.id = {id}"
                ),
            )
        })
        .await
        .map_err(|e| ErrorData::internal_error(e.to_string(), None))?;
    let row = answer.into_first().ok_or_else(missing)?;
    let text = serde_json::Value::Object(row).to_string();
    Ok(ResourceContents::text(text, uri).with_mime_type("application/json"))
}
