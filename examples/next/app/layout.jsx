import { signOut } from '../lib/actions'
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
            <form action={signOut}>
              <button>Sign out</button>
            </form>
          )}
        </nav>
        <main>{children}</main>
      </body>
    </html>
  )
}
