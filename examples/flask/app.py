"""A shop whose customers have a Ticket Center.

    pip install -r requirements.txt && flask run

Open http://localhost:5000 and sign in as `ada` or `grace`, with the password `example`. These
variables set your help desk; without the secrets, customers get a public form:

    HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
    TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com
"""

import os
import secrets

from deskseal.flask import Customer, Deskseal
from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask_wtf import CSRFProtect
from werkzeug.security import check_password_hash, generate_password_hash

PASSWORD = generate_password_hash("example")
CUSTOMERS = {
    "ada": Customer(email="ada@example.com", user_id="1"),
    "grace": Customer(email="grace@example.com", user_id="2"),
}

app = Flask(__name__)
# A real shop stores its key, so that its customers stay signed in after a restart.
app.secret_key = secrets.token_bytes()
app.config["DESKSEAL"] = {
    "ticket_center": {"script_url": os.environ.get("TICKET_CENTER_URL")},
    "portal": {"url": os.environ.get("PORTAL_URL", "https://help.company.com")},
}
deskseal = Deskseal(app)
# Other sites cannot post in a customer's name.
CSRFProtect(app)


@deskseal.customer_loader
def load_customer():
    return CUSTOMERS.get(session.get("name"))


@app.get("/")
def support():
    if "name" not in session:
        return redirect(url_for("sign_in"))
    return render_template("support.html")


@app.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    if request.method == "GET":
        return render_template("sign_in.html")
    name, password = request.form["name"], request.form["password"]
    # All customers have the same password, to keep this example short.
    if name not in CUSTOMERS or not check_password_hash(PASSWORD, password):
        flash("This name and password do not match.")
        return redirect(url_for("sign_in"))
    session.clear()
    session["name"] = name
    return redirect(url_for("support"))


@app.post("/sign-out")
def sign_out():
    session.clear()
    return redirect(url_for("sign_in"))
