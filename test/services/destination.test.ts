import fc from 'fast-check'
import { expect, test } from 'vitest'
import { destinationOf } from '../../services/platform/destination.ts'
import { isHttpUrl } from '../../services/platform/destination.ts'
import { AuthError } from '../../services/error.ts'
import { anyText } from './arbitrary.ts'

const here = 'https://app.example'
const shop = 'https://shop.example:8443'
const redirect = { redirect_uri: `${here}/back?next=https://evil.example` }

const attempt = (returnTo: string, origins = [shop]) => {
  try {
    return destinationOf({ ...redirect, returnTo }, origins)
  } catch (thrown) {
    return thrown
  }
}

test.each([
  ['/', `${here}/`],
  ['/checkout?step=2#cart', `${here}/checkout?step=2#cart`],
  ['checkout', `${here}/checkout`],
  ['?step=2', `${here}/?step=2`],
  ['#cart', `${here}/#cart`],
  ['/back?to=https://evil.example/@x', `${here}/back?to=https://evil.example/@x`],
  ['/a%0d%0ab', `${here}/a%0d%0ab`],
  ['/.//evil.example', `${here}//evil.example`],
  ['HTTPS://APP.example:443/x', `${here}/x`],
  [`${shop}/basket`, `${shop}/basket`],
  // Browsers read it the same way.
  ['https:evil.example', `${here}/evil.example`],
  ['/结账', `${here}/%E7%BB%93%E8%B4%A6`],
])('destinationOf: returnTo %s leads to %s', (returnTo, address) => {
  expect(attempt(returnTo)).toBe(address)
})

test.each(['https://Shop.example:8443', `${shop}/`, 'HTTPS://shop.example:8443'])(
  'destinationOf: the spelling of an allowed origin does not matter: %s',
  (origin) => {
    expect(attempt(`${shop}/basket`, [origin])).toBe(`${shop}/basket`)
    expect(attempt('https://shop.example/basket', [origin])).toBeInstanceOf(AuthError)
  },
)

test('destinationOf: a default port and a name in another script are the same origin', () => {
  const origins = ['https://shop.example:443', 'https://商店.example']
  expect(attempt('https://shop.example/x', origins)).toBe('https://shop.example/x')
  expect(attempt('https://商店.example/x', origins)).toBe('https://xn--czrs0t.example/x')
})

test('destinationOf: no returnTo leads nowhere, whatever the redirect_uri', () => {
  expect(destinationOf(redirect)).toBe(undefined)
  expect(destinationOf({ redirect_uri: 'not a URL' })).toBe(undefined)
})

test.each([
  'javascript:alert(1)',
  '\u0001javascript:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  `blob:${here}/0`,
  'about:blank',
  'file:///etc/passwd',
  'weixin://dl/business',
  '//evil.example',
  '///evil.example',
  '\\\\evil.example',
  '/\\evil.example',
  '\\evil',
  '/ok\\path',
  '/\t/evil.example',
  '/ok\n',
  '\0/ok',
  '/\u007f',
  'https://evil.example',
  `${here}.evil.example`,
  `${here}@evil.example`,
  `${here}:1@evil.example/`,
  'https://user@app.example/',
  'https://:secret@app.example/',
  'http://app.example/',
  `${here}:8443/`,
  'https://shop.example/',
  'https://app%2eexample.evil/',
  'https://аpp.example/',
  'https://',
  'http://[',
])('destinationOf: returnTo %j is refused', (returnTo) => {
  const error = attempt(returnTo)
  expect(error).toBeInstanceOf(AuthError)
  expect(error).toMatchObject({ code: 'invalid_argument', operation: 'destinationOf' })
})

test('destinationOf: an entry of returnOrigins that is not an origin allows nothing', () => {
  const beside = ['/x', '?', '?x', '#', ':8443'].map((more) => `https://evil.example${more}`)
  const others = ['*', 'null', '', 'evil.example', 'https://*', 'https://a@evil.example']
  for (const entry of [...beside, ...others]) {
    expect(attempt('https://evil.example/x', [entry])).toBeInstanceOf(AuthError)
    expect(attempt('data:,x', [entry])).toBeInstanceOf(AuthError)
  }
})

test('destinationOf: a redirect_uri that is not a URL refuses every returnTo', () => {
  const run = () => destinationOf({ redirect_uri: 'back', returnTo: '/' })
  expect(run).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test('destinationOf: any returnTo gives a URL of an allowed origin or an AuthError', () => {
  const parts = `/ \\ @ : ? # . // %2f %5c ； 。 http: https: javascript: data: :443 :8443 user
    evil.example app.example shop.example ａpp.example`.split(/\s+/)
  const part = fc.constantFrom(
    ...parts,
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    '\u202e',
    '\u00ad',
    here,
    shop,
  )
  const address = fc.oneof(
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    anyText(),
  )
  fc.assert(
    fc.property(address, (returnTo) => {
      const result = attempt(returnTo)
      const isRefused = result instanceof AuthError && result.code === 'invalid_argument'
      expect(isRefused || isSafe(result as string)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

function isSafe(address: string): boolean {
  const { href, origin, username, password } = new URL(address)
  const isStable = href === address && attempt(href) === href && isHttpUrl(href)
  return isStable && [here, shop].includes(origin) && username + password === ''
}
