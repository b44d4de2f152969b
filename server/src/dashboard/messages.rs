//! The Messages settings: which sites may embed the Ticket Center. For owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::ask::Question;
use super::form::RecentForm;
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::refusal::Refusal;
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::center::Center;
use crate::desks;
use crate::origin::{AllowedDomain, AllowedDomains, Verdict};

const LEAF: &str = "messages";

#[derive(Template)]
#[template(path = "dashboard/messages.html")]
struct MessagesPage {
    layout: Layout,
    path: String,
    domains: AllowedDomains,
    entered: String,
    problem: Option<String>,
    origin: String,
    verdict: Option<Verdict>,
}

#[derive(Deserialize)]
struct Tested {
    #[serde(default)]
    origin: String,
    /// What stands in the field for a new domain.
    #[serde(default)]
    domain: String,
}

#[derive(Deserialize)]
struct Entered {
    #[serde(default)]
    domain: String,
}

pub(super) fn router() -> Router<Arc<Center>> {
    let back = async |Owner(at_desk): Owner| Redirect::to(&at_desk.path(LEAF));
    Router::new()
        .route("/desks/{desk}/messages", get(show))
        .route("/desks/{desk}/messages/add", post(add).get(back))
        .route("/desks/{desk}/messages/remove", post(remove).get(ask_remove))
}

async fn show(
    State(center): State<Arc<Center>>,
    Owner(at_desk): Owner,
    Query(tested): Query<Tested>,
) -> Result<Response, Refusal> {
    let mut page = MessagesPage::new(&center, &at_desk).await?;
    page.entered = tested.domain;
    let origin = tested.origin.trim();
    if !origin.is_empty() {
        page.verdict = Some(page.domains.verdict(Some(origin)));
        origin.clone_into(&mut page.origin);
    }
    page::render(&page)
}

async fn add(
    State(center): State<Arc<Center>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response, Refusal> {
    let domain = match AllowedDomain::parse(&entered.domain) {
        Ok(domain) => domain,
        Err(error) => {
            let mut page = MessagesPage::new(&center, &at_desk).await?;
            page.problem = Some(error.to_string());
            page.entered = entered.domain;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)?).into_response());
        }
    };
    desks::allow_domain(&center.store, at_desk.desk(), &domain).await?;
    Ok(redirect_with(&center.config, &at_desk.path(LEAF), Notice::DomainAdded))
}

async fn ask_remove(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Query(entered): Query<Entered>,
) -> Result<Response, Refusal> {
    let domains = desks::allowed_domains(&center.store, at_desk.desk()).await?;
    if !domains.iter().any(|domain| domain.to_string() == entered.domain) {
        return Ok(Redirect::to(&at_desk.path(LEAF)).into_response());
    }
    let is_last = domains.iter().count() == 1;
    let sentence = if is_last {
        "It is the only domain in the list. With an empty list, every site may embed your Ticket Center."
    } else {
        "Pages of this domain and its subdomains can no longer embed your Ticket Center."
    };
    Question::new(&at_desk, Section::Messages, "messages/remove", LEAF)
        .about(format!("Remove the domain {}", entered.domain), "Remove domain")
        .says(sentence)
        .with("domain", &entered.domain)
        .asked()
}

async fn remove(
    State(center): State<Arc<Center>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response, Refusal> {
    desks::disallow_domain(&center.store, at_desk.desk(), &entered.domain).await?;
    Ok(redirect_with(&center.config, &at_desk.path(LEAF), Notice::DomainRemoved))
}

impl MessagesPage {
    async fn new(center: &Center, at_desk: &AtDesk) -> Result<Self, Refusal> {
        Ok(Self {
            layout: at_desk.layout(Section::Messages),
            path: at_desk.path(LEAF),
            domains: desks::allowed_domains(&center.store, at_desk.desk()).await?,
            entered: String::new(),
            problem: None,
            origin: String::new(),
            verdict: None,
        })
    }
}
