//! Just enough HTTP to see that a page on this machine answers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use anyhow::{Context as _, Result};

/// Returns the status with which a URL of this machine answers. `*.localhost` is this machine (RFC 6761),
/// also where no resolver knows it.
pub(crate) fn status(url: &str) -> Result<u16> {
    let rest = url.strip_prefix("http://").context("it is no http URL")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (_, port) = authority.rsplit_once(':').context("it has no port")?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse()?))?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    // In one piece: PHP's own server refuses a request whose first line comes in two.
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.split_whitespace().nth(1).context("the answer has no status")?;
    Ok(status.parse()?)
}
