"""
The compiled part of the package `deskseal`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from deskseal._contract import FindingCode
from typing import Any, Final, Literal, NoReturn, final

__all__ = [
    "Embed",
    "Explanation",
    "Finding",
    "HttpResponse",
    "Identity",
    "SignedEmail",
    "SignedUser",
    "Signer",
    "VerifiedEmail",
    "VerifiedIdentity",
    "VerifiedUser",
    "Verifier",
    "canonical_email",
    "canonical_host",
    "generate_secret",
    "portal_host",
    "public_form_url",
    "response_unless_click",
]

@final
class Embed:
    """
    The Ticket Center's markup for one customer (SPEC 6).

    Templates of Django and Jinja render it as it is: `{{ embed }}`.

    Example:
        >>> from deskseal import Signer
        >>> signer = Signer("example-secret-for-documentation")
        >>> embed = signer.ticket_center("Ada@Example.com", "desk-1")
        >>> embed.attributes["data-email"]
        'ada@example.com'
        >>> str(embed).partition(chr(10))[0]
        '<div id="hdh-ticket-center"></div>'
    """

    __match_args__: Final[tuple[Literal["attributes"], Literal["html"]]]
    def __copy__(self, /) -> Embed: ...
    def __deepcopy__(self, /, _memo: Any) -> Embed: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __html__(self, /) -> str:
        """
        Return the markup, for template engines.
        """
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str:
        """
        Return the markup. Django calls this first, then `__html__` of the result.
        """
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def attributes(self, /) -> dict[str, str]:
        """
        The script tag's attributes, unescaped and in order, for frameworks that build their own
        tags; a new dictionary on each access.
        """
    @property
    def html(self, /) -> str:
        """
        The container and the script tag, escaped.
        """

@final
class Explanation:
    """
    Why a signature is invalid: one or more findings (SPEC 8).

    Example:
        >>> from deskseal import Verifier
        >>> verifier = Verifier("example-secret-for-documentation")
        >>> for finding in verifier.explain_email("ada@example.com", "0" * 64).findings:
        ...     print(finding.code)
        unexplained
    """

    __match_args__: Final[tuple[Literal["findings"]]]
    def __copy__(self, /) -> Explanation: ...
    def __deepcopy__(self, /, _memo: Any) -> Explanation: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def findings(self, /) -> tuple[Finding, ...]:
        """
        The findings. Together they reproduce the signature, unless the last is `unexplained`.
        """

@final
class Finding:
    """
    One reason why a signature is invalid (SPEC 8).

    Example:
        >>> from deskseal import Verifier
        >>> verifier = Verifier("example-secret-for-documentation")
        >>> explanation = verifier.explain_email("ada@example.com", "0" * 64)
        >>> code, message = explanation.findings[0]
        >>> code
        'unexplained'
    """

    __match_args__: Final[tuple[Literal["code"], Literal["message"]]]
    def __copy__(self, /) -> Finding: ...
    def __deepcopy__(self, /, _memo: Any) -> Finding: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def code(self, /) -> FindingCode:
        """
        The stable code.
        """
    @property
    def message(self, /) -> str:
        """
        A sentence that says what to change. It may change between versions.
        """

@final
class HttpResponse:
    """
    The response of the portal's route to a request that is not a customer's click (SPEC 6.5).

    Example:
        >>> from deskseal import response_unless_click
        >>> answer = response_unless_click("/help", {"hx-request": "true"})
        >>> answer.status, answer.headers["HX-Redirect"]
        (200, '/help')
    """

    __match_args__: Final[tuple[Literal["status"], Literal["headers"], Literal["body"]]]
    def __copy__(self, /) -> HttpResponse: ...
    def __deepcopy__(self, /, _memo: Any) -> HttpResponse: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def body(self, /) -> str:
        """
        The body.
        """
    @property
    def headers(self, /) -> dict[str, str]:
        """
        The headers' values by name; a new dictionary on each access.
        """
    @property
    def status(self, /) -> int:
        """
        The status code.
        """

@final
class Identity:
    """
    The values that a page's own code needs to show the customer's Ticket Center (SPEC 6.4).

    Its `repr` does not show the signature.

    Example:
        >>> from deskseal import Signer
        >>> signer = Signer("example-secret-for-documentation")
        >>> email, signature, helpdesk_id = signer.identity("Ada@Example.com", "desk-1")
        >>> email, helpdesk_id
        ('ada@example.com', 'desk-1')
    """

    __match_args__: Final[tuple[Literal["email"], Literal["signature"], Literal["helpdesk_id"]]]
    def __copy__(self, /) -> Identity: ...
    def __deepcopy__(self, /, _memo: Any) -> Identity: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def email(self, /) -> str:
        """
        The canonical e-mail.
        """
    @property
    def helpdesk_id(self, /) -> str:
        """
        The help desk's id.
        """
    @property
    def signature(self, /) -> str:
        """
        Its signature, 64 lowercase hexadecimal digits.
        """

@final
class SignedEmail:
    """
    A canonical e-mail and its signature: put both into the page (SPEC 3.2).

    Its `repr` does not show the signature.

    Example:
        >>> from deskseal import Signer
        >>> signer = Signer("example-secret-for-documentation")
        >>> email, signature = signer.sign_email("  Ada@Example.com ")
        >>> email
        'ada@example.com'
    """

    __match_args__: Final[tuple[Literal["email"], Literal["signature"]]]
    def __copy__(self, /) -> SignedEmail: ...
    def __deepcopy__(self, /, _memo: Any) -> SignedEmail: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def email(self, /) -> str:
        """
        The canonical e-mail.
        """
    @property
    def signature(self, /) -> str:
        """
        Its signature, 64 lowercase hexadecimal digits.
        """

@final
class SignedUser:
    """
    A user id, the time at which it was signed, and the signature (SPEC 4.6).

    Its `repr` does not show the signature.

    Example:
        >>> from deskseal import Signer
        >>> signer = Signer("example-secret-for-documentation")
        >>> signer.sign_user("help.company.com", "user-42", timestamp=1767225600)
        SignedUser(user_id='user-42', timestamp=1767225600, signature=<hidden>)
    """

    __match_args__: Final[tuple[Literal["user_id"], Literal["timestamp"], Literal["signature"]]]
    def __copy__(self, /) -> SignedUser: ...
    def __deepcopy__(self, /, _memo: Any) -> SignedUser: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def signature(self, /) -> str:
        """
        The signature of host, user id and timestamp, 64 lowercase hexadecimal digits.
        """
    @property
    def timestamp(self, /) -> int:
        """
        The time at which it was signed, in Unix seconds.
        """
    @property
    def user_id(self, /) -> str:
        """
        The user id as given.
        """

@final
class Signer:
    """
    Signs identities with one secret.

    Create one when the application starts and use it from any thread. An application with the
    Ticket Center and the portal has two, because each product has its own secret. A signer cannot
    be pickled or copied.

    Args:
        secret: The secret's text; `None`, as `os.environ.get` returns it, is `secret_missing`.

    Raises:
        SecretError: `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
            `secret_placeholder`, `secret_too_short` (SPEC 2.2).

    Example:
        >>> from deskseal import Signer
        >>> signer = Signer("example-secret-for-documentation")
    """
    def __new__(cls, /, secret: str | None) -> Signer: ...
    def __reduce__(self, /) -> NoReturn:
        """
        Raise a `TypeError`: a pickle or a copy would contain the secret.
        """
    @classmethod
    def _of_setting(cls, /, secret: str | None) -> Signer:
        """
        Return a signer with the secret of an integration's setting.

        A setting usually gets its value from a variable, which may be an unresolved reference, so
        it is checked like a variable.
        """
    @classmethod
    def from_env(cls, /, name: str | Iterable[str]) -> Signer:
        """
        Return a signer with the secret in the environment variable `name`.

        Args:
            name: The variable's name, usually `HELPDESKY_HMAC_SECRET`, `HDH_HMAC_SECRET` or
                `LETTERBOOK_PORTAL_TICKET_SECRET` (SPEC 2.5); or several names: the first one that is
                set is read.

        Raises:
            SecretError: `secret_public` if bundlers would send the variable to browsers,
                `secret_conflict` if two of the variables are set and differ, then the codes of the
                constructor.

        Example:
            >>> import os
            >>> from deskseal import Signer, generate_secret
            >>> os.environ["HELPDESKY_HMAC_SECRET"] = generate_secret()
            >>> signer = Signer.from_env("HELPDESKY_HMAC_SECRET")
        """
    def identity(self, /, email: str, helpdesk_id: str) -> Identity:
        """
        Sign an e-mail for a page whose own code shows the Ticket Center (SPEC 6.4).

        Args:
            email: The signed-in customer's e-mail.
            helpdesk_id: The help desk's id, from its dashboard.

        Returns:
            The values that the page's code passes to the Ticket Center's script.

        Raises:
            InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, then
                `helpdesk_id_malformed`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> signer.identity("Ada@Example.com", "desk-1")
            Identity(email='ada@example.com', signature=<hidden>, helpdesk_id='desk-1')
        """
    def identity_token(
        self,
        /,
        audience: str,
        *,
        email: str | None = None,
        email_verified: bool = True,
        user_id: str | None = None,
        name: str | None = None,
        attributes: Mapping[str, str | int | bool] | None = None,
        token_id: str | None = None,
        expires_in: int = ...,
        now: int | datetime | None = None,
    ) -> str:
        """
        Return an identity token, which names the customer until it expires (SPEC 12).

        Any JWT library can verify it. The signer's secret must be for identity tokens only.

        Args:
            audience: The help desk's id, or the portal's host.
            email: The customer's e-mail.
            email_verified: Whether the product has proved that the customer receives mail at
                `email`. An address that is not proved identifies no customer.
            user_id: The customer's permanent id, used exactly as given.
            name: The customer's name, 1 to 100 characters.
            attributes: What agents see beside the customer: at most 20 texts of 255 bytes,
                integers or flags, by names that match `[a-z][a-z0-9_]{0,39}`.
            token_id: The token's id, 1 to 128 visible ASCII characters; random by default.
            expires_in: For how many seconds the token is valid, 1 to 86400.
            now: The time of signing: Unix seconds, or an aware `datetime`; now by default.

        Raises:
            SecretError: `secret_too_short` under 32 bytes.
            InputError: `helpdesk_id_malformed` or `host_malformed` for the audience;
                `email_empty`, `email_too_long`, `email_malformed`,
                `email_ambiguous`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`;
                `identity_token_claim` for every other claim, and without a `user_id` and a proved
                `email`; `timestamp_malformed` for `now`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> token = signer.identity_token("desk-1", user_id="user-42", name="Ada Lovelace")
            >>> token.count(".")
            2
        """
    def portal_link(
        self, /, portal_url: str, user_id: str, *, timestamp: int | datetime | None = None
    ) -> str:
        """
        Return the link that takes a customer to the portal's form, signed in (SPEC 4.5).

        Sign it when the customer clicks: it is valid for five minutes, unless the portal's verifier
        has another tolerance.

        Args:
            portal_url: The portal's address; its path, query and fragment are replaced.
            user_id: The signed-in customer's id, used exactly as given.
            timestamp: Unix seconds, or an aware `datetime`; now by default.

        Raises:
            InputError: `portal_url_malformed`, `portal_url_insecure`, `user_id_empty`,
                `user_id_too_long`, `user_id_malformed`, `timestamp_malformed`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> link = signer.portal_link("https://help.company.com", "user-42")
            >>> link.partition("&")[0]
            'https://help.company.com/submit-ticket?user_id=user-42'
        """
    def portal_link_with_token(
        self,
        /,
        portal_url: str,
        *,
        email: str | None = None,
        email_verified: bool = True,
        user_id: str | None = None,
        token_id: str | None = None,
        expires_in: int = ...,
        now: int | datetime | None = None,
    ) -> str:
        """
        Return the link to the portal's form with an identity token (SPEC 12.7).

        Sign it when the customer clicks. Links are logged, so its token has no name and no
        attributes.

        Args:
            portal_url: The portal's address; its path, query and fragment are replaced.
            email: The customer's e-mail.
            email_verified: Whether the product has proved that the customer receives mail at
                `email`. An address that is not proved identifies no customer.
            user_id: The customer's permanent id, used exactly as given.
            token_id: The token's id, 1 to 128 visible ASCII characters; random by default.
            expires_in: For how many seconds the token is valid, 1 to 300.
            now: The time of signing: Unix seconds, or an aware `datetime`; now by default.

        Raises:
            SecretError: `secret_too_short` under 32 bytes.
            InputError: `portal_url_malformed`, `portal_url_insecure`; `email_empty`,
                `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`,
                `user_id_too_long`, `user_id_malformed`; `identity_token_claim` for every other
                claim, and without a `user_id` and a proved `email`; `timestamp_malformed` for
                `now`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> link = signer.portal_link_with_token("https://help.company.com", user_id="user-42")
            >>> link.partition("=")[0]
            'https://help.company.com/submit-ticket?identity'
        """
    def sign_email(self, /, email: str) -> SignedEmail:
        """
        Sign the canonical form of an e-mail (SPEC 3).

        Args:
            email: The signed-in customer's e-mail.

        Returns:
            The canonical e-mail and the signature: put both into the page.

        Raises:
            InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> email, signature = signer.sign_email("  Ada@Example.com ")
            >>> email, signature[:8]
            ('ada@example.com', '52c24c92')
        """
    def sign_user(
        self, /, portal_host: str, user_id: str, *, timestamp: int | datetime | None = None
    ) -> SignedUser:
        """
        Sign a user id for a portal (SPEC 4.6).

        Args:
            portal_host: The portal's host, without scheme and port.
            user_id: The signed-in customer's id, used exactly as given.
            timestamp: Unix seconds, or an aware `datetime`; now by default.

        Raises:
            InputError: `host_malformed`, `user_id_empty`, `user_id_too_long`,
                `user_id_malformed`, `timestamp_malformed`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> signed = signer.sign_user("help.company.com", "user-42", timestamp=1767225600)
            >>> signed.signature[:8]
            'ce1215bb'
        """
    def ticket_center(
        self,
        /,
        email: str,
        helpdesk_id: str,
        *,
        align: str | None = None,
        max_width: str | None = None,
        container: str | None = None,
        script_url: str | None = None,
        crossorigin: bool = False,
        nonce: str | None = None,
    ) -> Embed:
        """
        Return the markup that shows the customer's Ticket Center (SPEC 6).

        Args:
            email: The signed-in customer's e-mail.
            helpdesk_id: The help desk's id, from its dashboard.
            align: `left`, `center` (the default) or `right`.
            max_width: A positive whole number and `px`, `rem` or `%`; `864px` by default.
            container: The id of the container element; `hdh-ticket-center` by default.
            script_url: The script's absolute URL, `https` except on loopback hosts;
                `https://helpdesky.io/ticket-center.js` by default.
            crossorigin: Whether the browser loads the script with CORS. A page with
                `Cross-Origin-Embedder-Policy: require-corp` needs it.
            nonce: The page's Content-Security-Policy nonce.

        Raises:
            InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, then
                `helpdesk_id_malformed`, then `embed_option_malformed`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> embed = signer.ticket_center("Ada@Example.com", "desk-1", align="left")
            >>> embed.attributes["data-align"]
            'left'
        """
    def ticket_center_with_token(
        self,
        /,
        helpdesk_id: str,
        *,
        email: str | None = None,
        email_verified: bool = True,
        user_id: str | None = None,
        name: str | None = None,
        attributes: Mapping[str, str | int | bool] | None = None,
        token_id: str | None = None,
        expires_in: int = ...,
        now: int | datetime | None = None,
        align: str | None = None,
        max_width: str | None = None,
        container: str | None = None,
        script_url: str | None = None,
        crossorigin: bool = False,
        nonce: str | None = None,
    ) -> Embed:
        """
        Return the Ticket Center's markup with an identity token (SPEC 12.7).

        Args:
            helpdesk_id: The help desk's id, from its dashboard.
            email: The customer's e-mail.
            email_verified: Whether the product has proved that the customer receives mail at
                `email`. An address that is not proved identifies no customer.
            user_id: The customer's permanent id, used exactly as given.
            name: The customer's name, 1 to 100 characters.
            attributes: What agents see beside the customer: at most 20 texts of 255 bytes,
                integers or flags, by names that match `[a-z][a-z0-9_]{0,39}`.
            token_id: The token's id, 1 to 128 visible ASCII characters; random by default.
            expires_in: For how many seconds the token is valid, 1 to 86400.
            now: The time of signing: Unix seconds, or an aware `datetime`; now by default.
            align: As for `ticket_center`, like all parameters below.
            max_width: The Ticket Center's greatest width.
            container: The id of the container element.
            script_url: The script's absolute URL.
            crossorigin: Whether the browser loads the script with CORS.
            nonce: The page's Content-Security-Policy nonce.

        Raises:
            SecretError: `secret_too_short` under 32 bytes.
            InputError: `helpdesk_id_malformed`; `email_empty`, `email_too_long`,
                `email_malformed`, `email_ambiguous`, `user_id_empty`, `user_id_too_long`,
                `user_id_malformed`; `identity_token_claim` for every other claim, and without a
                `user_id` and a proved `email`; `timestamp_malformed` for `now`;
                `embed_option_malformed`.

        Example:
            >>> from deskseal import Signer
            >>> signer = Signer("example-secret-for-documentation")
            >>> embed = signer.ticket_center_with_token("desk-1", user_id="user-42", align="left")
            >>> embed.attributes["data-identity"][:3]
            'eyJ'
        """

@final
class VerifiedEmail:
    """
    A customer whose e-mail a valid signature proves (SPEC 5.1).

    Example:
        >>> from deskseal import Signer, Verifier
        >>> secret = "example-secret-for-documentation"
        >>> signed = Signer(secret).sign_email("ada@example.com")
        >>> Verifier(secret).verify_email(signed.email, signed.signature)
        VerifiedEmail(email='ada@example.com', secret_index=0)
    """

    __match_args__: Final[tuple[Literal["email"], Literal["secret_index"]]]
    def __copy__(self, /) -> VerifiedEmail: ...
    def __deepcopy__(self, /, _memo: Any) -> VerifiedEmail: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def email(self, /) -> str:
        """
        The canonical e-mail.
        """
    @property
    def secret_index(self, /) -> int:
        """
        The number of the secret that made the signature: 0 is the current one.
        """

@final
class VerifiedIdentity:
    """
    A customer whom a valid identity token proves (SPEC 12.6).

    There is a user id, an e-mail, or both.

    Example:
        >>> from deskseal import Signer, Verifier
        >>> secret = "example-secret-for-documentation"
        >>> token = Signer(secret).identity_token(
        ...     "desk-1", user_id="user-42", attributes={"plan": "pro", "seats": 5}
        ... )
        >>> identity = Verifier(secret).verify_identity_token("desk-1", token)
        >>> identity.user_id, identity.email, identity.attributes
        ('user-42', None, {'plan': 'pro', 'seats': 5})
    """

    __match_args__: Final[
        tuple[
            Literal["email"],
            Literal["unverified_email"],
            Literal["user_id"],
            Literal["name"],
            Literal["attributes"],
            Literal["token_id"],
            Literal["issued_at"],
            Literal["expires_at"],
            Literal["secret_index"],
        ]
    ]
    def __copy__(self, /) -> VerifiedIdentity: ...
    def __deepcopy__(self, /, _memo: Any) -> VerifiedIdentity: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def attributes(self, /) -> dict[str, str | int | bool]:
        """
        What agents see beside the customer, in the order of the names; a new dictionary on each
        access.
        """
    @property
    def email(self, /) -> str | None:
        """
        The canonical e-mail, which the product has proved.
        """
    @property
    def expires_at(self, /) -> int:
        """
        The time from which the token is expired, in Unix seconds.
        """
    @property
    def issued_at(self, /) -> int:
        """
        The time of signing, in Unix seconds.
        """
    @property
    def name(self, /) -> str | None:
        """
        The customer's name.
        """
    @property
    def secret_index(self, /) -> int:
        """
        The number of the secret that made the token: 0 is the current one.
        """
    @property
    def token_id(self, /) -> str | None:
        """
        The token's id.
        """
    @property
    def unverified_email(self, /) -> str | None:
        """
        The canonical e-mail, if the product has not proved it. It identifies no customer.
        """
    @property
    def user_id(self, /) -> str | None:
        """
        The customer's permanent id.
        """

@final
class VerifiedUser:
    """
    A customer whose user id a valid signature proves (SPEC 5.2).

    Example:
        >>> from deskseal import Signer, Verifier
        >>> secret = "example-secret-for-documentation"
        >>> signer = Signer(secret)
        >>> link = signer.portal_link("https://help.company.com", "user-42", timestamp=1767225600)
        >>> Verifier(secret).verify_link("help.company.com", link, now=1767225660)
        VerifiedUser(user_id='user-42', timestamp=1767225600, secret_index=0)
    """

    __match_args__: Final[tuple[Literal["user_id"], Literal["timestamp"], Literal["secret_index"]]]
    def __copy__(self, /) -> VerifiedUser: ...
    def __deepcopy__(self, /, _memo: Any) -> VerifiedUser: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Any]:
        """
        Return the fields in their order, to unpack them.
        """
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def _asdict(self, /) -> dict[str, Any]:
        """
        Return the fields by name, ready for JSON.
        """
    @property
    def secret_index(self, /) -> int:
        """
        The number of the secret that made the signature: 0 is the current one.
        """
    @property
    def timestamp(self, /) -> int:
        """
        The time at which it was signed, in Unix seconds.
        """
    @property
    def user_id(self, /) -> str:
        """
        The user id as signed.
        """

@final
class Verifier:
    """
    Verifies identities with a current secret and any number of previous ones.

    Create one when the application starts and use it from any thread. A verifier cannot be
    pickled or copied.

    Args:
        secret: The secret's text; `None`, as `os.environ.get` returns it, is `secret_missing`.
        previous: Secrets that were replaced, each as `(secret, expires_at)`. `expires_at` is the
            time at which the secret expires: Unix seconds or an aware `datetime` (SPEC 2.6).
        tolerance: How many seconds a link's timestamp may differ from `now`, 0 to 3600.

    Raises:
        SecretError: `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
            `secret_placeholder`, `secret_too_short`, `secret_expiry_malformed` (SPEC 2.2).
        InputError: `tolerance_malformed`.

    Example:
        >>> from datetime import datetime, timezone
        >>> from deskseal import Verifier
        >>> verifier = Verifier(
        ...     "example-secret-for-documentation",
        ...     previous=[
        ...         (
        ...             "an-older-secret-now-being-replaced",
        ...             datetime(2026, 1, 1, tzinfo=timezone.utc),
        ...         )
        ...     ],
        ... )
    """
    def __new__(
        cls,
        /,
        secret: str | None,
        *,
        previous: Iterable[tuple[str | None, int | datetime]] = ...,
        tolerance: int = ...,
    ) -> Verifier: ...
    def __reduce__(self, /) -> NoReturn:
        """
        Raise a `TypeError`: a pickle or a copy would contain the secrets.
        """
    @classmethod
    def _of_setting(cls, /, secret: str | None) -> Verifier:
        """
        Return a verifier with the secret of an integration's setting, checked like a variable's.
        """
    def explain_email(
        self,
        /,
        email: str,
        signature: str,
        *,
        other_secrets: Iterable[str | None] = ...,
        now: int | datetime | None = None,
    ) -> Explanation:
        """
        Say why an e-mail's signature is invalid, for the owner of the secret (SPEC 8).

        Do not call this in a request: its findings are for a prompt or a dashboard.

        Args:
            email: The e-mail as received.
            signature: The signature as received, in any form.
            other_secrets: Secrets with other purposes that may have been used by mistake.
            now: Unix seconds, or an aware `datetime`; the clock's time by default.

        Raises:
            SecretError: For one of `other_secrets`, as in the constructor.
            InputError: `timestamp_malformed` for `now`; `email_malformed` for ill-formed text.
            VerificationError: `signature_malformed` for ill-formed text.

        Example:
            >>> import hashlib, hmac
            >>> from deskseal import Verifier
            >>> secret = "example-secret-for-documentation"
            >>> wrong = hmac.new(secret.encode(), b"Ada@example.com", hashlib.sha256).hexdigest()
            >>> Verifier(secret).explain_email("Ada@example.com", wrong).findings[0].code
            'email_not_lowercased'
        """
    def explain_identity_token(
        self,
        /,
        audience: str,
        token: str,
        *,
        other_secrets: Iterable[str | None] = ...,
        now: int | datetime | None = None,
    ) -> Explanation:
        """
        Say why an identity token is invalid, for the owner of the secret (SPEC 8).

        Do not call this in a request: its findings are for a prompt or a dashboard.

        Args:
            audience: The verifier's own help desk id or portal host.
            token: The token as received, in any form.
            other_secrets: Secrets with other purposes that may have been used by mistake.
            now: Unix seconds, or an aware `datetime`; the clock's time by default.

        Raises:
            SecretError: `secret_too_short` under 32 bytes; for one of `other_secrets`, as in the
                constructor.
            InputError: `helpdesk_id_malformed` or `host_malformed` for the audience;
                `timestamp_malformed` for `now`.
            VerificationError: `identity_token_malformed` for ill-formed text.

        Example:
            >>> from deskseal import Signer, Verifier
            >>> secret = "example-secret-for-documentation"
            >>> token = Signer(secret).identity_token("desk-1", user_id="user-42", now=1767225600)
            >>> explanation = Verifier(secret).explain_identity_token("desk-1", token, now=1767226205)
            >>> explanation.findings[0].code
            'token_expired'
        """
    def explain_link(
        self,
        /,
        portal_host: str,
        url: str,
        *,
        other_secrets: Iterable[str | None] = ...,
        now: int | datetime | None = None,
    ) -> Explanation:
        """
        Say why a link is invalid, for the owner of the secret (SPEC 8).

        Do not call this in a request: its findings are for a prompt or a dashboard.

        Args:
            portal_host: The portal's own host.
            url: The request's URL as received, absolute or beginning with `/`.
            other_secrets: Secrets with other purposes that may have been used by mistake.
            now: Unix seconds, or an aware `datetime`; the clock's time by default.

        Raises:
            SecretError: For one of `other_secrets`, as in the constructor.
            InputError: `host_malformed`; `timestamp_malformed` for `now`; `portal_url_malformed` for
                ill-formed text.

        Example:
            >>> from deskseal import Signer, Verifier
            >>> secret = "example-secret-for-documentation"
            >>> signer = Signer(secret)
            >>> link = signer.portal_link("https://help.company.com", "user-42", timestamp=1767225600)
            >>> explanation = Verifier(secret).explain_link("help.company.com", link, now=1767229201)
            >>> explanation.findings[0].code
            'link_expired'
        """
    @classmethod
    def from_env(
        cls,
        /,
        name: str | Iterable[str],
        *,
        previous: Iterable[tuple[str | None, int | datetime]] = ...,
        tolerance: int = ...,
    ) -> Verifier:
        """
        Return a verifier whose current secret is in the environment variable `name`.

        Args:
            name: The variable's name, usually `HELPDESKY_HMAC_SECRET`, `HDH_HMAC_SECRET` or
                `LETTERBOOK_PORTAL_TICKET_SECRET` (SPEC 2.5); or several names: the first one that is
                set is read.
            previous: As for the constructor.
            tolerance: As for the constructor.

        Raises:
            SecretError: `secret_public` if bundlers would send the variable to browsers,
                `secret_conflict` if two of the variables are set and differ, then the codes of the
                constructor.
            InputError: `tolerance_malformed`.

        Example:
            >>> import os
            >>> from deskseal import Verifier, generate_secret
            >>> os.environ["HELPDESKY_HMAC_SECRET"] = generate_secret()
            >>> verifier = Verifier.from_env("HELPDESKY_HMAC_SECRET", tolerance=60)
        """
    def verify_email(
        self, /, email: str, signature: str, *, now: int | datetime | None = None
    ) -> VerifiedEmail:
        """
        Verify an e-mail signature (SPEC 5.1).

        Args:
            email: The e-mail as received.
            signature: The signature as received, 64 hexadecimal digits.
            now: The time at which previous secrets must be active: Unix seconds or an aware
                `datetime`; the clock's time by default.

        Raises:
            InputError: `timestamp_malformed` for `now`.
            VerificationError: `email_empty`, `email_too_long`, `email_malformed`,
                `email_ambiguous`, `signature_malformed`, `signature_mismatch`.

        Example:
            >>> from deskseal import Signer, Verifier
            >>> secret = "example-secret-for-documentation"
            >>> email, signature = Signer(secret).sign_email("ada@example.com")
            >>> Verifier(secret).verify_email(email, signature)
            VerifiedEmail(email='ada@example.com', secret_index=0)
        """
    def verify_identity_token(
        self, /, audience: str, token: str, *, now: int | datetime | None = None
    ) -> VerifiedIdentity:
        """
        Verify an identity token (SPEC 12.6).

        Every secret of the verifier must be for identity tokens only.

        Args:
            audience: The verifier's own help desk id or portal host, never taken from the request.
            token: The token as received.
            now: Unix seconds, or an aware `datetime`; the clock's time by default.

        Raises:
            SecretError: `secret_too_short` under 32 bytes.
            InputError: `helpdesk_id_malformed` or `host_malformed` for the audience;
                `timestamp_malformed` for `now`.
            VerificationError: `identity_token_malformed`, `signature_mismatch`,
                `identity_token_audience`, `identity_token_claim`, `identity_token_expired`,
                `identity_token_in_future`, `email_empty`, `email_too_long`, `email_malformed`,
                `email_ambiguous`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`.

        Example:
            >>> from deskseal import Signer, Verifier
            >>> secret = "example-secret-for-documentation"
            >>> token = Signer(secret).identity_token("desk-1", email="Ada@Example.com")
            >>> Verifier(secret).verify_identity_token("desk-1", token).email
            'ada@example.com'
        """
    def verify_link(
        self, /, portal_host: str, url: str, *, now: int | datetime | None = None
    ) -> VerifiedUser | None:
        """
        Verify the URL of a request to the portal's form (SPEC 4.7, 5.2).

        Args:
            portal_host: The portal's own host, never taken from the request.
            url: The request's URL as received, absolute or beginning with `/`.
            now: Unix seconds, or an aware `datetime`; the clock's time by default.

        Returns:
            The customer; `None` for an anonymous visitor, whose link has no identity.

        Raises:
            InputError: `host_malformed`; `timestamp_malformed` for `now`.
            VerificationError: `portal_url_malformed`, `identity_repeated`, `identity_incomplete`,
                and those of `verify_user`.

        Example:
            >>> from deskseal import Signer, Verifier
            >>> secret = "example-secret-for-documentation"
            >>> link = Signer(secret).portal_link("https://help.company.com", "user-42")
            >>> verifier = Verifier(secret)
            >>> verifier.verify_link("help.company.com", link).user_id
            'user-42'
            >>> verifier.verify_link("help.company.com", "/submit-ticket") is None
            True
        """
    def verify_user(
        self,
        /,
        *,
        portal_host: str,
        user_id: str,
        timestamp: str,
        signature: str,
        now: int | datetime | None = None,
    ) -> VerifiedUser:
        """
        Verify a link signature whose parts were already read from the request (SPEC 5.2).

        Prefer `verify_link`, which also rejects repeated and missing parameters.

        Args:
            portal_host: The portal's own host, never taken from the request.
            user_id: The user id as received.
            timestamp: The timestamp as received, as text.
            signature: The signature as received, 64 hexadecimal digits.
            now: Unix seconds, or an aware `datetime`; the clock's time by default.

        Raises:
            InputError: `host_malformed`; `timestamp_malformed` for `now`.
            VerificationError: `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
                `timestamp_malformed`, `signature_malformed`, `signature_mismatch`,
                `timestamp_expired`, `timestamp_in_future`.

        Example:
            >>> from deskseal import Signer, Verifier
            >>> secret = "example-secret-for-documentation"
            >>> signed = Signer(secret).sign_user("help.company.com", "user-42")
            >>> verified = Verifier(secret).verify_user(
            ...     portal_host="help.company.com",
            ...     user_id=signed.user_id,
            ...     timestamp=str(signed.timestamp),
            ...     signature=signed.signature,
            ... )
            >>> verified.user_id
            'user-42'
        """

def canonical_email(email: str) -> str:
    """
    Return the canonical form of an e-mail, which is what is signed (SPEC 3.1).

    Args:
        email: The e-mail as the customer typed it.

    Raises:
        InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`.

    Example:
        >>> from deskseal import canonical_email
        >>> canonical_email("  Ada@Example.com ")
        'ada@example.com'
    """

def canonical_host(host: str) -> str:
    """
    Return the canonical form of a portal host, which is what is signed (SPEC 4.1).

    Args:
        host: A host name or an IP address, never a URL, and without a port.

    Raises:
        InputError: `host_malformed`.

    Example:
        >>> from deskseal import canonical_host
        >>> canonical_host("HELP.company.com")
        'help.company.com'
    """

def generate_secret() -> str:
    """
    Return a new secret: `dsk_secret_` and 256 bits from the operating system (SPEC 2.4).

    Raises:
        OSError: The operating system's source of randomness cannot be read.

    Example:
        >>> from deskseal import Signer, generate_secret
        >>> signer = Signer(generate_secret())
    """

def portal_host(portal_url: str) -> str:
    """
    Return the canonical host of a portal's address, to pass to a verifier (SPEC 4.2).

    Args:
        portal_url: The portal's address.

    Raises:
        InputError: `portal_url_malformed`, `portal_url_insecure`.

    Example:
        >>> from deskseal import portal_host
        >>> portal_host("https://HELP.company.com:8443/submit-ticket")
        'help.company.com'
    """

def public_form_url(portal_url: str) -> str:
    """
    Return the address of a portal's form for anonymous visitors (SPEC 4.5).

    Args:
        portal_url: The portal's address; its path, query and fragment are replaced.

    Raises:
        InputError: `portal_url_malformed`, `portal_url_insecure`.

    Example:
        >>> from deskseal import public_form_url
        >>> public_form_url("https://help.company.com")
        'https://help.company.com/submit-ticket'
    """

def response_unless_click(target: str, headers: Mapping[str, str]) -> HttpResponse | None:
    """
    Return the response to a request for the portal's route that is not a click (SPEC 6.5).

    Sign a link only for a customer's click. Libraries that swap pages cannot follow a redirect
    to another site, and the customer may never open a page that the browser prefetches.

    Args:
        target: The request's path and query.
        headers: The request's headers by name, in any case. Headers that SPEC 6.5 does not
            list are ignored. U+FFFD replaces ill-formed text.

    Returns:
        The response to send; `None` for a click: then redirect to the signed link.

    Example:
        >>> from deskseal import response_unless_click
        >>> response_unless_click("/help", {"Sec-Fetch-Mode": "navigate"}) is None
        True
        >>> response_unless_click("/help", {"Purpose": "prefetch"}).status
        403
    """
