"""Prints how much faster the package is than what a user would write instead.

python tests/bench.py [WHEEL]

Each row measures both in turns in this process, and the ratio of their medians.
"""

import gc
import hashlib
import hmac
import os
import statistics
import subprocess
import sys
import time
import timeit
import uuid
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import django
import jwt
from deskseal import Signer, Verifier, generate_secret
from deskseal.flask import Customer, Deskseal
from django.conf import settings
from django.test import RequestFactory
from flask import Flask, render_template

SECRET = generate_secret()
KEY = SECRET.encode()
EMAIL = "ada.lovelace@example.com"
USER_ID = "user-42"
HOST = "help.company.com"
PORTAL = f"https://{HOST}"
DESK = "desk-1"
SCRIPT = "https://helpdesky.io/ticket-center.js"
PRODUCTS = {"ticket_center": {"helpdesk_id": DESK}, "portal": {"url": PORTAL}}

ROUNDS = 100
SECONDS_A_ROUND = 0.005
STARTS = 30

signer = Signer(SECRET)
verifier = Verifier(SECRET)
signature = signer.sign_email(EMAIL).signature
link = signer.portal_link(PORTAL, USER_ID)
claims = {"email": EMAIL, "name": "Ada Lovelace", "attributes": {"plan": "pro", "seats": 5}}
token = signer.identity_token(DESK, user_id=USER_ID, expires_in=86400, **claims)


class Promise(NamedTuple):
    """Two calls, and how many times faster the second one is to be."""

    name: str
    snippet: Callable[[], object]
    ours: Callable[[], object]
    times: float


def sign(message: str) -> str:
    """Sign a text as a user would."""
    return hmac.new(KEY, message.encode(), hashlib.sha256).hexdigest()


def sign_email() -> str:
    """Sign an e-mail as a user would."""
    return sign(EMAIL.strip().lower())


def verify_email() -> bool:
    """Verify an e-mail's signature as a user would."""
    return hmac.compare_digest(sign(EMAIL.strip().lower()), signature)


def ticket_center() -> str:
    """Write the markup as a user would who escapes what is not a constant."""
    email = EMAIL.strip().lower()
    return (
        f'<div id="hdh-ticket-center"></div>\n<script src="{SCRIPT}" '
        f'data-helpdesk-id="{escape(DESK)}" data-email="{escape(email)}" '
        f'data-signature="{sign(email)}"></script>'
    )


def portal_link() -> str:
    """Write the link as a user would."""
    timestamp = int(time.time())
    query = {
        "user_id": USER_ID,
        "user_id_timestamp": timestamp,
        "user_id_signature": sign(f"{HOST}:{USER_ID}:{timestamp}"),
    }
    return f"{PORTAL}/submit-ticket?{urlencode(query)}"


def verify_link() -> str | None:
    """Verify the link as a user would."""
    query = parse_qs(urlsplit(link).query)
    user_id, timestamp = query["user_id"][0], query["user_id_timestamp"][0]
    is_signed = hmac.compare_digest(
        sign(f"{HOST}:{user_id}:{timestamp}"), query["user_id_signature"][0]
    )
    return user_id if is_signed and abs(time.time() - int(timestamp)) <= 300 else None


def identity_token() -> str:
    """Sign a token with PyJWT."""
    now = int(time.time())
    times = {"iat": now, "exp": now + 600, "jti": str(uuid.uuid4())}
    return jwt.encode({"aud": DESK, "sub": USER_ID, **claims, **times}, SECRET, algorithm="HS256")


def verify_identity_token() -> dict[str, object]:
    """Verify a token with PyJWT."""
    return jwt.decode(token, SECRET, algorithms=["HS256"], audience=DESK)


def signed_values(email: str) -> dict[str, str]:
    """Return what a user's view hands to the template; the secret is read as the vendor's does."""
    email = email.strip().lower()
    key = os.environ["HELPDESKY_HMAC_SECRET"].encode()
    signature = hmac.new(key, email.encode(), hashlib.sha256).hexdigest()
    return {"helpdesk_id": DESK, "email": email, "signature": signature}


# What a user's template shows. It means the same to Django and Jinja.
TEMPLATE = (
    f'<div id="hdh-ticket-center"></div>\n<script src="{SCRIPT}" '
    'data-helpdesk-id="{{ helpdesk_id }}" data-email="{{ email }}" '
    'data-signature="{{ signature }}"></script>'
)


def django_pages() -> tuple[Callable[[], object], Callable[[], object]]:
    """Return how the snippet and the tag are rendered in a template of Django."""
    settings.configure(
        DESKSEAL=PRODUCTS,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "deskseal.django",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()
    # Models and templates can be imported only after this.
    from django.contrib.auth.models import User
    from django.template import RequestContext, Template

    request = RequestFactory().get("/support")
    request.user = User(username="ada", email=EMAIL)
    by_hand = Template(TEMPLATE)
    tag = Template("{% load deskseal %}{% ticket_center %}")

    def snippet() -> str:
        return by_hand.render(RequestContext(request, signed_values(request.user.email)))

    return snippet, lambda: tag.render(RequestContext(request))


def flask_pages() -> tuple[Callable[[], object], Callable[[], object]]:
    """Return how the snippet and the global are rendered in a template of Flask, in a request."""
    app = Flask(__name__)
    app.config["DESKSEAL"] = PRODUCTS
    extension = Deskseal(app)
    customer = Customer(email=EMAIL, user_id=USER_ID)
    extension.customer_loader(lambda: customer)
    by_hand = app.jinja_env.from_string(TEMPLATE)
    ours = app.jinja_env.from_string("{{ ticket_center() }}")
    app.test_request_context("/support").push()
    return (
        lambda: render_template(by_hand, **signed_values(customer.email)),
        lambda: render_template(ours),
    )


def promises() -> list[Promise]:
    """Return the rows."""
    os.environ["HELPDESKY_HMAC_SECRET"] = SECRET
    return [
        Promise("ticket_center", ticket_center, lambda: signer.ticket_center(EMAIL, DESK).html, 3),
        Promise("sign_email", sign_email, lambda: signer.sign_email(EMAIL), 5),
        Promise("portal_link", portal_link, lambda: signer.portal_link(PORTAL, USER_ID), 3),
        Promise("verify_email", verify_email, lambda: verifier.verify_email(EMAIL, signature), 5),
        Promise("verify_link", verify_link, lambda: verifier.verify_link(HOST, link), 5),
        Promise(
            "identity_token",
            identity_token,
            lambda: signer.identity_token(DESK, user_id=USER_ID, **claims),
            5,
        ),
        Promise(
            "verify_token",
            verify_identity_token,
            lambda: verifier.verify_identity_token(DESK, token),
            5,
        ),
        Promise("Django's tag", *django_pages(), 1),
        Promise("Flask's global", *flask_pages(), 1),
    ]


def nanoseconds(*calls: Callable[[], object]) -> list[float]:
    """Return the median time of each call, measured in turns, by the processor's own clock."""
    timers = [timeit.Timer(call, "gc.enable()", time.process_time, {"gc": gc}) for call in calls]
    # Each part of a round takes as long as another one.
    counts = [max(1, int(SECONDS_A_ROUND / (timer.timeit(100) / 100))) for timer in timers]
    rounds = [
        [timer.timeit(count) / count for timer, count in zip(timers, counts, strict=True)]
        for _ in range(ROUNDS)
    ]
    return [statistics.median(times) * 1e9 for times in zip(*rounds, strict=True)]


def import_milliseconds() -> float:
    """Return how much longer Python takes to start with the package than without, in turns."""

    def start(statement: str) -> float:
        command = [sys.executable, "-I", "-c", statement]
        return timeit.timeit(lambda: subprocess.run(command, check=True), number=1)

    rounds = [(start("pass"), start("import deskseal")) for _ in range(STARTS)]
    bare, ours = (statistics.median(times) for times in zip(*rounds, strict=True))
    return (ours - bare) * 1e3


def report(name: str, measured: str, promised: str, *, is_kept: bool) -> None:
    """Print a row."""
    print(f"{name:<16} {measured:<52} {promised:<16} {'kept' if is_kept else 'BROKEN'}")


def main() -> None:
    """Print the table."""
    for name, snippet, ours, promised in promises():
        theirs, mine = nanoseconds(snippet, ours)
        times = theirs / mine
        measured = f"{mine:.0f} ns, by hand {theirs:.0f} ns: {times:.1f} times as fast"
        report(name, measured, f"{promised:g} times", is_kept=times >= promised)
    milliseconds = import_milliseconds()
    report("import", f"{milliseconds:.1f} ms", "at most 15 ms", is_kept=milliseconds <= 15)
    for wheel in sys.argv[1:]:
        megabytes = Path(wheel).stat().st_size / 1e6
        report("wheel", f"{megabytes:.2f} MB", "at most 1 MB", is_kept=megabytes <= 1)


if __name__ == "__main__":
    main()
