import { AuthError } from '../../services/error.ts'
import { signInWithCustomTicket } from '../../services/http/endpoints.ts'
import { memoryStore } from '../../services/session/store.ts'
import { createAuth } from '../client/createAuth.ts'

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
  user: TestUser,
  { sandbox, env, clientId = env }: SignInAsOptions,
): Promise<string> {
  const control = async <T>(path: string, body?: object): Promise<T> => {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const response = await fetch(new URL(`/__sandbox/${path}`, sandbox), init)
    const answer = (await response.json()) as T & { error?: string; error_description?: string }
    if (response.ok) return answer
    throw new AuthError(answer.error ?? 'unknown', {
      operation: 'signInAs',
      description: answer.error_description,
      status: response.status,
    })
  }
  const names = ['username', 'phone_number', 'email'] as const
  const isSame = (other: TestUser) =>
    names.some((name) => user[name] !== undefined && other[name] === user[name])
  const users = await control<(TestUser & { sub: string })[]>('users')
  const { sub: uid } = users.find(isSame) ?? (await control<{ sub: string }>('users', user))
  const { ticket } = await control<{ ticket: string }>('tickets', { uid })

  const shared = memoryStore()
  const storage = { shared, tab: memoryStore() }
  const auth = createAuth({ env, clientId, endpoint: sandbox, storage, flows: {} })
  auth.start()
  try {
    await auth.call(signInWithCustomTicket, { provider_id: 'custom', ticket })
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
  } finally {
    auth.stop()
  }
  return uid
}

/** Runs in the page, before its own scripts. */
function store({ key, text }: StoredEntry): void {
  const mark = `authflow_signed_in_as ${key}`
  if (sessionStorage.getItem(mark)) return
  sessionStorage.setItem(mark, 'yes')
  localStorage.setItem(key, text)
}
