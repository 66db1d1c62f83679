import { serverAuth } from '../lib/auth'

export default defineEventHandler(async (event) => {
  const auth = serverAuth(event)
  await auth.signOut()
  for (const cookie of await auth.setCookies()) appendResponseHeader(event, 'set-cookie', cookie)
  return {}
})
