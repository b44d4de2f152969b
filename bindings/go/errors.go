package deskseal

// A Code says why a secret or an argument was rejected (SPEC 7.1). Codes do not change between versions. A code is an
// error itself, so that errors.Is(err, CodeEmailEmpty) tells whether err has it.
type Code string

// Error returns the code.
func (code Code) Error() string { return string(code) }

// A Kind says whose fault an error is. A kind is an error itself, so that errors.Is(err, KindVerification) tells
// whether err is of that kind.
type Kind string

// Error returns the kind.
func (kind Kind) Error() string { return string(kind) }

const (
	// KindSecret: the deployment is misconfigured, since a secret is missing or unusable.
	KindSecret Kind = "secret"
	// KindInput: an argument of the call is invalid.
	KindInput Kind = "input"
	// KindVerification: what the visitor sent does not prove an identity. Answer 401 or 403, or treat the visitor as
	// anonymous.
	KindVerification Kind = "verification"
)

// A FindingCode says why a signature or token is invalid (SPEC 8). The codes do not change between versions.
type FindingCode string

// An Error says why a secret or an argument was rejected. It contains no secret and no data of the customer.
type Error struct {
	// Kind says whose fault it is.
	Kind Kind
	// Code is the stable code.
	Code Code
	// Message is a sentence that says what to do. It may change between versions.
	Message string
	// IsAboutCustomer tells whether the customer's own data is at fault: answer 422. Otherwise the deployment is:
	// answer 503.
	IsAboutCustomer bool
}

// Error returns the code and the message.
func (err *Error) Error() string {
	return "deskseal: " + string(err.Code) + ": " + err.Message
}

// Is tells whether the target is the error's code or kind.
func (err *Error) Is(target error) bool {
	return target == error(err.Code) || target == error(err.Kind)
}
