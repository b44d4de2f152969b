// Package contract has the constants of the contract.
//
// Generated from tests/api.toml by `cargo xtask generate`; change it there.
package contract

const CacheControl = "private, no-store"

var ClickHeaders = []string{
	"x-inertia",
	"sec-fetch-mode",
	"x-requested-with",
	"hx-request",
	"hx-boosted",
	"turbo-frame",
	"x-turbo-request-id",
	"turbolinks-referrer",
	"x-livewire-navigate",
	"x-pjax",
	"x-up-version",
	"rsc",
	"next-router-prefetch",
	"sec-purpose",
	"x-sec-purpose",
	"purpose",
	"x-purpose",
	"x-moz",
}

const CodeCrossSite = "cross_site"

const CrossSite = "cross-site"

const HelpdeskIDVariable = "HELPDESKY_HELPDESK_ID"

var IdentityHeaders = map[string]string{
	"Cache-Control":                "private, no-store",
	"Cross-Origin-Resource-Policy": "same-origin",
	"X-Content-Type-Options":       "nosniff",
}

var IdentityVariables = []string{
	"DESKSEAL_IDENTITY_SECRET",
}

var LinkParameters = []string{
	"user_id",
	"user_id_timestamp",
	"user_id_signature",
}

const NoHistory = "<template data-hx-history=\"false\"></template>"

const OriginPattern = "https?://([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?"

var PortalVariables = []string{
	"LETTERBOOK_PORTAL_TICKET_SECRET",
}

const SiteHeader = "sec-fetch-site"

const StatusAboutCustomer = 422

const StatusCrossSite = 403

const StatusIdentity = 200

const StatusNotSignedIn = 204

const StatusUnavailable = 503

var TicketCenterVariables = []string{
	"HELPDESKY_HMAC_SECRET",
	"HDH_HMAC_SECRET",
}

const TokenParameter = "identity"
