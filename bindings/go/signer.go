package deskseal

import (
	"fmt"
	"html/template"
	"io"
	"os"
	"strings"

	"github.com/deskseal/deskseal/bindings/go/internal/core"
)

// A Signer signs identities with one secret. Make one when the program starts. It is safe for use by many goroutines,
// and is never printed with its secret.
type Signer struct {
	object *object
}

// NewSigner checks and keeps the secret to sign with (SPEC 2.2). The secret is the text exactly as the help desk showed
// it.
//
// Codes: secret_empty, secret_padded, secret_malformed, secret_placeholder, secret_too_short.
func NewSigner(secret string) (*Signer, error) {
	return newSigner(passedSecret(secret))
}

// SignerFromEnv reads the secret from an environment variable. Of several names for the same secret, the first one that
// is set is read.
//
// Codes: secret_missing if no variable is set, secret_public if bundlers ship a variable of that name to browsers,
// secret_conflict if two variables are set and differ, and those of [NewSigner].
func SignerFromEnv(names ...string) (*Signer, error) {
	return newSigner(namedSecret(names))
}

func newSigner(given arguments) (*Signer, error) {
	object, err := newObject((*core.Module).Xdeskseal_create_signer, given)
	if err != nil {
		return nil, err
	}
	return &Signer{object}, nil
}

// passedSecret returns no names of variables, and the secret. Where the arguments do not outgrow their memory, no other
// copy of the secret is left there.
func passedSecret(secret string) arguments {
	return make(arguments, 0, usualArguments).texts().texts(secret)
}

// namedSecret returns the names of the variables, and their values.
func namedSecret(names []string) arguments {
	return make(arguments, 0, usualArguments).texts(names...).list(func(given arguments) arguments {
		for _, name := range names {
			if value, isSet := os.LookupEnv(name); isSet {
				given = given.text(value)
			} else {
				given = given.none()
			}
		}
		return given
	})
}

// A SignedEmail is a canonical e-mail and its signature: put both into the page (SPEC 3.2).
type SignedEmail struct {
	// Email is the canonical e-mail.
	Email string `json:"email"`
	// Signature has 64 lowercase hexadecimal digits.
	Signature string `json:"signature"`
}

// SignEmail signs the canonical form of the signed-in customer's e-mail (SPEC 3). Put both fields of the result into the
// page.
//
// Codes: email_empty, email_too_long, email_malformed, email_ambiguous.
func (signer *Signer) SignEmail(email string) (SignedEmail, error) {
	given := make(arguments, 0, usualArguments).text(email)
	answer, err := signer.object.call((*core.Module).Xdeskseal_sign_email, given)
	if err != nil {
		return SignedEmail{}, err
	}
	return SignedEmail{Email: answer[signatureLength:], Signature: answer[:signatureLength]}, nil
}

// A SignedUser is a user id, when it was signed, and the signature (SPEC 4.6).
type SignedUser struct {
	// UserID is the user id, as given.
	UserID string `json:"userId"`
	// Timestamp is in Unix seconds.
	Timestamp int64 `json:"timestamp"`
	// Signature has 64 lowercase hexadecimal digits.
	Signature string `json:"signature"`
}

// SignUser signs a user id for a portal, which is named by its bare host (SPEC 4).
//
// Codes: host_malformed, user_id_empty, user_id_too_long, user_id_malformed, timestamp_malformed.
func (signer *Signer) SignUser(portalHost, userID string, options *SignUserOptions) (SignedUser, error) {
	timestamp := secondsOrNow(valueOf(options).Timestamp)
	given := make(arguments, 0, usualArguments).text(portalHost).text(userID).integer(timestamp)
	answer, err := signer.object.call((*core.Module).Xdeskseal_sign_user, given)
	if err != nil {
		return SignedUser{}, err
	}
	return SignedUser{
		UserID:    answer[signatureLength:],
		Timestamp: timestamp,
		Signature: answer[:signatureLength],
	}, nil
}

// PortalLink returns the signed link to a portal's form (SPEC 4.5). Links expire after five minutes, so sign when the
// customer clicks. The path, query and fragment of the portal's https URL are replaced.
//
// Codes: portal_url_malformed, portal_url_insecure, user_id_empty, user_id_too_long, user_id_malformed,
// timestamp_malformed.
func (signer *Signer) PortalLink(portalURL, userID string, options *PortalLinkOptions) (string, error) {
	given := make(arguments, 0, usualArguments).text(portalURL).text(userID).time(valueOf(options).Timestamp)
	return signer.object.call((*core.Module).Xdeskseal_portal_link, given)
}

// An Embed is the Ticket Center's markup for one customer (SPEC 6).
type Embed struct {
	// Attributes are the script tag's attributes, unescaped, in order and without defaults.
	Attributes Attributes `json:"attributes"`
	// HTML is the container and the script tag, escaped, ready for the page. The templates of html/template write it
	// as it is.
	HTML template.HTML `json:"html"`
}

// Attributes are the attributes of a tag, in order. In JSON they are an object.
type Attributes []Attribute

// An Attribute is an attribute of a tag.
type Attribute struct {
	Name, Value string
}

// TicketCenter returns the Ticket Center's markup for the signed-in customer (SPEC 6).
//
// Codes: email_empty, email_too_long, email_malformed, email_ambiguous, helpdesk_id_malformed, embed_option_malformed.
func (signer *Signer) TicketCenter(email, helpdeskID string, options *TicketCenterOptions) (*Embed, error) {
	given := make(arguments, 0, usualArguments).text(email).text(helpdeskID)
	if options != nil {
		given = given.embedOptions(options)
	}
	return signer.embed((*core.Module).Xdeskseal_ticket_center, given)
}

// An Identity is what browser code needs to start the customer's Ticket Center (SPEC 6.4). In JSON it has the form that
// this code reads.
type Identity struct {
	// Email is the canonical e-mail.
	Email string `json:"email"`
	// Signature has 64 lowercase hexadecimal digits.
	Signature string `json:"signature"`
	// HelpdeskID is the help desk's id.
	HelpdeskID string `json:"helpdeskId"`
}

// Identity returns what browser code needs to start the customer's Ticket Center (SPEC 6.4).
//
// Codes: email_empty, email_too_long, email_malformed, email_ambiguous, helpdesk_id_malformed.
func (signer *Signer) Identity(email, helpdeskID string) (Identity, error) {
	given := make(arguments, 0, usualArguments).text(email).text(helpdeskID)
	answer, err := signer.object.call((*core.Module).Xdeskseal_identity, given)
	if err != nil {
		return Identity{}, err
	}
	id, canonical, _ := strings.Cut(answer[signatureLength:], " ")
	return Identity{Email: canonical, Signature: answer[:signatureLength], HelpdeskID: id}, nil
}

// IdentityToken returns an identity token (SPEC 12). The audience is the help desk's id or the portal's bare host. The
// secret must be for identity tokens only, and have 32 bytes or more.
//
// Codes: secret_too_short, helpdesk_id_malformed, host_malformed, email_empty, email_too_long, email_malformed,
// email_ambiguous, user_id_empty, user_id_too_long, user_id_malformed, identity_token_claim, timestamp_malformed.
func (signer *Signer) IdentityToken(audience string, options *IdentityTokenOptions) (string, error) {
	given, err := make(arguments, 0, usualArguments).text(audience).identityClaims(valueOf(options))
	if err != nil {
		return "", err
	}
	return signer.object.call((*core.Module).Xdeskseal_identity_token, given)
}

// TicketCenterWithToken returns the Ticket Center's markup with an identity token (SPEC 12.7).
//
// Codes: those of [Signer.IdentityToken] but host_malformed, and embed_option_malformed.
func (signer *Signer) TicketCenterWithToken(helpdeskID string, options *TicketCenterWithTokenOptions) (*Embed, error) {
	chosen := valueOf(options)
	given, err := make(arguments, 0, usualArguments).text(helpdeskID).identityClaims(chosen.IdentityTokenOptions)
	if err != nil {
		return nil, err
	}
	given = given.embedOptions(&chosen.TicketCenterOptions)
	return signer.embed((*core.Module).Xdeskseal_ticket_center_with_token, given)
}

// PortalLinkWithToken returns the link to a portal's form with an identity token (SPEC 12.7).
//
// Codes: secret_too_short, portal_url_malformed, portal_url_insecure, email_empty, email_too_long, email_malformed,
// email_ambiguous, user_id_empty, user_id_too_long, user_id_malformed, identity_token_claim, timestamp_malformed.
func (signer *Signer) PortalLinkWithToken(portalURL string, options *PortalLinkWithTokenOptions) (string, error) {
	chosen := valueOf(options)
	given := make(arguments, 0, usualArguments).text(portalURL)
	given = given.optionalText(chosen.Email).optionalFlag(chosen.EmailVerified).optionalText(chosen.UserID)
	given = given.optionalText(chosen.TokenID).optionalInteger(chosen.ExpiresIn).time(chosen.Now)
	given, err := given.tokenID(chosen.TokenID)
	if err != nil {
		return "", err
	}
	return signer.object.call((*core.Module).Xdeskseal_portal_link_with_token, given)
}

func (signer *Signer) embed(function method, given arguments) (*Embed, error) {
	answer, err := signer.object.call(function, given)
	if err != nil {
		return nil, err
	}
	return embed(answer)
}

// embedOptions adds the six options of an embed.
func (given arguments) embedOptions(options *TicketCenterOptions) arguments {
	given = given.optionalText(options.Align).optionalText(options.MaxWidth).optionalText(options.Container)
	return given.optionalText(options.ScriptURL).flag(options.Crossorigin).optionalText(options.Nonce)
}

// identityClaims adds a token's claims and time, and random bytes if it has no id.
func (given arguments) identityClaims(options IdentityTokenOptions) (arguments, error) {
	attributes, err := attributesText(options.Attributes)
	if err != nil {
		return nil, err
	}
	given = given.optionalText(options.Email).optionalFlag(options.EmailVerified).optionalText(options.UserID)
	given = given.optionalText(options.Name).optionalText(attributes).optionalText(options.TokenID)
	return given.optionalInteger(options.ExpiresIn).time(options.Now).tokenID(options.TokenID)
}

// tokenID adds random bytes for the token's id, or none if it has one.
func (given arguments) tokenID(id *string) (arguments, error) {
	if id != nil {
		return given.none(), nil
	}
	random, err := randomBytes(tokenIDBytes)
	return given.bytes(random), err
}

// String returns the type's name.
func (Signer) String() string { return "deskseal.Signer" }

// GoString returns the type's name.
func (Signer) GoString() string { return "deskseal.Signer" }

// Format writes the type's name for every verb.
func (Signer) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "deskseal.Signer") }

// MarshalJSON writes an empty object.
func (Signer) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }
