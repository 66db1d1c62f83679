import { expect, test } from 'vitest'
import { isOutdated, signInOrSignUp } from '../../services/signInOrSignUp.ts'

test.each([
  [true, 'signIn'],
  [false, 'signUp'],
  [undefined, 'signIn'],
] as const)('signInOrSignUp: isUser %s leads to %s', (isUser, operation) => {
  expect(signInOrSignUp(isUser)).toBe(operation)
})

test.each([
  ['signIn', 'not_found', true],
  ['signIn', 'failed_precondition', false],
  ['signUp', 'failed_precondition', true],
  ['signUp', 'not_found', false],
  ['signIn', undefined, false],
] as const)('isOutdated: %s that fails with %s is outdated: %s', (operation, code, expected) => {
  expect(isOutdated(operation, code)).toBe(expected)
})
