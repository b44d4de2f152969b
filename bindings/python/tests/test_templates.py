"""Template engines render an embed as markup, and everything else escaped."""

import markupsafe
import pytest
from deskseal import Embed, Signer
from django.template import Context, Template
from jinja2 import Environment

QUOTED = '"ada"@example.com'


@pytest.fixture
def embed(signer: Signer) -> Embed:
    """Return an embed with something to escape."""
    return signer.ticket_center(QUOTED, "desk-1")


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize("source", ["{{ embed }}", "{{ embed.html }}"])
def test_django_renders_the_markup_once_escaped(embed: Embed, source: str) -> None:
    rendered = Template(source).render(Context({"embed": embed}))
    assert rendered == embed.html
    assert "&quot;ada&quot;@example.com" in rendered


@pytest.mark.parametrize("source", ["{{ embed }}", "{{ embed.html }}"])
def test_jinja_renders_the_markup_once_escaped(embed: Embed, source: str) -> None:
    rendered = Environment(autoescape=True).from_string(source).render(embed=embed)
    assert rendered == embed.html


def test_attributes_are_not_markup(embed: Embed) -> None:
    source = "{{ embed.attributes['data-email'] }}"
    rendered = Environment(autoescape=True).from_string(source).render(embed=embed)
    assert rendered == markupsafe.escape(QUOTED)


def test_the_markup_is_text(embed: Embed) -> None:
    assert str(embed) == f"{embed}" == embed.html == embed.__html__()
    assert markupsafe.escape(embed) == embed.html
