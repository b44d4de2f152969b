"""Keeps pages with somebody's identity out of caches."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.utils.deprecation import MiddlewareMixin

from deskseal._contract import CACHE_CONTROL

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_MARK = "_deskseal_is_private"
_ANSWERED = "_deskseal_has_answered"

_logger = logging.getLogger("deskseal")


class PrivatePageMiddleware(MiddlewareMixin):
    """Sends `Cache-Control: private, no-store` with every page that shows a Ticket Center."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the header, whatever the view has set."""
        setattr(request, _ANSWERED, True)
        if hasattr(request, _MARK):
            response["Cache-Control"] = CACHE_CONTROL
        return response


def mark_private(request: HttpRequest) -> None:
    """Remember that the answer carries an identity."""
    setattr(request, _MARK, True)
    if hasattr(request, _ANSWERED):
        _logger.warning(
            "A page that is streamed shows a Ticket Center: send it with Cache-Control: %s",
            CACHE_CONTROL,
        )
    # `cache_page` stores an answer before any middleware sees it, but for requests marked so.
    setattr(request, "_cache_update_cache", False)  # noqa: B010 - not a declared attribute
