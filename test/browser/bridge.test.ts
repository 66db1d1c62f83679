import { createSandbox } from 'cloudbase-authflow-sandbox'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openPage, type ServedPage, servePage } from '../support/chromium.ts'

const env = 'sandbox-env'
const password = 'Correct-horse-7'
const hour = 3600

describe.each([
  ['createAuth and the whole SDK 3.7.0', 'whole3', true],
  ['createAuth and the parts of SDK 3.7.0', 'parts3', true],
  ['createAuth and SDK 2.28.8', 'whole2', false],
  ['the compat API and the whole SDK 3.7.0', 'compat3', true],
  ['registerAuth and the parts of SDK 3.7.0', 'registered3', true],
])('bridge: %s', (_, entry, asksAgain) => {
  let served: ServedPage
  beforeAll(async () => {
    served = await servePage(`test/browser/pages/bridge/${entry}.ts`)
    return served.close
  })

  const open = async () => {
    const sandbox = createSandbox({
      config: { refreshPolicy: 'strict', maxSessions: 5 },
      functions: { whoAmI: (event, { uid }) => ({ uid, event }) },
    })
    const { url, close } = await sandbox.listen()
    onTestFinished(close)
    const ada = await sandbox.addUser({ sub: 'ada', username: 'ada', password })
    await sandbox.addUser({ sub: 'bob', username: 'bob', password })
    const page = await openPage(`${served.url}?${new URLSearchParams({ env, sandbox: url })}`)
    let seen = 0
    /** Returns the requests since the last call: those to services, and the renewals. */
    const requests = () => {
      const all = sandbox.requests().slice(seen)
      seen = sandbox.requests().length
      const isAuth = ({ path }: { path: string }) => path.startsWith('/auth/')
      return {
        services: all.filter((each) => /^\/(web|v1)/.test(each.path) && each.method !== 'OPTIONS'),
        renewals: all.filter((each) => isAuth(each) && each.path.endsWith('/v1/token')).length,
      }
    }
    const signIn = (username: string) =>
      page.evaluate(([name, secret]) => bridged.signIn(name!, secret!), [username, password])
    const use = (note: string) => page.evaluate((text) => bridged.use(text), note)
    return { sandbox, page, requests, signIn, use, ada }
  }

  test(`bridge ${entry}: every service goes out as the user who is signed in, also after a switch, and none after a sign-out`, async () => {
    const { sandbox, requests, signIn, use, page } = await open()
    for (const user of ['ada', 'bob', 'ada']) {
      await signIn(user)
      const note = `${user}-${sandbox.requests().length}`
      expect(await use(note)).toEqual({
        result: { uid: user, event: { note } },
        isFound: true,
        date: true,
        text: note,
      })
      const { services } = requests()
      expect(services.length).toBeGreaterThanOrEqual(5)
      expect(new Set(services.map(({ sub }) => sub))).toEqual(new Set([user]))
    }
    expect(sandbox.documents('notes').map((each) => each['_openid'])).toEqual(['ada', 'bob', 'ada'])
    expect(sandbox.files().map(({ owner }) => owner)).toEqual(['ada', 'bob', 'ada'])

    await page.evaluate(() => bridged.signOut())
    requests()
    expect(await page.evaluate(() => bridged.callFunction())).toMatch(/^error: /)
    expect(await use('note')).toMatch(/^error: /)
    expect(requests().services).toEqual([])
    expect(page.errors).toEqual([])
  })

  test(`bridge ${entry}: 30 callers with an expired token renew it once, and a reloaded page as well`, async () => {
    const { sandbox, requests, signIn, page } = await open()
    await signIn('ada')
    let passed = 0
    /** Lets the token expire, on the server and in the page. */
    const pass = async () => {
      passed += 3 * hour
      sandbox.advance(3 * hour)
      await page.clock.setSystemTime(Date.now() + passed * 1000)
      requests()
    }
    await pass()
    const results = await page.evaluate(() =>
      Promise.all(
        Array.from({ length: 30 }, async (_, index) =>
          index % 2 === 0
            ? ((await bridged.callFunction()) as { uid?: string }).uid
            : typeof (await bridged.app.database().collection('notes').count()).total,
        ),
      ),
    )
    expect(new Set(results)).toEqual(new Set(['ada', 'number']))
    const { services, renewals } = requests()
    expect(renewals).toBe(1)
    expect(services.length).toBe(30)
    expect(new Set(services.map(({ sub }) => sub))).toEqual(new Set(['ada']))

    await pass()
    await page.reload()
    expect(await page.evaluate(() => bridged.callFunction())).toMatchObject({ uid: 'ada' })
    expect(requests().renewals).toBe(1)
  })

  test(`bridge ${entry}: tokens that a service rejects are renewed once, where the SDK asks for it`, async () => {
    const { sandbox, requests, signIn, page } = await open()
    await signIn('ada')
    const path = asksAgain ? '/v1/functions/whoAmI' : '/web'
    const body = { code: 'ACCESS_TOKEN_EXPIRED', message: 'expired' }
    sandbox.faults([{ method: 'POST', path, status: 401, body, times: 10 }])
    requests()
    const results = await page.evaluate(() =>
      Promise.all(Array.from({ length: 10 }, () => bridged.callFunction())),
    )
    const succeeded = results.filter((each) => (each as { uid?: string }).uid === 'ada')
    const { services, renewals } = requests()
    expect([succeeded.length, services.length, renewals]).toEqual(
      asksAgain ? [10, 20, 1] : [0, 10, 0],
    )
  })
})
