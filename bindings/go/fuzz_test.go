package deskseal

import (
	"errors"
	"testing"
	"time"

	"github.com/deskseal/deskseal/bindings/go/internal/core"
)

// Any text is signed and then verified, or rejected by both.
func FuzzSignAndVerify(f *testing.F) {
	f.Add(" Ada@Example.com", "user-42", "help.company.com", "", int64(1767225600))
	f.Add("\xff", "\x00", "https://help.company.com", testSignature, int64(-1))
	signer, verifier := made(NewSigner(testSecret)), made(NewVerifier(testSecret, nil))
	f.Fuzz(func(t *testing.T, email, userID, host, received string, seconds int64) {
		now := time.Unix(seconds, 0)
		signed, err := signer.SignEmail(email)
		known(t, err)
		if err == nil {
			verified, err := verifier.VerifyEmail(email, signed.Signature, nil)
			if err != nil || verified.Email != signed.Email {
				t.Errorf("%v, %v", verified, err)
			}
		}
		_, err = verifier.VerifyEmail(email, received, &VerifyEmailOptions{Now: now})
		known(t, err)
		link, err := signer.PortalLink("https://"+host, userID, &PortalLinkOptions{Timestamp: now})
		known(t, err)
		if err == nil {
			user, err := verifier.VerifyLink(made(PortalHost("https://"+host)), link, &VerifyLinkOptions{Now: now})
			if err != nil || user.UserID != userID {
				t.Errorf("%v, %v", user, err)
			}
		}
		_, err = verifier.VerifyLink(host, received, nil)
		known(t, err)
		_, err = verifier.VerifyIdentityToken(host, received, nil)
		known(t, err)
		_, err = ResponseUnlessClick(received, map[string][]string{email: {userID}, "Purpose": {host}})
		known(t, err)
	})
}

// known fails for an error that is not of the contract.
func known(t *testing.T, err error) {
	var rejected *Error
	if err != nil && !errors.As(err, &rejected) {
		t.Error(err)
	}
}

// Arguments that this package does not pass are an error, and stop no instance.
func FuzzArguments(f *testing.F) {
	f.Add([]byte(arguments{}.text(testEmail)), byte(0))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff}, byte(1))
	calls := []call{
		(*core.Module).Xdeskseal_canonical_email,
		(*core.Module).Xdeskseal_canonical_host,
		(*core.Module).Xdeskseal_public_form_url,
		(*core.Module).Xdeskseal_response_unless_click,
		(*core.Module).Xdeskseal_generate_secret,
	}
	f.Fuzz(func(t *testing.T, given []byte, number byte) {
		_, err := ask(calls[int(number)%len(calls)], given)
		if errors.Is(err, errInternal) {
			t.Error(err)
		}
	})
}
