import { createSandbox } from 'cloudbase-authflow-sandbox'
import { expect, onTestFinished, test } from 'vitest'
import * as functions from '../../docs/examples/cloudbase-app/functions.ts'
import { openPage, servePage } from '../support/chromium.ts'

const password = 'Correct-horse-7'
const dot = Buffer.from('R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=', 'base64')

test.each(['withBridge', 'withRegisterAuth'])(
  'example app: %s keeps notes, pictures and calls apart for two users, through a reload and an expired token',
  async (entry) => {
    const served = await servePage(`docs/examples/cloudbase-app/${entry}.ts`)
    onTestFinished(served.close)
    const sandbox = createSandbox({ functions })
    const { url, close } = await sandbox.listen()
    onTestFinished(close)
    for (const username of ['ada', 'bob']) {
      await sandbox.addUser({ sub: username, username, password })
    }
    const page = await openPage(`${served.url}?${new URLSearchParams({ sandbox: url })}`)
    const summary = (text: string) =>
      page.waitForFunction(
        (wanted) => document.querySelector('#summary')?.textContent === wanted,
        text,
      )
    const signIn = async (username: string) => {
      await page.fill('[name=username]', username)
      await page.fill('[name=password]', password)
      await page.click('#sign-in button')
      await page.waitForSelector('#notes:not([hidden])')
    }
    const notes = () => page.locator('li').allTextContents()

    await signIn('ada')
    await summary('ada has 0 notes.')
    await page.fill('[name=text]', 'Feed the cat')
    await page.setInputFiles('[name=picture]', {
      name: 'cat.gif',
      mimeType: 'image/gif',
      buffer: dot,
    })
    await page.click('#add button')
    await summary('ada has 1 note.')
    await page.waitForFunction(() => document.querySelector('img')?.naturalWidth === 1)

    await page.click('#sign-out')
    await page.waitForSelector('#sign-in:not([hidden])')
    await signIn('bob')
    await summary('bob has 0 notes.')
    await page.fill('[name=text]', 'Call Ada')
    await page.click('#add button')
    await summary('bob has 1 note.')
    expect((await notes()).map((text) => text.trim())).toEqual(['Call Ada'])

    sandbox.advance(3 * 3600)
    await page.clock.setSystemTime(Date.now() + 3 * 3600 * 1000)
    await page.reload()
    await summary('bob has 1 note.')

    const services = sandbox.requests().filter(({ path }) => /^\/(web|v1)/.test(path))
    const users = services.map(({ sub }) => sub)
    expect([...new Set(users)]).toEqual(['ada', 'bob'])
    expect(users.lastIndexOf('ada')).toBeLessThan(users.indexOf('bob'))
    const renewals = sandbox.requests().filter(({ path }) => path === '/auth/v1/token')
    expect(renewals).toHaveLength(1)
    expect(sandbox.documents('notes').map((each) => each['_openid'])).toEqual(['ada', 'bob'])
    expect(sandbox.files()).toMatchObject([{ owner: 'ada', type: 'image/gif', size: dot.length }])
    expect(page.errors).toEqual([])
  },
)
