"""Identity tokens (SPEC 12): what JSON cannot carry, and the usual library for tokens."""

import json
from collections import ChainMap
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from deskseal import DesksealError, InputError, SecretError, Signer, VerificationError, Verifier

SECRET = "example-secret-for-documentation"
DESK = "desk-1"
HOST = "help.company.com"
PORTAL = f"https://{HOST}"
NOW = 1767225600
MOMENT = datetime(2026, 1, 1, tzinfo=timezone.utc)

# The worked example of SPEC 12.8.
EXAMPLE: dict[str, Any] = {
    "email": "Ada@Example.com",
    "user_id": "user-42",
    "name": "Ada Lovelace",
    "attributes": {"seats": 5, "plan": "pro"},
    "token_id": "token-1",
}
EXAMPLE_TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJhdWQiOiJkZXNrLTEiLCJzdWIiOiJ1c2VyLTQyIiwiZW1haWwiOiJhZGFAZXhhbXBsZS5jb20iLCJuYW1lIjoiQWRhIExv"
    "dmVsYWNlIiwiYXR0cmlidXRlcyI6eyJwbGFuIjoicHJvIiwic2VhdHMiOjV9LCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2"
    "NzIyNjIwMCwianRpIjoidG9rZW4tMSJ9."
    "d9SaOwVFwrQ_T6TnJPaDdjglpvaFenrYzq-PO1BrWQQ"
)


def code_of(error: pytest.ExceptionInfo[DesksealError]) -> str:
    """Return the error's code."""
    return error.value.code


@pytest.mark.parametrize("now", [NOW, MOMENT, MOMENT.astimezone(timezone(timedelta(hours=5)))])
def test_the_worked_example_is_signed_as_the_specification_says(signer: Signer, now: Any) -> None:
    assert signer.identity_token(DESK, **EXAMPLE, now=now) == EXAMPLE_TOKEN


@pytest.mark.parametrize("now", [NOW - 60, NOW + 599, MOMENT + timedelta(seconds=599.9)])
def test_the_worked_example_is_verified(verifier: Verifier, now: Any) -> None:
    identity = verifier.verify_identity_token(DESK, EXAMPLE_TOKEN, now=now)
    assert identity._asdict() == {
        "email": "ada@example.com",
        "unverified_email": None,
        "user_id": "user-42",
        "name": "Ada Lovelace",
        "attributes": {"plan": "pro", "seats": 5},
        "token_id": "token-1",
        "issued_at": NOW,
        "expires_at": NOW + 600,
        "secret_index": 0,
    }
    assert json.loads(json.dumps(identity._asdict())) == identity._asdict()


@pytest.mark.parametrize(
    ("now", "code"),
    [(NOW + 600, "identity_token_expired"), (NOW - 61, "identity_token_in_future")],
)
def test_the_worked_example_is_rejected_at_other_times(
    verifier: Verifier, now: int, code: str
) -> None:
    with pytest.raises(VerificationError) as caught:
        verifier.verify_identity_token(DESK, EXAMPLE_TOKEN, now=now)
    assert code_of(caught) == code


def test_the_markup_contains_the_token(signer: Signer) -> None:
    embed = signer.ticket_center_with_token(DESK, **EXAMPLE, now=NOW, align="left", nonce="abc")
    assert embed.attributes["data-identity"] == EXAMPLE_TOKEN
    assert embed.attributes["data-align"] == "left"
    assert "data-email" not in embed.attributes
    assert f' data-identity="{EXAMPLE_TOKEN}"' in embed.html
    assert EXAMPLE_TOKEN not in repr(embed)


def test_the_link_contains_the_token(signer: Signer, verifier: Verifier) -> None:
    link = signer.portal_link_with_token(PORTAL, user_id="user-42", now=NOW)
    query = parse_qs(urlsplit(link).query)
    assert list(query) == ["identity"]
    identity = verifier.verify_identity_token(HOST, query["identity"][0], now=NOW)
    assert (identity.user_id, identity.expires_at) == ("user-42", NOW + 300)


def test_pyjwt_verifies_what_the_signer_made(signer: Signer) -> None:
    token = signer.identity_token(DESK, **EXAMPLE)
    payload = jwt.decode(token, SECRET, algorithms=["HS256"], audience=DESK)
    assert payload["sub"] == "user-42"
    assert payload["attributes"] == {"plan": "pro", "seats": 5}


def test_the_verifier_verifies_what_pyjwt_made(verifier: Verifier) -> None:
    now = datetime.now(timezone.utc)
    payload = {"aud": [DESK], "sub": "user-42", "name": "Zo\u00eb", "attributes": {"vip": True}}
    times = {"iat": now, "exp": now + timedelta(minutes=10)}
    token = jwt.encode({**payload, **times}, SECRET, headers={"kid": "desk"})
    identity = verifier.verify_identity_token(DESK, token)
    assert (identity.user_id, identity.name, identity.attributes, identity.token_id) == (
        "user-42",
        "Zo\u00eb",
        {"vip": True},
        None,
    )
    unsigned = jwt.encode({**payload, **times}, None, algorithm="none")
    with pytest.raises(VerificationError) as caught:
        verifier.verify_identity_token(DESK, unsigned)
    assert code_of(caught) == "identity_token_malformed"


def test_none_is_not_given(signer: Signer, verifier: Verifier) -> None:
    none: dict[str, Any] = {"email": None, "name": None, "attributes": None, "token_id": None}
    token = signer.identity_token(DESK, user_id="user-42", **none)
    identity = verifier.verify_identity_token(DESK, token)
    assert (identity.email, identity.name, identity.attributes) == (None, None, {})
    assert identity.token_id is not None
    with pytest.raises(InputError) as caught:
        signer.identity_token(DESK, user_id=None, **none)
    assert code_of(caught) == "identity_token_claim"


def test_an_email_that_is_not_proved_is_reported_as_such(
    signer: Signer, verifier: Verifier
) -> None:
    token = signer.identity_token(DESK, user_id="42", email="Ada@Example.com", email_verified=False)
    identity = verifier.verify_identity_token(DESK, token)
    assert (identity.email, identity.unverified_email) == (None, "ada@example.com")


class Text(str):
    """A subclass, as frameworks define them."""

    __slots__ = ()


@pytest.mark.parametrize("kind", [dict, MappingProxyType, lambda given: ChainMap({}, given)])
def test_attributes_are_any_mapping(signer: Signer, verifier: Verifier, kind: Any) -> None:
    given = {Text("zip"): Text("a"), "seats": 5, "vip": True, "least": -(2**53) + 1, "note": "\0é"}
    token = signer.identity_token(DESK, user_id="42", attributes=kind(given))
    attributes = verifier.verify_identity_token(DESK, token).attributes
    assert attributes == given
    assert list(attributes) == sorted(given)
    assert attributes["vip"] is True
    assert type(attributes["zip"]) is str


def test_changing_the_attributes_does_not_change_the_identity(verifier: Verifier) -> None:
    identity = verifier.verify_identity_token(DESK, EXAMPLE_TOKEN, now=NOW)
    identity.attributes["plan"] = "free"
    assert identity.attributes["plan"] == "pro"


@pytest.mark.parametrize(
    "bad",
    [
        {"Plan": "pro"},
        {"": "pro"},
        {"plan": "x" * 256},
        {"seats": 2**53},
        {"seats": 2**64},
        {"seats": -(10**400)},
        {f"a{number}": number for number in range(21)},
    ],
)
def test_an_attribute_that_the_specification_excludes_is_rejected(
    signer: Signer, bad: dict[str, str | int | bool]
) -> None:
    with pytest.raises(InputError) as caught:
        signer.identity_token(DESK, user_id="42", attributes=bad)
    assert code_of(caught) == "identity_token_claim"


@pytest.mark.parametrize("bad", [1.5, None, b"hunter2", ["hunter2"], {"hunter2": 1}, object()])
def test_an_attribute_of_another_type_is_a_type_error_without_the_value(
    signer: Signer, bad: Any
) -> None:
    with pytest.raises(TypeError, match="attributes") as caught:
        signer.identity_token(DESK, user_id="42", attributes={"plan": "pro", "hunter2": bad})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "bad", ["plan", b"plan", 1, True, [("plan", "pro")], {1: "a"}, {b"a": "a"}]
)
def test_attributes_of_another_type_are_a_type_error(signer: Signer, bad: Any) -> None:
    with pytest.raises(TypeError, match="attributes"):
        signer.identity_token(DESK, user_id="42", attributes=bad)


@pytest.mark.parametrize("name", ["email", "user_id", "name", "token_id"])
@pytest.mark.parametrize("bad", [b"a@b", 1, True, ["a@b"]])
def test_claims_are_text(signer: Signer, name: str, bad: Any) -> None:
    with pytest.raises(TypeError, match=name):
        signer.identity_token(DESK, **{"user_id": "42", name: bad})
    with pytest.raises(TypeError, match=name):
        signer.ticket_center_with_token(DESK, **{"user_id": "42", name: bad})
    if name != "name":
        with pytest.raises(TypeError, match=name):
            signer.portal_link_with_token(PORTAL, **{"user_id": "42", name: bad})


@pytest.mark.parametrize("bad", [None, 1, "true"])
def test_whether_the_email_is_proved_is_a_flag(signer: Signer, bad: Any) -> None:
    with pytest.raises(TypeError, match="email_verified"):
        signer.identity_token(DESK, user_id="42", email_verified=bad)


@pytest.mark.parametrize("bad", [None, 1.5, "600", True])
def test_the_lifetime_is_an_integer(signer: Signer, bad: Any) -> None:
    with pytest.raises(TypeError, match="expires_in"):
        signer.identity_token(DESK, user_id="42", expires_in=bad)


@pytest.mark.parametrize("lifetime", [0, -1, 86401, 10**30])
def test_a_lifetime_out_of_range_is_rejected(signer: Signer, lifetime: int) -> None:
    with pytest.raises(InputError) as caught:
        signer.identity_token(DESK, user_id="42", expires_in=lifetime)
    assert code_of(caught) == "identity_token_claim"


def test_a_short_secret_signs_and_verifies_no_token() -> None:
    short = "a-secret-of-thirty-one-bytes-ab"
    signer, verifier = Signer(short), Verifier(SECRET, previous=[(short, 0)])
    for call in (
        lambda: signer.identity_token(DESK, user_id="42"),
        lambda: signer.ticket_center_with_token(DESK, user_id="42"),
        lambda: signer.portal_link_with_token(PORTAL, user_id="42"),
        lambda: verifier.verify_identity_token(DESK, EXAMPLE_TOKEN),
        lambda: verifier.explain_identity_token(DESK, EXAMPLE_TOKEN),
    ):
        with pytest.raises(SecretError) as caught:
            call()
        assert code_of(caught) == "secret_too_short"


def test_a_previous_secret_verifies_tokens_until_its_expiry() -> None:
    rotated = Verifier("another-secret-of-the-documentation", previous=[(SECRET, NOW + 10)])
    identity = rotated.verify_identity_token(DESK, EXAMPLE_TOKEN, now=NOW + 9)
    assert identity.secret_index == 1
    with pytest.raises(VerificationError) as caught:
        rotated.verify_identity_token(DESK, EXAMPLE_TOKEN, now=NOW + 10)
    assert code_of(caught) == "signature_mismatch"


def test_a_token_is_explained(verifier: Verifier) -> None:
    explanation = verifier.explain_identity_token("desk-2", EXAMPLE_TOKEN, now=NOW)
    assert [finding.code for finding in explanation.findings] == ["token_audience"]


def test_an_error_does_not_show_the_token(verifier: Verifier) -> None:
    with pytest.raises(VerificationError) as caught:
        verifier.verify_identity_token("desk-2", EXAMPLE_TOKEN, now=NOW)
    assert "eyJ" not in repr(caught.value)
    assert "desk-2" not in str(caught.value)
