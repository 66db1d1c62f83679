import type cloudbase from '@cloudbase/js-sdk'

type Auth = cloudbase.auth.App

/** What the page offers to the test. */
declare global {
  var auth: Auth
  /** The tokens of the captcha pictures that were shown. */
  var pictures: string[]
}

const query = new URLSearchParams(location.search)
const sandbox = query.get('sandbox')!
export const env = query.get('env')!
export const host = new URL(sandbox).host

globalThis.pictures = []

/** Solves a captcha by the control API of the sandbox. */
const openURIWithCallback = async (url: string) => {
  const token = new URLSearchParams(url.slice(url.indexOf('?'))).get('token')!
  pictures.push(token)
  const response = await fetch(`${sandbox}/__sandbox/captcha/${token}`)
  const { answer: key } = (await response.json()) as { answer: string }
  return auth.verifyCaptchaData({ token, key })
}

/**
 * What the pages use of the official SDK's app. The declarations of its two versions are global and
 * collide, and none of them has `captchaOptions`.
 */
export interface OfficialApp {
  registerEndPoint(url: string, protocol: 'http'): void
  auth(options: { persistence: 'local'; captchaOptions: object }): Auth
}

export const createClient = (app: object) => {
  const captchaOptions = { openURIWithCallback }
  globalThis.auth = (app as OfficialApp).auth({ persistence: 'local', captchaOptions })
}
