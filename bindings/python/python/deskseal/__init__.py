"""Sign and verify who a signed-in customer is, for embedded help desks.

A product's server signs the customer's identity with a secret that it shares with the help desk;
the help desk verifies the signature and shows that customer their tickets. There are two
signatures, each with its own secret:

- the e-mail signature of an embedded Ticket Center: `Signer.sign_email` and
  `Signer.ticket_center`, verified by `Verifier.verify_email`;
- the link signature of a ticket portal: `Signer.portal_link`, verified by `Verifier.verify_link`.

An identity token, with a third secret, can take the place of both. It has an expiry, and names a
customer by a permanent id: `Signer.ticket_center_with_token`, `Signer.portal_link_with_token` and
`Signer.identity_token`, verified by `Verifier.verify_identity_token`.

If a signature is invalid, `Verifier.explain_email` and `Verifier.explain_link` say why, and
`Verifier.explain_identity_token` for a token.

The rules, and the reason for each, are in the project's `SPEC.md`. "SPEC 3.1" means its
section 3.1.
"""

# Both lists are generated from tests/api.toml by `cargo xtask generate`.

try:
    from deskseal._deskseal import (
        Embed,
        Explanation,
        Finding,
        HttpResponse,
        Identity,
        SignedEmail,
        SignedUser,
        Signer,
        VerifiedEmail,
        VerifiedIdentity,
        VerifiedUser,
        Verifier,
        canonical_email,
        canonical_host,
        generate_secret,
        portal_host,
        public_form_url,
        response_unless_click,
    )
except ImportError as _error:
    if "subinterpreters" not in str(_error):
        raise
    raise ImportError(
        "deskseal cannot be loaded into an interpreter that has a lock of its own. Use threads, "
        "processes, or an interpreter that shares the main interpreter's lock, as under mod_wsgi."
    ) from _error

from deskseal._errors import DesksealError, InputError, SecretError, VerificationError

__all__ = [
    "DesksealError",
    "Embed",
    "Explanation",
    "Finding",
    "HttpResponse",
    "Identity",
    "InputError",
    "SecretError",
    "SignedEmail",
    "SignedUser",
    "Signer",
    "VerificationError",
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
