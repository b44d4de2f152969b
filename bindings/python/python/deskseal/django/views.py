"""Views that sign when the customer asks, so that no page holds a link that goes stale."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_safe

from deskseal import DesksealError, SecretError
from deskseal import django as deskseal
from deskseal._products import SIGNED_OUT, refusal
from deskseal.django import _settings
from deskseal.django.middleware import PRIVATE


@require_safe
def portal(request: HttpRequest) -> HttpResponseRedirect:
    """Take the visitor to the portal's form: as themselves if they are signed in."""
    link = _link_of(request) or _settings.public_link()
    if link is None:
        raise Http404("The setting DESKSEAL has no URL of a portal.")
    return HttpResponseRedirect(link, headers={"Cache-Control": PRIVATE})


@require_safe
def identity(request: HttpRequest) -> JsonResponse:
    """Answer with the signed identity of the signed-in user, as JSON.

    The answer is `{"email", "signature", "helpdeskId"}`. Where there is none it is
    `{"error": {"code", "message"}}`: with 401 and `signed_out` for a stranger, with 422 for a user
    whose address cannot be signed, and with 503 where the secret cannot be used.
    """
    if not request.user.is_authenticated:
        return _answer(SIGNED_OUT, HTTPStatus.UNAUTHORIZED)
    try:
        return _answer({**deskseal.identity(request.user)}, HTTPStatus.OK)
    except DesksealError as error:
        _settings.report(error)
        unavailable = isinstance(error, SecretError)
        status = HTTPStatus.SERVICE_UNAVAILABLE if unavailable else HTTPStatus.UNPROCESSABLE_ENTITY
        return _answer(refusal(error), status)


def _link_of(request: HttpRequest) -> str | None:
    if not request.user.is_authenticated:
        return None
    try:
        return deskseal.portal_link(request.user)
    except DesksealError as error:
        _settings.report(error)
        return None


def _answer(content: dict[str, Any], status: HTTPStatus) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": PRIVATE})
