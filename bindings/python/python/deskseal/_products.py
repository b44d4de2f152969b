"""The settings of the help desk's two products, shared by the integrations."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from enum import Enum
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
    CODE_CROSS_SITE,
    CROSS_SITE,
    HELPDESK_ID_VARIABLE,
    ORIGIN_PATTERN,
    PORTAL_VARIABLES,
    SITE_HEADER,
    STATUS_ABOUT_CUSTOMER,
    STATUS_CROSS_SITE,
    STATUS_UNAVAILABLE,
    TICKET_CENTER_VARIABLES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import UnionType


class Identity(TypedDict):
    """The values that a page's own code needs to mount the Ticket Center."""

    email: str
    signature: str
    helpdeskId: str


class ErrorBody(TypedDict):
    """The JSON in place of an identity: a code that never changes."""

    error: dict[str, str]


class SettingsMalformed:
    """A mixin for errors: the application's settings are misconfigured, so nothing is signed."""

    code = "settings_malformed"
    is_about_customer = False


def error_response(error: DesksealError | SettingsMalformed) -> tuple[ErrorBody, int]:
    """Return the JSON that a page's own code gets in place of an identity, and the HTTP status."""
    status = STATUS_ABOUT_CUSTOMER if error.is_about_customer else STATUS_UNAVAILABLE
    return {"error": {"code": error.code}}, status


def cross_site_response(
    header: Callable[[str], str | None], ticket_center: Callable[[], TicketCenter]
) -> tuple[ErrorBody, int] | None:
    """Return the JSON that a page of another site gets in place of an identity, and the status.

    Args:
        header: Returns a header of the request by its name, in any case.
        ticket_center: Returns the Ticket Center. It is called for pages of other sites only.

    Returns:
        `None` for another page, and for a page whose origin the settings list.
    """
    if header(SITE_HEADER) != CROSS_SITE or header("origin") in ticket_center().origins:
        return None
    return {"error": {"code": CODE_CROSS_SITE}}, STATUS_CROSS_SITE


def text_of(value: object) -> str:
    """Return a customer's value as text: `None` is the empty text, never `"None"`."""
    return "" if value is None else str(value)


def _is_usable(secret: str | None) -> bool:
    try:
        Signer(secret)
    except SecretError:
        return False
    return True


Made = TypeVar("Made")


class Cached(Generic[Made]):
    """Caches an object that is made from settings, and makes it again when they change."""

    def __init__(self, make: Callable[..., Made]) -> None:
        """Store the function that makes the object."""
        self._make = make
        self._made: tuple[Mapping[str, object], Made] | None = None

    def of_settings(self, settings: Mapping[str, object]) -> Made:
        """Return the object for these settings.

        Raises:
            TypeError: The settings are not a dictionary of texts, flags and lists, or have an
                unknown key.
            ValueError: A setting has an invalid value, which the sentence names.
        """
        made = self._made
        if made is None or made[0] != settings:
            # A copy, since the application may change its dictionary; the texts are not copied.
            # One assignment: no thread may see its settings with the object of another thread.
            self._made = made = {**settings}, self._make(**settings)
        return made[1]

    def clear(self) -> None:
        """Forget the object."""
        self._made = None


class Source(Enum):
    """Where a secret comes from, if the settings do not contain it."""

    ENVIRONMENT = "the variable that `secret_variable` names, or one of the usual variables"


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product and its secret, which is read when something is first signed."""

    # Error pages show the `repr` of local objects, so it must not contain the secret.
    secret: str | Source | None = field(default=Source.ENVIRONMENT, repr=False)
    secret_variable: str | None = None

    # The variables that are read if the settings name no other.
    VARIABLES: ClassVar[tuple[str, ...]]

    # The settings that are true or false, and those that are lists. All others are texts.
    FLAGS: ClassVar[frozenset[str]] = frozenset()
    LISTS: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        """Reject a setting of a wrong type here, so that it cannot fail while a page renders."""
        for name, value in vars(self).items():
            expected: type | UnionType = str | Source | None
            if name in self.FLAGS:
                expected = bool
            elif name in self.LISTS:
                expected = list | tuple
            if not isinstance(value, expected):
                raise TypeError

    @classmethod
    def shape(cls) -> str:
        """Describe the type of this product's settings, for an error sentence."""
        names = ", ".join(setting.name for setting in fields(cls))
        flags = "".join(f"; {name} is True or False" for name in cls.FLAGS)
        lists = "".join(f"; {name} is a list" for name in cls.LISTS)
        return f"a dictionary of texts with keys among {names}{flags}{lists}"

    @property
    def signer(self) -> Signer:
        """Return the signer with this product's secret.

        It is created once for these settings: a running process cannot get another environment,
        and looking variables up takes longer than signing.
        """
        # Not a `cached_property`: error pages show its local variables, and one has the secret.
        signer: Signer | None = self.__dict__.get("_signer")
        if signer is None:
            signer = self.__dict__["_signer"] = self._new_signer()
        return signer

    @property
    def verifier(self) -> Verifier:
        """Return a verifier with this product's secret."""
        if isinstance(self.secret, Source):
            return Verifier.from_env(self._variables)
        return Verifier._of_setting(self.secret)

    @property
    def usable_secrets(self) -> list[str | None]:
        """Return the valid secrets, so that `explain` recognises a mix-up."""
        if isinstance(self.secret, Source):
            return list(filter(_is_usable, map(os.environ.get, self._variables)))
        return list(filter(_is_usable, [self.secret]))

    def _new_signer(self) -> Signer:
        if isinstance(self.secret, Source):
            return Signer.from_env(self._variables)
        return Signer._of_setting(self.secret)

    @property
    def _variables(self) -> tuple[str, ...]:
        return self.VARIABLES if self.secret_variable is None else (self.secret_variable,)


@dataclass(frozen=True, kw_only=True)
class TicketCenter(Product):
    """The Ticket Center's settings."""

    VARIABLES: ClassVar[tuple[str, ...]] = TICKET_CENTER_VARIABLES
    FLAGS: ClassVar[frozenset[str]] = frozenset({"crossorigin"})
    LISTS: ClassVar[frozenset[str]] = frozenset({"origins"})

    helpdesk_id: str | None = None
    script_url: str | None = None
    crossorigin: bool = False
    origins: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Reject an entry of `origins` that is not an origin."""
        super().__post_init__()
        for origin in self.origins:
            if not isinstance(origin, str) or not re.fullmatch(ORIGIN_PATTERN, origin):
                sentence = (
                    f"['origins'] has {origin!r}, which is not an origin. Write scheme, host and "
                    "perhaps a port, in lower case and without a path: 'https://app.example.com'."
                )
                raise ValueError(sentence)

    @property
    def desk_id(self) -> str:
        """Return the desk's id, which is empty if the deployment has not set it."""
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
        """Return the markup that shows the customer's Ticket Center. An empty nonce is none."""
        return self.signer.ticket_center(
            email,
            self.desk_id,
            align=align,
            max_width=max_width,
            container=container,
            script_url=self.script_url,
            crossorigin=self.crossorigin if crossorigin is None else crossorigin,
            nonce=nonce or None,
        )

    def identity(self, email: str) -> Identity:
        """Return the customer's signed identity."""
        signed = self.signer.identity(email, self.desk_id)
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
        """Return the portal's canonical host."""
        return portal_host(self.url or "")

    def link(self, user_id: str) -> str:
        """Return the link that opens the form as this customer. It is valid for five minutes."""
        return self.signer.portal_link(self.url or "", user_id)

    def public_link(self) -> str | None:
        """Return the link that opens the form as an anonymous visitor, if there is a portal."""
        try:
            return public_form_url(self.url or "")
        except InputError:
            return None
