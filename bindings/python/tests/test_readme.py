"""Every block of the README runs, and its views answer."""

import os
import re
import subprocess
import sys
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from deskseal import Signer, VerificationError, Verifier, generate_secret
from django.conf import settings
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from flask import Flask
from flask import request as flask_request
from werkzeug.test import EnvironBuilder

README = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
SECRET = generate_secret()
PORTAL_SECRET = generate_secret()


def blocks(language: str) -> list[str]:
    """Return the README's blocks of code."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


# The blocks that belong into a view, which has a request.
RECIPES = [block for block in blocks("python") if re.search("^visitor = ", block, re.MULTILINE)]


def show_help(request: HttpRequest) -> HttpResponse:
    """Show the page of the README."""
    return render(request, "readme.html")


@pytest.fixture(scope="module")
def names(database: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Run all blocks in their order, and return what they define."""
    database["readme.html"] = blocks("html")[0]
    # Flask looks up the module of an application.
    module = ModuleType("readme")
    sys.modules["readme"] = module
    # The names that a project already has.
    project = {"INSTALLED_APPS": [], "MIDDLEWARE": [], "urlpatterns": [path("help", show_help)]}
    vars(module).update(project, include=include, path=path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESKY_HMAC_SECRET", SECRET)
        patch.setenv("LETTERBOOK_PORTAL_TICKET_SECRET", PORTAL_SECRET)
        patch.setenv("DESKSEAL_IDENTITY_SECRET", generate_secret())
        for block in blocks("python"):
            if block in RECIPES:
                continue
            exec(compile(block, "README.md", "exec"), vars(module))
        with override_settings(ROOT_URLCONF="readme", DESKSEAL=vars(module)["DESKSEAL"]):
            yield vars(module)
    del sys.modules["readme"]


def embed() -> str:
    """Return the markup that the pages show."""
    return Signer(SECRET).ticket_center("ada@example.com", "desk-1").html


def test_the_django_page_shows_the_ticket_center_and_the_link(names: dict[str, Any]) -> None:
    assert set(names["INSTALLED_APPS"]) <= set(settings.INSTALLED_APPS)
    assert set(names["MIDDLEWARE"]) <= set(settings.MIDDLEWARE)
    client = Client()
    user = User.objects.create_user("readme", "Ada@example.com")
    client.force_login(user)
    page = client.get("/help")
    assert embed() in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert '<a href="/deskseal/portal">Help</a>' in page.content.decode()
    link = client.get("/deskseal/portal")["Location"]
    user.delete()
    visitor = Verifier(PORTAL_SECRET).verify_link("help.company.com", link)
    assert visitor is not None
    assert visitor.user_id


def test_the_django_view_verifies_a_link(names: dict[str, Any]) -> None:
    submit = names["submit_ticket"]
    link = Signer(PORTAL_SECRET).portal_link("https://help.company.com", "42")
    assert submit(RequestFactory().get(link)).content == b"A ticket of customer 42"
    assert submit(RequestFactory().get("/submit-ticket")).content == b"A public ticket"
    rejected = submit(RequestFactory().get(link.replace("user_id=42", "user_id=43")))
    assert (rejected.status_code, rejected.content) == (
        403,
        b"This link cannot be used: signature_mismatch",
    )


def test_the_flask_page_shows_the_ticket_center_and_the_link(names: dict[str, Any]) -> None:
    app = names["app"]
    app.secret_key = "for the session of this test"
    client = app.test_client()
    assert "script" not in client.get("/help").text
    with client.session_transaction() as session:
        session.update(email="Ada@example.com", user_id="42")
    page = client.get("/help").text
    assert embed() in page
    assert '<a href="/deskseal/portal">Help</a>' in page
    assert "user_id=42&" in client.get("/deskseal/portal").headers["Location"]
    assert client.get("/deskseal/identity").get_json()["email"] == "ada@example.com"


def test_the_flask_application_runs_as_it_is_copied_into_an_empty_folder(tmp_path: Path) -> None:
    application = next(block for block in blocks("python") if block.startswith("# app.py\n"))
    tmp_path.joinpath("app.py").write_text(application, encoding="utf-8")
    commands = next(block for block in blocks("sh") if "flask run" in block)
    environment = {name: value for name, value in os.environ.items() if "HMAC" not in name}
    # Port 0 is a free one. `exec` lets the test end the server, which is the shell's last command.
    environment |= {"FLASK_RUN_PORT": "0", "PYTHONUNBUFFERED": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = commands.replace("python -m flask run", "exec python -m flask run")
    with subprocess.Popen(
        ["sh", "-ec", script], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stderr
            lines = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in server.stderr)
            origin = next(found.group() for found in lines if found)
            visit = build_opener(HTTPCookieProcessor()).open
            page = visit(f"{origin}/sign-in").read().decode()
        finally:
            server.terminate()
    assert 'data-email="ada@example.com" data-signature="' in page
    assert '<a href="/deskseal/portal">Help</a>' in page


def verified(recipe: str, request: Any) -> Any:
    """Run the recipe in a view, and return the visitor."""
    assert len(recipe.splitlines()) == 3
    view = {"Verifier": Verifier, "request": request}
    exec(recipe, view)
    return view["visitor"]


def django_verifies(target: str) -> Any:
    """Verify the target of a request to Django."""
    return verified(RECIPES[0], RequestFactory().get(target))


def flask_verifies(target: str) -> Any:
    """Verify the target of a request to Flask."""
    with Flask(__name__).test_request_context(target):
        return verified(RECIPES[1], flask_request)


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("verify", [django_verifies, flask_verifies])
def test_the_recipes_verify_the_target_and_reject_a_repeated_parameter(
    verify: Callable[[str], Any],
) -> None:
    portal = "https://help.company.com"
    target = Signer(PORTAL_SECRET).portal_link(portal, "a+b &ü").removeprefix(portal)
    assert verify(target).user_id == "a+b &ü"
    assert verify("/submit-ticket") is None
    for repeated in ("user_id=43", "user_id=a%2Bb", "user_id_signature=0", "user_id_timestamp=1"):
        with pytest.raises(VerificationError) as raised:
            verify(f"{target}&{repeated}")
        assert raised.value.code == "identity_repeated"


@pytest.mark.usefixtures("names")
def test_bytes_that_are_not_utf8_are_rejected() -> None:
    environment = EnvironBuilder("/submit-ticket").get_environ()
    environment["QUERY_STRING"] = "user_id=\xff&user_id_timestamp=1&user_id_signature=" + "0" * 64
    with pytest.raises(VerificationError):
        verified(RECIPES[0], WSGIRequest(environment))
    with Flask(__name__).request_context(environment), pytest.raises(VerificationError):
        verified(RECIPES[1], flask_request)


def test_the_signers_sign(names: dict[str, Any]) -> None:
    assert names["embed"].html == embed()
    assert Verifier(PORTAL_SECRET).verify_link("help.company.com", names["link"]) is not None


def test_the_tests_for_users_pass(names: dict[str, Any]) -> None:
    names["test_a_link_expires"]()
    names["test_customers_see_their_ticket_center"]()
    del names["app"].config["DESKSEAL"]["ticket_center"]["secret"]
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(names["SupportTest"])
    outcome = unittest.TextTestRunner().run(suite)
    assert (outcome.testsRun, outcome.wasSuccessful()) == (1, True)


def test_the_explanation_names_the_mistake(names: dict[str, Any]) -> None:
    assert isinstance(names["verifier"], Verifier)
    assert names["finding"].code == "email_not_lowercased"
