"""Every block of the README runs, and its views answer."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from deskseal import Signer, Verifier
from django.test import RequestFactory

README = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
SECRET = "example-secret-for-documentation"
PORTAL_SECRET = "another-secret-for-documentation"


def blocks(language: str) -> list[str]:
    """Return the README's blocks of code."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def names(templates: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Run all blocks in their order, and return what they define."""
    templates["support.html"] = blocks("html")[0]
    # Flask looks its module up.
    module = ModuleType("readme")
    sys.modules["readme"] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESKY_HMAC_SECRET", SECRET)
        patch.setenv("LETTERBOOK_PORTAL_TICKET_SECRET", PORTAL_SECRET)
        for block in blocks("python"):
            exec(compile(block, "README.md", "exec"), vars(module))
        yield vars(module)
    del sys.modules["readme"]


@pytest.fixture
def request_of_ada() -> Any:
    """Return a request of a customer who is logged in."""
    request = RequestFactory().get("/support")
    request.user = SimpleNamespace(is_authenticated=True, email="Ada@example.com", pk=42)
    return request


def test_the_django_view_shows_the_ticket_center(
    names: dict[str, Any], request_of_ada: Any
) -> None:
    page = names["support"](request_of_ada).content.decode()
    assert Signer(SECRET).ticket_center("ada@example.com", "desk-1").html in page


def test_the_django_views_sign_and_verify_a_link(
    names: dict[str, Any], request_of_ada: Any
) -> None:
    link = names["ask_for_help"](request_of_ada).url
    submit = names["submit_ticket"]
    assert submit(RequestFactory().get(link)).content == b"A ticket of customer 42"
    assert submit(RequestFactory().get("/submit-ticket")).content == b"A public ticket"
    refused = submit(RequestFactory().get(link.replace("user_id=42", "user_id=43")))
    assert (refused.status_code, refused.content) == (
        403,
        b"This link cannot be used: signature_mismatch",
    )


def test_the_flask_handler_shows_the_ticket_center(names: dict[str, Any]) -> None:
    names["app"].secret_key = "for the session of this test"
    client = names["app"].test_client()
    with client.session_transaction() as session:
        session["email"] = "Ada@example.com"
    page = client.get("/support").get_data(as_text=True)
    assert Signer(SECRET).ticket_center("ada@example.com", "desk-1").html in page


def test_the_test_for_users_passes(names: dict[str, Any]) -> None:
    names["test_a_link_expires"]()


def test_the_explanation_names_the_mistake(names: dict[str, Any]) -> None:
    assert isinstance(names["verifier"], Verifier)
    assert names["finding"].code == "email_not_lowercased"
