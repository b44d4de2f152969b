"""Reads `settings.DESKSEAL` when something is signed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from deskseal import DesksealError
from deskseal._products import (
    Cached,
    Portal,
    Product,
    SettingsMalformed,
    TicketCenter,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.base_user import AbstractBaseUser

NAME = "DESKSEAL"
PRODUCTS = frozenset({"ticket_center", "portal"})

logger = logging.getLogger("deskseal")

Kind = TypeVar("Kind", bound=Product)


class SettingsError(SettingsMalformed, ImproperlyConfigured):
    """The setting `DESKSEAL` is misconfigured, so nothing is signed."""


class FragmentCachedError(SettingsError):
    """The tag is inside `{% cache %}`, which would show one user's page to all visitors."""

    code = "fragment_cached"


# The errors that must not break the customer's page.
ERRORS = (DesksealError, SettingsError)
Error: TypeAlias = DesksealError | SettingsError


@dataclass(frozen=True, kw_only=True)
class UsersTicketCenter(TicketCenter):
    """The Ticket Center, and the name of the user's field with the address."""

    email_field: str | None = None

    def email_of(self, user: AbstractBaseUser) -> str:
        """Return the user's address, which may be empty."""
        return _value_of(user, self.email_field or user.get_email_field_name())


@dataclass(frozen=True, kw_only=True)
class UsersPortal(Portal):
    """The portal, and the name of the user's field with the id."""

    user_id_field: str = "pk"

    def user_id_of(self, user: AbstractBaseUser) -> str:
        """Return the user's id at the desk."""
        return _value_of(user, self.user_id_field)


_ticket_centers: Cached[UsersTicketCenter] = Cached(UsersTicketCenter)
_portals: Cached[UsersPortal] = Cached(UsersPortal)


@receiver(setting_changed)
def _read_again(setting: str, **_: object) -> None:
    """Read the environment again in a test that overrides the setting, even with equal values."""
    if setting == NAME:
        _ticket_centers.clear()
        _portals.clear()


def ticket_center() -> UsersTicketCenter:
    """Return the Ticket Center from the settings."""
    return _product("ticket_center", UsersTicketCenter, _ticket_centers)


def portal() -> UsersPortal:
    """Return the portal from the settings."""
    return _product("portal", UsersPortal, _portals)


def is_configured(product: str) -> bool:
    """Tell whether the settings have this product."""
    return product in _all()


def has_products() -> bool:
    """Tell whether the settings have any product."""
    return not PRODUCTS.isdisjoint(_all())


def unknown_products() -> list[str]:
    """Return the names in the settings that are not products."""
    return sorted(set(_all()) - PRODUCTS)


def public_link() -> str | None:
    """Return the link that opens the portal's form anonymously, if there is a portal."""
    try:
        return portal().public_link()
    except SettingsError:
        return None


def report(error: Error) -> None:
    """Log the error that gives a customer the public form instead. In debug mode, raise it."""
    if settings.DEBUG:
        raise error
    logger.error("Deskseal: %s: %s", error.code, error)


def _product(name: str, kind: type[Kind], cached: Cached[Kind]) -> Kind:
    # No local variable may hold the settings: in debug mode, error pages show local variables.
    try:
        return cached.of_settings(_all()[name])
    except KeyError:
        raise SettingsError(f"The setting {NAME} has no {name!r}. Add it.") from None
    except TypeError:
        sentence = f"{NAME}[{name!r}] must be {kind.shape()}."
        raise SettingsError(sentence) from None
    except ValueError as error:
        sentence = f"{NAME}[{name!r}]{error}"
        raise SettingsError(sentence) from None


def _value_of(user: AbstractBaseUser, field: str) -> str:
    try:
        value = getattr(user, field)
    except AttributeError:
        sentence = f"The user model has no field {field!r}. Name another field in {NAME}."
        raise SettingsError(sentence) from None
    return text_of(value)


def _all() -> Mapping[str, Any]:
    return getattr(settings, NAME, {})
