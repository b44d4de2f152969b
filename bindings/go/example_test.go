package deskseal_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	deskseal "github.com/deskseal/deskseal/bindings/go"
)

// The documentation's secret. Yours comes from the help desk, by SignerFromEnv.
const secret = "example-secret-for-documentation"

// When the examples sign and verify. Without a time, these calls use the current one.
var now = time.Unix(1767225600, 0)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func Example() {
	secret := must(deskseal.GenerateSecret())
	signed := must(must(deskseal.NewSigner(secret)).SignEmail("Ada@Example.com"))
	verifier := must(deskseal.NewVerifier(secret, nil))
	verified, err := verifier.VerifyEmail(signed.Email, signed.Signature, nil)
	fmt.Println(verified.Email, err)
	// Output: ada@example.com <nil>
}

func ExampleCanonicalEmail() {
	fmt.Println(deskseal.CanonicalEmail("  Ada@Example.com "))
	// Output: ada@example.com <nil>
}

func ExampleCanonicalHost() {
	fmt.Println(deskseal.CanonicalHost("HELP.Bücher.example"))
	// Output: help.xn--bcher-kva.example <nil>
}

func ExampleGenerateSecret() {
	secret, err := deskseal.GenerateSecret()
	fmt.Println(len(secret), err)
	// Output: 54 <nil>
}

func ExamplePublicFormURL() {
	fmt.Println(deskseal.PublicFormURL("https://help.company.com"))
	// Output: https://help.company.com/submit-ticket <nil>
}

func ExamplePortalHost() {
	fmt.Println(deskseal.PortalHost("https://HELP.company.com/submit-ticket"))
	// Output: help.company.com <nil>
}

func ExampleResponseUnlessClick() {
	click := map[string][]string{"Sec-Fetch-Mode": {"navigate"}}
	prefetch := map[string][]string{"Purpose": {"prefetch"}}
	fmt.Println(must(deskseal.ResponseUnlessClick("/help", click)))
	fmt.Println(must(deskseal.ResponseUnlessClick("/help", prefetch)).Status)
	// Output:
	// <nil>
	// 403
}

func ExampleNewSigner() {
	_, err := deskseal.NewSigner("short")
	fmt.Println(errors.Is(err, deskseal.CodeSecretTooShort))
	// Output: true
}

func ExampleSignerFromEnv() {
	os.Setenv("HELPDESKY_HMAC_SECRET", must(deskseal.GenerateSecret()))
	_, err := deskseal.SignerFromEnv("HELPDESKY_HMAC_SECRET", "HDH_HMAC_SECRET")
	fmt.Println(err)
	// Output: <nil>
}

func ExampleSigner_SignEmail() {
	signer := must(deskseal.NewSigner(secret))
	signed, err := signer.SignEmail("  Ada@Example.com ")
	fmt.Println(signed.Email, signed.Signature[:8], err)
	// Output: ada@example.com 52c24c92 <nil>
}

func ExampleSigner_SignUser() {
	signer := must(deskseal.NewSigner(secret))
	options := &deskseal.SignUserOptions{Timestamp: now}
	signed, err := signer.SignUser("help.company.com", "user-42", options)
	fmt.Println(signed.UserID, signed.Timestamp, signed.Signature[:8], err)
	// Output: user-42 1767225600 ce1215bb <nil>
}

func ExampleSigner_PortalLink() {
	signer := must(deskseal.NewSigner(secret))
	link, err := signer.PortalLink("https://help.company.com", "user-42", nil)
	fmt.Println(link[:55], err)
	// Output: https://help.company.com/submit-ticket?user_id=user-42& <nil>
}

func ExampleSigner_TicketCenter() {
	signer := must(deskseal.NewSigner(secret))
	options := &deskseal.TicketCenterOptions{Align: deskseal.Ptr("left")}
	embed, err := signer.TicketCenter("ada@example.com", "desk-1", options)
	fmt.Println(embed.Attributes.Get("data-helpdesk-id"), embed.HTML[:35], err)
	// Output: desk-1 <div id="hdh-ticket-center"></div>
	//  <nil>
}

func ExampleSigner_Identity() {
	signer := must(deskseal.NewSigner(secret))
	identity, err := signer.Identity("Ada@Example.com", "desk-1")
	fmt.Println(identity.Email, identity.HelpdeskID, err)
	// Output: ada@example.com desk-1 <nil>
}

func ExampleSigner_IdentityToken() {
	signer := must(deskseal.NewSigner(secret))
	token, err := signer.IdentityToken("desk-1", &deskseal.IdentityTokenOptions{
		Email:      deskseal.Ptr("ada@example.com"),
		UserID:     deskseal.Ptr("user-42"),
		Attributes: map[string]any{"plan": "pro", "seats": 5},
	})
	fmt.Println(token[:36], err)
	// Output: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 <nil>
}

func ExampleSigner_TicketCenterWithToken() {
	signer := must(deskseal.NewSigner(secret))
	options := new(deskseal.TicketCenterWithTokenOptions)
	options.UserID = deskseal.Ptr("user-42")
	embed, err := signer.TicketCenterWithToken("desk-1", options)
	fmt.Println(embed.Attributes.Get("data-identity") != "", err)
	// Output: true <nil>
}

func ExampleSigner_PortalLinkWithToken() {
	signer := must(deskseal.NewSigner(secret))
	options := &deskseal.PortalLinkWithTokenOptions{UserID: deskseal.Ptr("user-42")}
	link, err := signer.PortalLinkWithToken("https://help.company.com", options)
	fmt.Println(link[:48], err)
	// Output: https://help.company.com/submit-ticket?identity= <nil>
}

func ExampleNewVerifier() {
	_, err := deskseal.NewVerifier(secret, &deskseal.VerifierOptions{
		Previous:  []deskseal.PreviousSecret{{Secret: "an-older-secret-now-being-replaced", ExpiresAt: now}},
		Tolerance: deskseal.Ptr[int64](60),
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleVerifierFromEnv() {
	_, err := deskseal.VerifierFromEnv(nil, "SHOP_VARIABLE_THAT_IS_NOT_SET")
	fmt.Println(errors.Is(err, deskseal.CodeSecretMissing))
	// Output: true
}

func ExampleVerifier_VerifyEmail() {
	verifier := must(deskseal.NewVerifier(secret, nil))
	_, err := verifier.VerifyEmail("eve@example.com", "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92", nil)
	fmt.Println(errors.Is(err, deskseal.CodeSignatureMismatch))
	// Output: true
}

func ExampleVerifier_VerifyUser() {
	verifier := must(deskseal.NewVerifier(secret, nil))
	user, err := verifier.VerifyUser(deskseal.UserClaim{
		PortalHost: "help.company.com",
		UserID:     "user-42",
		Timestamp:  "1767225600",
		Signature:  "ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364",
		Now:        now,
	})
	fmt.Println(user.UserID, err)
	// Output: user-42 <nil>
}

func ExampleVerifier_VerifyLink() {
	signer, verifier := must(deskseal.NewSigner(secret)), must(deskseal.NewVerifier(secret, nil))
	link := must(signer.PortalLink("https://help.company.com", "user-42", nil))
	fmt.Println(must(verifier.VerifyLink("help.company.com", link, nil)).UserID)
	fmt.Println(verifier.VerifyLink("help.company.com", "/submit-ticket", nil))
	// Output:
	// user-42
	// <nil> <nil>
}

func ExampleVerifier_ExplainEmail() {
	verifier := must(deskseal.NewVerifier(secret, nil))
	// Made from the address as typed, "Ada@example.com".
	signature := "c88bf1261abcf90438b89d19cb9fa35e4104bbc5d17cf90c897d486f65084535"
	explanation := must(verifier.ExplainEmail("Ada@example.com", signature, nil))
	fmt.Println(explanation.Findings[0].Code == deskseal.FindingEmailNotLowercased)
	// Output: true
}

func ExampleVerifier_ExplainLink() {
	signer, verifier := must(deskseal.NewSigner(secret)), must(deskseal.NewVerifier(secret, nil))
	link := must(signer.PortalLink("https://help.company.com", "user-42", &deskseal.PortalLinkOptions{Timestamp: now}))
	later := &deskseal.ExplainOptions{Now: now.Add(time.Hour)}
	fmt.Println(must(verifier.ExplainLink("help.company.com", link, later)).Findings[0].Code)
	// Output: link_expired
}

func ExampleVerifier_VerifyIdentityToken() {
	signer, verifier := must(deskseal.NewSigner(secret)), must(deskseal.NewVerifier(secret, nil))
	options := &deskseal.IdentityTokenOptions{
		UserID:     deskseal.Ptr("user-42"),
		Attributes: map[string]any{"plan": "pro"},
	}
	token := must(signer.IdentityToken("desk-1", options))
	identity, err := verifier.VerifyIdentityToken("desk-1", token, nil)
	fmt.Println(identity.UserID, identity.Attributes["plan"], err)
	// Output: user-42 pro <nil>
}

func ExampleVerifier_ExplainIdentityToken() {
	signer, verifier := must(deskseal.NewSigner(secret)), must(deskseal.NewVerifier(secret, nil))
	options := &deskseal.IdentityTokenOptions{UserID: deskseal.Ptr("user-42"), Now: now}
	token := must(signer.IdentityToken("desk-1", options))
	later := &deskseal.ExplainOptions{Now: now.Add(time.Hour)}
	fmt.Println(must(verifier.ExplainIdentityToken("desk-1", token, later)).Findings[0].Code)
	// Output: token_expired
}

func ExampleError() {
	_, err := must(deskseal.NewSigner(secret)).SignEmail("not an address")
	var rejected *deskseal.Error
	if errors.As(err, &rejected) {
		fmt.Println(rejected.Kind, rejected.Code, rejected.IsAboutCustomer)
	}
	// Output: input email_malformed true
}
