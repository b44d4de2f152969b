// Sends requests to the routers of the README, which are beside this file when the suite go-platforms runs.
package main

import (
	"html/template"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	deskseal "github.com/deskseal/deskseal/bindings/go"
	desksealhttp "github.com/deskseal/deskseal/bindings/go/http"
)

// A mount is a function of the README.
type mount[Router any] func(*desksealhttp.TicketCenter, *desksealhttp.Portal, http.HandlerFunc) Router

var routers = map[string]func(net.Listener) error{
	"chi":     serving(withChi),
	"Gin":     serving(withGin),
	"Echo 5":  serving(withEcho),
	"Echo 4":  serving(withEcho4),
	"Fiber 3": func(listener net.Listener) error { return shop(withFiber).Listener(listener) },
	"Fiber 2": func(listener net.Listener) error { return shop(withFiber2).Listener(listener) },
}

var signer, verifier = func() (*deskseal.Signer, *deskseal.Verifier) {
	secret := must(deskseal.GenerateSecret())
	return must(deskseal.NewSigner(secret)), must(deskseal.NewVerifier(secret, nil))
}()

var page = template.Must(template.New("").Parse(`<h1>Help</h1> {{.}}`))

func must[Value any](value Value, err error) Value {
	if err != nil {
		panic(err)
	}
	return value
}

func customerOf(session string) *desksealhttp.Customer {
	if session != "of-ada" {
		return nil
	}
	return &desksealhttp.Customer{Email: "Ada@Example.com", UserID: "user-42"}
}

func shop[Router any](routes mount[Router]) Router {
	center := &desksealhttp.TicketCenter{Signer: signer, HelpdeskID: "desk-1", Session: session}
	portal := &desksealhttp.Portal{Signer: signer, URL: "https://help.company.com", Session: session}
	return routes(center, portal, func(writer http.ResponseWriter, request *http.Request) {
		embed, err := center.Embed(writer, request, nil)
		if err != nil {
			panic(err)
		}
		_ = page.Execute(writer, embed)
	})
}

func serving[Router http.Handler](routes mount[Router]) func(net.Listener) error {
	return func(listener net.Listener) error { return http.Serve(listener, shop(routes)) }
}

// An answer is a response, with its whole body.
type answer struct {
	*http.Response
	text string
}

// A client sends requests to a router, and follows no redirect.
type client struct{ address string }

func (client client) ask(method, path string, headers ...string) answer {
	request := must(http.NewRequest(method, "http://"+client.address+path, nil))
	for index := 0; index < len(headers); index += 2 {
		request.Header.Set(headers[index], headers[index+1])
	}
	response := must(http.DefaultTransport.RoundTrip(request))
	defer response.Body.Close()
	return answer{response, string(must(io.ReadAll(response.Body)))}
}

func forEachRouter(t *testing.T, test func(*testing.T, client)) {
	for name, serve := range routers {
		t.Run(name, func(t *testing.T) {
			listener := must(net.Listen("tcp", "127.0.0.1:0"))
			defer listener.Close()
			go serve(listener)
			test(t, client{listener.Addr().String()})
		})
	}
}

func TestTheIdentityIsTheSignedInCustomers(t *testing.T) {
	forEachRouter(t, func(t *testing.T, client client) {
		identity := client.ask("GET", "/deskseal/identity", "Cookie", "session=of-ada")
		if identity.StatusCode != 200 || !strings.HasPrefix(identity.text, `{"email":"ada@example.com","signature":"`) {
			t.Errorf("got %d %s", identity.StatusCode, identity.text)
		}
		if kind := identity.Header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
			t.Errorf("got %s", kind)
		}
		for _, cookie := range []string{"", "session=unknown"} {
			anonymous := client.ask("GET", "/deskseal/identity", "Cookie", cookie)
			if anonymous.StatusCode != 204 || anonymous.text != "" {
				t.Errorf("got %d %s", anonymous.StatusCode, anonymous.text)
			}
		}
	})
}

func TestAClickLeadsToThePortalWithASignedLink(t *testing.T) {
	forEachRouter(t, func(t *testing.T, client client) {
		click := client.ask("GET", "/deskseal/portal?from=menu", "Cookie", "session=of-ada")
		visitor, err := verifier.VerifyLink("help.company.com", click.Header.Get("Location"), nil)
		if click.StatusCode != 303 || err != nil || visitor == nil || visitor.UserID != "user-42" || click.text != "" {
			t.Errorf("got %d %s, %v", click.StatusCode, click.text, err)
		}
		anonymous := client.ask("GET", "/deskseal/portal")
		if location := anonymous.Header.Get("Location"); location != "https://help.company.com/submit-ticket" {
			t.Errorf("got %s", location)
		}
	})
}

func TestNothingIsSignedForARequestThatIsNoClick(t *testing.T) {
	forEachRouter(t, func(t *testing.T, client client) {
		for _, header := range [][2]string{{"Sec-Purpose", "prefetch"}, {"HX-Request", "true"}} {
			got := client.ask("GET", "/deskseal/portal?from=menu", "Cookie", "session=of-ada", header[0], header[1])
			if location := got.Header.Get("Location"); strings.Contains(location+got.text, "user_id_signature") {
				t.Errorf("%s: got %s %s", header[0], location, got.text)
			}
			if header[0] == "HX-Request" && !strings.HasPrefix(got.Header.Get("HX-Redirect"), "/deskseal/portal") {
				t.Errorf("got %s", got.Header.Get("HX-Redirect"))
			}
		}
	})
}

func TestAPageShowsTheTicketCenterToItsCustomerAlone(t *testing.T) {
	forEachRouter(t, func(t *testing.T, client client) {
		help := client.ask("GET", "/help", "Cookie", "session=of-ada")
		if help.StatusCode != 200 || !strings.Contains(help.text, `data-email="ada@example.com"`) {
			t.Errorf("got %d %s", help.StatusCode, help.text)
		}
		if kind := help.Header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
			t.Errorf("got %s", kind)
		}
		if anonymous := client.ask("GET", "/help"); anonymous.text != "<h1>Help</h1> " {
			t.Errorf("got %s", anonymous.text)
		}
	})
}

func TestEveryResponseOfARouterIsPrivate(t *testing.T) {
	forEachRouter(t, func(t *testing.T, client client) {
		for path, status := range map[string]int{
			"/help": 200, "/deskseal/identity": 200, "/deskseal/portal": 303, "/nothing-here": 404,
		} {
			got := client.ask("GET", path, "Cookie", "session=of-ada")
			// Fiber's adaptor adds a handler's headers to those of the middleware.
			values := slices.Compact(got.Header.Values("Cache-Control"))
			if got.StatusCode != status || !slices.Equal(values, []string{"private, no-store"}) {
				t.Errorf("%s: got %d, %v", path, got.StatusCode, values)
			}
		}
	})
}

func TestHeadIsAnsweredAndOtherMethodsAreNotAllowed(t *testing.T) {
	forEachRouter(t, func(t *testing.T, client client) {
		for _, path := range []string{"/deskseal/identity", "/deskseal/portal"} {
			if got := client.ask("HEAD", path, "Cookie", "session=of-ada"); got.StatusCode >= 400 || got.text != "" {
				t.Errorf("%s: got %d %s", path, got.StatusCode, got.text)
			}
			for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
				if got := client.ask(method, path); got.StatusCode != 405 || got.Header.Get("Allow") != "GET, HEAD" {
					t.Errorf("%s %s: got %d", method, path, got.StatusCode)
				}
			}
		}
	})
}
