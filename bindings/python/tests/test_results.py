"""Results: immutable, comparable, hashable, and silent about signatures."""

import copy
import json
import pickle
from typing import Any

import pytest
from deskseal import (
    Embed,
    Explanation,
    Finding,
    HttpResponse,
    Identity,
    SignedEmail,
    SignedUser,
    Signer,
    VerifiedEmail,
    VerifiedUser,
    Verifier,
    response_unless_click,
)

SECRET = "example-secret-for-documentation"
HOST = "help.company.com"
SIGNATURE = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92"


def results() -> list[Any]:
    """Return one result of every class."""
    signer, verifier = Signer(SECRET), Verifier(SECRET)
    email = signer.sign_email("Ada@example.com")
    user = signer.sign_user(HOST, "user-42", timestamp=1767225600)
    link = signer.portal_link(f"https://{HOST}", "user-42", timestamp=1767225600)
    explanation = verifier.explain_email("ada@example.com", "0" * 64)
    return [
        email,
        user,
        verifier.verify_email(*email),
        verifier.verify_link(HOST, link, now=1767225600),
        explanation,
        explanation.findings[0],
        signer.ticket_center("Ada@example.com", "desk-1", nonce="abc"),
        signer.identity("Ada@example.com", "desk-1"),
        response_unless_click("/help", {"RSC": "1"}),
    ]


each_result = pytest.mark.parametrize(
    "index", range(9), ids=[type(result).__name__ for result in results()]
)


@each_result
def test_equal_calls_give_equal_results(index: int) -> None:
    one, other = results()[index], results()[index]
    assert one is not other
    assert one == other
    assert hash(one) == hash(other)
    assert one != object()


@each_result
def test_results_are_immutable(index: int) -> None:
    result = results()[index]
    for name in (*result.__match_args__, "another"):
        with pytest.raises(AttributeError):
            setattr(result, name, "changed")


@each_result
def test_results_unpack_in_the_order_of_their_fields(index: int) -> None:
    result = results()[index]
    assert list(result) == [getattr(result, name) for name in result.__match_args__]


@each_result
def test_results_become_json(index: int) -> None:
    result = results()[index]
    plain = result._asdict()
    assert list(plain) == list(result.__match_args__)
    assert json.loads(json.dumps(plain)) == plain


@each_result
def test_only_the_package_makes_results(index: int) -> None:
    result = results()[index]
    with pytest.raises(TypeError):
        type(result)(*result)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(result)


@each_result
def test_a_copy_of_a_result_is_the_result(index: int) -> None:
    result = results()[index]
    assert copy.copy(result) is result
    assert copy.deepcopy([result])[0] is result


@each_result
def test_no_repr_shows_a_signature(index: int) -> None:
    result = results()[index]
    assert repr(result).startswith(f"{type(result).__name__}(")
    signature = getattr(result, "signature", SIGNATURE)
    assert signature not in repr(result)
    assert SECRET not in repr(result)


def test_results_match_patterns() -> None:
    for result in results():
        match result:
            case SignedEmail(email=email, signature=signature):
                assert (email, signature) == ("ada@example.com", SIGNATURE)
            case SignedUser(user_id, timestamp, _):
                assert (user_id, timestamp) == ("user-42", 1767225600)
            case VerifiedEmail(email, secret_index):
                assert (email, secret_index) == ("ada@example.com", 0)
            case VerifiedUser(user_id=user_id, timestamp=timestamp, secret_index=0):
                assert (user_id, timestamp) == ("user-42", 1767225600)
            case Explanation(findings=(Finding(code=code), *_)):
                assert code == "unexplained"
            case Finding(code, message):
                assert code == "unexplained"
                assert message.endswith(".")
            case Embed(attributes={"data-email": email}, html=html):
                assert email == "ada@example.com"
                assert email in html
            case Identity(email, signature, helpdesk_id):
                assert (email, signature, helpdesk_id) == ("ada@example.com", SIGNATURE, "desk-1")
            case HttpResponse(status=200, headers={"HX-Redirect": path}, body=body):
                assert path in body
            case _:
                pytest.fail(f"{result!r} matches no pattern")


def test_a_public_visitor_is_none(verifier: Verifier) -> None:
    assert verifier.verify_link(HOST, "/submit-ticket") is None


def test_attributes_of_an_embed_cannot_be_changed_for_others(signer: Signer) -> None:
    embed = signer.ticket_center("ada@example.com", "desk-1")
    embed.attributes["data-email"] = "eve@example.com"
    assert embed.attributes["data-email"] == "ada@example.com"
