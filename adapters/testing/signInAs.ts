import { signInAnonymously, signInWithCustomTicket } from '../../services/http/endpoints.ts'
import { memoryStore } from '../../services/session/store.ts'
import { createAuth } from '../client/createAuth.ts'
import { type Control, controlOf } from './control.ts'

/** What is used of a page of Playwright. */
export interface TestPage {
  addInitScript(script: (entry: StoredEntry) => void, entry: StoredEntry): Promise<unknown>
}

/** An entry of `localStorage`. */
export interface StoredEntry {
  key: string
  text: string
}

/** A user of the sandbox: at least one of the three names. */
export interface TestUser {
  username?: string
  phone_number?: string
  email?: string
  /** Only for a user who does not exist yet. */
  password?: string
}

/** Which client of which sandbox is signed in. */
export interface SignInAsOptions {
  /** The address of the sandbox. */
  sandbox: string
  env: string
  /** Default: `env`. */
  clientId?: string
}

/**
 * Signs a user in before the page is opened, without the UI: the sandbox issues a session, and the page finds
 * it stored. A user who does not exist is added. The session is stored once, so that a sign-out lasts.
 *
 * @param page before its first `goto`
 * @param user `anonymous` for a guest
 * @returns the user id
 * @throws AuthError what the sandbox answers, such as `invalid_argument` for a user without a name
 * @see `POST /__sandbox/users`, `POST /__sandbox/tickets` and `POST /v1/signin/custom`
 *
 * @example
 *   await signInAs(page, { username: 'ada' }, { sandbox: 'http://127.0.0.1:4871', env: 'your-env-id' })
 *   await page.goto('/account')
 */
export async function signInAs(
  page: TestPage,
  user: TestUser | 'anonymous',
  { sandbox, env, clientId = env }: SignInAsOptions,
): Promise<string> {
  const control = controlOf(sandbox, 'signInAs')
  const shared = memoryStore()
  const storage = { shared, tab: memoryStore() }
  const auth = createAuth({ env, clientId, endpoint: sandbox, storage, flows: {} })
  auth.start()
  try {
    if (user === 'anonymous') await auth.call(signInAnonymously, {})
    else {
      const ticket = await createTicket(control, user)
      await auth.call(signInWithCustomTicket, { provider_id: 'custom', ticket })
    }
    const uid = auth.get().user!.uid!
    const { accessToken, refreshToken, expiresAt, scope } = await auth.getCredentials()
    // The form of the official SDK, which every version of the client takes over.
    const stored = {
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_at: new Date(expiresAt),
      scope,
      sub: uid,
    }
    await page.addInitScript(store, {
      key: `credentials_${clientId}`,
      text: JSON.stringify(stored),
    })
    return uid
  } finally {
    auth.stop()
  }
}

/** Asks for a ticket of the user, who is added if need be. */
async function createTicket(control: Control, user: TestUser): Promise<string> {
  const names = ['username', 'phone_number', 'email'] as const
  const isSame = (other: TestUser) =>
    names.some((name) => user[name] !== undefined && other[name] === user[name])
  const users = await control<(TestUser & { sub: string })[]>('GET', 'users')
  const found = users.find(isSame) ?? (await control<{ sub: string }>('POST', 'users', user))
  const { ticket } = await control<{ ticket: string }>('POST', 'tickets', { uid: found.sub })
  return ticket
}

/** Runs in the page, before its own scripts. */
function store({ key, text }: StoredEntry): void {
  const mark = `authflow_signed_in_as ${key}`
  if (sessionStorage.getItem(mark)) return
  sessionStorage.setItem(mark, 'yes')
  localStorage.setItem(key, text)
}
