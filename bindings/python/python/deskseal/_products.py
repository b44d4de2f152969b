"""The help desk's two products as the integrations set them up, each with a secret of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, TypedDict
from urllib.parse import urljoin, urlsplit

from deskseal import DesksealError, Embed, SecretError, Signer, Verifier


class Identity(TypedDict):
    """What a page's own code needs to mount the Ticket Center; the same in every language."""

    email: str
    signature: str
    helpdeskId: str


class Refusal(TypedDict):
    """Why there is no identity, for the page's own code."""

    code: str
    message: str


def refusal(error: DesksealError) -> dict[str, Refusal]:
    """Return an error as JSON has it. Neither part of it contains what a visitor sent."""
    return {"error": {"code": error.code, "message": str(error)}}


SIGNED_OUT: dict[str, Refusal] = {
    "error": {"code": "signed_out", "message": "Nobody is signed in."},
}


class Source(Enum):
    """Where a secret is, if the settings do not hold it."""

    ENVIRONMENT = "the variable that `secret_env` names"


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product's secret, which is read when something is signed."""

    # Error pages show an object that a failing function holds, but never this field.
    secret: str | Source | None = field(default=Source.ENVIRONMENT, repr=False)
    secret_env: str

    @property
    def signer(self) -> Signer:
        """Return the signer with this product's secret."""
        if isinstance(self.secret, Source):
            return Signer.from_env(self.secret_env)
        return Signer(self.secret)

    @property
    def verifier(self) -> Verifier:
        """Return a verifier with this product's secret."""
        if isinstance(self.secret, Source):
            return Verifier.from_env(self.secret_env)
        return Verifier(self.secret)

    @property
    def usable_secrets(self) -> list[str | None]:
        """Return the secret, if it can be used, for `explain` to recognise a mix-up."""
        written = self.secret
        if isinstance(written, Source):
            written = os.environ.get(self.secret_env)
        try:
            Signer(written)
        except SecretError:
            return []
        return [written]


@dataclass(frozen=True, kw_only=True)
class TicketCenter(Product):
    """The Ticket Center's settings."""

    # None where the deployment sets it, and has not yet.
    helpdesk_id: str | None
    script_url: str | None = None
    secret_env: str = "HELPDESKY_HMAC_SECRET"

    def embed(
        self,
        email: str,
        *,
        align: str | None = None,
        max_width: str | None = None,
        container: str | None = None,
        nonce: str | None = None,
    ) -> Embed:
        """Return the markup that shows the customer's Ticket Center."""
        return self.signer.ticket_center(
            email,
            self.helpdesk_id or "",
            align=align,
            max_width=max_width,
            container=container,
            script_url=self.script_url,
            nonce=nonce,
        )

    def identity(self, email: str) -> Identity:
        """Return the customer's signed identity."""
        attributes = self.embed(email).attributes
        return {
            "email": attributes["data-email"],
            "signature": attributes["data-signature"],
            "helpdeskId": attributes["data-helpdesk-id"],
        }


@dataclass(frozen=True, kw_only=True)
class Portal(Product):
    """The ticket portal's settings."""

    FORM: ClassVar[str] = "/submit-ticket"

    url: str | None
    secret_env: str = "LETTERBOOK_PORTAL_TICKET_SECRET"

    @property
    def host(self) -> str:
        """Return the host that customers visit."""
        host = urlsplit(self.url or "").hostname or ""
        return f"[{host}]" if ":" in host else host

    def link(self, user_id: str) -> str:
        """Return the link that opens the form as this customer, for five minutes."""
        return self.signer.portal_link(self.url or "", user_id)

    def public_link(self) -> str | None:
        """Return the link that opens the form as a stranger."""
        return urljoin(self.url, self.FORM) if self.url else None
