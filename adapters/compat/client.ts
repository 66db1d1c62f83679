import { type ActorRefFrom, type AnyActorRef, waitFor } from 'xstate'
import type { CaptchaService } from '../../services/captcha/captcha.ts'
import { type Clock, systemClock } from '../../services/clock.ts'
import * as api from '../../services/http/endpoints.ts'
import type { AuthError } from '../../services/error.ts'
import { wrapSecrets, type Unwrapped, unwrapSecrets } from '../../services/secret.ts'
import { memoryStore, type Store } from '../../services/session/store.ts'
import type { Credentials as KeptCredentials } from '../../services/session/credentials.ts'
import type { Tokens } from '../../services/http/wire.ts'
import type { captcha } from '../../machines/core/captcha.ts'
import { freshTokens } from '../../machines/core/freshTokens.ts'
import type { tokens } from '../../machines/core/tokens.ts'
import { createClient } from '../client/client.ts'
import { CloudbaseError } from './errors.ts'
import type { Credentials } from './types.ts'

export interface DoorOptions {
  env: string
  clientId: string
  language?: string
  timeout?: number
  store: Store
  fetch: typeof globalThis.fetch
  clock?: Clock
  captcha: CaptchaService
}

/** Our own door, opened for this face: its calls, and the session behind it. */
export type Door = ReturnType<typeof openDoor>

/** This face gives all that is known of a user, also what the documents do not name. */
export const getUser: typeof api.getUser = {
  ...api.getUser,
  shape: {
    ...api.getUser.shape,
    hasPassword: 'boolean?',
    loginType: 'string?',
    created_from: 'string?',
    updated_at: 'string?',
  } as typeof api.getUser.shape,
}

/** The transport knows where requests go; until it does, nowhere. */
const NOWHERE = 'https://origin.invalid'

/** The server has heard of the end, or will be told again when it can be reached. */
const hasTold = ({ status, tags }: { status: string; tags?: ReadonlySet<string> }) =>
  status !== 'active' || !!tags?.has('retrying')

export function openDoor({ store, clock = systemClock, ...options }: DoorOptions) {
  const { auth, system } = createClient({
    ...options,
    clock,
    endpoint: NOWHERE,
    storage: { shared: store, tab: memoryStore() },
    flows: {},
  })
  auth.start()
  const key = `credentials_${options.clientId}`
  const keeper = (): ActorRefFrom<typeof tokens> => system()!.get('tokens')
  const dialog = (): ActorRefFrom<typeof captcha> => system()!.get('captcha')
  const isAlive = ({ expiresAt, refresh_token }: { expiresAt: number; refresh_token?: unknown }) =>
    expiresAt > clock.now() || !!refresh_token

  async function loaded() {
    const { context } = await waitFor(keeper(), (state) => !state.matches('loading'))
    return context.credentials
  }

  /** What is stored, where it can be read at once: what a page wants to know as it starts. */
  function peekStore(): Credentials | undefined {
    try {
      const stored = JSON.parse(store.get(key) as string) as Credentials
      const { access_token, refresh_token, expires_at } = stored
      const expiresAt = Date.parse(String(expires_at))
      if (!access_token || !isAlive({ expiresAt, refresh_token })) return undefined
      return { ...stored, expires_at: new Date(expiresAt) }
    } catch {
      return undefined
    }
  }

  function toDocumented(credentials: KeptCredentials): Credentials {
    const { expiresAt, groups, ...rest } = credentials
    return {
      token_type: 'Bearer',
      ...unwrapSecrets(rest),
      groups: groups as string[] | undefined,
      expires_in: Math.max(0, Math.floor((expiresAt - clock.now()) / 1000)),
      expires_at: new Date(expiresAt),
    }
  }

  return {
    on: auth.on,
    clock,
    captcha: dialog,
    /** @throws CloudbaseError */
    call: (async (endpoint, ...params) => {
      try {
        return await auth.call(endpoint, ...params)
      } catch (thrown) {
        throw CloudbaseError.from(thrown)
      }
    }) as typeof auth.call,

    /** @throws CloudbaseError `unauthenticated` when nobody is signed in */
    async getAccessToken(): Promise<string> {
      try {
        return await auth.getAccessToken()
      } catch (thrown) {
        throw CloudbaseError.from(thrown)
      }
    },

    /** The session as it is known at once, without waiting for anything. */
    peek(): Credentials | undefined {
      const state = keeper().getSnapshot()
      if (state.matches('loading')) return peekStore()
      const { credentials } = state.context
      return credentials && isAlive(credentials) ? toDocumented(credentials) : undefined
    },

    /** The session once the stored one has been read; expired or not. */
    async credentials(): Promise<Credentials | undefined> {
      const credentials = await loaded()
      return credentials && toDocumented(credentials)
    },

    /**
     * The session with a token that is good, renewed where it must be or where `anew` says so.
     *
     * @throws CloudbaseError
     */
    async freshCredentials({ anew = false } = {}): Promise<Credentials> {
      await loaded()
      const refused = anew ? keeper().getSnapshot().context.serial : undefined
      const { credentials, error } = await freshTokens(system()!, refused)
      if (credentials) return toDocumented(credentials)
      throw CloudbaseError.from(error as AuthError)
    },

    /** Begins a session with these tokens, which came from this version of the API. */
    keep(given: Unwrapped<Tokens>, version = 'v1') {
      keeper().send({ type: 'tokens.keep', tokens: wrapSecrets<Tokens>(given), version })
    },

    /** Ends the session, here at once; settles when the server knows, or cannot be told now. */
    async end(): Promise<void> {
      if (await loaded()) keeper().send({ type: 'tokens.drop' })
      const { children } = keeper().getSnapshot()
      const tellers = Object.values(children as Record<string, AnyActorRef>)
      await Promise.allSettled(tellers.map((teller) => waitFor(teller, hasTold)))
    },
  }
}
