"""Code that type checkers must accept or reject. It is checked, never run."""

from datetime import datetime
from typing import Any

import deskseal
from deskseal import (
    DesksealError,
    Embed,
    Explanation,
    Finding,
    SignedEmail,
    SignedUser,
    Signer,
    VerifiedEmail,
    VerifiedIdentity,
    VerifiedUser,
    Verifier,
)
from deskseal.flask import Customer, Deskseal, Identity
from flask import Flask
from typing_extensions import assert_type


def sign(moment: datetime, secret: str | None) -> None:
    """Sign in every way."""
    signer = Signer(secret)
    assert_type(signer, Signer)
    assert_type(Signer.from_env("NAME"), Signer)
    assert_type(signer.sign_email("a@b"), SignedEmail)
    assert_type(signer.sign_email("a@b").signature, str)
    assert_type(signer.sign_user("host", "id", timestamp=1), SignedUser)
    assert_type(signer.sign_user("host", "id", timestamp=moment).timestamp, int)
    assert_type(signer.portal_link("https://host", "id", timestamp=None), str)
    embed = signer.ticket_center("a@b", "desk-1", align="left", nonce=None)
    assert_type(embed, Embed)
    assert_type(embed.attributes, dict[str, str])
    assert_type(embed.html, str)
    assert_type(embed._asdict(), dict[str, Any])
    token = signer.identity_token("desk-1", name=secret, attributes={"seats": 5, "vip": True})
    assert_type(token, str)
    assert_type(signer.ticket_center_with_token("desk-1", email="a@b", align="left"), Embed)
    assert_type(signer.portal_link_with_token("https://host", user_id="u", now=moment), str)


def verify(moment: datetime, secret: str) -> None:
    """Verify and explain in every way."""
    verifier = Verifier(secret, previous=[(secret, 1), (None, moment)], tolerance=60)
    assert_type(Verifier.from_env("NAME", previous=((secret, 1),)), Verifier)
    assert_type(verifier.verify_email("a@b", "0", now=moment), VerifiedEmail)
    assert_type(verifier.verify_link("host", "/"), VerifiedUser | None)
    user = verifier.verify_user(portal_host="h", user_id="u", timestamp="1", signature="0", now=1)
    assert_type(user, VerifiedUser)
    assert_type(user.secret_index, int)
    identity = verifier.verify_identity_token("desk-1", "e.e.e", now=moment)
    assert_type(identity, VerifiedIdentity)
    assert_type(identity.user_id, str | None)
    assert_type(identity.attributes, dict[str, str | int | bool])
    assert_type(verifier.explain_identity_token("desk-1", "e.e.e"), Explanation)
    assert_type(verifier.explain_email("a@b", "0", other_secrets={secret}), Explanation)
    explanation = verifier.explain_link("host", "/", other_secrets=[None])
    assert_type(explanation.findings, tuple[Finding, ...])


def integrate(app: Flask) -> None:
    """Use the extension as an application does."""
    extension = Deskseal()
    extension.init_app(app, url_prefix="/support")

    @extension.customer_loader
    def load() -> Customer | None:  # pyright: ignore[reportUnusedFunction]
        return Customer(email="a@b", user_id="42")

    assert_type(extension.identity(), Identity | None)
    assert_type(extension.portal_link(), str | None)


def mistakes(signer: Signer, verifier: Verifier) -> None:
    """Make mistakes that type checkers must find."""
    signer.sign_email(b"a@b")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    signer.sign_user("host", "id", 1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    verifier.verify_user("h", "u", "1", "0")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    print(verifier.verify_link("host", "/").user_id)  # type: ignore[union-attr]  # pyright: ignore
    signer.sign_email("a@b").email = ""  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def results(result: SignedUser | Finding, error: DesksealError) -> str:
    """Match results by their fields, and errors by their codes."""
    if error.code == "email_empty":
        return deskseal.generate_secret()
    if error.code == "email_emty":  # type: ignore[comparison-overlap]  # pyright: ignore
        return ""
    match result:
        case SignedUser(user_id, timestamp, signature):
            assert_type(timestamp, int)
            return user_id + signature
        case Finding(code=code):
            return code
