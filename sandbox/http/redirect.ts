import { ApiError } from '../error.ts'

// Schemes that run code, read files or show foreign content as if it were the page's own.
const dangerous = [
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'filesystem:',
  'about:',
  'view-source:',
  'jar:',
  'ws:',
  'wss:',
  'ftp:',
]

/** Reads a redirect_uri: http(s) or an app's own scheme. */
export function parseRedirect(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSound =
    url !== undefined &&
    /^[a-z][a-z0-9+.-]*:\/\//i.test(text) &&
    !dangerous.includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    // Other characters, legal in a URL, would end the content policy that names the host.
    /^[\w.:[\]-]*$/.test(url.host)
  if (!isSound) throw new ApiError('invalid_argument', 'redirect_uri is not allowed')
  return url
}

/** The address to go back to, with `values` added to its query. */
export function toRedirect(redirectUri: string, values: Record<string, string>): string {
  const url = parseRedirect(redirectUri)
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value)
  return url.href
}

/** The same, with `values` in the fragment, which reaches no server. */
export function toFragment(redirectUri: string, values: Record<string, string>): string {
  const url = parseRedirect(redirectUri)
  url.hash = String(new URLSearchParams(values))
  return url.href
}

/** The content policy source that lets a form lead to `redirectUri`. */
export function toSource(redirectUri: string): string {
  const { protocol, host } = parseRedirect(redirectUri)
  return ['http:', 'https:'].includes(protocol) ? `${protocol}//${host}` : protocol
}
