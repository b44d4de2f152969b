"""Views that sign when the customer asks, so that no page holds a link that goes stale."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_safe

from deskseal import django as deskseal
from deskseal import response_unless_click
from deskseal._contract import CACHE_CONTROL, STATUS_NOT_SIGNED_IN
from deskseal._products import refusal
from deskseal.django import _settings

HEADERS = {"Cache-Control": CACHE_CONTROL}


@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Take the visitor who clicks to the portal's form: as themselves if they are signed in.

    What is fetched by a script, or before anybody clicks, is not signed.
    """
    unsigned = response_unless_click(request.get_full_path(), request.headers)
    if unsigned is not None:
        headers = {**unsigned.headers, **HEADERS}
        return HttpResponse(unsigned.body, status=unsigned.status, headers=headers)
    link = _link_of(request) or _settings.public_link()
    if link is None:
        raise Http404("The setting DESKSEAL has no URL of a portal.")
    return HttpResponseRedirect(link, headers=HEADERS)


@require_safe
def identity(request: HttpRequest) -> HttpResponse:
    """Answer with the signed identity of the signed-in user, as JSON.

    The answer is `{"email", "signature", "helpdeskId"}`. It is empty, with status 204, for
    strangers; and `{"error": {"code"}}`, with 422 for a user whose address cannot be signed, and
    with 503 where the deployment is misconfigured.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=STATUS_NOT_SIGNED_IN, headers=HEADERS)
    try:
        return JsonResponse(deskseal.identity(request.user), headers=HEADERS)
    except _settings.REFUSALS as error:
        _settings.report(error)
        content, status = refusal(error)
        return JsonResponse(content, status=status, headers=HEADERS)


def _link_of(request: HttpRequest) -> str | None:
    if not request.user.is_authenticated:
        return None
    try:
        return deskseal.portal_link(request.user)
    except _settings.REFUSALS as error:
        _settings.report(error)
        return None
