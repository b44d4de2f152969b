"""One signer and one verifier serve many threads at once."""

import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from deskseal import Signer, VerificationError, Verifier

HOST = "help.company.com"
THREADS = 8
ROUNDS = 2000


def test_threads_share_signer_and_verifier(signer: Signer, verifier: Verifier) -> None:
    start = Barrier(THREADS)

    def work(thread: int) -> int:
        start.wait()
        right = 0
        for round_ in range(ROUNDS):
            address = f"customer-{thread}-{round_}@example.com"
            email, signature = signer.sign_email(address.upper())
            right += verifier.verify_email(email, signature).email == address
            with pytest.raises(VerificationError):
                verifier.verify_email("x" + email, signature)
            link = signer.portal_link(f"https://{HOST}", address)
            visitor = verifier.verify_link(HOST, link)
            right += visitor is not None and visitor.user_id == address
            token = signer.identity_token("desk-1", user_id=address)
            right += verifier.verify_identity_token("desk-1", token).user_id == address
        return right

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(work, range(THREADS))) == [3 * ROUNDS] * THREADS


@pytest.mark.skipif(not hasattr(sys, "_is_gil_enabled"), reason="this Python always has a lock")
def test_the_package_does_not_enable_the_global_lock_again() -> None:
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    assert sys._is_gil_enabled() is not free_threaded
