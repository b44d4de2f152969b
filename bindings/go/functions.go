package deskseal

import (
	"crypto/rand"
	"fmt"

	"github.com/deskseal/deskseal/bindings/go/internal/contract"
	"github.com/deskseal/deskseal/bindings/go/internal/core"
)

// The number of random bytes for a secret and for the id of a token.
const (
	secretBytes  = 32
	tokenIDBytes = 16
)

// CanonicalEmail returns the canonical form of an e-mail, which is signed: trimmed and in lower case (SPEC 3.1).
//
// Codes: email_empty, email_too_long, email_malformed, email_ambiguous.
func CanonicalEmail(email string) (string, error) {
	return ask((*core.Module).Xdeskseal_canonical_email, arguments{}.text(email))
}

// CanonicalHost returns the canonical form of a portal's host, as browsers write it (SPEC 4.1). The host has no scheme,
// port or path.
//
// Codes: host_malformed. If the text is a URL or has a port, the message names the right value.
func CanonicalHost(host string) (string, error) {
	return ask((*core.Module).Xdeskseal_canonical_host, arguments{}.text(host))
}

// GenerateSecret returns a new secret: dsk_secret_ and 256 bits from the operating system (SPEC 2.4).
func GenerateSecret() (string, error) {
	entropy, err := randomBytes(secretBytes)
	if err != nil {
		return "", err
	}
	given := arguments{}.bytes(entropy)
	defer given.wipe()
	defer clear(entropy)
	return pool.use(func(own *instance) (string, error) {
		defer own.module.Xdeskseal_wipe()
		return own.run((*core.Module).Xdeskseal_generate_secret, given)
	})
}

// PublicFormURL returns the URL of a portal's form for anonymous visitors (SPEC 4.5). It replaces the path, query and
// fragment of the portal's https URL.
//
// Codes: portal_url_malformed, portal_url_insecure.
func PublicFormURL(portalURL string) (string, error) {
	return ask((*core.Module).Xdeskseal_public_form_url, arguments{}.text(portalURL))
}

// PortalHost returns the canonical host of a portal's https URL. Pass it to the verifier (SPEC 4.2).
//
// Codes: portal_url_malformed, portal_url_insecure.
func PortalHost(portalURL string) (string, error) {
	return ask((*core.Module).Xdeskseal_portal_host, arguments{}.text(portalURL))
}

// An HTTPResponse is the response of a route (SPEC 6.5).
type HTTPResponse struct {
	// Status is the HTTP status code.
	Status int `json:"status"`
	// Headers are values by name.
	Headers map[string]string `json:"headers"`
	// Body is the body's text.
	Body string `json:"body"`
}

// ResponseUnlessClick returns the response of a route that redirects to the portal, if the request is not a customer's
// click: for example a prefetch, or a request of htmx or Turbo (SPEC 6.5). The result is nil for a click. Sign the link
// for clicks only.
//
// The target is the request's path and query, and the headers may be its [net/http.Header].
func ResponseUnlessClick(target string, headers map[string][]string) (*HTTPResponse, error) {
	given := arguments{}.texts(target).texts(namedHeaders(headers, contract.ClickHeaders)...)
	answer, err := ask((*core.Module).Xdeskseal_response_unless_click, given)
	if err != nil || answer == "" {
		return nil, err
	}
	return httpResponse(answer)
}

func randomBytes(count int) ([]byte, error) {
	random := make([]byte, count)
	if _, err := rand.Read(random); err != nil {
		return nil, fmt.Errorf("deskseal: cannot read the operating system's random source: %w", err)
	}
	return random, nil
}
