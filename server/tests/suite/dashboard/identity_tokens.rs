//! The page "Identity tokens": secret and verification tool.

use deskseal::{Secret, Signer, Verifier, VerifierOptions};
use ticket_center::agents::Role;
use ticket_center::secrets::{Grace, Purpose};

use super::browser::{Browser, Page};
use crate::logs;
use crate::server::{Database, START, Server, on_both_databases, rotate};

const ADA: &str = "ada@example.com";

async fn owner(server: &Server) -> Browser {
    server.agent(ADA, Role::Owner).await;
    server.signed_in(ADA).await
}

fn shown(page: &Page, id: &str) -> String {
    let (_, rest) = page.text.split_once(&format!("id=\"{id}\">")).expect("it is shown");
    rest.split_once('<').expect("it ends").0.to_owned()
}

fn verifier(secret: &str) -> Verifier {
    Verifier::new(Secret::new(secret).expect("it is a secret"), VerifierOptions::default())
}

on_both_databases! {
    async fn a_secret_is_shown_once_replaced_and_revoked(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let path = server.path("identity-tokens");
        let mut secrets = Vec::new();
        for _ in 0..2 {
            let page = browser.get(&path).await.shown();
            let (csrf, replaces) = (page.field("csrf"), page.field("replaces"));
            let fields = [("csrf", csrf.as_str()), ("replaces", &replaces), ("grace", "week")];
            let page = browser.send(&format!("{path}/secret"), &fields).await.shown();
            assert!(page.has("DESKSEAL_IDENTITY_SECRET"), "{}", page.text);
            secrets.push(shown(&page, "new-secret"));
        }
        let page = browser.get(&path).await.shown();
        assert!(secrets.iter().all(|secret| secret.starts_with("dsk_secret_") && !page.has(secret)));
        let previous = page.field("secret");
        let asked = browser.get(&format!("{path}/revoke?secret={previous}")).await.shown();
        assert!(asked.has("identity tokens that your server still makes with it are rejected"), "{}", asked.text);
        let revoked = browser.submit(&path, &format!("{path}/revoke"), &[("secret", &previous)]).await;
        assert_eq!(revoked.location(), path);
        assert!(!browser.get(&path).await.shown().has("Revoke now"));
        // The other pages have secrets of their own.
        assert!(browser.get(&server.path("portal")).await.shown().has("There is no secret yet"));
    }

    async fn a_known_good_token_is_valid_and_logged_without_the_identity(database: Database) {
        logs::capture();
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let (path, sign) = (server.path("identity-tokens"), server.path("identity-tokens/sign"));
        let none = browser.submit(&path, &sign, &[("user_id", "marker-7")]).await;
        assert!(none.status == 422 && none.has("This desk has no Identity Secret yet"));
        let secret = rotate(&server.instance, &server.desk, Purpose::Identity, Grace::default()).await;
        let fields = [("user_id", "marker-7"), ("email", " Marker-token@Example.com ")];
        let token = shown(&browser.submit(&path, &sign, &fields).await.shown(), "made");
        let verified = verifier(secret.shown()).verify_identity_token(server.desk.as_str(), &token, START);
        let verified = verified.expect("it is valid");
        assert_eq!(verified.user_id.expect("it has an id").as_str(), "marker-7");
        assert_eq!(verified.email.expect("it has an e-mail").as_str(), "marker-token@example.com");
        let rejected = browser.submit(&path, &sign, &[("email", "ada")]).await;
        assert!(rejected.status == 422 && rejected.has("class=\"problem\" role=\"alert\""));
        let lines = logs::captured();
        assert!(lines.contains("a known good identity token was requested"));
        assert!(!lines.contains("arker-") && !lines.contains(&token));
    }

    async fn an_owner_sets_which_proofs_are_accepted_and_it_is_logged(database: Database) {
        logs::capture();
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let path = server.path("identity-tokens");
        assert!(browser.get(&path).await.shown().has("value=\"signatures_and_tokens\" checked"));
        for (proofs, is_accepted) in [("tokens", false), ("signatures", true), ("signatures_and_tokens", true)] {
            let saved = browser.submit(&path, &format!("{path}/accepted"), &[("proofs", proofs)]).await;
            assert_eq!(saved.location(), path);
            assert!(browser.get(&path).await.shown().has(&format!("value=\"{proofs}\" checked")));
            assert_eq!(server.customer(ADA).verify().await.status.is_success(), is_accepted, "{proofs}");
            let logged = format!("\"accepted\":\"{proofs}\"");
            let is_logged = |line: &str| line.contains(server.desk.as_str()) && line.contains(&logged);
            assert!(logs::captured().lines().any(is_logged), "{proofs}");
        }
        let unknown = browser.submit(&path, &format!("{path}/accepted"), &[("proofs", "none")]).await;
        assert_eq!(unknown.status, 400);
    }

    async fn an_invalid_token_is_explained(database: Database) {
        let server = Server::start(database).await;
        let own = rotate(&server.instance, &server.desk, Purpose::Identity, Grace::default()).await;
        let portal = rotate(&server.instance, &server.desk, Purpose::Portal, Grace::default()).await;
        let mut browser = owner(&server).await;
        let (path, desk) = (server.path("identity-tokens"), server.desk.as_str());
        let token = |secret: &str, audience: &str| {
            let claims = deskseal::IdentityClaims { user_id: Some("user-42"), ..Default::default() };
            let signer = Signer::new(Secret::new(secret).expect("it is a secret"));
            signer.identity_token(audience, &claims, START).expect("it is signed")
        };
        let host = "example.help.localhost";
        for (token, audience, code) in [
            (token(own.shown(), desk), desk, "no_deviation"),
            (token(own.shown(), desk), "", "no_deviation"),
            (token(own.shown(), host), host, "no_deviation"),
            (token(own.shown(), host), desk, "token_audience"),
            (token(own.shown(), "desk-1"), "desk-1", "token_audience"),
            (token(portal.shown(), desk), desk, "secret_of_other_purpose"),
            (token(server.secret.shown(), desk), desk, "secret_of_other_purpose"),
            ("\"><img src=x>".to_owned(), desk, "token_malformed"),
        ] {
            let fields = [("token", token.as_str()), ("audience", audience)];
            let told = browser.submit(&path, &format!("{path}/explain"), &fields).await.shown();
            assert!(told.has(&format!("<code>{code}</code>")), "{code}: {}", told.text);
            assert_eq!(told.has("The token is valid"), code == "no_deviation");
            assert!(!told.has("<img"));
        }
    }
}
