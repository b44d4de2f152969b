//! Which sites may embed a desk, and addresses signed as typed.

use serde_json::json;
use ticket_center::desks;
use ticket_center::origin::AllowedDomain;

use crate::server::{ApiResponse, Customer, Database, Server, on_both_databases};
use crate::waiting::client;

async fn allow(server: &Server, entries: &[&str]) {
    let parse = |entry: &&str| AllowedDomain::parse(entry).expect("it is a domain");
    let domains: Vec<_> = entries.iter().map(parse).collect();
    let is_set = desks::set_allowed_domains(server.store(), &server.desk, &domains).await;
    assert!(is_set.expect("it is set"));
}

async fn from(customer: &Customer, origins: &[&str]) -> ApiResponse {
    let mut request = customer.request("/verify", &json!({}));
    for origin in origins {
        request = request.header("origin", *origin);
    }
    let response = request.send().await.expect("the server responds");
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    ApiResponse::of(response).await
}

on_both_databases! {
    async fn a_changed_list_takes_effect_at_once_and_an_empty_one_allows_all(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        from(&ada, &["https://anything.example"]).await.done();
        allow(&server, &["example.com", "localhost"]).await;
        for origin in ["https://example.com", "https://app.example.com:8443", "http://localhost:3000"] {
            from(&ada, &[origin]).await.done();
        }
        from(&ada, &[]).await.done();
        let rejected = [
            &["https://evilexample.com"][..], &["https://example.com.evil.net"], &["null"], &[""],
            &["https://example.com", "https://example.com"],
        ];
        for origins in rejected {
            let response = from(&ada, origins).await;
            assert_eq!(response.error(), (403, "origin_not_allowed"), "{origins:?}");
        }
        allow(&server, &[]).await;
        from(&ada, &["null"]).await.done();
    }

    async fn an_isolated_page_may_load_the_script_and_read_the_responses(database: Database) {
        let server = Server::start(database).await;
        let script = format!("{}/ticket-center.js", server.instance.url);
        let get = || client().get(&script).header("origin", "https://shop.example");
        let loaded = get().send().await.expect("a response");
        let etag = loaded.headers()["etag"].clone();
        let unchanged = get().header("if-none-match", etag).send().await.expect("a response");
        assert_eq!((loaded.status().as_u16(), unchanged.status().as_u16()), (200, 304));
        for response in [loaded, unchanged] {
            assert_eq!(response.headers()["cross-origin-resource-policy"], "cross-origin");
            // If the tag has `crossorigin`.
            assert_eq!(response.headers()["access-control-allow-origin"], "*");
        }
        from(&server.customer("ada@example.com"), &["https://shop.example"]).await.done();
    }

    async fn an_address_signed_as_typed_is_valid_only_if_the_desk_accepts_it(database: Database) {
        let server = Server::start(database).await;
        let canonical = server.customer("ada@example.com");
        let contact = canonical.verify().await.done()["contact"].clone();
        let signature = signature_of(server.secret.shown(), "Ada@example.com");
        let typed = canonical.with("email", "Ada@example.com").with("signature", &signature);
        assert_eq!(typed.verify().await.error(), (401, "signature_mismatch"));
        let accept = async |accepts| {
            let set = desks::set_accepts_as_typed(server.store(), &server.desk, accepts).await;
            assert!(set.expect("it is set"));
        };
        accept(true).await;
        assert_eq!(typed.verify().await.done()["contact"], contact);
        canonical.verify().await.done();
        let other = typed.with("email", "ADA@example.com");
        assert_eq!(other.verify().await.error(), (401, "signature_mismatch"));
        let ambiguous = "\u{212a}im@example.com";
        let signature = signature_of(server.secret.shown(), ambiguous);
        let ambiguous = typed.with("email", ambiguous).with("signature", &signature);
        assert_eq!(ambiguous.verify().await.error(), (401, "email_ambiguous"));
        accept(false).await;
        assert_eq!(typed.verify().await.error(), (401, "signature_mismatch"));
    }
}

/// Signs any text unchanged, as the snippets of other documentation do.
pub(crate) fn signature_of(secret: &str, message: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};

    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(message.as_bytes());
    base16ct::lower::encode_string(&mac.finalize().into_bytes())
}
