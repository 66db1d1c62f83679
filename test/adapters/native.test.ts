import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { rolldown } from 'rolldown'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../sandbox/index.ts'

const phone_number = '+86 13800000000'

/** `AsyncStorage`, `AppState` and `Linking` as React Native has them. */
function modulesStub() {
  const stored = new Map<string, string>()
  const listeners = new Set<(state: string) => void>()
  const opened: string[] = []
  return {
    stored,
    listeners,
    opened,
    AsyncStorage: {
      getItem: async (key: string) => stored.get(key) ?? null,
      setItem: async (key: string, value: string) => void stored.set(key, value),
      removeItem: async (key: string) => void stored.delete(key),
    },
    AppState: {
      addEventListener(_type: string, run: (state: string) => void) {
        listeners.add(run)
        return { remove: () => listeners.delete(run) }
      },
    },
    Linking: { openURL: async (url: string) => void opened.push(url) },
  }
}

/** `fetch` of React Native: its answers have no `body`, and it has no streams. */
const nativeFetch = async (url: string, init: RequestInit & { signal?: AbortSignal }) => {
  const { signal: _, ...rest } = init
  const response = await fetch(url, rest)
  const text = await response.text()
  const { ok, status, headers } = response
  return { ok, status, headers, text: async () => text, _bodyInit: text }
}

/** Runs a script in one bundle with the globals of Hermes: no DOM, no `crypto`, no `URL`. */
async function runNatively(script: string, globals: object): Promise<unknown> {
  const entry = `
    import { createAuth, hostedLogin, provider, signIn } from './adapters/client/index.ts'
    import * as endpoints from './services/http/endpoints.ts'
    import { installGlobals, native } from './adapters/native/index.ts'
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5))
    const until = async (is) => {
      for (let tries = 0; !is(); tries++) {
        if (tries > 1000) throw new Error('never: ' + is)
        await pause()
      }
    }
    export const run = async () => {${script}}
  `
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? join(process.cwd(), 'entry.js') : undefined),
        load: (id) => (id.endsWith('entry.js') ? entry : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'iife', name: 'app', codeSplitting: false })
  const place = createContext({ setTimeout, clearTimeout, console, fetch: nativeFetch, ...globals })
  runInContext(`${output[0].code}; globalThis.app = app`, place)
  return JSON.parse(await (place as unknown as { app: { run(): Promise<string> } }).app.run())
}

async function startSandbox() {
  const sandbox = createSandbox({ config: { resendSeconds: 0 } })
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  return { sandbox, url }
}

const randomNumbers = (array: Uint8Array) => {
  const bytes = new Uint8Array(array.byteLength)
  crypto.getRandomValues(bytes)
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes)
  return array
}

test('native: a user signs up by code, resumes after the app was ended, refreshes and signs out', async () => {
  const { sandbox, url } = await startSandbox()
  const stub = modulesStub()
  const result = await runNatively(
    `
      installGlobals({ getRandomValues })
      const open = () => {
        const auth = createAuth({
          env: 'demo', endpoint: '${url}', flows: { signIn },
          ...native({ storage: AsyncStorage, appState: AppState }),
        })
        auth.start()
        return auth
      }
      const first = open()
      first.send({ type: 'flow.start', flow: 'signIn' })
      first.send({ type: 'contact.submit', phone_number: '${phone_number}' })
      await until(() => first.get().step === 'askingCode')
      await until(() => [...stored.values()].some((text) => text.includes('askingCode')))
      first.stop()

      const auth = open()
      await until(() => auth.get().step === 'askingCode')
      auth.send({ type: 'code.submit', code: inbox() })
      await until(() => auth.get().step === 'askingProfile')
      auth.send({ type: 'profile.skip' })
      await until(() => auth.get().status === 'signedIn' && !auth.get().flow)
      const before = await auth.getAccessToken()
      const after = await auth.getAccessToken({ anew: true })
      const { phone_number } = await auth.call(endpoints.getUser)
      await auth.signOut()
      const { status } = auth.get()
      auth.stop()
      return JSON.stringify({ phone_number, isAnew: before !== after, status, left: listeners.size })
    `,
    { ...stub, getRandomValues: randomNumbers, inbox: () => sandbox.inbox()[0]!.code },
  )
  expect(result).toEqual({ phone_number, isAnew: true, status: 'signedOut', left: 0 })
})

test('native: a third-party sign-in opens the browser and goes on with the URL the app is opened with', async () => {
  const { sandbox, url } = await startSandbox()
  const stub = modulesStub()
  const result = await runNatively(
    `
      installGlobals({ getRandomValues })
      const auth = createAuth({
        env: 'demo', endpoint: '${url}', flows: { provider }, returnOrigins: ['https://app.example'],
        ...native({ storage: AsyncStorage, openURL: Linking.openURL }),
      })
      auth.start()
      const input = { provider_id: 'demo_idp', redirect_uri: 'https://app.example/back' }
      auth.send({ type: 'flow.start', flow: 'provider', input })
      await until(() => opened[0])
      auth.send({ type: 'provider.return', url: consent(opened[0]) })
      await until(() => auth.get().status === 'signedIn')
      const { status } = auth.get()
      auth.stop()
      return JSON.stringify(status)
    `,
    {
      ...stub,
      getRandomValues: randomNumbers,
      consent: (page: string) => sandbox.consent(page, 'alex'),
    },
  )
  expect(result).toBe('signedIn')
})

test('native: the hosted login page, which keeps the session in a browser, is refused in words', async () => {
  const { url } = await startSandbox()
  const result = await runNatively(
    `
      installGlobals({ getRandomValues })
      const auth = createAuth({
        env: 'demo', endpoint: '${url}', flows: { hostedLogin },
        ...native({ storage: AsyncStorage, openURL: Linking.openURL }),
      })
      auth.start()
      await until(() => auth.get().status === 'signedOut')
      const input = { redirect_uri: 'https://app.example/back' }
      auth.send({ type: 'flow.start', flow: 'hostedLogin', input })
      await until(() => auth.get().error)
      const { code, operation } = auth.get().error
      auth.stop()
      return JSON.stringify({ code, operation, opened })
    `,
    { ...modulesStub(), getRandomValues: randomNumbers },
  )
  expect(result).toEqual({ code: 'unimplemented', operation: 'openLoginPage', opened: [] })
})

test('native: an expired token is refreshed when the app comes to the front', async () => {
  const { sandbox, url } = await startSandbox()
  const stub = modulesStub()
  let isLater = false
  const result = await runNatively(
    `
      installGlobals({ getRandomValues })
      const clock = {
        now: () => Date.now() + (isLater() ? 7200_000 : 0),
        until: (deadline) => new Promise((done) => setTimeout(done, Math.min(2 ** 30, Math.max(0, deadline - clock.now())))),
      }
      const auth = createAuth({
        env: 'demo', endpoint: '${url}', flows: { signIn }, clock,
        ...native({ storage: AsyncStorage, appState: AppState }),
      })
      auth.start()
      await auth.call(endpoints.signInAnonymously)
      expire()
      for (const run of listeners) run('background')
      await pause()
      const before = refreshes()
      for (const run of listeners) run('active')
      await until(() => refreshes() === 1)
      auth.stop()
      return JSON.stringify(before)
    `,
    {
      ...stub,
      getRandomValues: randomNumbers,
      isLater: () => isLater,
      expire() {
        isLater = true
        sandbox.advance(7200)
      },
      refreshes: () => sandbox.requests().filter(({ path }) => path.endsWith('/v1/token')).length,
    },
  )
  expect(result).toBe(0)
})

test('native: installGlobals fails in words without cryptographic random numbers', async () => {
  const result = await runNatively(
    `
      try {
        installGlobals()
      } catch ({ code, message }) {
        return JSON.stringify([code, message])
      }
    `,
    {},
  )
  expect(result).toEqual([
    'unimplemented',
    'installGlobals: unimplemented: no random numbers: import react-native-get-random-values first, or pass getRandomValues',
  ])
})
