// Package desksealhttp has handlers for net/http: the identity for a page's own code, the redirect to a portal, and a
// middleware for pages that show a customer's data.
//
// The handlers answer GET and HEAD. They log the code and the message of an error, which contain no secret and no data
// of the customer.
package desksealhttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"

	deskseal "github.com/deskseal/deskseal/bindings/go"
	"github.com/deskseal/deskseal/bindings/go/internal/contract"
)

// A Customer is a signed-in customer. Sign only an address that your sign-in has verified.
type Customer struct {
	// Email is the customer's e-mail, for the Ticket Center.
	Email string
	// UserID is the customer's permanent id, for the portal.
	UserID string
}

// A Session returns the request's signed-in customer, or nil if there is none.
type Session func(*http.Request) (*Customer, error)

// TicketCenter shows a Ticket Center on pages. As a handler, it answers the page's own code with the identity of the
// signed-in customer (SPEC 6.4): 200 and a JSON object, 204 for an anonymous visitor, 403 for a page of another site, 422
// for an address that cannot be signed, and 503 for a misconfigured deployment.
type TicketCenter struct {
	// Signer has the Ticket Center's secret.
	Signer *deskseal.Signer
	// HelpdeskID is the help desk's id.
	HelpdeskID string
	// Session returns the signed-in customer.
	Session Session
	// Origins are the origins of other sites whose pages get the identity, such as https://app.example.com. The handler
	// answers with 500 while an entry is not an origin. It sends no CORS headers: add them with a middleware.
	Origins []string
	// Fallback is shown to a customer whose address cannot be signed, for example a link to the portal's form.
	Fallback template.HTML
	// Logger gets errors; [slog.Default] by default.
	Logger *slog.Logger
}

// Embed returns the Ticket Center's markup for the request's customer, and makes the response private. The markup is
// empty for an anonymous visitor, and Fallback if nothing can be signed. An empty nonce is none.
func (center *TicketCenter) Embed(
	writer http.ResponseWriter, request *http.Request, options *deskseal.TicketCenterOptions,
) (template.HTML, error) {
	customer, err := center.Session(request)
	if err != nil || customer == nil {
		return "", err
	}
	embed, err := center.Signer.TicketCenter(customer.Email, center.HelpdeskID, withoutEmptyNonce(options))
	if err != nil {
		report(request.Context(), center.Logger, err)
		return center.Fallback, nil
	}
	keepPrivate(writer)
	return contract.NoHistory + embed.HTML, nil
}

// withoutEmptyNonce returns options without a nonce if it is empty, as on a page without a Content-Security-Policy.
func withoutEmptyNonce(options *deskseal.TicketCenterOptions) *deskseal.TicketCenterOptions {
	if options == nil || options.Nonce == nil || *options.Nonce != "" {
		return options
	}
	changed := *options
	changed.Nonce = nil
	return &changed
}

// ServeHTTP answers with the identity.
func (center *TicketCenter) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	for name, value := range contract.IdentityHeaders {
		writer.Header().Set(name, value)
	}
	if !isRead(writer, request) {
		return
	}
	if err := center.checkOrigins(); err != nil {
		fail(writer, request, center.Logger, err)
		return
	}
	if center.isFromAnotherSite(request) {
		writeError(writer, contract.StatusCrossSite, contract.CodeCrossSite)
		return
	}
	customer, err := center.Session(request)
	if err != nil {
		fail(writer, request, center.Logger, err)
		return
	}
	if customer == nil {
		writer.WriteHeader(contract.StatusNotSignedIn)
		return
	}
	identity, err := center.Signer.Identity(customer.Email, center.HelpdeskID)
	var rejected *deskseal.Error
	switch {
	case err == nil:
		writeJSON(writer, contract.StatusIdentity, identity)
	case errors.As(err, &rejected):
		report(request.Context(), center.Logger, err)
		status := contract.StatusUnavailable
		if rejected.IsAboutCustomer {
			status = contract.StatusAboutCustomer
		}
		writeError(writer, status, string(rejected.Code))
	default:
		fail(writer, request, center.Logger, err)
	}
}

var originPattern = regexp.MustCompile("^(?:" + contract.OriginPattern + ")$")

// checkOrigins returns an error if an entry of Origins is not an origin.
func (center *TicketCenter) checkOrigins() error {
	for _, origin := range center.Origins {
		if !originPattern.MatchString(origin) {
			return fmt.Errorf("TicketCenter.Origins has %q, which is not an origin. Write scheme, host and perhaps a "+
				`port, in lower case and without a path: "https://app.example.com"`, origin)
		}
	}
	return nil
}

// isFromAnotherSite tells whether a page of another site sent the request, and Origins does not have its origin.
func (center *TicketCenter) isFromAnotherSite(request *http.Request) bool {
	return request.Header.Get(contract.SiteHeader) == contract.CrossSite &&
		!slices.Contains(center.Origins, request.Header.Get("Origin"))
}

// Portal is a handler that redirects a customer's click to the portal's form, with a link that is signed now. An
// anonymous visitor, and a customer whose id cannot be signed, get the form for anonymous visitors. It signs nothing for
// a prefetch or a request of a script (SPEC 6.5).
type Portal struct {
	// Signer has the portal's secret.
	Signer *deskseal.Signer
	// URL is the portal's https URL.
	URL string
	// Session returns the signed-in customer. It is called for clicks only.
	Session Session
	// Logger gets errors; [slog.Default] by default.
	Logger *slog.Logger
}

// ServeHTTP answers with the redirect.
func (portal *Portal) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	keepPrivate(writer)
	if !isRead(writer, request) {
		return
	}
	unsigned, err := deskseal.ResponseUnlessClick(target(request), request.Header)
	if err != nil {
		fail(writer, request, portal.Logger, err)
		return
	}
	if unsigned != nil {
		for name, value := range unsigned.Headers {
			writer.Header().Set(name, value)
		}
		writer.WriteHeader(unsigned.Status)
		// The client may be gone.
		_, _ = io.WriteString(writer, unsigned.Body)
		return
	}
	link, err := portal.link(request)
	if err != nil {
		fail(writer, request, portal.Logger, err)
		return
	}
	// Without a body: http.Redirect would write the signed link into the page.
	writer.Header().Set("Location", link)
	writer.WriteHeader(http.StatusSeeOther)
}

// link returns the link to the portal's form: signed for a customer, otherwise public.
func (portal *Portal) link(request *http.Request) (string, error) {
	customer, err := portal.Session(request)
	if err != nil {
		return "", err
	}
	if customer != nil {
		link, err := portal.Signer.PortalLink(portal.URL, customer.UserID, nil)
		if err == nil {
			return link, nil
		}
		report(request.Context(), portal.Logger, err)
	}
	return deskseal.PublicFormURL(portal.URL)
}

// NoStore sends `Cache-Control: private, no-store` with every response of the handler, so that neither a shared cache
// nor the browser shows a customer's page to another one.
func NoStore(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		keepPrivate(writer)
		handler.ServeHTTP(writer, request)
	})
}

func keepPrivate(writer http.ResponseWriter) {
	writer.Header().Set("Cache-Control", contract.CacheControl)
}

// isRead tells whether the method is GET or HEAD, and answers otherwise.
func isRead(writer http.ResponseWriter, request *http.Request) bool {
	if request.Method == http.MethodGet || request.Method == http.MethodHead {
		return true
	}
	writer.Header().Set("Allow", "GET, HEAD")
	http.Error(writer, "Use GET for this address.", http.StatusMethodNotAllowed)
	return false
}

// target returns the request's path and query as received: a router may have removed a prefix of request.URL.
func target(request *http.Request) string {
	if request.RequestURI != "" {
		return request.RequestURI
	}
	return request.URL.RequestURI()
}

func writeJSON(writer http.ResponseWriter, status int, body any) {
	writer.Header().Set("Content-Type", "application/json; charset=utf-8")
	writer.WriteHeader(status)
	// The client may be gone.
	_ = json.NewEncoder(writer).Encode(body)
}

func writeError(writer http.ResponseWriter, status int, code string) {
	writeJSON(writer, status, map[string]any{"error": map[string]any{"code": code}})
}

// fail answers that the request failed inside of the server.
func fail(writer http.ResponseWriter, request *http.Request, logger *slog.Logger, err error) {
	report(request.Context(), logger, err)
	http.Error(writer, "Internal server error. Search the server's log for Deskseal.", http.StatusInternalServerError)
}

func report(ctx context.Context, logger *slog.Logger, err error) {
	if logger == nil {
		logger = slog.Default()
	}
	logger.ErrorContext(ctx, "Deskseal: "+err.Error())
}
