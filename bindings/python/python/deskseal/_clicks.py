"""Tells whether a request for the portal's route is a customer's click: nothing else is signed.

Libraries that swap pages cannot follow a redirect to another site, and what is fetched ahead may
never be visited. Every language has this table, and `tests/portal_requests.json` pins all of them.
"""

from __future__ import annotations

import re
from html import escape
from http import HTTPStatus
from typing import NamedTuple, Protocol

# Headers of a visit that the browser makes ahead, if the value says so.
PREFETCHES = ("Sec-Purpose", "X-Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
IS_PREFETCH = re.compile("prefetch|prerender|preview", re.IGNORECASE)

# Headers of libraries that put what they fetch into the page, whatever the value.
FETCHERS = (
    "HX-Request",
    "HX-Boosted",
    "Turbo-Frame",
    "X-Turbo-Request-Id",
    "Turbolinks-Referrer",
    "X-Livewire-Navigate",
    "X-PJAX",
    "X-Up-Version",
    "RSC",
    "Next-Router-Prefetch",
)

# Applications that show websites send their own name in `X-Requested-With`, with every visit.
SCRIPTS = frozenset({"xmlhttprequest", "fetch", "swup"})

# The query of the route where the page below has asked for it.
ASKED_AGAIN = "again"

PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


class Headers(Protocol):
    """A request's headers, whatever the case of their names."""

    def get(self, name: str, default: str, /) -> str:
        """Return the header's value."""


class Answer(NamedTuple):
    """What a request gets that is no click."""

    status: HTTPStatus
    body: str
    headers: dict[str, str]


# Neither a success nor HTML: browsers drop it, and ask again when the link is clicked.
PREFETCH = Answer(
    HTTPStatus.FORBIDDEN,
    "This link is signed when it is clicked, so there is nothing to fetch before.\n",
    {"Content-Type": PLAIN},
)

REFRESH = '<meta http-equiv="refresh" content="0; url={url}?again">\n'
PAGE = """<!doctype html>
<meta name="turbo-visit-control" content="reload">
<meta name="turbolinks-visit-control" content="reload">
<title>Support</title>
<body>
{refresh}<a href="{url}">Contact support</a>
"""


def answer_unless_clicked(headers: Headers, path: str, query: str) -> Answer | None:
    """Return the answer to a request that is no click, and `None` for a click.

    Args:
        headers: The request's.
        path: The route's own, as it stands in a URL.
        query: The request's query.
    """
    if headers.get("X-Inertia", ""):
        location = {"Content-Type": PLAIN, "X-Inertia-Location": path}
        return Answer(HTTPStatus.CONFLICT, "", location)
    is_fetched = (
        headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        or headers.get("X-Requested-With", "").lower() in SCRIPTS
        or any(headers.get(name, "") for name in FETCHERS)
    )
    if is_fetched:
        return _leaving(path, is_asked_again=query == ASKED_AGAIN)
    is_ahead = any(IS_PREFETCH.search(headers.get(name, "")) for name in PREFETCHES)
    return PREFETCH if is_ahead else None


def _leaving(path: str, *, is_asked_again: bool) -> Answer:
    """Return a page that makes a library leave for the route itself, by its own way or `refresh`.

    A service worker that fetches what is visited gets the page again: then it only has a link.
    """
    url = escape(path)
    refresh = "" if is_asked_again else REFRESH.format(url=url)
    page = PAGE.format(refresh=refresh, url=url)
    return Answer(HTTPStatus.OK, page, {"Content-Type": HTML, "HX-Redirect": path})
