import { createHmac } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { createCloudbase } from '../../adapters/compat/cloudbase.ts'
import { signToken } from '../../adapters/compat/signToken.ts'
import { env, openCompat, password, username } from './compatWorld.ts'

const appSign = '小程序 app'
const appSecret = { appAccessKeyId: 1, appAccessKey: 'a key of the console' }

test.each([
  [{ a: 1 }, 'key'],
  [{ name: '小程序', filler: 'x'.repeat(200) }, '钥匙'.repeat(30)],
  [{}, 'x'.repeat(64)],
])('signToken: the signature is the HMAC-SHA256 of header and payload: %j', (payload, key) => {
  const [header, content, signature] = signToken(payload, key).split('.')
  const expected = createHmac('sha256', key).update(`${header}.${content}`).digest('base64url')
  expect(signature).toBe(expected)
  const decode = (part = '') =>
    JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as object
  expect(decode(header)).toEqual({ alg: 'HS256', typ: 'JWT' })
  expect(decode(content)).toEqual(payload)
})

test('init: with appSign and appSecret every request off the web is signed', async () => {
  const sources: (string | null)[] = []
  const { sandbox, auth, clock } = await openCompat({
    init: {
      appSign,
      appSecret,
      async fetch(input, options) {
        sources.push(new Headers(options?.headers).get('x-tcb-app-source'))
        return fetch(input, options)
      },
    },
  })
  await sandbox.addUser({ username, password })
  await auth.signIn({ username, password })
  expect(sources).toHaveLength(2)
  const form = /^timestamp=(\d+);appAccessKeyId=1;appSign=(.+);sign=(.+)$/
  for (const source of sources) {
    const [, timestamp, name, sign] = form.exec(source!)!
    expect(decodeURIComponent(name!)).toBe(appSign)
    const payload = { data: {}, timestamp: Number(timestamp), appAccessKeyId: 1, appSign }
    expect(sign).toBe(signToken(payload, appSecret.appAccessKey))
    expect(Math.abs(clock.now() - Number(timestamp))).toBeLessThan(10_000)
    expect(source).not.toContain(appSecret.appAccessKey)
  }
})

test('init refuses an appSecret in a web page, and says what to do', () => {
  vi.stubGlobal('document', {})
  const init = () => createCloudbase().init({ env, appSign, appSecret })
  expect(init).toThrow(/appSecret.*leave appSign and appSecret out.*安全域名/)
  vi.unstubAllGlobals()
})

test.each([
  ['appSign', { appSecret }],
  ['appAccessKey', { appSign, appSecret: { appAccessKeyId: 1, appAccessKey: '' } }],
])('init names what is missing for the signature: %s', (named, options) => {
  expect(() => createCloudbase().init({ env, ...options })).toThrow(named)
})
