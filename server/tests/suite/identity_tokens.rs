//! Identity tokens and the sessions that they open.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use deskseal::{IdentityClaims, Secret, Signer};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::{Connection as _, Row as _};
use std::num::NonZeroU32;
use ticket_center::contacts;
use ticket_center::customer_sessions;
use ticket_center::desks::{self, AcceptedProofs, DeskName};
use ticket_center::ids::ContactId;
use ticket_center::origin::AllowedDomain;
use ticket_center::secrets::{self, Grace, IssuedSecret, Purpose};
use ticket_center::spent_tokens;

use crate::embedding::signature_of;
use crate::server::{ApiResponse, Customer, Database, START, Server, on_both_databases, rotate};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A server whose desk also has a secret for identity tokens.
pub(crate) struct Tokens {
    pub(crate) server: Server,
    pub(crate) secret: IssuedSecret,
}

impl Tokens {
    pub(crate) async fn start(database: Database) -> Self {
        Self::of(Server::start(database).await).await
    }

    pub(crate) async fn of(server: Server) -> Self {
        let secret =
            rotate(&server.instance, &server.desk, Purpose::Identity, Grace::default()).await;
        Self { server, secret }
    }

    /// Returns a token that the product signs now.
    pub(crate) fn token(&self, claims: &IdentityClaims<'_>) -> String {
        let now = self.server.instance.app.clock.unix_seconds();
        token(self.secret.shown(), self.server.desk.as_str(), claims, now)
    }

    /// Returns a new token for a customer with an id.
    pub(crate) fn id(&self, user_id: &str) -> String {
        self.token(&IdentityClaims { user_id: Some(user_id), ..IdentityClaims::default() })
    }

    /// Returns a new token for a customer with an e-mail.
    pub(crate) fn email(&self, email: &str) -> String {
        self.token(&IdentityClaims { email: Some(email), ..IdentityClaims::default() })
    }

    /// Returns a new token for a customer with an id and an e-mail.
    pub(crate) fn both(&self, user_id: &str, email: &str) -> String {
        let (user_id, email) = (Some(user_id), Some(email));
        self.token(&IdentityClaims { user_id, email, ..IdentityClaims::default() })
    }

    /// Returns a caller that knows the desk and nothing else.
    fn visitor(&self) -> Customer {
        Customer {
            credentials: json!({ "helpdeskId": self.server.desk.as_str() }),
            ..self.server.customer("ada@example.com")
        }
    }

    pub(crate) async fn exchange(&self, token: &str) -> ApiResponse {
        self.visitor().call("/session", json!({ "identity": token })).await
    }

    /// Returns the customer whom the token proves, with a session.
    pub(crate) async fn customer(&self, token: &str) -> Customer {
        let session = self.exchange(token).await.done()["session"].take();
        self.with(session.as_str().expect("it is a text"))
    }

    fn with(&self, session: &str) -> Customer {
        self.visitor().with("session", session)
    }

    async fn revoke(&self) {
        let now = self.server.instance.app.clock.now();
        rotate(&self.server.instance, &self.server.desk, Purpose::Identity, Grace::default()).await;
        let (store, desk) = (self.server.store(), &self.server.desk);
        secrets::revoke(store, desk, None, &self.secret.id, now).await.expect("it is revoked");
    }

    async fn accept(&self, proofs: AcceptedProofs) {
        let is_set = desks::set_accepted_proofs(self.server.store(), &self.server.desk, proofs);
        assert!(is_set.await.expect("it is set"));
    }

    async fn count(&self, table: &'static str) -> i64 {
        let mut connection =
            sqlx::AnyConnection::connect(self.server.config.database_url.expose_secret())
                .await
                .expect("it is reached");
        let statement = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let row = sqlx::query(statement).fetch_one(&mut connection).await;
        row.expect("it is counted").get(0)
    }
}

fn token(secret: &str, audience: &str, claims: &IdentityClaims<'_>, now: i64) -> String {
    let signer = Signer::new(Secret::new(secret).expect("it is a secret"));
    signer.identity_token(audience, claims, now).expect("it can be signed")
}

fn ada() -> IdentityClaims<'static> {
    IdentityClaims { user_id: Some("ada"), ..IdentityClaims::default() }
}

/// Returns the token that a signature over any text would make.
fn forged(secret: &str, message: &str) -> String {
    let hexadecimal = signature_of(secret, message);
    let byte = |at: usize| u8::from_str_radix(&hexadecimal[at..at + 2], 16).expect("a byte");
    let bytes: Vec<u8> = (0..64).step_by(2).map(byte).collect();
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&bytes))
}

fn session_of(customer: &Customer) -> &str {
    customer.credentials["session"].as_str().expect("it has a session")
}

fn contact_of(verified: &Value) -> ContactId {
    verified["contact"]["id"].as_str().and_then(ContactId::parse).expect("it is an id")
}

on_both_databases! {
    async fn a_session_is_accepted_by_every_call(database: Database) {
        let tokens = Tokens::start(database).await;
        let response = tokens.visitor().request("/session", &json!({ "identity": tokens.both("ada", "Ada@Example.com") }))
            .send().await.expect("a response");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let opened = ApiResponse::of(response).await.done();
        assert_eq!(opened["expiresAt"], "2026-01-01T00:30:00.000Z");
        let session = opened["session"].as_str().expect("it is a text");
        assert_eq!(session.len(), 43);
        let ada = tokens.with(session);
        let verified = ada.verify().await.done();
        assert_eq!(verified["contact"]["email"], "ada@example.com");
        assert_eq!(verified["sessionExpiresAt"], "2026-01-01T00:30:00.000Z");
        let conversation = ada.begin("hello").await;
        assert_eq!(ada.list(json!({})).await["conversations"].as_array().map(Vec::len), Some(1));
        assert_eq!(ada.read(&conversation, json!({})).await["messages"][0]["text"], "hello");
        let close = format!("/conversations/{}/close", conversation["id"].as_str().expect("an id"));
        assert_eq!(ada.call(&close, json!({})).await.done()["conversation"]["status"], "closed");
        let other = tokens.customer(&tokens.id("eve")).await;
        assert_eq!(other.call(&close, json!({})).await.error(), (404, "conversation_unknown"));
        assert_eq!(other.verify().await.done()["contact"]["email"], Value::Null);
    }

    async fn only_a_hash_of_a_session_is_stored(database: Database) {
        let tokens = Tokens::start(database).await;
        let ada = tokens.customer(&tokens.id("ada")).await;
        let mut connection = sqlx::AnyConnection::connect(tokens.server.config.database_url.expose_secret())
            .await.expect("it is reached");
        let row = sqlx::query("SELECT session_hash, token_key FROM customer_sessions")
            .fetch_one(&mut connection).await.expect("there is one");
        let stored: String = row.get("session_hash");
        assert_ne!(stored, session_of(&ada));
        assert_eq!(tokens.with(&stored).verify().await.error(), (401, "session_ended"));
    }

    async fn both_forms_of_proof_together_are_rejected(database: Database) {
        let tokens = Tokens::start(database).await;
        let session = tokens.customer(&tokens.id("ada")).await;
        let signed = tokens.server.customer("ada@example.com");
        let (email, signature) = (&signed.credentials["email"], &signed.credentials["signature"]);
        let text = json!(session_of(&session));
        for (fields, code) in [
            (json!({ "session": text, "email": email, "signature": signature }), "identity_repeated"),
            (json!({ "session": text, "email": email }), "identity_repeated"),
            (json!({ "session": text, "signature": signature }), "identity_repeated"),
            (json!({ "email": email }), "body_malformed"),
            (json!({ "signature": signature }), "body_malformed"),
            (json!({}), "body_malformed"),
        ] {
            for path in ["/verify", "/conversations", "/message"] {
                let mut fields = fields.clone();
                fields["message"] = json!("hello");
                let response = tokens.visitor().call(path, fields).await;
                assert_eq!(response.error(), (400, code), "{path}");
            }
        }
        // A session counts in the body only.
        let visitor = tokens.visitor();
        let request = visitor.request(&format!("/verify?session={}", session_of(&session)), &json!({}))
            .bearer_auth(session_of(&session)).header("cookie", format!("session={}", session_of(&session)));
        let response = ApiResponse::of(request.send().await.expect("a response")).await;
        assert_eq!(response.error(), (400, "body_malformed"));
    }

    async fn a_session_ends_after_thirty_minutes_without_use(database: Database) {
        let tokens = Tokens::start(database).await;
        let ada = tokens.customer(&tokens.id("ada")).await;
        tokens.server.clock.advance(20 * MINUTE);
        ada.verify().await.done();
        ada.list(json!({})).await;
        let verified = ada.verify().await.done();
        assert_eq!(verified["sessionExpiresAt"], "2026-01-01T00:50:00.000Z");
        tokens.server.clock.advance(30 * MINUTE - 1);
        // The page repeats this by itself, so it prolongs nothing.
        ada.verify().await.done();
        tokens.server.clock.advance(1);
        for path in ["/verify", "/conversations"] {
            assert_eq!(ada.call(path, json!({})).await.error(), (401, "session_ended"));
        }
        let (store, now) = (tokens.server.store(), tokens.server.instance.app.clock.now());
        customer_sessions::delete_ended(store, now).await.expect("it is swept");
        assert_eq!(tokens.count("customer_sessions").await, 0);
    }

    async fn a_fresh_token_renews_a_session_for_twelve_hours_in_all(database: Database) {
        let tokens = Tokens::start(database).await;
        let ada = tokens.customer(&tokens.id("ada")).await;
        let renew = async |token: String| {
            let fields = json!({ "identity": token, "session": session_of(&ada) });
            tokens.visitor().call("/session", fields).await
        };
        let first = tokens.id("ada");
        for _ in 0..28 {
            tokens.server.clock.advance(25 * MINUTE);
            let renewed = renew(tokens.id("ada")).await.done();
            assert_eq!(renewed["session"], session_of(&ada));
        }
        tokens.server.clock.advance(19 * MINUTE);
        let last = renew(tokens.id("ada")).await.done();
        assert_eq!(last["expiresAt"], "2026-01-01T12:00:00.000Z");
        tokens.server.clock.advance(MINUTE);
        assert_eq!(ada.verify().await.error(), (401, "session_ended"));
        assert_eq!(renew(tokens.id("ada")).await.error(), (401, "session_ended"));
        assert_eq!(tokens.exchange(&first).await.error(), (401, "identity_token_expired"));
        tokens.customer(&tokens.id("ada")).await.verify().await.done();
    }

    async fn a_renewal_needs_a_fresh_token_of_the_same_customer_and_spends_the_former(database: Database) {
        let tokens = Tokens::start(database).await;
        let (first, second) = (tokens.id("ada"), tokens.id("ada"));
        let ada = tokens.customer(&first).await;
        let renew = async |token: &str, session: &str| {
            tokens.visitor().call("/session", json!({ "identity": token, "session": session })).await
        };
        assert_eq!(renew(&first, session_of(&ada)).await.error(), (401, "identity_token_replayed"));
        assert_eq!(renew(&tokens.id("eve"), session_of(&ada)).await.error(), (401, "session_ended"));
        assert_eq!(renew(&second, &"a".repeat(43)).await.error(), (401, "session_ended"));
        assert_eq!(renew(&second, "").await.error(), (401, "session_ended"));
        renew(&second, session_of(&ada)).await.done();
        assert_eq!(tokens.exchange(&first).await.error(), (401, "identity_token_replayed"));
        ada.verify().await.done();
    }

    async fn blocking_the_contact_ends_its_sessions(database: Database) {
        let tokens = Tokens::start(database).await;
        let second = tokens.server.second_instance().await;
        let token = tokens.id("ada");
        let ada = tokens.customer(&token).await;
        let contact = contact_of(&ada.at(&second).verify().await.done());
        let (store, desk) = (tokens.server.store(), &tokens.server.desk);
        let now = tokens.server.instance.app.clock.now();
        contacts::set_blocked(store, desk, &contact, Some(now)).await.expect("it is blocked");
        assert_eq!(ada.at(&second).verify().await.error(), (401, "session_ended"));
        assert_eq!(tokens.exchange(&token).await.error(), (403, "contact_blocked"));
        contacts::set_blocked(store, desk, &contact, None).await.expect("it is lifted");
        assert_eq!(ada.verify().await.error(), (401, "session_ended"));
        tokens.customer(&token).await.verify().await.done();
    }

    async fn a_session_ends_with_the_secret_that_signed_its_token(database: Database) {
        let tokens = Tokens::start(database).await;
        let second = tokens.server.second_instance().await;
        let old = tokens.customer(&tokens.id("ada")).await;
        let instance = &tokens.server.instance;
        let short = Grace::new(std::time::Duration::from_mins(10)).expect("it is short");
        let new = rotate(instance, &tokens.server.desk, Purpose::Identity, short).await;
        let new = tokens.customer(&token(new.shown(), tokens.server.desk.as_str(), &ada(), START)).await;
        tokens.server.clock.advance(10 * MINUTE - 1);
        old.at(&second).verify().await.done();
        tokens.server.clock.advance(1);
        assert_eq!(old.at(&second).verify().await.error(), (401, "session_ended"));
        new.verify().await.done();
        let none = Grace::new(std::time::Duration::ZERO).expect("it is short");
        rotate(instance, &tokens.server.desk, Purpose::Identity, none).await;
        assert_eq!(new.at(&second).verify().await.error(), (401, "session_ended"));
        tokens.server.clock.advance(-HOUR);
        assert_eq!(new.verify().await.error(), (401, "session_ended"));
    }

    async fn revoking_a_secret_ends_its_sessions_at_once(database: Database) {
        let tokens = Tokens::start(database).await;
        let second = tokens.server.second_instance().await;
        let (token, ada) = (tokens.id("ada"), tokens.customer(&tokens.id("ada")).await);
        ada.at(&second).verify().await.done();
        tokens.revoke().await;
        for customer in [&ada, &ada.at(&second)] {
            assert_eq!(customer.verify().await.error(), (401, "session_ended"));
        }
        assert_eq!(tokens.exchange(&token).await.error(), (401, "signature_mismatch"));
    }

    async fn signing_out_ends_the_session_and_spends_its_token(database: Database) {
        let tokens = Tokens::start(database).await;
        let second = tokens.server.second_instance().await;
        let without_id = forged(tokens.secret.shown(), &format!("eyJhbGciOiJIUzI1NiJ9.{}",
            Base64UrlUnpadded::encode_string(json!({ "aud": tokens.server.desk.as_str(), "sub": "ada",
                "iat": START, "exp": START + 600 }).to_string().as_bytes())));
        for token in [tokens.id("ada"), without_id] {
            let ada = tokens.customer(&token).await;
            // A thief has used the token as well, and holds a session of their own.
            let stolen = tokens.customer(&token).await;
            let other = tokens.customer(&tokens.id("ada")).await;
            let other_desk = ada.with("helpdeskId", tokens.server.other_desk().await.as_str());
            other_desk.call("/session/end", json!({})).await.done();
            ada.verify().await.done();
            for _ in 0..2 {
                assert_eq!(ada.call("/session/end", json!({})).await.done(), json!({ "ended": true }));
            }
            for ended in [&ada, &stolen, &stolen.at(&second)] {
                assert_eq!(ended.verify().await.error(), (401, "session_ended"));
            }
            let again = tokens.visitor().at(&second).call("/session", json!({ "identity": token })).await;
            assert_eq!(again.error(), (401, "identity_token_replayed"));
            other.verify().await.done();
        }
        let nonsense = tokens.with("nonsense").call("/session/end", json!({})).await;
        assert_eq!(nonsense.done(), json!({ "ended": true }));
        let (store, clock) = (tokens.server.store(), &tokens.server.instance.app.clock);
        spent_tokens::delete_expired(store, clock.now()).await.expect("it is swept");
        assert_eq!(tokens.count("spent_tokens").await, 2);
        tokens.server.clock.advance(3 * DAY);
        spent_tokens::delete_expired(store, clock.now()).await.expect("it is swept");
        assert_eq!(tokens.count("spent_tokens").await, 0);
    }

    async fn a_contact_has_a_bounded_number_of_sessions(database: Database) {
        let tokens = Tokens::start(database).await;
        let token = tokens.id("ada");
        let first = tokens.customer(&token).await;
        tokens.server.clock.advance(1);
        let eve = tokens.customer(&tokens.id("eve")).await;
        let mut last = first.clone();
        for _ in 0..200 {
            last = tokens.customer(&token).await;
        }
        assert_eq!(tokens.count("customer_sessions").await, 51);
        assert_eq!(first.verify().await.error(), (401, "session_ended"));
        last.verify().await.done();
        eve.verify().await.done();
        // Ten thousand, however they came about, are fifty after the next one.
        let many = "INSERT INTO customer_sessions (session_hash, contact_id, secret_id, token_key, token_expires_at, \
            created_at, used_at) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers \
            WHERE n < 10000) SELECT 'many' || n, one.contact_id, one.secret_id, one.token_key, one.token_expires_at, \
            one.created_at, one.used_at FROM numbers CROSS JOIN (SELECT * FROM customer_sessions WHERE contact_id = \
            (SELECT id FROM contacts WHERE value = 'ada') LIMIT 1) AS one";
        let mut connection = sqlx::AnyConnection::connect(tokens.server.config.database_url.expose_secret())
            .await.expect("it is reached");
        sqlx::query(many).execute(&mut connection).await.expect("they are there");
        assert_eq!(tokens.count("customer_sessions").await, 10_051);
        tokens.customer(&token).await.verify().await.done();
        assert_eq!(tokens.count("customer_sessions").await, 51);
    }

    async fn the_limits_of_a_contact_and_an_address_apply_to_sessions(database: Database) {
        let server = Server::start_with(database, |config| {
            config.reads_per_minute = NonZeroU32::new(4).expect("it is not zero");
            config.refusals_per_minute = NonZeroU32::new(3).expect("it is not zero");
        }).await;
        let tokens = Tokens::of(server).await;
        let (token, email) = (tokens.email("ada@example.com"), tokens.server.customer("ada@example.com"));
        let ada = tokens.customer(&token).await;
        ada.list(json!({})).await;
        email.list(json!({})).await;
        tokens.customer(&token).await;
        for customer in [&ada, &email] {
            assert_eq!(customer.call("/conversations", json!({})).await.error(), (429, "rate_limited"));
        }
        assert_eq!(tokens.exchange(&token).await.error(), (429, "rate_limited"));
        for _ in 0..3 {
            assert_eq!(tokens.exchange("x").await.error(), (401, "identity_token_malformed"));
        }
        assert_eq!(tokens.exchange("x").await.error(), (429, "rate_limited"));
        assert_eq!(tokens.with("x").verify().await.error(), (429, "rate_limited"));
    }

    async fn a_page_of_another_site_opens_and_ends_no_session(database: Database) {
        let tokens = Tokens::start(database).await;
        let ada = tokens.customer(&tokens.id("ada")).await;
        let domain = AllowedDomain::parse("example.com").expect("it is a domain");
        let is_set = desks::set_allowed_domains(tokens.server.store(), &tokens.server.desk, &[domain]).await;
        assert!(is_set.expect("it is set"));
        for (path, fields) in [("/session", json!({ "identity": tokens.id("ada") })), ("/session/end", json!({}))] {
            let request = ada.request(path, &fields).header("origin", "https://evil.example");
            let response = request.send().await.expect("a response");
            assert_eq!(response.headers()["access-control-allow-origin"], "*");
            assert_eq!(ApiResponse::of(response).await.error(), (403, "origin_not_allowed"));
        }
        ada.verify().await.done();
    }

    async fn the_last_use_of_the_secret_is_written_down(database: Database) {
        let tokens = Tokens::start(database).await;
        tokens.server.clock.advance(30);
        let last_use = async || {
            tokens.server.instance.app.desks.write_last_uses().await.expect("they are written");
            let records = secrets::list(tokens.server.store(), &tokens.server.desk).await.expect("they are read");
            let record = records.into_iter().find(|record| record.id == tokens.secret.id);
            record.expect("it is listed").last_used_at
        };
        tokens.exchange("x").await;
        assert_eq!(last_use().await, None);
        tokens.customer(&tokens.id("ada")).await;
        assert_eq!(last_use().await, Some(tokens.server.instance.app.clock.now()));
    }

    async fn a_desk_without_an_identity_secret_says_so(database: Database) {
        let server = Server::start(database).await;
        let token = token(server.secret.shown(), server.desk.as_str(), &ada(), START);
        let visitor = server.customer("ada@example.com");
        let response = visitor.call("/session", json!({ "identity": token })).await;
        assert_eq!(response.error(), (401, "secret_not_set"));
        assert!(response.body["error"]["message"].as_str().is_some_and(|it| it.contains("Identity Secret")));
    }

    async fn a_desk_decides_which_proofs_it_accepts_and_no_request_does(database: Database) {
        let tokens = Tokens::start(database).await;
        let second = tokens.server.second_instance().await;
        let signed = tokens.server.customer("ada@example.com");
        let (token, session) = (tokens.email("ada@example.com"), tokens.customer(&tokens.email("ada@example.com")).await);
        signed.verify().await.done();
        tokens.accept(AcceptedProofs::Tokens).await;
        for customer in [&signed, &signed.at(&second)] {
            let response = customer.verify().await;
            assert_eq!(response.error(), (401, "signatures_not_accepted"));
            let sentence = response.body["error"]["message"].as_str().expect("it has a sentence");
            assert!(sentence.starts_with("The help desk accepts identity tokens only, and no e-mail signatures."));
        }
        session.verify().await.done();
        tokens.accept(AcceptedProofs::Signatures).await;
        assert_eq!(session.at(&second).verify().await.error(), (401, "tokens_not_accepted"));
        assert_eq!(tokens.exchange(&token).await.error(), (401, "tokens_not_accepted"));
        signed.verify().await.done();
        tokens.accept(AcceptedProofs::SignaturesAndTokens).await;
        assert_eq!(session.verify().await.error(), (401, "session_ended"));
        tokens.customer(&token).await.verify().await.done();
        signed.verify().await.done();
    }

    // Attacks.

    async fn a_token_of_another_desk_portal_or_purpose_opens_no_session(database: Database) {
        let tokens = Tokens::start(database).await;
        let Tokens { server, secret } = &tokens;
        let desk = server.desk.as_str();
        let name = DeskName::parse("Other").expect("it is a name");
        let other = desks::create(server.store(), &name, server.instance.app.clock.now()).await.expect("a desk");
        let foreign = rotate(&server.instance, &other, Purpose::Identity, Grace::default()).await;
        let portal = rotate(&server.instance, &server.desk, Purpose::Portal, Grace::default()).await;
        let link = Signer::new(Secret::new(secret.shown()).expect("it is a secret")).portal_link_with_token(
            "http://example.help.localhost",
            &deskseal::LinkClaims { user_id: Some("ada"), ..deskseal::LinkClaims::default() }, START,
        ).expect("it is a link");
        let of_link = link.split_once("identity=").expect("it has a token").1;
        let signature = server.customer("ada@example.com").credentials["signature"].as_str().expect("it is").to_owned();
        for (token, code) in [
            (token(secret.shown(), other.as_str(), &ada(), START), "identity_token_audience"),
            (of_link.to_owned(), "identity_token_audience"),
            (token(foreign.shown(), desk, &ada(), START), "signature_mismatch"),
            (token(portal.shown(), desk, &ada(), START), "signature_mismatch"),
            (token(server.secret.shown(), desk, &ada(), START), "signature_mismatch"),
            (signature, "identity_token_malformed"),
            (String::new(), "identity_token_malformed"),
            ("a".repeat(9000), "identity_token_malformed"),
        ] {
            assert_eq!(tokens.exchange(&token).await.error(), (401, code), "{token}");
        }
        let at_other = tokens.visitor().with("helpdeskId", other.as_str());
        let response = at_other.call("/session", json!({ "identity": tokens.id("ada") })).await;
        assert_eq!(response.error(), (401, "signature_mismatch"));
        let session = tokens.customer(&tokens.id("ada")).await.with("helpdeskId", other.as_str());
        assert_eq!(session.verify().await.error(), (401, "session_ended"));
        assert_eq!(tokens.count("customer_sessions").await, 1);
    }

    async fn a_token_is_no_signature_and_no_signature_is_made_with_its_secret(database: Database) {
        let tokens = Tokens::start(database).await;
        let token = tokens.email("ada@example.com");
        let ada = tokens.server.customer("ada@example.com");
        let end = token.rsplit_once('.').expect("it has parts").1;
        for signature in [token.as_str(), end] {
            assert_eq!(ada.with("signature", signature).verify().await.error(), (401, "signature_malformed"));
        }
        let with_its_secret = tokens.server.customer_with("ada@example.com", tokens.secret.shown());
        assert_eq!(with_its_secret.verify().await.error(), (401, "signature_mismatch"));
    }

    async fn a_product_that_signs_any_text_as_an_e_mail_makes_no_token(database: Database) {
        let tokens = Tokens::start(database).await;
        // A visitor registers with the message of a token as address, and the product signs it unchecked.
        let text = tokens.id("admin");
        let message = text.rsplit_once('.').expect("it has parts").0;
        let made = forged(tokens.server.secret.shown(), message);
        assert_eq!(tokens.exchange(&made).await.error(), (401, "signature_mismatch"));
        let given = tokens.server.customer("ada@example.com").with("email", message)
            .with("signature", &signature_of(tokens.server.secret.shown(), message));
        assert_eq!(given.verify().await.error(), (401, "email_malformed"));
        // Only the identity secret makes one: the forgery itself is sound.
        tokens.exchange(&forged(tokens.secret.shown(), message)).await.done();
    }

    async fn a_token_is_valid_from_a_minute_before_its_time_until_it_expires(database: Database) {
        let tokens = Tokens::start(database).await;
        let token = tokens.id("ada");
        let at = async |seconds| {
            tokens.server.clock.advance(seconds);
            let response = tokens.exchange(&token).await;
            tokens.server.clock.advance(-seconds);
            response
        };
        at(-60).await.done();
        at(599).await.done();
        assert_eq!(at(-61).await.error(), (401, "identity_token_in_future"));
        assert_eq!(at(600).await.error(), (401, "identity_token_expired"));
    }

    async fn an_unverified_address_opens_no_history(database: Database) {
        let tokens = Tokens::start(database).await;
        let victim = tokens.server.customer("victim@example.com");
        victim.begin("a secret").await;
        let claims = IdentityClaims {
            user_id: Some("eve"), email: Some("victim@example.com"), email_verified: false, ..IdentityClaims::default()
        };
        let eve = tokens.customer(&tokens.token(&claims)).await;
        assert_eq!(eve.verify().await.done()["contact"]["email"], Value::Null);
        assert_eq!(eve.list(json!({})).await["conversations"], json!([]));
        let payload = json!({ "aud": tokens.server.desk.as_str(), "email": "victim@example.com",
            "email_verified": false, "iat": START, "exp": START + 600 });
        let alone = forged(tokens.secret.shown(), &format!("eyJhbGciOiJIUzI1NiJ9.{}",
            Base64UrlUnpadded::encode_string(payload.to_string().as_bytes())));
        assert_eq!(tokens.exchange(&alone).await.error(), (401, "identity_token_claim"));
    }

    async fn a_chosen_id_or_address_opens_no_other_history(database: Database) {
        let tokens = Tokens::start(database).await;
        let victim = tokens.customer(&tokens.id("victim@example.com")).await;
        victim.begin("a secret").await;
        let signed = tokens.server.customer("victim@example.com");
        assert_eq!(signed.list(json!({})).await["conversations"], json!([]));
        signed.begin("another secret").await;
        for id in ["VICTIM@example.com", "victim"] {
            let eve = tokens.customer(&tokens.id(id)).await;
            assert_eq!(eve.list(json!({})).await["conversations"], json!([]), "{id}");
        }
        let by_email = tokens.customer(&tokens.email("Victim@example.com")).await;
        assert_eq!(by_email.list(json!({})).await["conversations"][0]["subject"], "another secret");
    }
}
