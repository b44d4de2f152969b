//! A receiver of mail for the demo: the commands of RFC 5321 that a client needs to hand over a message.
//!
//! It listens on loopback, relays nothing, and keeps what comes in a [`Mailbox`].

use std::io;
use std::sync::Arc;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};

use super::mailbox::Mailbox;

/// The longest line, RFC 5321's limit for text and room to spare.
const MAX_LINE: u64 = 4096;

/// The longest message.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// Receives mail until it is aborted.
pub(super) async fn receive(listener: TcpListener, mailbox: Arc<Mailbox>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let mailbox = Arc::clone(&mailbox);
                // A client that goes away in the middle has handed over nothing.
                tokio::spawn(async move { serve(stream, &mailbox).await.ok() });
            }
            Err(error) => tracing::warn!(%error, "a mail connection was not accepted"),
        }
    }
}

async fn serve(stream: TcpStream, mailbox: &Mailbox) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"220 localhost the demo's mailbox\r\n").await?;
    let mut recipients = Vec::new();
    while let Some(line) = next_line(&mut reader).await? {
        let command = Command::of(&line);
        let answer = match &command {
            Command::Hello => "250 localhost",
            Command::Recipient(address) => {
                recipients.push(address.clone());
                "250 noted"
            }
            Command::Data if recipients.is_empty() => "503 name a recipient first",
            Command::Data => {
                writer.write_all(b"354 end with a dot on a line of its own\r\n").await?;
                match message(&mut reader).await? {
                    Some(message) if mailbox.keep(std::mem::take(&mut recipients), &message) => {
                        "250 kept"
                    }
                    Some(_) => "554 this is no message",
                    None => "552 the message is too long",
                }
            }
            Command::Reset => {
                recipients.clear();
                "250 forgotten"
            }
            Command::Other => "250 fine",
            Command::Quit => "221 goodbye",
            Command::Unknown => "502 not here",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if command == Command::Quit {
            break;
        }
    }
    Ok(())
}

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Hello,
    Recipient(String),
    Data,
    /// A new message begins, or none: the recipients so far are forgotten.
    Reset,
    Quit,
    Other,
    Unknown,
}

impl Command {
    fn of(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let verb: String = line.chars().take(4).collect::<String>().to_ascii_uppercase();
        match verb.as_str() {
            "HELO" | "EHLO" => Self::Hello,
            "MAIL" | "RSET" => Self::Reset,
            "RCPT" => path(&line).map_or(Self::Unknown, Self::Recipient),
            "DATA" => Self::Data,
            "NOOP" => Self::Other,
            "QUIT" => Self::Quit,
            _ => Self::Unknown,
        }
    }
}

/// Returns the address between the angle brackets.
fn path(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    let (address, _) = rest.rsplit_once('>')?;
    Some(address.to_owned())
}

/// Returns a message with its dots unstuffed (RFC 5321, section 4.5.2), or `None` if it is too long.
async fn message(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut is_too_long = false;
    loop {
        let line = next_line(reader).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if line == b"." {
            return Ok((!is_too_long).then_some(message));
        }
        is_too_long |= message.len() + line.len() > MAX_MESSAGE;
        if !is_too_long {
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            message.extend_from_slice(b"\r\n");
        }
    }
}

/// Returns the next line without its end, or `None` at the connection's end.
async fn next_line(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut line).await?;
    if line.pop().is_none() {
        return Ok(None);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::{Mailbox, receive};

    /// Plays a client that pipelines everything, and returns what it was answered.
    async fn answers(mailbox: &Arc<Mailbox>, lines: &[&str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let receiving = tokio::spawn(receive(listener, Arc::clone(mailbox)));
        let mut client = TcpStream::connect(address).await.expect("somebody listens");
        let text = format!("{}\r\n", lines.join("\r\n"));
        client.write_all(text.as_bytes()).await.expect("it is read");
        let mut answers = String::new();
        client.read_to_string(&mut answers).await.expect("it ends");
        receiving.abort();
        answers
    }

    #[tokio::test]
    async fn a_message_is_kept_with_its_recipients_and_dots() {
        let mailbox = Arc::new(Mailbox::default());
        let lines = [
            "EHLO localhost",
            "MAIL FROM:<desk@example.com>",
            "RCPT TO:<ada@example.com>",
            "DATA",
            "Subject: dots",
            "",
            "..one",
            "two",
            ".",
            "QUIT",
        ];
        let answers = answers(&mailbox, &lines).await;
        assert!(answers.contains("\r\n250 kept\r\n221 "), "{answers}");
        let mails = mailbox.all();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].recipients, ["ada@example.com"]);
        assert_eq!(mails[0].subject, "dots");
        assert_eq!(mails[0].text, ".one\r\ntwo\r\n");
    }

    #[tokio::test]
    async fn nothing_is_kept_for_nobody() {
        let mailbox = Arc::new(Mailbox::default());
        let lines = ["HELO localhost", "RCPT TO:<ada@example.com>", "RSET", "DATA", "QUIT"];
        let answers = answers(&mailbox, &lines).await;
        assert!(answers.contains("\r\n503 "), "{answers}");
        assert!(mailbox.all().is_empty());
    }
}
