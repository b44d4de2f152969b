"""Tests what a customer of the shop sees; run `python manage.py test`."""

from deskseal import Verifier, generate_secret
from django.test import TestCase, override_settings

DESK = {"helpdesk_id": "desk-1", "secret": generate_secret()}
PORTAL = {"url": "https://help.company.com", "secret": generate_secret()}


@override_settings(DESKSEAL={"ticket_center": DESK, "portal": PORTAL})
class SupportTest(TestCase):
    def test_customers_see_their_own_ticket_center(self):
        for name in ("ada", "grace"):
            credentials = {"username": name, "password": "example"}
            page = self.client.post("/accounts/login/", credentials, follow=True)
            self.assertContains(page, f'data-email="{name}@example.com"')
            link = self.client.get("/deskseal/portal")["Location"]
            visitor = Verifier(PORTAL["secret"]).verify_link("help.company.com", link)
            self.assertEqual(visitor.user_id, str(page.context["user"].pk))
            page = self.client.post("/accounts/logout/", follow=True)
            self.assertNotContains(page, "data-email")
