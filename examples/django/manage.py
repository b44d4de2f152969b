#!/usr/bin/env python
"""A shop whose customers have a Ticket Center.

    pip install -r requirements.txt && python manage.py migrate && python manage.py runserver

Open http://localhost:8000 and sign in as `ada` or `grace`, with the password `example`. These
variables set your help desk; without the secrets, customers get a public form:

    HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
    TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com
"""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    execute_from_command_line(sys.argv)
