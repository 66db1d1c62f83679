/** What a page of the faults offers to its test, whatever client it opens. */
import type { OfficialAuth } from './official.ts'

declare global {
  var official: OfficialAuth
  /** The official client, opened for another environment. */
  var anew: (env: string) => { auth: OfficialAuth }
  /** Tokens of the pictures somebody had to read. */
  var pictures: string[]
  /** What the client has told its listeners, oldest first. */
  var told: unknown[]
  /** The code of what a promise fails with, or how the answer names it; `done` when there is none. */
  var codeOf: (promise: Promise<unknown>) => Promise<string>
}

globalThis.pictures = []
globalThis.told = []
globalThis.codeOf = (promise) =>
  promise.then(
    (answer) => nameOf((answer as { error?: unknown } | undefined)?.error) ?? 'done',
    (thrown: unknown) => nameOf(thrown) ?? 'nothing',
  )

/** Errors come as objects of several shapes, and as `Error`. */
function nameOf(thrown: unknown): string | undefined {
  if (!thrown) return undefined
  const { error, code, message, name } = thrown as Record<string, unknown>
  return String(error ?? code ?? message ?? name)
}

export const query = new URLSearchParams(location.search)
export const endpoint = query.get('sandbox')!
export const host = new URL(endpoint).host
export const env = query.get('env')!
/** Pictures are read by the app's own adapter, not in a dialog of the client. */
export const isWithAdapter = !query.has('dialog')

/** In place of a person, the control API of the sandbox reads the picture. */
export async function readPicture(token: string): Promise<string> {
  pictures.push(token)
  const response = await fetch(`${endpoint}/__sandbox/captcha/${encodeURIComponent(token)}`)
  return ((await response.json()) as { answer: string }).answer
}

export const captchaOptions = {
  async openURIWithCallback(url: string) {
    const token = new URLSearchParams(url.slice(url.indexOf('?'))).get('token')!
    const request = { token, key: await readPicture(token) }
    const response = await fetch(`${endpoint}/auth/v1/captcha/data/verify?client_id=${env}`, {
      method: 'POST',
      body: JSON.stringify(request),
    })
    return (await response.json()) as { captcha_token: string; expires_in: number }
  },
}

type App = { auth(options: object): OfficialAuth }

/** @param init makes the client's app, which talks to the sandbox, for an environment */
export function openOfficial(init: (env: string) => object) {
  const options = { persistence: 'local', ...(isWithAdapter && { captchaOptions }) }
  globalThis.anew = (env) => ({ auth: (init(env) as App).auth(options) })
  globalThis.official = anew(env).auth
}
