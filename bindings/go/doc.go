// Package deskseal signs and verifies who a logged-in customer is, for embedded help desks.
//
// A product's server signs the customer's identity with a secret that it shares with the help desk. There are two
// signatures, each with a secret of its own: the e-mail signature of an embedded Ticket Center, and the link signature
// of a ticket portal. An identity token, with a third secret, can take the place of both: it has an expiry, and names a
// customer by a permanent id. The rules are in Deskseal's specification: "SPEC 3.1" here means its section 3.1.
//
// A [Signer] signs, and a [Verifier] verifies. Both are safe for use by many goroutines: make each once, when the
// program starts. The package desksealhttp, in the folder http, has handlers for net/http.
//
// # Options
//
// The last parameter of most methods is a pointer to a struct with options; nil stands for none. An option that is a
// pointer is left out if it is nil, and otherwise used as it is: a pointer to "" is an empty text, which is rejected. So
// a customer's id that is missing by mistake is noticed. [Ptr] makes a pointer to a value.
//
// A time that is the zero [time.Time] stands for now. Times are rounded down to whole seconds.
//
// # Errors
//
// A rejected secret or argument is an [*Error]. Compare it with a [Code] or a [Kind] by [errors.Is], or read its fields
// by [errors.As]. Any other error is a fault of this package or of its use.
//
// # Memory
//
// The package needs neither cgo nor another module: the same core as in the other languages was translated from
// WebAssembly to Go. It runs in instances of 384 KiB and more, of which there are at most GOMAXPROCS.
package deskseal
