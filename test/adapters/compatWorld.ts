import { expect, onTestFinished } from 'vitest'
import type { CompatAuthOptions } from '../../adapters/compat/app.ts'
import { createCloudbase } from '../../adapters/compat/cloudbase.ts'
import type { InitOptions } from '../../adapters/compat/settings.ts'
import { memoryStore } from '../../services/session/store.ts'
import { type Config, createSandbox } from '../../sandbox/index.ts'
import { manualClock } from '../support/clock.ts'

export const env = 'demo'
export const phone = '+86 13800000000'
export const email = 'ada@example.com'
export const username = 'ada'
export const password = 'Correct-horse-7'

export interface CompatOptions extends CompatAuthOptions {
  config?: Partial<Config>
  init?: Partial<InitOptions>
}

/** Opens a sandbox over real HTTP, and the compat API connected to it. */
export async function openCompat({ config, init, ...options }: CompatOptions = {}) {
  const sandbox = createSandbox({ config: { resendSeconds: 0, ...config } })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const clock = manualClock()
  const storage = init?.storage ?? memoryStore()

  /** Opens the page after a reload: another instance, the same storage. */
  const open = () => {
    const cloudbase = createCloudbase()
    const app = cloudbase.init({ env, clock, storage, ...init })
    app.registerHost(url)
    return { cloudbase, app, auth: app.auth(options) }
  }
  const first = open()
  let seen = 0

  const compat = {
    sandbox,
    url,
    clock,
    storage,
    open,
    ...first,

    /** Returns the requests since the last call, each with the error of its answer. */
    calls() {
      const sent = sandbox.requests().slice(seen)
      seen = sandbox.requests().length
      return sent.map(({ method, path, error }) => [method, path, error].filter(Boolean).join(' '))
    },

    /** Returns the code in the newest message to a contact. */
    code: (to: string) => sandbox.inbox(to)[0]!.code,

    /** Moves the time of client and server forward. */
    pass(seconds: number) {
      sandbox.advance(seconds)
      clock.advance(seconds * 1000)
    },

    /** Verifies a contact as a user does; returns the verification token. */
    async prove(contact: { phone_number: string } | { email: string }) {
      const { verification_id } = await first.auth.getVerification(contact)
      const [to] = Object.values(contact) as [string]
      const verification_code = compat.code(to)
      const { verification_token } = await first.auth.verify({ verification_id, verification_code })
      return verification_token
    },

    /** Signs in a user with a phone number, an e-mail address, a name and a password. */
    async member() {
      const user = await sandbox.addUser({ phone_number: phone, email, username, password })
      await first.auth.signIn({ username, password })
      compat.calls()
      return user
    },
  }
  return compat
}

/** A `fetch` that holds back the answer of one path; `reached` settles when it is there. */
export function holding(path: string) {
  let reach = () => {}
  let release = () => {}
  const reached = new Promise<void>((resolve) => (reach = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await globalThis.fetch(input, init)
    if (new URL(input as string).pathname === path) {
      reach()
      await released
    }
    return answer
  }
  return { fetch, reached, release: () => release() }
}

export type Compat = Awaited<ReturnType<typeof openCompat>>

/** Returns the error that a promise rejects with. */
export const failure = async (promise: Promise<unknown>) =>
  toFailure(
    await promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )

/** Returns the error that a method of SDK 3.x resolves with. */
export const answeredFailure = async (promise: Promise<{ data: unknown; error: unknown }>) => {
  const { data, error } = await promise
  for (const value of Object.values(data as object)) expect(value).toBe(null)
  return toFailure(error)
}

function toFailure(thrown: unknown) {
  if (!(thrown instanceof Error))
    throw new Error('nothing was thrown, or no Error', { cause: thrown })
  return thrown as Error & {
    error: string
    error_code?: number
    error_description?: string
    requestId?: string
  }
}
