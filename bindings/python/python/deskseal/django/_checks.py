"""What `manage.py check` says about the settings. No message contains a secret."""

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
    """Look for what is wrong anywhere. What is missing is a warning: building does without."""
    unknown = [
        Found(checks.ERROR, f"DESKSEAL has no product {name!r}.", id="deskseal.E001")
        for name in _settings.unknown_products()
    ]
    refused = [
        _missing(product, refusal, checks.WARNING, "deskseal.W001")
        if _is_missing(product, refusal)
        else _unusable(product, refusal)
        for product, refusal in _refusals()
    ]
    return [*_nothing(), *unknown, *refused, *_middleware()]


def check_deployment(**_: object) -> list[Found]:
    """Look for what a deployment must have."""
    return [
        _missing(product, refusal, checks.ERROR, "deskseal.E003")
        for product, refusal in _refusals()
        if _is_missing(product, refusal)
    ]


def _refusals() -> Iterator[tuple[str, _settings.Refusal]]:
    """Sign for nobody with each product, and return what was refused."""
    trials: dict[str, Callable[[], object]] = {
        "ticket_center": lambda: _settings.ticket_center().embed("check@example.com"),
        "portal": lambda: _settings.portal().link("check"),
    }
    for product, sign in trials.items():
        if not _settings.is_configured(product):
            continue
        try:
            sign()
        except _settings.REFUSALS as error:
            yield product, error


def _is_missing(product: str, refusal: _settings.Refusal) -> bool:
    code = refusal.code
    if product == "ticket_center" and code == "helpdesk_id_malformed":
        return not _settings.ticket_center().written_id
    if product == "portal" and code == "portal_url_malformed":
        return not _settings.portal().url
    return code in {"secret_missing", "secret_empty"}


def _missing(product: str, refusal: _settings.Refusal, level: int, identifier: str) -> Found:
    message = f"DESKSEAL[{product!r}] is not complete ({refusal.code}): {refusal}"
    hint = "Set it where the application runs; until then, customers get no support."
    return Found(level, message, hint=hint, id=identifier)


def _unusable(product: str, refusal: _settings.Refusal) -> Found:
    message = f"DESKSEAL[{product!r}] cannot be used ({refusal.code}): {refusal}"
    return Found(checks.ERROR, message, id="deskseal.E002")


def _nothing() -> list[Found]:
    if _settings.has_products():
        return []
    message = "The setting DESKSEAL has neither 'ticket_center' nor 'portal'."
    hint = "Say there which help desk it is; until then, customers get no support."
    return [Found(checks.WARNING, message, hint=hint, id="deskseal.W003")]


def _middleware() -> list[Found]:
    if not _settings.is_configured("ticket_center") or MIDDLEWARE in settings.MIDDLEWARE:
        return []
    message = "Pages with a Ticket Center do not say that caches must not keep them."
    hint = f"Add {MIDDLEWARE!r} to MIDDLEWARE."
    return [Found(checks.WARNING, message, hint=hint, id="deskseal.W002")]
