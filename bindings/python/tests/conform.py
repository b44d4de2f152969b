"""The conformance adapter: answers `{id, class?, new?, call, args}` with `{id, value | error}`."""

import json
import sys
from typing import Any

import deskseal


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request."""
    try:
        value = getattr(callee(request), request["call"])(**request["args"])
    except deskseal.DesksealError as error:
        kind = type(error).__name__.removesuffix("Error").lower()
        return {"error": {"kind": kind, "code": error.code}}
    return {"value": value._asdict() if hasattr(value, "_asdict") else value}


def callee(request: dict[str, Any]) -> Any:
    """Return the package, or the object that the request constructs."""
    if "class" not in request:
        return deskseal
    new, constructor = dict(request["new"]), getattr(deskseal, request["class"])
    if "previous" in new:
        new["previous"] = map(tuple, new["previous"])
    return constructor.from_env(**new) if "name" in new else constructor(**new)


def text(value: dict[str, Any]) -> Any:
    """Return an object, or the ill-formed text that it stands for."""
    if "utf16le" not in value:
        return value
    return bytes.fromhex(value["utf16le"]).decode("utf-16-le", "surrogatepass")


for line in sys.stdin.buffer:
    request = json.loads(line, object_hook=text)
    print(json.dumps({"id": request["id"], **answer(request)}), flush=True)
