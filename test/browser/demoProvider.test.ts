import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { texts } from '../../docs/demo/messages.ts'
import { flaws } from './demo-witness.ts'
import { consent, drop, eventually, type OpenOptions, said, startDemo } from './demo-driver.ts'

const weChat = 'Continue with WeChat'
const demoIdp = 'Continue with Demo IdP'

const { demo, open } = startDemo()

const codes = (requests: string[]) => requests.filter((line) => line.startsWith('POST provider'))

describe('a provider on this page', () => {
  test('signs in whoever agrees, and the same person again', async () => {
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

    // Somebody else at another provider, though of the same name.
    await it.button(demoIdp).click()
    await consent(page, 'alex')
    await it.signedIn()
    expect(await it.uid()).not.toBe(uid)
    await it.check()
  })

  test('is told from this one by who denies, and can be gone to again', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await consent(page)
    await it.at('askingRetry')
    expect(page.url()).toBe(`${demo.url}/`)
    expect(await it.heading.innerText()).toBe('That did not work out')
    expect(await it.error.innerText()).toBe(said('access_denied'))
    expect(codes(it.requests())).toEqual([])
    await it.resume('askingRetry')
    expect(await it.error.innerText()).toBe(said('access_denied'))

    await it.primary.click()
    await consent(page, 'lilei')
    await it.signedIn()
    expect(await it.heading.innerText()).toBe('Hello, 李雷')
    await it.check()
  })

  test('is waited for by who comes back without an answer', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await page.locator('[name=account]').first().waitFor()
    await page.goBack()
    await it.at('askingReturn')
    expect(await it.heading.innerText()).toBe('Over to WeChat')
    await it.resume('askingReturn')
    await it.button('Go there again').click()
    await page.locator('[name=account]').first().waitFor()
    await page.goBack()

    await it.at('askingReturn')
    await it.button('Sign in another way').click()
    await it.at('askingAccount')
    expect(await it.focus()).toBe('h1 Sign in')
    await it.check()
  })

  test('takes no answer that belongs to another journey, and waits on', async () => {
    const { page, ...it } = await open()
    await page.goto(`${demo.url}/?code=abc&state=authflow0123`)
    await it.at('askingAccount')
    expect(page.url()).toBe(`${demo.url}/`)
    expect(await it.error.innerText()).toBe(said('foreign_callback'))
    await it.reload('askingAccount')
    expect(await it.error.count()).toBe(0)

    await it.button(weChat).click()
    await page.locator('[name=account]').first().waitFor()
    const own = page.url()
    await page.goto(`${demo.url}/?code=abc&state=authflow0123`)
    await it.at('askingReturn')
    expect(await it.error.innerText()).toBe(said('foreign_callback'))
    expect(codes(it.requests())).toEqual([])
    await page.goto(own)
    await consent(page, 'alex')
    await it.signedIn()
    await it.check()
  })

  test('of another library is left its answer', async () => {
    const { page, ...it } = await open()
    const theirs = `${demo.url}/?code=abc&state=theirs`
    await page.goto(theirs)
    await it.at('askingAccount')
    expect(page.url()).toBe(theirs)
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('is believed once, however often its answer comes', async () => {
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await page.locator('[name=account]').first().waitFor()
    const answer = demo.sandbox.consent(page.url(), 'alex')
    await page.goto(answer)
    await it.signedIn()
    const { length } = codes(it.requests())

    await page.goto(answer)
    await it.signedIn()
    expect(page.url()).toBe(`${demo.url}/`)
    expect(await it.error.innerText()).toBe(said('foreign_callback'))
    expect(codes(it.requests())).toHaveLength(length)
    await it.reload('signedIn')
    expect(await it.error.count()).toBe(0)
    await it.check()
  })

  test('that was right, with the line broken at the last step: it is retried, not visited again', async () => {
    const { page, ...it } = await open()
    demo.sandbox.faults([drop('signin/with/provider')])
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(said('unreachable'))
    await it.primary.click()
    await it.signedIn()
    expect(codes(it.requests())).toEqual(['POST provider/token'])
    await it.check({ isLineBroken: true })
  })

  test('is not enough for an account that wants a second factor', async () => {
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

  test('that knows nobody here is told about, and sends nobody in', async () => {
    demo.sandbox.config({ providers: { wx_open: { name: '微信', autoSignUp: false } } })
    const { page, ...it } = await open()
    await it.button(weChat).click()
    await consent(page, 'alex')
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(said('signInWithProvider:not_found'))
    await it.button('Sign in another way').click()
    await it.at('askingAccount')

    await it.button(demoIdp).click()
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(said('getProviderUri:provider_not_enabled'))
    expect(demo.sandbox.users()).toEqual([])
    await it.check()
  })

  test('keeps two tabs apart that are on their way at once', async () => {
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
    expect(codes(first.requests())).toHaveLength(2)

    // Who came last is who is signed in, in both.
    await eventually(() => first.uid()).toBe(await second.uid())
    expect(await first.uid()).not.toBe(uid)
    await first.check()
    await second.check()
  })
})

describe('a captcha', () => {
  test('before every call is asked for on the way there and back, through a reload', async () => {
    demo.sandbox.config({ captchaOnEveryCall: 'on' })
    const { page, ...it } = await open()
    /** Another question may follow at once. */
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
    expect(codes(it.requests()).at(-1)).toBe('POST provider/token')
    await it.check()
  })

  test('that is given up leaves the account as it was, and says so there', async () => {
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
    expect(await it.error.innerText()).toBe(said('captcha:cancelled'))
    await it.check()
  })
})

describe('a provider in a window of its own', () => {
  /** Opens the window, in which a person can then agree. */
  const openPopup = async ({ page, button }: Awaited<ReturnType<typeof open>>, name = weChat) => {
    const [popup] = await Promise.all([page.context().waitForEvent('page'), button(name).click()])
    await popup.locator('[name=account]').first().waitFor()
    return popup
  }

  const openWithWindows = async (options?: OpenOptions) => {
    const it = await open(options)
    await it.button('Visit providers in a window').click()
    return it
  }

  /** Its page looks at the window every half a second, by a clock that can be turned. */
  const openByClock = async () => {
    const it = await openWithWindows({ isAlone: true })
    await it.page.clock.install()
    const pass = (ms: number) => it.page.clock.runFor(ms)
    return { ...it, pass }
  }

  const closed = async (popup: Page) => {
    if (!popup.isClosed()) await popup.waitForEvent('close')
  }

  test.each(['off', 'on'] as const)('signs in and closes it (COOP %s)', async (providerCoop) => {
    demo.sandbox.config({ providerCoop })
    const it = await openByClock()
    const popup = await openPopup(it)
    await it.at('askingPopup')
    expect(await it.heading.innerText()).toBe('Over to WeChat')
    const visits = it.sandbox.requests().filter(({ path }) => path.startsWith('/auth/idp')).length
    // Longer than a window that is cut off could be taken for one that is closed.
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
    expect(pages).toHaveLength(visits + 1)
    await it.check()
  })

  test('that denies, then agrees', async () => {
    const it = await openWithWindows()
    await consent(await openPopup(it))
    await it.at('askingRetry')
    expect(await it.error.innerText()).toBe(said('access_denied'))
    await consent(await openPopup(it, 'Try again'), 'alex')
    await it.signedIn()
    await it.check()
  })

  test('is found again by a page that was reloaded meanwhile', async () => {
    const it = await openWithWindows()
    const popup = await openPopup(it)
    await it.at('askingPopup')
    // The same window, not another one beside it.
    const found = popup.waitForEvent('load')
    await it.reload('askingPopup')
    await found
    expect(it.page.context().pages()).toHaveLength(2)
    await consent(popup, 'alex')
    await it.signedIn()
    await closed(popup)
    expect(codes(it.requests())).toEqual(['POST provider/token'])
    await it.check()
  })

  test('that somebody closes is waited for, and opened again by who says so', async () => {
    const it = await openByClock()
    await (await openPopup(it)).close()
    await it.pass(10_000)
    await it.at('askingPopup')
    expect(await it.error.count()).toBe(0)
    const next = await openPopup(it, 'Open the window again')
    await consent(next, 'alex')
    await it.signedIn()
    await closed(next)
    expect(codes(it.requests())).toEqual(['POST provider/token'])
    await it.check()
  })

  test('that the browser blocks can be done without', async () => {
    const it = await openWithWindows()
    await it.page.evaluate(() => {
      window.open = () => null
    })
    await it.button(weChat).click()
    await it.at('askingClick')
    expect(await it.focus()).toBe('h1 The window is not open')
    expect(await it.error.innerText()).toBe(said('openPopup:failed_precondition'))
    await it.button('Go on in this window').click()
    await consent(it.page, 'alex')
    await it.signedIn()
    await it.check()
  })

  test('that the browser has blocked opens at the next click', async () => {
    const it = await openWithWindows()
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

  test('is opened again by who has lost it, and left by who does not want it', async () => {
    const it = await openWithWindows()
    const popup = await openPopup(it)
    await it.at('askingPopup')
    const next = await openPopup(it, 'Open the window again')
    await closed(popup)
    await it.at('askingPopup')
    await it.button('Sign in another way').click()
    await it.at('askingAccount')
    await closed(next)
    expect(codes(it.requests())).toEqual([])
    await it.check()
  })
})

test('a window of a visit that nobody waits for says so, and begins nothing', async () => {
  const it = await open()
  await it.page.goto(`${demo.url}/?code=abc&state=authflowpopup0123`)
  const { visited, visitedAlone } = texts.en
  expect(await it.page.locator('body').innerText()).toBe(`${visited}\n\n${visitedAlone}`)
  expect(await flaws(it.page)).toEqual([])
  expect(it.requests()).toEqual([])
  await it.page.getByRole('link').click()
  await it.at('askingAccount')
  await it.check()
})
