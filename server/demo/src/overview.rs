//! The first page: explains all roles, step by step, with links and sign-in data.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::Facts;
use super::pages;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage<'a> {
    facts: &'a Facts,
}

/// Returns the page's route.
pub(super) fn router(facts: Arc<Facts>) -> Router {
    Router::new().route("/", get(overview)).with_state(facts)
}

async fn overview(State(facts): State<Arc<Facts>>) -> Response {
    pages::shown(&OverviewPage { facts: &facts })
}
