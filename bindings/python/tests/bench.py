"""Prints how much faster the package is than what a user would write instead.

python tests/bench.py [WHEEL]
"""

import hashlib
import hmac
import statistics
import subprocess
import sys
import timeit
from pathlib import Path
from typing import NamedTuple

from deskseal import Signer, Verifier

SECRET = "example-secret-for-documentation"
EMAIL = "ada.lovelace@example.com"
ROUNDS = 200
CALLS = 1000
STARTS = 30

NAMES = {
    "hmac": hmac,
    "hashlib": hashlib,
    "key": SECRET.encode(),
    "email": EMAIL,
    "signature": Signer(SECRET).sign_email(EMAIL).signature,
    "sign_email": Signer(SECRET).sign_email,
    "verify_email": Verifier(SECRET).verify_email,
}
SNIPPET = "hmac.new(key, email.strip().lower().encode(), hashlib.sha256).hexdigest()"


class Promise(NamedTuple):
    """Two statements, and how many times faster the second one is to be."""

    name: str
    snippet: str
    ours: str
    times: float


PROMISES = [
    Promise("sign_email", SNIPPET, "sign_email(email)", 5),
    Promise(
        "verify_email",
        f"hmac.compare_digest({SNIPPET}, signature)",
        "verify_email(email, signature)",
        5,
    ),
]


def nanoseconds(snippet: str, ours: str) -> tuple[float, float]:
    """Return the median time of a call of both, measured in turns."""
    timers = [timeit.Timer(statement, globals=NAMES) for statement in (snippet, ours)]
    rounds = [[timer.timeit(CALLS) for timer in timers] for _ in range(ROUNDS)]
    first, second = (statistics.median(times) / CALLS * 1e9 for times in zip(*rounds, strict=True))
    return first, second


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
    print(f"{name:<14} {measured:<42} {promised:<16} {'kept' if is_kept else 'MISSED'}")


def main() -> None:
    """Print the table."""
    for promise in PROMISES:
        snippet, ours = nanoseconds(promise.snippet, promise.ours)
        times = snippet / ours
        measured = f"{ours:.0f} ns, hmac {snippet:.0f} ns: {times:.1f} times faster"
        report(promise.name, measured, f"{promise.times:g} times", is_kept=times >= promise.times)
    milliseconds = import_milliseconds()
    report("import", f"{milliseconds:.1f} ms", "at most 15 ms", is_kept=milliseconds <= 15)
    for wheel in sys.argv[1:]:
        megabytes = Path(wheel).stat().st_size / 1e6
        report("wheel", f"{megabytes:.2f} MB", "at most 1 MB", is_kept=megabytes <= 1)


if __name__ == "__main__":
    main()
