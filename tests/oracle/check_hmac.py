"""Recomputes every signature of the test vectors with Python's hmac.

    python3 tests/oracle/check_hmac.py [FOLDER]      default: tests/vectors

The vectors come from Node. This script reads the cases that name the signed text (`message`), finds the
signature in each, and exits with an error at the first one for which Python's signature differs.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path
from urllib.parse import parse_qs

COMMITTED = Path(__file__).resolve().parent.parent / "vectors"
AT_LEAST = 250


def cases_in(folder):
    for path in sorted(folder.glob("*.json")):
        if path.name != "schema.json":
            yield from json.loads(path.read_text(encoding="utf-8"))["cases"]


def secrets_of(case):
    """Returns the secrets that may have made the signature, or the one that the case names."""
    new = case["new"]
    if "name" in new:
        return list(case["env"].values())
    secrets = [new["secret"], *(secret for secret, _ in new.get("previous", []))]
    index = index_in(case.get("expect"))
    return secrets if index is None else [secrets[index]]


def index_in(expected):
    return expected.get("secret_index") if isinstance(expected, dict) else None


def signatures_in(case):
    """Returns every signature of the case: in its arguments, in its result, and in links."""
    found = [signature_in(case["args"]), signature_in(case.get("expect"))]
    return [signature for signature in found if signature is not None]


def signature_in(value):
    if isinstance(value, str):
        return signature_in_link(value)
    if not isinstance(value, dict):
        return None
    if "url" in value:
        return signature_in_link(value["url"])
    if "attributes" in value:
        return value["attributes"]["data-signature"]
    return value.get("signature")


def signature_in_link(url):
    """Splits the query by hand: `urlsplit` rejects hosts that a verifier ignores."""
    query = url.partition("#")[0].partition("?")[2]
    return parse_qs(query)["user_id_signature"][0]


def is_made_by(secret, message, signature):
    expected = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature.lower())


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else COMMITTED
    checked = 0
    for case in cases_in(folder):
        if "message" not in case:
            continue
        signatures = signatures_in(case)
        if not signatures:
            sys.exit(f"{case['id']}: the case names a message but contains no signature")
        for signature in signatures:
            if not any(is_made_by(secret, case["message"], signature) for secret in secrets_of(case)):
                sys.exit(f"{case['id']}: the signature of Python's hmac differs")
            checked += 1
    if checked < AT_LEAST:
        sys.exit(f"found only {checked} signatures, expected at least {AT_LEAST}")
    print(f"{checked} signatures are the same in Python")


if __name__ == "__main__":
    main()
