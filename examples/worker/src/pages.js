import { html } from 'hono/html'
import { ticketCenter } from './deskseal'

export function supportPage(c) {
  return page(c, 'Support', ticketCenter(c))
}

export function signInPage(c, message) {
  return page(
    c,
    'Sign in',
    html`
      ${message && html`<p role="alert">${message}</p>`}
      <form method="post" action="/sign-in">
        <label>Name <input name="name" autocomplete="username" required /></label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <button>Sign in</button>
      </form>
    `,
  )
}

function page(c, title, content) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
      </head>
      <body>
        <nav>
          <details>
            <summary>Help</summary>
            <a href="/deskseal/portal">Write to us</a>
          </details>
          ${c.var.customer && signOutForm}
        </nav>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`
}

const signOutForm = html`<form method="post" action="/sign-out"><button>Sign out</button></form>`
