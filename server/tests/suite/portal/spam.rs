//! Protection against bots, and against forms of other sites.

use std::num::NonZeroU32;

use super::Portal;
use crate::server::{Database, on_both_databases};

const TICKET: [(&str, &str); 2] = [("email", "ada@example.com"), ("message", "hello")];

on_both_databases! {
    async fn a_sender_who_fills_in_the_hidden_field_learns_nothing(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        assert!(form.text.contains("name=\"homepage\" tabindex=\"-1\" autocomplete=\"off\""));
        portal.write();
        let fields = [&TICKET[..], &[("homepage", "https://spam.example")]].concat();
        browser.send(&form, &fields).await.assert_sent();
        assert!(portal.tickets().await.is_empty());
        browser.send(&form, &TICKET).await.assert_sent();
        assert_eq!(portal.tickets().await.len(), 1);
    }

    async fn a_verified_customers_form_has_no_trap(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        assert!(!form.text.contains("homepage"));
        portal.write();
        browser.send(&form, &[("message", "hello"), ("homepage", "x")]).await.assert_sent();
        assert_eq!(portal.tickets().await.len(), 1);
    }

    async fn a_form_that_is_sent_too_quickly_must_be_sent_again(database: Database) {
        let portal = Portal::start(database).await;
        for path in ["/submit-ticket", &portal.link("user-42")] {
            let browser = portal.browser();
            let form = browser.open(path).await;
            portal.server.clock.advance(1);
            let again = browser.send(&form, &TICKET).await;
            again.assert_again(422, "Please send your message again");
            assert_eq!(again.is_signed(), form.is_signed());
            assert!(again.text.contains("\nhello</textarea>"));
            portal.server.clock.advance(1);
            browser.send(&again, &TICKET).await.assert_sent();
        }
        assert_eq!(portal.tickets().await.len(), 2);
    }

    async fn a_clock_that_was_set_back_delays_no_visitor(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        portal.server.clock.advance(-3600);
        browser.send(&form, &TICKET).await.assert_sent();
    }

    async fn tickets_of_an_address_are_limited_per_hour(database: Database) {
        let portal = Portal::start_with(database, |config| {
            config.tickets_per_hour = NonZeroU32::new(2).expect("it is not zero");
        })
        .await;
        let browser = portal.browser();
        let send = async |path: &str| {
            let form = browser.open(path).await;
            portal.write();
            browser.send(&form, &TICKET).await
        };
        let forms = [browser.open(&portal.link("user-1")).await, browser.open(&portal.link("user-2")).await];
        for _ in 0..2 {
            send("/submit-ticket").await.assert_sent();
        }
        let rejected = send("/submit-ticket").await;
        rejected.assert_again(429, "Too many messages were sent");
        assert!(rejected.text.contains("\nhello</textarea>"));
        let seconds = rejected.headers["retry-after"].to_str().map(str::parse::<u64>);
        assert!(matches!(seconds, Ok(Ok(1..=3600))));
        for form in &forms {
            browser.send(form, &TICKET).await.assert_sent();
        }
        assert_eq!(portal.tickets().await.len(), 4);
    }

    async fn a_form_of_another_site_is_rejected(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.write();
        let fields = [&TICKET[..], &[("token", form.token())]].concat();
        for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
            let mut request = browser.post(&fields).build().expect("it is a request");
            request.headers_mut().insert(name, value.parse().expect("it is a value"));
            let response = browser.client.execute(request).await.expect("the server responds");
            assert_eq!(response.status().as_u16(), 403);
        }
        let mut request = browser.post(&fields).build().expect("it is a request");
        request.headers_mut().remove("sec-fetch-site");
        request.headers_mut().insert("origin", "https://evil.example".parse().expect("a value"));
        let response = browser.client.execute(request).await.expect("the server responds");
        assert_eq!(response.status().as_u16(), 403);
        assert!(portal.tickets().await.is_empty());
    }
}
