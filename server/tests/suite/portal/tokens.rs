//! Links with an identity token.

use deskseal::{LinkClaims, Secret, Signer};
use ticket_center::desks::{self, AcceptedProofs};
use ticket_center::secrets::{Grace, IssuedSecret, Purpose};

use super::{HOST, Portal};
use crate::server::{Database, START, on_both_databases, rotate};

/// Returns the link that the product makes now, without scheme and host.
fn link(secret: &str, host: &str, claims: &LinkClaims<'_>, now: i64) -> String {
    let signer = Signer::new(Secret::new(secret).expect("it is a secret"));
    let url = format!("http://{host}");
    let link = signer.portal_link_with_token(&url, claims, now).expect("it is signed");
    link.strip_prefix(&url).expect("it leads to the portal").to_owned()
}

async fn secret(portal: &Portal) -> IssuedSecret {
    let server = &portal.server;
    rotate(&server.instance, &server.desk, Purpose::Identity, Grace::default()).await
}

fn user(user_id: &str) -> LinkClaims<'_> {
    LinkClaims { user_id: Some(user_id), ..LinkClaims::default() }
}

const MESSAGE: [(&str, &str); 1] = [("message", "hello")];

on_both_databases! {
    async fn a_link_sends_one_ticket_of_the_customer(database: Database) {
        let portal = Portal::start(database).await;
        let secret = secret(&portal).await;
        let claims = LinkClaims { user_id: Some("user-42"), email: Some("ada@example.com"), ..LinkClaims::default() };
        let email = LinkClaims { email: Some("Ada@example.com"), ..LinkClaims::default() };
        for (claims, shown, sender) in [
            (&claims, "user-42", ("customer", "user-42")),
            (&email, "ada@example.com", ("sealed", "ada@example.com")),
        ] {
            let now = portal.server.instance.app.clock.unix_seconds();
            let browser = portal.browser();
            let form = browser.open(&link(secret.shown(), HOST, claims, now)).await;
            assert!(form.is_signed() && form.text.contains(&format!("<bdi>{shown}</bdi>")), "{}", form.text);
            portal.write();
            browser.send(&form, &MESSAGE).await.assert_sent();
            // The same form sent twice, such as by a double click, is the same ticket.
            browser.send(&form, &MESSAGE).await.assert_sent();
            let last = portal.senders().await.pop().expect("there is a ticket");
            assert_eq!((last.0.as_str(), last.1.as_str()), sender);
        }
        assert_eq!(portal.tickets().await.len(), 2);
    }

    async fn a_get_spends_nothing_and_a_replay_is_rejected_on_every_instance(database: Database) {
        let portal = Portal::start(database).await;
        let second = portal.server.second_instance().await;
        let link = link(secret(&portal).await.shown(), HOST, &user("user-42"), START);
        let (ada, thief) = (portal.browser(), portal.browser().at_instance(&second));
        let stolen = thief.open(&link).await;
        let form = ada.open(&link).await;
        assert!(form.is_signed() && ada.open(&link).await.is_signed() && stolen.is_signed());
        portal.write();
        ada.send(&form, &MESSAGE).await.assert_sent();
        let again = thief.send(&stolen, &[("message", "mine")]).await;
        again.assert_again(403, "This link was already used");
        assert!(again.text.contains("mine") && !again.is_signed());
        for browser in [&ada, &thief] {
            let page = browser.open(&link).await;
            page.assert_rejected("identity_token_replayed");
            assert!(page.text.contains("Go back to Example and open support again"));
        }
        assert_eq!(portal.tickets().await.len(), 1);
    }

    async fn of_two_forms_of_one_link_at_once_one_sends_a_ticket(database: Database) {
        let portal = Portal::start(database).await;
        let second = portal.server.second_instance().await;
        let link = link(secret(&portal).await.shown(), HOST, &user("user-42"), START);
        let (here, there) = (portal.browser(), portal.browser().at_instance(&second));
        let (one, other) = (here.open(&link).await, there.open(&link).await);
        portal.write();
        let (one, other) = tokio::join!(here.send(&one, &MESSAGE), there.send(&other, &MESSAGE));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 403]);
        assert_eq!(portal.tickets().await.len(), 1);
    }

    async fn an_invalid_link_is_rejected_with_its_code(database: Database) {
        let portal = Portal::start(database).await;
        let secret = secret(&portal).await;
        let (good, desk) = (link(secret.shown(), HOST, &user("user-42"), START), portal.server.desk.as_str());
        let of_desk = Signer::new(Secret::new(secret.shown()).expect("it is a secret")).identity_token(
            desk, &deskseal::IdentityClaims { user_id: Some("user-42"), ..deskseal::IdentityClaims::default() }, START,
        ).expect("it is signed");
        let signed = portal.link("user-42");
        for (link, code) in [
            (link(secret.shown(), "other.help.localhost", &user("user-42"), START), "identity_token_audience"),
            (format!("/submit-ticket?identity={of_desk}"), "identity_token_audience"),
            (link(portal.secret.shown(), HOST, &user("user-42"), START), "signature_mismatch"),
            (link(portal.server.secret.shown(), HOST, &user("user-42"), START), "signature_mismatch"),
            (format!("{good}x"), "identity_token_malformed"),
            ("/submit-ticket?identity=".to_owned(), "identity_token_malformed"),
            (format!("{good}&identity=x"), "identity_repeated"),
            (good.replace("/submit-ticket?", &format!("{signed}&")), "identity_repeated"),
        ] {
            portal.browser().open(&link).await.assert_rejected(code);
        }
        portal.server.clock.advance(300);
        let late = portal.browser().open(&good).await;
        late.assert_rejected("identity_token_expired");
        assert!(late.text.contains("This link has expired"));
        portal.server.clock.advance(-361);
        portal.browser().open(&good).await.assert_rejected("identity_token_in_future");
        assert!(portal.tickets().await.is_empty());
    }

    async fn a_desk_decides_which_links_it_accepts(database: Database) {
        let portal = Portal::start(database).await;
        let by_token = "/submit-ticket?identity=x";
        portal.browser().open(by_token).await.assert_rejected("secret_not_set");
        let token = link(secret(&portal).await.shown(), HOST, &user("user-42"), START);
        let signature = portal.link("user-42");
        let accept = async |proofs| {
            desks::set_accepted_proofs(portal.server.store(), &portal.server.desk, proofs).await.expect("it is set");
        };
        accept(AcceptedProofs::Tokens).await;
        let page = portal.browser().open(&signature).await;
        page.assert_rejected("signatures_not_accepted");
        assert!(page.text.contains("We only accept links with an identity token"));
        assert!(portal.browser().open(&token).await.is_signed());
        accept(AcceptedProofs::Signatures).await;
        portal.browser().open(&token).await.assert_rejected("tokens_not_accepted");
        assert!(portal.browser().open(&signature).await.is_signed());
        assert_eq!(portal.browser().open("/submit-ticket").await.status, 200);
    }
    async fn a_form_whose_link_is_no_longer_accepted_keeps_the_text_and_becomes_public(database: Database) {
        let portal = Portal::start(database).await;
        let secret = secret(&portal).await;
        let accept = async |proofs| {
            desks::set_accepted_proofs(portal.server.store(), &portal.server.desk, proofs).await.expect("it is set");
        };
        let (by_signature, by_token) = (portal.browser(), portal.browser());
        let signed = by_signature.open(&portal.link("user-42")).await;
        let proved = by_token.open(&link(secret.shown(), HOST, &user("user-43"), START)).await;
        assert!(signed.is_signed() && proved.is_signed());
        portal.write();
        for (accepted, browser, form) in [
            (AcceptedProofs::Tokens, &by_signature, &signed), (AcceptedProofs::Signatures, &by_token, &proved),
        ] {
            accept(accepted).await;
            let before = portal.tickets().await.len();
            let again = browser.send(form, &[("subject", "Parcel"), ("message", "It never came")]).await;
            again.assert_again(403, "was opened with a kind of link that we no longer accept");
            assert!(!again.is_signed() && again.text.contains("It never came") && again.value_of("subject") == "Parcel");
            assert_eq!(portal.tickets().await.len(), before);
            portal.write();
            browser.send(&again, &[("email", "eve@example.com"), ("message", "It never came")]).await.assert_sent();
            assert_eq!(portal.senders().await.pop(), Some(("typed".to_owned(), "eve@example.com".to_owned())));
        }
        // With tokens only, the form of the token is still the customer's; with both, the other one is, too.
        for (accepted, browser, form, kind) in [
            (AcceptedProofs::Tokens, &by_token, &proved, "customer"),
            (AcceptedProofs::SignaturesAndTokens, &by_signature, &signed, "portal_user"),
        ] {
            accept(accepted).await;
            browser.send(form, &MESSAGE).await.assert_sent();
            assert_eq!(portal.senders().await.pop().expect("there is a ticket").0, kind);
        }
    }
}
