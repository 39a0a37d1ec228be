//! The rows of a new shop: the same ones every time.

use rusqlite::{Transaction, params};

/// Customers in a new shop.
pub(crate) const CUSTOMERS: u32 = 48;
/// Orders in a new shop.
pub(crate) const ORDERS: u32 = 240;

/// Test card numbers as the card networks publish them: they pass the Luhn check and belong to
/// nobody.
const CARDS: [&str; 6] = [
    "4242 4242 4242 4242",
    "5555 5555 5555 4444",
    "3782 822463 10005",
    "6011 1111 1111 1117",
    "4000 0566 5566 5556",
    "2223 0031 2200 3222",
];

const GIVEN: [&str; 12] = [
    "Amara", "Björn", "Chiara", "Dmitri", "Esra", "Farid", "Grace", "Hiro", "Inés", "Jonas",
    "Katja", "Liam",
];

const FAMILY: [&str; 12] = [
    "Okafor",
    "Lindqvist",
    "Rossi",
    "Volkov",
    "Yılmaz",
    "Haddad",
    "Hopper",
    "Tanaka",
    "García",
    "Weber",
    "Novak",
    "Byrne",
];

const COUNTRIES: [&str; 6] = ["DE", "FR", "SE", "US", "JP", "BR"];

const PRODUCTS: [(&str, i64); 8] = [
    ("espresso machine", 64_900),
    ("grinder", 18_900),
    ("kettle", 7_450),
    ("filter papers", 650),
    ("beans, 1 kg", 2_890),
    ("milk jug", 2_150),
    ("scale", 5_990),
    ("cups, set of 4", 3_200),
];

const STATUSES: [&str; 4] = ["paid", "shipped", "delivered", "delivered"];

/// First order date, as days since 1970-01-01: 2026-01-05.
const FIRST_DAY: i64 = 20_458;

pub(crate) const SCHEMA: &str = "\
CREATE TABLE customers (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL,
  email    TEXT NOT NULL UNIQUE,
  phone    TEXT NOT NULL,
  country  TEXT NOT NULL,
  card     TEXT NOT NULL,
  iban     TEXT
);
CREATE TABLE orders (
  id           INTEGER PRIMARY KEY,
  customer_id  INTEGER NOT NULL REFERENCES customers(id),
  product      TEXT NOT NULL,
  quantity     INTEGER NOT NULL CHECK (quantity > 0),
  total_cents  INTEGER NOT NULL CHECK (total_cents >= 0),
  status       TEXT NOT NULL CHECK (status IN ('paid','shipped','delivered','refunded')),
  ordered_on   TEXT NOT NULL
);
CREATE TABLE refunds (
  id            INTEGER PRIMARY KEY,
  order_id      INTEGER NOT NULL REFERENCES orders(id),
  amount_cents  INTEGER NOT NULL CHECK (amount_cents > 0),
  reason        TEXT NOT NULL
);
CREATE INDEX orders_by_customer ON orders(customer_id);
CREATE INDEX refunds_by_order ON refunds(order_id);
";

/// Creates the tables and fills them.
pub(crate) fn fill(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(SCHEMA)?;
    let mut dice = Dice(0x005e_ed0f_c0ff_ee00);
    for id in 1..=CUSTOMERS {
        let (given, family) = (dice.pick(&GIVEN), dice.pick(&FAMILY));
        let country = dice.pick(&COUNTRIES);
        transaction.execute(
            "INSERT INTO customers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id,
                format!("{given} {family}"),
                email(given, family, id),
                format!("+1-555-01{:02}", id % 100),
                country,
                dice.pick(&CARDS),
                (country == "DE").then_some("DE89 3704 0044 0532 0130 00"),
            ],
        )?;
    }
    for id in 1..=ORDERS {
        let (product, price_cents) = dice.pick(&PRODUCTS);
        let quantity = 1 + dice.below(3);
        transaction.execute(
            "INSERT INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, date(?7 * 86400, 'unixepoch'))",
            params![
                1_000 + id,
                1 + dice.below(CUSTOMERS),
                product,
                quantity,
                price_cents * i64::from(quantity),
                dice.pick(&STATUSES),
                FIRST_DAY + i64::from(id),
            ],
        )?;
    }
    Ok(())
}

fn email(given: &str, family: &str, id: u32) -> String {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase()
    };
    format!("{}.{}{id}@example.com", plain(given), plain(family))
}

/// A linear congruential generator (Knuth, MMIX): repeatable, nothing more is asked of it.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(n.max(1))).unwrap_or(0)
    }

    fn pick<T: Copy + Default, const N: usize>(&mut self, from: &[T; N]) -> T {
        let n = u32::try_from(N).unwrap_or(1);
        let at = usize::try_from(self.below(n)).unwrap_or(0);
        from.get(at).copied().unwrap_or_default()
    }
}
