/** What a page of the faults offers to its test, whatever client it opens. */
import type { OfficialAuth } from './official.ts'

declare global {
  var official: OfficialAuth
  /** Tokens of the pictures somebody had to read. */
  var pictures: string[]
  /** What the client has told its listeners, oldest first. */
  var told: unknown[]
}

globalThis.pictures = []
globalThis.told = []

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

export function openOfficial(app: object) {
  const options = { persistence: 'local', ...(isWithAdapter && { captchaOptions }) }
  globalThis.official = (app as App).auth(options)
}
