import { vi } from 'vitest'
import { type InspectionEvent, StateMachine } from 'xstate'
import { memoryStore, type Store } from '../../services/session/store.ts'
import { print, textsIn } from './texts.ts'
import { openWorld, type WorldOptions } from './world.ts'

/** What holds tokens: the session, its mirror, and a session that is to be revoked. */
const SESSIONS = ['authflow_session_demo', 'credentials_demo', 'authflow_revoke_demo']

/** Where the captcha page of a watched world redirects to. */
export const redirect_uri = 'https://app.example/captcha'

/**
 * What the user types. The network puts the right code and captcha answer in its place. These two have
 * no dashes, because the client drops those.
 */
export const typed = {
  code: 'canaryOfTheCode',
  wrongCode: 'canaryOfAWrongCode',
  password: 'canary of the password',
  answer: 'canaryOfTheAnswer',
  pageToken: 'canary-of-a-token-from-a-page',
}

const lifeEvents = [
  'signedIn',
  'signedOut',
  'userChanged',
  'tokenRenewed',
  'credentialsLost',
] as const

/** The fields of an answer that are secrets. */
const secretFields = /^(access|refresh|verification|captcha)_token$|^token$/

/** The methods of the console whose output is searched; the test replaces them by mocks. */
export const consoleMethods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const

/** A world whose secrets are known and whose outputs are recorded; see {@link openWatchedWorld}. */
export type WatchedWorld = Awaited<ReturnType<typeof openWatchedWorld>>

/**
 * Opens a world that records whatever leaves the library: views, events, errors, addresses, stored
 * and printed texts. It knows every secret that is typed or answered.
 *
 * @param options as for `openWorld`; storage, network and inspection are taken
 * @returns the world
 */
export async function openWatchedWorld(options: WorldOptions) {
  const secrets = new Map(Object.entries(typed).map(([name, text]) => [text, name]))
  const sent = new Set<string>()
  const urls: string[] = []
  const shown: Record<'events' | 'views' | 'errors' | 'tab' | 'shared', string[]> = {
    events: [],
    views: [],
    errors: [],
    tab: [],
    shared: [],
  }
  const events: InspectionEvent[] = []

  const watched = (name: 'tab' | 'shared'): Store => {
    const store = memoryStore()
    const isShown = (key: string) => name === 'tab' || !SESSIONS.includes(key)
    return {
      ...store,
      set(key, value) {
        if (isShown(key)) shown[name].push(key, value)
        return store.set(key, value)
      },
      update: (key, decide) =>
        store.update!(key, (text) => {
          const next = decide(text)
          if (next !== undefined && isShown(key)) shown[name].push(key, next)
          return next
        }),
    }
  }

  const world = await openWorld({
    ...options,
    storage: { shared: watched('shared'), tab: watched('tab') },
    inspect: (event) => events.push(event),
    async wire(input, init) {
      const url = new URL(input as string)
      sent.add(url.searchParams.get('captcha_token') ?? '')
      url.searchParams.delete('captcha_token')
      urls.push(url.href)
      let body = (init?.body ?? '') as string
      for (const text of secrets.keys()) if (body.includes(text)) sent.add(text)
      body = body
        .replace(typed.code, world.sandbox.inbox()[0]?.code ?? '')
        .replace(typed.answer, world.readCaptcha())
      const response = await fetch(input, { ...init, ...(body && { body }) })
      const answer: unknown = await response
        .clone()
        .json()
        .catch(() => ({}))
      for (const [name, value] of Object.entries(answer as object)) {
        if (secretFields.test(name)) secrets.set(value as string, name)
      }
      return response
    },
  })

  /** The captcha's answer: the text of the picture, or the address the page redirects to. */
  function captchaAnswer() {
    const { context } = world.actor('captcha').getSnapshot() as {
      context: { question: { state?: string } }
    }
    const { state } = context.question
    const callback = { state: state ?? '', captcha_token: typed.pageToken, expires_in: '600' }
    return state ? `${redirect_uri}?${new URLSearchParams(callback).toString()}` : typed.answer
  }

  const addError = (error: unknown) => {
    for (let each = error; each; each = (each as Error).cause) {
      shown.errors.push(...print(each), `${each as Error}`, ...textsIn(each))
    }
  }
  const watchClient = () => {
    world.auth.subscribe((view) => {
      shown.views.push(...print(view))
      addError(view.error)
      addError(view.captcha?.error)
    })
    for (const type of lifeEvents) {
      world.auth.on(type, (event) => shown.views.push(...print(event), ...textsIn(event)))
    }
  }
  watchClient()

  return {
    ...world,
    get auth() {
      return world.auth
    },
    sent,
    secrets,
    /** Waits until only the user can go on, and answers captchas. */
    async settle() {
      await world.settle({ answering: false })
      while (world.auth.get().captcha?.busy === false) {
        world.answerCaptcha(captchaAnswer())
        await world.settle({ answering: false })
      }
    },
    async reload() {
      await world.reload()
      watchClient()
    },
    async call(...call: Parameters<typeof world.auth.call>) {
      const settled = world.auth.call(...call).catch(addError)
      await this.settle()
      await settled
    },
    /** @returns the secrets that were seen, as `password in events` */
    leaks() {
      shown.events.push(...textsOfEvents(events))
      const places = { ...shown, urls, console: printedToConsole() }
      return Object.entries(places).flatMap(([place, texts]) => {
        const all = [...new Set(texts)].join('\n')
        return [...secrets]
          .filter(([secret]) => all.includes(secret))
          .map(([, name]) => `${name} in ${place}`)
      })
    },
  }
}

/** Everything in the events and snapshots; each object is walked once and printed once. */
function textsOfEvents(events: InspectionEvent[]): string[] {
  const walked = new Set<unknown>()
  const printed = new Set<unknown>()
  const texts: string[] = []
  const printOnce = (value: unknown) => {
    // Machines are constants.
    if (printed.has(value) || value instanceof StateMachine) return
    printed.add(value)
    texts.push(...print(value))
  }
  for (const event of events) {
    texts.push(...textsIn(event, walked))
    if ('event' in event) for (const field of Object.values(event.event)) printOnce(field)
    if ('snapshot' in event) {
      for (const [name, part] of Object.entries(event.snapshot)) {
        // State nodes belong to the machine, and children have snapshots of their own.
        if (name !== '_nodes' && name !== 'children') printOnce(part)
      }
    }
  }
  return texts
}

const printedToConsole = () =>
  consoleMethods.flatMap((method) =>
    vi.mocked(console[method]).mock.calls.flatMap((line) => line.flatMap((part) => print(part))),
  )
