package deskseal

import "time"

// Ptr returns a pointer to the value, for options.
func Ptr[T any](value T) *T { return &value }

// SignUserOptions are options of [Signer.SignUser].
type SignUserOptions struct {
	// Timestamp says when the user is signed; now by default.
	Timestamp time.Time
}

// PortalLinkOptions are options of [Signer.PortalLink].
type PortalLinkOptions struct {
	// Timestamp says when the link is signed; now by default.
	Timestamp time.Time
}

// TicketCenterOptions are options of [Signer.TicketCenter].
type TicketCenterOptions struct {
	// Align is left, center or right; default center.
	Align *string
	// MaxWidth is a positive whole number and px, rem or %; default 864px.
	MaxWidth *string
	// Container is the id of the container element; default hdh-ticket-center.
	Container *string
	// ScriptURL is the script's absolute https URL; default https://helpdesky.io/ticket-center.js.
	ScriptURL *string
	// Crossorigin tells whether the script is loaded with CORS, as a page with
	// Cross-Origin-Embedder-Policy: require-corp needs it.
	Crossorigin bool
	// Nonce is the page's Content-Security-Policy nonce.
	Nonce *string
}

// IdentityTokenOptions are options of [Signer.IdentityToken]: what the token says about the customer.
type IdentityTokenOptions struct {
	// Email is the customer's e-mail.
	Email *string
	// EmailVerified tells whether the product has proved that the customer receives mail at Email; default true. An
	// address that is not proved identifies no customer.
	EmailVerified *bool
	// UserID is the customer's permanent id, used exactly as given.
	UserID *string
	// Name is the customer's name, 1 to 100 characters.
	Name *string
	// Attributes are what agents see beside the customer: at most 20 strings of 255 bytes, integers or bools, by names
	// that match [a-z][a-z0-9_]{0,39}.
	Attributes map[string]any
	// TokenID is the token's id, 1 to 128 visible ASCII characters; random by default.
	TokenID *string
	// ExpiresIn says for how many seconds the token is valid, 1 to 86400; default 600.
	ExpiresIn *int64
	// Now says when the token is signed; now by default.
	Now time.Time
}

// TicketCenterWithTokenOptions are options of [Signer.TicketCenterWithToken].
type TicketCenterWithTokenOptions struct {
	IdentityTokenOptions
	TicketCenterOptions
}

// PortalLinkWithTokenOptions are options of [Signer.PortalLinkWithToken].
type PortalLinkWithTokenOptions struct {
	// Email is the customer's e-mail.
	Email *string
	// EmailVerified tells whether the product has proved that the customer receives mail at Email; default true.
	EmailVerified *bool
	// UserID is the customer's permanent id, used exactly as given.
	UserID *string
	// TokenID is the token's id, 1 to 128 visible ASCII characters; random by default.
	TokenID *string
	// ExpiresIn says for how many seconds the token is valid, 1 to 300; default 300.
	ExpiresIn *int64
	// Now says when the token is signed; now by default.
	Now time.Time
}

// VerifierOptions are options of [NewVerifier] and [VerifierFromEnv].
type VerifierOptions struct {
	// Previous are replaced secrets; none by default.
	Previous []PreviousSecret
	// Tolerance says how many seconds a link's timestamp may be from now, 0 to 3600; default 300.
	Tolerance *int64
}

// A PreviousSecret is a replaced secret, and when it expires.
type PreviousSecret struct {
	// Secret is the secret's text.
	Secret string
	// ExpiresAt is the time from which the secret verifies nothing. It must be set.
	ExpiresAt time.Time
}

// VerifyEmailOptions are options of [Verifier.VerifyEmail].
type VerifyEmailOptions struct {
	// Now decides which previous secrets are active; now by default.
	Now time.Time
}

// A UserClaim is what [Verifier.VerifyUser] verifies.
type UserClaim struct {
	// PortalHost is the portal's own host. Never take it from the request.
	PortalHost string
	// UserID is the user id, as received.
	UserID string
	// Timestamp is the timestamp in written form, as received.
	Timestamp string
	// Signature is the signature, as received.
	Signature string
	// Now is the time to compare with; now by default.
	Now time.Time
}

// VerifyLinkOptions are options of [Verifier.VerifyLink].
type VerifyLinkOptions struct {
	// Now is the time to compare with; now by default.
	Now time.Time
}

// VerifyIdentityTokenOptions are options of [Verifier.VerifyIdentityToken].
type VerifyIdentityTokenOptions struct {
	// Now is the time to compare with; now by default.
	Now time.Time
}

// ExplainOptions are options of the methods that explain.
type ExplainOptions struct {
	// OtherSecrets are other secrets of yours that may have been used by mistake; none by default.
	OtherSecrets []string
	// Now is the time to compare with; now by default.
	Now time.Time
}

// valueOf returns the options, or none for nil.
func valueOf[T any](options *T) T {
	if options == nil {
		var none T
		return none
	}
	return *options
}
