// Proves that memory stays flat over two million calls, the failing ones included, and while signers and verifiers are
// made and dropped; and that the same measurement sees a leak of one result in ten calls.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	deskseal "github.com/deskseal/deskseal/bindings/go"
)

const (
	calls   = 2_000_000
	allowed = 1 << 20
	email   = "ada@example.com"
	portal  = "https://help.company.com"
)

var (
	secret   = must(deskseal.GenerateSecret())
	signer   = must(deskseal.NewSigner(secret))
	verifier = must(deskseal.NewVerifier(secret, nil))
	user     = deskseal.Ptr("user-42")
	token    = must(signer.IdentityToken("desk-1", &deskseal.IdentityTokenOptions{UserID: user}))
	link     = must(signer.PortalLink(portal, *user, nil))
	sealed   = must(signer.SignEmail(email)).Signature
)

// Each call, once; the last ones make and drop what has a handle.
var all = []func() (any, error){
	func() (any, error) { return signer.SignEmail(email) },
	func() (any, error) { return signer.SignEmail("not an address") },
	func() (any, error) { return signer.SignUser("help.company.com", *user, nil) },
	func() (any, error) { return signer.PortalLink(portal, *user, nil) },
	func() (any, error) { return signer.TicketCenter(email, "desk-1", nil) },
	func() (any, error) { return signer.Identity(email, "desk-1") },
	func() (any, error) {
		return signer.IdentityToken("desk-1", &deskseal.IdentityTokenOptions{UserID: user, Attributes: map[string]any{"plan": "pro"}})
	},
	func() (any, error) { return verifier.VerifyEmail(email, sealed, nil) },
	func() (any, error) { return verifier.VerifyEmail("eve@example.com", sealed, nil) },
	func() (any, error) { return verifier.VerifyLink("help.company.com", link, nil) },
	func() (any, error) { return verifier.VerifyLink("help.company.com", "/submit-ticket", nil) },
	func() (any, error) { return verifier.VerifyIdentityToken("desk-1", token, nil) },
	func() (any, error) { return deskseal.CanonicalHost("HELP.Bücher.example") },
	func() (any, error) { return deskseal.GenerateSecret() },
	func() (any, error) {
		return deskseal.ResponseUnlessClick("/help", map[string][]string{"Purpose": {"prefetch"}})
	},
	func() (any, error) { return deskseal.NewSigner(secret) },
	func() (any, error) { return deskseal.NewVerifier(secret, nil) },
	func() (any, error) { return deskseal.NewSigner("short") },
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	run(calls/10, nil)
	growth := growthOf(nil)
	fmt.Printf("%d calls: memory grew by %d KiB, limit %d\n", calls, growth/1024, allowed/1024)
	var kept []any
	leaked := growthOf(func(result any) { kept = append(kept, result) })
	fmt.Printf("with %d results kept: by %d KiB\n", len(kept), leaked/1024)
	if growth > allowed || leaked < allowed {
		fmt.Println("leak: 0 passed, 1 failed")
		os.Exit(1)
	}
	fmt.Println("leak: 1 passed, 0 failed")
}

// growthOf returns by how many bytes memory grows while the calls are made.
func growthOf(keep func(any)) int64 {
	before := inUse()
	run(calls, keep)
	return inUse() - before
}

// run makes about so many calls on all processors, and gives keep every tenth result.
func run(calls int, keep func(any)) {
	var mutex sync.Mutex
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for number := range calls / workers {
				result, err := all[number%len(all)]()
				if err == nil && keep != nil && number%10 == 0 {
					mutex.Lock()
					keep(result)
					mutex.Unlock()
				}
			}
		}()
	}
	group.Wait()
}

// inUse returns the bytes that Go's heap has, with the memory of the core's instances, after what was dropped is
// collected.
func inUse() int64 {
	for range 5 {
		debug.FreeOSMemory()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}
