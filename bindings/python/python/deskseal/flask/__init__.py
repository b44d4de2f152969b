"""The integration for Flask: an extension, two globals for templates, and two views.

    deskseal = Deskseal(app)

    @deskseal.customer_loader
    def load_customer():
        return Customer(email=current_user.email, user_id=str(current_user.id))

`app.config["DESKSEAL"]` names the desk, and templates write `{{ ticket_center() }}`. The package's
README shows a complete example.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup

from deskseal import DesksealError, response_unless_click
from deskseal._contract import (
    CACHE_CONTROL,
    IDENTITY_HEADERS,
    NO_HISTORY,
    STATUS_NOT_SIGNED_IN,
)
from deskseal._products import (
    Cached,
    Identity,
    Portal,
    Product,
    SettingsMalformed,
    TicketCenter,
    cross_site_response,
    error_response,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

__all__ = ["Customer", "Deskseal", "Identity"]

NAME = "DESKSEAL"
FALLBACK = "deskseal/fallback.html"
# The key of an application's products in `app.extensions`.
PRODUCTS = "deskseal.products"

# In a request's environment: the response contains an identity; its headers are written.
MARK = "deskseal.private"
RESPONDED = "deskseal.responded"


@dataclass(frozen=True, kw_only=True)
class Customer:
    """The signed-in customer.

    Attributes:
        email: The customer's address, which may be empty.
        user_id: The customer's id at the desk. Never give it to another customer later.
    """

    email: str
    user_id: str


# What a loader returns. All values except a customer mean that no customer is signed in.
SignedIn: TypeAlias = Customer | Literal[False, ""] | None

Loader = TypeVar("Loader", bound="Callable[[], SignedIn]")
Kind = TypeVar("Kind", bound=Product)

# The objects behind Flask's proxies, which are faster to use than the proxies.
_current_application: Callable[[], Flask] = current_app._get_current_object  # type: ignore[attr-defined]
_current_request: Callable[[], Request] = request._get_current_object  # type: ignore[attr-defined]


class SettingsError(SettingsMalformed, RuntimeError):
    """The configuration `DESKSEAL` is wrong, so nothing is signed."""


# The errors that must not break the customer's page.
ERRORS = (DesksealError, SettingsError)


class Deskseal:
    """The Flask extension.

    Args:
        app: The application. Without it, call `init_app` later.

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
        """Set up the application, if it is given."""
        self._load_customer: Callable[[], SignedIn] | None = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, *, url_prefix: str = "/deskseal") -> None:
        """Add the views and the template globals to an application.

        Args:
            app: The application. Its configuration is read when something is signed, and the
                environment when something is first signed with that configuration.
            url_prefix: The prefix of the views `deskseal.portal` and `deskseal.identity`.
        """
        app.extensions["deskseal"] = self
        app.extensions[PRODUCTS] = {"ticket_center": Cached(TicketCenter), "portal": Cached(Portal)}
        app.register_blueprint(self._blueprint(), url_prefix=url_prefix)
        # Jinja looks for a mark on what it calls. A bound method takes long to say it has none.
        app.add_template_global(partial(self.ticket_center), "ticket_center")
        app.add_template_global(portal_link, "portal_link")
        app.after_request(_keep_private)

    def customer_loader(self, loader: Loader) -> Loader:
        """Set the function that returns a request's signed-in customer.

        For an anonymous visitor, it returns `None`. `False` and an empty text mean the same.
        """
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
        """Return the markup that shows the customer's Ticket Center; empty for anonymous visitors.

        If the address cannot be signed, the customer sees the template `deskseal/fallback.html`,
        which links to the portal's public form. In debug mode, the error is raised instead.

        Args:
            align: `left`, `center` (the default) or `right`.
            max_width: A positive whole number and `px`, `rem` or `%`; `864px` by default.
            container: The id of the container element; `hdh-ticket-center` by default.
            crossorigin: Whether the browser loads the script with CORS. A page with
                `Cross-Origin-Embedder-Policy: require-corp` needs it. The configuration is the
                default.
            nonce: The page's Content-Security-Policy nonce; that of Flask-Talisman by default.
        """
        customer = self._customer()
        if customer is None:
            return Markup()
        asked = _current_request()
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
        except ERRORS as error:
            _report(error)
            return Markup(render_template(FALLBACK, public_link=_public_link()))
        # As `Markup(…)`, without its search for a method that a text does not have.
        return str.__new__(Markup, NO_HISTORY + embed.html)

    def identity(self) -> Identity | None:
        """Return the customer's signed identity, and `None` for an anonymous visitor.

        Raises:
            SecretError: The deployment's secret is missing or invalid.
            InputError: The address is invalid.
            RuntimeError: `DESKSEAL` lacks the Ticket Center, or has an unknown or invalid entry.
        """
        customer = self._customer()
        return None if customer is None else _ticket_center().identity(text_of(customer.email))

    def portal_link(self) -> str | None:
        """Return the link that opens the portal's form as the customer, valid for five minutes.

        An anonymous visitor gets the public link. Without a portal, this returns `None`.

        Raises:
            SecretError: The deployment's secret is missing or invalid.
            InputError: The id or the portal's URL is invalid.
            RuntimeError: `DESKSEAL` lacks the portal, or has an unknown or invalid entry.
        """
        customer = self._customer()
        return _public_link() if customer is None else _portal().link(text_of(customer.user_id))

    def _customer(self) -> Customer | None:
        if self._load_customer is None:
            sentence = "There is no customer loader. Set it with the decorator customer_loader."
            raise RuntimeError(sentence)
        return self._load_customer() or None

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
        except ERRORS as error:
            _report(error)
            link = _public_link()
        return abort(HTTPStatus.NOT_FOUND) if link is None else redirect(link)

    def _identity_view(self) -> ResponseReturnValue:
        _mark_private(request)
        answer = make_response(self._identity_answer())
        answer.headers.update(IDENTITY_HEADERS)
        return answer

    def _identity_answer(self) -> ResponseReturnValue:
        try:
            rejected = cross_site_response(request.headers.get, _ticket_center)
            if rejected is not None:
                return rejected
            identity = self.identity()
        except ERRORS as error:
            _report(error)
            return error_response(error)
        return ("", STATUS_NOT_SIGNED_IN) if identity is None else jsonify(identity)


def portal_link() -> str:
    """Return the address of the view that takes the visitor to the portal's form.

    The address is the same for all visitors and does not expire, because that view signs on each
    request.
    """
    return url_for("deskseal.portal")


def _ticket_center() -> TicketCenter:
    return _product("ticket_center", TicketCenter)


def _portal() -> Portal:
    return _product("portal", Portal)


def _product(name: str, kind: type[Kind]) -> Kind:
    # No local variable may hold the settings: error pages and logs may show local variables.
    app = _current_application()
    cached: Cached[Kind] = app.extensions[PRODUCTS][name]
    try:
        return cached.of_settings(app.config[NAME][name])
    except KeyError:
        raise SettingsError(f"The configuration {NAME} has no {name!r}. Add it.") from None
    except TypeError:
        sentence = f"{NAME}[{name!r}] must be {kind.shape()}."
        raise SettingsError(sentence) from None
    except ValueError as error:
        sentence = f"{NAME}[{name!r}]{error}"
        raise SettingsError(sentence) from None


def _public_link() -> str | None:
    try:
        return _portal().public_link()
    except SettingsError:
        return None


def _report(error: DesksealError | SettingsError) -> None:
    """Log the error that gives a customer the public form instead. In debug mode, raise it."""
    if current_app.debug:
        raise error
    current_app.logger.error("Deskseal: %s: %s", error.code, error)


def _mark_private(asked: Request) -> None:
    """Mark the request: its response contains an identity."""
    asked.environ[MARK] = True
    if RESPONDED in asked.environ:
        current_app.logger.warning(
            "A streamed page shows a Ticket Center. Send it with the header Cache-Control: %s",
            CACHE_CONTROL,
        )


def _keep_private(response: Response) -> Response:
    """Keep responses with an identity out of caches, even if the view has set another header."""
    request.environ[RESPONDED] = True
    if MARK in request.environ:
        response.headers["Cache-Control"] = CACHE_CONTROL
    return response
