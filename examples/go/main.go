// A shop whose customers have a Ticket Center.
//
//	go mod tidy && go run .
//
// Open http://localhost:8080 and sign in as ada or grace, with the password example. These variables set your help desk,
// and both secrets must be set:
//
//	HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
//	TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com
package main

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"html/template"
	"log"
	"net/http"
	"os"
	"sync"

	deskseal "github.com/deskseal/deskseal/bindings/go"
	desksealhttp "github.com/deskseal/deskseal/bindings/go/http"
)

const cookie = "session"

var (
	//go:embed pages.html
	markup string
	pages  = template.Must(template.New("").Parse(markup))
)

var customers = map[string]*desksealhttp.Customer{
	"ada":   {Email: "ada@example.com", UserID: "1"},
	"grace": {Email: "grace@example.com", UserID: "2"},
}

// What the pages show.
type view struct {
	Title               string
	IsSignedIn, IsWrong bool
	Embed               template.HTML
}

// A shop has its sessions in memory. A real shop stores them, so that its customers stay signed in after a restart.
type shop struct {
	center    *desksealhttp.TicketCenter
	scriptURL *string
	mutex     sync.Mutex
	sessions  map[string]*desksealhttp.Customer
}

func main() {
	handler, err := newShop()
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"), handler))
}

func newShop() (http.Handler, error) {
	ticketCenter, err := deskseal.SignerFromEnv("HELPDESKY_HMAC_SECRET", "HDH_HMAC_SECRET")
	if err != nil {
		return nil, err
	}
	portal, err := deskseal.SignerFromEnv("LETTERBOOK_PORTAL_TICKET_SECRET")
	if err != nil {
		return nil, err
	}
	shop := &shop{sessions: map[string]*desksealhttp.Customer{}}
	if url, isSet := os.LookupEnv("TICKET_CENTER_URL"); isSet {
		shop.scriptURL = &url
	}
	shop.center = &desksealhttp.TicketCenter{
		Signer:     ticketCenter,
		HelpdeskID: os.Getenv("HELPDESKY_HELPDESK_ID"),
		Session:    shop.customer,
		Fallback:   `<a href="/deskseal/portal">Contact support</a>`,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", shop.support)
	mux.HandleFunc("GET /sign-in", shop.showSignIn)
	mux.HandleFunc("POST /sign-in", shop.signIn)
	mux.HandleFunc("POST /sign-out", shop.signOut)
	mux.Handle("/deskseal/identity", shop.center)
	mux.Handle("/deskseal/portal", &desksealhttp.Portal{
		Signer:  portal,
		URL:     cmp.Or(os.Getenv("PORTAL_URL"), "https://help.company.com"),
		Session: shop.customer,
	})
	// Other sites cannot post in a customer's name.
	return http.NewCrossOriginProtection().Handler(mux), nil
}

// customer returns the signed-in customer, or nil.
func (shop *shop) customer(request *http.Request) (*desksealhttp.Customer, error) {
	id, err := request.Cookie(cookie)
	if err != nil {
		return nil, nil
	}
	shop.mutex.Lock()
	defer shop.mutex.Unlock()
	return shop.sessions[id.Value], nil
}

func (shop *shop) support(writer http.ResponseWriter, request *http.Request) {
	if customer, _ := shop.customer(request); customer == nil {
		http.Redirect(writer, request, "/sign-in", http.StatusSeeOther)
		return
	}
	embed, err := shop.center.Embed(writer, request, &deskseal.TicketCenterOptions{ScriptURL: shop.scriptURL})
	if err != nil {
		http.Error(writer, "Internal server error", http.StatusInternalServerError)
		return
	}
	show(writer, "support", view{Title: "Support", IsSignedIn: true, Embed: embed})
}

func (shop *shop) showSignIn(writer http.ResponseWriter, _ *http.Request) {
	show(writer, "sign-in", view{Title: "Sign in"})
}

func (shop *shop) signIn(writer http.ResponseWriter, request *http.Request) {
	customer, isKnown := customers[request.FormValue("name")]
	// All customers have the same password, to keep this example short.
	isRight := subtle.ConstantTimeCompare([]byte(request.FormValue("password")), []byte("example")) == 1
	if !isKnown || !isRight {
		writer.WriteHeader(http.StatusForbidden)
		show(writer, "sign-in", view{Title: "Sign in", IsWrong: true})
		return
	}
	id := rand.Text()
	shop.mutex.Lock()
	shop.sessions[id] = customer
	shop.mutex.Unlock()
	http.SetCookie(writer, &http.Cookie{
		Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(writer, request, "/", http.StatusSeeOther)
}

func (shop *shop) signOut(writer http.ResponseWriter, request *http.Request) {
	if id, err := request.Cookie(cookie); err == nil {
		shop.mutex.Lock()
		delete(shop.sessions, id.Value)
		shop.mutex.Unlock()
	}
	http.Redirect(writer, request, "/sign-in", http.StatusSeeOther)
}

func show(writer http.ResponseWriter, name string, content view) {
	if err := pages.ExecuteTemplate(writer, name, content); err != nil {
		log.Print(err)
	}
}
