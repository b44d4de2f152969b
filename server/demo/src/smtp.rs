//! Receives mail by SMTP: the commands of RFC 5321 that a client needs to deliver a message.
//!
//! It listens on loopback, relays nothing, and keeps each message in a [`Mailbox`].

use std::io;
use std::sync::Arc;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};

use super::mailbox::Mailbox;

/// The longest line: more than RFC 5321 allows, which is 1,000 bytes.
const MAX_LINE: u64 = 4096;

/// The longest message.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// Receives mail until it is aborted.
pub(super) async fn receive(listener: TcpListener, mailbox: Arc<Mailbox>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let mailbox = Arc::clone(&mailbox);
                // An error means that the client disconnected; there is no message to keep.
                tokio::spawn(async move { serve(stream, &mailbox).await.ok() });
            }
            Err(error) => tracing::warn!(%error, "a mail connection could not be accepted"),
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
                "250 OK"
            }
            Command::Data if recipients.is_empty() => "503 No recipient yet; send RCPT first",
            Command::Data => {
                writer.write_all(b"354 End the message with a dot on its own line\r\n").await?;
                match message(&mut reader).await? {
                    Some(message) if mailbox.keep(std::mem::take(&mut recipients), &message) => {
                        "250 OK, message kept"
                    }
                    Some(_) => "554 The message cannot be read",
                    None => "552 The message is too long",
                }
            }
            Command::Reset => {
                recipients.clear();
                "250 OK"
            }
            Command::Other => "250 OK",
            Command::Quit => "221 Goodbye",
            Command::Unknown => "502 Command not implemented",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if command == Command::Quit {
            break;
        }
    }
    Ok(())
}

/// A command of the client.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Hello,
    Recipient(String),
    Data,
    /// `MAIL` or `RSET`: both drop the recipients so far.
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

/// Returns the next line without its line break, or `None` when the client has disconnected.
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

    /// Plays a client that pipelines all commands, and returns the replies.
    async fn answers(mailbox: &Arc<Mailbox>, lines: &[&str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let receiving = tokio::spawn(receive(listener, Arc::clone(mailbox)));
        let mut client = TcpStream::connect(address).await.expect("it listens");
        let text = format!("{}\r\n", lines.join("\r\n"));
        client.write_all(text.as_bytes()).await.expect("it is written");
        let mut answers = String::new();
        client.read_to_string(&mut answers).await.expect("it ends");
        receiving.abort();
        answers
    }

    #[tokio::test]
    async fn a_message_is_kept_with_its_recipients_and_the_dots_of_its_lines() {
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
        assert!(answers.contains("\r\n250 OK, message kept\r\n221 "), "{answers}");
        let mails = mailbox.all();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].recipients, ["ada@example.com"]);
        assert_eq!(mails[0].subject, "dots");
        assert_eq!(mails[0].text, ".one\r\ntwo\r\n");
    }

    #[tokio::test]
    async fn a_message_without_a_recipient_is_rejected_and_not_kept() {
        let mailbox = Arc::new(Mailbox::default());
        let lines = ["HELO localhost", "RCPT TO:<ada@example.com>", "RSET", "DATA", "QUIT"];
        let answers = answers(&mailbox, &lines).await;
        assert!(answers.contains("\r\n503 "), "{answers}");
        assert!(mailbox.all().is_empty());
    }
}
