import type { AuthError } from 'cloudbase-authflow'
import { sendVerification, signIn, signUp, verify } from 'cloudbase-authflow/endpoints'
import { messageFor } from 'cloudbase-authflow/messages/en'
import {
  createServerAuth,
  memoryStore,
  type ServerAuth,
  type Store,
} from 'cloudbase-authflow/server'

// In production Redis: the sessions of this store end with the process. It is global because frameworks
// may load this module more than once.
const shared = globalThis as { sessions?: Store }
const store = (shared.sessions ??= memoryStore())

/** Creates the client of one request. */
export function serverAuth(request: { headers: Headers }): ServerAuth {
  const auth = createServerAuth({
    env: process.env.CLOUDBASE_ENV ?? 'your-env-id',
    // The sandbox, in development.
    endpoint: process.env.CLOUDBASE_ENDPOINT,
    language: 'en-US',
    request,
    store,
    cookie: { secure: process.env.COOKIE_SECURE !== 'no' },
  })
  // The user cannot answer a captcha while the request waits.
  auth.subscribe(({ captcha }) => captcha && auth.send({ type: 'captcha.cancel' }))
  return auth
}

/** What the form of the next request brings back. */
export interface Asked {
  contact?: string
  verificationId?: string
  isUser?: string
  error?: string
}

const toFields = (contact: string) =>
  contact.includes('@')
    ? { email: contact }
    : { phone_number: contact.startsWith('+') ? contact : `+86 ${contact}` }

/** Sends a code. */
export async function sendCode(auth: ServerAuth, contact: string): Promise<Asked> {
  try {
    const sent = await auth.call(sendVerification, { ...toFields(contact), target: 'ANY' })
    return { contact, verificationId: sent.verification_id, isUser: String(sent.is_user) }
  } catch (error) {
    return { error: messageFor(error as AuthError) }
  }
}

/** Signs in, or signs up a new contact. Returns what the form needs when that has failed. */
export async function signInByCode(
  auth: ServerAuth,
  code: string,
  asked: Asked,
): Promise<Asked | undefined> {
  const { contact = '', verificationId = '', isUser } = asked
  const fields = toFields(contact)
  try {
    const { verification_token } = await auth.call(verify, {
      verification_id: verificationId,
      verification_code: code,
    })
    if (isUser === 'false') await auth.call(signUp, { ...fields, verification_token })
    else await auth.call(signIn, { username: Object.values(fields)[0]!, verification_token })
    return undefined
  } catch (error) {
    return { ...asked, error: messageFor(error as AuthError) }
  }
}
