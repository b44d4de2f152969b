import { signIn } from '../../lib/actions'

export default async function SignIn({ searchParams }) {
  const { failed } = await searchParams
  return (
    <form action={signIn}>
      <h1>Sign in</h1>
      {failed !== undefined && <p role="alert">This name and password do not match.</p>}
      <label>
        Name <input name="name" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button>Sign in</button>
    </form>
  )
}
