import { expect, test } from 'vitest'
import { type Client, email, start } from './client.ts'

const redirect_uri = 'https://app.example/callback?__captcha=on'
const state = `"><script>alert(1)</script> &'`

async function open(client: Client, uri = redirect_uri): Promise<string> {
  const { body } = await client.post('/auth/v1/captcha/init', { redirect_uri: uri, state })
  expect(body).toEqual({ url: expect.stringContaining(client.url), expires_in: 600 })
  return String(body['url'])
}

const submit = (url: string, form: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

const tokenIn = (html: string): string => /name="token" value="([^"]+)"/.exec(html)?.[1] ?? ''

const answer = (client: Client, html: string) => ({
  action: 'verify',
  token: tokenIn(html),
  key: client.sandbox.captchaAnswer(tokenIn(html)) ?? '',
})

const target = (response: Response): URL => new URL(response.headers.get('location') ?? '')

test('sandbox captcha page: a correct answer redirects back with a captcha token', async () => {
  const client = await start({ sendsBeforeCaptcha: 0 })
  const url = await open(client)
  const page = await fetch(url)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const html = await page.text()
  expect(html).toContain('<img src="data:image/gif;base64,')
  const solved = await submit(url, answer(client, html))
  expect(solved.status).toBe(303)
  const { origin, searchParams } = target(solved)
  expect(origin).toBe('https://app.example')
  expect(searchParams.get('__captcha')).toBe('on')
  expect(searchParams.get('state')).toBe(state)
  expect(searchParams.get('expires_in')).toBe('600')
  const query = { client_id: 'env-1', captcha_token: searchParams.get('captcha_token') ?? '' }
  expect((await client.sendCode({ email }, { query })).status).toBe(200)
})

test('sandbox captcha page: a second submission redirects to the same URL', async () => {
  const client = await start()
  const url = await open(client)
  const form = answer(client, await (await fetch(url)).text())
  const [first, second] = [await submit(url, form), await submit(url, form)]
  expect(target(second).href).toBe(target(first).href)
})

test('sandbox captcha page: a wrong answer shows an alert and a new picture', async () => {
  const client = await start()
  const url = await open(client)
  const first = await (await fetch(url)).text()
  const wrong = await submit(url, { ...answer(client, first), key: 'wrong' })
  expect(wrong.status).toBe(400)
  const html = await wrong.text()
  expect(html).toContain('role="alert"')
  expect(tokenIn(html)).not.toBe(tokenIn(first))
  expect((await submit(url, answer(client, html))).status).toBe(303)
})

test('sandbox captcha page: refresh shows a new picture', async () => {
  const client = await start()
  const url = await open(client)
  const first = await (await fetch(url)).text()
  const refreshed = await submit(url, { action: 'refresh' })
  expect(refreshed.status).toBe(200)
  expect(tokenIn(await refreshed.text())).not.toBe(tokenIn(first))
})

test('sandbox captcha page: cancel redirects back with an error', async () => {
  const client = await start()
  const { searchParams } = target(await submit(await open(client), { action: 'cancel' }))
  expect(Object.fromEntries(searchParams)).toEqual({
    __captcha: 'on',
    state,
    error: 'cancelled',
    error_description: 'The user went back',
  })
})

test('sandbox captcha page: an expired page shows no picture and still redirects back', async () => {
  const client = await start()
  const url = await open(client)
  const form = answer(client, await (await fetch(url)).text())
  client.sandbox.advance(600)
  for (const response of [await fetch(url), await submit(url, form)]) {
    expect(response.status).toBe(410)
    expect(await response.text()).not.toContain('<img')
  }
  const back = target(await submit(url, { action: 'cancel' }))
  expect(back.searchParams.get('error')).toBe('captcha_invalid')
})

test('sandbox captcha page: an unknown page answers 404 without a form', async () => {
  const client = await start()
  const url = `${client.url}/auth/v1/captcha/page?id=nonsense`
  for (const response of [await fetch(url), await submit(url, { action: 'cancel' })]) {
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('<form')
  }
})

test('sandbox captcha page: client input is escaped and scripts are not allowed', async () => {
  const client = await start()
  const page = await fetch(await open(client))
  expect(await page.text()).not.toContain('<script')
  const policy = page.headers.get('content-security-policy')
  expect(policy).toContain(`default-src 'none'`)
  expect(policy).toContain(`form-action 'self' https://app.example`)
  expect(policy).not.toContain('unsafe')
})

test.each([
  ['zh-CN', '安全验证'],
  ['en-US,en;q=0.9', 'Security check'],
  ['fr-FR, en;q=0.5, zh;q=0.4', 'Security check'],
  ['de', 'Security check'],
  ['', '安全验证'],
])('sandbox captcha page: Accept-Language %j selects the language', async (language, title) => {
  const client = await start()
  const page = await fetch(await open(client), { headers: { 'accept-language': language } })
  expect(await page.text()).toContain(`<h1>${title}</h1>`)
})

test("sandbox captcha page: redirect_uri may use an app's own scheme", async () => {
  const client = await start()
  const url = await open(client, 'appname://com.package.name/callback')
  const page = await fetch(url)
  expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' appname:`)
  expect(target(await submit(url, { action: 'cancel' })).protocol).toBe('appname:')
})

test.each([
  'javascript:alert(1)',
  'JavaScript://x/%0aalert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'data://text/html,x',
  'vbscript://x',
  'file:///etc/passwd',
  'blob:https://app.example/1',
  '//app.example',
  '/callback',
  'https:app.example',
  'https://user:word@app.example',
  `https://a;script-src/`,
  'https://',
  'nonsense',
  '',
])('sandbox captcha page: the redirect_uri %j is rejected', async (uri) => {
  const client = await start()
  const { body } = await client.post('/auth/v1/captcha/init', { redirect_uri: uri, state })
  expect(body['error']).toBe('invalid_argument')
})

test('sandbox captcha page: captcha/init accepts Basic and requires a client id and a state', async () => {
  const client = await start()
  const authorization = `Basic ${Buffer.from('env-1:secret').toString('base64')}`
  const init = (body: object, headers: Record<string, string> = {}) =>
    client.post('/auth/v1/captcha/init', body, { query: {}, headers })
  expect((await init({ redirect_uri, state }, { authorization })).status).toBe(200)
  expect((await init({ redirect_uri, state, client_id: 'env-1' })).status).toBe(200)
  expect((await init({ redirect_uri, state })).body['error']).toBe('invalid_argument')
  expect((await init({ redirect_uri }, { authorization })).body['error']).toBe('invalid_argument')
})
