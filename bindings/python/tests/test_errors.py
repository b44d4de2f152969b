"""Exceptions: their classes, their codes, and how they are pickled and copied."""

import copy
import pickle

import pytest
from deskseal import (
    DesksealError,
    InputError,
    SecretError,
    Signer,
    VerificationError,
    Verifier,
    _deskseal,
    canonical_email,
)


def errors() -> list[DesksealError]:
    """Return one error of every kind."""
    caught: list[DesksealError] = []
    for call in (
        lambda: Signer(""),
        lambda: canonical_email(""),
        lambda: Verifier("example-secret-for-documentation").verify_email("", ""),
    ):
        try:
            call()
        except DesksealError as error:
            caught.append(error)
    return caught


def test_an_error_says_whether_it_is_about_the_customer() -> None:
    assert [error.is_about_customer for error in errors()] == [False, True, True]
    twins = [pickle.loads(pickle.dumps(error)) for error in errors()]
    assert [twin.is_about_customer for twin in twins] == [False, True, True]


def test_the_class_says_who_is_at_fault() -> None:
    assert [type(error) for error in errors()] == [SecretError, InputError, VerificationError]
    assert [error.code for error in errors()] == ["secret_empty", "email_empty", "email_empty"]


def test_only_input_errors_are_value_errors() -> None:
    assert DesksealError.__bases__ == (Exception,)
    assert [isinstance(error, ValueError) for error in errors()] == [False, True, False]


def test_an_error_as_text_is_its_sentence() -> None:
    for error in errors():
        assert str(error).endswith(".")
        assert error.code in repr(error)
        assert error.code not in str(error)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_can_be_pickled(protocol: int) -> None:
    for error in errors():
        twin = pickle.loads(pickle.dumps(error, protocol))
        assert type(twin) is type(error)
        assert (twin.code, str(twin)) == (error.code, str(error))


def test_an_error_can_be_copied() -> None:
    for error in errors():
        assert copy.copy(error).code == error.code
        assert str(copy.deepcopy(error)) == str(error)


def test_errors_do_not_show_what_the_visitor_sent(verifier: Verifier) -> None:
    for url in (
        "evil",
        "/?user_id=evil",
        "/?user_id=evil%07&user_id_timestamp=1&user_id_signature=2",
    ):
        with pytest.raises(VerificationError) as caught:
            verifier.verify_link("help.company.com", url)
        assert "evil" not in repr(caught.value)


def test_the_published_package_has_no_function_that_panics() -> None:
    assert not hasattr(_deskseal, "panic")
