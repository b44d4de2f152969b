"""Template tags: `{% load deskseal %}`."""

from __future__ import annotations

import sys
from enum import Enum
from typing import TYPE_CHECKING, Literal

from django import template
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import get_template
from django.templatetags.cache import CacheNode
from django.urls import NoReverseMatch, reverse

from deskseal import django as deskseal
from deskseal._contract import NO_HISTORY
from deskseal._html import Html
from deskseal.django import _settings

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest
    from django.template.context import Context

FALLBACK = "deskseal/fallback.html"

register: template.Library = template.Library()


class Source(Enum):
    """Where the user comes from, if the tag names none."""

    REQUEST = "request.user"


@register.simple_tag(takes_context=True)
def ticket_center(
    context: Context,
    *,
    user: AbstractBaseUser | AnonymousUser | Source | Literal[False, ""] | None = Source.REQUEST,
    align: str | None = None,
    max_width: str | None = None,
    container: str | None = None,
    crossorigin: bool | None = None,
    nonce: str | None = None,
) -> object:
    """Show the signed-in user's Ticket Center, and nothing to anonymous visitors.

    If the address cannot be signed, the user sees the template `deskseal/fallback.html`, which
    links to the portal's public form. In debug mode, the error is raised instead. The same happens
    inside `{% cache %}`.

    Options are `align`, `max_width`, `container`, `crossorigin` (by default the setting's value)
    and `nonce` (by default the request's nonce). Views that have awaited `request.auser()` pass the
    result as `user`. If `user` is `None`, `False` or a variable that is not set, no user is signed
    in.
    """
    request = _request_of(context)
    # Not the context's variable `user`: on a page about another user, it may be that user.
    customer = request.user if isinstance(user, Source) else user
    if not customer or not customer.is_authenticated:
        return ""
    try:
        _reject_cached_fragment()
        embed = deskseal.ticket_center(
            request,
            customer,
            align=align,
            max_width=max_width,
            container=container,
            crossorigin=crossorigin,
            nonce=nonce or _nonce_of(context, request),
        )
    except _settings.ERRORS as error:
        _settings.report(error)
        return _fallback(context)
    return Html(NO_HISTORY + embed.html)


@register.simple_tag
def portal_link() -> str:
    """Return the address of the view that takes the visitor to the portal's form.

    The address is the same for all visitors and does not expire, because that view signs on each
    request. If the project lacks the view, this returns the portal's public link and logs an error;
    in debug mode, the error is raised.
    """
    try:
        return reverse("deskseal:portal")
    except NoReverseMatch:
        sentence = "The URL configuration lacks deskseal.django.urls. Include it."
        _settings.report(_settings.SettingsError(sentence))
        return _settings.public_link() or ""


def _request_of(context: Context) -> HttpRequest:
    request: HttpRequest | None = getattr(context, "request", None)
    if request is None:
        sentence = "The tag ticket_center needs the request. Render the template with its request."
        raise ImproperlyConfigured(sentence)
    return request


def _reject_cached_fragment() -> None:
    """Raise an error inside `{% cache %}`, also if an include or a block is between the two."""
    # Neither the template nor the context says what is around an include: only the call stack does.
    frame = sys._getframe().f_back
    while frame is not None:
        if frame.f_code is CacheNode.render.__code__:
            advice = "Move ticket_center out of the cache block"
            sentence = f"{advice}: all visitors would see this user's tickets."
            raise _settings.FragmentCachedError(sentence)
        frame = frame.f_back


def _nonce_of(context: Context, request: HttpRequest) -> str | None:
    """Return the nonce of Django's middleware, or of django-csp. Both create it on first use."""
    nonce = context.get("csp_nonce")
    if nonce is None:
        nonce = getattr(request, "csp_nonce", None)
    return None if nonce is None else str(nonce)


def _fallback(context: Context) -> str:
    found = get_template(FALLBACK)
    return found.render({"public_link": _settings.public_link()})
