//! Sends an HTTP request to this machine, to check that a page responds.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use anyhow::{Context as _, Result};

/// Returns the status of a URL on this machine. `*.localhost` is this machine (RFC 6761), even if the resolver
/// does not know it.
pub(crate) fn status(url: &str) -> Result<u16> {
    let rest = url.strip_prefix("http://").context("the URL does not start with http://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (_, port) = authority.rsplit_once(':').context("the URL has no port")?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse()?))?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    // In one write: PHP's built-in server rejects a request whose first line arrives in two parts.
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.split_whitespace().nth(1).context("the response has no status")?;
    Ok(status.parse()?)
}
