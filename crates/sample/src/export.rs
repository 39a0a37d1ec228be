//! Orders as CSV.

use crate::Order;

const HEADER: &str =
    "id,customer_id,product,quantity,total_cents,refunded_cents,status,ordered_on\n";

/// A CSV file in the making (RFC 4180, lines end with LF).
pub(crate) struct Csv(String);

impl Csv {
    pub(crate) fn new() -> Self {
        Self(HEADER.to_owned())
    }

    pub(crate) fn push(&mut self, order: &Order) {
        let numbers = [order.quantity, order.total_cents, order.refunded_cents]
            .map(|n| n.to_string())
            .join(",");
        self.0.push_str(&format!(
            "{},{},{},{numbers},{},{}\n",
            order.id,
            order.customer_id,
            field(&order.product),
            order.status,
            order.ordered_on,
        ));
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
