//! The demo: everything on this machine, nothing configured, nothing pretended.

mod agent;
mod tour;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use gateway::{Limits, StdioTarget, Target};
use identity::Role;
use model::UpstreamName;

use super::findings::{self, Filter};
use super::serve::{StopSignals, runtime, say_ready};
use super::{recordings, show, verify};
use crate::cli::{DemoArgs, SampleServerArgs, SessionRef};
use crate::config::{Config, Identity, Masking, Upstream};
use crate::exit::Exit;
use crate::policies::Policies;
use crate::running::Node;
use crate::tokens::{self, Wanted};
use crate::view::{Calls, Paint};

/// The sample server's name behind the gateway.
const UPSTREAM: &str = "shop";
/// Whom the demo's token stands for.
const SUBJECT: &str = "ada";

pub(super) fn sample_server(args: &SampleServerArgs) -> Result<Exit> {
    runtime()?.block_on(sample::run_stdio(&args.database))?;
    Ok(Exit::Ok)
}

pub(super) fn run(args: &DemoArgs) -> Result<Exit> {
    // Removed when it is dropped, whatever happens before.
    let temporary = tempfile::tempdir().context("cannot create a temporary folder")?;
    let data = match &args.data {
        Some(dir) => std::path::absolute(dir)?,
        None => temporary.path().to_owned(),
    };
    let config = config(args, &data)?;
    runtime()?.block_on(demo(args, &config))
}

/// The gateway with the sample server behind it, which is this same program.
fn config(args: &DemoArgs, data: &Path) -> Result<Config> {
    let name: UpstreamName = UPSTREAM.parse()?;
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    std::fs::create_dir_all(data).with_context(|| format!("cannot create `{}`", data.display()))?;
    let target = StdioTarget {
        argv: vec![
            program.display().to_string(),
            "sample-server".to_owned(),
            data.join("shop.db").display().to_string(),
        ],
        env: Vec::new(),
        dir: None,
    };
    let upstream = Upstream {
        target: Target::Stdio(target),
        access: gateway::Access::keys(false),
        settings: Vec::new(),
        arguments: Arc::new(inspect::arguments::Settings {
            dialect: Some(inspect::sql::Dialect::Sqlite),
            ..inspect::arguments::Settings::default()
        }),
    };
    Ok(Config {
        anchors: gateway::AnchorConfig::default(),
        listen: args.listen,
        data: data.join("probity"),
        org: "demo".to_owned(),
        node: "node-1".to_owned(),
        public_url: None,
        identity: Identity::default(),
        hosts: Vec::new(),
        origins: Vec::new(),
        receipts: false,
        serve_log: true,
        upstreams: BTreeMap::from([(name, upstream)]),
        // A person to ask is not here, so that what a tool's name says holds nothing.
        policies: Policies::default().without("tools"),
        masking: Masking::default(),
        limits: Limits::default(),
        root: None,
        purge_approvals_min: 1,
    })
}

async fn demo(args: &DemoArgs, config: &Config) -> Result<Exit> {
    let mut signals = StopSignals::listen()?;
    let issued = tokens::issue(
        &tokens::open(&config.data)?,
        &Wanted {
            subject: SUBJECT,
            role: Role::Person,
            groups: &[],
            upstreams: &[],
            expires: None,
        },
    )?;
    let node = Node::start(config).await?;
    say_ready(&node)?;
    let exit = tokio::select! {
        exit = narrate(args, config, &node, &issued.token) => exit,
        _ = signals.received() => Ok(Exit::Ok),
    };
    let stopped = node.stop().await;
    let exit = exit?;
    stopped?;
    Ok(exit)
}

async fn narrate(args: &DemoArgs, config: &Config, node: &Node, token: &str) -> Result<Exit> {
    let url = format!("http://{}/mcp/{UPSTREAM}", node.addr());
    tour::run(&url, token).await?;

    node.published().await?;
    let data = config.data.clone();
    let exit = tokio::task::spawn_blocking(move || look_back(&data)).await??;
    if exit != Exit::Ok || args.exit {
        return Ok(exit);
    }
    say_how_to_go_on(config, &url, token)?;
    Err(node.poisoned().await)
}

/// Shows what is on record, as `probity show` does, and verifies it, as `probity verify` does.
fn look_back(data: &Path) -> Result<Exit> {
    let reader = recordings::open_dir(data)?;
    let view = recordings::find(&reader, &SessionRef::Last)?;
    let mut out = io::stdout().lock();
    tour::heading(&mut out, "What is on record (probity show last)")?;
    let mut printer = show::Printer {
        json: false,
        payload_chars_max: 220,
        paint: Paint::for_stdout(),
        calls: Calls::default(),
    };
    printer.session(&mut out, &reader, &view)?;
    printer.records(&mut out, &reader, &view, 0)?;
    tour::heading(&mut out, "What sensitive data crossed (probity findings)")?;
    drop(out);
    findings::list(&reader, &Filter::default(), false)?;
    let mut out = io::stdout().lock();
    tour::heading(&mut out, "Is the record whole? (probity verify)")?;
    drop(out);
    verify::verify_dir(data, &::verify::Options::default(), false)
}

fn say_how_to_go_on(config: &Config, url: &str, token: &str) -> Result<()> {
    let data = config.data.display();
    let mut out = io::stdout().lock();
    tour::heading(&mut out, "Your turn: the gateway stays up until Ctrl-C")?;
    writeln!(out, "  MCP endpoint   {url}")?;
    writeln!(out, "  header         Authorization: Bearer {token}")?;
    writeln!(out, "  look around    probity sessions --data {data}")?;
    writeln!(out, "                 probity show last --data {data}")?;
    writeln!(out, "                 probity replay last --data {data}")?;
    writeln!(out, "                 probity verify {data}")?;
    out.flush()?;
    Ok(())
}
