"""Text that JSON cannot carry: lone surrogates, bytes, and subclasses of `str`."""

from collections.abc import Callable
from typing import Any

import deskseal
import pytest
from deskseal import DesksealError, InputError, SecretError, Signer, VerificationError, Verifier

LONE = "lone \udcff surrogate"
EMAIL = "ada@example.com"
HOST = "help.company.com"
SIGNATURE = "0" * 64
CLAIM = "identity_token_claim"
TOKEN = "identity_token_malformed"

Call = Callable[[Signer, Verifier], object]

ILL_FORMED: list[tuple[Call, type[DesksealError], str]] = [
    (lambda s, v: deskseal.canonical_email(LONE), InputError, "email_malformed"),
    (lambda s, v: deskseal.canonical_host(LONE), InputError, "host_malformed"),
    (lambda s, v: Signer(LONE), SecretError, "secret_malformed"),
    (lambda s, v: Signer.from_env(LONE), SecretError, "secret_malformed"),
    (lambda s, v: Signer.from_env("VITE_" + LONE), SecretError, "secret_malformed"),
    (lambda s, v: s.sign_email(LONE), InputError, "email_malformed"),
    (lambda s, v: s.sign_user(LONE, LONE), InputError, "host_malformed"),
    (lambda s, v: s.sign_user("", LONE), InputError, "user_id_malformed"),
    (lambda s, v: s.sign_user(HOST, LONE, timestamp=-1), InputError, "user_id_malformed"),
    (lambda s, v: s.portal_link(LONE, LONE), InputError, "portal_url_malformed"),
    (lambda s, v: s.portal_link("http://x", LONE), InputError, "user_id_malformed"),
    (lambda s, v: s.ticket_center(LONE, LONE), InputError, "email_malformed"),
    (lambda s, v: s.ticket_center("", LONE), InputError, "helpdesk_id_malformed"),
    (lambda s, v: s.ticket_center("", "", align=LONE), InputError, "embed_option_malformed"),
    (lambda s, v: s.ticket_center("", "", max_width=LONE), InputError, "embed_option_malformed"),
    (lambda s, v: s.ticket_center("", "", container=LONE), InputError, "embed_option_malformed"),
    (lambda s, v: s.ticket_center("", "", script_url=LONE), InputError, "embed_option_malformed"),
    (lambda s, v: s.ticket_center("", "", nonce=LONE), InputError, "embed_option_malformed"),
    (lambda s, v: s.identity_token(LONE, email=LONE), InputError, "host_malformed"),
    (lambda s, v: s.identity_token("", email=LONE, user_id=LONE), InputError, "email_malformed"),
    (lambda s, v: s.identity_token("", user_id=LONE, name=LONE), InputError, "user_id_malformed"),
    (lambda s, v: s.identity_token("", user_id="", name=LONE), InputError, CLAIM),
    (lambda s, v: s.identity_token("", user_id="", attributes={LONE: 1}), InputError, CLAIM),
    (lambda s, v: s.identity_token("", user_id="", attributes={"": LONE}), InputError, CLAIM),
    (lambda s, v: s.identity_token("", user_id="", token_id=LONE), InputError, CLAIM),
    (lambda s, v: s.ticket_center_with_token(LONE), InputError, "helpdesk_id_malformed"),
    (lambda s, v: s.ticket_center_with_token("", name=LONE, align=LONE), InputError, CLAIM),
    (lambda s, v: s.ticket_center_with_token("", align=LONE), InputError, "embed_option_malformed"),
    (lambda s, v: s.portal_link_with_token(LONE), InputError, "portal_url_malformed"),
    (lambda s, v: s.portal_link_with_token("", email=LONE), InputError, "email_malformed"),
    (lambda s, v: s.portal_link_with_token("", user_id=LONE), InputError, "user_id_malformed"),
    (lambda s, v: s.portal_link_with_token("", token_id=LONE), InputError, CLAIM),
    (lambda s, v: Verifier(LONE), SecretError, "secret_malformed"),
    (lambda s, v: Verifier(None, previous=[(LONE, -1)]), SecretError, "secret_malformed"),
    (lambda s, v: Verifier.from_env(LONE), SecretError, "secret_malformed"),
    (
        lambda s, v: Verifier.from_env("VITE_", previous=[(LONE, 0)]),
        SecretError,
        "secret_malformed",
    ),
    (lambda s, v: v.verify_email(LONE, LONE), VerificationError, "email_malformed"),
    (lambda s, v: v.verify_email("", LONE), VerificationError, "signature_malformed"),
    (lambda s, v: v.verify_email(EMAIL, LONE, now=-1), VerificationError, "signature_malformed"),
    (lambda s, v: v.verify_link(LONE, LONE), InputError, "host_malformed"),
    (lambda s, v: v.verify_link("", LONE), VerificationError, "portal_url_malformed"),
    (lambda s, v: v.explain_email(LONE, LONE), InputError, "email_malformed"),
    (lambda s, v: v.explain_email("", LONE), VerificationError, "signature_malformed"),
    (
        lambda s, v: v.explain_email("", "", other_secrets=[None, LONE]),
        SecretError,
        "secret_malformed",
    ),
    (lambda s, v: v.verify_identity_token(LONE, LONE), InputError, "host_malformed"),
    (lambda s, v: v.verify_identity_token("", LONE, now=-1), VerificationError, TOKEN),
    (lambda s, v: v.explain_identity_token(LONE, LONE), InputError, "host_malformed"),
    (lambda s, v: v.explain_identity_token("", LONE), VerificationError, TOKEN),
    (
        lambda s, v: v.explain_identity_token("", "", other_secrets=[None, LONE]),
        SecretError,
        "secret_malformed",
    ),
    (lambda s, v: v.explain_link(LONE, LONE), InputError, "host_malformed"),
    (lambda s, v: v.explain_link("", LONE), InputError, "portal_url_malformed"),
    (
        lambda s, v: v.explain_link("", "", other_secrets=["", LONE]),
        SecretError,
        "secret_malformed",
    ),
]


@pytest.mark.parametrize(("call", "kind", "code"), ILL_FORMED)
def test_ill_formed_text_is_malformed_before_every_other_check(
    signer: Signer, verifier: Verifier, call: Call, kind: type[DesksealError], code: str
) -> None:
    with pytest.raises(DesksealError) as caught:
        call(signer, verifier)
    assert (type(caught.value), caught.value.code) == (kind, code)


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("portal_host", InputError, "host_malformed"),
        ("user_id", VerificationError, "user_id_malformed"),
        ("timestamp", VerificationError, "timestamp_malformed"),
        ("signature", VerificationError, "signature_malformed"),
    ],
)
def test_ill_formed_claim_is_malformed_before_every_other_check(
    verifier: Verifier, name: str, kind: type[DesksealError], code: str
) -> None:
    claim = {"portal_host": "", "user_id": "", "timestamp": "", "signature": "", name: LONE}
    with pytest.raises(DesksealError) as caught:
        verifier.verify_user(**claim, now=-1)
    assert (type(caught.value), caught.value.code) == (kind, code)


def test_first_ill_formed_part_of_a_claim_is_reported(verifier: Verifier) -> None:
    with pytest.raises(InputError) as caught:
        verifier.verify_user(signature=LONE, timestamp=LONE, user_id=LONE, portal_host=LONE)
    assert caught.value.code == "host_malformed"


@pytest.mark.parametrize(
    "bad", [b"ada@example.com", bytearray(b"ada@example.com"), memoryview(b"ada@example.com")]
)
def test_bytes_are_rejected_with_the_advice_to_decode(signer: Signer, bad: Any) -> None:
    with pytest.raises(TypeError, match=r"expected str, not bytes; decode them first") as caught:
        signer.sign_email(bad)
    assert not isinstance(caught.value, DesksealError)


@pytest.mark.parametrize("bad", [None, 1, 1.0, True, ["ada@example.com"], object()])
def test_other_types_are_rejected(signer: Signer, bad: Any) -> None:
    with pytest.raises(TypeError, match="expected str, not "):
        signer.sign_email(bad)


def test_a_type_error_does_not_show_the_value() -> None:
    with pytest.raises(TypeError) as caught:
        Signer(b"example-secret-for-documentation")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert "example" not in repr(caught.value)


def test_types_are_checked_before_ill_formed_text(verifier: Verifier) -> None:
    with pytest.raises(TypeError):
        verifier.verify_email(LONE, b"")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Name(str):
    """A subclass, as frameworks define them. Its own methods must not be called."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return something else."""
        return "eve@example.com"

    def encode(self, *_: object, **__: object) -> bytes:
        """Return something else."""
        return b"eve@example.com"


def test_subclasses_of_str_are_text(signer: Signer, verifier: Verifier) -> None:
    email, signature = signer.sign_email(Name("Ada@example.com"))
    assert email == "ada@example.com"
    assert type(email) is str
    assert verifier.verify_email(Name(email), Name(signature)).email == email


@pytest.mark.parametrize("bad", ["anonymous", "", 1, None])
def test_a_flag_is_true_or_false(signer: Signer, bad: Any) -> None:
    with pytest.raises(TypeError, match="crossorigin"):
        signer.ticket_center(EMAIL, "desk-1", crossorigin=bad)


@pytest.mark.parametrize("bad", ["a text", b"a text", bytearray(), 5, None])
def test_a_text_is_rejected_as_a_list_of_secrets(verifier: Verifier, bad: Any) -> None:
    with pytest.raises(TypeError):
        verifier.explain_email(EMAIL, SIGNATURE, other_secrets=bad)


def test_other_secrets_may_come_from_any_iterable(verifier: Verifier) -> None:
    other = "the-secret-of-the-other-product"
    email, signature = Signer(other).sign_email(EMAIL)
    others = (secret for secret in [other])
    findings = verifier.explain_email(email, signature, other_secrets=others).findings
    assert [finding.code for finding in findings] == ["secret_of_other_purpose"]


def test_an_other_secret_of_none_is_a_missing_secret(verifier: Verifier) -> None:
    with pytest.raises(SecretError) as caught:
        verifier.explain_email(EMAIL, SIGNATURE, other_secrets=[None])
    assert caught.value.code == "secret_missing"


def test_ill_formed_headers_are_read_with_replacement_characters() -> None:
    answer = deskseal.response_unless_click("/help/\udcff", {"RSC": "\udcff", "\ud800": "x"})
    assert answer is not None
    assert answer.headers["HX-Redirect"] == "/help/\ufffd\ufffd\ufffd"
    assert deskseal.response_unless_click("/help", {"X-Moz": "\udcff"}) is None


@pytest.mark.parametrize("bad", [None, "RSC", [("RSC", "1")], {"RSC": 1}, {b"RSC": "1"}])
def test_headers_are_a_mapping_of_text(bad: Any) -> None:
    with pytest.raises(TypeError):
        deskseal.response_unless_click("/help", bad)
