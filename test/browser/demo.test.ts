import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sentence, texts } from '../../docs/demo/messages.ts'
import { serveBundledDemo } from '../support/demo.ts'
import { openPage } from '../support/chromium.ts'
import { eventually, openDemo, textOf, startDemo } from './demoDriver.ts'
import { serveStately } from './demoStately.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const email = 'ada@example.com'
const password = 'Correct-horse-7'

const { demo, open } = startDemo()

describe('demo: the sandbox panel', () => {
  test('demo sandbox: the inbox shows codes newest first and fills one in on a click', async () => {
    const { page, ...it } = await open()
    await it.askForCode(email)
    await it.button('Change e-mail').click()
    await it.askForCode(phone)
    const delivered = page.locator('.message')
    await delivered.nth(1).waitFor()
    expect(await delivered.locator('.to').allInnerTexts()).toEqual([wirePhone, email])
    expect(await delivered.locator('.digits').first().innerText()).toBe(it.newestCode())
    await delivered.first().click()
    await it.at('askingProfile')
    await it.check()
  })

  test('demo sandbox: a click copies the code where no code is asked for', async () => {
    const { page, ...it } = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await it.askForCode(phone)
    await it.button('Change number').click()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText(`${it.newestCode()} copied.`).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(it.newestCode())
    await it.check()
  })

  test('demo sandbox: the inbox is not polled while the page is hidden', async () => {
    const { page, ...it } = await openDemo(demo, { isAlone: true })
    await page.clock.install()
    await it.open()
    let polls = 0
    page.on('request', () => polls++)
    const setVisibility = (state: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, state)

    await setVisibility('hidden')
    polls = 0
    await page.clock.runFor(10_000)
    // One request may have been in flight.
    expect(polls).toBeLessThanOrEqual(1)
    polls = 0
    await setVisibility('visible')
    await eventually(() => polls).toBeGreaterThan(0)
    await it.check()
  })

  test('demo sandbox: a button makes the next code require a captcha', async () => {
    const it = await open()
    await it.button('Require a captcha').click()
    await it.planned.waitFor()
    await it.submitContact(phone)
    await it.submitCaptcha(await it.answer())
    await it.at('askingCode')
    expect(it.messages()).toBe(1)
    await it.check()
  })

  test('demo sandbox: a button drops one connection, after which the user can retry', async () => {
    const it = await open()
    await it.button('Drop one connection').click()
    await it.planned.waitFor()
    await it.submitContact(phone)
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    await it.page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(it.messages()).toBe(1)
    await it.check({ isOffline: true })
  })

  test('demo sandbox: a button expires the access token, and the next call succeeds all the same', async () => {
    const it = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    await it.button('Expire the access token').click()
    await it.planned.waitFor()
    const { length } = it.requests()
    await it.button('Call getUser again').click()
    await eventually(() => it.requests().slice(length)).toEqual([
      'GET user/me',
      'POST token',
      'GET user/me',
    ])
    await it.signedIn()
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('demo sandbox: a button creates the password user once and fills the form in each time', async () => {
    const it = await open()
    for (let time = 1; time <= 2; time++) {
      await it.button('Create a password user').click()
      await it.page.locator('#username:visible').waitFor()
      await eventually(() => it.page.locator('#username').inputValue()).toBe('ada')
      await it.primary.click()
      await it.signedIn()
      await it.signOut()
    }
    expect(it.sandbox.users().map(({ username }) => username)).toEqual(['ada'])
    await it.check()
  })

  test('demo sandbox: a button clears everything and signs the user out', async () => {
    const { page, ...it } = await open()
    await it.signUpTo('askingProfile', phone)
    await it.secondary.click()
    await it.signedIn()
    await it.button('Clear everything').click()
    await it.at('askingAccount')
    await page.getByText('Codes arrive here.').waitFor()
    expect(it.sandbox.users()).toEqual([])
    expect(await it.error.count()).toBe(0)
    await it.check()
  })
})

describe('demo: languages', () => {
  test('demo: the page is in the language of the browser until another one is chosen', async () => {
    const { page, ...it } = await open({ locale: 'zh-CN' })
    const language = () => page.evaluate(() => document.documentElement.lang)
    expect(await language()).toBe('zh-CN')
    expect(await it.card.locator('h1:visible').innerText()).toBe('登录')

    await it.askForCode(phone)
    await it.code.fill('12')
    await it.button('English').click()
    expect(await language()).toBe('en')
    expect(await it.card.locator('h1:visible').innerText()).toBe('Enter the code')
    expect(await it.code.inputValue()).toBe('12')
    await it.reload('askingCode')
    expect(await it.card.locator('h1:visible').innerText()).toBe('Enter the code')
    await it.check()
  })

  test.each(['en', 'zh'] as const)(
    'demo: its own sentences replace those of the library (%s)',
    (language) => {
      const { errors } = texts[language]
      for (const name of Object.keys(texts.en.errors) as (keyof typeof errors)[]) {
        expect(errors[name]).toMatch(/\S.*[.。]$/)
        const [code = '', operation] = name.split(':').toReversed()
        expect(sentence({ code, operation }, language)).toBe(errors[name])
      }
    },
  )
})

describe('demo: the server', () => {
  test('demo server: an error says what to do when the port is taken', async () => {
    const { port } = new URL(demo.url)
    await expect(serveBundledDemo({ port: Number(port) })).rejects.toThrow(
      `Port ${port} is taken. Stop what uses it, or choose another: npm start -- --port`,
    )
  })

  test('demo server: requests with a foreign host name are rejected', async () => {
    const statusFor = (host: string) =>
      new Promise((resolve, reject) => {
        const { port } = new URL(demo.url)
        const headers = { host }
        request({ port, host: '127.0.0.1', path: '/__sandbox/inbox', headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
    expect(await statusFor(`localhost:${new URL(demo.url).port}`)).toBe(200)
    expect(await statusFor('rebound.example')).toBe(403)
  })

  test('demo server: the state file keeps the users', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const state = join(folder, 'state.json')
    const first = await serveBundledDemo({ state })
    await first.sandbox.addUser({ username: 'ada', password })
    await first.close()
    const second = await serveBundledDemo({ state })
    onTestFinished(() => second.close())
    expect(second.sandbox.users().map(({ username }) => username)).toEqual(['ada'])
  })

  test('demo server: npm start serves the page until it is terminated', async () => {
    const child = spawn(process.execPath, ['docs/demo/serve.ts', '--port', '0'])
    let printed = ''
    child.stdout.on('data', (text) => (printed += String(text)))
    await eventually(() => printed).toContain('Ctrl-C stops it.')
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)!
    expect(await (await fetch(`${url}/__sandbox/inbox`)).json()).toEqual([])
    // `npm start` serves the page module by module.
    const page = await openPage(url)
    await page.locator('.card[data-step=askingAccount]').waitFor()
    await serveStately(page.context())
    await page.getByRole('button', { name: texts.en.inspector.open }).click()
    await page.getByText(texts.en.inspector.connected).waitFor()
    expect(page.errors).toEqual([])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
