package deskseal

import (
	"fmt"
	"io"

	"github.com/deskseal/deskseal/bindings/go/internal/core"
)

// A Verifier verifies identities with one secret, and with replaced secrets until they expire. It is safe for use by
// many goroutines, and is never printed with its secrets.
type Verifier struct {
	object *object
}

// NewVerifier checks and keeps the secrets to verify with (SPEC 2).
//
// Codes: secret_empty, secret_padded, secret_malformed, secret_placeholder, secret_too_short, secret_expiry_malformed,
// tolerance_malformed.
func NewVerifier(secret string, options *VerifierOptions) (*Verifier, error) {
	return newVerifier(passedSecret(secret), valueOf(options))
}

// VerifierFromEnv reads the secret as [SignerFromEnv] does.
//
// Codes: those of [SignerFromEnv] and of [NewVerifier].
func VerifierFromEnv(options *VerifierOptions, names ...string) (*Verifier, error) {
	return newVerifier(namedSecret(names), valueOf(options))
}

func newVerifier(given arguments, options VerifierOptions) (*Verifier, error) {
	given = given.list(func(given arguments) arguments {
		for _, previous := range options.Previous {
			given = given.text(previous.Secret)
		}
		return given
	}).list(func(given arguments) arguments {
		for _, previous := range options.Previous {
			given = given.integer(previous.ExpiresAt.Unix())
		}
		return given
	}).optionalInteger(options.Tolerance)
	object, err := newObject((*core.Module).Xdeskseal_create_verifier, given)
	if err != nil {
		return nil, err
	}
	return &Verifier{object}, nil
}

// A VerifiedEmail is a customer whose e-mail was verified (SPEC 5.1).
type VerifiedEmail struct {
	// Email is the canonical e-mail.
	Email string `json:"email"`
	// SecretIndex is 0 for the current secret, and 1 and up for the previous ones.
	SecretIndex int `json:"secretIndex"`
}

// VerifyEmail verifies an e-mail and its signature as received from a page (SPEC 5.1).
//
// Codes: timestamp_malformed for the time; of the kind [KindVerification] email_empty, email_too_long, email_malformed,
// email_ambiguous, signature_malformed, signature_mismatch.
func (verifier *Verifier) VerifyEmail(email, signature string, options *VerifyEmailOptions) (VerifiedEmail, error) {
	given := make(arguments, 0, usualArguments).text(email).text(signature).time(valueOf(options).Now)
	answer, err := verifier.object.call((*core.Module).Xdeskseal_verify_email, given)
	if err != nil {
		return VerifiedEmail{}, err
	}
	return verifiedEmail(answer)
}

// A VerifiedUser is a customer whose user id was verified (SPEC 5.2).
type VerifiedUser struct {
	// UserID is the user id, as signed.
	UserID string `json:"userId"`
	// Timestamp says when it was signed, in Unix seconds.
	Timestamp int64 `json:"timestamp"`
	// SecretIndex is 0 for the current secret, and 1 and up for the previous ones.
	SecretIndex int `json:"secretIndex"`
}

// VerifyUser verifies the parts of a signed link (SPEC 5.2). Prefer [Verifier.VerifyLink], which also notices a repeated
// parameter.
//
// Codes: host_malformed, and timestamp_malformed for the time; of the kind [KindVerification] user_id_empty,
// user_id_too_long, user_id_malformed, timestamp_malformed, signature_malformed, signature_mismatch, timestamp_expired,
// timestamp_in_future.
func (verifier *Verifier) VerifyUser(claim UserClaim) (VerifiedUser, error) {
	given := make(arguments, 0, usualArguments).text(claim.PortalHost).text(claim.UserID)
	given = given.text(claim.Timestamp).text(claim.Signature).time(claim.Now)
	answer, err := verifier.object.call((*core.Module).Xdeskseal_verify_user, given)
	if err != nil {
		return VerifiedUser{}, err
	}
	return verifiedUser(answer)
}

// VerifyLink verifies the URL of a request to the portal's form (SPEC 4.7, 5.2): absolute, or beginning with a slash, as
// [net/http.Request] has it in RequestURI. Never take the portal's host from the request. The result is nil for an
// anonymous visitor, whose URL has no identity. That is not an error.
//
// Codes: host_malformed, and timestamp_malformed for the time; of the kind [KindVerification] portal_url_malformed,
// identity_repeated, identity_incomplete, and those of [Verifier.VerifyUser].
func (verifier *Verifier) VerifyLink(portalHost, url string, options *VerifyLinkOptions) (*VerifiedUser, error) {
	given := make(arguments, 0, usualArguments).text(portalHost).text(url).time(valueOf(options).Now)
	answer, err := verifier.object.call((*core.Module).Xdeskseal_verify_link, given)
	if err != nil || answer == "" {
		return nil, err
	}
	user, err := verifiedUser(answer)
	return &user, err
}

// An Explanation says why a signature or token is invalid (SPEC 8).
type Explanation struct {
	// Findings has one finding or more. Together they reproduce the signature, unless the last one is
	// FindingUnexplained.
	Findings []Finding `json:"findings"`
}

// A Finding is one reason, and what to change.
type Finding struct {
	// Code is the stable code.
	Code FindingCode `json:"code"`
	// Message is a sentence that says what to change. It may change between versions.
	Message string `json:"message"`
}

// ExplainEmail says why an e-mail signature is invalid (SPEC 8). It is for the owner of the secret, at a prompt or in a
// dashboard. Do not call it in a request, and do not show the findings to a visitor.
//
// Codes: those of [NewSigner] for the other secrets, email_malformed and signature_malformed for ill-formed text, and
// timestamp_malformed for the time.
func (verifier *Verifier) ExplainEmail(email, signature string, options *ExplainOptions) (*Explanation, error) {
	return verifier.explain((*core.Module).Xdeskseal_explain_email, email, signature, options)
}

// ExplainLink says why a link is invalid (SPEC 8), as [Verifier.ExplainEmail] does.
//
// Codes: those of [NewSigner] for the other secrets, host_malformed, portal_url_malformed for ill-formed text, and
// timestamp_malformed for the time.
func (verifier *Verifier) ExplainLink(portalHost, url string, options *ExplainOptions) (*Explanation, error) {
	return verifier.explain((*core.Module).Xdeskseal_explain_link, portalHost, url, options)
}

// A VerifiedIdentity is a customer whose identity token was verified (SPEC 12.6). There is a user id, an e-mail, or
// both. A text that the token does not have is "".
type VerifiedIdentity struct {
	// Email is the canonical e-mail, which the product has proved.
	Email string `json:"email,omitempty"`
	// UnverifiedEmail is the canonical e-mail, if the product has not proved it. It identifies no customer.
	UnverifiedEmail string `json:"unverifiedEmail,omitempty"`
	// UserID is the customer's permanent id.
	UserID string `json:"userId,omitempty"`
	// Name is the customer's name.
	Name string `json:"name,omitempty"`
	// Attributes are what agents see beside the customer: a string, an int64 or a bool by name.
	Attributes map[string]any `json:"attributes"`
	// TokenID is the token's id.
	TokenID string `json:"tokenId,omitempty"`
	// IssuedAt says when the token was signed, in Unix seconds.
	IssuedAt int64 `json:"issuedAt"`
	// ExpiresAt says when the token expires, in Unix seconds.
	ExpiresAt int64 `json:"expiresAt"`
	// SecretIndex is 0 for the current secret, and 1 and up for the previous ones.
	SecretIndex int `json:"secretIndex"`
}

// VerifyIdentityToken verifies an identity token (SPEC 12.6). Every secret of the verifier must be for identity tokens
// only. The audience is the verifier's own help desk id or portal host: never take it from the request.
//
// Codes: secret_too_short, helpdesk_id_malformed and host_malformed for the audience, and timestamp_malformed for the
// time; of the kind [KindVerification] identity_token_malformed, signature_mismatch, identity_token_audience,
// identity_token_claim, identity_token_expired, identity_token_in_future, and those of the e-mail and the user id.
func (verifier *Verifier) VerifyIdentityToken(
	audience, token string, options *VerifyIdentityTokenOptions,
) (*VerifiedIdentity, error) {
	given := make(arguments, 0, usualArguments).text(audience).text(token).time(valueOf(options).Now)
	answer, err := verifier.object.call((*core.Module).Xdeskseal_verify_identity_token, given)
	if err != nil {
		return nil, err
	}
	return verifiedIdentity(answer)
}

// ExplainIdentityToken says why an identity token is invalid (SPEC 8), as [Verifier.ExplainEmail] does.
//
// Codes: those of [NewSigner] for the other secrets, secret_too_short, helpdesk_id_malformed and host_malformed for the
// audience, identity_token_malformed for ill-formed text, and timestamp_malformed for the time.
func (verifier *Verifier) ExplainIdentityToken(audience, token string, options *ExplainOptions) (*Explanation, error) {
	return verifier.explain((*core.Module).Xdeskseal_explain_identity_token, audience, token, options)
}

// explain calls one of the methods that explain, which take two texts, other secrets and a time.
func (verifier *Verifier) explain(function method, first, second string, options *ExplainOptions) (*Explanation, error) {
	chosen := valueOf(options)
	given := arguments{}.text(first).text(second).texts(chosen.OtherSecrets...).time(chosen.Now)
	defer given.wipe()
	answer, err := verifier.object.call(function, given)
	if err != nil {
		return nil, err
	}
	return explanation(answer), nil
}

// String returns the type's name.
func (Verifier) String() string { return "deskseal.Verifier" }

// GoString returns the type's name.
func (Verifier) GoString() string { return "deskseal.Verifier" }

// Format writes the type's name for every verb.
func (Verifier) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "deskseal.Verifier") }

// MarshalJSON writes an empty object.
func (Verifier) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }
