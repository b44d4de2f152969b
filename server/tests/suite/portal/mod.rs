//! The portal, as the browsers of several people use it.

mod forms;
mod hosts;
mod links;
mod spam;
mod tokens;

use std::sync::Mutex;

use deskseal::{PortalHost, Secret, SignedUser, Signer};
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use ticket_center::config::Config;
use ticket_center::secrets::{Grace, IssuedSecret, Purpose};
use url::form_urlencoded;

use crate::server::{Database, Instance, START, Server, rotate};
use crate::waiting::client_builder;

/// The default host of the desk "Example".
pub(crate) const HOST: &str = "example.help.localhost";

/// Longer than the shortest time in which a person fills in the form.
const WRITING: i64 = 10;

/// A server whose desk also has a secret for links.
pub(crate) struct Portal {
    pub(crate) server: Server,
    pub(crate) secret: IssuedSecret,
}

impl Portal {
    pub(crate) async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    pub(crate) async fn start_with(database: Database, set: impl FnOnce(&mut Config)) -> Self {
        let server = Server::start_with(database, set).await;
        let secret =
            rotate(&server.instance, &server.desk, Purpose::Portal, Grace::default()).await;
        Self { server, secret }
    }

    /// Returns a browser without any cookie, at the desk's default host.
    pub(crate) fn browser(&self) -> Browser {
        Self::browser_of(&self.server)
    }

    pub(crate) fn browser_of(server: &Server) -> Browser {
        Browser {
            url: server.instance.url.clone(),
            host: HOST.to_owned(),
            cookie: Mutex::default(),
            client: client_builder().redirect(Policy::none()).build().expect("it is a client"),
        }
    }

    /// Returns a browser that speaks HTTP/2 without TLS, as a proxy does for browsers.
    pub(crate) fn browser_over_http2(&self) -> Browser {
        let address = self.server.instance.url.trim_start_matches("http://");
        let address: std::net::SocketAddr = address.parse().expect("it is an address");
        let client = client_builder().redirect(Policy::none()).http2_prior_knowledge();
        let client = client.resolve(HOST, address).build().expect("it is a client");
        let url = format!("http://{HOST}:{}", address.port());
        Browser { url, client, ..self.browser() }
    }

    /// Returns the link that the product makes for the user now, without scheme and host.
    pub(crate) fn link(&self, user_id: &str) -> String {
        link_of(&signed(self.secret.shown(), HOST, user_id, START))
    }

    /// Returns the tickets, the oldest first.
    pub(crate) async fn tickets(&self) -> Vec<Stored> {
        sqlx::query_as(
            "SELECT contacts.kind, contacts.value, conversations.subject, messages.body, \
             portal_tickets.typed_name, portal_tickets.typed_address, portal_tickets.host \
             FROM portal_tickets \
             JOIN conversations ON conversations.id = portal_tickets.conversation_id \
             JOIN contacts ON contacts.id = conversations.contact_id \
             JOIN messages ON messages.conversation_id = conversations.id \
             ORDER BY conversations.id",
        )
        .fetch_all(self.server.store().readers())
        .await
        .expect("they are read")
    }

    /// Returns kind and value of the contact of each ticket.
    pub(crate) async fn senders(&self) -> Vec<(String, String)> {
        self.tickets().await.into_iter().map(|ticket| (ticket.kind, ticket.value)).collect()
    }

    /// Lets enough time pass to write a message.
    pub(crate) fn write(&self) {
        self.server.clock.advance(WRITING);
    }
}

/// A ticket, as the database stores it.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Stored {
    kind: String,
    value: String,
    subject: String,
    #[sqlx(rename = "body")]
    text: String,
    typed_name: Option<String>,
    typed_address: Option<String>,
    host: String,
}

pub(crate) fn signed(secret: &str, host: &str, user_id: &str, timestamp: i64) -> SignedUser {
    let signer = Signer::new(Secret::new(secret).expect("it is a secret"));
    let host = PortalHost::parse(host).expect("it is a host");
    signer.sign_user(host.as_str(), user_id, timestamp).expect("it can be signed")
}

pub(crate) fn link_of(user: &SignedUser) -> String {
    link(user.user_id.as_str(), &user.timestamp.to_string(), &user.signature.to_hex())
}

pub(crate) fn link(user_id: &str, timestamp: &str, signature: &str) -> String {
    let query = encoded(&[
        ("user_id", user_id),
        ("user_id_timestamp", timestamp),
        ("user_id_signature", signature),
    ]);
    format!("/submit-ticket?{query}")
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A browser: it keeps the portal's cookie, and does not follow redirects.
pub(crate) struct Browser {
    url: String,
    host: String,
    cookie: Mutex<Option<String>>,
    pub(crate) client: Client,
}

impl Browser {
    /// Returns the same computer at another host.
    pub(crate) fn at(&self, host: &str) -> Self {
        Self {
            url: self.url.clone(),
            host: host.to_owned(),
            cookie: Mutex::new(self.cookie()),
            client: self.client.clone(),
        }
    }

    /// Returns the same browser at another instance, to which a proxy sends it.
    pub(crate) fn at_instance(&self, instance: &Instance) -> Self {
        Self { url: instance.url.clone(), ..self.at(&self.host) }
    }

    fn cookie(&self) -> Option<String> {
        self.cookie.lock().expect("it is not poisoned").clone()
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.with_cookie(self.client.get(format!("{}{path}", self.url)))
    }

    pub(crate) fn post(&self, fields: &[(&str, &str)]) -> RequestBuilder {
        self.with_cookie(self.client.post(format!("{}/submit-ticket", self.url)))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("origin", "null")
            .body(encoded(fields))
    }

    fn with_cookie(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header("accept", "text/html");
        // On HTTP/2 the URL's host is in `:authority`, and there is no `Host`.
        let is_named = self.url.contains(&self.host);
        let request = if is_named { request } else { request.header("host", &self.host) };
        match self.cookie() {
            Some(cookie) => request.header("cookie", format!("other=1; {cookie}")),
            None => request,
        }
    }

    pub(crate) async fn page_of(&self, request: RequestBuilder) -> Page {
        let response = request.send().await.expect("the server responds");
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().expect("it is text");
            let pair = cookie.split(';').next().map(str::to_owned);
            *self.cookie.lock().expect("it is not poisoned") = pair;
        }
        Page {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("it is text"),
        }
    }

    pub(crate) async fn open(&self, path: &str) -> Page {
        self.page_of(self.get(path)).await
    }

    /// Sends the form of the page with these fields.
    pub(crate) async fn send(&self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let mut all = vec![("token", page.token())];
        all.extend_from_slice(fields);
        self.page_of(self.post(&all)).await
    }
}

/// A page, or a redirect.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn token(&self) -> &str {
        self.value_of("token")
    }

    /// Returns the value of an input of the form, as it is written in the page.
    fn value_of(&self, name: &str) -> &str {
        let (_, rest) = self
            .text
            .split_once(&format!(" name=\"{name}\""))
            .unwrap_or_else(|| panic!("the page has a field {name}: {}", self.text));
        let (input, _) = rest.split_once('>').expect("the tag ends");
        input
            .split_once("value=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map_or("", |it| it.0)
    }

    /// Tells whether the form shows a verified customer.
    fn is_signed(&self) -> bool {
        self.text.contains("You write as customer")
    }

    /// Checks that the sender sees an accepted ticket.
    pub(crate) fn assert_sent(&self) {
        assert_eq!(self.status, 303, "{self:?}");
        assert_eq!(self.headers[LOCATION], "/submit-ticket/sent");
    }

    /// Checks that the form came back with a sentence.
    fn assert_again(&self, status: u16, sentence: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.text.contains(sentence), "{sentence:?} is in {}", self.text);
        assert!(!self.token().is_empty());
    }

    /// Checks that the link was rejected, with the code for the developer.
    fn assert_rejected(&self, code: &str) {
        assert_eq!(self.status, 403, "{self:?}");
        let shown = format!("<p class=\"code\">{code}</p>");
        assert!(self.text.contains(&shown), "{code} is in {}", self.text);
        assert!(self.text.contains("href=\"/submit-ticket\""));
        assert!(!self.text.contains("<form"));
    }
}
