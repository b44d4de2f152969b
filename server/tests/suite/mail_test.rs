//! `ticket-center mail test`, with a mail server that behaves as the test tells it to.

use crate::program::{Program, program};
use crate::server::Database;
use crate::smtp::{Behaviour, Sink};

/// `AUTH PLAIN` with the user `ada` and the password `hunter2`, as a server may repeat it.
const ECHO: &str = "535 not accepted: AUTH PLAIN AGFkYQBodW50ZXIy (hunter2)";

async fn started() -> (Program, Sink) {
    let (mut program, _) = program(Database::Sqlite).await;
    let sink = Sink::start().await;
    program.set("TICKET_CENTER_SMTP_URL", &sink.url.replace("://", "://ada:hunter2@"));
    program.set("TICKET_CENTER_MAIL_FROM", "desk@example.com");
    (program, sink)
}

/// Runs the command, and returns whether it succeeded and what it wrote to standard error.
fn tested(program: &Program) -> (bool, String) {
    let output = program.output(&["mail", "test", "grace@example.com"]);
    let text = String::from_utf8(output.stderr).expect("it is text");
    assert!(!text.contains("hunter2") && !text.contains("AGFkYQBodW50ZXIy"), "{text}");
    (output.status.success(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_is_sent_and_each_step_is_reported_in_order() {
    let (program, sink) = started().await;
    let (is_sent, text) = tested(&program);
    assert!(is_sent, "{text}");
    let port = sink.url.rsplit_once(':').expect("it has a port").1;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines,
        [
            &format!("Connected to the mail server 127.0.0.1, port {port}."),
            "Not encrypted, because the mail server is on this machine.",
            "Signed in.",
            "The mail server accepted the sender desk@example.com.",
            "The mail server accepted the recipient grace@example.com.",
            "The mail server accepted the mail.",
            "Look for the mail in the inbox of grace@example.com. If it is not there, look in the spam folder.",
        ]
    );
    let mails = sink.mails();
    assert_eq!(
        (mails.len(), mails[0].to.as_slice()),
        (1, &["TO:<grace@example.com>".to_owned()][..])
    );
    assert!(mails[0].text.contains("Subject: Test mail of the Ticket Center"), "{}", mails[0].text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_test_mail_names_the_step_the_response_and_what_to_check() {
    let (program, sink) = started().await;
    for (behaviour, done, failure) in [
        (
            Behaviour::Greet("421 away"),
            0,
            "answered 421 away (check the host and port in smtp_url)",
        ),
        (
            Behaviour::Reply("AUTH", ECHO),
            2,
            "answered 535 not accepted: AUTH PLAIN [password] ([password]) (at sign-in; check the user and \
             password in smtp_url)",
        ),
        (
            Behaviour::Reply("MAIL", "550 not from you"),
            3,
            "answered 550 not from you (at the sender; check mail_from)",
        ),
        (
            Behaviour::Reply("RCPT", "550 unknown"),
            4,
            "answered 550 unknown (at the recipient; check the address)",
        ),
        (Behaviour::Reply(".", "554 spam"), 5, "answered 554 spam"),
    ] {
        sink.script([behaviour]);
        let (is_sent, text) = tested(&program);
        assert!(!is_sent, "{text}");
        assert_eq!(text.lines().count(), done + 1, "{text}");
        let expected = format!("error: The test mail was not sent: the mail server {failure}");
        assert_eq!(text.lines().last(), Some(expected.as_str()));
    }
    sink.script([Behaviour::Close(".")]);
    let (is_sent, text) = tested(&program);
    assert!(!is_sent && text.contains("The mail server may have accepted the test mail"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_reported_with_the_scheme_to_check() {
    let (mut program, sink) = started().await;
    program.set("TICKET_CENTER_SMTP_URL", &sink.url.replace("smtp://", "smtps://"));
    let (is_sent, text) = tested(&program);
    assert!(!is_sent && text.contains("check the scheme, host and port in smtp_url"), "{text}");
}

#[tokio::test]
async fn a_test_mail_needs_the_mail_settings_and_an_address() {
    let (program, _) = program(Database::Sqlite).await;
    let (is_sent, text) = tested(&program);
    assert!(!is_sent && text.contains("Mail is not set up. Set smtp_url and mail_from."), "{text}");
    let output = program.output(&["mail", "test", "grace"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("do not accept this address"), "{text}");
}
