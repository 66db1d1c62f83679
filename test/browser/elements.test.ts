import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { en } from 'cloudbase-authflow/ui/en'
import { zh } from 'cloudbase-authflow/ui/zh'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'
import { axeViolations } from '../support/axe.ts'
import { openPage, type OpenPage, type ServedPage, servePage } from '../support/chromium.ts'
import { flaws } from './demoObserver.ts'

interface Recorded {
  type: string
  detail: Record<string, unknown>
}
declare const show: (html: string) => void
declare const give: (selector: string) => void
declare const giveSmall: (selector: string) => void
declare const events: Recorded[]

const phone = '13800000000'
let sandbox: Sandbox
let server: { url: string; close(): Promise<void> }
let served: ServedPage

beforeAll(async () => {
  sandbox = createSandbox()
  server = await sandbox.listen({ port: 0 })
  served = await servePage('test/browser/pages/elements/page.ts')
})
beforeEach(() => {
  sandbox.reset()
  sandbox.config({ resendSeconds: 0 })
})
afterAll(() => Promise.all([server.close(), served.close()]))

/** Opens a page with the elements in its HTML. */
const open = async (html: string) => {
  const page = await openPage(`${served.url}?${new URLSearchParams({ sandbox: server.url })}`)
  await page.locator('body[data-ready]').waitFor({ state: 'attached' })
  await page.evaluate((text) => show(text), html)
  return drive(page)
}

const drive = (page: OpenPage) => ({
  page,
  at: (step: string) => page.locator(`.card[data-step="${step}"]`).waitFor(),
  button: (name: string) => page.getByRole('button', { name }),
  contact: page.locator('#contact'),
  country: page.locator('#contact-country'),
  error: page.locator('.error:visible', { hasText: /./ }),
  newestCode: () => sandbox.inbox()[0]!.code,
  events: () => page.evaluate(() => events),
  focused: () => focusedId(page),
  signIn: async () => {
    await page.locator('#contact').fill(phone)
    await page.keyboard.press('Enter')
    await page.locator('.card[data-step=askingCode]').waitFor()
    await page.locator('#code').fill(sandbox.inbox()[0]!.code)
    await page.locator('.card[data-step=askingProfile]').waitFor()
  },
})

const focusedId = (page: Page) =>
  page.evaluate(() => {
    let focused = document.activeElement
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
    return focused?.id
  })

describe('elements: the start', () => {
  test('elements: one tag with an environment signs in and dispatches events for the app', async () => {
    const it = await open('<authflow-sign-in {client} lang="en"></authflow-sign-in>')
    await it.at('askingAccount')
    await it.signIn()
    await it.button(en.profile.skip).click()
    await expect.poll(it.events).toContainEqual({
      type: 'signed-in',
      detail: { uid: sandbox.users()[0]!.sub, isGuest: false },
    })
    const steps = (await it.events()).filter(({ type }) => type === 'step')
    expect(steps.map(({ detail }) => detail['step'])).toEqual(
      expect.arrayContaining(['askingAccount', 'askingCode', 'askingProfile']),
    )
    // It shows nothing for a user who is signed in.
    await it.page.locator('.card').waitFor({ state: 'detached' })
    expect(it.page.errors).toEqual([])
  })

  test('elements: a root shares one client with all elements inside it', async () => {
    const it = await open(
      `<authflow-root {client} language="en">
        <authflow-sign-in></authflow-sign-in><div><authflow-account></authflow-account></div>
      </authflow-root>`,
    )
    await it.at('askingAccount')
    await it.signIn()
    await it.button(en.profile.skip).click()
    await it.at('signedIn')
    await it.page.locator('dd', { hasText: sandbox.users()[0]!.sub }).waitFor()
    await it.button(en.home.signOut).click()
    await it.at('askingAccount')
    expect((await it.events()).at(-1)!.type).toMatch(/signed-out|step/)
    expect((await it.events()).map(({ type }) => type)).toContain('signed-out')
    expect(it.page.errors).toEqual([])
  })

  test('elements: a client that is given later is taken, and what its flows lack is not offered', async () => {
    const it = await open('<authflow-sign-in lang="en"></authflow-sign-in>')
    await it.page.evaluate(() => giveSmall('authflow-sign-in'))
    await it.at('askingAccount')
    await it.page.getByRole('tab', { name: en.account.byPassword }).click()
    expect(await it.button(en.account.forgotten).count()).toBe(0)
    await it.page.evaluate(() => give('authflow-sign-in'))
    await it.button(en.account.forgotten).waitFor()
  })

  test('elements: an element alone brings its captcha dialog, and a page never shows two', async () => {
    sandbox.config({ sendsBeforeCaptcha: 0 })
    const it = await open(
      `<authflow-root {client} language="en">
        <authflow-captcha></authflow-captcha><authflow-sign-in></authflow-sign-in>
      </authflow-root>`,
    )
    await it.contact.fill(phone)
    await it.page.keyboard.press('Enter')
    await it.page.locator('dialog[open] img').waitFor()
    expect(await it.page.locator('dialog').count()).toBe(1)
    await it.page.keyboard.press('Escape')
    await it.page.evaluate(() => show('<authflow-sign-in {client} lang="en"></authflow-sign-in>'))
    await it.contact.fill(phone)
    await it.page.keyboard.press('Enter')
    await it.page.locator('dialog[open] img').waitFor()
    expect(await it.page.locator('dialog').count()).toBe(1)
  })

  test('elements: the language is that of the nearest lang, and texts can be replaced', async () => {
    const it = await open('<div lang="zh-CN"><authflow-sign-in {client}></authflow-sign-in></div>')
    await it.page.getByRole('heading', { name: zh.titles.askingAccount }).waitFor()
    await it.page.evaluate(() => {
      const element = document.querySelector('authflow-sign-in')!
      element.texts = { account: { lead: '欢迎使用' } }
      element.messages = { 'sendVerification:invalid_argument': '再看一眼' }
    })
    await it.page.getByText('欢迎使用').waitFor()
    await it.contact.fill('1')
    await it.page.keyboard.press('Enter')
    expect(await it.error.innerText()).toBe('再看一眼')
  })
})

describe('elements: the consent', () => {
  const html = `<authflow-sign-in {client} lang="en" require-consent methods="code password guest"
    terms-url="https://example.com/terms" privacy-url="https://example.com/privacy">
  </authflow-sign-in>`

  test('elements: without the required consent nothing is sent, and the checkbox takes the focus', async () => {
    const it = await open(html)
    const isRefused = async () => {
      expect(await it.error.innerText()).toBe(en.consent.missing)
      expect(await it.focused()).toBe('consent')
      expect(sandbox.requests()).toEqual([])
    }
    await it.button(en.account.asGuest).click()
    await isRefused()
    await it.contact.fill(phone)
    await it.page.keyboard.press('Enter')
    await isRefused()
    await it.page.getByRole('tab', { name: en.account.byPassword }).click()
    await it.page.locator('#username').fill('ada')
    await it.page.locator('#password').fill('guess')
    await it.page.keyboard.press('Enter')
    await isRefused()
    const links = it.page.locator('.consent a')
    expect(await links.allInnerTexts()).toEqual([en.consent.terms, en.consent.privacy])

    await it.page.keyboard.press('Space')
    expect(await it.error.count()).toBe(0)
    await it.page.getByRole('tab', { name: en.account.byCode }).click()
    await it.button(en.contact.send).click()
    await it.at('askingCode')
  })
})

describe('elements: the consent to slotted providers', () => {
  test('elements: the required consent holds for the provider buttons of an app as well', async () => {
    const it = await open(
      `<authflow-sign-in {client} lang="en" require-consent>
        <button slot="providers" onclick="document.title = 'started'">Our own provider</button>
      </authflow-sign-in>`,
    )
    await it.button('Our own provider').click()
    await expect.poll(it.focused).toBe('consent')
    expect(await it.error.innerText()).toBe(en.consent.missing)
    expect(await it.page.title()).not.toBe('started')
    await it.page.keyboard.press('Space')
    await it.button('Our own provider').click()
    expect(await it.page.title()).toBe('started')
  })
})

describe('elements: the country of a phone number', () => {
  const html = '<authflow-sign-in {client} lang="en"></authflow-sign-in>'

  test.each([
    ['a name', 'hong', '+852'],
    ['a calling code', '853', '+853'],
    ['a calling code with full-width digits', '＋８８６', '+886'],
    ['an id', 'gb', '+44'],
  ])(
    'elements: a country is found by typing %s, and the number follows',
    async (_, typed, code) => {
      const it = await open(html)
      await it.country.click()
      await it.country.fill(typed)
      await it.page.getByRole('option').first().waitFor()
      await it.page.keyboard.press('Enter')
      expect(await it.country.inputValue()).toBe(code)
      expect(await it.focused()).toBe('contact')
      expect(await it.page.getByRole('listbox').count()).toBe(0)
    },
  )

  test('elements: the picker is a combobox for keyboards and screen readers', async () => {
    const it = await open(html)
    const combobox = it.page.getByRole('combobox', { name: en.contact.country })
    await combobox.focus()
    await it.page.keyboard.press('ArrowDown')
    await it.page.getByRole('listbox').waitFor()
    expect(await combobox.getAttribute('aria-expanded')).toBe('true')
    await it.page.keyboard.press('ArrowDown')
    const active = it.page.locator(`#${await combobox.getAttribute('aria-activedescendant')}`)
    expect(await active.getAttribute('aria-selected')).toBe('true')
    expect(await active.innerText()).toContain('Hong Kong')
    expect(await axeViolations(it.page, { within: 'authflow-sign-in' })).toEqual([])
    await it.page.keyboard.press('Escape')
    expect(await combobox.getAttribute('aria-expanded')).toBe('false')
    expect(await combobox.inputValue()).toBe('+86')
  })

  test('elements: the country is sent with the number, and a number that has one wins', async () => {
    const it = await open(html)
    await it.country.click()
    await it.country.fill('852')
    await it.page.keyboard.press('Enter')
    await it.page.keyboard.type('9123 4567')
    await it.page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(sandbox.inbox()[0]!.to).toBe('+852 91234567')
    await it.button(en.code.change(false)).click()
    await it.contact.fill('+44 20 7946 0958')
    expect(await it.country.inputValue()).toBe('+44')
    await it.page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(sandbox.inbox()[0]!.to).toBe('+44 2079460958')
  })
})

describe('elements: what goes wrong', () => {
  test('elements: a long e-mail address that is pasted into the field for a phone number is kept whole', async () => {
    const it = await open('<authflow-sign-in {client} lang="en"></authflow-sign-in>')
    const address = 'a.long.name.of.several.parts+newsletter@mail.of.a-long-company.example.com'
    await it.contact.focus()
    await it.page.keyboard.insertText(address)
    await it.page.keyboard.press('Enter')
    await it.at('askingCode')
    expect(sandbox.inbox()[0]!.to).toBe(address)
    await it.page.setViewportSize({ width: 320, height: 640 })
    expect(await flaws(it.page)).toEqual([])
  })

  test('elements: a network failure is no fault of the field, and is over when the line is back', async () => {
    const it = await open('<authflow-sign-in {client} lang="en"></authflow-sign-in>')
    await it.at('askingAccount')
    sandbox.faults([{ method: '*', path: '/auth/*', drop: 'before' }])
    await it.contact.fill(phone)
    await it.page.keyboard.press('Enter')
    await it.error.waitFor()
    const text = (await it.error.innerText()).trim()
    expect(await it.contact.getAttribute('aria-invalid')).toBeNull()
    expect(await it.page.locator('.live').innerText()).toBe(text)
    expect(await it.focused()).toBe('contact')
    await it.page.evaluate(() => dispatchEvent(new Event('online')))
    await it.error.waitFor({ state: 'detached' })
    await expect.poll(() => it.page.locator('.live').textContent()).toBe('')
    expect(await it.contact.inputValue()).toBe(phone)
  })

  test('elements: a guest is asked before signing out', async () => {
    const it = await open(
      `<authflow-root {client} language="en">
        <authflow-sign-in methods="guest"></authflow-sign-in><authflow-account></authflow-account>
      </authflow-root>`,
    )
    await it.button(en.account.asGuest).click()
    await it.at('anonymous')
    await it.button(en.home.signOut).click()
    await it.page.getByRole('heading', { name: en.home.confirmHeading }).waitFor()
    await it.button(en.home.stay).click()
    await it.page.getByRole('heading', { name: en.home.headingGuest }).waitFor()
    expect(sandbox.requests().map(({ path }) => path)).not.toContain('/auth/v1/revoke')
    await it.button(en.home.signOut).click()
    await it.button(en.home.confirm).click()
    await it.at('askingAccount')
  })

  test('elements: a full-width code that is pasted with spaces is taken', async () => {
    const it = await open('<authflow-sign-in {client} lang="en"></authflow-sign-in>')
    await it.contact.fill(phone)
    await it.page.keyboard.press('Enter')
    await it.at('askingCode')
    const toWide = (digit: string) => String.fromCharCode(digit.charCodeAt(0) + 0xff10 - 0x30)
    const wide = it.newestCode().replace(/\d/g, toWide)
    await it.page.keyboard.insertText(`${wide.slice(0, 3)} ${wide.slice(3)}`)
    await it.at('askingProfile')
    expect(sandbox.users()).toHaveLength(1)
  })
})

describe('elements: single flows', () => {
  test('elements: a reset and an upgrade on pages of their own start their flows', async () => {
    const it = await open('<authflow-reset-password {client} lang="en"></authflow-reset-password>')
    await it.at('askingContact')
    await it.button(en.reset.leave).click()
    await it.page.locator('.card').waitFor({ state: 'detached' })
    await it.page.evaluate(() =>
      show(
        `<authflow-sign-in {client} lang="en" methods="guest"></authflow-sign-in>
         <authflow-upgrade {client} lang="en"></authflow-upgrade>`,
      ),
    )
    await it.button(en.account.asGuest).click()
    await it.page.locator('#upgrade-contact').fill(phone)
    await it.page.keyboard.press('Enter')
    await it.at('askingCode')
    await it.page.locator('#code').fill(it.newestCode())
    await expect.poll(() => sandbox.users().map(({ anonymous }) => !!anonymous)).toEqual([false])
    await it.page.locator('.card').waitFor({ state: 'detached' })
  })
})

describe('elements: the look', () => {
  test('elements: colours, radius and parts are styled from outside, and slots are filled', async () => {
    const it = await open(
      `<style>
        authflow-sign-in { --authflow-accent: rgb(0, 100, 0); --authflow-radius: 2px }
        authflow-sign-in::part(heading) { letter-spacing: 3px }
      </style>
      <authflow-sign-in {client} lang="en">
        <img slot="logo" alt="Acme" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
        <span slot="terms">By signing in you agree to our terms.</span>
        <p slot="footer">© Acme</p>
      </authflow-sign-in>`,
    )
    await it.at('askingAccount')
    const styleOf = (selector: string, name: string) =>
      it.page
        .locator(selector)
        .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name)
    expect(await styleOf('.primary:visible', 'background-color')).toBe('rgb(0, 100, 0)')
    expect(await styleOf('.primary:visible', 'border-radius')).toBe('2px')
    expect(await styleOf('h1', 'letter-spacing')).toBe('3px')
    for (const text of ['By signing in you agree to our terms.', '© Acme'])
      expect(await it.page.getByText(text).isVisible()).toBe(true)
    expect(await it.page.getByRole('img', { name: 'Acme' }).isVisible()).toBe(true)
  })

  test('elements: content that is put into a slot later, or taken out, is followed', async () => {
    const it = await open('<authflow-sign-in {client} lang="en"></authflow-sign-in>')
    await it.at('askingAccount')
    const texts = ['Our logo', 'Our terms', 'Our footer', 'Our provider']
    await it.page.evaluate((all) => {
      for (const text of all) {
        const content = document.createElement('p')
        content.slot = `${text.split(' ')[1]!.replace(/provider$/, 'providers')}`
        content.textContent = text
        document.querySelector('authflow-sign-in')!.append(content)
      }
    }, texts)
    for (const text of texts) await it.page.getByText(text).waitFor()
    expect(await it.page.getByText(en.account.or, { exact: true }).isVisible()).toBe(true)
    await it.page.evaluate(() => document.querySelector('authflow-sign-in')!.replaceChildren())
    for (const selector of ['.terms', '.others'])
      await it.page.locator(selector).waitFor({ state: 'hidden' })
  })

  test('elements: the theme is that of the page unless an element has its own', async () => {
    const it = await open('<authflow-sign-in {client} lang="en"></authflow-sign-in>')
    await it.at('askingAccount')
    const surface = () =>
      it.page.locator('.card').evaluate((card) => getComputedStyle(card).backgroundColor)
    await it.page.emulateMedia({ colorScheme: 'dark' })
    expect(await surface()).toBe('rgb(255, 255, 255)')
    await it.page.evaluate(() => (document.documentElement.style.colorScheme = 'light dark'))
    expect(await surface()).toBe('rgb(22, 24, 29)')
    await it.page.evaluate(() => {
      document.querySelector('authflow-sign-in')!.theme = 'light'
    })
    await expect.poll(surface).toBe('rgb(255, 255, 255)')
  })

  test('elements: nothing overflows at 320 px, from right to left either', async () => {
    const it = await open(
      '<authflow-sign-in {client} lang="en" methods="code password guest"></authflow-sign-in>',
    )
    await it.page.setViewportSize({ width: 320, height: 640 })
    await it.at('askingAccount')
    expect(await flaws(it.page)).toEqual([])
    await it.page.evaluate(() => (document.documentElement.dir = 'rtl'))
    expect(await flaws(it.page)).toEqual([])
    const box = async (selector: string) => (await it.page.locator(selector).boundingBox())!
    const [picker, field] = [await box('#contact-country'), await box('#contact')]
    expect(picker.x).toBeGreaterThan(field.x)
  })
})
