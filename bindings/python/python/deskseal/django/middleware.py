"""Keeps pages with a customer's identity out of caches."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.utils.deprecation import MiddlewareMixin

from deskseal._contract import CACHE_CONTROL

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_MARK = "_deskseal_is_private"
_RESPONDED = "_deskseal_has_responded"

_logger = logging.getLogger("deskseal")


class PrivatePageMiddleware(MiddlewareMixin):
    """Sends `Cache-Control: private, no-store` with every page that shows a Ticket Center."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the header, even if the view has set another value."""
        setattr(request, _RESPONDED, True)
        if hasattr(request, _MARK):
            response["Cache-Control"] = CACHE_CONTROL
        return response


def mark_private(request: HttpRequest) -> None:
    """Mark the request: its response contains an identity."""
    setattr(request, _MARK, True)
    if hasattr(request, _RESPONDED):
        _logger.warning(
            "A streamed page shows a Ticket Center. Send it with the header Cache-Control: %s",
            CACHE_CONTROL,
        )
    # `cache_page` stores a response before this middleware sees it, unless this mark is set.
    setattr(request, "_cache_update_cache", False)  # noqa: B010 - not a declared attribute
