"""The system checks of the settings. No message contains a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.conf import settings
from django.core import checks

from deskseal.django import _settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIDDLEWARE = "deskseal.django.middleware.PrivatePageMiddleware"

Found: TypeAlias = checks.CheckMessage


def register() -> None:
    """Register both checks."""
    checks.register(check, checks.Tags.security)
    checks.register(check_deployment, checks.Tags.security, deploy=True)


def check(**_: object) -> list[Found]:
    """Check the settings everywhere. A missing one is a warning: building needs none."""
    unknown = [
        Found(
            checks.ERROR,
            f"DESKSEAL has the unknown product {name!r}.",
            hint="Use 'ticket_center' or 'portal'.",
            id="deskseal.E001",
        )
        for name in _settings.unknown_products()
    ]
    misconfigured = [
        _missing(product, error, checks.WARNING, "deskseal.W001")
        if _is_missing(product, error)
        else _unusable(product, error)
        for product, error in _errors()
    ]
    return [*_nothing(), *unknown, *misconfigured, *_middleware()]


def check_deployment(**_: object) -> list[Found]:
    """Check for settings that a deployment must have."""
    return [
        _missing(product, error, checks.ERROR, "deskseal.E003")
        for product, error in _errors()
        if _is_missing(product, error)
    ]


def _errors() -> Iterator[tuple[str, _settings.Error]]:
    """Sign an example with each product, and return the errors."""
    trials: dict[str, Callable[[], object]] = {
        "ticket_center": lambda: _settings.ticket_center().embed("check@example.com"),
        "portal": lambda: _settings.portal().link("check"),
    }
    for product, sign in trials.items():
        if not _settings.is_configured(product):
            continue
        try:
            sign()
        except _settings.ERRORS as error:
            yield product, error


def _is_missing(product: str, error: _settings.Error) -> bool:
    code = error.code
    if product == "ticket_center" and code == "helpdesk_id_malformed":
        return not _settings.ticket_center().desk_id
    if product == "portal" and code == "portal_url_malformed":
        return not _settings.portal().url
    return code in {"secret_missing", "secret_empty"}


def _missing(product: str, error: _settings.Error, level: int, identifier: str) -> Found:
    message = f"DESKSEAL[{product!r}] is incomplete ({error.code}): {error}"
    hint = "Set it in the deployment. Until then, customers see no help desk."
    return Found(level, message, hint=hint, id=identifier)


def _unusable(product: str, error: _settings.Error) -> Found:
    message = f"DESKSEAL[{product!r}] is misconfigured ({error.code}): {error}"
    return Found(checks.ERROR, message, id="deskseal.E002")


def _nothing() -> list[Found]:
    if _settings.has_products():
        return []
    message = "The setting DESKSEAL has neither 'ticket_center' nor 'portal'."
    hint = "Add one of them. Until then, customers see no help desk."
    return [Found(checks.WARNING, message, hint=hint, id="deskseal.W003")]


def _middleware() -> list[Found]:
    if not _settings.is_configured("ticket_center") or MIDDLEWARE in settings.MIDDLEWARE:
        return []
    message = "Caches may store pages with a customer's Ticket Center."
    hint = f"Add {MIDDLEWARE!r} to MIDDLEWARE."
    return [Found(checks.WARNING, message, hint=hint, id="deskseal.W002")]
