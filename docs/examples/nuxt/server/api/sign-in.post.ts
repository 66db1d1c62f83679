import { serverAuth, signInByCode } from '../lib/auth'

export default defineEventHandler(async (event) => {
  const { code, ...asked } = await readBody<{ code: string }>(event)
  const auth = serverAuth(event)
  const failed = await signInByCode(auth, code, asked)
  for (const cookie of await auth.setCookies()) appendResponseHeader(event, 'set-cookie', cookie)
  return failed ?? {}
})
