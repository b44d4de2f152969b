"""The Flask extension: the global of templates, and the views."""

import doctest
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from deskseal import DesksealError, Signer, VerificationError, Verifier, generate_secret
from deskseal import flask as flask_extension
from deskseal.flask import Customer, Deskseal
from flask import Flask, Response, make_response, render_template_string, request, session
from flask import stream_template_string as stream
from flask.testing import FlaskClient
from werkzeug.debug import DebuggedApplication
from werkzeug.test import TestResponse

SECRET = generate_secret()
PORTAL_SECRET = generate_secret()
PORTAL = "https://help.company.com"
PUBLIC_LINK = f"{PORTAL}/submit-ticket"
PRIVATE = "private, no-store"
CLICKS = json.loads(Path(__file__).parents[3].joinpath("tests/portal_requests.json").read_text())
IDENTITY = json.loads(Path(__file__).parents[3].joinpath("tests/identity.schema.json").read_text())

PAGE = "<h1>Support</h1>{{ ticket_center() }}"

deskseal = Deskseal()


@deskseal.customer_loader
def load_customer() -> Customer | None:
    """Return the signed-in customer."""
    if "email" not in session:
        return None
    # Some have none, whatever the type says.
    email: Any = session["email"]
    return Customer(email=email, user_id="42")


def make_app(**changes: Any) -> Flask:
    """Create an application, as a factory does."""
    app = Flask(__name__)
    app.secret_key = "for the session of this test"
    app.config["DESKSEAL"] = {
        "ticket_center": {"helpdesk_id": "desk-1"},
        "portal": {"url": PORTAL},
        **changes,
    }
    deskseal.init_app(app, url_prefix="/support")
    app.add_url_rule("/page", "page", lambda: render_template_string(PAGE))
    app.add_url_rule("/submit-ticket", "verify", verify)
    return app


def verify() -> str:
    """Verify on the raw target of the request."""
    verifier = Verifier(PORTAL_SECRET)
    target = "/submit-ticket?" + request.query_string.decode(errors="replace")
    visitor = verifier.verify_link("help.company.com", target)
    return "public" if visitor is None else visitor.user_id


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set both secrets."""
    monkeypatch.setenv("HELPDESKY_HMAC_SECRET", SECRET)
    monkeypatch.delenv("HDH_HMAC_SECRET", raising=False)
    monkeypatch.setenv("LETTERBOOK_PORTAL_TICKET_SECRET", PORTAL_SECRET)


@pytest.fixture
def app() -> Flask:
    """Return an application."""
    return make_app()


def signed_in(app: Flask, email: str | None = "Ada@example.com") -> FlaskClient:
    """Return the browser of a customer."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["email"] = email
    return client


def embed(**options: Any) -> str:
    """Return the customer's Ticket Center as a page has it."""
    html = Signer(SECRET).ticket_center("ada@example.com", "desk-1", **options).html
    return f'<template data-hx-history="false"></template>{html}'


def test_the_global_shows_the_customers_ticket_center(app: Flask) -> None:
    answer = signed_in(app).get("/page")
    assert answer.text == f"<h1>Support</h1>{embed()}"
    assert answer.headers["Cache-Control"] == PRIVATE


def test_the_global_shows_anonymous_visitors_nothing_and_the_page_may_be_cached(app: Flask) -> None:
    answer = app.test_client().get("/page")
    assert answer.text == "<h1>Support</h1>"
    assert "Cache-Control" not in answer.headers


def test_the_global_takes_options(app: Flask) -> None:
    options = "align='left', max_width='40rem', container='help', crossorigin=True, nonce='abc'"
    source = f"{{{{ ticket_center({options}) }}}}"
    app.add_url_rule("/options", "options", lambda: render_template_string(source))
    expected = embed(
        align="left", max_width="40rem", container="help", crossorigin=True, nonce="abc"
    )
    assert signed_in(app).get("/options").text == expected


def test_the_global_finds_the_nonce_where_talisman_puts_it(app: Flask) -> None:
    @app.before_request
    def make_nonce() -> None:
        request.csp_nonce = "of-talisman"  # type: ignore[attr-defined]

    assert embed(nonce="of-talisman") in signed_in(app).get("/page").text


def test_an_empty_nonce_is_no_nonce(app: Flask) -> None:
    @app.before_request
    def make_nonce() -> None:
        request.csp_nonce = ""  # type: ignore[attr-defined]

    source = "{{ ticket_center(nonce='') }}"
    app.add_url_rule("/empty", "empty", lambda: render_template_string(source))
    for path in ("/page", "/empty"):
        assert embed() in signed_in(app).get(path).text


def test_a_page_with_an_identity_overrides_the_views_cache_header(app: Flask) -> None:
    @app.get("/public")
    def public() -> Response:
        answer = make_response(render_template_string(PAGE))
        answer.headers["Cache-Control"] = "public, max-age=600"
        return answer

    assert signed_in(app).get("/public").headers["Cache-Control"] == PRIVATE
    assert "public" in app.test_client().get("/public").headers["Cache-Control"]


def test_a_streamed_page_with_an_identity_logs_a_warning(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.add_url_rule("/stream", "stream", lambda: stream(PAGE))
    assert embed() in signed_in(app).get("/stream").text
    assert PRIVATE in caplog.text


def test_a_customer_without_address_gets_the_public_form_and_the_code_is_logged(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answer = signed_in(app, email="").get("/page")
    assert answer.status_code == 200
    assert f'<a href="{PUBLIC_LINK}">Contact support</a>' in answer.text
    assert "email_empty" in caplog.text
    assert SECRET not in caplog.text


def test_the_fallback_has_no_link_without_a_portal(app: Flask) -> None:
    del app.config["DESKSEAL"]["portal"]
    assert signed_in(app, email="").get("/page").text == "<h1>Support</h1>"


@pytest.mark.parametrize("path", ["/page", "/support/identity"])
def test_debug_mode_raises_the_error(app: Flask, path: str) -> None:
    app.debug = True
    with pytest.raises(DesksealError) as raised:
        signed_in(app, email="").get(path)
    assert raised.value.code == "email_empty"


def test_the_menu_link_leads_to_the_view_that_signs(app: Flask) -> None:
    source = '<a href="{{ portal_link() }}">Help</a>'
    app.add_url_rule("/menu", "menu", lambda: render_template_string(source))
    client = signed_in(app)
    page = client.get("/menu")
    assert page.text == '<a href="/support/portal">Help</a>'
    assert "Cache-Control" not in page.headers

    answer = client.get("/support/portal")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, PRIVATE)
    visitor = Verifier(PORTAL_SECRET).verify_link("help.company.com", answer.headers["Location"])
    assert visitor is not None
    assert visitor.user_id == "42"


@pytest.mark.parametrize("case", CLICKS["cases"], ids=lambda case: case["comment"])
def test_the_portals_link_is_signed_only_for_a_click(app: Flask, case: dict[str, Any]) -> None:
    expected = {"headers": {}, "body": [], "without": [], **CLICKS["answers"][case["answer"]]}
    path = "/support/portal"
    query = expected.get("query")
    answer = signed_in(app).get(path, headers=case["headers"], query_string=query)
    assert answer.status_code in expected["status"]
    assert answer.headers["Cache-Control"] == PRIVATE
    assert ("user_id_signature=" in answer.headers.get("Location", "")) == expected["signed"]
    if "content_type" in expected:
        assert answer.headers["Content-Type"] == expected["content_type"] + "; charset=utf-8"
    for name, value in expected["headers"].items():
        assert answer.headers[name] == value.replace("PATH", path)
    body = answer.text
    assert [part for part in expected["body"] if part.replace("PATH", path) not in body] == []
    assert [part for part in expected["without"] if part in body] == []


def test_an_anonymous_visitor_gets_the_public_form(app: Flask) -> None:
    assert app.test_client().get("/support/portal").headers["Location"] == PUBLIC_LINK


def test_a_link_that_cannot_be_signed_becomes_the_public_link(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("LETTERBOOK_PORTAL_TICKET_SECRET")
    assert signed_in(app).get("/support/portal").headers["Location"] == PUBLIC_LINK
    assert "secret_missing: The environment variable LETTERBOOK_PORTAL_TICKET_SECRET" in caplog.text


def test_without_a_url_there_is_no_portal() -> None:
    client = signed_in(make_app(portal={"url": None}))
    assert client.get("/support/portal").status_code == 404


def test_the_identity_is_json(app: Flask) -> None:
    answer = signed_in(app).get("/support/identity")
    email, signature = Signer(SECRET).sign_email("ada@example.com")
    assert answer.json == {"email": email, "signature": signature, "helpdeskId": "desk-1"}
    jsonschema.validate(answer.json, IDENTITY)
    assert answer.headers["Cache-Control"] == PRIVATE


def _assert_headers(answer: TestResponse) -> None:
    assert answer.headers["Cache-Control"] == PRIVATE
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def _asked_from(app: Flask, site: str | None, origin: str | None = None) -> TestResponse:
    headers = {"Sec-Fetch-Site": site, "Origin": origin}
    sent = {name: value for name, value in headers.items() if value is not None}
    return signed_in(app).get("/support/identity", headers=sent)


@pytest.mark.parametrize("origin", [None, "https://app.example.com", "null"])
def test_a_page_of_another_site_gets_no_identity(app: Flask, origin: str | None) -> None:
    answer = _asked_from(app, "cross-site", origin)
    assert (answer.status_code, answer.json) == (403, {"error": {"code": "cross_site"}})
    _assert_headers(answer)


def test_a_page_of_another_site_gets_the_identity_if_its_origin_is_listed() -> None:
    origins = ["https://app.example.com", "http://localhost:3000"]
    app = make_app(ticket_center={"helpdesk_id": "desk-1", "origins": origins})
    for origin in origins:
        assert _asked_from(app, "cross-site", origin).status_code == 200
    for other in (None, "null", "http://app.example.com", "https://app.example.com.evil.example"):
        assert _asked_from(app, "cross-site", other).status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_a_page_of_this_site_and_a_client_without_the_header_get_the_identity(
    app: Flask, site: str | None
) -> None:
    answer = _asked_from(app, site)
    assert answer.status_code == 200
    _assert_headers(answer)


def test_the_identity_has_its_headers_with_every_status(app: Flask) -> None:
    for status, client in [
        (204, app.test_client()),
        (422, signed_in(app, "")),
        (503, signed_in(make_app(ticket_center={}))),
    ]:
        answer = client.get("/support/identity")
        assert answer.status_code == status
        _assert_headers(answer)


@pytest.mark.parametrize("origin", ["*", "null", "app.example.com", "https://a.example/", None])
def test_an_origin_that_is_none_is_rejected_and_the_setting_is_named(origin: object) -> None:
    app = make_app(ticket_center={"helpdesk_id": "desk-1", "origins": [origin]})
    with app.test_request_context():
        session["email"] = "ada@example.com"
        sentence = r"DESKSEAL\['ticket_center'\]\['origins'\] has .*, which is not an origin"
        with pytest.raises(RuntimeError, match=sentence):
            deskseal.identity()


@pytest.mark.parametrize("customer", [None, False, ""])
def test_a_loader_that_returns_a_false_value_means_an_anonymous_visitor(customer: Any) -> None:
    other = Deskseal()
    other.customer_loader(lambda: customer)
    app = Flask(__name__)
    app.debug = True
    app.config["DESKSEAL"] = {
        "ticket_center": {"helpdesk_id": "desk-1"},
        "portal": {"url": PORTAL},
    }
    other.init_app(app)
    app.add_url_rule("/page", "page", lambda: render_template_string(PAGE))
    client = app.test_client()
    assert client.get("/page").text == "<h1>Support</h1>"
    assert client.get("/deskseal/identity").status_code == 204
    assert client.get("/deskseal/portal").headers["Location"] == PUBLIC_LINK


def test_an_anonymous_visitor_has_no_identity(app: Flask) -> None:
    answer = app.test_client().get("/support/identity")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Cache-Control"] == PRIVATE


@pytest.mark.parametrize("email", ["", None, "ada", "a" * 320 + "@example.com"])
def test_an_address_that_cannot_be_signed_answers_422_with_the_code(
    app: Flask, email: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    status, code = _error(signed_in(app, email=email))
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
    ],
)
def test_a_misconfigured_deployment_answers_503_with_the_code(
    app: Flask, changes: dict[str, Any], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["DESKSEAL"]["ticket_center"].update(changes)
    client = signed_in(app)
    assert _error(client) == (503, code)
    assert client.get("/page").status_code == 200
    assert caplog.text.count(code) == 2


def test_an_invalid_script_url_does_not_break_the_page(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["DESKSEAL"]["ticket_center"]["script_url"] = "javascript:alert(1)"
    assert PUBLIC_LINK in signed_in(app).get("/page").text
    assert "embed_option_malformed" in caplog.text


def test_an_application_without_settings_still_answers(app: Flask) -> None:
    del app.config["DESKSEAL"]
    client = signed_in(app)
    assert _error(client) == (503, "settings_malformed")
    assert client.get("/page").text == "<h1>Support</h1>"
    assert client.get("/support/portal").status_code == 404


def _error(client: FlaskClient) -> tuple[int, str]:
    answer = client.get("/support/identity")
    assert answer.headers["Cache-Control"] == PRIVATE
    jsonschema.validate(answer.get_json(), IDENTITY["definitions"]["error"])
    return answer.status_code, answer.get_json()["error"]["code"]


def test_a_customer_without_an_id_gets_the_portals_public_form(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    other = Deskseal()
    other.customer_loader(lambda: Customer(email="ada@example.com", user_id=None))  # type: ignore[arg-type]
    app = Flask(__name__)
    app.config["DESKSEAL"] = {"portal": {"url": PORTAL}}
    other.init_app(app)
    assert app.test_client().get("/deskseal/portal").headers["Location"] == PUBLIC_LINK
    assert "user_id_empty" in caplog.text


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("path", ["/page", "/support/portal", "/support/identity"])
def test_no_page_and_no_log_has_a_secret(
    app: Flask, caplog: pytest.LogCaptureFixture, path: str, debug: bool
) -> None:
    too_short = "short-secret"
    app.config["DESKSEAL"]["ticket_center"]["secret"] = SECRET
    app.config["DESKSEAL"]["portal"]["secret"] = too_short
    app.wsgi_app = DebuggedApplication(app.wsgi_app) if debug else app.wsgi_app  # type: ignore[method-assign]
    app.debug = debug
    answer = signed_in(app, email="").get(path)
    assert (answer.status_code == 500) == debug
    seen = answer.text + caplog.text
    assert re.search("InputError|SecretError" if debug else "email_empty|secret_too_short", seen)
    assert [secret for secret in (too_short, SECRET, PORTAL_SECRET) if secret in seen] == []


def test_one_extension_serves_applications_of_a_factory_at_once() -> None:
    apps = [
        make_app(ticket_center={"helpdesk_id": name, "secret": generate_secret()})
        for name in ("desk-1", "desk-2")
    ]
    clients = [signed_in(app) for app in apps]
    for client, app in zip(clients * 2, apps * 2, strict=True):
        answer = client.get("/support/identity").get_json()
        product = app.config["DESKSEAL"]["ticket_center"]
        assert answer["helpdeskId"] == product["helpdesk_id"]
        Verifier(product["secret"]).verify_email(answer["email"], answer["signature"])


def signature_of(app: Flask) -> str:
    """Return the signature that the application gives the customer."""
    return str(signed_in(app).get("/support/identity").get_json()["signature"])


def test_a_changed_secret_in_the_configuration_is_used_at_once(app: Flask) -> None:
    email = "ada@example.com"
    first, second = (Signer(secret).sign_email(email) for secret in (SECRET, PORTAL_SECRET))
    assert signature_of(app) == first.signature
    app.config["DESKSEAL"]["ticket_center"]["secret"] = PORTAL_SECRET
    assert signature_of(app) == second.signature
    app.config["DESKSEAL"]["ticket_center"]["secret"] = SECRET
    assert signature_of(app) == first.signature


def test_a_variable_is_read_once_for_a_configuration(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HELPDESKY_HMAC_SECRET")
    assert signed_in(app).get("/support/identity").status_code == 503
    monkeypatch.setenv("HELPDESKY_HMAC_SECRET", SECRET)
    first = signature_of(app)
    monkeypatch.setenv("HELPDESKY_HMAC_SECRET", PORTAL_SECRET)
    assert signature_of(app) == first
    second = Signer(PORTAL_SECRET).sign_email("ada@example.com").signature
    assert signature_of(make_app()) == second
    app.config["DESKSEAL"]["ticket_center"]["script_url"] = "https://desk.company.com/script.js"
    assert signature_of(app) == second


def test_a_request_cannot_change_the_address_of_the_redirect(app: Flask) -> None:
    for attack in ("?next=https://evil.example", "?url=//evil.example", "?%0d%0aLocation:x"):
        headers = {"X-Forwarded-Host": "evil.example"}
        answer = signed_in(app).get(f"/support/portal{attack}", headers=headers)
        assert answer.headers["Location"].startswith(f"{PUBLIC_LINK}?user_id=42&")


def test_one_product_never_uses_the_secret_of_the_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HELPDESKY_HMAC_SECRET")
    with app.test_request_context():
        session["email"] = "ada@example.com"
        assert "user_id=42" in (deskseal.portal_link() or "")
        with pytest.raises(DesksealError) as raised:
            deskseal.identity()
    assert raised.value.code == "secret_missing"


def test_each_application_has_its_own_configuration(app: Flask) -> None:
    other = make_app(ticket_center={"helpdesk_id": "desk-2", "secret": PORTAL_SECRET})
    assert signed_in(app).get("/support/identity").get_json()["helpdeskId"] == "desk-1"
    assert signed_in(other).get("/support/identity").get_json()["helpdeskId"] == "desk-2"


def test_a_missing_setup_names_the_next_step(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(RuntimeError, match="customer_loader"):
        Deskseal().ticket_center()
    del app.config["DESKSEAL"]["ticket_center"]
    app.debug = True
    with pytest.raises(RuntimeError, match="has no 'ticket_center'"):
        signed_in(app).get("/page")
    app.config["DESKSEAL"]["ticket_center"] = {"helpdeskid": "desk-1"}
    with pytest.raises(RuntimeError, match="of texts with keys among"):
        signed_in(app).get("/page")


def test_the_documentation_has_an_example_that_runs() -> None:
    failed, attempted = doctest.testmod(flask_extension)
    assert (failed, attempted > 0) == (0, True)


def test_verifying_the_raw_target_rejects_a_repeated_parameter(app: Flask) -> None:
    app.testing = True
    link = Signer(PORTAL_SECRET).portal_link(PORTAL, "a+b &ü").removeprefix(PORTAL)
    assert app.test_client().get(link).text == "a+b &ü"
    assert app.test_client().get("/submit-ticket").text == "public"
    with pytest.raises(VerificationError) as raised:
        app.test_client().get(f"{link}&user_id=43")
    assert raised.value.code == "identity_repeated"
