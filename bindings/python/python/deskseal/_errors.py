"""The exceptions: what went wrong, and who is at fault (SPEC 7)."""

from __future__ import annotations

# Not imported from `typing`, which would take longer to load than the rest of the package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from deskseal._contract import ErrorCode


class DesksealError(Exception):
    """Base of all errors of this package.

    `code` says what went wrong and never changes. `str(error)` is a sentence for the developer,
    which may change. Neither contains a secret, or anything that a visitor sent (SPEC 7.1).
    `is_about_customer` is true if the customer's own data is at fault, and false if the deployment
    is: answer with HTTP status 422 for the customer's data, and with 503 for the deployment.

    Example:
        >>> from deskseal import DesksealError, canonical_email
        >>> try:
        ...     canonical_email("  ")
        ... except DesksealError as error:
        ...     print(error.code)
        email_empty
    """

    code: ErrorCode
    is_about_customer: bool

    def __init__(self, message: str, code: ErrorCode, is_about_customer: bool = False) -> None:
        """Store the sentence, the code, and whether the customer's own data is at fault."""
        # All three are the exception's arguments, so that it can be pickled.
        super().__init__(message, code, is_about_customer)
        self.code = code
        self.is_about_customer = is_about_customer

    def __str__(self) -> str:
        """Return the sentence."""
        return str(self.args[0])


class SecretError(DesksealError):
    """The deployment is misconfigured: a secret is missing or invalid (SPEC 2.2).

    Example:
        >>> from deskseal import SecretError, Signer
        >>> try:
        ...     Signer(None)
        ... except SecretError as error:
        ...     print(error.code)
        secret_missing
    """


class InputError(DesksealError, ValueError):
    """The caller passed a value that is invalid (SPEC 7.1).

    Example:
        >>> from deskseal import InputError, canonical_host
        >>> try:
        ...     canonical_host("https://help.company.com")
        ... except InputError as error:
        ...     print(error.code)
        host_malformed
    """


class VerificationError(DesksealError):
    """The identity or signature that a visitor sent is invalid (SPEC 5).

    Example:
        >>> from deskseal import VerificationError, Verifier
        >>> verifier = Verifier("example-secret-for-documentation")
        >>> try:
        ...     verifier.verify_email("ada@example.com", "0" * 64)
        ... except VerificationError as error:
        ...     print(error.code)
        signature_mismatch
    """
