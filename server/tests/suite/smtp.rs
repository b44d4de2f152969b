//! A mail server that behaves as a test tells it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::waiting::until;

/// How the server treats one connection if it does not accept the mail. A command is named by its verb; the
/// end of the text by a dot.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behaviour {
    /// Greets with this line and closes.
    Greet(&'static str),
    /// Replies to the command with this line and does not accept the mail.
    Reply(&'static str, &'static str),
    /// Closes instead of replying to the command. At the dot, it has accepted the mail.
    Close(&'static str),
    /// Closes before the end of the text.
    CloseAmidText,
    /// Does not reply to the command until it is released. At the dot, it has accepted the mail.
    Wait(&'static str),
}

/// A mail that the server accepted.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
}

#[derive(Default)]
struct State {
    script: VecDeque<Behaviour>,
    standing: Option<Behaviour>,
    mails: Vec<Mail>,
}

/// A mail server on a loopback port.
pub(crate) struct Sink {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    release: watch::Sender<bool>,
}

impl Sink {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("it is bound"));
        let state: Arc<Mutex<State>> = Arc::default();
        let (release, released) = watch::channel(false);
        let of_server = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let behaviour = {
                    let mut state = lock(&of_server);
                    state.script.pop_front().or(state.standing)
                };
                let session = Session::new(stream, behaviour, &of_server, released.clone());
                tokio::spawn(session.converse());
            }
        });
        Self { url, state, release }
    }

    /// Sets the behaviour for the next connections, one after the other.
    pub(crate) fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        lock(&self.state).script.extend(behaviours);
    }

    /// Sets the behaviour for every further connection.
    pub(crate) fn always(&self, behaviour: Option<Behaviour>) {
        lock(&self.state).standing = behaviour;
    }

    /// Releases all waiting connections.
    pub(crate) fn release(&self) {
        self.release.send_replace(true);
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        lock(&self.state).mails.clone()
    }

    /// Waits until the server has accepted so many mails.
    pub(crate) async fn has(&self, count: usize) {
        until("the mails are accepted", async || lock(&self.state).mails.len() >= count).await;
    }
}

struct Session {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
    behaviour: Option<Behaviour>,
    state: Arc<Mutex<State>>,
    released: watch::Receiver<bool>,
    mail: Mail,
}

impl Session {
    fn new(
        stream: TcpStream,
        behaviour: Option<Behaviour>,
        state: &Arc<Mutex<State>>,
        released: watch::Receiver<bool>,
    ) -> Self {
        let (reader, writer) = stream.into_split();
        let lines = BufReader::new(reader).lines();
        let mail = Mail { from: String::new(), to: Vec::new(), text: String::new() };
        Self { lines, writer, behaviour, state: Arc::clone(state), released, mail }
    }

    /// Serves until either side closes.
    async fn converse(mut self) -> Option<()> {
        if let Some(Behaviour::Greet(greeting)) = self.behaviour {
            return self.say(greeting).await;
        }
        self.say("220 sink").await?;
        loop {
            let line = self.hear().await?;
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let reply = match verb {
                "MAIL" => {
                    argument.clone_into(&mut self.mail.from);
                    "250 fine"
                }
                "RCPT" => {
                    self.mail.to.push(argument.to_owned());
                    "250 fine"
                }
                "DATA" => "354 go on",
                "EHLO" => "250 AUTH PLAIN",
                "QUIT" => "221 bye",
                _ => "250 sink",
            };
            let reply = self.reply(verb, reply).await?;
            self.say(reply).await?;
            if verb == "DATA" && reply.starts_with('3') {
                self.take_text().await?;
            }
        }
    }

    async fn take_text(&mut self) -> Option<()> {
        loop {
            let line = self.hear().await?;
            if matches!(self.behaviour, Some(Behaviour::CloseAmidText)) {
                return None;
            }
            if line == "." {
                break;
            }
            self.mail.text.push_str(line.strip_prefix('.').unwrap_or(&line));
            self.mail.text.push_str("\r\n");
        }
        if !matches!(self.behaviour, Some(Behaviour::Reply(".", _))) {
            lock(&self.state).mails.push(self.mail.clone());
        }
        let reply = self.reply(".", "250 taken").await?;
        self.say(reply).await
    }

    /// Returns the reply to the command, or `None` if the connection is closed instead.
    async fn reply(&mut self, verb: &str, usual: &'static str) -> Option<&'static str> {
        match self.behaviour {
            Some(Behaviour::Reply(at, reply)) if at == verb => Some(reply),
            Some(Behaviour::Close(at)) if at == verb => None,
            Some(Behaviour::Wait(at)) if at == verb => {
                self.released.wait_for(|is_released| *is_released).await.ok()?;
                Some(usual)
            }
            _ => Some(usual),
        }
    }

    async fn hear(&mut self) -> Option<String> {
        self.lines.next_line().await.ok()?
    }

    async fn say(&mut self, reply: &str) -> Option<()> {
        self.writer.write_all(format!("{reply}\r\n").as_bytes()).await.ok()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("the task did not panic")
}
