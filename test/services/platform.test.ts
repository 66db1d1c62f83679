import fc from 'fast-check'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../services/error.ts'
import { readCallback } from '../../services/platform/platform.ts'
import { Secret, unwrapSecrets } from '../../services/secret.ts'
import { anyText } from './arbitrary.ts'

const state = '0123456789abcdef0123456789abcdef'
const back = 'https://example.com/back'

const attempt = (url: string, expected = state) => {
  try {
    return readCallback({ url, state: expected })
  } catch (thrown) {
    return thrown
  }
}

describe('readCallback', () => {
  test('readCallback: the code of the response is returned as a Secret', () => {
    const read = readCallback({ url: `${back}?code=c%2B%2Fd%3D&state=${state}`, state })
    expect(read.provider_code).toBeInstanceOf(Secret)
    expect(unwrapSecrets(read)).toEqual({ provider_code: 'c+/d=' })
  })

  test('readCallback: any code and any state are read back unchanged', () => {
    fc.assert(
      fc.property(anyText({ minLength: 1 }), anyText({ minLength: 1 }), (code, state) => {
        const url = `${back}?${new URLSearchParams({ a: 'b', code, state })}#top`
        expect(unwrapSecrets(readCallback({ url, state }))).toEqual({ provider_code: code })
      }),
    )
  })

  test.each([
    ['another state', `${back}?code=canary&state=${state}0`],
    ['a state in capitals', `${back}?code=canary&state=${state.toUpperCase()}`],
    ['no state', `${back}?code=canary`],
    ['an empty state', `${back}?code=canary&state=`],
    ['a state behind another', `${back}?state=x&code=canary&state=${state}`],
    ['a state behind the hash', `${back}?code=canary#state=${state}`],
    ['the refusal of another request', `${back}?error=access_denied&state=x`],
    ['no query', back],
    ['no address', `/back?code=canary&state=${state}`],
    ['nothing', ''],
  ])('readCallback: %s is a foreign_callback', (_, url) => {
    const error = attempt(url)
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code: 'foreign_callback', operation: 'readCallback' })
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('canary')
  })

  test.each([
    ['error=access_denied&error_description=No%20thanks', 'access_denied', 'No thanks'],
    ['error=server_error', 'server_error', undefined],
    ['error=two+words&error_description=x', 'invalid_response', 'x'],
    [`error=${'x'.repeat(65)}`, 'invalid_response', undefined],
    ['error=', 'invalid_response', undefined],
    ['code=', 'invalid_response', undefined],
    ['', 'invalid_response', undefined],
    [`error=server_error&error_description=${'x'.repeat(5000)}`, 'server_error', 'x'.repeat(300)],
  ])('readCallback: the error of the provider is thrown: %.40s', (query, code, description) => {
    const error = attempt(`${back}?state=${state}&${query}`)
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code, description, operation: 'readCallback' })
  })

  test('readCallback: any address gives a code or an AuthError', () => {
    const query = fc.array(
      fc.tuple(
        fc.constantFrom('state', 'code', 'error', '__proto__'),
        fc.oneof(anyText(), fc.constant(state)),
      ),
    )
    const url = fc.oneof(
      anyText(),
      fc.webUrl(),
      query.map((pairs) => `${back}?${new URLSearchParams(pairs)}`),
    )
    fc.assert(
      fc.property(url, (url) => {
        const read = attempt(url)
        const isCode = (read as { provider_code?: unknown }).provider_code instanceof Secret
        expect(isCode || read instanceof AuthError).toBe(true)
      }),
    )
  })
})
