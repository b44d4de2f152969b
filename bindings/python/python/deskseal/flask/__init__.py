"""The help desk in a Flask application: an extension, a global for templates, and two views.

    deskseal = Deskseal(app)

    @deskseal.customer_loader
    def load_customer():
        return Customer(email=current_user.email, user_id=str(current_user.id))

`app.config["DESKSEAL"]` says which desk it is, templates write `{{ ticket_center() }}`, and the
package's README shows the whole of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup

from deskseal import DesksealError, response_unless_click
from deskseal._contract import CACHE_CONTROL, NO_HISTORY, STATUS_NOT_SIGNED_IN
from deskseal._products import (
    Identity,
    Kept,
    Portal,
    Product,
    SettingsMalformed,
    TicketCenter,
    refusal,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

__all__ = ["Customer", "Deskseal", "Identity"]

NAME = "DESKSEAL"
FALLBACK = "deskseal/fallback.html"
# Where an application keeps its products.
KEPT = "deskseal.products"

# In a request's environment: the answer carries an identity, and its headers are written.
MARK = "deskseal.private"
ANSWERED = "deskseal.answered"


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Who is signed in.

    Attributes:
        email: The address, which may be empty.
        user_id: The id at the desk, which must never become somebody else's.
    """

    email: str
    user_id: str


Loader = TypeVar("Loader", bound="Callable[[], Customer | None]")
Kind = TypeVar("Kind", bound=Product)
Proxied = TypeVar("Proxied")


class SettingsError(SettingsMalformed, RuntimeError):
    """The configuration cannot be read, so that nothing is signed."""


# What keeps a customer from support, and must not keep them from the page.
REFUSALS = (DesksealError, SettingsError)


class Deskseal:
    """The extension.

    Args:
        app: The application; without one, call `init_app` later.

    Example:
        >>> from deskseal import generate_secret
        >>> from deskseal.flask import Customer, Deskseal
        >>> from flask import Flask, render_template_string
        >>> app = Flask(__name__)
        >>> app.config["DESKSEAL"] = {
        ...     "ticket_center": {
        ...         "helpdesk_id": "desk-1",
        ...         "secret": generate_secret(),
        ...     }
        ... }
        >>> deskseal = Deskseal(app)
        >>> @deskseal.customer_loader
        ... def load_customer():
        ...     return Customer(email="Ada@example.com", user_id="42")
        >>> with app.test_request_context():
        ...     print(deskseal.identity()["email"])
        ada@example.com
    """

    def __init__(self, app: Flask | None = None) -> None:
        """Take the application, if there is one yet."""
        self._load_customer: Callable[[], Customer | None] | None = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, *, url_prefix: str = "/deskseal") -> None:
        """Add the views, and the globals of templates, to an application.

        Args:
            app: The application. Its configuration is read when somebody asks for support.
            url_prefix: Where the views `deskseal.portal` and `deskseal.identity` go.
        """
        app.extensions["deskseal"] = self
        app.extensions[KEPT] = {"ticket_center": Kept(TicketCenter), "portal": Kept(Portal)}
        app.register_blueprint(self._blueprint(), url_prefix=url_prefix)
        app.add_template_global(self.ticket_center, "ticket_center")
        app.add_template_global(portal_link, "portal_link")
        app.after_request(_keep_private)

    def customer_loader(self, loader: Loader) -> Loader:
        """Set the function that returns who is signed in, or `None`, in a request."""
        self._load_customer = loader
        return loader

    def ticket_center(
        self,
        *,
        align: str | None = None,
        max_width: str | None = None,
        container: str | None = None,
        crossorigin: bool | None = None,
        nonce: str | None = None,
    ) -> Markup:
        """Return the markup that shows the customer's Ticket Center, and nothing for strangers.

        A customer whose address cannot be signed sees the template `deskseal/fallback.html`, which
        has a link to the portal's public form; in debug mode, the reason is raised.

        Args:
            align: `left`, `center` (the default) or `right`.
            max_width: A positive whole number and `px`, `rem` or `%`; `864px` by default.
            container: The id of the container element; `hdh-ticket-center` by default.
            crossorigin: Whether the script is loaded with CORS, as a page with
                `Cross-Origin-Embedder-Policy: require-corp` needs it; by default what the
                configuration says.
            nonce: The page's Content-Security-Policy nonce; Flask-Talisman's by default.
        """
        customer = self._customer()
        if customer is None:
            return Markup()
        asked = _behind(request)
        _mark_private(asked)
        try:
            embed = _ticket_center().embed(
                text_of(customer.email),
                align=align,
                max_width=max_width,
                container=container,
                crossorigin=crossorigin,
                nonce=nonce or getattr(asked, "csp_nonce", None),
            )
        except REFUSALS as error:
            _report(error)
            return Markup(render_template(FALLBACK, public_link=_public_link()))
        return Markup(NO_HISTORY + embed.html)

    def identity(self) -> Identity | None:
        """Return the customer's signed identity, and `None` for strangers.

        Raises:
            SecretError: The deployment's secret is missing or unusable.
            InputError: The address cannot be signed.
            RuntimeError: The configuration lacks the Ticket Center, or has what it does not know.
        """
        customer = self._customer()
        return None if customer is None else _ticket_center().identity(text_of(customer.email))

    def portal_link(self) -> str | None:
        """Return the link that opens the portal's form as the customer, for five minutes.

        It is the public link for strangers, and `None` if there is no portal.

        Raises:
            SecretError: The deployment's secret is missing or unusable.
            InputError: The id or the portal's URL cannot be signed.
            RuntimeError: The configuration lacks the portal, or has what it does not know.
        """
        customer = self._customer()
        return _public_link() if customer is None else _portal().link(text_of(customer.user_id))

    def _customer(self) -> Customer | None:
        if self._load_customer is None:
            raise RuntimeError("Say who is signed in with Deskseal.customer_loader.")
        return self._load_customer()

    def _blueprint(self) -> Blueprint:
        blueprint = Blueprint("deskseal", __name__, template_folder="templates")
        blueprint.add_url_rule("/portal", "portal", self._portal_view)
        blueprint.add_url_rule("/identity", "identity", self._identity_view)
        return blueprint

    def _portal_view(self) -> ResponseReturnValue:
        _mark_private(request)
        query = request.query_string.decode(errors="replace")
        unsigned = response_unless_click(f"{portal_link()}?{query}", dict(request.headers))
        if unsigned is not None:
            return unsigned.body, unsigned.status, unsigned.headers
        try:
            link = self.portal_link()
        except REFUSALS as error:
            _report(error)
            link = _public_link()
        return abort(HTTPStatus.NOT_FOUND) if link is None else redirect(link)

    def _identity_view(self) -> ResponseReturnValue:
        _mark_private(request)
        try:
            identity = self.identity()
        except REFUSALS as error:
            _report(error)
            return refusal(error)
        return ("", STATUS_NOT_SIGNED_IN) if identity is None else jsonify(identity)


def portal_link() -> str:
    """Return the address of the view that takes the visitor to the portal's form.

    It is the same for everybody and never goes stale: that view signs when it is asked.
    """
    return url_for("deskseal.portal")


def _ticket_center() -> TicketCenter:
    return _product("ticket_center", TicketCenter)


def _portal() -> Portal:
    return _product("portal", Portal)


def _product(name: str, kind: type[Kind]) -> Kind:
    # No variable here holds the settings, for pages and logs that show the variables of an error.
    app = _behind(current_app)
    kept: Kept[Kind] = app.extensions[KEPT][name]
    try:
        return kept.of_settings(app.config[NAME][name])
    except KeyError:
        raise SettingsError(f"Add {name!r} to the configuration {NAME}.") from None
    except TypeError:
        sentence = f"{NAME}[{name!r}] must be {kind.shape()}."
        raise SettingsError(sentence) from None


def _behind(proxy: Proxied) -> Proxied:
    """Return the object of this request, which answers faster than Flask's proxy for it."""
    found: Proxied = proxy._get_current_object()  # type: ignore[attr-defined]
    return found


def _public_link() -> str | None:
    try:
        return _portal().public_link()
    except SettingsError:
        return None


def _report(error: DesksealError | SettingsError) -> None:
    """Log why somebody gets the public form instead; in debug mode, raise it."""
    if current_app.debug:
        raise error
    current_app.logger.error("A customer gets the public form instead: %s", error.code)


def _mark_private(asked: Request) -> None:
    """Remember that the answer to this request carries an identity."""
    asked.environ[MARK] = True
    if ANSWERED in asked.environ:
        current_app.logger.warning(
            "A page that is streamed shows a Ticket Center: send it with Cache-Control: %s",
            CACHE_CONTROL,
        )


def _keep_private(response: Response) -> Response:
    """Keep answers with somebody's identity out of caches, whatever the view has set."""
    request.environ[ANSWERED] = True
    if MARK in request.environ:
        response.headers["Cache-Control"] = CACHE_CONTROL
    return response
