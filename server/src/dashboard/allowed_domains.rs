//! The page "Allowed domains": which sites may embed the Ticket Center. For owners.
//!
//! The vendor's guide calls the page Settings > Messages, so `/messages` redirects here.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::confirm_action::ConfirmAction;
use super::error::Result;
use super::form::RecentForm;
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::app_state::AppState;
use crate::desks;
use crate::origin::{AllowedDomain, AllowedDomains, Verdict};

const LEAF: &str = "allowed-domains";

#[derive(Template)]
#[template(path = "dashboard/allowed_domains.html")]
struct AllowedDomainsPage {
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
    /// The text in the field for a new domain.
    #[serde(default)]
    domain: String,
}

#[derive(Deserialize)]
struct Entered {
    #[serde(default)]
    domain: String,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    let back = async |Owner(at_desk): Owner| Redirect::to(&at_desk.path(LEAF));
    Router::new()
        .route("/desks/{desk}/allowed-domains", get(show))
        .route("/desks/{desk}/messages", get(back))
        .route("/desks/{desk}/allowed-domains/add", post(add).get(back))
        .route("/desks/{desk}/allowed-domains/remove", post(remove).get(confirm_remove))
}

async fn show(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Query(tested): Query<Tested>,
) -> Result<Response> {
    let mut page = AllowedDomainsPage::new(&app, &at_desk).await?;
    page.entered = tested.domain;
    let origin = tested.origin.trim();
    if !origin.is_empty() {
        page.verdict = Some(page.domains.verdict(Some(origin)));
        origin.clone_into(&mut page.origin);
    }
    page::render(&page)
}

async fn add(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response> {
    let domain = match AllowedDomain::parse(&entered.domain) {
        Ok(domain) => domain,
        Err(error) => {
            let mut page = AllowedDomainsPage::new(&app, &at_desk).await?;
            page.problem = Some(error.to_string());
            page.entered = entered.domain;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)?).into_response());
        }
    };
    desks::allow_domain(&app.store, at_desk.desk(), &domain).await?;
    Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::DomainAdded))
}

async fn confirm_remove(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Query(entered): Query<Entered>,
) -> Result<Response> {
    let domains = desks::allowed_domains(&app.store, at_desk.desk()).await?;
    if !domains.iter().any(|domain| domain.to_string() == entered.domain) {
        return Ok(Redirect::to(&at_desk.path(LEAF)).into_response());
    }
    let is_last = domains.iter().count() == 1;
    let sentence = if is_last {
        "This is the last domain in the list. If the list is empty, every site may embed your Ticket Center."
    } else {
        "Pages of this domain and its subdomains can no longer embed your Ticket Center."
    };
    ConfirmAction::new(&at_desk, Section::AllowedDomains, "allowed-domains/remove", LEAF)
        .about(format!("Remove the domain {}", entered.domain), "Remove domain")
        .says(sentence)
        .with("domain", &entered.domain)
        .asked()
}

async fn remove(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response> {
    desks::disallow_domain(&app.store, at_desk.desk(), &entered.domain).await?;
    Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::DomainRemoved))
}

impl AllowedDomainsPage {
    async fn new(app: &AppState, at_desk: &AtDesk) -> Result<Self> {
        Ok(Self {
            layout: at_desk.layout(Section::AllowedDomains),
            path: at_desk.path(LEAF),
            domains: desks::allowed_domains(&app.store, at_desk.desk()).await?,
            entered: String::new(),
            problem: None,
            origin: String::new(),
            verdict: None,
        })
    }
}
