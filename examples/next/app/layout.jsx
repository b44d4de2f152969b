import { currentUser } from '../lib/session'

export const metadata = { title: 'Shop', icons: 'data:,' }

export default async function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <details>
            <summary>Help</summary>
            <a href="/deskseal/portal">Write to us</a>
          </details>
          {(await currentUser()) && (
            <form method="post" action="/sign-out">
              <button>Sign out</button>
            </form>
          )}
        </nav>
        <main>{children}</main>
      </body>
    </html>
  )
}
