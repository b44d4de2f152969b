'use server'

import { redirect } from 'next/navigation'
import { isSignIn, openSession } from './session'

export async function signIn(form) {
  const name = form.get('name')
  if (!isSignIn(name, form.get('password'))) redirect('/sign-in?failed')
  const session = await openSession()
  session.name = name
  await session.save()
  redirect('/')
}
