import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AuthError, errorOf, isTransient } from '../../services/error.ts'

const details = {
  operation: 'signIn',
  description: 'too many requests',
  status: 429,
  retryAfter: 60,
  requestId: 'abc',
}

describe('AuthError', () => {
  test('AuthError: an error carries its code and details', () => {
    const cause = new TypeError('fetch failed')
    const error = new AuthError('resource_exhausted', { ...details, cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'AuthError', code: 'resource_exhausted', ...details })
    expect(error.cause).toBe(cause)
    expect(error.stack).toContain('error.test.ts')
  })

  test.each<[string, ConstructorParameters<typeof AuthError>]>([
    ['internal', ['internal']],
    ['signIn: internal', ['internal', { operation: 'signIn' }]],
    ['internal: it broke', ['internal', { description: 'it broke', status: 500 }]],
    ['signIn: internal: it broke', ['internal', { operation: 'signIn', description: 'it broke' }]],
  ])('AuthError: a message reads %j', (message, args) => {
    expect(new AuthError(...args).message).toBe(message)
    expect(String(new AuthError(...args))).toBe(`AuthError: ${message}`)
  })

  test('AuthError: cause is set only when it was given', () => {
    expect('cause' in new AuthError('internal')).toBe(false)
    expect('cause' in new AuthError('internal', details)).toBe(false)
    expect(new AuthError('internal', { cause: null })).toHaveProperty('cause', null)
  })

  test('AuthError: a log shows operation, code and description', () => {
    const printed = inspect(new AuthError('internal', details))
    for (const part of ['AuthError', 'signIn: internal', "requestId: 'abc'", 'status: 429'])
      expect(printed).toContain(part)
  })
})

describe('AuthError.from', () => {
  test('AuthError.from: anything thrown becomes an AuthError', () => {
    for (const thrown of [new TypeError('x'), 'text', undefined, null, 0, { code: 'internal' }]) {
      const error = AuthError.from(thrown, 'signIn')
      expect(error).toBeInstanceOf(AuthError)
      expect(error).toMatchObject({ code: 'unknown', operation: 'signIn' })
      expect(error.cause).toBe(thrown)
    }
    expect(AuthError.from('text').operation).toBeUndefined()
  })

  test('AuthError.from: an error that names its operation, or has none to name, stays the same', () => {
    const known = new AuthError('internal', { operation: 'signIn' })
    expect(AuthError.from(known)).toBe(known)
    expect(AuthError.from(known, 'verify')).toBe(known)
    const unknown = new AuthError('internal')
    expect(AuthError.from(unknown)).toBe(unknown)
  })

  test('AuthError.from: an error without operation gets it and keeps its details', () => {
    const cause = new Error('beneath')
    const { operation: _, ...known } = details
    const named = AuthError.from(new AuthError('internal', { ...known, cause }), 'verify')
    expect(named).toMatchObject({ code: 'internal', operation: 'verify', ...known })
    expect(named.message).toBe('verify: internal: too many requests')
    expect(named.cause).toBe(cause)
    expect('cause' in AuthError.from(new AuthError('internal'), 'verify')).toBe(false)
  })
})

describe('errorOf', () => {
  test('errorOf: the error of an event is returned as an AuthError', () => {
    const error = new AuthError('internal')
    expect(errorOf({ type: 'xstate.error.actor.send', error })).toBe(error)
    expect(errorOf({ type: 'xstate.error.actor.send', error: 'text' })?.code).toBe('unknown')
    expect(errorOf({ type: 'xstate.error.actor.send', error: undefined })?.code).toBe('unknown')
    expect(errorOf({ type: 'code.submit' })).toBeUndefined()
  })
})

describe('isTransient', () => {
  test.each([
    'unreachable',
    'deadline_exceeded',
    'unavailable',
    'internal',
    'invalid_response',
    'resource_exhausted',
    'cancelled',
    'captcha_required',
    'captcha_invalid',
  ])('isTransient: %s is transient', (code) => {
    expect(isTransient(new AuthError(code))).toBe(true)
  })

  test.each([
    'invalid_argument',
    'invalid_password',
    'invalid_grant',
    'not_found',
    'already_exists',
    'failed_precondition',
    'unauthenticated',
    'permission_denied',
    'user_blocked',
    'unknown',
    'constructor',
  ])('isTransient: %s is not transient', (code) => {
    expect(isTransient(new AuthError(code))).toBe(false)
  })

  test('isTransient: no error is not transient', () => {
    expect(isTransient(undefined)).toBe(false)
  })
})
