//! Replies of one conversation are mailed in the order in which they were written.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use mail_parser::MessageParser;
use serde_json::{Value, json};
use ticket_center::clock::ManualClock;
use ticket_center::config::{Config, SecretString};
use ticket_center::conversations::{Sending, Writing};
use ticket_center::notifications::{self, State};
use ticket_center::workers::notifications::run_due;

use crate::server::{Database, Instance, START, Server, conversation_id, on_both_databases};
use crate::smtp::{Behaviour, Sink};
use crate::waiting::until;

const INSTANTLY: Writing = Writing::Reply(Sending::Instantly);
const DELAYED: Writing = Writing::Reply(Sending::Delayed);

const HOUR: i64 = 60 * 60;

async fn server_with(database: Database, set: impl FnOnce(&mut Config)) -> (Server, Sink) {
    let sink = Sink::start().await;
    let server = Server::start_with(database, |config| {
        config.smtp_url = Some(SecretString::from(sink.url.as_str()));
        config.mail_from = Some("support@example.com".to_owned());
        set(config);
    })
    .await;
    (server, sink)
}

async fn server(database: Database) -> (Server, Sink) {
    server_with(database, |_| {}).await
}

/// Starts an instance on the same database, whose clock is this many seconds ahead.
async fn instance_ahead_by(server: &Server, seconds: i64) -> (Instance, Arc<ManualClock>) {
    let clock = ManualClock::at(START + seconds);
    let of_instance = Arc::clone(&clock).into();
    (Instance::start(server.config.clone(), &server.keys, of_instance).await, clock)
}

async fn run(instance: &Instance) {
    run_due(&instance.app).await.expect("the database responds");
}

async fn states(server: &Server, conversation: &Value) -> Vec<State> {
    let id = conversation_id(conversation);
    let states = notifications::states(server.store(), &id).await.expect("it is read");
    let mut states: Vec<_> = states.into_values().map(|delivery| delivery.state).collect();
    states.sort();
    states
}

/// Waits until an attempt of the conversation is claimed.
async fn is_in_hand(server: &Server, conversation: &Value) {
    let is_claimed = async || states(server, conversation).await.contains(&State::Sending);
    until("an attempt is claimed", is_claimed).await;
}

/// Tells whether any notification still waits or is claimed.
async fn is_unsettled(server: &Server) -> bool {
    let counts = notifications::state_counts(server.store()).await.expect("they are counted");
    counts.iter().any(|counted| matches!(counted.state, State::Waiting | State::Sending))
}

/// Returns the replies that were mailed to each address, in the order of their arrival.
fn received(sink: &Sink) -> BTreeMap<String, Vec<String>> {
    let mut received = BTreeMap::<_, Vec<_>>::new();
    for mail in sink.mails() {
        let parsed = MessageParser::default().parse(&mail.text).expect("it is a mail");
        let text = parsed.body_text(0).expect("there is text").into_owned();
        let reply = text.lines().find_map(|line| line.strip_prefix("reply "));
        let reply = reply.unwrap_or_else(|| panic!("no reply in {text}"));
        received.entry(mail.to[0].clone()).or_default().push(reply.to_owned());
    }
    received
}

/// Returns the replies that were mailed to the only customer.
fn received_by_one(sink: &Sink) -> Vec<String> {
    received(sink).into_values().next().unwrap_or_default()
}

async fn write(server: &Server, conversation: &Value, writing: Writing, reply: &str) {
    server.write_as_agent(conversation, writing, &format!("reply {reply}")).await;
}

async fn begun(server: &Server) -> Value {
    server.customer("ada@example.com").begin("Cannot log in").await
}

on_both_databases! {
    async fn replies_written_while_the_mail_server_is_unavailable_are_mailed_in_order(database: Database) {
        let (server, sink) = server(database).await;
        let conversation = begun(&server).await;
        sink.script([Behaviour::Greet("421 not now")]);
        for reply in ["0", "1", "2", "3"] {
            write(&server, &conversation, INSTANTLY, reply).await;
        }
        run(&server.instance).await;
        assert!(sink.mails().is_empty(), "the later replies wait for the first one");
        server.clock.advance(HOUR);
        run(&server.instance).await;
        assert_eq!(received_by_one(&sink), ["0", "1", "2", "3"]);
    }

    async fn an_instant_reply_waits_for_the_one_that_is_being_sent(database: Database) {
        let (server, sink) = server(database).await;
        let second = server.second_instance().await;
        let conversation = begun(&server).await;
        write(&server, &conversation, INSTANTLY, "one").await;
        sink.script([Behaviour::Wait("RCPT")]);
        let app = Arc::clone(&server.instance.app);
        let slow = tokio::spawn(async move { run_due(&app).await.expect("it responds") });
        is_in_hand(&server, &conversation).await;
        server.clock.advance_milliseconds(300);
        write(&server, &conversation, INSTANTLY, "two").await;
        run(&second).await;
        assert!(sink.mails().is_empty(), "{:?}", received(&sink));
        sink.release();
        slow.await.expect("the task did not panic");
        run(&second).await;
        assert_eq!(received_by_one(&sink), ["one", "two"]);
    }

    async fn an_instant_reply_makes_the_delayed_ones_before_it_due(database: Database) {
        let (server, sink) = server(database).await;
        let conversation = begun(&server).await;
        for (writing, reply) in [(DELAYED, "one"), (DELAYED, "two"), (INSTANTLY, "three")] {
            write(&server, &conversation, writing, reply).await;
        }
        let other = server.customer("eve@example.com").begin("Hello").await;
        write(&server, &other, DELAYED, "elsewhere").await;
        run(&server.instance).await;
        assert_eq!(received_by_one(&sink), ["one", "two", "three"]);
        assert_eq!(states(&server, &other).await, [State::Waiting]);
    }

    async fn an_earlier_reply_that_was_read_is_skipped_before_an_instant_one(database: Database) {
        let (server, sink) = server(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("Cannot log in").await;
        write(&server, &conversation, DELAYED, "one").await;
        ada.read(&conversation, json!({})).await;
        write(&server, &conversation, INSTANTLY, "two").await;
        run(&server.instance).await;
        assert_eq!(received_by_one(&sink), ["two"]);
        assert_eq!(states(&server, &conversation).await, [State::Sent, State::Skipped]);
    }

    async fn a_reply_that_needs_a_decision_does_not_delay_later_ones(database: Database) {
        let (server, sink) = server(database).await;
        for (behaviour, state) in [
            (Behaviour::Reply("RCPT", "550 no such mailbox"), State::Failed),
            (Behaviour::CloseAmidText, State::Doubtful),
        ] {
            let conversation = begun(&server).await;
            write(&server, &conversation, INSTANTLY, "lost").await;
            write(&server, &conversation, INSTANTLY, "later").await;
            sink.script([behaviour]);
            run(&server.instance).await;
            assert_eq!(states(&server, &conversation).await, [State::Sent, state]);
        }
        assert_eq!(received_by_one(&sink), ["later", "later"]);
    }

    async fn replies_of_many_conversations_arrive_in_order_from_three_instances(database: Database) {
        let (server, sink) = server(database).await;
        let (second, second_clock) = instance_ahead_by(&server, 50 * 60).await;
        let (third, third_clock) = instance_ahead_by(&server, -50 * 60).await;
        let clocks = [&server.clock, &second_clock, &third_clock];
        let advance = |seconds| clocks.iter().for_each(|clock| clock.advance(seconds));
        let (conversations, replies) = (24, 5);
        let mut begun = Vec::new();
        for number in 0..conversations {
            let customer = server.customer(&format!("customer{number}@example.com"));
            begun.push(customer.begin("Cannot log in").await);
        }
        let failures = [
            Behaviour::Greet("421 busy"), Behaviour::Close("MAIL"), Behaviour::Reply("DATA", "452 full"),
            Behaviour::Reply("RCPT", "450 greylisted"), Behaviour::Reply(".", "451 no room"),
        ];
        let mut seed = 42_u32;
        let mut drawn = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 16
        };
        for reply in 0..replies {
            for conversation in &begun {
                let writing = if drawn() % 2 == 0 { DELAYED } else { INSTANTLY };
                write(&server, conversation, writing, &reply.to_string()).await;
            }
            let kinds = u32::try_from(failures.len()).expect("there are few");
            sink.script((0..100).map(|_| {
                // Two thirds of the connections fail before the mail is accepted.
                let fails = drawn() % 3 > 0;
                let kind = usize::try_from(drawn() % kinds).expect("it is small");
                if fails { failures[kind] } else { Behaviour::Reply("NOOP", "250 fine") }
            }));
            let runs = [&server.instance, &second, &third].map(run);
            let [one, two, three] = runs;
            tokio::join!(one, two, three);
            advance(61);
        }
        until("every notification is settled", async || {
            tokio::join!(run(&server.instance), run(&second), run(&third));
            advance(HOUR);
            !is_unsettled(&server).await
        })
        .await;
        let received = received(&sink);
        assert_eq!(received.len(), conversations);
        let written: Vec<_> = (0..replies).map(|reply| reply.to_string()).collect();
        for (address, replies) in received {
            assert_eq!(replies, written, "{address}");
        }
    }

    async fn an_instance_whose_clock_is_ahead_expires_no_lease_of_a_mail_that_is_being_sent(database: Database) {
        let (server, sink) = server(database).await;
        let (ahead, _) = instance_ahead_by(&server, 24 * HOUR).await;
        let conversation = begun(&server).await;
        write(&server, &conversation, INSTANTLY, "one").await;
        sink.script([Behaviour::Wait("RCPT")]);
        let app = Arc::clone(&server.instance.app);
        let slow = tokio::spawn(async move { run_due(&app).await.expect("it responds") });
        is_in_hand(&server, &conversation).await;
        write(&server, &conversation, INSTANTLY, "two").await;
        run(&ahead).await;
        run(&ahead).await;
        assert_eq!(states(&server, &conversation).await, [State::Waiting, State::Sending]);
        sink.release();
        slow.await.expect("the task did not panic");
        run(&ahead).await;
        assert_eq!(received_by_one(&sink), ["one", "two"]);
    }

    async fn a_mail_that_a_crashed_instance_had_claimed_delays_later_replies_only_until_its_lease_expires(database: Database) {
        let (server, sink) = server_with(database, |config| config.smtp_seconds = NonZeroU32::MIN).await;
        let conversation = begun(&server).await;
        write(&server, &conversation, INSTANTLY, "one").await;
        write(&server, &conversation, INSTANTLY, "two").await;
        sink.script([Behaviour::Wait("RCPT")]);
        let app = Arc::clone(&server.instance.app);
        let crashed = tokio::spawn(async move { run_due(&app).await });
        is_in_hand(&server, &conversation).await;
        crashed.abort();
        let restarted = server.second_instance().await;
        run(&restarted).await;
        assert!(sink.mails().is_empty(), "the first one may still be going out");
        until("the lease has expired and the second one is mailed", async || {
            run(&restarted).await;
            // Where the machine is slow, the attempt takes longer than a second, and is due again later.
            server.clock.advance(HOUR);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            !sink.mails().is_empty()
        })
        .await;
        assert_eq!(received_by_one(&sink), ["two"]);
        assert_eq!(states(&server, &conversation).await, [State::Sent, State::Doubtful]);
    }
}
