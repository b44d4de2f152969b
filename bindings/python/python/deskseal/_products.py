"""The help desk's two products as the integrations set them up, each with a secret of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, Generic, TypedDict, TypeVar
from urllib.parse import urlsplit

from deskseal import (
    Embed,
    InputError,
    SecretError,
    Signer,
    Verifier,
    generate_secret,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Stands before a Ticket Center in a page: htmx then keeps no copy of the page, with the signature,
# in the browser's storage.
NO_COPY = '<template data-hx-history="false"></template>'


class Identity(TypedDict):
    """What a page's own code needs to mount the Ticket Center; the same in every language."""

    email: str
    signature: str
    helpdeskId: str


class Refusal(TypedDict):
    """Why there is no identity, by a code that never changes."""

    error: dict[str, str]


# How the codes of what belongs to the customer begin; all else is the deployment's to mend.
CUSTOMERS = ("email_", "user_id_")


def refusal(code: str) -> tuple[Refusal, HTTPStatus]:
    """Return what a page's own code gets in place of an identity."""
    is_customers = code.startswith(CUSTOMERS)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_customers else HTTPStatus.SERVICE_UNAVAILABLE
    return {"error": {"code": code}}, status


def text_of(value: object) -> str:
    """Return what is signed of a customer: nothing where there is nothing, never a `None`."""
    return "" if value is None else str(value)


Made = TypeVar("Made")


class Kept(Generic[Made]):
    """Keeps what was made from a secret, and makes it again when its source has changed.

    Sources are compared by their hash, whose key Python chooses when it starts: there is no second
    copy of a secret to read.
    """

    def __init__(self, make: Callable[..., Made]) -> None:
        """Take what makes it, and keep nothing yet."""
        self._make = make
        self._made: tuple[int | None, Made] | None = None

    def of_settings(self, settings: Mapping[str, object]) -> Made:
        """Return what these settings make.

        Raises:
            TypeError: They are no dictionary of texts and flags, or have an unknown key.
        """
        source = hash(tuple({**settings}.items()))
        made = self._made
        if made is None or made[0] != source:
            # One assignment, so that no thread sees one's source beside what another one's made.
            self._made = made = source, self._make(**settings)
        return made[1]

    def of_variable(self, name: str) -> Made:
        """Return what the environment variable makes."""
        try:
            source = hash(os.environ.get(name))
        except UnicodeEncodeError:
            # No variable can have such a name, which is for the signer to say.
            source = None
        made = self._made
        if made is None or made[0] != source:
            self._made = made = source, self._make(name)
        return made[1]


class Source(Enum):
    """Where a secret is, if the settings do not hold it."""

    ENVIRONMENT = "the variable that `secret_variable` names"


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product's secret, which is read when something is signed."""

    # Error pages show an object that a failing function holds, but never this field.
    secret: str | Source | None = field(default=Source.ENVIRONMENT, repr=False)
    secret_variable: str

    # The settings that are true or false; all others are texts.
    FLAGS: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        """Reject a setting of another type here, before it costs a customer their page."""
        for name, value in vars(self).items():
            expected = bool if name in self.FLAGS else str | Source | None
            if not isinstance(value, expected):
                raise TypeError

    @classmethod
    def shape(cls) -> str:
        """Say what the settings of this product are."""
        names = ", ".join(setting.name for setting in fields(cls))
        flags = "".join(f"; {name} is True or False" for name in cls.FLAGS)
        return f"a dictionary of texts by keys among {names}{flags}"

    @property
    def signer(self) -> Signer:
        """Return the signer with this product's secret, which is made once for each secret."""
        if isinstance(self.secret, Source):
            return self._signer_of_variable.of_variable(self.secret_variable)
        # No `cached_property`: error pages show its variables, one of which has the secret.
        signer: Signer | None = self.__dict__.get("_signer")
        if signer is None:
            signer = self.__dict__["_signer"] = Signer(self.secret)
        return signer

    @property
    def verifier(self) -> Verifier:
        """Return a verifier with this product's secret."""
        if isinstance(self.secret, Source):
            return Verifier.from_env(self.secret_variable)
        return Verifier(self.secret)

    @property
    def usable_secrets(self) -> list[str | None]:
        """Return the secret, if it can be used, for `explain` to recognise a mix-up."""
        written = self.secret
        if isinstance(written, Source):
            written = os.environ.get(self.secret_variable)
        try:
            Signer(written)
        except SecretError:
            return []
        return [written]

    @cached_property
    def _signer_of_variable(self) -> Kept[Signer]:
        return Kept(Signer.from_env)


@dataclass(frozen=True, kw_only=True)
class TicketCenter(Product):
    """The Ticket Center's settings."""

    FLAGS: ClassVar[frozenset[str]] = frozenset({"crossorigin"})

    helpdesk_id: str | None = None
    script_url: str | None = None
    crossorigin: bool = False
    secret_variable: str = "HELPDESKY_HMAC_SECRET"

    @property
    def written_id(self) -> str:
        """Return the desk's id, which is empty where the deployment has not set it."""
        return self.helpdesk_id or os.environ.get("HELPDESKY_HELPDESK_ID", "")

    def embed(
        self,
        email: str,
        *,
        align: str | None = None,
        max_width: str | None = None,
        container: str | None = None,
        crossorigin: bool | None = None,
        nonce: str | None = None,
    ) -> Embed:
        """Return the markup that shows the customer's Ticket Center."""
        return self.signer.ticket_center(
            email,
            self.written_id,
            align=align,
            max_width=max_width,
            container=container,
            script_url=self.script_url,
            crossorigin=self.crossorigin if crossorigin is None else crossorigin,
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

    url: str | None
    secret_variable: str = "LETTERBOOK_PORTAL_TICKET_SECRET"

    @property
    def host(self) -> str:
        """Return the host that customers visit."""
        host = urlsplit(self.url or "").hostname or ""
        return f"[{host}]" if ":" in host else host

    def link(self, user_id: str) -> str:
        """Return the link that opens the form as this customer, for five minutes."""
        return self.signer.portal_link(self.url or "", user_id)

    def public_link(self) -> str | None:
        """Return the link that opens the form as a stranger, if the URL is a portal's."""
        try:
            # What a portal's URL is, and how it becomes a link, is not decided here.
            link = Signer(generate_secret()).portal_link(self.url or "", "nobody")
        except InputError:
            return None
        return link.partition("?")[0]
