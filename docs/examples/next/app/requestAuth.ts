import type { ServerAuth } from 'cloudbase-authflow/server'
import { cookies, headers } from 'next/headers'
import { serverAuth } from '../lib/auth'

/** Creates the client of the request. */
export const requestAuth = async () => serverAuth({ headers: new Headers(await headers()) })

/** Hands the cookies of a sign-in or sign-out to Next, which has no response to give in an action. */
export async function setCookies(auth: ServerAuth): Promise<void> {
  const jar = await cookies()
  for (const line of await auth.setCookies()) {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split(/=(.*)/)
    const maxAge = attributes.find((each) => /^max-age=/i.test(each))?.split('=')[1]
    jar.set(name, value, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: attributes.includes('Secure'),
      maxAge: Number(maxAge),
    })
  }
}
