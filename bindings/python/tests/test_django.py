"""The Django app: the tag, the views, the checks and the command."""

import asyncio
import doctest
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from deskseal import DesksealError, Signer, VerificationError, Verifier, generate_secret
from deskseal import django as deskseal
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core import checks
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template import Context, RequestContext, Template
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.urls import include, path
from django.views.decorators.cache import cache_page

SECRET = generate_secret()
PORTAL_SECRET = generate_secret()
PORTAL = "https://help.company.com"
PUBLIC_LINK = f"{PORTAL}/submit-ticket"
DESKSEAL: dict[str, dict[str, Any]] = {
    "ticket_center": {"helpdesk_id": "desk-1"},
    "portal": {"url": PORTAL},
}
PRIVATE = "private, no-store"
MIDDLEWARE = "deskseal.django.middleware.PrivatePageMiddleware"
CLICKS = json.loads(Path(__file__).parents[3].joinpath("tests/portal_requests.json").read_text())
IDENTITY = json.loads(Path(__file__).parents[3].joinpath("tests/identity.schema.json").read_text())


# What a setting cannot list as an origin.
NO_ORIGINS = ["*", "null", "app.example.com", "https://app.example.com/", "https://*.example", None]


def page(request: HttpRequest) -> HttpResponse:
    """Return the page whose template the test has set."""
    return render(request, "page.html")


async def async_page(request: HttpRequest) -> HttpResponse:
    """Return the same, as an asynchronous view does."""
    return render(request, "async.html", {"customer": await request.auser()})


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Return the page as a stream, which is rendered after the headers are sent."""
    return StreamingHttpResponse(render(request, "page.html").content for _ in range(1))


def own_page(request: HttpRequest, function: str) -> HttpResponse:
    """Return what one of the package's functions signs, as a view of the project does."""
    if not request.user.is_authenticated:
        return HttpResponse("anonymous")
    return HttpResponse(str(getattr(deskseal, function)(request, request.user)))


def verify(request: HttpRequest) -> HttpResponse:
    """Verify as the README does."""
    verifier = Verifier(PORTAL_SECRET)
    visitor = verifier.verify_link("help.company.com", request.get_full_path())
    return HttpResponse("public" if visitor is None else visitor.user_id)


urlpatterns = [
    path("page", page),
    path("async", async_page),
    path("cached", cache_page(600)(page)),
    path("own/<function>", cache_page(600)(own_page)),
    path("stream", stream),
    path("submit-ticket", verify),
    path("support/", include("deskseal.django.urls")),
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set both secrets."""
    monkeypatch.setenv("HELPDESKY_HMAC_SECRET", SECRET)
    monkeypatch.delenv("HDH_HMAC_SECRET", raising=False)
    monkeypatch.setenv("LETTERBOOK_PORTAL_TICKET_SECRET", PORTAL_SECRET)


@pytest.fixture(autouse=True)
def templates_here(database: dict[str, str]) -> Iterator[dict[str, str]]:
    """Configure the app, and return the templates."""
    database["page.html"] = "{% load deskseal %}<h1>Support</h1>{% ticket_center %}"
    database["async.html"] = "{% load deskseal %}{% ticket_center user=customer %}"
    with override_settings(DESKSEAL=DESKSEAL, ROOT_URLCONF=__name__):
        yield database
    User.objects.all().delete()
    cache.clear()


@pytest.fixture
def ada() -> User:
    """Return a customer."""
    return User.objects.create_user("ada", "Ada@example.com")


@pytest.fixture
def client_of_ada(ada: User) -> Client:
    """Return the browser of a customer who is signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    return client


@pytest.fixture
def client_without_address() -> Client:
    """Return the browser of a customer who has no address."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("grace", ""))
    return client


def embed(**options: str | bool) -> str:
    """Return the customer's Ticket Center as a page has it."""
    html = Signer(SECRET).ticket_center("ada@example.com", "desk-1", **options).html  # type: ignore[arg-type]
    return f'<template data-hx-history="false"></template>{html}'


def asked() -> HttpRequest:
    """Return a request."""
    return RequestFactory().get("/page")


def text(response: Any) -> str:
    """Return what a response says."""
    return response.content.decode()


def test_the_tag_shows_the_signed_in_users_ticket_center(client_of_ada: Client) -> None:
    response = client_of_ada.get("/page")
    assert text(response) == f"<h1>Support</h1>{embed()}"
    assert response["Cache-Control"] == PRIVATE


def test_the_tag_shows_anonymous_visitors_nothing_and_the_page_may_be_cached() -> None:
    response = Client().get("/page")
    assert text(response) == "<h1>Support</h1>"
    assert "Cache-Control" not in response


def test_the_tag_takes_options(client_of_ada: Client, templates_here: dict[str, str]) -> None:
    templates_here["page.html"] = (
        "{% load deskseal %}"
        "{% ticket_center align='left' max_width='40rem' container='help' "
        "crossorigin=True nonce='abc' %}"
    )
    expected = embed(
        align="left", max_width="40rem", container="help", crossorigin=True, nonce="abc"
    )
    assert text(client_of_ada.get("/page")) == expected


def test_the_settings_say_for_every_page_that_the_script_is_loaded_with_cors(ada: User) -> None:
    request = RequestFactory().get("/page")
    request.user = ada
    tag = "{{% load deskseal %}}{{% ticket_center {} %}}"
    product = {**DESKSEAL["ticket_center"], "crossorigin": True}
    with override_settings(DESKSEAL={"ticket_center": product}):
        page = Template(tag.format("")).render(RequestContext(request))
        without = Template(tag.format("crossorigin=False")).render(RequestContext(request))
    assert page == embed(crossorigin=True)
    assert without == embed()


def test_the_tag_never_signs_for_the_user_that_a_page_shows(ada: User) -> None:
    request = RequestFactory().get("/users/ada")
    request.user = AnonymousUser()
    source = Template("{% load deskseal %}{% ticket_center %}")
    assert source.render(RequestContext(request, {"user": ada})) == ""


@pytest.mark.parametrize("user", ["None", "False", "''", "not_set"])
def test_the_tag_shows_nothing_if_it_is_given_no_user(ada: User, user: str) -> None:
    request = RequestFactory().get("/page")
    request.user = ada
    source = Template(f"{{% load deskseal %}}{{% ticket_center user={user} %}}")
    assert source.render(RequestContext(request)) == ""


def test_the_tag_finds_the_nonce_where_middleware_puts_it(ada: User) -> None:
    source = Template("{% load deskseal %}{% ticket_center %}")
    request = RequestFactory().get("/page")
    request.user = ada
    assert source.render(RequestContext(request, {"csp_nonce": "of-django"})) == embed(
        nonce="of-django"
    )
    request.csp_nonce = "of-django-csp"  # type: ignore[attr-defined]
    assert source.render(RequestContext(request)) == embed(nonce="of-django-csp")


def test_an_empty_nonce_is_no_nonce(ada: User) -> None:
    request = RequestFactory().get("/page")
    request.user = ada
    source = Template("{% load deskseal %}{% ticket_center nonce='' %}")
    assert source.render(RequestContext(request)) == embed()
    assert source.render(RequestContext(request, {"csp_nonce": ""})) == embed()
    request.csp_nonce = ""  # type: ignore[attr-defined]
    assert source.render(RequestContext(request)) == embed()
    request.csp_nonce = "of-django-csp"  # type: ignore[attr-defined]
    assert source.render(RequestContext(request)) == embed(nonce="of-django-csp")
    assert "nonce" not in deskseal.ticket_center(asked(), ada, nonce="").attributes


def test_the_tag_needs_the_request() -> None:
    with pytest.raises(ImproperlyConfigured, match="with its request"):
        Template("{% load deskseal %}{% ticket_center %}").render(Context())


def test_a_customer_without_address_gets_the_public_form_and_the_code_is_logged(
    client_without_address: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = client_without_address.get("/page")
    assert response.status_code == 200
    assert f'<a href="{PUBLIC_LINK}">Contact support</a>' in text(response)
    assert "email_empty" in caplog.text
    assert [record.name for record in caplog.records] == ["deskseal"]


def test_a_project_can_replace_the_fallback(
    client_without_address: Client, templates_here: dict[str, str]
) -> None:
    templates_here["deskseal/fallback.html"] = "Write to us: {{ public_link }}"
    try:
        page = text(client_without_address.get("/page"))
    finally:
        del templates_here["deskseal/fallback.html"]
    assert page == f"<h1>Support</h1>Write to us: {PUBLIC_LINK}"


def test_the_fallback_has_no_link_without_a_portal(client_without_address: Client) -> None:
    with override_settings(DESKSEAL={"ticket_center": DESKSEAL["ticket_center"]}):
        assert "href" not in text(client_without_address.get("/page"))


@override_settings(DEBUG=True)
def test_debug_mode_raises_the_error(client_without_address: Client) -> None:
    client_without_address.raise_request_exception = True
    with pytest.raises(DesksealError, match="empty"):
        client_without_address.get("/page")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("path", ["/page", "/support/portal", "/support/identity"])
def test_no_page_and_no_log_has_a_secret(
    client_without_address: Client, caplog: pytest.LogCaptureFixture, path: str, debug: bool
) -> None:
    too_short = "short-secret"
    broken = {
        "ticket_center": {"helpdesk_id": "desk-1", "secret": SECRET},
        "portal": {"url": PORTAL, "secret": too_short},
    }
    with override_settings(DEBUG=debug, DESKSEAL=broken), caplog.at_level(logging.DEBUG):
        answer = client_without_address.get(path)
    assert (answer.status_code == 500) == debug
    seen = text(answer) + caplog.text
    shown = "InputError|SecretError" if debug else "email_empty|secret_too_short"
    assert re.search(shown, seen)
    assert [secret for secret in (too_short, SECRET, PORTAL_SECRET) if secret in seen] == []


def test_a_cached_view_never_serves_the_page_of_another_customer(
    client_of_ada: Client,
) -> None:
    assert embed() in text(client_of_ada.get("/cached"))
    assert "ada@example.com" not in text(Client().get("/cached"))
    assert cache.get("anything", "nothing") == "nothing"


@pytest.mark.parametrize("function", ["ticket_center", "identity", "portal_link"])
def test_a_cached_view_never_serves_what_the_functions_signed_for_another_customer(
    client_of_ada: Client, function: str
) -> None:
    page = client_of_ada.get(f"/own/{function}")
    assert "signature" in text(page)
    assert page["Cache-Control"] == PRIVATE
    assert text(Client().get(f"/own/{function}")) == "anonymous"


FRAGMENTS = {
    "inside": ("{% ticket_center %}", ""),
    "in an include": ("{% include 'inner.html' %}", "{% load deskseal %}{% ticket_center %}"),
    "in a block": (
        "{% block help %}{% endblock %}",
        "{% extends 'outer.html' %}{% load deskseal %}{% block help %}{% ticket_center %}"
        "{% endblock %}",
    ),
}


@pytest.mark.parametrize("where", FRAGMENTS)
def test_the_tag_shows_the_public_form_in_a_cached_fragment_and_says_why(
    client_of_ada: Client,
    templates_here: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    where: str,
) -> None:
    outer, inner = FRAGMENTS[where]
    fragment = f"{{% load cache deskseal %}}{{% cache 600 help %}}{outer}{{% endcache %}}"
    templates_here["page.html"] = inner if where == "in a block" else fragment
    templates_here |= {"outer.html": fragment, "inner.html": inner}
    client_of_ada.raise_request_exception = True
    with override_settings(DEBUG=True), pytest.raises(ImproperlyConfigured, match="cache block"):
        client_of_ada.get("/page")
    for client in (client_of_ada, Client()):
        page = text(client.get("/page"))
        assert PUBLIC_LINK in page
        assert "ada@example.com" not in page
    assert caplog.text.count("Deskseal: fragment_cached: Move ticket_center") == 1


def test_a_page_with_a_cached_fragment_beside_the_tag_shows_the_ticket_center(
    client_of_ada: Client, templates_here: dict[str, str]
) -> None:
    templates_here["page.html"] = (
        "{% load cache deskseal %}{% cache 600 menu %}Menu{% endcache %}{% ticket_center %}"
    )
    assert text(client_of_ada.get("/page")) == f"Menu{embed()}"


def test_a_streamed_page_with_an_identity_logs_a_warning(
    client_of_ada: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert embed() in client_of_ada.get("/stream").getvalue().decode()
    assert PRIVATE in caplog.text


def test_the_menu_link_leads_to_the_view_that_signs(
    client_of_ada: Client, templates_here: dict[str, str], ada: User
) -> None:
    templates_here["page.html"] = '{% load deskseal %}<a href="{% portal_link %}">Help</a>'
    page = client_of_ada.get("/page")
    assert text(page) == '<a href="/support/portal">Help</a>'
    assert "Cache-Control" not in page

    answer = client_of_ada.get("/support/portal")
    assert (answer.status_code, answer["Cache-Control"]) == (302, PRIVATE)
    visitor = Verifier(PORTAL_SECRET).verify_link("help.company.com", answer["Location"])
    assert visitor is not None
    assert visitor.user_id == str(ada.pk)


@pytest.mark.parametrize("case", CLICKS["cases"], ids=lambda case: case["comment"])
def test_the_portals_link_is_signed_only_for_a_click(
    client_of_ada: Client, case: dict[str, Any]
) -> None:
    expected = {"headers": {}, "body": [], "without": [], **CLICKS["answers"][case["answer"]]}
    path = "/support/portal"
    answer = client_of_ada.get(
        path, {}, headers=case["headers"], QUERY_STRING=expected.get("query", "")
    )
    assert answer.status_code in expected["status"]
    assert answer.headers["Cache-Control"] == PRIVATE
    assert ("user_id_signature=" in answer.headers.get("Location", "")) == expected["signed"]
    if "content_type" in expected:
        assert answer.headers["Content-Type"] == expected["content_type"] + "; charset=utf-8"
    for name, value in expected["headers"].items():
        assert answer.headers[name] == value.replace("PATH", path)
    body = text(answer)
    assert [part for part in expected["body"] if part.replace("PATH", path) not in body] == []
    assert [part for part in expected["without"] if part in body] == []


@override_settings(ROOT_URLCONF=(path("page", page),))
def test_without_its_view_the_menu_link_is_the_public_link(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Template("{% load deskseal %}{% portal_link %}")
    assert source.render(Context()) == PUBLIC_LINK
    assert "settings_malformed" in caplog.text
    with override_settings(DEBUG=True), pytest.raises(ImproperlyConfigured, match="Include it"):
        source.render(Context())


def test_an_anonymous_visitor_gets_the_public_form() -> None:
    assert Client().get("/support/portal")["Location"] == PUBLIC_LINK


def test_a_link_that_cannot_be_signed_becomes_the_public_link(
    client_of_ada: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("LETTERBOOK_PORTAL_TICKET_SECRET")
    assert client_of_ada.get("/support/portal")["Location"] == PUBLIC_LINK
    assert "Deskseal: secret_missing: The environment variable" in caplog.text


def test_without_a_url_there_is_no_portal(client_of_ada: Client) -> None:
    with override_settings(DESKSEAL={"portal": {"url": None}}):
        assert client_of_ada.get("/support/portal").status_code == 404


def test_the_identity_is_json(client_of_ada: Client) -> None:
    answer = client_of_ada.get("/support/identity")
    email, signature = Signer(SECRET).sign_email("ada@example.com")
    assert answer.json() == {"email": email, "signature": signature, "helpdeskId": "desk-1"}
    jsonschema.validate(answer.json(), IDENTITY)
    assert answer["Cache-Control"] == PRIVATE


def _listing(*origins: Any) -> override_settings:
    product = {**DESKSEAL["ticket_center"], "origins": list(origins)}
    return override_settings(DESKSEAL={**DESKSEAL, "ticket_center": product})


def _assert_headers(answer: Any) -> None:
    assert answer["Cache-Control"] == PRIVATE
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("origin", [None, "https://app.example.com", "null"])
def test_a_page_of_another_site_gets_no_identity(client_of_ada: Client, origin: str | None) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"} | ({"Origin": origin} if origin else {})
    for client in (client_of_ada, Client()):
        answer = client.get("/support/identity", headers=headers)
        assert (answer.status_code, answer.json()) == (403, {"error": {"code": "cross_site"}})
        _assert_headers(answer)


def test_a_page_of_another_site_gets_the_identity_if_its_origin_is_listed(
    client_of_ada: Client,
) -> None:
    def status_for(origin: str) -> int:
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": origin}
        return client_of_ada.get("/support/identity", headers=headers).status_code

    with _listing("https://app.example.com", "http://localhost:3000"):
        assert status_for("https://app.example.com") == 200
        assert status_for("http://localhost:3000") == 200
        for other in ("null", "http://app.example.com", "https://app.example.com.evil.example"):
            assert status_for(other) == 403


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_a_page_of_this_site_and_a_client_without_the_header_get_the_identity(
    client_of_ada: Client, site: str | None
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    answer = client_of_ada.get("/support/identity", headers=headers)
    assert answer.status_code == 200
    _assert_headers(answer)


def test_the_identity_has_its_headers_with_every_status(client_of_ada: Client) -> None:
    _assert_headers(Client().get("/support/identity"))
    with override_settings(DESKSEAL={}):
        unavailable = client_of_ada.get("/support/identity")
    assert unavailable.status_code == 503
    _assert_headers(unavailable)
    User.objects.update(email="")
    about_customer = client_of_ada.get("/support/identity")
    assert about_customer.status_code == 422
    _assert_headers(about_customer)


@pytest.mark.parametrize("origin", NO_ORIGINS)
def test_an_origin_that_is_none_fails_the_check_which_names_the_setting(origin: object) -> None:
    with _listing("https://app.example.com", origin):
        assert _ids(deploy=False) == ["E002"]
        sentence = r"DESKSEAL\['ticket_center'\]\['origins'\] has .*, which is not an origin"
        with pytest.raises(ImproperlyConfigured, match=sentence):
            deskseal.identity(asked(), User(email="ada@example.com"))


def test_origins_that_are_no_list_fail_the_check() -> None:
    product = {**DESKSEAL["ticket_center"], "origins": "https://app.example.com"}
    with override_settings(DESKSEAL={"ticket_center": product}):
        assert _ids(deploy=False) == ["E002"]


def test_an_anonymous_visitor_has_no_identity() -> None:
    answer = Client().get("/support/identity")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Cache-Control"] == PRIVATE


@override_settings(
    MIDDLEWARE=[*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
)
def test_the_views_answer_anonymous_visitors_where_all_other_views_require_sign_in() -> None:
    assert Client().get("/page")["Location"] == "/accounts/login/?next=/page"
    answer = Client().get("/support/identity")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Cache-Control"] == PRIVATE
    assert Client().get("/support/portal")["Location"] == PUBLIC_LINK


@pytest.mark.parametrize("email", ["", "ada", "a" * 320 + "@example.com"])
def test_an_address_that_cannot_be_signed_answers_422_with_the_code(
    email: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create(username="grace", email=email))
    status, code = _error(client)
    assert (status, code.partition("_")[0]) == (422, "email")
    assert code in caplog.text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": None}, "secret_missing"),
        ({"secret": "changeme"}, "secret_placeholder"),
        ({"secret": "$HELPDESKY_HMAC_SECRET"}, "secret_placeholder"),
        ({"helpdesk_id": None}, "helpdesk_id_malformed"),
        ({"helpdesk_id": "YOUR_HELPDESK_ID"}, "helpdesk_id_malformed"),
        ({"helpdeskid": "desk-1"}, "settings_malformed"),
        ({"helpdesk_id": 1}, "settings_malformed"),
        ({"crossorigin": "anonymous"}, "settings_malformed"),
        ({"crossorigin": None}, "settings_malformed"),
        ({"secret": b"of-bytes-and-long-enough"}, "settings_malformed"),
        ({"email_field": "work_address"}, "settings_malformed"),
    ],
)
def test_a_misconfigured_deployment_answers_503_with_the_code(
    client_of_ada: Client, changes: dict[str, Any], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    product = {**DESKSEAL["ticket_center"], **changes}
    with override_settings(DESKSEAL={"ticket_center": product, "portal": DESKSEAL["portal"]}):
        assert _error(client_of_ada) == (503, code)
        assert PUBLIC_LINK in text(client_of_ada.get("/page"))
    assert caplog.text.count(code) == 2


def test_an_invalid_script_url_does_not_break_the_page(
    client_of_ada: Client, caplog: pytest.LogCaptureFixture
) -> None:
    product = {**DESKSEAL["ticket_center"], "script_url": "javascript:alert(1)"}
    with override_settings(DESKSEAL={"ticket_center": product, "portal": DESKSEAL["portal"]}):
        assert PUBLIC_LINK in text(client_of_ada.get("/page"))
    assert "embed_option_malformed" in caplog.text


def test_the_vendors_own_variable_is_read_as_well(
    client_of_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HDH_HMAC_SECRET", SECRET)
    assert embed() in text(client_of_ada.get("/page"))
    monkeypatch.setenv("HDH_HMAC_SECRET", PORTAL_SECRET)
    with override_settings(DESKSEAL=DESKSEAL):
        assert _error(client_of_ada) == (503, "secret_conflict")
    named = {**DESKSEAL["ticket_center"], "secret_variable": "HELPDESKY_HMAC_SECRET"}
    with override_settings(DESKSEAL={"ticket_center": named}):
        assert embed() in text(client_of_ada.get("/page"))
    monkeypatch.delenv("HELPDESKY_HMAC_SECRET")
    signed = Signer(PORTAL_SECRET).sign_email("ada@example.com")
    assert client_of_ada.get("/support/identity").json()["signature"] == signed.signature


def test_a_project_without_settings_still_answers(client_of_ada: Client) -> None:
    with override_settings(DESKSEAL={}):
        assert _error(client_of_ada) == (503, "settings_malformed")
        assert text(client_of_ada.get("/page")).strip() == "<h1>Support</h1>"
        assert client_of_ada.get("/support/portal").status_code == 404


def _error(client: Client) -> tuple[int, str]:
    answer = client.get("/support/identity")
    assert answer["Cache-Control"] == PRIVATE
    jsonschema.validate(answer.json(), IDENTITY["definitions"]["error"])
    return answer.status_code, answer.json()["error"]["code"]


def test_a_user_without_an_id_gets_the_portals_public_form(
    client_of_ada: Client, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    portal = {"url": PORTAL, "user_id_field": "last_login"}
    with override_settings(DESKSEAL={"portal": portal}):
        User.objects.filter(pk=ada.pk).update(last_login=None)
        assert client_of_ada.get("/support/portal")["Location"] == PUBLIC_LINK
    assert "user_id_empty" in caplog.text


def test_a_request_cannot_change_the_address_of_the_redirect(client_of_ada: Client) -> None:
    for attack in ("?next=https://evil.example", "?url=//evil.example", "?%0d%0aLocation:x"):
        headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
        answer = client_of_ada.get(f"/support/portal{attack}", headers=headers)
        assert answer["Location"].startswith(f"{PUBLIC_LINK}?user_id=")


def test_the_views_allow_only_get_and_head(client_of_ada: Client) -> None:
    assert client_of_ada.post("/support/identity").status_code == 405
    assert client_of_ada.post("/support/portal").status_code == 405


def test_asynchronous_views_work(ada: User) -> None:
    client = AsyncClient()
    client.force_login(ada)

    async def pages() -> list[Any]:
        paths = ["/async", "/support/identity", "/support/portal"]
        return [await client.get(path) for path in paths]

    page, identity, portal = asyncio.run(pages())
    assert text(page) == embed()
    assert identity.json()["email"] == "ada@example.com"
    assert portal["Location"].startswith(f"{PUBLIC_LINK}?user_id=")
    assert {answer["Cache-Control"] for answer in (page, identity, portal)} == {PRIVATE}


def test_the_functions_sign_in_a_view(ada: User) -> None:
    html = deskseal.ticket_center(asked(), ada, nonce="abc").html
    assert html == Signer(SECRET).ticket_center("ada@example.com", "desk-1", nonce="abc").html
    assert deskseal.identity(asked(), ada)["email"] == "ada@example.com"
    assert deskseal.portal_link(asked(), ada).startswith(f"{PUBLIC_LINK}?user_id={ada.pk}&")


def test_the_id_of_the_desk_may_be_in_the_environment(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPDESKY_HELPDESK_ID", "desk-2")
    with override_settings(DESKSEAL={"ticket_center": {}}):
        assert deskseal.identity(asked(), ada)["helpdeskId"] == "desk-2"


def test_settings_name_the_fields_of_the_user(ada: User) -> None:
    ada.first_name, ada.username = "first@example.com", "uuid-1"
    named = {
        "ticket_center": {"helpdesk_id": "desk-1", "email_field": "first_name"},
        "portal": {"url": PORTAL, "user_id_field": "username"},
    }
    with override_settings(DESKSEAL=named):
        assert deskseal.identity(asked(), ada)["email"] == "first@example.com"
        assert "user_id=uuid-1&" in deskseal.portal_link(asked(), ada)


def test_one_product_never_uses_the_secret_of_the_other(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LETTERBOOK_PORTAL_TICKET_SECRET")
    deskseal.identity(asked(), ada)
    with pytest.raises(DesksealError) as raised:
        deskseal.portal_link(asked(), ada)
    assert raised.value.code == "secret_missing"
    monkeypatch.setenv("LETTERBOOK_PORTAL_TICKET_SECRET", PORTAL_SECRET)
    monkeypatch.delenv("HELPDESKY_HMAC_SECRET")
    with override_settings(DESKSEAL=DESKSEAL):
        deskseal.portal_link(asked(), ada)
        with pytest.raises(DesksealError) as raised:
            deskseal.identity(asked(), ada)
    assert raised.value.code == "secret_missing"


def test_a_changed_secret_in_the_settings_is_used_at_once(ada: User) -> None:
    def signature() -> str:
        return deskseal.identity(asked(), ada)["signature"]

    first, second = (Signer(secret).sign_email(ada.email) for secret in (SECRET, PORTAL_SECRET))
    assert signature() == first.signature
    product = {"helpdesk_id": "desk-2", "secret": PORTAL_SECRET}
    with override_settings(DESKSEAL={"ticket_center": product}):
        assert signature() == second.signature
        product["secret"] = SECRET
        assert signature() == first.signature
    assert deskseal.identity(asked(), ada)["helpdeskId"] == "desk-1"


def test_a_variable_is_read_once_for_the_settings(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def signature() -> str:
        return deskseal.identity(asked(), ada)["signature"]

    first, second = (Signer(secret).sign_email(ada.email) for secret in (SECRET, PORTAL_SECRET))
    assert signature() == first.signature
    monkeypatch.setenv("HELPDESKY_HMAC_SECRET", PORTAL_SECRET)
    assert signature() == first.signature
    for other in (DESKSEAL, {"ticket_center": {"helpdesk_id": "desk-2"}}):
        with override_settings(DESKSEAL=other):
            assert signature() == second.signature


def test_a_secret_in_the_settings_is_used_even_if_it_is_none(ada: User) -> None:
    product = {"helpdesk_id": "desk-1", "secret": None}
    with (
        override_settings(DESKSEAL={"ticket_center": product}),
        pytest.raises(DesksealError) as raised,
    ):
        deskseal.identity(asked(), ada)
    assert raised.value.code == "secret_missing"


@pytest.mark.parametrize(
    ("name", "changes", "expected", "deployed"),
    [
        ("complete", {}, [], []),
        ("missing", {"secret": None}, ["W001"], ["E003"]),
        ("empty", {"secret": ""}, ["W001"], ["E003"]),
        ("unset id", {"helpdesk_id": None}, ["W001"], ["E003"]),
        ("placeholder", {"secret": "changeme"}, ["E002"], []),
        ("short", {"secret": "short"}, ["E002"], []),
        ("public", {"secret_variable": "VITE_SECRET"}, ["E002"], []),
        ("example id", {"helpdesk_id": "YOUR_HELPDESK_ID"}, ["E002"], []),
        ("unknown key", {"helpdeskid": "desk-1"}, ["E002"], []),
    ],
)
def test_the_system_check_distinguishes_missing_from_invalid_settings(
    name: str, changes: dict[str, Any], expected: list[str], deployed: list[str]
) -> None:
    product = {**DESKSEAL["ticket_center"], **changes}
    with override_settings(DESKSEAL={"ticket_center": product}):
        assert _ids(deploy=False) == expected, name
        assert _ids(deploy=True) == sorted(expected + deployed), name


def _ids(*, deploy: bool) -> list[str]:
    found = checks.run_checks(include_deployment_checks=deploy)
    assert not any(SECRET in str(message) for message in found)
    names = [(message.id or "").split(".") for message in found]
    return sorted(name[1] for name in names if name[0] == "deskseal")


def test_the_system_check_covers_the_portal_and_the_middleware() -> None:
    with override_settings(DESKSEAL={"portal": {"url": "http://help.company.com"}}):
        assert _ids(deploy=False) == ["E002"]
    with override_settings(DESKSEAL={"portal": {"url": None}}):
        assert _ids(deploy=False) == ["W001"]
    with override_settings(DESKSEAL={"tickets": {}}):
        assert _ids(deploy=False) == ["E001", "W003"]
    without = [name for name in settings.MIDDLEWARE if name != MIDDLEWARE]
    with override_settings(MIDDLEWARE=without):
        assert _ids(deploy=False) == ["W002"]
    with override_settings(DESKSEAL={"portal": {"url": PORTAL}}, MIDDLEWARE=without):
        assert _ids(deploy=False) == []
    with override_settings(DESKSEAL={}):
        assert _ids(deploy=False) == ["W003"]


def test_commands_run_without_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HELPDESKY_HMAC_SECRET")
    monkeypatch.delenv("LETTERBOOK_PORTAL_TICKET_SECRET")
    output = io.StringIO()
    call_command("migrate", verbosity=0, stderr=output)
    call_command("check", stderr=output)
    assert output.getvalue().count("deskseal.W001") == 2
    assets = {"INSTALLED_APPS": [*settings.INSTALLED_APPS, "django.contrib.staticfiles"]}
    with override_settings(STATIC_URL="/static/", STATIC_ROOT=tmp_path, **assets):
        call_command("collectstatic", interactive=False, stdout=output, stderr=output)
    assert "static files copied" in output.getvalue()


def test_the_deployment_check_fails_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("check", deploy=True, stderr=io.StringIO())
    monkeypatch.delenv("HELPDESKY_HMAC_SECRET")
    with (
        override_settings(DESKSEAL=DESKSEAL),
        pytest.raises(SystemCheckError, match=r"deskseal\.E003") as raised,
    ):
        call_command("check", deploy=True)
    assert "secret_missing" in str(raised.value)


def test_the_command_explains_an_email() -> None:
    mixed_up = Signer(PORTAL_SECRET).sign_email("ada@example.com").signature
    assert _explained("email", "ada@example.com", mixed_up) == ["secret_of_other_purpose"]
    right = Signer(SECRET).sign_email("ada@example.com").signature
    assert _explained("email", "ada@example.com", right) == ["no_deviation"]


def test_the_command_explains_a_link() -> None:
    link = Signer(PORTAL_SECRET).portal_link(PORTAL, "42", timestamp=1)
    assert _explained("link", link) == ["link_expired"]
    mixed_up = Signer(SECRET).portal_link(PORTAL, "42")
    assert _explained("link", mixed_up) == ["secret_of_other_purpose"]


def _explained(*arguments: str) -> list[str]:
    output = io.StringIO()
    call_command("deskseal_explain", *arguments, stdout=output)
    assert SECRET not in output.getvalue()
    return re.findall(r"^(\w+): \S", output.getvalue(), re.MULTILINE)


def test_the_command_reports_a_missing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELPDESKY_HMAC_SECRET")
    with pytest.raises(CommandError, match=r"^secret_missing: "):
        call_command("deskseal_explain", "email", "ada@example.com", "0" * 64)


def test_the_command_checks_the_secret_as_the_page_does(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = {**DESKSEAL["ticket_center"], "secret": "$HELPDESKY_HMAC_SECRET"}
    with (
        override_settings(DESKSEAL={"ticket_center": reference}),
        pytest.raises(CommandError, match=r"^secret_placeholder: "),
    ):
        call_command("deskseal_explain", "email", "ada@example.com", "0" * 64)
    monkeypatch.setenv("HDH_HMAC_SECRET", PORTAL_SECRET)
    with pytest.raises(CommandError, match=r"^secret_conflict: "):
        call_command("deskseal_explain", "email", "ada@example.com", "0" * 64)


def test_the_command_reports_missing_settings() -> None:
    with (
        override_settings(DESKSEAL={}),
        pytest.raises(CommandError, match=r"^settings_malformed: .* has no 'portal'"),
    ):
        call_command("deskseal_explain", "link", PUBLIC_LINK)


def test_verifying_the_raw_target_rejects_a_repeated_parameter() -> None:
    link = Signer(PORTAL_SECRET).portal_link(PORTAL, "a+b &ü").removeprefix(PORTAL)
    assert text(Client().get(link)) == "a+b &ü"
    with pytest.raises(VerificationError) as raised:
        Client().get(f"{link}&user_id=43")
    assert raised.value.code == "identity_repeated"


def test_the_documentation_has_examples_that_run() -> None:
    assert doctest.testmod(deskseal) == (0, 14)


def test_the_app_has_its_label() -> None:
    assert apps.get_app_config("deskseal").name == "deskseal.django"


def test_the_plain_package_imports_no_framework() -> None:
    script = "import sys, deskseal; print(sorted({'django', 'flask'} & sys.modules.keys()))"
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert json.loads(output.stdout) == []
