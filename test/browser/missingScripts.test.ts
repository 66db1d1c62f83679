import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { withEsbuild } from '../support/bundle.ts'
import { openPage, routeScripts, servePage } from '../support/chromium.ts'

test('createAuth: a sign-out leads to its address where no other script can be loaded any more', async () => {
  const sandbox = createSandbox()
  const { url, close } = await sandbox.listen()
  onTestFinished(close)
  const served = await servePage('test/browser/pages/parityCompat.ts')
  onTestFinished(served.close)
  const chunks = await withEsbuild(`
    import { createAuth, signIn } from 'cloudbase-authflow'
    import { signInAnonymously } from 'cloudbase-authflow/endpoints'
    const auth = createAuth({ env: 'demo', endpoint: ${JSON.stringify(url)}, flows: { signIn } })
    auth.start()
    globalThis.enter = () => auth.call(signInAnonymously, {}).then(() => auth.get().status)
    globalThis.leave = () => auth.signOut({ redirect_uri: ${JSON.stringify(`${served.url}bye`)} })
  `)
  const page = await openPage('about:blank')
  const scripts = await routeScripts(page, served.url, chunks)
  await page.goto(served.url)
  await page.waitForFunction('globalThis.enter')
  expect(await page.evaluate('enter()')).toBe('anonymous')
  scripts.are = 'gone'
  await page.evaluate('void leave()')
  await page.waitForURL(`${served.url}bye*`, { waitUntil: 'commit' })
})

test('createAuth: a client starts without its stored flow where the script for it does not come', async () => {
  const served = await servePage('test/browser/pages/parityCompat.ts')
  onTestFinished(served.close)
  const chunks = await withEsbuild(`
    import { createAuth, signIn } from 'cloudbase-authflow'
    globalThis.auth = createAuth({ env: 'demo', endpoint: 'http://127.0.0.1:1', flows: { signIn } })
  `)
  const page = await openPage('about:blank')
  await page.clock.install()
  const scripts = await routeScripts(page, served.url, chunks)
  await page.goto(served.url)
  await page.waitForFunction('globalThis.auth')
  await page.evaluate(`auth.start(), auth.send({ type: 'flow.start', flow: 'signIn' })`)
  await page.waitForFunction(`sessionStorage.getItem('authflow_demo')`)
  await page.reload()
  await page.waitForFunction('globalThis.auth')
  scripts.are = 'late'
  await page.evaluate('void auth.start()')
  await page.clock.fastForward(15_000)
  await expect.poll(() => page.evaluate('auth.get().status')).toBe('signedOut')
})
