import { redirect, type Handle } from '@sveltejs/kit'
import { serverAuth } from './lib/server/auth.ts'

export const handle: Handle = async ({ event, resolve }) => {
  const auth = serverAuth(event.request)
  event.locals.auth = auth
  const { status } = await auth.initialView()
  const isOpen = event.url.pathname === '/sign-in'
  if (status === 'signedOut' && !isOpen) redirect(303, '/sign-in')
  if (status === 'signedIn' && isOpen) redirect(303, '/')
  return auth.respond(await resolve(event))
}
