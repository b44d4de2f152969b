"""Sign and verify who a logged-in customer is, for embedded help desks.

A product's server signs the customer's identity with a secret that it shares with the help desk;
the help desk verifies it and shows that customer their tickets. There are two seals, each with its
own secret:

- the e-mail seal of an embedded Ticket Center: `Signer.sign_email` and `Signer.ticket_center`,
  verified by `Verifier.verify_email`;
- the link seal of a ticket portal: `Signer.portal_link`, verified by `Verifier.verify_link`.

When a signature does not hold, `Verifier.explain_email` and `Verifier.explain_link` say why.

The rules, and the reason for each, are in the project's `SPEC.md`; "SPEC 3.1" in these pages is its
section 3.1.
"""

# Both lists are generated from tests/api.toml by `cargo xtask generate`.

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
    VerifiedUser,
    Verifier,
    canonical_email,
    canonical_host,
    generate_secret,
    portal_host,
    public_form_url,
    response_unless_click,
)
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
    "VerifiedUser",
    "Verifier",
    "canonical_email",
    "canonical_host",
    "generate_secret",
    "portal_host",
    "public_form_url",
    "response_unless_click",
]
