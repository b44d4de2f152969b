export function POST({ redirect, session }) {
  session.destroy()
  return redirect('/sign-in', 303)
}
