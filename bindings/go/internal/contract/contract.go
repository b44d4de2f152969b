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

const HelpdeskIDVariable = "HELPDESKY_HELPDESK_ID"

var IdentityVariables = []string{
	"DESKSEAL_IDENTITY_SECRET",
}

var LinkParameters = []string{
	"user_id",
	"user_id_timestamp",
	"user_id_signature",
}

const NoHistory = "<template data-hx-history=\"false\"></template>"

var PortalVariables = []string{
	"LETTERBOOK_PORTAL_TICKET_SECRET",
}

const StatusAboutCustomer = 422

const StatusIdentity = 200

const StatusNotSignedIn = 204

const StatusUnavailable = 503

var TicketCenterVariables = []string{
	"HELPDESKY_HMAC_SECRET",
	"HDH_HMAC_SECRET",
}

const TokenParameter = "identity"
