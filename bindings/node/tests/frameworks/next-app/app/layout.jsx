import Link from 'next/link'

export default function Layout({ children }) {
  return (
    <html>
      <body>
        <Link href="/">Start</Link> <Link href="/support">Support</Link>
        {children}
      </body>
    </html>
  )
}
