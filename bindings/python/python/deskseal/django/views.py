"""Views that sign on each request, so that no page contains a link that expires.

Both views answer anonymous visitors. A project's `LoginRequiredMiddleware` must not redirect them.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_safe

from deskseal import django as deskseal
from deskseal import response_unless_click
from deskseal._contract import CACHE_CONTROL, IDENTITY_HEADERS, STATUS_NOT_SIGNED_IN
from deskseal._products import cross_site_response, error_response
from deskseal.django import _settings

HEADERS = {"Cache-Control": CACHE_CONTROL}


@login_not_required
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Redirect a click to the portal's form, with a signed link if the user is signed in.

    A request of a script or a prefetch gets no signed link.
    """
    unsigned = response_unless_click(request.get_full_path(), request.headers)
    if unsigned is not None:
        headers = {**unsigned.headers, **HEADERS}
        return HttpResponse(unsigned.body, status=unsigned.status, headers=headers)
    link = _link_of(request) or _settings.public_link()
    if link is None:
        raise Http404("The setting DESKSEAL has no portal with a URL. Add it.")
    return HttpResponseRedirect(link, headers=HEADERS)


@login_not_required
@require_safe
def identity(request: HttpRequest) -> HttpResponse:
    """Answer with the signed identity of the signed-in user, as JSON.

    The answer is `{"email", "signature", "helpdeskId"}`. For an anonymous visitor it is empty, with
    status 204. An error is `{"error": {"code"}}`, with status 422 if the user's address cannot be
    signed, 503 if the deployment is misconfigured, and 403 for a page of another site, unless the
    setting `origins` lists its origin (SPEC 6.4).
    """
    try:
        rejected = cross_site_response(request.headers.get, _settings.ticket_center)
        if rejected is not None:
            content, status = rejected
            return JsonResponse(content, status=status, headers=IDENTITY_HEADERS)
        if not request.user.is_authenticated:
            return HttpResponse(status=STATUS_NOT_SIGNED_IN, headers=IDENTITY_HEADERS)
        return JsonResponse(deskseal.identity(request, request.user), headers=IDENTITY_HEADERS)
    except _settings.ERRORS as error:
        _settings.report(error)
        content, status = error_response(error)
        return JsonResponse(content, status=status, headers=IDENTITY_HEADERS)


def _link_of(request: HttpRequest) -> str | None:
    if not request.user.is_authenticated:
        return None
    try:
        return deskseal.portal_link(request, request.user)
    except _settings.ERRORS as error:
        _settings.report(error)
        return None
