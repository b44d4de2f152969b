"""The help desk's two products as the integrations set them up, each with a secret of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Generic, TypedDict, TypeVar

from deskseal import (
    DesksealError,
    Embed,
    InputError,
    SecretError,
    Signer,
    Verifier,
    portal_host,
    public_form_url,
)
from deskseal._contract import (
    HELPDESK_ID_VARIABLE,
    PORTAL_VARIABLES,
    STATUS_ABOUT_CUSTOMER,
    STATUS_UNAVAILABLE,
    TICKET_CENTER_VARIABLES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Identity(TypedDict):
    """What a page's own code needs to mount the Ticket Center; the same in every language."""

    email: str
    signature: str
    helpdeskId: str


class Refusal(TypedDict):
    """Why there is no identity, by a code that never changes."""

    error: dict[str, str]


class SettingsMalformed:
    """Of an error: the application's settings cannot be read, so that nothing is signed."""

    code = "settings_malformed"
    is_about_customer = False


def refusal(error: DesksealError | SettingsMalformed) -> tuple[Refusal, int]:
    """Return what a page's own code gets in place of an identity, and HTTP's status."""
    status = STATUS_ABOUT_CUSTOMER if error.is_about_customer else STATUS_UNAVAILABLE
    return {"error": {"code": error.code}}, status


def text_of(value: object) -> str:
    """Return what is signed of a customer: nothing where there is nothing, never a `None`."""
    return "" if value is None else str(value)


def _is_usable(secret: str | None) -> bool:
    try:
        Signer(secret)
    except SecretError:
        return False
    return True


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

    def of_variables(self, names: tuple[str, ...]) -> Made:
        """Return what the environment variables make, the first that is set."""
        try:
            source = hash(tuple(map(os.environ.get, names)))
        except UnicodeEncodeError:
            # No variable can have such a name, which is for the signer to say.
            source = None
        made = self._made
        if made is None or made[0] != source:
            self._made = made = source, self._make(names)
        return made[1]


class Source(Enum):
    """Where a secret is, if the settings do not hold it."""

    ENVIRONMENT = "the variable that `secret_variable` names, or one of the usual ones"


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product's secret, which is read when something is signed."""

    # Error pages show an object that a failing function holds, but never this field.
    secret: str | Source | None = field(default=Source.ENVIRONMENT, repr=False)
    secret_variable: str | None = None

    # The variables that are read unless the settings name one.
    VARIABLES: ClassVar[tuple[str, ...]]

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
            return self._signer_of_variables.of_variables(self._variables)
        # No `cached_property`: error pages show its variables, one of which has the secret.
        signer: Signer | None = self.__dict__.get("_signer")
        if signer is None:
            signer = self.__dict__["_signer"] = Signer._of_setting(self.secret)
        return signer

    @property
    def verifier(self) -> Verifier:
        """Return a verifier with this product's secret."""
        if isinstance(self.secret, Source):
            return Verifier.from_env(self._variables)
        return Verifier._of_setting(self.secret)

    @property
    def usable_secrets(self) -> list[str | None]:
        """Return what can be used as the secret, for `explain` to recognise a mix-up."""
        if isinstance(self.secret, Source):
            return list(filter(_is_usable, map(os.environ.get, self._variables)))
        return list(filter(_is_usable, [self.secret]))

    @property
    def _variables(self) -> tuple[str, ...]:
        return self.VARIABLES if self.secret_variable is None else (self.secret_variable,)

    @cached_property
    def _signer_of_variables(self) -> Kept[Signer]:
        return Kept(Signer.from_env)


@dataclass(frozen=True, kw_only=True)
class TicketCenter(Product):
    """The Ticket Center's settings."""

    VARIABLES: ClassVar[tuple[str, ...]] = TICKET_CENTER_VARIABLES
    FLAGS: ClassVar[frozenset[str]] = frozenset({"crossorigin"})

    helpdesk_id: str | None = None
    script_url: str | None = None
    crossorigin: bool = False

    @property
    def written_id(self) -> str:
        """Return the desk's id, which is empty where the deployment has not set it."""
        return self.helpdesk_id or os.environ.get(HELPDESK_ID_VARIABLE, "")

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
        signed = self.signer.identity(email, self.written_id)
        return {
            "email": signed.email,
            "signature": signed.signature,
            "helpdeskId": signed.helpdesk_id,
        }


@dataclass(frozen=True, kw_only=True)
class Portal(Product):
    """The ticket portal's settings."""

    VARIABLES: ClassVar[tuple[str, ...]] = PORTAL_VARIABLES

    url: str | None

    @property
    def host(self) -> str:
        """Return the host that customers visit."""
        return portal_host(self.url or "")

    def link(self, user_id: str) -> str:
        """Return the link that opens the form as this customer, for five minutes."""
        return self.signer.portal_link(self.url or "", user_id)

    def public_link(self) -> str | None:
        """Return the link that opens the form as an anonymous visitor, if there is a portal."""
        try:
            return public_form_url(self.url or "")
        except InputError:
            return None
