// Prints how long calls take, beside what a user would write with crypto/hmac instead: both in turns, as medians.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	deskseal "github.com/deskseal/deskseal/bindings/go"
)

const (
	email   = "  Ada.Lovelace@Example.com "
	user    = "user-42"
	portal  = "https://help.company.com"
	rounds  = 101
	inRound = 2000
)

var (
	secret   = must(deskseal.GenerateSecret())
	key      = []byte(secret)
	signer   = must(deskseal.NewSigner(secret))
	verifier = must(deskseal.NewVerifier(secret, nil))
	sealed   = must(signer.SignEmail(email))
	link     = must(signer.PortalLink(portal, user, nil))
	token    = must(signer.IdentityToken("desk-1", &deskseal.IdentityTokenOptions{UserID: deskseal.Ptr(user)}))
)

// A row: what a user would write, what this package offers, and how many times longer that may take; 0 for no promise.
type row struct {
	name         string
	byHand, ours func()
	limit        float64
}

var rows = []row{
	{"sign_email", func() { _ = sign(canonical(email)) }, func() { must(signer.SignEmail(email)) }, 1.5},
	{"verify_email", func() { _ = hmac.Equal([]byte(sign(canonical(sealed.Email))), []byte(sealed.Signature)) }, func() { must(verifier.VerifyEmail(sealed.Email, sealed.Signature, nil)) }, 0},
	{"ticket_center", embedByHand, func() { must(signer.TicketCenter(email, "desk-1", nil)) }, 0},
	{"portal_link", linkByHand, func() { must(signer.PortalLink(portal, user, nil)) }, 0},
	{"verify_link", nil, func() { must(verifier.VerifyLink("help.company.com", link, nil)) }, 0},
	{"identity_token", nil, func() {
		must(signer.IdentityToken("desk-1", &deskseal.IdentityTokenOptions{UserID: deskseal.Ptr(user)}))
	}, 0},
	{"verify_identity_token", nil, func() { must(verifier.VerifyIdentityToken("desk-1", token, nil)) }, 0},
}

func main() {
	if len(os.Args) > 1 {
		must(must(deskseal.NewSigner(os.Args[1])).SignEmail(email))
		return
	}
	fmt.Printf("%-24s %10s %10s %8s\n", "", "by hand", "deskseal", "times")
	for _, row := range rows {
		var byHand, ours []float64
		for range rounds {
			if row.byHand != nil {
				byHand = append(byHand, timed(row.byHand))
			}
			ours = append(ours, timed(row.ours))
		}
		if row.byHand == nil {
			fmt.Printf("%-24s %10s %7.0f ns\n", row.name, "", median(ours))
			continue
		}
		times := median(ours) / median(byHand)
		fmt.Printf("%-24s %7.0f ns %7.0f ns %8.2f %s\n", row.name, median(byHand), median(ours), times, promise(row.limit, times))
	}
	start()
}

// start prints how long the first signature of a process takes.
func start() {
	var times []float64
	for range 15 {
		before := time.Now()
		if err := exec.Command(os.Args[0], secret).Run(); err != nil {
			panic(err)
		}
		times = append(times, float64(time.Since(before).Microseconds())/1000)
	}
	fmt.Printf("%-24s %21.1f ms, the process included\n", "first signature", median(times))
}

func promise(limit, times float64) string {
	switch {
	case limit == 0:
		return ""
	case times <= limit:
		return fmt.Sprintf("at most %.1f: kept", limit)
	default:
		return fmt.Sprintf("at most %.1f: BROKEN", limit)
	}
}

// timed returns the nanoseconds of a call.
func timed(call func()) float64 {
	before := time.Now()
	for range inRound {
		call()
	}
	return float64(time.Since(before).Nanoseconds()) / inRound
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func canonical(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func sign(message string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(message))
	return hex.EncodeToString(mac.Sum(nil))
}

func embedByHand() {
	email := canonical(email)
	_ = `<div id="hdh-ticket-center"></div><script src="https://helpdesky.io/ticket-center.js" data-helpdesk-id="desk-1" data-email="` +
		template.HTMLEscapeString(email) + `" data-signature="` + sign(email) + `"></script>`
}

func linkByHand() {
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	query := url.Values{"user_id": {user}, "user_id_timestamp": {timestamp}}
	query.Set("user_id_signature", sign("help.company.com:"+user+":"+timestamp))
	_ = portal + "/submit-ticket?" + query.Encode()
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
