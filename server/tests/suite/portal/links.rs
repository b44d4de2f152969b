//! Signed links: the testing checklist of the reference, and links that are almost valid.

use std::time::Duration;

use ticket_center::secrets::{self, Grace, Purpose};

use super::{HOST, Portal, link, link_of, signed};
use crate::server::{Database, START, Server, on_both_databases, rotate};

const DAY: i64 = 24 * 60 * 60;

on_both_databases! {
    // The four lines of the testing checklist.

    async fn a_signed_link_from_a_logged_in_user_creates_a_ticket(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        assert_eq!(form.status, 200);
        assert!(form.is_signed() && form.text.contains("<bdi>user-42</bdi>"));
        portal.write();
        let fields = [("subject", "Invoice"), ("message", "Where is it?\r\nThanks")];
        browser.send(&form, &fields).await.assert_sent();
        let tickets = portal.tickets().await;
        assert_eq!(tickets.len(), 1);
        assert_eq!((tickets[0].subject.as_str(), tickets[0].text.as_str()), ("Invoice", "Where is it?\nThanks"));
        assert_eq!(tickets[0].host, HOST);
        let sent = browser.open("/submit-ticket/sent").await;
        assert_eq!(sent.status, 200);
        assert!(sent.text.contains("We have your message"));
        assert!(!sent.text.contains("user-42") && !sent.text.contains("Invoice"));
    }

    async fn the_ticket_is_associated_with_the_expected_authenticated_user_id(database: Database) {
        let portal = Portal::start(database).await;
        for user_id in ["user-42", "ada@example.com", "a:b:1", "日本 +%2B&=", "<b>"] {
            let browser = portal.browser();
            let form = browser.open(&portal.link(user_id)).await;
            portal.server.clock.advance(WAIT);
            browser.send(&form, &[("message", "hello"), ("user_id", "another")]).await.assert_sent();
            let last = portal.senders().await.pop().expect("there is a ticket");
            assert_eq!(last, ("portal_user".to_owned(), user_id.to_owned()));
            portal.server.clock.advance(-WAIT);
        }
    }

    async fn an_expired_timestamp_is_rejected(database: Database) {
        let portal = Portal::start(database).await;
        let link = portal.link("user-42");
        portal.server.clock.advance(301);
        let page = portal.browser().open(&link).await;
        page.assert_rejected("timestamp_expired");
        assert!(page.text.contains("Go back to Example and open support again"));
        assert!(portal.tickets().await.is_empty());
    }

    async fn a_tampered_user_id_or_signature_is_rejected(database: Database) {
        let portal = Portal::start(database).await;
        let good = signed(portal.secret.shown(), HOST, "user-42", START);
        let (time, signature) = (START.to_string(), good.signature.to_hex());
        let other = signed(portal.secret.shown(), HOST, "user-43", START).signature.to_hex();
        for (user_id, time, signature, code) in [
            ("user-43", &time, &signature, "signature_mismatch"),
            ("user-42.", &time, &signature, "signature_mismatch"),
            ("USER-42", &time, &signature, "signature_mismatch"),
            ("user-42", &(START + 1).to_string(), &signature, "signature_mismatch"),
            ("user-42", &time, &other, "signature_mismatch"),
            ("user-42", &time, &"0".repeat(64), "signature_mismatch"),
            ("user-42", &time, &signature[1..].to_owned(), "signature_malformed"),
            ("user-42", &time, &String::new(), "signature_malformed"),
            ("user-42", &format!("{time}000"), &signature, "timestamp_malformed"),
            ("user-42", &format!("0{time}"), &signature, "timestamp_malformed"),
            ("user-42", &format!(" {time}"), &signature, "timestamp_malformed"),
            ("", &time, &signature, "user_id_empty"),
            ("user-42\u{0}", &time, &signature, "user_id_malformed"),
            ("user-42 ", &time, &signature, "user_id_malformed"),
            (&"a".repeat(513), &time, &signature, "user_id_too_long"),
        ] {
            let page = portal.browser().open(&link(user_id, time, signature)).await;
            page.assert_rejected(code);
            assert!(!page.text.contains("user-4") && !page.text.contains(&other));
            assert!(!page.headers.contains_key("set-cookie"));
        }
        let capitals = link("user-42", &time, &signature.to_uppercase());
        assert_eq!(portal.browser().open(&capitals).await.status, 200);
    }

    async fn a_link_is_valid_up_to_three_hundred_seconds_before_and_after_its_timestamp(database: Database) {
        let portal = Portal::start(database).await;
        let link = portal.link("user-42");
        let at = async |seconds| {
            portal.server.clock.advance(seconds);
            let page = portal.browser().open(&link).await;
            portal.server.clock.advance(-seconds);
            page
        };
        for seconds in [-300, 0, 300] {
            assert_eq!(at(seconds).await.status, 200, "{seconds}");
        }
        at(301).await.assert_rejected("timestamp_expired");
        at(-301).await.assert_rejected("timestamp_in_future");
    }

    async fn a_missing_or_repeated_parameter_is_rejected(database: Database) {
        let portal = Portal::start(database).await;
        let whole = portal.link("user-42");
        let query = whole.split_once('?').expect("it has a query").1;
        let parts: Vec<_> = query.split('&').collect();
        for left_out in 0..3 {
            let mut some = parts.clone();
            some.remove(left_out);
            let path = format!("/submit-ticket?{}", some.join("&"));
            portal.browser().open(&path).await.assert_rejected("identity_incomplete");
            let path = format!("/submit-ticket?{}", parts[left_out]);
            portal.browser().open(&path).await.assert_rejected("identity_incomplete");
            let path = format!("{whole}&{}", parts[left_out]);
            portal.browser().open(&path).await.assert_rejected("identity_repeated");
        }
        portal.browser().open("/submit-ticket?user_id").await.assert_rejected("identity_incomplete");
        let escaped = whole.replacen("user_id=", "user%5Fid=", 1);
        assert!(portal.browser().open(&escaped).await.is_signed());
        let repeated = format!("{whole}&%75ser_id=user-43");
        portal.browser().open(&repeated).await.assert_rejected("identity_repeated");
        let more = format!("{whole}&utm_source=mail&USER_ID=x");
        assert!(portal.browser().open(&more).await.is_signed());
    }

    async fn unusual_escapes_are_decoded_as_in_forms(database: Database) {
        let portal = Portal::start(database).await;
        let secret = portal.secret.shown();
        let raw = |written: &str, user_id: &str| {
            let good = signed(secret, HOST, user_id, START);
            let signature = good.signature.to_hex();
            format!(
                "/submit-ticket?user_id={written}&user_id_timestamp={START}&user_id_signature={signature}"
            )
        };
        for (written, user_id) in [
            ("a+b", "a b"), ("a%20b", "a b"), ("a%2Bb", "a+b"), ("a%2bb", "a+b"),
            ("%E2%82%AC", "€"), ("%", "%"), ("%zz", "%zz"), ("100%", "100%"), ("a=b", "a=b"),
        ] {
            assert!(portal.browser().open(&raw(written, user_id)).await.is_signed(), "{written}");
        }
        portal.browser().open(&raw("a+b", "a+b")).await.assert_rejected("signature_mismatch");
        for written in ["%C0%AF", "%ED%A0%80", "%FF", "%E2%82"] {
            let page = portal.browser().open(&raw(written, "/")).await;
            page.assert_rejected("user_id_malformed");
        }
        for query in ["", "a=b", "&&", "%FF=1", "userid=1"] {
            let page = portal.browser().open(&format!("/submit-ticket?{query}")).await;
            assert!(page.status == 200 && !page.is_signed(), "{query}");
        }
    }

    async fn a_link_for_another_host_or_desk_proves_no_customer(database: Database) {
        let portal = Portal::start(database).await;
        let secret = portal.secret.shown();
        for host in ["example.help.localhost.evil.net", "help.localhost", "127.0.0.1"] {
            let link = link_of(&signed(secret, host, "user-42", START));
            portal.browser().open(&link).await.assert_rejected("signature_mismatch");
        }
        let of_ticket_center = link_of(&signed(portal.server.secret.shown(), HOST, "user-42", START));
        portal.browser().open(&of_ticket_center).await.assert_rejected("signature_mismatch");
    }

    async fn a_desk_without_a_secret_says_so_to_signed_links_only(database: Database) {
        let server = Server::start(database).await;
        let secret = rotate(&server.instance, &server.desk, Purpose::TicketCenter, Grace::default());
        let portal = Portal { secret: secret.await, server };
        portal.browser().open(&portal.link("user-42")).await.assert_rejected("secret_not_set");
        portal.browser().open("/submit-ticket?user_id=1").await.assert_rejected("secret_not_set");
        assert_eq!(portal.browser().open("/submit-ticket?page=1").await.status, 200);
    }

    async fn a_replaced_secret_stays_active_for_its_grace_and_a_revoked_one_does_not(database: Database) {
        let portal = Portal::start(database).await;
        let Portal { server, secret: first } = &portal;
        let rotated = async |grace| {
            rotate(&server.instance, &server.desk, Purpose::Portal, grace).await
        };
        let opened = async |secret: &str| {
            let now = server.instance.app.clock.unix_seconds();
            portal.browser().open(&link_of(&signed(secret, HOST, "user-42", now))).await
        };
        let second = rotated(Grace::default()).await;
        let third = rotated(Grace::new(Duration::from_hours(1)).expect("it is short")).await;
        for secret in [first, &second, &third] {
            assert!(opened(secret.shown()).await.is_signed());
        }
        let now = server.instance.app.clock.now();
        secrets::revoke(server.store(), &server.desk, None, &first.id, now).await.expect("it is revoked");
        opened(first.shown()).await.assert_rejected("signature_mismatch");
        server.clock.advance(3599);
        assert!(opened(second.shown()).await.is_signed());
        server.clock.advance(1);
        opened(second.shown()).await.assert_rejected("signature_mismatch");
        server.clock.advance(DAY);
        assert!(opened(third.shown()).await.is_signed());
    }

    async fn the_last_use_of_the_secret_is_written_down(database: Database) {
        let portal = Portal::start(database).await;
        let server = &portal.server;
        let last_use = async || {
            server.instance.app.desks.write_last_uses().await.expect("they are written");
            let records = secrets::list(server.store(), &server.desk).await.expect("they are read");
            records.into_iter().find(|record| record.id == portal.secret.id)
                .and_then(|record| record.last_used_at)
        };
        portal.browser().open("/submit-ticket").await;
        assert_eq!(last_use().await, None);
        portal.browser().open(&portal.link("user-42")).await;
        assert_eq!(last_use().await, Some(server.instance.app.clock.now()));
    }
}

const WAIT: i64 = 10;
