import Link from 'next/link'

export default function Start() {
  return (
    <>
      <h1>Start</h1>
      <Link href="/deskseal/portal">Help</Link>
    </>
  )
}
