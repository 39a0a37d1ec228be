//! The database file: the same shop every time, created once.

use sample::Shop;

fn dump(path: &std::path::Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).expect("the file exists");
    let mut rows = connection
        .prepare(
            "SELECT id || ' ' || email || ' ' || card FROM customers
             UNION ALL SELECT id || ' ' || customer_id || ' ' || total_cents || ' ' || ordered_on FROM orders",
        )
        .expect("the tables exist");
    rows.query_map([], |row| row.get(0))
        .expect("it runs")
        .collect::<Result<_, _>>()
        .expect("text")
}

#[test]
fn two_new_shops_have_the_same_rows() {
    let dir = tempfile::tempdir().expect("a folder");
    let (a, b) = (dir.path().join("a.db"), dir.path().join("b.db"));
    Shop::open(&a).expect("opens");
    Shop::open(&b).expect("opens");
    let rows = dump(&a);
    assert_eq!(rows.len(), 48 + 240);
    assert_eq!(rows, dump(&b));
}

#[test]
fn opening_again_fills_nothing_twice() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("shop.db");
    let openers: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || Shop::open(&path).map(drop))
        })
        .collect();
    for opener in openers {
        opener.join().expect("no panic").expect("opens");
    }
    assert_eq!(dump(&path).len(), 48 + 240);
}
