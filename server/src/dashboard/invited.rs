//! Accepting an invitation: for the holder of its link, signed in or not.
//!
//! A GET changes nothing, since programs that scan mail follow links. It moves the token from the address
//! bar into a cookie, and the page that it leads to has a form whose POST accepts.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::account::chosen;
use super::cookies::{self, Kept};
use super::form::VisitorForm;
use super::notice::{Notice, redirect_with};
use super::refusal::Refusal;
use super::sign_in::{self, Unproved};
use crate::accounts::{self, AcceptError, Chosen, LinkToken, Needed, OpenInvitation, Stays};
use crate::agents::{AgentName, Membership, Role};
use crate::center::Center;
use crate::config::Hidden;
use crate::limits::Neighbourhood;
use crate::passwords::{HashedPassword, Known, MIN_CHARACTERS};
use crate::throttle::{self, Budget};

const PATH: &str = "/invitation";

/// Marks an answer to a link with a token in it, which no other request may name.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkOpened;

/// The token of a link that was followed.
#[derive(Deserialize)]
pub(super) struct Followed {
    pub(super) token: Option<Hidden>,
}

#[derive(Template)]
#[template(path = "dashboard/invitation.html")]
struct InvitationPage<'page> {
    form_token: String,
    link: &'page str,
    open: &'page OpenInvitation,
    is_either: bool,
    is_take_over: bool,
    name: &'page str,
    desks: Vec<DeskChoice<'page>>,
    least: usize,
    problem: Option<String>,
}

/// A link that leads nowhere any more.
#[derive(Template)]
#[template(path = "dashboard/link_gone.html")]
pub(super) struct GonePage {
    pub(super) sentence: &'static str,
}

/// A desk of an unproved account, and what was chosen.
pub(super) struct DeskChoice<'page> {
    pub(super) membership: &'page Membership,
    pub(super) stays: Option<bool>,
}

#[derive(Deserialize)]
struct Acceptance {
    link: Hidden,
    #[serde(default)]
    name: String,
    /// A new password, where one is chosen.
    new: Option<Hidden>,
    again: Option<Hidden>,
    /// The password of an account that there is.
    current: Option<Hidden>,
    /// What becomes of each desk of an unproved account.
    #[serde(default)]
    desk: Vec<String>,
}

/// Why an invitation is not accepted yet.
enum Problem {
    /// The form is shown again with the sentence.
    Sentence(StatusCode, String),
    /// The link leads nowhere any more.
    Gone,
    Refused(Refusal),
}

impl<E: Into<Refusal>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

pub(super) fn router() -> Router<Arc<Center>> {
    Router::new().route(PATH, get(show).post(accept))
}

/// Moves the token of a followed link into a cookie, and leads to the page without it.
pub(super) fn moved(center: &Center, token: &str, path: &'static str) -> Response {
    let mut response = Redirect::to(path).into_response();
    if let Some(token) = LinkToken::parse(token) {
        cookies::set(&center.config, response.headers_mut(), Kept::Link, token.shown());
    }
    response.extensions_mut().insert(LinkOpened);
    response
}

/// Returns the token of the link that the browser opened.
pub(super) fn opened(center: &Center, headers: &HeaderMap) -> Option<LinkToken> {
    LinkToken::parse(&cookies::read(&center.config, headers, Kept::Link)?)
}

async fn show(
    State(center): State<Arc<Center>>,
    Query(followed): Query<Followed>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if let Some(token) = followed.token {
        return Ok(moved(&center, token.shown(), PATH));
    }
    let Some(token) = opened(&center, &headers) else { return gone(&center, &headers) };
    let Some(open) = accounts::open(&center.store, &token, center.clock.now()).await? else {
        return gone(&center, &headers);
    };
    respond(&center, &headers, (&token, &open), (StatusCode::OK, None, &Filled::default()))
}

/// What was filled in before.
#[derive(Default)]
struct Filled<'page> {
    name: Option<&'page str>,
    stays: Stays,
}

fn respond(
    center: &Center,
    headers: &HeaderMap,
    (token, open): (&LinkToken, &OpenInvitation),
    (status, problem, filled): (StatusCode, Option<String>, &Filled<'_>),
) -> Result<Response, Refusal> {
    let memberships = match &open.needed {
        Needed::TakeOver(memberships) => memberships.as_slice(),
        _ => &[],
    };
    sign_in::for_visitor(center, headers, status, |form_token| InvitationPage {
        form_token,
        link: token.shown(),
        open,
        is_either: matches!(open.needed, Needed::Either),
        is_take_over: matches!(open.needed, Needed::TakeOver(_)),
        name: filled.name.unwrap_or(&open.name),
        desks: choices(memberships, &filled.stays),
        least: MIN_CHARACTERS,
        problem,
    })
}

pub(super) fn choices<'page>(
    memberships: &'page [Membership],
    stays: &Stays,
) -> Vec<DeskChoice<'page>> {
    let choice = |membership: &'page Membership| DeskChoice {
        membership,
        stays: stays.of(&membership.desk),
    };
    memberships.iter().map(choice).collect()
}

fn gone(center: &Center, headers: &HeaderMap) -> Result<Response, Refusal> {
    let sentence = "The invitation was accepted, withdrawn or replaced, or it has expired. Ask the \
                    person who invited you to send it again.";
    sign_in::for_visitor(center, headers, StatusCode::GONE, |_| GonePage { sentence })
}

async fn accept(
    State(center): State<Arc<Center>>,
    Extension(caller): Extension<Neighbourhood>,
    headers: HeaderMap,
    VisitorForm(given): VisitorForm<Acceptance>,
) -> Result<Response, Refusal> {
    let now = center.clock.now();
    let Some(token) = LinkToken::parse(given.link.shown()) else { return gone(&center, &headers) };
    let Some(open) = accounts::open(&center.store, &token, now).await? else {
        return gone(&center, &headers);
    };
    let stays = Stays::parse(given.desk.iter().map(String::as_str)).unwrap_or_default();
    match accepted(&center, (&caller, &headers), (&token, &open), (&given, &stays)).await {
        Ok(response) => Ok(response),
        Err(Problem::Gone) => gone(&center, &headers),
        Err(Problem::Refused(refusal)) => Err(refusal),
        Err(Problem::Sentence(status, sentence)) => {
            // The account may have changed; then another form is right.
            let open = accounts::open(&center.store, &token, now).await?;
            let Some(open) = open else { return gone(&center, &headers) };
            let filled = Filled { name: Some(&given.name), stays };
            let shown = (status, Some(sentence), &filled);
            respond(&center, &headers, (&token, &open), shown)
        }
    }
}

async fn accepted(
    center: &Center,
    (caller, headers): (&Neighbourhood, &HeaderMap),
    (token, open): (&LinkToken, &OpenInvitation),
    (given, stays): (&Acceptance, &Stays),
) -> Result<Response, Problem> {
    let now = center.clock.now();
    let accepted = match (&open.needed, &given.current) {
        (Needed::Password | Needed::Either, Some(current)) => {
            let proof = (open.email.as_str(), current.shown());
            let proved = sign_in::check(center, caller, headers, proof).await;
            let proved = proved.map_err(|unproved| wrong_password(unproved, &open.needed))?;
            let chosen = Chosen::Account { id: &proved.account.id, password: &proved.password };
            accounts::accept(&center.store, token, chosen, now).await
        }
        (Needed::Password, None) => return Err(Refusal::FormMalformed.into()),
        (Needed::NewAccount | Needed::Either, _) => {
            let (name, password) = new_account(center, caller, open, given).await?;
            let chosen = Chosen::NewAccount { name: &name, password: &password };
            accounts::accept(&center.store, token, chosen, now).await
        }
        (Needed::TakeOver(memberships), _) => {
            if !stays.cover(memberships) {
                return Err(unprocessable("Choose for each desk whether you stay a member."));
            }
            let (name, password) = new_account(center, caller, open, given).await?;
            let chosen = Chosen::TakeOver { name: &name, password: &password, stays };
            accounts::accept(&center.store, token, chosen, now).await
        }
    };
    let accepted = accepted.map_err(not_accepted)?;
    let path = format!("/desks/{}/inbox", accepted.desk);
    let mut response = redirect_with(&center.config, &path, Notice::Joined);
    let entered = (&accepted.agent, &accepted.session);
    sign_in::enter(center, headers, &mut response, entered).await?;
    cookies::delete(&center.config, response.headers_mut(), Kept::Link);
    let is_taken_over = matches!(open.needed, Needed::TakeOver(_));
    let (agent, desk) = (&accepted.agent, &accepted.desk);
    tracing::info!(%agent, %desk, is_taken_over, "an invitation was accepted");
    Ok(response)
}

async fn new_account(
    center: &Center,
    caller: &Neighbourhood,
    open: &OpenInvitation,
    given: &Acceptance,
) -> Result<(AgentName, HashedPassword), Problem> {
    let name = AgentName::parse(&given.name)
        .ok_or_else(|| unprocessable("A name has 1 to 80 characters, on one line."))?;
    let known = Known::new([open.email.as_str(), name.as_str(), &open.desk_name]);
    let typed = (given.new.as_ref(), given.again.as_ref());
    let password = new_password(center, caller, typed, known).await?;
    let password = password.map_err(|sentence| unprocessable(&sentence))?;
    Ok((name, password))
}

/// Returns what to keep of a new password that was typed twice, or what is wrong with it.
pub(super) async fn new_password(
    center: &Center,
    caller: &Neighbourhood,
    (new, again): (Option<&Hidden>, Option<&Hidden>),
    known: Known,
) -> Result<Result<HashedPassword, String>, Refusal> {
    let (Some(new), Some(again)) = (new, again) else { return Err(Refusal::FormMalformed) };
    if new.shown() != again.shown() {
        return Ok(Err("The two passwords are not the same.".to_owned()));
    }
    // Whoever has a link must not keep others from signing in by choosing passwords all the time.
    let key = throttle::key(&center.keyring, &["choosing", &caller.to_string()]);
    throttle::take(&center.store, &[(key, Budget::ADDRESS)], center.clock.now()).await?;
    chosen(center, new.shown(), known).await
}

fn unprocessable(sentence: &str) -> Problem {
    Problem::Sentence(StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned())
}

fn wrong_password(unproved: Unproved, needed: &Needed) -> Problem {
    match unproved {
        Unproved::Refused(Refusal::TooMany(seconds)) => {
            Problem::Sentence(StatusCode::TOO_MANY_REQUESTS, sign_in::too_many(seconds))
        }
        Unproved::Refused(refusal) => Problem::Refused(refusal),
        Unproved::Wrong => {
            let sentence = match needed {
                Needed::Either => format!("That is not the password. {ASK_FOR_MAIL}"),
                _ => "That is not the password.".to_owned(),
            };
            Problem::Sentence(StatusCode::UNAUTHORIZED, sentence)
        }
    }
}

const ASK_FOR_MAIL: &str = "If you do not know it, ask whoever invited you to send the invitation by \
                            mail.";

fn not_accepted(error: AcceptError) -> Problem {
    match error {
        AcceptError::Gone => Problem::Gone,
        AcceptError::HasAccount => unprocessable(&format!(
            "No account can be made for this address with this link. If you have an account here, give \
             its password below. {ASK_FOR_MAIL}"
        )),
        AcceptError::Changed => Problem::Sentence(
            StatusCode::CONFLICT,
            "The account changed meanwhile. Read the page again, then go on.".to_owned(),
        ),
        error @ AcceptError::LastOwner(_) => unprocessable(&error.to_string()),
        AcceptError::Vault(error) => error.into(),
        AcceptError::Store(error) => error.into(),
    }
}
