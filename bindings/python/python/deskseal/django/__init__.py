"""The integration for Django: settings, a template tag, and views that sign on request.

Add `deskseal.django` to `INSTALLED_APPS`, name the desk in the setting `DESKSEAL`, and write
`{% ticket_center %}` into a template. The package's README shows a complete example.

The functions here sign for a user of `django.contrib.auth`. They take the request and make its
response private: `PrivatePageMiddleware` sends it with `Cache-Control: private, no-store`, and
`cache_page` does not store it. They do not block, so asynchronous views may call them too. They
raise a `DesksealError`. The tag and the views of this package log its code instead, except in debug
mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskseal._products import Identity
from deskseal.django import _settings
from deskseal.django.middleware import mark_private

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest

    from deskseal import Embed

__all__ = ["Identity", "identity", "portal_link", "ticket_center"]


def ticket_center(
    request: HttpRequest,
    user: AbstractBaseUser,
    *,
    align: str | None = None,
    max_width: str | None = None,
    container: str | None = None,
    crossorigin: bool | None = None,
    nonce: str | None = None,
) -> Embed:
    """Return the markup that shows this user's Ticket Center, for the response to this request.

    Do not put the markup into `{% cache %}`.

    Args:
        request: The request. Its response is made private.
        user: The signed-in user. The address is in the model's e-mail field, or in the field that
            `email_field` names.
        align: `left`, `center` (the default) or `right`.
        max_width: A positive whole number and `px`, `rem` or `%`; `864px` by default.
        container: The id of the container element; `hdh-ticket-center` by default.
        crossorigin: Whether the browser loads the script with CORS. A page with
            `Cross-Origin-Embedder-Policy: require-corp` needs it. The setting is the default.
        nonce: The page's Content-Security-Policy nonce.

    Raises:
        SecretError: The deployment's secret is missing or invalid.
        InputError: The address or an option is invalid.
        ImproperlyConfigured: `DESKSEAL` lacks the product, or has an unknown or invalid entry.

    Example:
        >>> from deskseal.django import ticket_center
        >>> from django.contrib.auth.models import User
        >>> from django.test import RequestFactory
        >>> request = RequestFactory().get("/help")
        >>> embed = ticket_center(request, User(email="Ada@example.com"), align="left")
        >>> embed.attributes["data-align"]
        'left'
    """
    mark_private(request)
    product = _settings.ticket_center()
    return product.embed(
        product.email_of(user),
        align=align,
        max_width=max_width,
        container=container,
        crossorigin=crossorigin,
        nonce=nonce,
    )


def identity(request: HttpRequest, user: AbstractBaseUser) -> Identity:
    """Return this user's signed identity, for a page that mounts the Ticket Center itself.

    Args:
        request: The request. Its response is made private.
        user: The signed-in user.

    Raises:
        SecretError: The deployment's secret is missing or invalid.
        InputError: The address is invalid.
        ImproperlyConfigured: `DESKSEAL` lacks the product, or has an unknown or invalid entry.

    Example:
        >>> from deskseal.django import identity
        >>> from django.contrib.auth.models import User
        >>> from django.test import RequestFactory
        >>> identity(RequestFactory().get("/help"), User(email="Ada@example.com"))["email"]
        'ada@example.com'
    """
    mark_private(request)
    product = _settings.ticket_center()
    return product.identity(product.email_of(user))


def portal_link(request: HttpRequest, user: AbstractBaseUser) -> str:
    """Return the link that opens the portal's form as this user. It is valid for five minutes.

    Args:
        request: The request. Its response is made private.
        user: The signed-in user. The id is the primary key, or the field that `user_id_field`
            names.

    Raises:
        SecretError: The deployment's secret is missing or invalid.
        InputError: The id or the portal's URL is invalid.
        ImproperlyConfigured: `DESKSEAL` lacks the product, or has an unknown or invalid entry.

    Example:
        >>> from deskseal.django import portal_link
        >>> from django.contrib.auth.models import User
        >>> from django.test import RequestFactory
        >>> portal_link(RequestFactory().get("/help"), User(pk=42)).partition("&")[0]
        'https://help.company.com/submit-ticket?user_id=42'
    """
    mark_private(request)
    product = _settings.portal()
    return product.link(product.user_id_of(user))
