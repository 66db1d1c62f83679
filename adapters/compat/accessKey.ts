type Fetch = typeof globalThis.fetch

const SEND_VERIFICATION = /\/auth\/v1\/verification\?/

/**
 * Adds a publishable key to `fetch`: while the user is signed out, `POST /auth/v1/verification` goes
 * out with the key as its bearer instead of the client id.
 *
 * @param accessKey the publishable key of `init`
 * @param fetch sends the requests. Default: the global `fetch`
 */
export function withAccessKey(accessKey: string, fetch?: Fetch): Fetch {
  return (input, init = {}) => {
    const send = fetch ?? globalThis.fetch
    const headers = new Headers(init.headers)
    const url = input as string
    if (headers.has('authorization') || !SEND_VERIFICATION.test(url)) return send(url, init)
    headers.set('authorization', `Bearer ${accessKey}`)
    const address = url.replace(/client_id=[^&]*&?/, '').replace(/[?&]$/, '')
    return send(address, { ...init, headers })
  }
}
