import { expect, test } from 'vitest'
import { type Client, redirect_uri, start, state } from './client.ts'

const submit = (url: string, form: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

const target = (response: Response): URL => new URL(response.headers.get('location') ?? '')

async function nameBehind(client: Client, response: Response): Promise<unknown> {
  const provider_code = target(response).searchParams.get('code')
  const body = { provider_id: 'demo_idp', provider_redirect_uri: redirect_uri, provider_code }
  return Object((await client.grant(body)).body['provider_profile'])['name']
}

test('sandbox provider page: choosing an account redirects back with a code', async () => {
  const client = await start()
  const uri = await client.providerUri()
  const page = await fetch(uri)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const html = await page.text()
  expect(html).toContain('app.example')
  const values = [...html.matchAll(/name="account" value="([^"]+)"/g)].map(([, value]) => value)
  expect(values).toEqual(['lilei', 'hanmeimei', 'alex', 'new'])
  const consented = await submit(uri, { account: 'hanmeimei', action: 'allow' })
  expect(consented.status).toBe(303)
  const { origin, pathname, searchParams } = target(consented)
  expect([origin, pathname]).toEqual(['https://app.example', '/callback'])
  expect([...searchParams.keys()]).toEqual(['from', 'code', 'state'])
  expect(searchParams.get('state')).toBe(state)
  expect(await nameBehind(client, consented)).toBe('韩梅梅')
})

test('sandbox provider page: the choice of a new account creates another account each time', async () => {
  const client = await start()
  const uri = await client.providerUri()
  const names = []
  for (let times = 0; times < 2; times++) {
    names.push(await nameBehind(client, await submit(uri, { account: 'new', action: 'allow' })))
  }
  expect(names).toEqual([
    expect.stringMatching(/^new-[0-9a-f]{8}$/),
    expect.stringMatching(/^new-[0-9a-f]{8}$/),
  ])
  expect(names[0]).not.toBe(names[1])
})

test('sandbox provider page: denying redirects back with access_denied', async () => {
  const client = await start()
  const denied = target(await submit(await client.providerUri(), { action: 'deny' }))
  expect(Object.fromEntries(denied.searchParams)).toEqual({
    from: 'here',
    error: 'access_denied',
    error_description: 'The user denied the request',
    state,
  })
})

test('sandbox provider page: consent requires a valid account', async () => {
  const client = await start()
  const uri = await client.providerUri()
  for (const account of ['', '<b>', 'x'.repeat(33)]) {
    const page = await submit(uri, { account, action: 'allow' })
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('role="alert"')
  }
})

test.each(['unknown?redirect_uri=https://app.example', 'demo_idp', 'demo_idp?redirect_uri=data:x'])(
  'sandbox provider page: the invalid request %s shows an alert without a form',
  async (path) => {
    const client = await start()
    const url = `${client.url}/auth/idp/${path}`
    for (const page of [
      await fetch(url),
      await submit(url, { account: 'alex', action: 'allow' }),
    ]) {
      expect(page.status).toBe(400)
      const html = await page.text()
      expect(html).toContain('role="alert"')
      expect(html).not.toContain('<form')
    }
  },
)

test('sandbox provider page: client input is escaped and scripts are not allowed', async () => {
  const client = await start()
  const uri = await client.providerUri({ state: '"><script>alert(1)</script>' })
  const page = await fetch(`${uri}&x="><script>`)
  const html = await page.text()
  expect(html).not.toContain('<script')
  expect(html).toContain('<legend>')
  expect(html.match(/<label for="account-\w+">/g)).toHaveLength(4)
  const policy = page.headers.get('content-security-policy')
  expect(policy).toContain(`default-src 'none'`)
  expect(policy).toContain(`form-action 'self' https://app.example`)
})

test.each([
  ['zh-CN', 'zh-CN', '使用微信登录'],
  ['en-US', 'en', 'Sign in with WeChat'],
])(
  'sandbox provider page: Accept-Language %s selects the language',
  async (language, tag, title) => {
    const client = await start()
    const uri = await client.providerUri({ provider_id: 'wx_open' })
    const html = await (await fetch(uri, { headers: { 'accept-language': language } })).text()
    expect(html).toContain(`<html lang="${tag}">`)
    expect(html).toContain(`<h1>${title}</h1>`)
  },
)

test('sandbox provider page: providerCoop isolates the page from its opener', async () => {
  const client = await start()
  const policy = async (): Promise<string | null> =>
    (await fetch(await client.providerUri())).headers.get('cross-origin-opener-policy')
  expect(await policy()).toBeNull()
  client.sandbox.config({ providerCoop: 'on' })
  expect(await policy()).toBe('same-origin')
})

test('sandbox provider page: the control API consents and denies', async () => {
  const client = await start()
  const uri = await client.providerUri()
  const consent = (body: object) => client.post('/__sandbox/consent', body)
  const { body } = await consent({ uri, account: 'alex' })
  expect(new URL(String(body['location'])).searchParams.get('code')).toMatch(/^pc\./)
  const denied = (await consent({ uri })).body
  expect(denied['location']).toBe(client.sandbox.consent(uri))
  for (const bad of [{ uri: 'x' }, { uri: client.url }, { uri, account: '<b>' }, {}]) {
    expect((await consent(bad)).body['error']).toBe('invalid_argument')
  }
})
