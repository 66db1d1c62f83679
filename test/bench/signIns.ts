/** Signs in by code so often, against answers that come at once: `node signIns.ts SUBJECT COUNT`. */
import { openSubjects } from './subjects.ts'

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

const { code } = await openSubjects('http://sandbox.invalid')
for (let signIns = 0; signIns < Number(count); signIns++) await code[subject!]!()
process.exit()
