import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { eventually, openDemo, type OpenOptions, startDemo } from './demoDriver.ts'
import { serveStately, type Shown } from './demoStately.ts'
import { flaws } from './demoObserver.ts'

const phone = '13800000000'
const wirePhone = '+86 13800000000'
const password = 'Correct-horse-7'
const nickname = 'Augusta Ada'

const { inspector: words } = texts.en

const { demo } = startDemo()

/** Opens the demo with a stand-in for Stately's inspector. */
const openInspected = async (options: OpenOptions = {}) => {
  const it = await openDemo(demo, { ...options, isAlone: true })
  const { page } = it
  const stately = await serveStately(page.context())
  await it.open()
  const state = page.locator('.inspector [role=status]')
  const inspect = async (): Promise<Page> => {
    const popup = page.waitForEvent('popup')
    await it.button(words.open).click()
    return popup
  }
  const connected = () => state.getByText(words.connected).waitFor()
  return { ...it, stately, state, inspect, connected }
}

const pagesIn = (requests: string[]) => requests.filter((url) => !url.endsWith('.js'))

/** The states of an actor, in order. */
const statesOf = (name: string, events: Shown[]) => {
  const ids = new Set(events.filter((each) => each.name === name).map((each) => each.sessionId))
  const values = events
    .filter(({ type, sessionId }) => type === '@xstate.snapshot' && ids.has(sessionId))
    .map(({ snapshot }) => snapshot!.value)
  return values.filter((value, index) => value !== values[index - 1])
}

const namesIn = (events: Shown[]) => events.flatMap(({ name }) => name ?? [])

/** Returns the secrets that occur in a message, not only as a part of a longer number or word. */
const leaks = (secrets: string[], messages: unknown[]) => {
  const text = JSON.stringify(messages)
  return secrets.filter((secret) => {
    const literal = secret.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    return new RegExp(`(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`).test(text)
  })
}

describe('demo inspector', () => {
  test('demo inspector: nothing is loaded or requested before the user opens it', async () => {
    const scripts: string[] = []
    const { page, stately, ...it } = await openInspected()
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(request.url())
    })
    await it.signUpTo('askingProfile', phone)
    const { length } = scripts
    expect(stately.requests).toEqual([])
    expect(page.context().pages()).toHaveLength(1)

    await it.inspect()
    await it.connected()
    expect(pagesIn(stately.requests)).toEqual(['https://stately.ai/inspect'])
    expect(scripts).toHaveLength(length + 1)
    await it.check()
  })

  test('demo inspector: it receives every machine and no secret', async () => {
    const { page, stately, ...it } = await openInspected()
    await it.inspect()
    await it.connected()

    await it.signUpTo('askingProfile', phone)
    const codes = [it.newestCode()]
    await page.locator('#nickname').fill(nickname)
    await it.primary.click()
    await it.signedIn()
    await it.button('Expire the access token').click()
    await it.planned.waitFor()
    await it.button('Call getUser again').click()
    await eventually(it.requests).toContain('POST token')
    await it.signedIn()

    // A new password needs another proof first.
    await it.manage()
    await it.button('Set: Password').click()
    await page.locator('#edit-password').fill(password)
    await page.keyboard.press('Enter')
    await it.at('askingCodeRequest')
    await it.primary.click()
    await it.enterCode()
    codes.push(it.newestCode())
    await it.success.waitFor()
    await it.button('Back').click()
    await it.signOut()

    await it.button('Require a captcha').click()
    await it.planned.waitFor()
    await it.submitContact(phone)
    const answer = await it.answer()
    await it.submitCaptcha(answer)
    await it.enterCode()
    codes.push(it.newestCode())
    await it.signedIn()
    await it.signOut()

    await it.submitPassword(wirePhone, 'A wrong guess')
    await page.locator('#username[aria-invalid]').waitFor()
    await it.submitPassword(wirePhone, password)
    await it.signedIn()

    const { events, messages } = stately
    const states = [
      ['verification', 'signingUp', 'askingProfile', 'savingProfile', 'done'],
      ['readingUser', 'askingEdit', 'gatedEdit', 'askingEdit', 'done'],
      ['askingAccount', 'verification', 'signingIn', 'done'],
      ['askingAccount', 'checkingPassword', 'askingAccount', 'checkingPassword', 'done'],
    ]
    await eventually(() => statesOf('flow', events)).toEqual(states.flat())
    expect(namesIn(events)).toEqual(
      expect.arrayContaining(['session', 'tokens', 'captcha', 'verification', 'elevation']),
    )
    const submitted = events.find(({ event }) => event?.type === 'contact.submit')
    expect(submitted!.event).toEqual({ type: 'contact.submit', phone_number: '•••••••••00' })

    const { known, tokens } = demo.traffic
    expect(tokens.size).toBeGreaterThan(4)
    for (const secret of [...codes, password]) expect([...known]).toContain(secret)
    const typed = [phone, wirePhone, password, 'A wrong guess', nickname, answer]
    expect(leaks([...known, ...codes, ...typed], messages)).toEqual([])
    await it.check()
  })

  test('demo inspector: it starts with the current state of the running machines', async () => {
    const { stately, ...it } = await openInspected()
    await it.askForCode(phone)
    await it.inspect()
    await it.connected()
    const actor = (name: string) =>
      stately.events.find((event) => event.type === '@xstate.actor' && event.name === name)
    await eventually(() => actor('verification')).toMatchObject({
      snapshot: { value: 'askingCode', context: { contact: { phone_number: '+•• •••••••••00' } } },
    })
    expect(actor('verification')!.parentId).toBe(actor('flow')!.sessionId)
    await it.code.fill(it.newestCode())
    await it.at('askingProfile')
    await eventually(() => statesOf('verification', stately.events)).toContain('verified')
    await it.check()
  })

  test('demo inspector: it can be closed and opened again', async () => {
    const { page, stately, ...it } = await openInspected()
    const first = await it.inspect()
    await it.connected()
    await first.close()
    await eventually(() => it.state.innerText()).toBe('')
    await it.askForCode(phone)
    stately.events.length = 0
    await it.inspect()
    await it.connected()
    await eventually(() => namesIn(stately.events)).toContain('verification')
    expect(page.context().pages()).toHaveLength(2)
    await it.check()
  })

  test('demo inspector: it starts again when its window is reloaded or opened twice', async () => {
    const { page, stately, ...it } = await openInspected()
    const popup = await it.inspect()
    await it.connected()
    for (const again of [() => popup.reload(), () => it.button(words.open).click()]) {
      await eventually(() => namesIn(stately.events)).toContain('session')
      stately.events.length = 0
      const loaded = popup.waitForEvent('load')
      await again()
      await loaded
      await eventually(() => namesIn(stately.events)).toContain('session')
    }
    await it.connected()
    expect(page.context().pages()).toHaveLength(2)
    await it.check()
  })

  test('demo inspector: a reloaded page sends nothing more, and reuses the window when asked', async () => {
    const { page, stately, ...it } = await openInspected()
    const popup = await it.inspect()
    await it.connected()
    await it.reload('askingAccount')
    await eventually(() => stately.messages.at(-1)).toEqual({ type: '@statelyai.disconnected' })
    const { length } = stately.messages
    await it.askForCode(phone)
    expect(await it.state.innerText()).toBe('')
    expect(stately.messages).toHaveLength(length)

    const loaded = popup.waitForEvent('load')
    await it.button(words.open).click()
    await loaded
    await it.connected()
    await eventually(() => namesIn(stately.events.slice(length))).toContain('verification')
    expect(page.context().pages()).toHaveLength(2)
    await it.check()
  })

  test('demo inspector: a blocked window can be opened again', async () => {
    const { page, stately, ...it } = await openInspected()
    await page.evaluate(() => {
      const { open } = window
      window.open = () => {
        window.open = open
        return null
      }
    })
    await it.button(words.open).click()
    await it.state.getByText(words.blocked).waitFor()
    expect(stately.requests).toEqual([])
    await it.inspect()
    await it.connected()
    await it.check()
  })

  test('demo inspector: only stately.ai connects, no other site or window', async () => {
    const { page, stately, ...it } = await openInspected()
    await page.context().route('https://stately.ai/**', (route) => route.fulfill({ body: '' }))
    const popup = await it.inspect()
    await it.state.getByText(words.opening).waitFor()
    await popup.waitForURL('https://stately.ai/inspect')
    await page.evaluate(() => window.postMessage({ type: '@statelyai.connected' }, '*'))
    // Another site in the same window does not connect either.
    const elsewhere = `${demo.url}/__sandbox/inbox`
    await popup.evaluate((url) => window.location.replace(url), elsewhere)
    await popup.waitForURL(elsewhere)
    await popup.evaluate(() =>
      (window.opener as Window).postMessage({ type: '@statelyai.connected' }, '*'),
    )
    await it.askForCode(phone)
    expect(await it.state.innerText()).toBe(words.opening)
    expect(stately.messages).toEqual([])
    await it.check()
  })

  test('demo inspector: an error is shown when it cannot be loaded', async () => {
    const { page, ...it } = await openInspected()
    await page.route('**/*.js', (route) => route.abort())
    const popup = await it.inspect()
    await it.state.getByText(words.failed).waitFor()
    expect(popup.isClosed()).toBe(true)
    await it.check({ isOffline: true })
  })

  test.each([
    { language: 'en', locale: 'en-US' },
    { language: 'zh', locale: 'zh-CN' },
  ] as const)(
    'demo inspector: the button says where it leads and works by keyboard ($language)',
    async (way) => {
      const { page, ...it } = await openInspected({ locale: way.locale })
      const { open, hint, connected } = texts[way.language].inspector
      const button = it.button(open)
      const id = (await button.getAttribute('aria-describedby'))!
      expect(await page.locator(`#${id}`).innerText()).toBe(hint)
      await button.focus()
      await page.keyboard.press('Enter')
      await it.state.getByText(connected).waitFor()
      expect(await flaws(page)).toEqual([])
      await it.check()
    },
  )
})
