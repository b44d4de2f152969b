package deskseal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testSecret = "example-secret-for-documentation"
	testEmail  = "ada@example.com"
	// The signature of testEmail (SPEC 3.3).
	testSignature = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92"
	testPortal    = "https://help.company.com"
)

func made[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestASignatureHoldsForItsEmailAlone(t *testing.T) {
	signed := made(made(NewSigner(testSecret)).SignEmail("  Ada@Example.com "))
	if signed != (SignedEmail{testEmail, testSignature}) {
		t.Errorf("got %v", signed)
	}
	verifier := made(NewVerifier(testSecret, nil))
	if verified := made(verifier.VerifyEmail(testEmail, testSignature, nil)); verified.Email != testEmail {
		t.Errorf("got %v", verified)
	}
	_, err := verifier.VerifyEmail("eve@example.com", testSignature, nil)
	if !errors.Is(err, CodeSignatureMismatch) || !errors.Is(err, KindVerification) {
		t.Errorf("got %v", err)
	}
}

func TestAnErrorHasKindCodeAndMessage(t *testing.T) {
	_, err := made(NewSigner(testSecret)).SignEmail("")
	var rejected *Error
	if !errors.As(fmt.Errorf("wrapped: %w", err), &rejected) {
		t.Fatalf("%v is no *Error", err)
	}
	if rejected.Kind != KindInput || rejected.Code != CodeEmailEmpty || !rejected.IsAboutCustomer {
		t.Errorf("got %+v", rejected)
	}
	if err.Error() != "deskseal: email_empty: "+rejected.Message || rejected.Message == "" {
		t.Errorf("got %q", err)
	}
	if errors.Is(err, CodeEmailMalformed) || errors.Is(err, KindSecret) || errors.Is(err, nil) {
		t.Error("the error is one of another code or kind")
	}
}

func TestASecretIsReadFromTheFirstVariableThatIsSet(t *testing.T) {
	secret := made(GenerateSecret())
	t.Setenv("SHOP_SECOND_SECRET", secret)
	signer := made(SignerFromEnv("SHOP_FIRST_SECRET", "SHOP_SECOND_SECRET"))
	if made(signer.SignEmail(testEmail)) != made(made(NewSigner(secret)).SignEmail(testEmail)) {
		t.Error("another secret was read")
	}
	if _, err := VerifierFromEnv(nil, "SHOP_FIRST_SECRET"); !errors.Is(err, CodeSecretMissing) {
		t.Errorf("got %v", err)
	}
	if _, err := SignerFromEnv(); !errors.Is(err, CodeSecretMissing) {
		t.Errorf("got %v", err)
	}
}

func TestTextIsPassedAsItIs(t *testing.T) {
	signer := made(NewSigner(testSecret))
	if _, err := signer.SignEmail("ada\xff@example.com"); !errors.Is(err, CodeEmailMalformed) {
		t.Errorf("got %v", err)
	}
	if _, err := signer.SignUser("help.company.com", "\xed\xa0\x80", nil); !errors.Is(err, CodeUserIDMalformed) {
		t.Errorf("got %v", err)
	}
	attributes := map[string]any{"plan": "a\x00b\x01c\x010"}
	token := made(signer.IdentityToken("desk-1", &IdentityTokenOptions{UserID: Ptr("1"), Attributes: attributes}))
	identity := made(made(NewVerifier(testSecret, nil)).VerifyIdentityToken("desk-1", token, nil))
	if !reflect.DeepEqual(identity.Attributes, attributes) {
		t.Errorf("got %q", identity.Attributes)
	}
}

func TestAnOptionThatIsAPointerToNothingIsLeftOut(t *testing.T) {
	signer := made(NewSigner(testSecret))
	_, err := signer.IdentityToken("desk-1", &IdentityTokenOptions{Email: Ptr(testEmail), UserID: Ptr("")})
	if !errors.Is(err, CodeUserIDEmpty) {
		t.Errorf("got %v", err)
	}
	if _, err := signer.IdentityToken("desk-1", &IdentityTokenOptions{Email: Ptr(testEmail)}); err != nil {
		t.Error(err)
	}
	strict := made(NewVerifier(testSecret, &VerifierOptions{Tolerance: Ptr[int64](0)}))
	signedAt := time.Unix(1767225600, 0)
	link := made(signer.PortalLink(testPortal, "user-42", &PortalLinkOptions{Timestamp: signedAt}))
	later := &VerifyLinkOptions{Now: signedAt.Add(time.Second)}
	if _, err := strict.VerifyLink("help.company.com", link, later); !errors.Is(err, CodeTimestampExpired) {
		t.Errorf("got %v", err)
	}
}

func TestTimesAreRoundedDownAndZeroIsNow(t *testing.T) {
	signer := made(NewSigner(testSecret))
	half := time.Unix(1767225600, 999_999_999).In(time.FixedZone("", 3600))
	signed := made(signer.SignUser("help.company.com", "user-42", &SignUserOptions{Timestamp: half}))
	if signed.Timestamp != 1767225600 {
		t.Errorf("got %d", signed.Timestamp)
	}
	before := time.Now().Unix()
	now := made(signer.SignUser("help.company.com", "user-42", nil)).Timestamp
	if now < before || now > time.Now().Unix() {
		t.Errorf("got %d", now)
	}
	epoch := made(signer.SignUser("help.company.com", "user-42", &SignUserOptions{Timestamp: time.Unix(0, 0)}))
	if epoch.Timestamp != 0 {
		t.Errorf("got %d", epoch.Timestamp)
	}
	_, err := NewVerifier(testSecret, &VerifierOptions{Previous: []PreviousSecret{{Secret: testSecret}}})
	if !errors.Is(err, CodeSecretExpiryMalformed) {
		t.Errorf("a previous secret without expiry: got %v", err)
	}
}

func TestAttributesAreStringsIntegersAndBools(t *testing.T) {
	signer, verifier := made(NewSigner(testSecret)), made(NewVerifier(testSecret, nil))
	given := map[string]any{
		"a": "x", "b": true, "c": -1, "d": int8(2), "e": int16(3), "f": int32(4), "g": int64(5),
		"h": uint(6), "i": uint8(7), "j": uint16(8), "k": uint32(9), "l": uint64(10),
	}
	token := made(signer.IdentityToken("desk-1", &IdentityTokenOptions{UserID: Ptr("1"), Attributes: given}))
	received := made(verifier.VerifyIdentityToken("desk-1", token, nil)).Attributes
	if received["a"] != "x" || received["b"] != true || received["c"] != int64(-1) || received["l"] != int64(10) {
		t.Errorf("got %v", received)
	}
	for _, value := range []any{1.5, nil, []string{}, struct{}{}} {
		options := &IdentityTokenOptions{UserID: Ptr("1"), Attributes: map[string]any{"plan": value}}
		_, err := signer.IdentityToken("desk-1", options)
		var rejected *Error
		if err == nil || errors.As(err, &rejected) || !strings.Contains(err.Error(), `"plan" must be`) {
			t.Errorf("%T: got %v", value, err)
		}
	}
	options := &IdentityTokenOptions{UserID: Ptr("1"), Attributes: map[string]any{"n": uint64(math.MaxUint64)}}
	if _, err := signer.IdentityToken("desk-1", options); !errors.Is(err, CodeIdentityTokenClaim) {
		t.Errorf("got %v", err)
	}
}

func TestAnEmbedFitsTemplatesAndJSON(t *testing.T) {
	options := &TicketCenterOptions{Align: Ptr("left"), Crossorigin: true, Nonce: Ptr("abc")}
	embed := made(made(NewSigner(testSecret)).TicketCenter(testEmail, "desk-1", options))
	if embed.Attributes.Get("data-align") != "left" || embed.Attributes.Get("data-container") != "" {
		t.Errorf("got %v", embed.Attributes)
	}
	var page bytes.Buffer
	if err := template.Must(template.New("").Parse("{{.HTML}}")).Execute(&page, embed); err != nil {
		t.Fatal(err)
	}
	if page.String() != string(embed.HTML) || !strings.Contains(page.String(), "<script") {
		t.Errorf("got %s", page.String())
	}
	written := string(made(json.Marshal(embed.Attributes)))
	if !strings.HasPrefix(written, `{"src":"https://helpdesky.io/ticket-center.js","data-helpdesk-id":"desk-1","data-email"`) {
		t.Errorf("got %s", written)
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	signer, verifier := made(NewSigner(testSecret)), made(NewVerifier(testSecret, nil))
	holders := []any{
		signer, *signer, verifier, *verifier, struct{ signer *Signer }{signer}, struct{ verifier Verifier }{*verifier},
		[]*Signer{signer}, map[string]any{"verifier": verifier},
	}
	for _, holder := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if shown := fmt.Sprintf(verb, holder); revealed(shown) {
				t.Errorf("%s shows %s", verb, shown)
			}
		}
		if written, err := json.Marshal(holder); err == nil && revealed(string(written)) {
			t.Errorf("JSON shows %s", written)
		}
	}
	if _, err := NewSigner(testSecret + "\n"); revealed(err.Error()) {
		t.Errorf("the error shows the secret: %v", err)
	}
}

// revealed tells whether a text has the secret, as it is or in hexadecimal digits or as numbers.
func revealed(text string) bool {
	digits := fmt.Sprintf("%x", testSecret[:8])
	numbers := fmt.Sprint([]byte(testSecret[:4]))
	return strings.Contains(text, testSecret[:8]) || strings.Contains(text, digits) ||
		strings.Contains(text, strings.Trim(numbers, "[]"))
}

func TestManyGoroutinesUseOneSigner(t *testing.T) {
	signer := made(NewSigner(testSecret))
	calls := 3000
	if testing.Short() {
		calls = 200
	}
	var group sync.WaitGroup
	for number := range 64 {
		group.Add(1)
		go func() {
			defer group.Done()
			email := fmt.Sprintf("ada%d@example.com", number)
			own := made(NewSigner(testSecret))
			expected := made(own.SignEmail(email))
			for range calls {
				if signed := made(signer.SignEmail(email)); signed != expected {
					t.Errorf("got %v", signed)
					return
				}
			}
		}()
	}
	group.Wait()
	if count := len(pool.all); count > runtime.GOMAXPROCS(0) {
		t.Errorf("%d instances, and %d processors", count, runtime.GOMAXPROCS(0))
	}
}

func TestACallThatStopsItsInstanceIsAnErrorAndTheNextCallWorks(t *testing.T) {
	signer := made(NewSigner(testSecret))
	for range 2 * runtime.GOMAXPROCS(0) {
		_, err := pool.use(func(own *instance) (string, error) {
			memory := own.module.Slice()
			*memory = (*memory)[:1024]
			return own.run(nil, arguments{}.text(testEmail))
		})
		if !errors.Is(err, errInternal) {
			t.Fatalf("got %v", err)
		}
		if made(signer.SignEmail(testEmail)).Signature != testSignature {
			t.Fatal("another signature")
		}
	}
}

func TestHandlesAreFreedWithTheirSigner(t *testing.T) {
	for range 100 {
		made(made(NewSigner(testSecret)).SignEmail(testEmail))
	}
	// A cleanup runs some time after the collection that found its object.
	for range 1000 {
		runtime.GC()
		if handles() < 20 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d handles are left", handles())
}

func handles() (count int) {
	pool.mutex.Lock()
	defer pool.mutex.Unlock()
	for _, own := range pool.all {
		count += len(own.handles)
	}
	return count
}

func TestALongAnswerMovesTheBuffer(t *testing.T) {
	verifier := made(NewVerifier(testSecret, nil))
	// A token with 20 attributes of 255 bytes is longer than the buffer at first.
	attributes := map[string]any{}
	for number := range 20 {
		attributes[fmt.Sprintf("a%d", number)] = strings.Repeat("ü", 127)
	}
	options := &IdentityTokenOptions{UserID: Ptr("user-42"), Attributes: attributes}
	token := made(made(NewSigner(testSecret)).IdentityToken("desk-1", options))
	identity := made(verifier.VerifyIdentityToken("desk-1", token, nil))
	if !reflect.DeepEqual(identity.Attributes, attributes) {
		t.Error("other attributes")
	}
	long := strings.Repeat("a", 1<<20) + "@example.com"
	if _, err := verifier.VerifyEmail(long, testSignature, nil); !errors.Is(err, CodeEmailTooLong) {
		t.Errorf("got %v", err)
	}
}

func TestGeneratedSecretsDiffer(t *testing.T) {
	first, second := made(GenerateSecret()), made(GenerateSecret())
	if first == second || !strings.HasPrefix(first, "dsk_secret_") {
		t.Error("the secrets are equal, or have another prefix")
	}
	made(NewSigner(first))
}
