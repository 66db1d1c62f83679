/** Signs in by code so often, against answers that come at once: `node signIns.ts SUBJECT COUNT`. */
import { openLibrary, openOAuth } from './subjects.ts'

const [, , subject, count] = process.argv
const session = JSON.stringify({
  access_token: 'access',
  refresh_token: 'refresh',
  token_type: 'Bearer',
  expires_in: 7200,
  sub: 'u1',
  verification_id: 'v1',
  verification_token: 'proof',
})
const headers = { 'content-type': 'application/json' }
globalThis.fetch = async () => new Response(session, { headers })

const url = 'http://sandbox.invalid'
const subjects: Record<string, () => Promise<() => unknown>> = {
  '@cloudbase/oauth': async () => (await openOAuth(url)).signIn,
  'this library, calls': async () => (await openLibrary(url)).signInByCalls,
  'this library, flow': async () => (await openLibrary(url)).signInByFlow,
}
const run = await subjects[subject!]!()
for (let signIns = 0; signIns < Number(count); signIns++) await run()
process.exit()
