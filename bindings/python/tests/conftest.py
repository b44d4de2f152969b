"""What the tests share."""

from collections.abc import Iterator

import django
import pytest
from deskseal import Signer, Verifier
from django.conf import settings
from django.db import connection
from django.test.utils import setup_test_environment, teardown_test_environment

SECRET = "example-secret-for-documentation"

TEMPLATES: dict[str, str] = {}

# Models can be imported only after this, so that it is not a fixture.
LOADERS = [
    ("django.template.loaders.locmem.Loader", TEMPLATES),
    "django.template.loaders.app_directories.Loader",
]
CONTEXT_PROCESSORS = ["django.template.context_processors.request"]
settings.configure(
    ALLOWED_HOSTS=["*"],
    AUTH_USER_MODEL="auth.User",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "deskseal.django",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "deskseal.django.middleware.PrivatePageMiddleware",
    ],
    SECRET_KEY="for these tests alone, and longer than fifty characters",
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": LOADERS, "context_processors": CONTEXT_PROCESSORS},
        }
    ],
)
django.setup()


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
    return TEMPLATES


@pytest.fixture(scope="session")
def database(templates: dict[str, str]) -> Iterator[dict[str, str]]:
    """Make a database, in memory, and return the templates that Django knows."""
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    yield templates
    connection.creation.destroy_test_db(":memory:", verbosity=0)
    teardown_test_environment()
