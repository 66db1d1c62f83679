import type cloudbase from '@cloudbase/js-sdk'

type Auth = cloudbase.auth.App

/** What a page offers to its test. */
declare global {
  var auth: Auth
  /** Tokens of the pictures somebody had to read. */
  var pictures: string[]
}

export const env = 'sandbox-env'

/** The sandbox, as the test names it in the page's address. */
const sandbox = new URLSearchParams(location.search).get('sandbox')!
export const host = new URL(sandbox).host

globalThis.pictures = []

/** In place of a person, the control API of the sandbox reads the picture. */
const openURIWithCallback = async (url: string) => {
  const token = new URLSearchParams(url.slice(url.indexOf('?'))).get('token')!
  pictures.push(token)
  const answer = await fetch(`${sandbox}/__sandbox/captcha/${token}`)
  const { key } = (await answer.json()) as { key: string }
  return auth.verifyCaptchaData({ token, key })
}

type AuthOptions = { persistence: 'local'; captchaOptions: object }

/** The SDK takes `captchaOptions`, though its types do not say so. */
export const openAuth = (app: { auth: unknown }) => {
  const open = app.auth as (options: AuthOptions) => Auth
  globalThis.auth = open({ persistence: 'local', captchaOptions: { openURIWithCallback } })
}
