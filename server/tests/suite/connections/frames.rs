//! Bytes of HTTP/2, as a client without a library writes them.

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const HEADERS: u8 = 1;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

/// Returns a frame (RFC 9113, 4.1).
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a payload is short").to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head[..], &stream.to_be_bytes(), payload].concat()
}

/// Returns the preface and empty settings.
pub(super) fn opening() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, b"")].concat()
}

/// Returns a header block without compression (RFC 7541, 6.2.2).
pub(super) fn block(headers: &[(&str, &str)]) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).expect("a text is short");
    let one = |(name, value): &(&str, &str)| {
        let (name, value) = (*name, *value);
        [&[0, length(name)], name.as_bytes(), &[length(value)], value.as_bytes()].concat()
    };
    headers.iter().flat_map(one).collect()
}

pub(super) const GET_HEALTH: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "http"), (":path", "/healthz"), (":authority", "127.0.0.1")];
