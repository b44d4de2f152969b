"""`manage.py deskseal_explain` says why a signature is invalid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from deskseal.django import _settings

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from deskseal import Explanation


class Command(BaseCommand):
    """The command."""

    help = "Says why a signature is invalid, using the secrets in the settings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add one subcommand for each product."""
        commands = parser.add_subparsers(dest="about", required=True)
        email = commands.add_parser("email", help="explain a Ticket Center's e-mail and signature")
        email.add_argument("email")
        email.add_argument("signature")
        link = commands.add_parser("link", help="explain a link to the portal's form")
        link.add_argument("url")

    def handle(self, *_: object, **options: str) -> None:
        """Print the findings."""
        explain = _explain_email if options["about"] == "email" else _explain_link
        try:
            explanation = explain(options)
        except _settings.ERRORS as error:
            raise CommandError(f"{error.code}: {error}") from None
        for finding in explanation.findings:
            self.stdout.write(f"{finding.code}: {finding.message}")


def _explain_email(options: dict[str, str]) -> Explanation:
    others = _settings.portal().usable_secrets if _settings.is_configured("portal") else []
    verifier = _settings.ticket_center().verifier
    return verifier.explain_email(options["email"], options["signature"], other_secrets=others)


def _explain_link(options: dict[str, str]) -> Explanation:
    is_shared = _settings.is_configured("ticket_center")
    others = _settings.ticket_center().usable_secrets if is_shared else []
    portal = _settings.portal()
    return portal.verifier.explain_link(portal.host, options["url"], other_secrets=others)
