"""Results: immutable, comparable and hashable; their `repr` shows no signature."""

import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import deskseal
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
    VerifiedIdentity,
    VerifiedUser,
    Verifier,
    response_unless_click,
)

SECRET = "example-secret-for-documentation"
HOST = "help.company.com"
SIGNATURE = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92"
VECTORS = Path(__file__).parents[3] / "tests/vectors"
CLASSES = {name for name, value in vars(deskseal).items() if hasattr(value, "__match_args__")}


def cases() -> Iterator[dict[str, Any]]:
    """Return the vectors that give a result with one secret or none."""
    for file in sorted(VECTORS.glob("*.json")):
        for case in json.loads(file.read_text(encoding="utf-8")).get("cases", []):
            if isinstance(case.get("expect"), dict) and case.get("new", {}).keys() <= {"secret"}:
                yield case


def called(case: dict[str, Any]) -> Any:
    """Return what the case's call gives."""
    owner = getattr(deskseal, case["class"])(**case["new"]) if "class" in case else deskseal
    return getattr(owner, case["call"])(**case["args"])


# A vector of every class but that of findings, which are parts of explanations.
CASES = {type(called(case)).__name__: case for case in cases()}


def result_of(name: str) -> Any:
    """Return a result of the class."""
    if name == "Finding":
        return result_of("Explanation").findings[0]
    return called(CASES[name])


each_result = pytest.mark.parametrize("name", sorted(CLASSES))


@each_result
def test_equal_calls_give_equal_results(name: str) -> None:
    one, other = result_of(name), result_of(name)
    assert one is not other
    assert one == other
    assert hash(one) == hash(other)
    assert one != object()


@each_result
def test_results_are_immutable(name: str) -> None:
    result = result_of(name)
    for field in (*result.__match_args__, "another"):
        with pytest.raises(AttributeError):
            setattr(result, field, "changed")


@each_result
def test_results_unpack_in_the_order_of_their_fields(name: str) -> None:
    result = result_of(name)
    assert list(result) == [getattr(result, field) for field in result.__match_args__]


@each_result
def test_results_become_json(name: str) -> None:
    result = result_of(name)
    plain = result._asdict()
    assert list(plain) == list(result.__match_args__)
    assert json.loads(json.dumps(plain)) == plain


@each_result
def test_only_the_package_makes_results(name: str) -> None:
    result = result_of(name)
    with pytest.raises(TypeError):
        type(result)(*result)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(result)


@each_result
def test_a_copy_of_a_result_is_the_result(name: str) -> None:
    result = result_of(name)
    assert copy.copy(result) is result
    assert copy.deepcopy([result])[0] is result


@each_result
def test_no_repr_shows_a_signature(name: str) -> None:
    result = result_of(name)
    assert repr(result).startswith(f"{type(result).__name__}(")
    signature = getattr(result, "signature", SIGNATURE)
    assert signature not in repr(result)
    assert SECRET not in repr(result)


def test_results_match_patterns(signer: Signer, verifier: Verifier) -> None:
    email = signer.sign_email("Ada@example.com")
    link = signer.portal_link(f"https://{HOST}", "user-42", timestamp=1767225600)
    token = signer.identity_token("desk-1", user_id="user-42", attributes={"plan": "pro"})
    explanation = verifier.explain_email("ada@example.com", "0" * 64)
    for result in (
        email,
        signer.sign_user(HOST, "user-42", timestamp=1767225600),
        verifier.verify_email(*email),
        verifier.verify_link(HOST, link, now=1767225600),
        verifier.verify_identity_token("desk-1", token),
        explanation,
        explanation.findings[0],
        signer.ticket_center("Ada@example.com", "desk-1", nonce="abc"),
        signer.identity("Ada@example.com", "desk-1"),
        response_unless_click("/help", {"RSC": "1"}),
    ):
        match result:
            case SignedEmail(email=address, signature=signature):
                assert (address, signature) == ("ada@example.com", SIGNATURE)
            case SignedUser(user_id, timestamp, _):
                assert (user_id, timestamp) == ("user-42", 1767225600)
            case VerifiedEmail(address, secret_index):
                assert (address, secret_index) == ("ada@example.com", 0)
            case VerifiedUser(user_id=user_id, timestamp=timestamp, secret_index=0):
                assert (user_id, timestamp) == ("user-42", 1767225600)
            case VerifiedIdentity(email=None, user_id=user_id, attributes={"plan": plan}):
                assert (user_id, plan) == ("user-42", "pro")
            case Explanation(findings=(Finding(code=code), *_)):
                assert code == "unexplained"
            case Finding(code, message):
                assert code == "unexplained"
                assert message.endswith(".")
            case Embed(attributes={"data-email": address}, html=html):
                assert address == "ada@example.com"
                assert address in html
            case Identity(address, signature, helpdesk_id):
                assert (address, signature, helpdesk_id) == ("ada@example.com", SIGNATURE, "desk-1")
            case HttpResponse(status=200, headers={"HX-Redirect": path}, body=body):
                assert path in body
            case _:
                pytest.fail(f"{result!r} matches no pattern")


def test_an_anonymous_visitor_is_none(verifier: Verifier) -> None:
    assert verifier.verify_link(HOST, "/submit-ticket") is None


def test_changing_the_attributes_of_an_embed_does_not_change_the_embed(signer: Signer) -> None:
    embed = signer.ticket_center("ada@example.com", "desk-1")
    embed.attributes["data-email"] = "eve@example.com"
    assert embed.attributes["data-email"] == "ada@example.com"
