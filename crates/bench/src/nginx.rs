//! nginx as a plain reverse proxy: what passing bytes on costs when nobody looks at them.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::Process;

/// Where to look besides `PATH`: Debian installs it for root only.
const PLACES: &[&str] = &["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"];

/// Its version, if it is installed.
pub(crate) fn version() -> Option<String> {
    let (_, version) = find()?;
    Some(version)
}

/// Starts one worker in front of `origin`, its files in `folder`.
///
/// # Errors
///
/// It does not start to listen.
pub(crate) fn start(folder: &Path, origin: SocketAddr) -> Result<(Process, SocketAddr)> {
    let (program, _) = find().context("nginx is not installed")?;
    let listen = free_address()?;
    let config = folder.join("nginx.conf");
    fs::write(&config, configuration(folder, listen, origin))?;
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).arg("-c").arg(&config);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let process = Process::start(&mut command)?;
    for _ in 0..200 {
        if TcpStream::connect(listen).is_ok() {
            return Ok((process, listen));
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    bail!("nginx does not listen on {listen}")
}

/// Connections to the origin are kept, as the gateway keeps them. Answers pass unbuffered: streams
/// of events need that.
fn configuration(folder: &Path, listen: SocketAddr, origin: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        r#"worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.err;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream origin {{
    server {origin};
    keepalive 512;
    keepalive_requests 100000000;
  }}
  server {{
    listen {listen};
    location / {{
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"#
    )
}

fn find() -> Option<(&'static str, String)> {
    PLACES.iter().find_map(|place| {
        let output = Command::new(place).arg("-v").output().ok()?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Some((*place, said))
    })
}

/// An address that was free a moment ago: nginx cannot say which port it got.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
