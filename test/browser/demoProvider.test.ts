import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { flaws } from './demoObserver.ts'
import { consent, drop, eventually, type OpenOptions, textOf, startDemo } from './demoDriver.ts'

const weChat = 'Continue with WeChat'
const demoIdp = 'Continue with Demo IdP'

const { demo, open } = startDemo()

const tokenRequests = (requests: string[]) =>
  requests.filter((line) => line.startsWith('POST provider'))

const revocations = (requests: string[]) => requests.filter((line) => line === 'POST revoke')

describe('demo provider: by redirect', () => {
  test('demo provider: the same account signs in to the same user again', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.signedIn()
    expect(page.url()).toBe(`${demo.url}/`)
    expect(await it.heading.innerText()).toBe('Hello, Alex Doe')
    expect(it.requests()).toEqual([
      'GET provider/uri',
      'POST provider/token',
      'POST signin/with/provider',
      'GET user/me',
    ])
    const uid = await it.uid()
    await it.signOut()

    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.signedIn()
    expect(await it.uid()).toBe(uid)
    await it.signOut()

    // The same account name at another provider is another user.
    await it.button(demoIdp).click()
    await consent(page, 'alex')
    await it.signedIn()
    expect(await it.uid()).not.toBe(uid)
    await it.check()
  })

  test('demo provider: a sign-out whose request is slow goes on behind the page of the provider', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.signedIn()
    it.sandbox.faults([{ method: 'POST', path: '/auth/v1/revoke', delayMs: 1000 }])
    await it.signOut()
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.signedIn()
    await expect.poll(() => revocations(it.requests())).toHaveLength(2)
    await it.check()
  })

  test('demo provider: a denial is shown, also after a reload, and can be retried', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await consent(page)
    await it.at('askingRetry')
    expect(page.url()).toBe(`${demo.url}/`)
    expect(await it.heading.innerText()).toBe('That did not work')
    expect(await it.error.innerText()).toBe(textOf('access_denied'))
    expect(tokenRequests(it.requests())).toEqual([])
    await it.resume('askingRetry')
    expect(await it.error.innerText()).toBe(textOf('access_denied'))

    await it.primary.click()
    await consent(page, 'lilei')
    await it.signedIn()
    expect(await it.heading.innerText()).toBe('Hello, 李雷')
    await it.check()
  })

  test('demo provider: going back without an answer waits, and the user can leave', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await page.locator('[name=account]').first().waitFor()
    await page.goBack()
    await it.at('askingReturn')
    expect(await it.heading.innerText()).toBe('Continue at WeChat')
    await it.resume('askingReturn')
    await it.button('Open the page again').click()
    await page.locator('[name=account]').first().waitFor()
    await page.goBack()

    await it.at('askingReturn')
    await it.button('Sign in another way').click()
    await it.at('askingAccount')
    expect(await it.focus()).toBe('h1 Sign in')
    await it.check()
  })

  test('demo provider: a foreign authorization response is ignored, and the flow waits on', async () => {
    const { page, ...it } = await open()
    await page.goto(`${demo.url}/?code=abc&state=authflow0123`)
    await it.at('askingAccount')
    expect(page.url()).toBe(`${demo.url}/`)
    expect(await it.error.innerText()).toBe(textOf('foreign_callback'))
    await it.reload('askingAccount')
    expect(await it.error.count()).toBe(0)

    await it.button(weChat).click()
    await page.locator('[name=account]').first().waitFor()
    const own = page.url()
    await page.goto(`${demo.url}/?code=abc&state=authflow0123`)
    await it.at('askingReturn')
    expect(await it.error.innerText()).toBe(textOf('foreign_callback'))
    expect(tokenRequests(it.requests())).toEqual([])
    await page.goto(own)
    await consent(page, 'alex')
    await it.signedIn()
    await it.check()
  })

  test('demo provider: the response to another library stays in the address', async () => {
    const { page, ...it } = await open()
    const foreignUrl = `${demo.url}/?code=abc&state=theirs`
    await page.goto(foreignUrl)
    await it.at('askingAccount')
    expect(page.url()).toBe(foreignUrl)
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('demo provider: an authorization response is accepted once', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await page.locator('[name=account]').first().waitFor()
    const answer = demo.sandbox.consent(page.url(), 'alex')
    await page.goto(answer)
    await it.signedIn()
    const { length } = tokenRequests(it.requests())

    await page.goto(answer)
    await it.signedIn()
    expect(page.url()).toBe(`${demo.url}/`)
    expect(await it.error.innerText()).toBe(textOf('foreign_callback'))
    expect(tokenRequests(it.requests())).toHaveLength(length)
    await it.reload('signedIn')
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('demo provider: a lost sign-in is retried without going to the provider again', async () => {
    const { page, ...it } = await open()
    demo.sandbox.faults([drop('signin/with/provider')])
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(textOf('unreachable'))
    await it.primary.click()
    await it.signedIn()
    expect(tokenRequests(it.requests())).toEqual(['POST provider/token'])
    await it.check({ isOffline: true })
  })

  test('demo provider: an account that needs a second factor is sent to the sign-in card', async () => {
    const { page, ...it } = await open()
    const path = '/auth/v1/signin/with/provider'
    const body = { error: 'mfa_phone_required' }
    demo.sandbox.faults([{ method: 'POST', path, status: 403, body }])
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.at('askingSecondFactor')
    expect(await it.heading.innerText()).toBe('One more step')
    expect(await it.error.count()).toBe(0)
    await it.primary.click()
    await it.at('askingAccount')
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('demo provider: an account without a user and a disabled provider are reported', async () => {
    demo.sandbox.config({ providers: { wx_open: { name: '微信', autoSignUp: false } } })
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(textOf('signInWithProvider:not_found'))
    await it.button('Sign in another way').click()
    await it.at('askingAccount')

    await it.button(demoIdp).click()
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(textOf('getProviderUri:provider_not_enabled'))
    expect(demo.sandbox.users()).toEqual([])
    await it.check()
  })

  test('demo provider: two tabs at a provider at once do not mix', async () => {
    const first = await open()
    const second = await first.openTab()
    await second.open()
    for (const tab of [first, second]) {
      await tab.button(weChat).click()
      await tab.page.locator('[name=account]').first().waitFor()
    }
    await consent(first.page, 'alex')
    await first.signedIn()
    const uid = await first.uid()
    await consent(second.page, 'lilei')
    await second.signedIn()
    expect(await second.heading.innerText()).toBe('Hello, 李雷')
    expect(await second.error.count()).toBe(0)
    expect(tokenRequests(first.requests())).toHaveLength(2)

    // The last sign-in holds in both tabs.
    await eventually(() => first.uid()).toBe(await second.uid())
    expect(await first.uid()).not.toBe(uid)
    await first.check()
    // A story has no page that is left for a provider while another tab signs in.
    await second.check({ isReplayed: false })
  })
})

describe('demo provider: captcha', () => {
  test('demo provider: captchas before and after the redirect are solved, through a reload', async () => {
    demo.sandbox.config({ captchaOnEveryCall: 'on' })
    const { page, ...it } = await open()
    /** Another captcha can follow at once. */
    const solve = async () => {
      const answer = await it.answer()
      const src = await page.locator('dialog img').getAttribute('src')
      await it.submitCaptcha(answer)
      await page.locator(`dialog[open] img[src="${src}"]`).waitFor({ state: 'hidden' })
    }
    await it.button(weChat).click()
    await it.answer()
    await it.resume('fetchingUri')
    await solve()
    await consent(page, 'alex')
    await solve()
    await solve()
    await it.at('signedIn')
    expect(tokenRequests(it.requests()).at(-1)).toBe('POST provider/token')
    await it.check()
  })

  test('demo provider: cancelling a captcha leaves the account as it was and says so', async () => {
    const it = await open()
    await it.button(weChat).click()
    await consent(it.page, 'alex')
    await it.manage()
    await it.button('Unlink: WeChat').waitFor()
    demo.sandbox.config({ captchaOnEveryCall: 'on' })
    await it.button('Link: Demo IdP').click()
    await it.answer()
    await it.page.keyboard.press('Escape')
    await it.at('askingEdit')
    expect(await it.error.innerText()).toBe(textOf('captcha:cancelled'))
    await it.check()
  })
})

describe('demo provider: by popup', () => {
  /** Opens the popup and waits for its form. */
  const openPopup = async ({ page, button }: Awaited<ReturnType<typeof open>>, name = weChat) => {
    const [popup] = await Promise.all([page.context().waitForEvent('page'), button(name).click()])
    await popup.locator('[name=account]').first().waitFor()
    return popup
  }

  const openWithPopups = async (options?: OpenOptions) => {
    const it = await open(options)
    await it.button('Open providers in a popup').click()
    return it
  }

  /** Opens the demo with a clock that can be advanced. */
  const openWithClock = async () => {
    const it = await openWithPopups({ isAlone: true })
    await it.page.clock.install()
    const pass = (ms: number) => it.page.clock.runFor(ms)
    return { ...it, pass }
  }

  const closed = async (popup: Page) => {
    if (!popup.isClosed()) await popup.waitForEvent('close')
  }

  test.each(['off', 'on'] as const)(
    'demo provider: a popup signs in and closes (COOP %s)',
    async (providerCoop) => {
      demo.sandbox.config({ providerCoop })
      const it = await openWithClock()
      const popup = await openPopup(it)
      await it.at('askingPopup')
      expect(await it.heading.innerText()).toBe('Continue at WeChat')
      const before = it.sandbox.requests().filter(({ path }) => path.startsWith('/auth/idp')).length
      // A popup that COOP has cut off looks closed; it is not treated so.
      await it.pass(10_000)
      await it.at('askingPopup')
      await consent(popup, 'alex')
      await it.signedIn()
      await closed(popup)
      expect(it.requests()).toEqual([
        'GET provider/uri',
        'POST provider/token',
        'POST signin/with/provider',
        'GET user/me',
      ])
      const pages = it.sandbox.requests().filter(({ path }) => path.startsWith('/auth/idp'))
      expect(pages).toHaveLength(before + 1)
      await it.check()
    },
  )

  test('demo provider: a popup that was denied is opened again', async () => {
    const it = await openWithPopups()
    await consent(await openPopup(it))
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(textOf('access_denied'))
    await consent(await openPopup(it, 'Try again'), 'alex')
    await it.signedIn()
    await it.check()
  })

  test('demo provider: a reloaded page goes on when the user consents in the popup', async () => {
    const it = await openWithPopups()
    const popup = await openPopup(it)
    await it.at('askingPopup')
    await it.reload('askingPopup')
    // Without an opener the page cannot find the window, but its answer comes home.
    await consent(popup, 'alex')
    await it.signedIn()
    await closed(popup)
    expect(tokenRequests(it.requests())).toEqual(['POST provider/token'])
    await it.check()
  })

  test('demo provider: a popup that the user closed is opened again by a button', async () => {
    const it = await openWithClock()
    await (await openPopup(it)).close()
    await it.pass(10_000)
    await it.at('askingPopup')
    expect(await it.error.count()).toBe(0)
    const next = await openPopup(it, 'Open the window again')
    await consent(next, 'alex')
    await it.signedIn()
    await closed(next)
    expect(tokenRequests(it.requests())).toEqual(['POST provider/token'])
    await it.check()
  })

  test('demo provider: a blocked popup can be replaced by a redirect', async () => {
    const it = await openWithPopups()
    await it.page.evaluate(() => {
      window.open = () => null
    })
    await it.button(weChat).click()
    await it.at('askingClick')
    expect(await it.focus()).toBe('h1 The window didn’t open')
    expect(await it.error.innerText()).toBe(textOf('openPopup:failed_precondition'))
    await it.button('Continue in this window').click()
    await consent(it.page, 'alex')
    await it.signedIn()
    await it.check()
  })

  test('demo provider: a blocked popup opens at the next click', async () => {
    const it = await openWithPopups()
    await it.page.evaluate(() => {
      const { open } = window
      window.open = () => {
        window.open = open
        return null
      }
    })
    await it.button(weChat).click()
    await it.at('askingClick')
    await consent(await openPopup(it, 'Open the window'), 'alex')
    await it.signedIn()
    expect(it.requests().filter((line) => line === 'GET provider/uri')).toHaveLength(1)
    await it.check()
  })

  test('demo provider: a popup can be opened again, and leaving the step closes it', async () => {
    const it = await openWithPopups()
    const popup = await openPopup(it)
    await it.at('askingPopup')
    const next = await openPopup(it, 'Open the window again')
    await closed(popup)
    await it.at('askingPopup')
    await it.button('Sign in another way').click()
    await it.at('askingAccount')
    await closed(next)
    expect(tokenRequests(it.requests())).toEqual([])
    await it.check()
  })
})

test('demo provider: a popup without a waiting page says so and starts nothing', async () => {
  const it = await open()
  await it.page.goto(`${demo.url}/?code=abc&state=authflowpopup0123`)
  const { popupDone, popupAlone } = texts.en
  const text = await it.page.locator('.popup-done').innerText()
  expect(text.split(/\n+/)).toEqual([popupDone, popupAlone])
  expect(await flaws(it.page)).toEqual([])
  expect(it.requests()).toEqual([])
  await it.page.getByRole('link').click()
  await it.at('askingAccount')
  await it.check()
})
