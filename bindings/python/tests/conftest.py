"""What the tests share."""

import django
import pytest
from deskseal import Signer, Verifier
from django.conf import settings

SECRET = "example-secret-for-documentation"


@pytest.fixture
def secret() -> str:
    """Return the secret of SPEC 11."""
    return SECRET


@pytest.fixture
def signer() -> Signer:
    """Return a signer with the secret of SPEC 11."""
    return Signer(SECRET)


@pytest.fixture
def verifier() -> Verifier:
    """Return a verifier with the secret of SPEC 11."""
    return Verifier(SECRET)


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    """Return the templates that Django knows, to add to."""
    templates: dict[str, str] = {}
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", templates)]},
    }
    settings.configure(TEMPLATES=[engine], ALLOWED_HOSTS=["*"])
    django.setup()
    return templates
