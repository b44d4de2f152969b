"""Times to sign and verify with: integers, and aware `datetime` objects."""

import time
from datetime import date, datetime, timedelta, timezone, tzinfo
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from deskseal import InputError, SecretError, Signer, VerificationError, Verifier

HOST = "help.company.com"
SECOND = 1767225600
OLD = "an-older-secret-now-being-replaced"


class Noon(IntEnum):
    """An integer of another class."""

    TODAY = SECOND


@pytest.mark.parametrize(
    "moment",
    [
        SECOND,
        Noon.TODAY,
        datetime(2026, 1, 1, tzinfo=timezone.utc),
        datetime(2026, 1, 1, microsecond=999_999, tzinfo=timezone.utc),
        datetime(2026, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(2025, 12, 31, 19, tzinfo=ZoneInfo("America/New_York")),
    ],
)
def test_an_integer_and_a_datetime_sign_the_same(signer: Signer, moment: int | datetime) -> None:
    signed = signer.sign_user(HOST, "user-42", timestamp=moment)
    assert signed == signer.sign_user(HOST, "user-42", timestamp=SECOND)
    assert type(signed.timestamp) is int


def test_fold_distinguishes_the_second_of_two_equal_hours(signer: Signer) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    second = first.replace(fold=1)
    stamps = [signer.sign_user(HOST, "u", timestamp=moment).timestamp for moment in (first, second)]
    assert stamps == [int(first.timestamp()), int(second.timestamp())]
    assert stamps[1] - stamps[0] == 3600


def test_the_last_second_of_datetime_is_not_rounded_up(signer: Signer) -> None:
    last = datetime(5138, 11, 16, 9, 46, 39, 999_999, tzinfo=timezone.utc)
    assert signer.sign_user(HOST, "u", timestamp=last).timestamp == 99_999_999_999
    assert round(last.timestamp()) == 100_000_000_000


def test_the_default_moment_is_now(signer: Signer, verifier: Verifier) -> None:
    before = int(time.time())
    signed = signer.sign_user(HOST, "user-42")
    assert before <= signed.timestamp <= time.time()
    assert signed == signer.sign_user(HOST, "user-42", timestamp=signed.timestamp)
    link = signer.portal_link(f"https://{HOST}", "user-42", timestamp=None)
    assert verifier.verify_link(HOST, link, now=None)


class Timeless(tzinfo):
    """A time zone that does not know its offset: naive, by Python's definition."""

    def utcoffset(self, moment: datetime | None, /) -> None:
        """Return that it is unknown."""


@pytest.mark.parametrize("naive", [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=Timeless())])
def test_naive_moments_are_rejected(signer: Signer, verifier: Verifier, naive: datetime) -> None:
    naive_is_rejected = pytest.raises(TypeError, match=r"the datetime is naive.*timezone\.utc")
    with naive_is_rejected:
        signer.sign_user(HOST, "user-42", timestamp=naive)
    with naive_is_rejected:
        verifier.verify_email("ada@example.com", "0" * 64, now=naive)
    with naive_is_rejected:
        Verifier(OLD, previous=[(OLD, naive)])


@pytest.mark.parametrize("bad", [True, False, 1.0, "1767225600", b"1", date(2026, 1, 1), object()])
def test_other_types_are_rejected(signer: Signer, bad: Any) -> None:
    with pytest.raises(TypeError, match="expected int"):
        signer.sign_user(HOST, "user-42", timestamp=bad)


@pytest.mark.parametrize(
    "beyond", [-1, 10**11, 2**63 - 1, 2**63, 10**400, -(2**63) - 1, -(10**400)]
)
def test_integers_out_of_range_are_rejected_with_their_code(
    signer: Signer, verifier: Verifier, beyond: int
) -> None:
    with pytest.raises(InputError) as caught:
        signer.sign_user(HOST, "user-42", timestamp=beyond)
    assert caught.value.code == "timestamp_malformed"
    with pytest.raises(InputError) as caught:
        verifier.verify_email("ada@example.com", "0" * 64, now=beyond)
    assert caught.value.code == "timestamp_malformed"
    with pytest.raises(SecretError) as expiry:
        Verifier(OLD, previous=[(OLD, beyond)])
    assert expiry.value.code == "secret_expiry_malformed"
    with pytest.raises(InputError) as caught:
        Verifier(OLD, tolerance=beyond)
    assert caught.value.code == "tolerance_malformed"


@pytest.mark.parametrize("bad", [True, 300.0, "300", None, timedelta(minutes=5)])
def test_a_tolerance_is_an_integer(bad: Any) -> None:
    with pytest.raises(TypeError, match="expected int"):
        Verifier(OLD, tolerance=bad)


def test_the_default_tolerance_is_300_seconds(signer: Signer, verifier: Verifier) -> None:
    link = signer.portal_link(f"https://{HOST}", "user-42", timestamp=SECOND)
    assert verifier.verify_link(HOST, link, now=SECOND + 300)
    with pytest.raises(VerificationError) as caught:
        verifier.verify_link(HOST, link, now=SECOND + 301)
    assert caught.value.code == "timestamp_expired"


@pytest.mark.parametrize("expires_at", [SECOND, datetime(2026, 1, 1, tzinfo=timezone.utc)])
def test_a_previous_secret_expires_at_its_second(secret: str, expires_at: int | datetime) -> None:
    verifier = Verifier(secret, previous=[(OLD, expires_at)])
    email, signature = Signer(OLD).sign_email("ada@example.com")
    assert verifier.verify_email(email, signature, now=SECOND - 1).secret_index == 1
    with pytest.raises(VerificationError) as caught:
        verifier.verify_email(email, signature, now=SECOND)
    assert caught.value.code == "signature_mismatch"
