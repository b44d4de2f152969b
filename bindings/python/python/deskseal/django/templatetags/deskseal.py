"""Tags for templates: `{% load deskseal %}`."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from django import template
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse

from deskseal import django as deskseal
from deskseal._contract import NO_HISTORY
from deskseal._html import Html
from deskseal.django import _settings
from deskseal.django.middleware import mark_private

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest
    from django.template.context import Context

FALLBACK = "deskseal/fallback.html"

register: template.Library = template.Library()


class Source(Enum):
    """Where the user comes from, if the tag does not say."""

    REQUEST = "request.user"


@register.simple_tag(takes_context=True)
def ticket_center(
    context: Context,
    *,
    user: AbstractBaseUser | AnonymousUser | Source = Source.REQUEST,
    align: str | None = None,
    max_width: str | None = None,
    container: str | None = None,
    crossorigin: bool | None = None,
    nonce: str | None = None,
) -> object:
    """Show the signed-in user's Ticket Center, and nothing to strangers.

    A user whose address cannot be signed sees the template `deskseal/fallback.html` instead, which
    has a link to the portal's public form; in debug mode, the reason is raised.

    Options are `align`, `max_width`, `container`, `crossorigin`, which is otherwise the setting's,
    and `nonce`, which is otherwise the request's own; and `user`, for views that have awaited
    `request.auser()`.
    """
    request = _request_of(context)
    # Never the variable `user`: a page about another user has that one there.
    customer = request.user if isinstance(user, Source) else user
    if not customer.is_authenticated:
        return ""
    mark_private(request)
    try:
        embed = deskseal.ticket_center(
            customer,
            align=align,
            max_width=max_width,
            container=container,
            crossorigin=crossorigin,
            nonce=nonce or _nonce_of(context, request),
        )
    except _settings.REFUSALS as error:
        _settings.report(error)
        return _fallback(context)
    return Html(NO_HISTORY + embed.html)


@register.simple_tag
def portal_link() -> str:
    """Return the address of the view that takes the visitor to the portal's form.

    It is the same for everybody and never goes stale: that view signs when it is asked. Without it,
    this is the portal's public link, which is logged; in debug mode, it is raised.
    """
    try:
        return reverse("deskseal:portal")
    except NoReverseMatch:
        _settings.report(_settings.SettingsError("Add deskseal.django.urls to the URLs."))
        return _settings.public_link() or ""


def _request_of(context: Context) -> HttpRequest:
    request: HttpRequest | None = getattr(context, "request", None)
    if request is None:
        raise ImproperlyConfigured("Render the template of a ticket_center tag with its request.")
    return request


def _nonce_of(context: Context, request: HttpRequest) -> str | None:
    """Return the nonce of Django's own middleware, or of django-csp; both make it when asked."""
    nonce = context.get("csp_nonce")
    if nonce is None:
        nonce = getattr(request, "csp_nonce", None)
    return None if nonce is None else str(nonce)


def _fallback(context: Context) -> str:
    found = get_template(FALLBACK)
    return found.render({"public_link": _settings.public_link()})
