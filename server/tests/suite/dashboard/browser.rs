//! A browser without scripts: cookies, links and forms.

use std::collections::BTreeMap;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response};
use ticket_center::agents::{self, AgentName, NewMember, Role};
use ticket_center::desks::{self, DeskName};
use ticket_center::ids::{AgentId, DeskId};
use ticket_center::passwords::Known;

use crate::server::{Instance, Server};
use crate::waiting::client_builder;

/// The password of every agent of the tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The page of a response.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    /// Returns the target of the redirect.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers[LOCATION].to_str().expect("a location is text")
    }

    /// Returns the value of the first field of this name in a form of the page.
    pub(crate) fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let from = self.text.find(&start).unwrap_or_else(|| panic!("no {name}: {}", self.text));
        let rest = &self.text[from + start.len()..];
        rest[..rest.find('"').expect("an attribute ends")].to_owned()
    }

    /// Checks that the page was shown, and returns it.
    pub(crate) fn shown(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

/// A browser with cookies, which does not follow links by itself.
#[derive(Clone)]
pub(crate) struct Browser {
    url: String,
    client: reqwest::Client,
    pub(crate) cookies: BTreeMap<String, String>,
    /// The client address that a proxy reports.
    pub(crate) address: Option<&'static str>,
}

impl Browser {
    pub(crate) fn new(url: &str) -> Self {
        let client = client_builder().redirect(Policy::none()).build();
        let (cookies, client) = (BTreeMap::new(), client.expect("it is a client"));
        Self { url: url.to_owned(), client, cookies, address: None }
    }

    /// Returns a browser that speaks HTTP/2 without TLS, as a proxy does for browsers.
    pub(crate) fn over_http2(url: &str) -> Self {
        let client = client_builder().redirect(Policy::none()).http2_prior_knowledge();
        Self { client: client.build().expect("it is a client"), ..Self::new(url) }
    }

    /// Returns the same browser at another instance, to which a proxy sends it.
    pub(crate) fn at(&self, instance: &Instance) -> Self {
        Self { url: instance.url.clone(), ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !pairs.is_empty() {
            request = request.header(COOKIE, pairs.join("; "));
        }
        match self.address {
            Some(address) => request.header("x-forwarded-for", address),
            None => request,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let response = self.request(Method::GET, path).send().await;
        self.keep(response.expect("the server responds")).await
    }

    /// Sends a form with exactly these fields, from a page of this origin.
    pub(crate) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.url.clone();
        self.send_from(&origin, path, fields).await
    }

    pub(crate) async fn send_from(
        &mut self,
        origin: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN, origin)
            .body(body);
        let response = request.send().await;
        self.keep(response.expect("the server responds")).await
    }

    /// Sends a form with the token of its page.
    pub(crate) async fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(page).await.field("csrf");
        let fields: Vec<_> =
            [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.send(path, &fields).await
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Page {
        let fields = [("email", email), ("password", password)];
        self.submit("/sign-in", "/sign-in", &fields).await
    }

    /// Follows a link of a mail or a page, and returns the page that it leads to.
    pub(crate) async fn follow(&mut self, link: &str) -> Page {
        let link = link.strip_prefix("http://127.0.0.1").expect("it leads to the server");
        let moved = self.get(link).await;
        assert_eq!(moved.headers["referrer-policy"], "no-referrer");
        assert_eq!(moved.headers["cache-control"], "no-store");
        let path = moved.location().to_owned();
        assert!(!path.contains('?'), "no token stays in the address bar: {path}");
        self.get(&path).await
    }

    /// Sends the form of the page that a link opens.
    pub(crate) async fn submit_link_form(
        &mut self,
        page: &Page,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let (csrf, link) = (page.field("csrf"), page.field("link"));
        let own = [("csrf", csrf.as_str()), ("link", link.as_str())];
        let fields: Vec<_> = own.into_iter().chain(fields.iter().copied()).collect();
        self.send(path, &fields).await
    }

    async fn keep(&mut self, response: Response) -> Page {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page { status, headers, text: response.text().await.expect("it is text") }
    }
}

impl Server {
    /// Adds an agent to the desk of the tests.
    pub(crate) async fn agent(&self, email: &str, role: Role) -> AgentId {
        self.agent_at(&self.desk, email, role).await
    }

    pub(crate) async fn agent_at(&self, desk: &DeskId, email: &str, role: Role) -> AgentId {
        let passwords = &self.instance.app.passwords;
        let password = passwords.choose(PASSWORD, Known::new([])).await.expect("it is hashed");
        let name = AgentName::parse(email.split('@').next().unwrap_or(email));
        let new = NewMember {
            email: &deskseal::CanonicalEmail::parse(email).expect("it is an e-mail"),
            name: &name.expect("it is a name"),
            role,
            password: &password,
        };
        let now = self.instance.app.clock.now();
        agents::create_member(self.store(), desk, new, now).await.expect("it is added")
    }

    pub(crate) async fn other_desk(&self) -> DeskId {
        let name = DeskName::parse("Other").expect("it is a name");
        let now = self.instance.app.clock.now();
        desks::create(self.store(), &name, now).await.expect("a desk")
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.instance.url)
    }

    /// Returns a browser in which this agent is signed in.
    pub(crate) async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.sign_in(email, PASSWORD).await.location(), "/");
        browser
    }

    /// Returns where a page of the desk is.
    pub(crate) fn path(&self, leaf: &str) -> String {
        format!("/desks/{}/{leaf}", self.desk)
    }
}
