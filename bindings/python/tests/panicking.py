"""A panic becomes an exception that `except Exception` catches. Needs a build with `panic-test`."""

import pytest
from deskseal import Signer, _deskseal


def test_a_panic_is_an_ordinary_exception() -> None:
    with pytest.raises(RuntimeError, match="Internal error in deskseal") as caught:
        _deskseal.panic()  # type: ignore[attr-defined]  # pyright: ignore
    assert isinstance(caught.value, Exception)


def test_the_package_works_after_a_panic(signer: Signer) -> None:
    for _ in range(100):
        with pytest.raises(RuntimeError):
            _deskseal.panic()  # type: ignore[attr-defined]  # pyright: ignore
        assert signer.sign_email("ada@example.com").email == "ada@example.com"
