//! The page "Portal": hosts, the secret for links, and a tool that explains invalid links. For owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use deskseal::Signer;
use serde::Deserialize;
use url::Url;

use super::confirm_action::ConfirmAction;
use super::error::{Error, Result};
use super::explained::{Explained, explained};
use super::form::{Form, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::secret_settings::{
    self, Issued, SecretPage, SecretsView, confirm_revoke, issue, revoke,
};
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::app_state::AppState;
use crate::portal::FORM_PATH;
use crate::portal_hosts::{self, PortalDomain, PortalDomainError, PortalSetup};
use crate::secrets::Purpose;

const LEAF: &str = "portal";
const PURPOSE: Purpose = Purpose::Portal;

#[derive(Template)]
#[template(path = "dashboard/portal.html")]
struct PortalPage {
    layout: Layout,
    path: String,
    setup: PortalSetup,
    form_url: String,
    public_host: String,
    entered: String,
    domain_problem: Option<String>,
    secrets: SecretsView,
    tool: Tool,
}

/// The verification tool, with the entered fields and the result.
#[derive(Default)]
struct Tool {
    user_id: String,
    link: String,
    made: Option<String>,
    explained: Option<Explained>,
    /// The host for which the link was checked.
    host: String,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(default)]
    is_open: Option<String>,
}

#[derive(Deserialize)]
struct Entered {
    #[serde(default)]
    domain: String,
}

#[derive(Deserialize)]
struct TestUser {
    user_id: String,
}

#[derive(Deserialize)]
struct Pasted {
    link: String,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    let back = async |Owner(at_desk): Owner| Redirect::to(&at_desk.path(LEAF));
    Router::new()
        .route("/desks/{desk}/portal", get(show))
        .route("/desks/{desk}/portal/open", post(set_open).get(back))
        .route("/desks/{desk}/portal/add", post(add).get(back))
        .route("/desks/{desk}/portal/remove", post(remove).get(confirm_remove))
        .route("/desks/{desk}/portal/secret", post(issue::<PortalPage>).get(back))
        .route(
            "/desks/{desk}/portal/revoke",
            post(revoke::<PortalPage>).get(confirm_revoke::<PortalPage>),
        )
        .route("/desks/{desk}/portal/sign", post(sign).get(back))
        .route("/desks/{desk}/portal/explain", post(explain).get(back))
}

async fn show(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Query(entered): Query<Entered>,
) -> Result<Response> {
    let mut page = PortalPage::new(&app, &at_desk, None).await?;
    page.entered = entered.domain;
    page::render(&page)
}

async fn set_open(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Form(given): Form<Opened>,
) -> Result<Response> {
    portal_hosts::set_open(&app.store, at_desk.desk(), given.is_open.is_some()).await?;
    Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::SettingsSaved))
}

async fn add(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response> {
    match added(&app, &at_desk, &entered.domain).await {
        Ok(()) => Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::DomainAdded)),
        Err(PortalDomainError::Store(error)) => Err(error.into()),
        Err(error) => {
            let mut page = PortalPage::new(&app, &at_desk, None).await?;
            page.domain_problem = Some(error.to_string());
            page.entered = entered.domain;
            unprocessable(&page)
        }
    }
}

async fn added(app: &AppState, at_desk: &AtDesk, text: &str) -> Result<(), PortalDomainError> {
    let domain = PortalDomain::parse(text, &app.portal_root, &app.public_host)?;
    portal_hosts::add_domain(&app.store, at_desk.desk(), &domain).await
}

async fn confirm_remove(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Query(entered): Query<Entered>,
) -> Result<Response> {
    let page = PortalPage::new(&app, &at_desk, None).await?;
    if !page.setup.domains.iter().any(|domain| domain.as_str() == entered.domain) {
        return Ok(Redirect::to(&at_desk.path(LEAF)).into_response());
    }
    ConfirmAction::new(&at_desk, Section::Portal, "portal/remove", LEAF)
        .about(format!("Remove the domain {}", entered.domain), "Remove domain")
        .says("The portal is no longer shown at this domain, and signed links to it stop working.")
        .says("Another desk of this server can then add the domain.")
        .with("domain", &entered.domain)
        .asked()
}

async fn remove(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response> {
    portal_hosts::remove_domain(&app.store, at_desk.desk(), &entered.domain).await?;
    Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::DomainRemoved))
}

impl SecretPage for PortalPage {
    const LEAF: &'static str = LEAF;
    const PURPOSE: Purpose = PURPOSE;
    const SECTION: Section = Section::Portal;

    async fn with_issued(app: &AppState, at_desk: &AtDesk, issued: Issued) -> Result<Response> {
        page::render(&PortalPage::new(app, at_desk, Some(issued)).await?)
    }
}

/// Signs a link that is valid for five minutes, as the product's server should.
async fn sign(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(given): Form<TestUser>,
) -> Result<Response> {
    let desk = at_desk.desk();
    let mut page = PortalPage::new(&app, &at_desk, None).await?;
    let own = secret_settings::active_secrets(&app, desk, PURPOSE).await?.own;
    let made = match own.into_iter().find(|live| live.expires_at.is_none()) {
        Some(live) => Signer::new(live.secret)
            .portal_link(&page.form_url, &given.user_id, app.clock.unix_seconds())
            .map_err(|error| error.message().to_owned()),
        None => Err(NO_SECRET.to_owned()),
    };
    // Signing can impersonate any customer, so the use is logged, without the user id.
    let agent = at_desk.signed_in.agent();
    tracing::info!(%desk, %agent, is_made = made.is_ok(), "a known good link was requested");
    page.tool.user_id = given.user_id;
    match made {
        Ok(link) => {
            page.tool.made = Some(link);
            page::render(&page)
        }
        Err(problem) => {
            page.tool.problem = Some(problem);
            unprocessable(&page)
        }
    }
}

const NO_SECRET: &str =
    "This desk has no Portal Ticket Auth Secret yet. Generate one on this page first.";

/// Explains why a link is invalid.
async fn explain(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(given): Form<Pasted>,
) -> Result<Response> {
    let mut page = PortalPage::new(&app, &at_desk, None).await?;
    let link = given.link.trim().to_owned();
    let host = page.host_of(&link);
    page.tool.host.clone_from(&host);
    let asked = link.clone();
    let explained = explained(&app, at_desk.desk(), PURPOSE, move |verifier, others, now| {
        verifier.explain_link(&host, &asked, others, now)
    })
    .await?;
    page.tool.link = link;
    page.tool.problem = explained.is_none().then(|| NO_SECRET.to_owned());
    page.tool.explained = explained;
    if page.tool.problem.is_some() {
        return unprocessable(&page);
    }
    page::render(&page)
}

fn unprocessable(page: &PortalPage) -> Result<Response> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(page)?).into_response())
}

impl PortalPage {
    async fn new(app: &AppState, at_desk: &AtDesk, issued: Option<Issued>) -> Result<Self> {
        let desk = at_desk.desk();
        let setup = portal_hosts::setup(&app.store, &app.portal_root, desk).await?;
        let setup = setup.ok_or(Error::NOT_FOUND)?;
        Ok(Self {
            layout: at_desk.layout(Section::Portal),
            path: at_desk.path(LEAF),
            form_url: format!("{}{FORM_PATH}", app.portal_root.url_of(&setup.default_host)),
            public_host: app.public_host.to_string(),
            setup,
            entered: String::new(),
            domain_problem: None,
            secrets: secret_settings::view(app, desk, PURPOSE, issued).await?,
            tool: Tool::default(),
        })
    }

    /// Returns the link's host if the portal has it, otherwise the default host.
    fn host_of(&self, link: &str) -> String {
        let host = Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.filter(|host| self.setup.domains.iter().any(|domain| domain.as_str() == host))
            .unwrap_or_else(|| self.setup.default_host.clone())
    }
}
