//! Mails about replies: their time, recipients and content, each sent exactly once.

use std::collections::BTreeSet;
use std::sync::Arc;

use deskseal::{PortalHost, UserId};
use mail_parser::{Message, MessageParser};
use serde_json::{Value, json};
use ticket_center::config::{Config, SecretString};
use ticket_center::contacts::{self, TypedAddress};
use ticket_center::conversations::{self, Agent, IdempotencyKey, Sending, Writing};
use ticket_center::desks::{self, SupportPage};
use ticket_center::ids::{AgentId, ContactId, ConversationId, NotificationId};
use ticket_center::notifications::{self, Listed, State};
use ticket_center::text::{MessageText, Subject};
use ticket_center::tickets::{self, Sender, Ticket};
use ticket_center::workers::notifications::{Done, run_due};

use crate::server::{Customer, Database, Instance, Server, conversation_id, on_both_databases};
use crate::smtp::{Behaviour, Sink};

const INSTANTLY: Writing = Writing::Reply(Sending::Instantly);
const DELAYED: Writing = Writing::Reply(Sending::Delayed);

const NOTHING: Done =
    Done { sent: 0, skipped: 0, deferred: 0, failed: 0, doubtful: 0, undeliverable: 0 };
const SENT: Done = Done { sent: 1, ..NOTHING };
const DEFERRED: Done = Done { deferred: 1, ..NOTHING };
const REJECTED: Done = Done { failed: 1, ..NOTHING };
const DOUBTFUL: Done = Done { doubtful: 1, ..NOTHING };

/// A day, in seconds.
const DAY: i64 = 24 * 60 * 60;

async fn server_with(database: Database, sink: &Sink, set: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(database, |config| {
        config.smtp_url = Some(SecretString::from(sink.url.as_str()));
        config.mail_from = Some("support@example.com".to_owned());
        set(config);
    })
    .await
}

async fn server(database: Database) -> (Server, Sink) {
    let sink = Sink::start().await;
    (server_with(database, &sink, |_| {}).await, sink)
}

/// Returns a customer and a conversation of theirs.
async fn begun(server: &Server) -> (Customer, Value) {
    let ada = server.customer("ada@example.com");
    let conversation = ada.begin("Cannot log in").await;
    (ada, conversation)
}

async fn run(server: &Server) -> Done {
    run_due(&server.instance.app).await.expect("the database responds")
}

async fn states(server: &Server, conversation: &Value) -> Vec<State> {
    let id = conversation_id(conversation);
    let states = notifications::states(server.store(), &id).await.expect("it is read");
    let mut states: Vec<_> = states.into_values().map(|delivery| delivery.state).collect();
    states.sort();
    states
}

async fn the_one(server: &Server) -> Listed {
    let mut list = notifications::list(server.store(), &server.desk).await.expect("it is read");
    assert_eq!(list.len(), 1, "{list:?}");
    list.remove(0)
}

fn read(text: &str) -> Message<'_> {
    MessageParser::default().parse(text).expect("it is a mail")
}

fn mail_ids(sink: &Sink) -> Vec<String> {
    let id = |text: &str| read(text).message_id().expect("it has an id").to_owned();
    sink.mails().iter().map(|mail| id(&mail.text)).collect()
}

on_both_databases! {
    async fn a_reply_is_mailed_when_a_minute_has_passed(database: Database) {
        let (server, sink) = server(database).await;
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, DELAYED, "Please try again.").await;
        server.clock.advance_milliseconds(59_999);
        assert_eq!(run(&server).await, NOTHING);
        assert_eq!(states(&server, &conversation).await, [State::Waiting]);
        server.clock.advance_milliseconds(1);
        assert_eq!(run(&server).await, SENT);
        assert_eq!(run(&server).await, NOTHING);
        assert_eq!(states(&server, &conversation).await, [State::Sent]);
        let mails = sink.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].from, "FROM:<support@example.com>");
        assert_eq!(mails[0].to, ["TO:<ada@example.com>"]);
    }

    async fn a_reply_that_was_read_in_time_is_not_mailed(database: Database) {
        let (server, sink) = server(database).await;
        let (ada, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, DELAYED, "Please try again.").await;
        ada.read(&conversation, json!({ "markRead": false })).await;
        server.clock.advance(59);
        ada.read(&conversation, json!({})).await;
        server.write_as_agent(&conversation, DELAYED, "And then?").await;
        server.clock.advance(1);
        assert_eq!(run(&server).await, Done { skipped: 1, ..NOTHING });
        server.clock.advance(59);
        assert_eq!(run(&server).await, SENT);
        assert_eq!(sink.mails().len(), 1);
        assert_eq!(states(&server, &conversation).await, [State::Sent, State::Skipped]);
    }

    async fn a_reply_can_be_sent_instantly(database: Database) {
        let (server, sink) = server(database).await;
        let (ada, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, Writing::Note, "She is new.").await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        // She has the widget open, and reads the reply before it is mailed.
        ada.read(&conversation, json!({})).await;
        assert_eq!(run(&server).await, SENT);
        assert!(!sink.mails()[0].text.contains("She is new"));
    }

    async fn the_delay_is_a_setting(database: Database) {
        let sink = Sink::start().await;
        for seconds in [0, 2] {
            let server = server_with(database, &sink, |config| config.notify_after = seconds).await;
            let (_, conversation) = begun(&server).await;
            server.write_as_agent(&conversation, DELAYED, "Please try again.").await;
            if seconds > 0 {
                server.clock.advance_milliseconds(i64::from(seconds) * 1000 - 1);
                assert_eq!(run(&server).await, NOTHING);
                server.clock.advance_milliseconds(1);
            }
            assert_eq!(run(&server).await, SENT);
        }
    }

    async fn only_proved_addresses_are_mailed(database: Database) {
        let (server, sink) = server(database).await;
        let typed = TypedAddress::parse("ada@example.com").expect("it is an address");
        let user = UserId::parse("ada@example.com").expect("it is a user id");
        for sender in [Sender::Public(typed.clone()), Sender::Verified(user, Some(typed))] {
            let id = submit(&server, sender).await;
            reply(&server, &id, "Please try again.").await;
            let states = notifications::states(server.store(), &id).await.expect("it is read");
            assert!(states.is_empty());
        }
        assert_eq!(run(&server).await, NOTHING);
        assert!(sink.mails().is_empty());
    }

    async fn a_blocked_contact_is_not_mailed(database: Database) {
        let (server, sink) = server(database).await;
        let (ada, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please stop.").await;
        let contact = ada.verify().await.done()["contact"]["id"].clone();
        let contact = ContactId::parse(contact.as_str().expect("a text")).expect("it is an id");
        let now = Some(server.instance.app.clock.now());
        contacts::set_blocked(server.store(), &server.desk, &contact, now).await.expect("it is");
        assert_eq!(run(&server).await, Done { skipped: 1, ..NOTHING });
        assert!(sink.mails().is_empty());
    }

    async fn a_mail_shows_the_written_text_and_contains_nothing_active(database: Database) {
        let (server, sink) = server(database).await;
        let ada = server.customer("ada@example.com");
        let payload = "<img src=x onerror=alert(1)>\"'&";
        let conversation = ada.begin(payload).await;
        let text = format!("{payload}\n.\n..\nÜber 😀 {}", "long ".repeat(400));
        server.write_as_agent(&conversation, INSTANTLY, &text).await;
        assert_eq!(run(&server).await, SENT);
        let mails = sink.mails();
        let mail = read(&mails[0].text);
        assert_eq!(mail.subject(), Some(format!("Re: {payload}").as_str()));
        let plain = mail.body_text(0).expect("there is text").replace("\r\n", "\n");
        assert!(plain.contains(text.trim()), "{plain}");
        assert!(plain.contains("Grace from Example replied"), "{plain}");
        let html = mail.body_html(0).expect("there is HTML");
        assert!(html.contains("onerror=alert") && !html.contains("<img"), "{html}");
        for active in ["<script", "src=", "http:", "https:"] {
            assert!(!html.replace("src=x", "").contains(active), "{active} in {html}");
        }
    }

    async fn a_mail_leads_to_the_support_page_of_the_desk(database: Database) {
        let (server, sink) = server(database).await;
        let page = SupportPage::parse("https://example.com/help?a=1&b=\"x\"").expect("it is a page");
        assert!(desks::set_support_page(server.store(), &server.desk, Some(&page)).await.expect("it is set"));
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        assert_eq!(run(&server).await, SENT);
        let mails = sink.mails();
        let mail = read(&mails[0].text);
        let url = "https://example.com/help?a=1&b=%22x%22";
        assert!(mail.body_text(0).expect("there is text").contains(url));
        let html = mail.body_html(0).expect("there is HTML").replace("&#38;", "&");
        assert!(html.contains(&format!("href=\"{url}\"")), "{html}");
        for text in ["javascript:alert(1)", "data:text/html,x", "https://a:b@example.com", "help", ""] {
            assert_eq!(SupportPage::parse(text), None, "{text}");
        }
    }

    async fn mails_of_a_conversation_are_one_thread(database: Database) {
        let (server, sink) = server(database).await;
        let (ada, conversation) = begun(&server).await;
        for text in ["one", "two", "three"] {
            server.write_as_agent(&conversation, INSTANTLY, text).await;
            assert_eq!(run(&server).await, SENT);
        }
        let other = ada.begin("Another matter").await;
        server.write_as_agent(&other, INSTANTLY, "four").await;
        assert_eq!(run(&server).await, SENT);
        let (mails, ids) = (sink.mails(), mail_ids(&sink));
        let references = |number: usize| {
            let mail = read(&mails[number].text);
            let list = mail.references().as_text_list().map(<[_]>::to_vec);
            list.unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let thread = references(0);
        assert_eq!(thread.len(), 1);
        assert_eq!(references(1), [&thread[..], &ids[..1]].concat());
        assert_eq!(references(2), [&thread[..], &ids[..2]].concat());
        assert!(references(3).len() == 1 && references(3) != thread);
        assert_eq!(read(&mails[2].text).in_reply_to().as_text(), Some(ids[1].as_str()));
    }

    async fn a_mail_that_was_certainly_not_accepted_is_retried_and_sent_once(database: Database) {
        let (server, sink) = server(database).await;
        let behaviours = [
            Behaviour::Greet("554 not now"),
            Behaviour::Greet("421 too busy"),
            Behaviour::Close("EHLO"),
            Behaviour::Close("MAIL"),
            Behaviour::Reply("MAIL", "451 later"),
            Behaviour::Reply("RCPT", "450 greylisted"),
            Behaviour::Close("RCPT"),
            Behaviour::Reply("DATA", "452 no room"),
            Behaviour::Close("DATA"),
            Behaviour::Reply(".", "451 no room"),
        ];
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        for behaviour in behaviours {
            sink.script([behaviour]);
            assert_eq!(run(&server).await, DEFERRED, "{behaviour:?}");
            assert_eq!(run(&server).await, NOTHING, "{behaviour:?}");
            assert!(!the_one(&server).await.delivery.reason.is_empty());
            server.clock.advance(DAY);
        }
        assert_eq!(run(&server).await, SENT);
        assert_eq!(sink.mails().len(), 1);
    }

    async fn a_permanently_rejected_mail_waits_for_a_decision(database: Database) {
        let (server, sink) = server(database).await;
        for behaviour in [
            Behaviour::Reply("MAIL", "550 not from you"),
            Behaviour::Reply("RCPT", "550 5.1.1 no such mailbox"),
            Behaviour::Reply("DATA", "554 no"),
            Behaviour::Reply(".", "554 spam"),
        ] {
            let (_, conversation) = begun(&server).await;
            server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
            sink.script([behaviour]);
            assert_eq!(run(&server).await, REJECTED, "{behaviour:?}");
            server.clock.advance(DAY);
            assert_eq!(run(&server).await, NOTHING, "{behaviour:?}");
            let rejected = the_one(&server).await;
            assert!(rejected.delivery.reason.contains(" 55"), "{rejected:?}");
            decide(&server, &rejected.id, Decision::SendAgain).await;
            assert_eq!(run(&server).await, SENT);
        }
        assert_eq!(sink.mails().len(), 4);
    }

    async fn a_mail_with_an_unknown_outcome_is_never_sent_again_automatically(database: Database) {
        let (server, sink) = server(database).await;
        for behaviour in [Behaviour::CloseAmidText, Behaviour::Close(".")] {
            let (_, conversation) = begun(&server).await;
            server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
            sink.script([behaviour]);
            assert_eq!(run(&server).await, DOUBTFUL, "{behaviour:?}");
            server.clock.advance(30 * DAY);
            assert_eq!(run(&server).await, NOTHING, "{behaviour:?}");
            let doubtful = the_one(&server).await;
            decide(&server, &doubtful.id, Decision::Forget).await;
            assert_eq!(run(&server).await, NOTHING);
            assert_eq!(states(&server, &conversation).await, [State::Forgotten]);
        }
        assert_eq!(sink.mails().len(), 1);
    }

    async fn a_person_sends_the_same_mail_again(database: Database) {
        let (server, sink) = server(database).await;
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        sink.script([Behaviour::Close(".")]);
        assert_eq!(run(&server).await, DOUBTFUL);
        let doubtful = the_one(&server).await;
        let foreign = ticket_center::ids::DeskId::generate();
        let now = server.instance.app.clock.now();
        let other = notifications::send_again(server.store(), &foreign, &doubtful.id, now).await;
        assert!(!other.expect("the database responds"), "it is another desk's");
        decide(&server, &doubtful.id, Decision::SendAgain).await;
        assert_eq!(run(&server).await, SENT);
        let ids = mail_ids(&sink);
        assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    }

    async fn a_mail_server_that_does_not_reply_times_out(database: Database) {
        let sink = Sink::start().await;
        let server = server_with(database, &sink, |config| {
            config.smtp_seconds = std::num::NonZeroU32::MIN;
        })
        .await;
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        for verb in ["EHLO", "RCPT"] {
            sink.script([Behaviour::Wait(verb)]);
            assert_eq!(run(&server).await, DEFERRED, "{verb}");
            server.clock.advance(DAY);
        }
        sink.script([Behaviour::Wait(".")]);
        assert_eq!(run(&server).await, DOUBTFUL);
    }

    async fn a_mail_server_that_is_unavailable_for_a_while_gets_each_mail_once(database: Database) {
        let gone = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
            format!("smtp://{}", listener.local_addr().expect("it is bound"))
        };
        let sink = Sink::start().await;
        let server = server_with(database, &sink, |config| config.smtp_url = Some(gone.into())).await;
        let back = Config {
            smtp_url: Some(SecretString::from(sink.url.as_str())),
            ..server.config.clone()
        };
        let (_, conversation) = begun(&server).await;
        for text in ["one", "two"] {
            server.write_as_agent(&conversation, INSTANTLY, text).await;
        }
        for _ in 0..5 {
            assert_eq!(run(&server).await, DEFERRED, "the second waits for the first");
            server.clock.advance(60 * 60);
        }
        let clock = Arc::clone(&server.clock).into();
        let instance = Instance::start(back, &server.keys, clock).await;
        let done = run_due(&instance.app).await.expect("the database responds");
        assert_eq!(done, Done { sent: 2, ..NOTHING });
        assert_eq!(sink.mails().len(), 2);
    }

    async fn a_mail_that_is_never_accepted_counts_as_rejected_in_the_end(database: Database) {
        let (server, sink) = server(database).await;
        sink.always(Some(Behaviour::Reply("RCPT", "450 greylisted")));
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        for _ in 0..29 {
            assert_eq!(run(&server).await, DEFERRED);
            server.clock.advance(60 * 60);
        }
        assert_eq!(run(&server).await, REJECTED);
    }

    async fn without_a_mail_server_everything_waits(database: Database) {
        let server = Server::start(database).await;
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        server.clock.advance(DAY);
        assert_eq!(run(&server).await, NOTHING);
        let waiting = the_one(&server).await.delivery;
        let delay = server.config.notify_delay();
        assert_eq!(waiting.sentence(delay, false), "Waiting: mail is not set up.");
        let sink = Sink::start().await;
        let config = Config {
            smtp_url: Some(SecretString::from(sink.url.as_str())),
            mail_from: Some("support@example.com".to_owned()),
            ..server.config.clone()
        };
        let clock = Arc::clone(&server.clock).into();
        let instance = Instance::start(config, &server.keys, clock).await;
        assert_eq!(run_due(&instance.app).await.expect("the database responds"), SENT);
    }

    async fn an_address_that_mail_servers_do_not_accept_is_shown(database: Database) {
        let (server, sink) = server(database).await;
        let conversation = server.customer("ädä@example.com").begin("Hello").await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        assert_eq!(run(&server).await, Done { undeliverable: 1, ..NOTHING });
        assert!(the_one(&server).await.delivery.state.needs_a_person());
        assert!(sink.mails().is_empty());
    }

    async fn two_instances_send_each_mail_once(database: Database) {
        let (server, sink) = server(database).await;
        let second = server.second_instance().await;
        let (_, conversation) = begun(&server).await;
        for number in 0..200 {
            server.write_as_agent(&conversation, INSTANTLY, &number.to_string()).await;
        }
        let runs = (0..4).map(|number| {
            let instance = if number % 2 == 0 { &server.instance } else { &second };
            let app = Arc::clone(&instance.app);
            tokio::spawn(async move { run_due(&app).await.expect("the database responds").sent })
        });
        let mut sent = 0;
        for run in runs.collect::<Vec<_>>() {
            sent += run.await.expect("the task did not panic");
        }
        assert_eq!(sent, 200);
        let ids = mail_ids(&sink);
        assert_eq!((ids.len(), ids.into_iter().collect::<BTreeSet<_>>().len()), (200, 200));
    }

    async fn a_clock_that_jumps_neither_loses_nor_repeats_a_mail(database: Database) {
        let (server, sink) = server(database).await;
        let (_, conversation) = begun(&server).await;
        for (number, jump) in [365 * DAY, -700 * DAY].into_iter().enumerate() {
            server.write_as_agent(&conversation, DELAYED, "delayed").await;
            server.clock.advance(jump);
            assert_eq!(run(&server).await, SENT, "{jump}");
            sink.script([Behaviour::Reply("RCPT", "450 later")]);
            server.write_as_agent(&conversation, INSTANTLY, "tried again").await;
            assert_eq!(run(&server).await, DEFERRED, "{jump}");
            server.clock.advance(jump);
            assert_eq!(run(&server).await, SENT, "{jump}");
            assert_eq!(run(&server).await, NOTHING, "{jump}");
            assert_eq!(sink.mails().len(), 2 * (number + 1));
        }
    }

    async fn a_mail_that_is_being_sent_is_left_alone_whatever_the_clocks_say(database: Database) {
        let (server, sink) = server(database).await;
        let second = server.second_instance().await;
        let (_, conversation) = begun(&server).await;
        server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
        sink.script([Behaviour::Wait(".")]);
        let app = Arc::clone(&server.instance.app);
        let slow = tokio::spawn(async move { run_due(&app).await.expect("it responds") });
        sink.has(1).await;
        for jump in [0, DAY, -3 * DAY] {
            server.clock.advance(jump);
            assert_eq!(run_due(&second.app).await.expect("it responds"), NOTHING);
            assert_eq!(states(&server, &conversation).await, [State::Sending]);
        }
        sink.release();
        assert_eq!(slow.await.expect("the task did not panic"), SENT);
        assert_eq!(states(&server, &conversation).await, [State::Sent]);
        assert_eq!(sink.mails().len(), 1);
    }
}

enum Decision {
    SendAgain,
    Forget,
}

async fn decide(server: &Server, id: &NotificationId, decision: Decision) {
    let (store, now) = (server.store(), server.instance.app.clock.now());
    let decided = match decision {
        Decision::SendAgain => notifications::send_again(store, &server.desk, id, now).await,
        Decision::Forget => notifications::forget(store, &server.desk, id, now).await,
    };
    assert!(decided.expect("the database responds"));
}

async fn submit(server: &Server, sender: Sender) -> ConversationId {
    let text = MessageText::parse("Cannot log in").expect("it is a message");
    let ticket = Ticket {
        sender,
        name: None,
        subject: Subject::parse(None, &text).expect("it is made"),
        text,
        host: PortalHost::parse("help.example.com").expect("it is a host"),
        key: IdempotencyKey::parse(AgentId::generate().as_str()).expect("it is a key"),
    };
    let now = server.instance.app.clock.now();
    tickets::submit(server.store(), &server.desk, &ticket, now).await.expect("it is taken")
}

async fn reply(server: &Server, id: &ConversationId, text: &str) {
    let agent = Agent { id: AgentId::generate(), name: "Grace".to_owned() };
    let text = MessageText::parse(text).expect("it is a message");
    let (store, now) = (server.store(), server.instance.app.clock.now());
    conversations::write_as_agent(store, &server.desk, id, &agent, INSTANTLY, &text, now)
        .await
        .expect("it is written");
}
