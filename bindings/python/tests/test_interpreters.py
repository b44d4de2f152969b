"""One process runs several applications, each in an interpreter of its own (PEP 684, PEP 734)."""

import subprocess
import sys

import pytest

# It runs an application in two interpreters. Each prints its name, and the codes of the errors that
# it caught.
SCRIPT = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import sys

APPLICATION = '''
import deskseal

verifier = deskseal.Verifier("example-secret-for-documentation")
for attempt in range(2):
    try:
        verifier.verify_email("eve@example.com", "0" * 64)
    except deskseal.VerificationError as error:
        print(name, error.code, flush=True)
'''


def create():
    if sys.argv[1] == "isolated":
        return interpreters.create()
    if hasattr(interpreters, "new_config"):
        return interpreters.create("legacy")
    return interpreters.create(isolated=False)


kept = [create() for _ in range(2)]
for name, interpreter in zip(("first", "second"), kept):
    try:
        failure = interpreters.run_string(interpreter, f"name = {name!r}" + APPLICATION)
    except interpreters.RunFailedError as error:
        failure = error
    if failure:
        print(getattr(failure, "formatted", failure))
"""


def lines_printed(kind: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", SCRIPT, kind], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_each_interpreter_catches_its_own_errors() -> None:
    expected = [f"{name} signature_mismatch" for name in ("first", "second") for _ in range(2)]
    assert lines_printed("shared lock") == expected


@pytest.mark.skipif(sys.version_info < (3, 12), reason="all interpreters share the lock")
def test_an_interpreter_with_its_own_lock_cannot_load_the_package() -> None:
    sentence = "deskseal cannot be loaded into an interpreter that has a lock of its own."
    lines = lines_printed("isolated")
    assert [sentence in line for line in lines] == [True, True]
