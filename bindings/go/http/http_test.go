package desksealhttp_test

import (
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	deskseal "github.com/deskseal/deskseal/bindings/go"
	desksealhttp "github.com/deskseal/deskseal/bindings/go/http"
)

var signer = func() *deskseal.Signer {
	secret, err := deskseal.GenerateSecret()
	if err != nil {
		panic(err)
	}
	signer, err := deskseal.NewSigner(secret)
	if err != nil {
		panic(err)
	}
	return signer
}()

func signedInAs(customer *desksealhttp.Customer) desksealhttp.Session {
	return func(*http.Request) (*desksealhttp.Customer, error) { return customer, nil }
}

func failing(*http.Request) (*desksealhttp.Customer, error) {
	return nil, errors.New("the database is unavailable")
}

// quiet returns a logger, and what it has logged.
func quiet() (*slog.Logger, *strings.Builder) {
	var logged strings.Builder
	return slog.New(slog.NewTextHandler(&logged, nil)), &logged
}

func answer(handler http.Handler, method, target string, headers map[string]string) *http.Response {
	request := httptest.NewRequest(method, target, nil)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) string {
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheIdentityHasTheStatusOfTheContract(t *testing.T) {
	for _, row := range []struct {
		session desksealhttp.Session
		desk    string
		status  int
		body    string
		logged  string
	}{
		{signedInAs(&desksealhttp.Customer{Email: " Ada@Example.com"}), "desk-1", 200, `{"email":"ada@example.com","signature":"`, ""},
		{signedInAs(nil), "desk-1", 204, "", ""},
		{signedInAs(&desksealhttp.Customer{}), "desk-1", 422, `{"error":{"code":"email_empty"}}`, "email_empty"},
		{signedInAs(&desksealhttp.Customer{Email: "ada@example.com"}), "", 503, `{"error":{"code":"helpdesk_id_malformed"}}`, "helpdesk_id_malformed"},
		{failing, "desk-1", 500, "Internal server error", "the database is unavailable"},
	} {
		logger, logged := quiet()
		center := &desksealhttp.TicketCenter{Signer: signer, HelpdeskID: row.desk, Session: row.session, Logger: logger}
		response := answer(center, "GET", "/deskseal/identity", nil)
		if text := body(t, response); response.StatusCode != row.status || !strings.HasPrefix(text, row.body) {
			t.Errorf("expected %d %s, got %d %s", row.status, row.body, response.StatusCode, text)
		}
		checkHeaders(t, response)
		if !strings.Contains(logged.String(), row.logged) || row.logged == "" && logged.Len() > 0 {
			t.Errorf("logged %s", logged)
		}
	}
}

// checkHeaders checks the headers of every response to a page's own code (SPEC 6.4).
func checkHeaders(t *testing.T, response *http.Response) {
	t.Helper()
	for name, value := range map[string]string{
		"Cache-Control":                "private, no-store",
		"Cross-Origin-Resource-Policy": "same-origin",
		"X-Content-Type-Options":       "nosniff",
	} {
		if response.Header.Get(name) != value {
			t.Errorf("%d has the header %s %q", response.StatusCode, name, response.Header.Get(name))
		}
	}
}

func TestAPageOfAnotherSiteGetsAnIdentityOnlyIfItsOriginIsListed(t *testing.T) {
	const listed = "https://app.example.com"
	for _, row := range []struct {
		origins      []string
		site, origin string
		status       int
	}{
		{nil, "cross-site", "", 403},
		{nil, "cross-site", listed, 403},
		{nil, "cross-site", "null", 403},
		{[]string{listed}, "cross-site", "", 403},
		{[]string{listed}, "cross-site", "http://app.example.com", 403},
		{[]string{listed}, "cross-site", listed + ".evil.example", 403},
		{[]string{"http://localhost:3000", listed}, "cross-site", listed, 200},
		{nil, "same-origin", "", 200},
		{nil, "same-site", "https://other.example.com", 200},
		{nil, "none", "", 200},
		{nil, "", "", 200},
	} {
		headers := map[string]string{}
		if row.site != "" {
			headers["Sec-Fetch-Site"] = row.site
		}
		if row.origin != "" {
			headers["Origin"] = row.origin
		}
		isLookedUp := false
		session := func(*http.Request) (*desksealhttp.Customer, error) {
			isLookedUp = true
			return &desksealhttp.Customer{Email: "ada@example.com"}, nil
		}
		center := &desksealhttp.TicketCenter{Signer: signer, HelpdeskID: "desk-1", Session: session, Origins: row.origins}
		response := answer(center, "GET", "/deskseal/identity", headers)
		text := body(t, response)
		if response.StatusCode != row.status || isLookedUp != (row.status == 200) {
			t.Errorf("%v: got %d, customer looked up %t", row, response.StatusCode, isLookedUp)
		}
		if row.status == 403 && text != `{"error":{"code":"cross_site"}}`+"\n" {
			t.Errorf("%v: got %s", row, text)
		}
		checkHeaders(t, response)
	}
}

func TestAnOriginThatIsNoneIsRejectedAndTheFieldIsNamed(t *testing.T) {
	for _, origin := range []string{"", "*", "null", "app.example.com", "https://app.example.com/", "https://*.example.com"} {
		logger, logged := quiet()
		center := &desksealhttp.TicketCenter{
			Signer: signer, HelpdeskID: "desk-1", Session: signedInAs(nil), Logger: logger,
			Origins: []string{"https://app.example.com", origin},
		}
		response := answer(center, "GET", "/deskseal/identity", nil)
		if response.StatusCode != 500 || !strings.Contains(logged.String(), "TicketCenter.Origins has ") {
			t.Errorf("%q: got %d, logged %s", origin, response.StatusCode, logged)
		}
		checkHeaders(t, response)
	}
}

func TestThePortalAnswersAsInEveryLanguage(t *testing.T) {
	text, err := os.ReadFile("../../../tests/portal_requests.json")
	if err != nil {
		t.Skip("not in a checkout")
	}
	var requests struct {
		Answers map[string]struct {
			Status      []int
			ContentType string `json:"content_type"`
			Headers     map[string]string
			Query       string
			Body        []string
			Without     []string
			Signed      bool
		}
		Cases []struct {
			Comment, Answer string
			Headers         map[string]string
		}
	}
	if err := json.Unmarshal(text, &requests); err != nil {
		t.Fatal(err)
	}
	for _, row := range requests.Cases {
		expected := requests.Answers[row.Answer]
		target := "/deskseal/portal"
		if expected.Query == "again" {
			first := answer(portal(), "GET", target, map[string]string{"HX-Request": "true"})
			target = again(body(t, first), target)
		}
		response := answer(portal(), "GET", target, row.Headers)
		page := body(t, response)
		isSigned := strings.Contains(response.Header.Get("Location"), "user_id_signature=")
		if !slices.Contains(expected.Status, response.StatusCode) || isSigned != expected.Signed {
			t.Errorf("%s: got %d, signed %t", row.Comment, response.StatusCode, isSigned)
		}
		if !strings.HasPrefix(response.Header.Get("Content-Type"), expected.ContentType) {
			t.Errorf("%s: got %s", row.Comment, response.Header.Get("Content-Type"))
		}
		if response.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: the answer can be cached", row.Comment)
		}
		for name := range expected.Headers {
			if !strings.HasPrefix(response.Header.Get(name), "/deskseal/portal") {
				t.Errorf("%s: %s is %q", row.Comment, name, response.Header.Get(name))
			}
		}
		for _, unwanted := range expected.Without {
			if strings.Contains(page, unwanted) {
				t.Errorf("%s: the page has %s", row.Comment, unwanted)
			}
		}
	}
}

// again returns the address that a page asks for by itself.
func again(page, target string) string {
	_, rest, isFound := strings.Cut(page, "url="+target)
	if !isFound {
		return target
	}
	query, _, _ := strings.Cut(rest, `"`)
	return target + query
}

func portal() *desksealhttp.Portal {
	return &desksealhttp.Portal{
		Signer:  signer,
		URL:     "https://help.company.com",
		Session: signedInAs(&desksealhttp.Customer{UserID: "user-42"}),
	}
}

func TestThePortalLeadsOthersToThePublicForm(t *testing.T) {
	for _, session := range []desksealhttp.Session{signedInAs(nil), signedInAs(&desksealhttp.Customer{})} {
		handler := portal()
		handler.Session = session
		handler.Logger, _ = quiet()
		response := answer(handler, "GET", "/deskseal/portal", nil)
		if response.StatusCode != 303 || response.Header.Get("Location") != "https://help.company.com/submit-ticket" {
			t.Errorf("got %d %s", response.StatusCode, response.Header.Get("Location"))
		}
	}
	handler := portal()
	handler.Session, handler.URL = failing, "http://help.company.com"
	handler.Logger, _ = quiet()
	if response := answer(handler, "GET", "/deskseal/portal", nil); response.StatusCode != 500 {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	center := &desksealhttp.TicketCenter{Signer: signer, HelpdeskID: "desk-1", Session: failing}
	for _, handler := range []http.Handler{portal(), center} {
		response := answer(handler, "POST", "/", nil)
		if response.StatusCode != 405 || response.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("got %d", response.StatusCode)
		}
	}
}

func TestAPageShowsTheTicketCenterOfItsCustomer(t *testing.T) {
	logger, logged := quiet()
	center := &desksealhttp.TicketCenter{
		Signer:     signer,
		HelpdeskID: "desk-1",
		Session:    signedInAs(&desksealhttp.Customer{Email: "ada@example.com"}),
		Fallback:   `<a href="/deskseal/portal">Contact support</a>`,
		Logger:     logger,
	}
	recorder, request := httptest.NewRecorder(), httptest.NewRequest("GET", "/help", nil)
	embed, err := center.Embed(recorder, request, &deskseal.TicketCenterOptions{Nonce: deskseal.Ptr("abc")})
	if err != nil || !strings.Contains(string(embed), `data-email="ada@example.com"`) || !strings.HasPrefix(string(embed), "<template data-hx-history") {
		t.Errorf("got %s, %v", embed, err)
	}
	if recorder.Header().Get("Cache-Control") != "private, no-store" {
		t.Error("the page can be cached")
	}
	options := &deskseal.TicketCenterOptions{Nonce: deskseal.Ptr("")}
	embed, err = center.Embed(recorder, request, options)
	if err != nil || !strings.Contains(string(embed), "data-email") || strings.Contains(string(embed), "nonce") {
		t.Errorf("an empty nonce: got %s, %v", embed, err)
	}
	for _, row := range []struct {
		customer *desksealhttp.Customer
		embed    template.HTML
	}{{nil, ""}, {&desksealhttp.Customer{Email: "none"}, center.Fallback}} {
		center.Session = signedInAs(row.customer)
		if embed, err := center.Embed(recorder, request, nil); err != nil || embed != row.embed {
			t.Errorf("got %s, %v", embed, err)
		}
	}
	if !strings.Contains(logged.String(), "email_malformed") {
		t.Errorf("logged %s", logged)
	}
	center.Session = failing
	if _, err := center.Embed(recorder, request, nil); err == nil {
		t.Error("the session's error is lost")
	}
}

func TestNoStoreMakesEveryResponsePrivate(t *testing.T) {
	handler := desksealhttp.NoStore(http.NotFoundHandler())
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	if recorder.Result().Header.Get("Cache-Control") == "" {
		t.Error("the response can be cached")
	}
}
