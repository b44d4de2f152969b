"""Secrets: where they are read from, and where they are never shown."""

import copy
import gc
import os
import pickle
import subprocess
import sys
from typing import Any

import pytest
from deskseal import SecretError, Signer, Verifier, generate_secret

NAME = "HELPDESKY_HMAC_SECRET"
OLD = "an-older-secret-now-being-replaced"


def test_the_environment_is_that_of_os_environ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = generate_secret()
    monkeypatch.setenv(NAME, secret)
    signed = Signer(secret).sign_email("a@b")
    assert Signer.from_env(NAME).sign_email("a@b") == signed
    verifier = Verifier.from_env(NAME, previous=[(OLD, 0)], tolerance=0)
    assert verifier.verify_email(*signed).secret_index == 0


@pytest.mark.parametrize("make", [Signer.from_env, Verifier.from_env])
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        (NAME, None, "secret_missing"),
        (NAME, "", "secret_empty"),
        (NAME, "example-secret-for-\udcff", "secret_malformed"),
        ("NEXT_PUBLIC_" + NAME, OLD, "secret_public"),
        ("NEXT_PUBLIC_" + NAME, "\udcff", "secret_malformed"),
        ("", None, "secret_missing"),
        ("NAME\0WITH=SIGNS", None, "secret_missing"),
    ],
)
def test_an_invalid_variable_is_rejected(
    monkeypatch: pytest.MonkeyPatch, make: Any, name: str, value: str | None, code: str
) -> None:
    environment = {} if value is None else {name: value}
    monkeypatch.setattr(os, "environ", environment)
    with pytest.raises(SecretError) as caught:
        make(name)
    assert caught.value.code == code


@pytest.mark.parametrize("make", [Signer.from_env, Verifier.from_env])
def test_one_secret_may_have_several_names(monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    names = [NAME, "HDH_HMAC_SECRET"]
    for name in names:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SecretError) as caught:
        make(names)
    assert caught.value.code == "secret_missing"
    secret = generate_secret()
    monkeypatch.setenv(names[1], secret)
    assert make(names)
    monkeypatch.setenv(names[0], secret)
    assert make(iter(names))
    monkeypatch.setenv(names[0], generate_secret())
    with pytest.raises(SecretError) as caught:
        make(tuple(names))
    assert caught.value.code == "secret_conflict"


@pytest.mark.parametrize("bad", [None, 5, b"NAME", [NAME, None], [b"NAME"]])
def test_names_are_text(bad: Any) -> None:
    with pytest.raises(TypeError):
        Signer.from_env(bad)


@pytest.mark.skipif(os.name == "nt", reason="an environment of Windows is text")
def test_a_variable_that_is_not_utf8_is_malformed() -> None:
    script = f"""
import deskseal
try:
    deskseal.Signer.from_env({NAME!r})
except deskseal.SecretError as error:
    print(error.code)
"""
    environment = {**os.environb, NAME.encode(): b"example-secret-for-\xff\xfe"}
    command = [sys.executable, "-I", "-c", script]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "secret_malformed"


def test_none_is_a_missing_secret() -> None:
    for make in (Signer, Verifier, lambda none: Verifier(OLD, previous=[(none, 0)])):
        with pytest.raises(SecretError) as caught:
            make(None)
        assert caught.value.code == "secret_missing"


@pytest.mark.parametrize(
    "bad",
    [OLD, b"", 5, [OLD], [(OLD,)], [(OLD, 0, 0)], [[OLD, 0]], [None], {OLD: 0}, [(b"", 0)]],
)
def test_previous_secrets_are_pairs(secret: str, bad: Any) -> None:
    with pytest.raises(TypeError) as caught:
        Verifier(secret, previous=bad)
    assert OLD not in str(caught.value)


def test_errors_come_in_the_order_of_the_specification(secret: str) -> None:
    def code(current: str | None, *previous: tuple[str | None, int]) -> str:
        with pytest.raises(SecretError) as caught:
            Verifier(current, previous=previous, tolerance=-1)
        return caught.value.code

    assert code("", ("short", -1)) == "secret_empty"
    assert code(secret, ("short", -1), ("", 0)) == "secret_too_short"
    assert code(secret, (OLD, -1), ("", 0)) == "secret_expiry_malformed"
    assert code(secret, (OLD, 0), ("", 0)) == "secret_empty"


def test_generated_secrets_are_new_and_usable() -> None:
    secrets = {generate_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(secret.startswith("dsk_secret_") and len(secret) == 54 for secret in secrets)
    assert Signer(secrets.pop())


def keepers() -> list[Signer | Verifier]:
    """Return an object of each class that contains a secret."""
    return [Signer(OLD), Verifier(OLD, previous=[(OLD, 0)])]


@pytest.mark.parametrize("keeper", keepers(), ids=["signer", "verifier"])
def test_an_object_with_a_secret_does_not_show_it(keeper: Signer | Verifier) -> None:
    shown = [
        repr(keeper),
        str(keeper),
        f"{keeper}",
        repr(dir(keeper)),
        repr(gc.get_referents(keeper)),
    ]
    assert not any("older-secret" in text for text in shown)
    with pytest.raises(TypeError):
        vars(keeper)


@pytest.mark.parametrize("keeper", keepers(), ids=["signer", "verifier"])
def test_an_object_with_a_secret_is_neither_pickled_nor_copied(keeper: Signer | Verifier) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            pickle.dumps(keeper, protocol)
    for duplicate in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            duplicate(keeper)


@pytest.mark.parametrize("keeper", keepers(), ids=["signer", "verifier"])
def test_an_object_with_a_secret_is_immutable_and_final(keeper: Any) -> None:
    with pytest.raises(AttributeError):
        keeper.secret = "another"
    with pytest.raises(TypeError):
        type("Subclass", (type(keeper),), {})
