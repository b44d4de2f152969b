"""The help desk in a Django project: settings, a template tag, and views that sign when asked.

Add `deskseal.django` to `INSTALLED_APPS`, say in `DESKSEAL` which desk it is, and write
`{% ticket_center %}` into a template. The package's README shows the whole of it.

The functions here sign for a user of `django.contrib.auth`, in views of either kind: they wait for
nothing. They raise a `DesksealError`; the tag and the views of this package log its code instead,
but in debug mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskseal._products import Identity
from deskseal.django import _settings

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from deskseal import Embed

__all__ = ["Identity", "identity", "portal_link", "ticket_center"]


def ticket_center(
    user: AbstractBaseUser,
    *,
    align: str | None = None,
    max_width: str | None = None,
    container: str | None = None,
    crossorigin: bool | None = None,
    nonce: str | None = None,
) -> Embed:
    """Return the markup that shows this user's Ticket Center.

    Args:
        user: The signed-in user; the address is that of the model's e-mail field, or of the field
            that `email_field` names.
        align: `left`, `center` (the default) or `right`.
        max_width: A positive whole number and `px`, `rem` or `%`; `864px` by default.
        container: The id of the container element; `hdh-ticket-center` by default.
        crossorigin: Whether the script is loaded with CORS, as a page with
            `Cross-Origin-Embedder-Policy: require-corp` needs it; by default what the setting says.
        nonce: The page's Content-Security-Policy nonce.

    Raises:
        SecretError: The deployment's secret is missing or unusable.
        InputError: The address or an option cannot be signed.
        ImproperlyConfigured: The setting lacks the product, or has what it does not know.

    Example:
        >>> from deskseal.django import ticket_center
        >>> from django.contrib.auth.models import User
        >>> embed = ticket_center(User(email="Ada@example.com"), align="left")
        >>> embed.attributes["data-align"]
        'left'
    """
    product = _settings.ticket_center()
    return product.embed(
        product.email_of(user),
        align=align,
        max_width=max_width,
        container=container,
        crossorigin=crossorigin,
        nonce=nonce,
    )


def identity(user: AbstractBaseUser) -> Identity:
    """Return this user's signed identity, for a page that mounts the Ticket Center by itself.

    Raises:
        SecretError: The deployment's secret is missing or unusable.
        InputError: The address cannot be signed.
        ImproperlyConfigured: The setting lacks the product, or has what it does not know.

    Example:
        >>> from deskseal.django import identity
        >>> from django.contrib.auth.models import User
        >>> identity(User(email="Ada@example.com"))["email"]
        'ada@example.com'
    """
    product = _settings.ticket_center()
    return product.identity(product.email_of(user))


def portal_link(user: AbstractBaseUser) -> str:
    """Return the link that opens the portal's form as this user. It holds for five minutes.

    Args:
        user: The signed-in user; the id is the primary key, or the field that `user_id_field`
            names.

    Raises:
        SecretError: The deployment's secret is missing or unusable.
        InputError: The id or the portal's URL cannot be signed.
        ImproperlyConfigured: The setting lacks the product, or has what it does not know.

    Example:
        >>> from deskseal.django import portal_link
        >>> from django.contrib.auth.models import User
        >>> portal_link(User(pk=42)).partition("&")[0]
        'https://help.company.com/submit-ticket?user_id=42'
    """
    product = _settings.portal()
    return product.link(product.user_id_of(user))
