//! Forms: their identity, their lifetime, and the typed text.

use serde_json::json;
use ticket_center::contacts::{self, Identity, TypedAddress};
use ticket_center::desks::{self, DeskName};
use ticket_center::ids::ConversationId;
use ticket_center::tickets;

use super::hosts::add_domain;
use super::{Browser, HOST, Page, Portal, Stored};
use crate::server::{Database, on_both_databases};

const HOUR: i64 = 60 * 60;
const PUBLIC: [(&str, &str); 3] =
    [("name", "Ada"), ("email", "Ada@example.com"), ("message", "It is broken.\nHelp!")];

on_both_databases! {
    async fn without_identity_a_ticket_is_public(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        assert!(form.status == 200 && !form.is_signed());
        assert!(!form.headers.contains_key("set-cookie"));
        portal.write();
        browser.send(&form, &PUBLIC).await.assert_sent();
        let expected = Stored {
            kind: "typed".to_owned(),
            value: "ada@example.com".to_owned(),
            subject: "It is broken.".to_owned(),
            text: "It is broken.\nHelp!".to_owned(),
            typed_name: Some("Ada".to_owned()),
            typed_address: Some("ada@example.com".to_owned()),
            host: HOST.to_owned(),
        };
        assert_eq!(portal.tickets().await, [expected]);
    }

    async fn no_ticket_ever_reaches_a_widget(database: Database) {
        let portal = Portal::start(database).await;
        let ada = portal.server.customer("ada@example.com");
        let before = ada.verify().await.done();
        for path in ["/submit-ticket", &portal.link("ada@example.com")] {
            let browser = portal.browser();
            let form = browser.open(path).await;
            portal.write();
            browser.send(&form, &PUBLIC).await.assert_sent();
        }
        assert_eq!(portal.tickets().await.len(), 2);
        assert_eq!(ada.verify().await.done(), before);
        assert_eq!(ada.list(json!({})).await["conversations"], json!([]));
    }

    async fn the_portals_fields_of_a_conversation_can_be_read(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.write();
        browser.send(&form, &[("message", "hello")]).await.assert_sent();
        let row = sqlx::query_scalar::<_, String>("SELECT conversation_id FROM portal_tickets");
        let id = row.fetch_one(portal.server.store().readers()).await.expect("there is one");
        let id = ConversationId::parse(&id).expect("it is an id");
        let known = tickets::of(portal.server.store(), &id).await.expect("it is read");
        let known = known.expect("it is from the portal");
        assert_eq!((known.typed_name, known.typed_address, known.host.as_str()), (None, None, HOST));
        let conversation = portal.server.customer("ada@example.com").begin("hello").await;
        let id = crate::server::conversation_id(&conversation);
        assert_eq!(tickets::of(portal.server.store(), &id).await.expect("it is read"), None);
    }

    async fn a_slow_writer_keeps_the_identity_for_hours(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.server.clock.advance(2 * HOUR);
        browser.send(&form, &[("message", "hello")]).await.assert_sent();
        assert_eq!(portal.senders().await, [("portal_user".to_owned(), "user-42".to_owned())]);
    }

    async fn an_expired_form_loses_its_identity_and_no_text(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.server.clock.advance(4 * HOUR);
        let again = browser.send(&form, &PUBLIC).await;
        again.assert_again(422, "We can no longer confirm who you are");
        assert!(!again.is_signed() && again.text.contains("It is broken.\nHelp!"));
        assert_eq!(again.value_of("email"), "Ada@example.com");
        assert!(portal.tickets().await.is_empty());
        portal.write();
        browser.send(&again, &PUBLIC).await.assert_sent();
        assert_eq!(portal.senders().await, [("typed".to_owned(), "ada@example.com".to_owned())]);
    }

    async fn an_expired_public_form_must_be_sent_again(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        portal.server.clock.advance(4 * HOUR);
        let again = browser.send(&form, &PUBLIC).await;
        again.assert_again(422, "Please send your message again");
        portal.write();
        browser.send(&again, &PUBLIC).await.assert_sent();
    }

    async fn a_signed_form_is_valid_in_its_own_browser_only(database: Database) {
        let portal = Portal::start(database).await;
        let (browser, other) = (portal.browser(), portal.browser());
        let form = browser.open(&portal.link("user-42")).await;
        other.open(&portal.link("user-43")).await;
        portal.write();
        for thief in [&other, &portal.browser()] {
            let again = thief.send(&form, &PUBLIC).await;
            again.assert_again(422, "We cannot confirm who you are");
            assert!(!again.is_signed() && !again.text.contains("user-42"));
        }
        assert!(portal.tickets().await.is_empty());
    }

    async fn a_signed_form_is_valid_at_its_own_desk_and_host_only(database: Database) {
        let portal = Portal::start(database).await;
        let server = &portal.server;
        let name = DeskName::parse("Other").expect("it is a name");
        let now = server.instance.app.clock.now();
        desks::create(server.store(), &name, now).await.expect("a desk");
        add_domain(&portal, "help.example.com").await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.write();
        for host in ["other.help.localhost", "help.example.com"] {
            let again = browser.at(host).send(&form, &PUBLIC).await;
            again.assert_again(422, "We cannot confirm who you are");
        }
        assert!(portal.tickets().await.is_empty());
        browser.send(&form, &PUBLIC).await.assert_sent();
    }

    async fn a_changed_token_proves_no_customer(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let signed = browser.open(&portal.link("user-42")).await;
        let public = browser.open("/submit-ticket").await;
        portal.write();
        let (signed, public) = (signed.token().to_owned(), public.token().to_owned());
        let swapped = [signed.replacen("signed.", "public.", 1), public.replacen("public.", "signed.", 1)];
        let cut = signed[..signed.len() - 1].to_owned();
        for token in swapped.into_iter().chain([cut, "signed.".to_owned(), "x".to_owned(), String::new()]) {
            let fields = [&[("token", token.as_str())], &PUBLIC[..]].concat();
            let again = browser.page_of(browser.post(&fields)).await;
            assert_eq!(again.status, 422, "{token}");
            assert!(!again.is_signed());
        }
        let again = browser.page_of(browser.post(&PUBLIC)).await;
        again.assert_again(422, "Please send your message again");
        assert!(portal.tickets().await.is_empty());
    }

    async fn two_tabs_do_not_mix(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let first = browser.open(&portal.link("user-1")).await;
        let public = browser.open("/submit-ticket").await;
        let second = browser.open(&portal.link("user-2")).await;
        portal.write();
        browser.send(&first, &[("message", "one")]).await.assert_sent();
        browser.send(&second, &[("message", "two")]).await.assert_sent();
        browser.send(&public, &PUBLIC).await.assert_sent();
        let tickets = portal.tickets().await;
        let senders: Vec<_> =
            tickets.iter().map(|ticket| (ticket.value.as_str(), ticket.text.as_str())).collect();
        assert_eq!(senders[..2], [("user-1", "one"), ("user-2", "two")]);
        assert_eq!(tickets[2].kind, "typed");
    }

    async fn the_next_person_on_that_computer_is_public(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.write();
        browser.send(&form, &[("message", "hello")]).await.assert_sent();
        for path in ["/submit-ticket", "/submit-ticket/sent"] {
            let page = browser.open(path).await;
            assert!(page.status == 200 && !page.is_signed() && !page.text.contains("user-42"));
        }
        let next = browser.open("/submit-ticket").await;
        portal.write();
        browser.send(&next, &[("message", "mine")]).await.assert_again(422, "Enter your e-mail address");
        browser.send(&next, &PUBLIC).await.assert_sent();
        assert_eq!(portal.senders().await[1].0, "typed");
    }

    async fn a_double_click_makes_one_ticket(database: Database) {
        let portal = Portal::start(database).await;
        for path in ["/submit-ticket", &portal.link("user-42")] {
            let browser = portal.browser();
            let form = browser.open(path).await;
            portal.write();
            let (first, second) =
                tokio::join!(browser.send(&form, &PUBLIC), browser.send(&form, &PUBLIC));
            first.assert_sent();
            second.assert_sent();
            browser.send(&form, &PUBLIC).await.assert_sent();
        }
        assert_eq!(portal.tickets().await.len(), 2);
    }

    async fn a_signed_form_sends_one_message(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.write();
        browser.send(&form, &[("message", "one")]).await.assert_sent();
        let again = browser.send(&form, &[("message", "two")]).await;
        again.assert_again(422, "Your first message has arrived");
        assert!(!again.is_signed() && again.text.contains("\ntwo</textarea>"));
        assert_eq!(portal.tickets().await.len(), 1);
    }

    async fn a_public_form_sends_one_message_whatever_address_it_contains(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        portal.write();
        browser.send(&form, &PUBLIC).await.assert_sent();
        for (email, message) in [
            ("eve@example.com", "It is broken.\nHelp!"),
            ("ada@example.com", "another"),
            ("eve@example.com", "another"),
        ] {
            let again = browser.send(&form, &[("name", "Ada"), ("email", email), ("message", message)]).await;
            again.assert_again(422, "Your first message has arrived");
            assert!(again.text.contains(message.lines().next().expect("a line")));
        }
        browser.send(&form, &PUBLIC).await.assert_sent();
        assert_eq!(portal.tickets().await.len(), 1);
    }

    async fn one_form_that_is_sent_at_once_to_two_instances_makes_one_ticket(database: Database) {
        let portal = Portal::start(database).await;
        let second = portal.server.second_instance().await;
        for number in 1..=5 {
            let browser = portal.browser();
            let form = browser.open("/submit-ticket").await;
            portal.write();
            let other = browser.at_instance(&second);
            let email = |number| format!("ada{number}@example.com");
            let emails: Vec<_> = (0..8).map(email).collect();
            let send = |browser, email| {
                let form = &form;
                async move { Browser::send(browser, form, &[("email", email), ("message", "hello")]).await }
            };
            let (e, b, o) = (&emails, &browser, &other);
            let responses = tokio::join!(
                send(b, e[0].as_str()), send(o, &e[1]), send(b, &e[2]), send(o, &e[3]),
                send(b, &e[4]), send(o, &e[5]), send(b, &e[6]), send(o, &e[7]),
            );
            let responses: [Page; 8] = responses.into();
            assert_eq!(responses.iter().filter(|page| page.status == 303).count(), 1);
            assert_eq!(responses.iter().filter(|page| page.status == 422).count(), 7);
            assert_eq!(portal.tickets().await.len(), number);
        }
    }

    async fn a_double_click_at_two_instances_is_one_ticket_and_no_error(database: Database) {
        let portal = Portal::start(database).await;
        let second = portal.server.second_instance().await;
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        portal.write();
        let other = browser.at_instance(&second);
        let (first, second) = tokio::join!(browser.send(&form, &PUBLIC), other.send(&form, &PUBLIC));
        first.assert_sent();
        second.assert_sent();
        assert_eq!(portal.tickets().await.len(), 1);
    }

    async fn errors_are_shown_at_their_fields_and_the_typed_text_is_kept(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        portal.write();
        let (long_name, long_subject) = ("n".repeat(101), "s".repeat(201));
        let fields = [("name", long_name.as_str()), ("email", "ada@"), ("subject", &long_subject), ("message", "kept")];
        let again = browser.send(&form, &fields).await;
        again.assert_again(422, "Please check what you entered");
        assert!(again.text.contains("\nkept</textarea>"));
        assert_eq!(again.value_of("name"), long_name);
        assert_eq!(again.value_of("email"), "ada@");
        assert_eq!(again.value_of("subject"), long_subject);
        for field in ["name", "email", "subject"] {
            assert!(again.text.contains(&format!("id=\"{field}-problem\"")), "{field}");
            assert!(again.text.contains(&format!("aria-describedby=\"{field}-problem\"")), "{field}");
            assert!(again.text.contains(&format!("href=\"#{field}\"")), "{field}");
        }
        for (fields, sentence) in [
            ([("email", "ada@example.com"), ("message", " \r\n ")], "Write what you need help with."),
            ([("email", "ada@example.com"), ("message", &"a".repeat(10_001))], "Shorten it to 10,000 characters"),
            ([("email", ""), ("message", "hello")], "Enter your e-mail address"),
            ([("email", "ada@example.com\u{fffd}"), ("message", "hello")], "e-mail address is incomplete"),
            ([("email", "\u{212a}im@example.com"), ("message", "hello")], "looks like another"),
        ] {
            browser.send(&form, &fields).await.assert_again(422, sentence);
        }
        assert!(portal.tickets().await.is_empty());
        browser.send(&form, &PUBLIC).await.assert_sent();
    }

    async fn a_verified_customers_address_is_optional_and_never_proved(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        portal.write();
        let wrong = browser.send(&form, &[("email", "ada"), ("message", "hello")]).await;
        wrong.assert_again(422, "e-mail address is incomplete");
        assert!(wrong.is_signed());
        browser.send(&wrong, &PUBLIC).await.assert_sent();
        let tickets = portal.tickets().await;
        assert_eq!((tickets[0].kind.as_str(), tickets[0].value.as_str()), ("portal_user", "user-42"));
        assert_eq!(tickets[0].typed_address, Some("ada@example.com".to_owned()));
    }

    async fn the_longest_message_fits_in_every_script(database: Database) {
        let portal = Portal::start(database).await;
        for character in ["a", "ü", "語", "🙂"] {
            let browser = portal.browser();
            let form = browser.open("/submit-ticket").await;
            portal.write();
            let message = character.repeat(10_000);
            let fields = [("email", "ada@example.com"), ("message", message.as_str())];
            browser.send(&form, &fields).await.assert_sent();
        }
        assert_eq!(portal.tickets().await.len(), 4);
    }

    async fn nothing_typed_becomes_markup(database: Database) {
        let portal = Portal::start(database).await;
        let payloads = [
            "</textarea><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
            "' autofocus onfocus=alert(1) x='", "{{ 7*7 }}", "javascript:alert(1)",
        ];
        for payload in payloads {
            let browser = portal.browser();
            let form = browser.open(&portal.link(payload)).await;
            assert!(form.is_signed());
            portal.write();
            let fields = [("name", payload), ("email", payload), ("subject", payload), ("message", payload)];
            let again = browser.send(&form, &fields).await;
            assert_eq!(again.status, 422);
            for page in [&form, &again] {
                let rest = page.text.replace("<script src=\"/portal.js\" defer></script>", "");
                assert!(!rest.contains("<script") && !rest.contains("<img"), "{rest}");
                assert!(!rest.contains("\"><img") && !rest.contains("' autofocus"), "{rest}");
            }
            portal.server.clock.advance(-10);
        }
    }

    async fn a_blocked_contact_is_rejected_with_a_sentence(database: Database) {
        let portal = Portal::start(database).await;
        let (store, desk) = (portal.server.store(), &portal.server.desk);
        let now = portal.server.instance.app.clock.now();
        let identities = [
            ("/submit-ticket".to_owned(), Identity::Typed(TypedAddress::parse("ada@example.com").expect("an address"))),
            (portal.link("user-42"), Identity::PortalUser(deskseal::UserId::parse("user-42").expect("an id"))),
        ];
        for (path, identity) in identities {
            let contact = contacts::find_or_create(store, desk, &identity, now).await.expect("a contact");
            contacts::set_blocked(store, desk, &contact.id, Some(now)).await.expect("it is blocked");
            let browser = portal.browser();
            let form = browser.open(&path).await;
            portal.write();
            let rejected = browser.send(&form, &PUBLIC).await;
            assert_eq!(rejected.status, 403);
            assert!(rejected.text.contains("We do not accept messages from you here."));
        }
        assert!(portal.tickets().await.is_empty());
    }
}
