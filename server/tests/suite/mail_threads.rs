//! The mails of one conversation form one thread at the receiver, even if relays replace their ids.

use std::collections::{BTreeMap, BTreeSet};

use mail_parser::{HeaderValue, MessageParser};
use ticket_center::config::SecretString;
use ticket_center::conversations::{Sending, Writing};
use ticket_center::workers::notifications::run_due;

use crate::server::{Database, Server, on_both_databases};
use crate::smtp::Sink;

const INSTANTLY: Writing = Writing::Reply(Sending::Instantly);

/// A domain as long as a host name may be.
fn long_domain() -> String {
    let label = "a".repeat(61);
    format!("{label}.{label}.{label}.{}", "b".repeat(50))
}

async fn server(database: Database, mail_from: &str) -> (Server, Sink) {
    let sink = Sink::start().await;
    let server = Server::start_with(database, |config| {
        config.smtp_url = Some(SecretString::from(sink.url.as_str()));
        config.mail_from = Some(mail_from.to_owned());
    })
    .await;
    (server, sink)
}

async fn run(server: &Server) {
    run_due(&server.instance.app).await.expect("the database responds");
}

/// The headers by which a mail client forms threads.
#[derive(Clone, Debug)]
struct Mail {
    id: String,
    subject: String,
    in_reply_to: Vec<String>,
    references: Vec<String>,
}

fn parsed(text: &str) -> Mail {
    let mail = MessageParser::default().parse(text).expect("it is a mail");
    let list = |header: &HeaderValue<'_>| {
        header
            .as_text_list()
            .map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    Mail {
        id: mail.message_id().expect("it has an id").to_owned(),
        subject: mail.subject().expect("it has a subject").to_owned(),
        in_reply_to: list(mail.in_reply_to()),
        references: list(mail.references()),
    }
}

fn mails(sink: &Sink) -> Vec<Mail> {
    sink.mails().iter().map(|mail| parsed(&mail.text)).collect()
}

/// Gives each mail another id, as Amazon SES does.
fn renamed(mut mails: Vec<Mail>) -> Vec<Mail> {
    for (number, mail) in mails.iter_mut().enumerate() {
        mail.id = format!("0100019b{number:08}-000000@email.amazonses.com");
    }
    mails
}

/// Returns the id that stands for the thread of this id.
fn root(parents: &BTreeMap<String, String>, id: &str) -> String {
    match parents.get(id) {
        Some(parent) if parent != id => root(parents, parent),
        _ => id.to_owned(),
    }
}

/// Returns the positions of the mails by thread: mails with a common id belong to one thread.
fn threads(mails: &[Mail]) -> BTreeSet<Vec<usize>> {
    let mut parents = BTreeMap::<String, String>::new();
    for mail in mails {
        for id in mail.references.iter().chain(&mail.in_reply_to) {
            let (one, other) = (root(&parents, &mail.id), root(&parents, id));
            parents.insert(one, other);
        }
    }
    let mut threads = BTreeMap::<_, Vec<_>>::new();
    for (number, mail) in mails.iter().enumerate() {
        threads.entry(root(&parents, &mail.id)).or_default().push(number);
    }
    threads.into_values().collect()
}

on_both_databases! {
    async fn mails_whose_ids_a_relay_replaces_are_one_thread_for_each_conversation(database: Database) {
        let (server, sink) = server(database, "support@example.com").await;
        let ada = server.customer("ada@example.com");
        let (one, other) = (ada.begin("Cannot log in").await, ada.begin("Cannot log in").await);
        for number in 0..50 {
            for conversation in [&one, &other] {
                server.write_as_agent(conversation, INSTANTLY, &number.to_string()).await;
            }
            run(&server).await;
        }
        let mails = mails(&sink);
        assert_eq!(mails.len(), 100);
        let kept = threads(&mails);
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert_eq!(threads(&renamed(mails)), kept);
    }

    async fn every_mail_of_a_conversation_names_its_first_id_first(database: Database) {
        let (server, sink) = server(database, "support@example.com").await;
        let conversation = server.customer("ada@example.com").begin("Re: Cannot log in").await;
        for number in 0..30 {
            server.write_as_agent(&conversation, INSTANTLY, &number.to_string()).await;
            run(&server).await;
        }
        let mails = mails(&sink);
        let root = &mails[0].references[0];
        assert_eq!(mails[0].in_reply_to, std::slice::from_ref(root), "the first mail replies to the conversation");
        assert!(mails.iter().all(|mail| mail.id != *root), "no mail has the conversation's id");
        for pair in mails.windows(2) {
            assert_eq!(&pair[1].references[0], root);
            assert_eq!(pair[1].references.last(), Some(&pair[0].id));
            assert_eq!(pair[1].in_reply_to, [pair[0].id.clone()]);
        }
        assert!(mails.iter().all(|mail| mail.subject == "Re: Cannot log in"), "{mails:?}");
    }

    async fn a_thread_stays_one_when_the_senders_domain_changes(database: Database) {
        let (server, sink) = server(database, "support@example.com").await;
        let conversation = server.customer("ada@example.com").begin("Cannot log in").await;
        server.write_as_agent(&conversation, INSTANTLY, "one").await;
        run(&server).await;
        let mut config = server.config.clone();
        config.mail_from = Some("help@example.net".to_owned());
        let clock = std::sync::Arc::clone(&server.clock).into();
        let moved = crate::server::Instance::start(config, &server.keys, clock).await;
        server.write_as_agent(&conversation, INSTANTLY, "two").await;
        run_due(&moved.app).await.expect("the database responds");
        let mails = renamed(mails(&sink));
        assert_eq!(mails.len(), 2);
        assert_eq!(threads(&mails).len(), 1, "{mails:?}");
    }

    async fn no_line_of_a_mail_is_longer_than_mail_servers_accept(database: Database) {
        let sender = format!("support@{}", long_domain());
        let (server, sink) = server(database, &sender).await;
        let subject = "ü".repeat(80);
        let conversation = server.customer("ada@example.com").begin(&subject).await;
        for number in 0..50 {
            let text = format!("{number} {}", "a".repeat(9_000));
            server.write_as_agent(&conversation, INSTANTLY, &text).await;
            run(&server).await;
        }
        let all = sink.mails();
        assert_eq!(all.len(), 50);
        for mail in &all {
            // RFC 5322, 2.1.1: 998 octets without the end of the line.
            let longest = mail.text.split("\r\n").map(str::len).max();
            assert!(longest <= Some(998), "{longest:?}");
        }
        let last = parsed(&all[49].text);
        assert!(last.references.len() > 2 && last.references[0] == parsed(&all[0].text).references[0]);
    }
}
