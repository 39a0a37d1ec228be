//! A real outside detector: Microsoft Presidio's analyzer from PyPI, without a language model.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gateway::{DetectorConfig, OnFailure};
use mask::Class;
use testkit::raw::{Answer, Script, When};

use crate::rig::{MODERN_VERSION, Rig, modern};

const NAME: &str = "Ada Lovelace";
/// Bitcoin's first address; Presidio checks its digest.
const WALLET: &str = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";

/// Ended, by its id, when dropped.
struct Analyzer {
    process: Child,
    url: String,
}

impl Analyzer {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = env::var_os("PROBITY_TEST_PYTHON").map_or_else(
            || root.join("target/test-tools/python/bin/python"),
            Into::into,
        );
        let mut process = Command::new(python)
            .arg("-B")
            .arg(root.join("tests/python/analyzer.py"))
            .arg(NAME)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`cargo xtask test` installs Python and its packages");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let url = line.trim_end().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { process, url }
    }
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        // Both fail only where it already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn presidio_finds_what_patterns_cannot() {
    let analyzer = Analyzer::start();
    let detector = DetectorConfig {
        url: analyzer.url.parse().expect("a URL"),
        language: "en".to_owned(),
        score_min: 0.5,
        entities: [
            (
                "PERSON".to_owned(),
                ("person".to_owned(), Class::Identifier),
            ),
            (
                "CRYPTO".to_owned(),
                ("wallet".to_owned(), Class::Identifier),
            ),
        ]
        .into(),
        ms_max: 20_000,
        text_bytes_max: 1 << 16,
        on_failure: OnFailure::Refuse,
    };
    let result = format!(
        r#"{{"jsonrpc":"2.0","id":$ID,"result":{{"resultType":"complete","content":[{{"type":"text","text":"größer 🙂: {NAME} paid"}}],"structuredContent":{{"to":"{WALLET}, please"}}}}}}"#
    );
    let script = Script::new()
        .on(When::call("who"), Answer::Message(result))
        .on(
            When::call("fails"),
            Answer::body(500, "text/plain", &format!("{NAME} has no account")),
        );
    let mut rig = Rig::with(script, |config| config.detector = Some(detector)).await;
    for (tool, shown) in [
        (
            "who",
            r#""text":"größer 🙂: [person] paid"}],"structuredContent":{"to":"[wallet], please"}"#,
        ),
        ("fails", "[person] has no account"),
    ] {
        let params = format!(r#","name":"{tool}","arguments":{{"about":"{NAME}"}}"#);
        let headers = [
            MODERN_VERSION,
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", tool),
        ];
        let body = modern(7, "tools/call", &params);
        let text = rig.post("/mcp/http", &headers, &body).await.text();
        assert!(text.contains(shown), "{text}");
    }
    rig.stop().await;
    let records = rig.records();
    assert!(records.len() >= 4, "{}", records.len());
    for record in records {
        let said = String::from_utf8_lossy(&record.payload).into_owned();
        assert!(!said.contains(NAME) && !said.contains(WALLET), "{said}");
    }
}
