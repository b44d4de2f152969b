"""The adapter of `conform.py` gives the shared vectors' answers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[3] / "tests/vectors"
ADAPTER = Path(__file__).with_name("conform.py")
# One of them describes the others.
FILES = sorted(set(VECTORS.glob("*.json")) - {VECTORS / "schema.json"})
REQUEST = ("id", "class", "new", "call", "args")


def expected(case: dict[str, Any]) -> dict[str, Any]:
    """Return the answer that the case demands."""
    if "error" in case:
        return {"id": case["id"], "error": {"kind": case["kind"], "code": case["error"]}}
    return {"id": case["id"], "value": case["expect"]}


def with_codes_of_findings(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with the codes of findings alone, as the vectors list them."""
    match answer:
        case {"value": {"findings": findings}}:
            return {**answer, "value": {"findings": [finding["code"] for finding in findings]}}
    return answer


def answers(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the adapter's answers, in an environment with the cases' own variables alone."""
    requests = [{name: case[name] for name in REQUEST if name in case} for case in cases]
    environment = {name: text for case in cases for name, text in case.get("env", {}).items()}
    ran = subprocess.run(
        [sys.executable, "-I", ADAPTER],
        input="".join(json.dumps(request) + "\n" for request in requests).encode(),
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )
    return [with_codes_of_findings(json.loads(line)) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_vector_is_answered(file: Path) -> None:
    cases = json.loads(file.read_text(encoding="utf-8"))["cases"]
    for group in grouped_by_environment(cases):
        assert answers(group) == [expected(case) for case in group]


def grouped_by_environment(cases: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the cases in groups that can share a process."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for case in cases:
        groups.setdefault(json.dumps(case.get("env", {})), []).append(case)
    return list(groups.values())


def test_there_are_vectors() -> None:
    assert len(FILES) > 1
