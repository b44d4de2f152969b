"""Proves that memory stays flat over two million calls, the failing ones included.

python tests/leaks.py [CALLS]
"""

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from deskseal import (
    DesksealError,
    Signer,
    Verifier,
    canonical_email,
    canonical_host,
    generate_secret,
    portal_host,
    public_form_url,
    response_unless_click,
)

SECRET = "example-secret-for-documentation"
OLD = "an-older-secret-now-being-replaced"
HOST = "help.company.com"
LONE = "lone \udcff surrogate"
SECOND = 1767225600
MOMENT = datetime(2026, 1, 1, tzinfo=timezone.utc)
KIBIBYTES_ALLOWED = 512

os.environ["DESKSEAL_LEAKS"] = generate_secret()

signer = Signer(SECRET)
verifier = Verifier(SECRET, previous=[(OLD, MOMENT)])
email, signature = signer.sign_email("ada@example.com")
link = signer.portal_link(f"https://{HOST}", "user-42", timestamp=SECOND)
user = signer.sign_user(HOST, "user-42", timestamp=SECOND)
token = signer.identity_token("desk-1", user_id="42", attributes={"plan": "pro"}, now=SECOND)
claim = {"portal_host": HOST, "user_id": "user-42", "timestamp": str(SECOND)}
results = [
    signer.sign_email(email),
    user,
    signer.ticket_center(email, "desk-1", nonce="abc"),
    signer.identity(email, "desk-1"),
    response_unless_click("/help", {"RSC": "1"}),
    verifier.verify_email(email, signature),
    verifier.verify_user(**claim, signature=user.signature, now=SECOND),
    verifier.verify_identity_token("desk-1", token, now=SECOND),
    verifier.explain_email(email, "0" * 64),
    verifier.explain_email(email, "0" * 64).findings[0],
]


def use_results() -> None:
    """Use everything that results can do."""
    for result in results:
        used = [*result], repr(result), str(result), hash(result), result._asdict()
        assert all(used), result
        assert result != signer


# Explaining searches, and takes a thousand times longer than the rest: it gets fewer calls.
RARE: list[Callable[[], object]] = [
    lambda: verifier.explain_email("Ada@example.com", "0" * 64, other_secrets=[OLD], now=SECOND),
    lambda: verifier.explain_link(HOST, link, other_secrets=[OLD], now=SECOND + 9000),
    lambda: verifier.explain_identity_token("desk-2", token, other_secrets=[OLD], now=SECOND),
]
CALLS: list[Callable[[], object]] = [
    lambda: Signer(SECRET),
    lambda: Signer.from_env("DESKSEAL_LEAKS"),
    lambda: Signer.from_env(["DESKSEAL_LEAKS_UNSET", "DESKSEAL_LEAKS"]),
    lambda: Verifier(SECRET, previous=[(OLD, SECOND), (OLD, MOMENT)], tolerance=60),
    lambda: Verifier.from_env("DESKSEAL_LEAKS", previous=[(OLD, MOMENT)]),
    generate_secret,
    lambda: canonical_email("  Ada@Example.com "),
    lambda: canonical_email("ΟΔΥΣΣΕΥΣ@Example.GR"),
    lambda: canonical_host("bücher.example"),
    lambda: public_form_url(f"https://{HOST}"),
    lambda: portal_host(f"https://{HOST}"),
    lambda: response_unless_click("/help", {"RSC": LONE}),
    lambda: signer.identity("Ada@example.com", "desk-1"),
    lambda: signer.sign_email("Ada@Example.com"),
    lambda: signer.sign_user(HOST, "user-42", timestamp=MOMENT),
    lambda: signer.portal_link(f"https://{HOST}", "user-42"),
    lambda: signer.ticket_center(email, "desk-1", align="left", max_width="60rem", nonce="abc"),
    lambda: signer.identity_token(HOST, email=email, attributes={"a": "é", "b": 5, "c": True}),
    lambda: signer.ticket_center_with_token("desk-1", user_id="42", name="Ada", align="left"),
    lambda: signer.portal_link_with_token(f"https://{HOST}", user_id="42", now=MOMENT),
    lambda: verifier.verify_email(email, signature),
    lambda: verifier.verify_identity_token("desk-1", token, now=MOMENT),
    lambda: verifier.verify_user(**claim, signature=user.signature, now=SECOND),
    lambda: verifier.verify_link(HOST, link, now=MOMENT),
    lambda: verifier.verify_link(HOST, "/"),
    lambda: verifier.explain_email(email, signature),
    use_results,
    # Rejected.
    lambda: Signer(None),
    lambda: Signer("short"),
    lambda: Signer(LONE),
    lambda: Signer.from_env("VITE_SECRET"),
    lambda: Signer.from_env("DESKSEAL_LEAKS_UNSET"),
    lambda: Signer.from_env(LONE),
    lambda: Verifier(SECRET, previous=[(OLD, SECOND), (OLD, -1)]),
    lambda: Verifier(SECRET, previous=[(OLD, SECOND), (LONE, SECOND)]),
    lambda: Verifier(SECRET, tolerance=10**30),
    lambda: canonical_email(LONE),
    lambda: canonical_host("host:80"),
    lambda: portal_host(LONE),
    lambda: response_unless_click("/help", [HOST]),  # type: ignore[arg-type]
    lambda: signer.sign_email("Ada"),
    lambda: signer.sign_user(HOST, "user-42", timestamp=-1),
    lambda: signer.portal_link("http://example.com", "user-42"),
    lambda: signer.ticket_center(email, "desk-1", align="middle"),
    lambda: signer.identity_token("desk-1"),
    lambda: signer.identity_token("desk-1", user_id="42", attributes={"a": "b", "c": LONE}),
    lambda: signer.ticket_center_with_token("desk-1", user_id="42", align="middle"),
    lambda: signer.portal_link_with_token("http://example.com", user_id="42"),
    lambda: verifier.verify_identity_token("desk-1", token),
    lambda: verifier.verify_identity_token("desk-1", LONE),
    lambda: verifier.verify_email(email, "0" * 64),
    lambda: verifier.verify_email(email, LONE),
    lambda: verifier.verify_user(**claim, signature=user.signature),
    lambda: verifier.verify_link(HOST, "/?user_id=user-42"),
    lambda: verifier.explain_email(email, signature, other_secrets=["short"]),
    lambda: verifier.explain_link("host:80", link),
    # Wrong types.
    lambda: Signer(b"bytes"),  # type: ignore[arg-type]
    lambda: signer.sign_email(b"bytes"),  # type: ignore[arg-type]
    lambda: signer.sign_user(HOST, "user-42", timestamp=datetime(2026, 1, 1)),
    lambda: verifier.verify_email(email, signature, now=True),
    lambda: verifier.verify_email(email),  # type: ignore[call-arg]
    lambda: Verifier(SECRET, previous=[(OLD, SECOND), OLD]),  # type: ignore[list-item]
    lambda: signer.identity_token("desk-1", attributes={"a": 1.5}),  # type: ignore[dict-item]
    lambda: signer.__reduce__(),
]


def attempt(call: Callable[[], object]) -> None:
    """Call, and ignore an error."""
    with suppress(DesksealError, TypeError):
        call()


def run(calls: int) -> None:
    """Make about so many calls."""
    rounds = calls // len(CALLS)
    for round_ in range(rounds):
        for call in CALLS:
            attempt(call)
        if round_ % 500 == 0:
            for call in RARE:
                attempt(call)


def resident_kibibytes() -> int:
    """Return the process's resident memory, without the memory that the allocator keeps."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim:
            trim(0)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    run(calls // 10)
    before = resident_kibibytes()
    run(calls)
    grown = resident_kibibytes() - before
    print(f"{calls} calls: resident memory grew by {grown} KiB, {KIBIBYTES_ALLOWED} are allowed")
    sys.exit(grown > KIBIBYTES_ALLOWED)
