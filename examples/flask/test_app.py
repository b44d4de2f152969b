"""Tests what a customer of the shop sees; run `pytest`."""

import pytest
from app import app
from deskseal import Verifier, generate_secret

PORTAL = {"url": "https://help.company.com", "secret": generate_secret()}


@pytest.mark.parametrize(("name", "user_id"), [("ada", "1"), ("grace", "2")])
def test_customers_see_their_own_ticket_center(name, user_id):
    desk = {"helpdesk_id": "desk-1", "secret": generate_secret()}
    app.config["DESKSEAL"] = {"ticket_center": desk, "portal": PORTAL}
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    form = {"name": name, "password": "example"}
    page = client.post("/sign-in", data=form, follow_redirects=True)
    assert f'data-email="{name}@example.com"' in page.text
    link = client.get("/deskseal/portal").headers["Location"]
    visitor = Verifier(PORTAL["secret"]).verify_link("help.company.com", link)
    assert visitor.user_id == user_id
    assert "data-email" not in client.post("/sign-out", follow_redirects=True).text


def test_other_sites_cannot_post_in_a_customers_name():
    app.config["WTF_CSRF_ENABLED"] = True
    for path in ("/sign-in", "/sign-out"):
        assert app.test_client().post(path).status_code == 400
