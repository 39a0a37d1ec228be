//! Customers, orders, refunds: the shop's rows as types.

use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ShopError;

/// Somebody who buys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// The customer's number.
    pub id: i64,
    /// Given and family name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Card number.
    pub card: String,
}

/// Something that was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// The order's number.
    pub id: i64,
    /// Who bought it.
    pub customer_id: i64,
    /// What.
    pub product: String,
    /// How many.
    pub quantity: i64,
    /// What was paid, in cents.
    pub total_cents: i64,
    /// `paid`, `shipped`, `delivered` or `refunded`.
    pub status: String,
    /// When, as `YYYY-MM-DD`.
    pub ordered_on: String,
    /// What was given back, in cents.
    pub refunded_cents: i64,
}

/// Money that was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refund {
    /// The refund's number.
    pub refund_id: i64,
    /// The order as it is after the refund.
    pub order: Order,
}

const ORDER_COLUMNS: &str = "o.id, o.customer_id, o.product, o.quantity, o.total_cents, o.status, \
     o.ordered_on, (SELECT coalesce(sum(amount_cents), 0) FROM refunds WHERE order_id = o.id)";

/// The first `limit` customers, by number, of one country or of all.
pub(crate) fn customers(
    connection: &Connection,
    country: Option<&str>,
    limit: u32,
) -> Result<Vec<Customer>, ShopError> {
    let mut statement = connection.prepare(
        "SELECT id, name, email, phone, country, card FROM customers
         WHERE ?1 IS NULL OR country = ?1 ORDER BY id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![country, limit], |row| {
        Ok(Customer {
            id: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            phone: row.get(3)?,
            country: row.get(4)?,
            card: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One order.
pub(crate) fn order(connection: &Connection, id: i64) -> Result<Order, ShopError> {
    connection
        .query_row(
            &format!("SELECT {ORDER_COLUMNS} FROM orders o WHERE o.id = ?1"),
            [id],
            from_row,
        )
        .optional()?
        .ok_or(ShopError::NoOrder(id))
}

/// All orders on or after a date, oldest first.
pub(crate) fn orders_since(connection: &Connection, since: &str) -> Result<Vec<Order>, ShopError> {
    let mut statement = connection.prepare(&format!(
        "SELECT {ORDER_COLUMNS} FROM orders o WHERE o.ordered_on >= ?1 ORDER BY o.id"
    ))?;
    let rows = statement.query_map([since], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Gives `amount_cents` back, or all that is left of the order.
pub(crate) fn refund(
    connection: &mut Connection,
    id: i64,
    amount_cents: Option<i64>,
    reason: &str,
) -> Result<Refund, ShopError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = order(&transaction, id)?;
    let left_cents = found.total_cents - found.refunded_cents;
    let asked_cents = amount_cents.unwrap_or(left_cents);
    if asked_cents > left_cents || asked_cents < 1 {
        return Err(ShopError::TooMuch {
            order: id,
            left_cents,
            asked_cents,
        });
    }
    transaction.execute(
        "INSERT INTO refunds (order_id, amount_cents, reason) VALUES (?1, ?2, ?3)",
        params![id, asked_cents, reason],
    )?;
    let refund_id = transaction.last_insert_rowid();
    if asked_cents == left_cents {
        transaction.execute("UPDATE orders SET status = 'refunded' WHERE id = ?1", [id])?;
    }
    let order = order(&transaction, id)?;
    transaction.commit()?;
    Ok(Refund { refund_id, order })
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        product: row.get(2)?,
        quantity: row.get(3)?,
        total_cents: row.get(4)?,
        status: row.get(5)?,
        ordered_on: row.get(6)?,
        refunded_cents: row.get(7)?,
    })
}
