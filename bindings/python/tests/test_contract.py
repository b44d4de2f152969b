"""The package offers what `tests/api.toml` says: nothing is missing, and nothing is added."""

import ast
import importlib.metadata
import importlib.resources
import inspect
import sys
import typing
from pathlib import Path
from typing import Any

import deskseal
import pytest
from deskseal import _contract

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONTRACT: dict[str, Any] = tomllib.loads(
    Path(__file__).parents[3].joinpath("tests/api.toml").read_text(encoding="utf-8")
)
CALLS: list[dict[str, Any]] = CONTRACT["call"]
NAMES: dict[str, str] = CONTRACT["names"]["python"]
RESULTS: dict[str, list[dict[str, str]]] = CONTRACT["results"]
BASE = CONTRACT["error_classes"]["base"]
KINDS = {kind: CONTRACT["error_classes"][kind] for kind in CONTRACT["errors"]}
STUB = ast.parse(
    importlib.resources.files(deskseal).joinpath("_deskseal.pyi").read_text(encoding="utf-8")
)

# How the stub writes the contract's types.
TYPES = {
    "text": "str",
    "received": "str",
    "names": "str | Iterable[str]",
    "integer": "int",
    "flag": "bool",
    "time": "int | datetime",
    "secret": "str | None",
    "[secret]": "Iterable[str | None]",
    "[previous]": "Iterable[tuple[str | None, int | datetime]]",
    "map": "dict[str, str]",
    "attributes": "dict[str, str | int | bool]",
    "[Finding]": "tuple[Finding, ...]",
}


# The types that are wider for a parameter than for a result.
TYPES_OF_PARAMETERS = {
    "map": "Mapping[str, str]",
    "attributes?": "Mapping[str, str | int | bool] | None",
}


def stub_type(name: str) -> str:
    """Return a type of the contract as the stub writes it."""
    if name.endswith("?"):
        return f"{stub_type(name[:-1])} | None"
    return TYPES.get(name, name)


def parameter_type(name: str) -> str:
    """Return the type of a parameter as the stub writes it."""
    return TYPES_OF_PARAMETERS.get(name) or stub_type(name)


def runtime_of(call: dict[str, Any]) -> Any:
    """Return what is called: a class stands for its constructor."""
    owner = getattr(deskseal, call["class"]) if "class" in call else deskseal
    return owner if call["name"] == "new" else getattr(owner, call["name"])


def stub_of(owner: str | None, name: str) -> ast.FunctionDef:
    """Return the stub of a function or method."""
    body = STUB.body if owner is None else class_stub(owner).body
    return next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == name)


def class_stub(name: str) -> ast.ClassDef:
    """Return the stub of a class."""
    return next(node for node in STUB.body if isinstance(node, ast.ClassDef) and node.name == name)


def annotation(node: ast.expr | None) -> str:
    """Return an annotation as written."""
    assert node is not None
    return ast.unparse(node)


def call_id(call: dict[str, Any]) -> str:
    """Return the name of a call."""
    return f"{call.get('class', 'deskseal')}.{call['name']}"


each_call = pytest.mark.parametrize("call", CALLS, ids=call_id)


def test_the_version_is_the_contracts() -> None:
    assert importlib.metadata.version("deskseal") == CONTRACT["version"]


def test_the_package_has_the_contracts_names_and_no_others() -> None:
    functions = {call["name"] for call in CALLS if "class" not in call}
    classes = {call["class"] for call in CALLS if "class" in call}
    expected = functions | classes | set(RESULTS) | {BASE, *KINDS.values()}
    assert set(deskseal.__all__) == expected
    public = {name for name in vars(deskseal) if not name.startswith("_")}
    # Other tests may have imported the integrations for frameworks.
    assert public - {"django", "flask"} == expected
    assert deskseal.__all__ == sorted(deskseal.__all__)


@pytest.mark.parametrize("name", ["Signer", "Verifier"])
def test_a_class_has_the_contracts_methods_and_no_others(name: str) -> None:
    methods = {call["name"] for call in CALLS if call.get("class") == name} - {"new"}
    public = {member for member in dir(getattr(deskseal, name)) if not member.startswith("_")}
    assert public == methods


@each_call
def test_a_call_has_the_contracts_parameters(call: dict[str, Any]) -> None:
    kinds = {
        "position": inspect.Parameter.POSITIONAL_OR_KEYWORD,
        "name": inspect.Parameter.KEYWORD_ONLY,
    }

    def default(parameter: dict[str, Any]) -> object:
        if parameter["type"].endswith("?"):
            return None
        given = parameter.get("default", inspect.Parameter.empty)
        return () if given == [] else given

    expected = [(p["name"], kinds[p["by"]], default(p)) for p in call["parameters"]]
    signature = inspect.signature(runtime_of(call))
    actual = [
        (p.name, p.kind, p.default) for p in signature.parameters.values() if p.name != "self"
    ]
    assert actual == expected


@each_call
def test_a_call_has_the_contracts_types(call: dict[str, Any]) -> None:
    name = {"new": "__new__"}.get(call["name"], call["name"])
    stub = stub_of(call.get("class"), name)
    arguments = [*stub.args.posonlyargs, *stub.args.args, *stub.args.kwonlyargs]
    actual = [(a.arg, annotation(a.annotation)) for a in arguments if a.annotation is not None]
    assert actual == [(p["name"], parameter_type(p["type"])) for p in call["parameters"]]
    assert annotation(stub.returns) == stub_type(call["returns"])


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_the_contracts_fields_and_no_others(name: str) -> None:
    fields = [field["name"] for field in RESULTS[name]]
    class_ = getattr(deskseal, name)
    assert list(class_.__match_args__) == fields
    assert {member for member in dir(class_) if not member.startswith("_")} == set(fields)
    for field in RESULTS[name]:
        expected = "FindingCode" if field["name"] == "code" else stub_type(field["type"])
        stub = stub_of(name, field["name"])
        assert [annotation(decorator) for decorator in stub.decorator_list] == ["property"]
        assert annotation(stub.returns) == expected


def test_error_classes_are_the_contracts() -> None:
    base = getattr(deskseal, BASE)
    assert {class_.__name__ for class_ in base.__subclasses__()} == set(KINDS.values())
    fields = [field["name"] for field in CONTRACT["error_classes"]["fields"]]
    assert fields == ["code", "message", "is_about_customer"]
    assert base.__annotations__ == {"code": "ErrorCode", "is_about_customer": "bool"}


def test_codes_are_the_contracts_in_its_order() -> None:
    def flat(groups: dict[str, list[str]]) -> list[str]:
        return [code for group in groups.values() for code in group]

    assert list(typing.get_args(_contract.ErrorCode)) == flat(CONTRACT["errors"])
    assert list(typing.get_args(_contract.FindingCode)) == flat(CONTRACT["findings"])


@each_call
def test_documentation_names_every_error(call: dict[str, Any]) -> None:
    text = inspect.getdoc(runtime_of(call)) or ""
    if "constructor" in text or "verify_user`" in text:
        # It refers to another call for the rest.
        return
    codes = {*call["errors"], *call["visitor_errors"]}
    assert {code for code in codes if f"`{code}`" not in text} == set()


def test_the_package_is_the_installed_one() -> None:
    assert deskseal.__file__ is not None
    assert Path(deskseal.__file__).is_relative_to(sys.prefix)
