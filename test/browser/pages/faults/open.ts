/** What the page of an SDK offers to the test. */
import type { OfficialAuth } from './official.ts'

declare global {
  var official: OfficialAuth
  /** Opens the official SDK for another environment. */
  var anew: (env: string) => { auth: OfficialAuth }
  /** The tokens of the captcha pictures that were shown. */
  var pictures: string[]
  /** The events that listeners have received, oldest first. */
  var events: unknown[]
  /** Returns the code of a promise's error or of its answer's error; `done` without an error. */
  var codeOf: (promise: Promise<unknown>) => Promise<string>
}

globalThis.pictures = []
globalThis.events = []
globalThis.codeOf = (promise) =>
  promise.then(
    (answer) => nameOf((answer as { error?: unknown } | undefined)?.error) ?? 'done',
    (thrown: unknown) => nameOf(thrown) ?? 'nothing',
  )

/** Returns the code of an error, which may be an `Error` or an object of several shapes. */
function nameOf(thrown: unknown): string | undefined {
  if (!thrown) return undefined
  const { error, code, message, name } = thrown as Record<string, unknown>
  return String(error ?? code ?? message ?? name)
}

export const query = new URLSearchParams(location.search)
export const endpoint = query.get('sandbox')!
export const host = new URL(endpoint).host
export const env = query.get('env')!
/** Whether the app's adapter solves captchas, instead of the SDK's dialog. */
export const isWithAdapter = !query.has('dialog')

/** Solves a captcha by the control API of the sandbox. */
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

/**
 * Opens the official SDK.
 *
 * @param init creates the SDK's app for an environment, connected to the sandbox
 */
export function openOfficial(init: (env: string) => object) {
  const options = { persistence: 'local', ...(isWithAdapter && { captchaOptions }) }
  globalThis.anew = (env) => ({ auth: (init(env) as App).auth(options) })
  globalThis.official = anew(env).auth
}
