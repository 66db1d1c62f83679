import { beforeAll, expect, test } from 'vitest'
import type { Auth } from '../../adapters/client/index.ts'
import { signInAs } from '../../adapters/testing/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { openPage, type ServedPage, servePage } from '../support/chromium.ts'

const sandbox = createSandbox()
let server: { url: string; close(): Promise<void> }
let served: ServedPage
beforeAll(async () => {
  server = await sandbox.listen({ port: 0 })
  served = await servePage('test/browser/pages/signInAs.ts')
  return async () => {
    await served.close()
    await server.close()
  }
})

/** The globals of the page. */
interface Opened {
  client?: Auth<Record<never, never>>
}

test('testing: signInAs opens a page as a user of the sandbox, whose sign-out lasts', async () => {
  const page = await openPage('about:blank')
  const options = { sandbox: server.url, env: 'demo' }
  const uid = await signInAs(page, { username: 'ada' }, options)
  await page.goto(`${served.url}?sandbox=${server.url}`)
  const reaches = (status: string) =>
    page.waitForFunction(
      (wanted) => (globalThis as unknown as Opened).client?.get().status === wanted,
      status,
    )
  await reaches('signedIn')
  const user = await page.evaluate(() => (globalThis as unknown as Opened).client!.get().user)
  expect(user?.uid).toBe(uid)
  expect(sandbox.users()).toMatchObject([{ sub: uid, username: 'ada' }])

  await page.evaluate(() => (globalThis as unknown as Opened).client!.signOut())
  await page.reload()
  await reaches('signedOut')
})

test('testing: signInAs takes a user who exists, and says what the sandbox answers', async () => {
  const page = { addInitScript: () => Promise.resolve() }
  const options = { sandbox: server.url, env: 'demo' }
  const { sub } = await sandbox.addUser({ phone_number: '+86 13800000000' })
  expect(await signInAs(page, { phone_number: '+86 13800000000' }, options)).toBe(sub)
  await expect(signInAs(page, {}, options)).rejects.toMatchObject({
    code: 'invalid_argument',
    operation: 'signInAs',
  })
})
