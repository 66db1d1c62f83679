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

test('a person picks who they are and is led back with a code', async () => {
  const client = await start()
  const uri = await client.providerUri()
  const page = await fetch(uri)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const html = await page.text()
  expect(html).toContain('app.example')
  const values = [...html.matchAll(/name="person" value="([^"]+)"/g)].map(([, value]) => value)
  expect(values).toEqual(['lilei', 'hanmeimei', 'alex', 'new'])
  const consented = await submit(uri, { person: 'hanmeimei', action: 'allow' })
  expect(consented.status).toBe(303)
  const { origin, pathname, searchParams } = target(consented)
  expect([origin, pathname]).toEqual(['https://app.example', '/callback'])
  expect([...searchParams.keys()]).toEqual(['from', 'code', 'state'])
  expect(searchParams.get('state')).toBe(state)
  expect(await nameBehind(client, consented)).toBe('韩梅梅')
})

test('somebody new is another person each time', async () => {
  const client = await start()
  const uri = await client.providerUri()
  const names = []
  for (let times = 0; times < 2; times++) {
    names.push(await nameBehind(client, await submit(uri, { person: 'new', action: 'allow' })))
  }
  expect(names).toEqual([
    expect.stringMatching(/^new-[0-9a-f]{8}$/),
    expect.stringMatching(/^new-[0-9a-f]{8}$/),
  ])
  expect(names[0]).not.toBe(names[1])
})

test('denying leads back with an error', async () => {
  const client = await start()
  const denied = target(await submit(await client.providerUri(), { action: 'deny' }))
  expect(Object.fromEntries(denied.searchParams)).toEqual({
    from: 'here',
    error: 'access_denied',
    error_description: 'The user denied the request',
    state,
  })
})

test('nobody cannot consent', async () => {
  const client = await start()
  const uri = await client.providerUri()
  for (const person of ['', '<b>', 'x'.repeat(33)]) {
    const page = await submit(uri, { person, action: 'allow' })
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('role="alert"')
  }
})

test.each(['nobody?redirect_uri=https://app.example', 'demo_idp', 'demo_idp?redirect_uri=data:x'])(
  'no page is at %s, and nothing leads on from there',
  async (path) => {
    const client = await start()
    const url = `${client.url}/auth/idp/${path}`
    for (const page of [await fetch(url), await submit(url, { person: 'alex', action: 'allow' })]) {
      expect(page.status).toBe(400)
      const html = await page.text()
      expect(html).toContain('role="alert"')
      expect(html).not.toContain('<form')
    }
  },
)

test('it needs no script, and nothing sent to it is markup', async () => {
  const client = await start()
  const uri = await client.providerUri({ state: '"><script>alert(1)</script>' })
  const page = await fetch(`${uri}&x="><script>`)
  const html = await page.text()
  expect(html).not.toContain('<script')
  expect(html).toContain('<legend>')
  expect(html.match(/<label for="person-\w+">/g)).toHaveLength(4)
  const policy = page.headers.get('content-security-policy')
  expect(policy).toContain(`default-src 'none'`)
  expect(policy).toContain(`form-action 'self' https://app.example`)
})

test.each([
  ['zh-CN', 'zh-CN', '微信开放平台登录'],
  ['en-US', 'en', 'Sign in with 微信开放平台'],
])('the language for %s', async (language, tag, title) => {
  const client = await start()
  const uri = await client.providerUri({ provider_id: 'wx_open' })
  const html = await (await fetch(uri, { headers: { 'accept-language': language } })).text()
  expect(html).toContain(`<html lang="${tag}">`)
  expect(html).toContain(`<h1>${title}</h1>`)
})

test('it cuts the ties to its opener where that is set', async () => {
  const client = await start()
  const policy = async (): Promise<string | null> =>
    (await fetch(await client.providerUri())).headers.get('cross-origin-opener-policy')
  expect(await policy()).toBeNull()
  client.sandbox.config({ providerCoop: 'on' })
  expect(await policy()).toBe('same-origin')
})

test('a test may decide in place of a person', async () => {
  const client = await start()
  const uri = await client.providerUri()
  const consent = (body: object) => client.post('/__sandbox/consent', body)
  const { body } = await consent({ uri, person: 'alex' })
  expect(new URL(String(body['location'])).searchParams.get('code')).toMatch(/^pc\./)
  const denied = (await consent({ uri })).body
  expect(denied['location']).toBe(client.sandbox.consent(uri))
  for (const bad of [{ uri: 'x' }, { uri: client.url }, { uri, person: '<b>' }, {}]) {
    expect((await consent(bad)).body['error']).toBe('invalid_argument')
  }
})
