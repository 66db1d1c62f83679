import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../services/clock.ts'
import { createCaller } from '../../services/http/caller.ts'
import { captchaPage } from '../../services/captcha/captchaPage.ts'
import { Secret, unwrapSecrets } from '../../services/secret.ts'
import { answer, failure, serve } from './server.ts'

const back = 'appname://com.package.name/callback'
const state = '0123456789abcdef0123456789abcdef'
const { signal } = new AbortController()

async function open(said: object = {}) {
  const server = await serve(answer(200, { expires_in: 600, ...said }))
  const call = createCaller(server.http(), 'demo')
  const means = { call, nonce: () => state, clock: systemClock, signal }
  const service = captchaPage({ redirect_uri: back })
  const verify = (query: string) => service.verify({ state }, new Secret(back + query), means)
  return { server, verify, create: () => service.create('POST:/v1/signin', means) }
}

test('captchaPage: create asks for a page by POST /v1/captcha/init and returns its URL', async () => {
  const url = 'https://captcha.example/page?id=1'
  const { server, create } = await open({ url })
  expect(await create()).toEqual({ url, state, expires_in: 600 })
  expect(server.last()).toMatchObject({ method: 'POST', path: '/auth/v1/captcha/init' })
  expect(JSON.parse(server.last().body)).toEqual({ redirect_uri: back, state })
})

test('captchaPage: create refuses a page of another origin to come back to, and asks for nothing', async () => {
  vi.stubGlobal('location', new URL('https://app.example/'))
  onTestFinished(() => void vi.unstubAllGlobals())
  const { server, create } = await open({ captcha_token: 'token' })
  await expect(create()).rejects.toMatchObject({ code: 'invalid_argument' })
  expect(server.requests).toEqual([])
})

test('captchaPage: create returns the token that the server answers at once', async () => {
  const { create } = await open({ captcha_token: 'token' })
  expect(unwrapSecrets(await create())).toEqual({
    solved: { captcha_token: 'token', expires_in: 600 },
  })
})

test.each([undefined, '', 'javascript:alert(1)', 'data:text/html,x', '//captcha.example', '/page'])(
  'shows no page at %j',
  async (url) => {
    const { create } = await open({ url })
    expect(await failure(create())).toMatchObject({
      code: 'invalid_response',
      operation: 'initCaptcha',
    })
  },
)

describe('captchaPage: verify', () => {
  test('verify returns the token of the page as a Secret', async () => {
    const { verify } = await open()
    const token = await verify(`?state=${state}&captcha_token=c%2Bd&expires_in=600`)
    expect(token.captcha_token).toBeInstanceOf(Secret)
    expect(unwrapSecrets(token)).toEqual({ captcha_token: 'c+d', expires_in: 600 })
  })

  test.each([
    [`?state=${state}0&captcha_token=canary&expires_in=600`, 'foreign_callback', undefined],
    ['?captcha_token=canary&expires_in=600', 'foreign_callback', undefined],
    [`?state=${state}&error=aborted&error_description=Too+often`, 'aborted', 'Too often'],
    [
      `?state=${state}&error=two+words`,
      'invalid_response',
      'captcha_token is missing or malformed',
    ],
    [`?state=${state}`, 'invalid_response', 'captcha_token is missing or malformed'],
    [
      `?state=${state}&captcha_token=canary`,
      'invalid_response',
      'captcha_token is missing or malformed',
    ],
    // A page could repeat the token in the description.
    [
      `?state=${state}&captcha_token=canary&error=canary&error_description=canary`,
      'invalid_response',
      'captcha_token is missing or malformed',
    ],
  ])('verify throws the error of the page: %s', async (query, code, description) => {
    const { verify } = await open()
    const error = await failure(verify(query))
    expect(error).toMatchObject({ code, operation: expect.any(String) })
    expect(error.description).toBe(description)
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('canary')
  })
})
