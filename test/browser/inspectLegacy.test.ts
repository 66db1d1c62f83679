import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Auth } from '../../adapters/client/index.ts'
import type { Recorder } from '../../adapters/inspect/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import type { Received } from '../legacy/receivers.ts'
import { bundlePage, openPage } from '../support/chromium.ts'
import { eventually } from './demoDriver.ts'

const phone = '13800000000'

test('legacyInspector: the window receiver of @xstate/inspect shows the states of the trace', async () => {
  const scripts = {
    '/app.js': await bundlePage('test/browser/pages/inspect/legacy.ts'),
    '/receiver.js': await bundlePage('test/browser/pages/inspect/receiver.ts'),
  }
  const server = createServer(({ url = '/' }, response) => {
    const script = scripts[url as never] as Buffer | undefined
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8')
    const name = url.startsWith('/receiver') ? 'receiver' : 'app'
    const page = `<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/${name}.js"></script>`
    response.end(script ?? page)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const sandbox = createSandbox()
  const api = await sandbox.listen({ port: 0 })
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await api.close()
  })

  const { port } = server.address() as AddressInfo
  const page = await openPage(`http://127.0.0.1:${port}/?api=${api.url}`)
  await eventually(() => page.frames().length).toBe(2)
  const received = () =>
    page.frames()[1]!.evaluate(() => (window as unknown as { received: Received[] }).received)
  await eventually(async () => (await received()).length).toBeGreaterThan(2)
  const send = (event: object) =>
    page.evaluate((given) => {
      ;(window as unknown as { auth: Auth<never> }).auth.send(given as never)
    }, event)
  const step = () =>
    page.evaluate(() => (window as unknown as { auth: Auth<never> }).auth.get().step as unknown)
  await send({ type: 'flow.start', flow: 'signIn' })
  await send({ type: 'contact.submit', phone_number: phone })
  await eventually(step).toBe('askingCode')
  const { code } = sandbox.inbox()[0]!
  await send({ type: 'code.submit', code })
  await eventually(step).toBe('askingProfile')
  await send({ type: 'profile.skip' })
  await eventually(step).toBeUndefined()

  const inTrace = await page.evaluate(() => {
    const { entries } = (window as unknown as { log: Recorder }).log.trace()
    return entries.flatMap((entry) =>
      entry.type === 'snapshot' && entry.actor.machine === 'verification'
        ? [entry.snapshot.value]
        : [],
    )
  })
  await eventually(async () =>
    (await received())
      .filter(({ machine, value }) => machine === 'verification' && value !== undefined)
      .map(({ value }) => value),
  ).toEqual(inTrace)
  const machines = new Set((await received()).map(({ machine }) => machine))
  expect([...machines]).toEqual(
    expect.arrayContaining(['session', 'signIn', 'verification', 'request', 'captcha', 'tokens']),
  )
  for (const secret of [code, phone]) {
    expect(JSON.stringify(await received())).not.toContain(secret)
  }
  expect(page.errors).toEqual([])
})
