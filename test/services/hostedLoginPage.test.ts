import { afterEach, expect, test, vi } from 'vitest'
import { hostedLoginPage } from 'cloudbase-authflow'

const open = (page = 'https://app.example/orders?page=2#list') =>
  vi.stubGlobal('location', new URL(page))
afterEach(() => void vi.unstubAllGlobals())

test('hostedLoginPage: this page is returned to unless there is a redirect_uri', () => {
  open()
  const url = new URL(hostedLoginPage({ env: 'demo', query: { 'a&b': 'c=d&client_id=x' } }))
  expect(url.origin + url.pathname).toBe('https://app.example/__auth/')
  expect([...url.searchParams]).toEqual([
    ['app_id', ''],
    ['env_id', 'demo'],
    ['client_id', 'demo'],
    ['config_version', 'env'],
    ['redirect_uri', 'https://app.example/orders?page=2#list'],
    ['a&b', 'c=d&client_id=x'],
  ])
})

test('hostedLoginPage: a page of the returnOrigins is returned to, on whose origin the page is', () => {
  open()
  const returnOrigins = ['https://shop.example']
  const redirect_uri = 'https://shop.example/cart'
  const url = new URL(
    hostedLoginPage({ env: 'demo', clientId: 'app', redirect_uri, returnOrigins }),
  )
  expect(url.origin).toBe('https://shop.example')
  expect(url.searchParams.get('client_id')).toBe('app')
  expect(url.searchParams.get('redirect_uri')).toBe(redirect_uri)
})

test('hostedLoginPage: env is required, and redirect_uri where there is no page', () => {
  const redirect_uri = 'https://app.example/'
  const refused = (name: string) =>
    expect.objectContaining({ code: 'invalid_argument', description: `${name} is required` })
  expect(() => hostedLoginPage({ redirect_uri } as never)).toThrow(refused('env'))
  expect(() => hostedLoginPage({ env: '', redirect_uri })).toThrow(refused('env'))
  expect(() => hostedLoginPage({ env: 'demo' })).toThrow(refused('redirect_uri'))
})

test.each([
  'https://evil.example/',
  '//evil.example',
  'javascript:alert(1)',
  'https://app.example@evil.example/',
  'https://ada:secret@app.example/',
])('hostedLoginPage: the address %j is refused', (redirect_uri) => {
  open()
  expect(() => hostedLoginPage({ env: 'demo', redirect_uri })).toThrow('returnOrigins')
})
