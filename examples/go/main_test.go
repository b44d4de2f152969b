package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	deskseal "github.com/deskseal/deskseal/bindings/go"
)

// opened returns a shop and a browser that follows no redirect to the portal.
func opened(t *testing.T) (shop *httptest.Server, browser *http.Client, portal *deskseal.Verifier) {
	for _, name := range []string{"HELPDESKY_HMAC_SECRET", "LETTERBOOK_PORTAL_TICKET_SECRET"} {
		secret, err := deskseal.GenerateSecret()
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, secret)
	}
	t.Setenv("HELPDESKY_HELPDESK_ID", "desk-1")
	t.Setenv("PORTAL_URL", "https://help.company.com")
	handler, err := newShop()
	if err != nil {
		t.Fatal(err)
	}
	portal, err = deskseal.VerifierFromEnv(nil, "LETTERBOOK_PORTAL_TICKET_SECRET")
	if err != nil {
		t.Fatal(err)
	}
	shop = httptest.NewServer(handler)
	t.Cleanup(shop.Close)
	jar, _ := cookiejar.New(nil)
	stop := func(request *http.Request, _ []*http.Request) error {
		if request.URL.Host == "help.company.com" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return shop, &http.Client{Jar: jar, CheckRedirect: stop}, portal
}

func text(t *testing.T, response *http.Response, err error) string {
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestCustomersSeeTheirOwnTicketCenter(t *testing.T) {
	for name, userID := range map[string]string{"ada": "1", "grace": "2"} {
		shop, browser, portal := opened(t)
		response, err := browser.PostForm(shop.URL+"/sign-in", url.Values{"name": {name}, "password": {"example"}})
		if page := text(t, response, err); !strings.Contains(page, `data-email="`+name+`@example.com"`) {
			t.Errorf("got %s", page)
		}
		if response.Header.Get("Cache-Control") != "private, no-store" {
			t.Error("the page can be cached")
		}
		response, err = browser.Get(shop.URL + "/deskseal/portal")
		text(t, response, err)
		visitor, err := portal.VerifyLink("help.company.com", response.Header.Get("Location"), nil)
		if err != nil || visitor == nil || visitor.UserID != userID {
			t.Errorf("got %v, %v", visitor, err)
		}
		response, err = browser.PostForm(shop.URL+"/sign-out", nil)
		if strings.Contains(text(t, response, err), "data-email") {
			t.Error("the customer is still signed in")
		}
	}
}

func TestAWrongPasswordDoesNotSignIn(t *testing.T) {
	shop, browser, _ := opened(t)
	response, err := browser.PostForm(shop.URL+"/sign-in", url.Values{"name": {"ada"}, "password": {"wrong"}})
	if page := text(t, response, err); !strings.Contains(page, "do not match") {
		t.Errorf("got %s", page)
	}
	response, err = browser.Get(shop.URL + "/deskseal/identity")
	if text(t, response, err); response.StatusCode != http.StatusNoContent {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestOtherSitesCannotPostInACustomersName(t *testing.T) {
	shop, browser, _ := opened(t)
	for _, path := range []string{"/sign-in", "/sign-out"} {
		request, _ := http.NewRequest(http.MethodPost, shop.URL+path, nil)
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		response, err := browser.Do(request)
		if text(t, response, err); response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: got %d", path, response.StatusCode)
		}
	}
}
