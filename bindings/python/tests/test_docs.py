"""Every public object is documented, with an example that runs."""

import doctest
import inspect
import types
from collections.abc import Iterator
from typing import Any

import deskseal
import pytest

# A field needs no example of its own: its class has one.
FIELDS = (property, types.GetSetDescriptorType)


def documented() -> Iterator[tuple[str, Any]]:
    """Return every public object and method by its name."""
    for name in deskseal.__all__:
        thing = getattr(deskseal, name)
        yield name, thing
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            public = [member for member in vars(thing) if not member.startswith("_")]
            yield from (
                (f"{name}.{member}", inspect.getattr_static(thing, member)) for member in public
            )


@pytest.mark.parametrize(("name", "thing"), list(documented()), ids=lambda part: str(part)[:40])
def test_documentation_has_an_example_that_runs(
    monkeypatch: pytest.MonkeyPatch, name: str, thing: Any
) -> None:
    # Examples set variables; this restores them.
    monkeypatch.setenv("HELPDESKY_HMAC_SECRET", "")
    text = inspect.getdoc(thing)
    assert text, f"{name} has no documentation"
    assert text[0].isupper()
    example = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert example.examples or isinstance(thing, FIELDS), f"{name} has no example"
    ran = doctest.DocTestRunner().run(example)
    assert ran.failed == 0
