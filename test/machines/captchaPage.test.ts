import { expect, test } from 'vitest'
import { captchaPage } from '../../services/captcha/captchaPage.ts'
import { openCaptchaPage } from '../support/captchaPage.ts'
import { openWorld } from '../support/world.ts'

const redirect_uri = 'https://app.example/captcha'
const code = { type: 'contact.submit', phone_number: '13800000000' } as const

async function openDialog() {
  const world = await openWorld({ interruption: 'captcha', captcha: captchaPage({ redirect_uri }) })
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send(code)
  await world.settle({ answering: false })
  const page = await openCaptchaPage(world.auth.get().captcha!.url!, world.sandbox.captchaAnswer)
  const answer = async (text: string) => {
    world.auth.send({ type: 'captcha.answer', text })
    await world.settle({ answering: false })
    return world.auth.get()
  }
  return { world, page, answer }
}

test('a page is visited, and its way back lets the call through', async () => {
  const { world, page, answer } = await openDialog()
  expect(world.auth.get()).toMatchObject({ step: 'sendingCode', captcha: { image: undefined } })
  const view = await answer(await page.solve())
  expect(view).toMatchObject({ step: 'askingCode', captcha: undefined, error: undefined })
  expect(world.countMessages()).toBe(1)
  await world.close()
})

test('a way back that belongs to another visit changes nothing', async () => {
  const { world, page, answer } = await openDialog()
  const before = world.auth.get().captcha
  const location = new URL(await page.solve())
  const foreign = new URL(location)
  foreign.searchParams.set('state', 'another')
  for (const address of [foreign.href, 'not an address', redirect_uri]) {
    expect((await answer(address)).captcha).toEqual(before)
  }
  expect(await answer(location.href)).toMatchObject({ step: 'askingCode', captcha: undefined })
  await world.close()
})

test('going back on the page cancels the call, with one typed error', async () => {
  const { world, page, answer } = await openDialog()
  const view = await answer(await page.cancel())
  expect(view).toMatchObject({
    step: 'askingAccount',
    captcha: undefined,
    error: { code: 'cancelled', operation: 'captcha' },
  })
  expect(world.countMessages()).toBe(0)
  await world.close()
})

test('an error of the page is shown, and another page is on offer', async () => {
  const { world, answer } = await openDialog()
  const first = world.auth.get().captcha!.url!
  const page = new URL(redirect_uri)
  const { state } = (
    world.actor('captcha').getSnapshot().context as { question: { state: string } }
  ).question
  page.search = new URLSearchParams({ state, error: 'captcha_expired' }).toString()
  const { captcha } = await answer(page.href)
  expect(captcha).toMatchObject({ busy: false, error: { code: 'captcha_expired' } })
  expect(captcha!.url).not.toBe(first)
  await world.close()
})

test('a token given at once needs nobody', async () => {
  const world = await openWorld({ captcha: captchaPage({ redirect_uri }) })
  world.sandbox.faults([
    {
      method: 'POST',
      path: '/auth/v1/verification',
      status: 400,
      body: { error: 'captcha_required' },
    },
    {
      method: 'POST',
      path: '/auth/v1/captcha/init',
      status: 200,
      body: { captcha_token: 'given', expires_in: 600 },
    },
  ])
  world.auth.send({ type: 'flow.start', flow: 'signIn' })
  world.auth.send(code)
  await world.settle({ answering: false })
  expect(world.auth.get()).toMatchObject({ step: 'askingCode', captcha: undefined })
  await world.close()
})

test.each(['javascript:alert(1)', 'data:text/html,hello', 'nonsense://x'])(
  'a page at %s is not opened',
  async (url) => {
    const world = await openWorld({
      interruption: 'captcha',
      captcha: captchaPage({ redirect_uri }),
    })
    const init = { method: 'POST', path: '/auth/v1/captcha/init', status: 200 }
    world.sandbox.faults([{ ...init, body: { url, expires_in: 600 } }])
    world.auth.send({ type: 'flow.start', flow: 'signIn' })
    world.auth.send(code)
    await world.settle({ answering: false })
    expect(world.auth.get()).toMatchObject({
      captcha: undefined,
      error: { code: 'invalid_response', operation: 'initCaptcha' },
    })
    await world.close()
  },
)
